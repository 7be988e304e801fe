"""Forest plots as Cochrane reviews print them: each study's numbers beside its estimate and interval."""

from typing import TYPE_CHECKING

from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.forest_page import lay_out
from evisynth.reporting.figures.forest_plot import ForestPlot, ForestRow, ForestTotal, check, effect_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ForestPlot",
    "ForestRow",
    "ForestTotal",
    "draw_forest",
    "effect_text",
    "forest_alt",
    "forest_figure",
]

MOST_STUDIES_IN_WORDS = 25


def draw_forest(plot: ForestPlot) -> Drawing:
    """The forest plot as SVG, PNG and PDF. DataError as forest_figure."""
    return draw(forest_figure(plot), forest_alt(plot))


def forest_figure(plot: ForestPlot) -> "Figure":
    """The forest plot as a matplotlib figure, to be changed by those who want it otherwise.

    DataError: no study, an estimate without its interval, a ratio that is not above 0.
    """
    check(plot)
    return lay_out(plot)


def forest_alt(plot: ForestPlot) -> str:
    """The figure in words: what is compared, each study, the pooled result, which side favours whom."""
    studies = "1 study" if len(plot.rows) == 1 else f"{len(plot.rows)} studies"
    words = [
        f"Forest plot{': ' + plot.title if plot.title else ''}.",
        f"{plot.measure} ({plot.method}), {plot.group1} against {plot.group2}, {studies}.",
        *(_row_in_words(plot, row) for row in plot.rows[:MOST_STUDIES_IN_WORDS]),
    ]
    if len(plot.rows) > MOST_STUDIES_IN_WORDS:
        words.append(f"And {len(plot.rows) - MOST_STUDIES_IN_WORDS} further studies.")
    if plot.total is None:
        words.append("The studies are not pooled." if len(plot.rows) > 1 else "One study: nothing is pooled.")
    else:
        total = plot.total
        words.append(f"Total: {_interval(plot, total.estimate, total.ci_low, total.ci_high)}.")
        if total.prediction_low is not None and total.prediction_high is not None:
            low, high = effect_number(total.prediction_low), effect_number(total.prediction_high)
            words.append(f"{plot.level} prediction interval {low} to {high}.")
    words.extend(line.rstrip(".") + "." for line in plot.heterogeneity if line)
    if plot.favours_left and plot.favours_right:
        no_effect = "1" if plot.log_scale else "0"
        words.append(f"Below {no_effect}: {plot.favours_left}; above {no_effect}: {plot.favours_right}.")
    return " ".join(words)


def _row_in_words(plot: ForestPlot, row: ForestRow) -> str:
    parts = [_interval(plot, row.estimate, row.ci_low, row.ci_high)]
    if None not in {row.events1, row.n1, row.events2, row.n2}:
        parts.append(f"{row.events1} of {row.n1} against {row.events2} of {row.n2}")
    if row.weight_percent is not None:
        parts.append(f"weight {row.weight_percent:.1f}%")
    return f"{row.study}: {'; '.join(parts)}."


def _interval(plot: ForestPlot, estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None or low is None or high is None:
        return "not estimable"
    numbers = f"{effect_number(low)} to {effect_number(high)}"
    return (
        f"{plot.measure[:1].lower() + plot.measure[1:]} {effect_number(estimate)} ({plot.level} CI {numbers})"
    )
