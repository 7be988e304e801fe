"""Forest plots as Cochrane reviews print them: each study's numbers beside its estimate and interval."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.forest_metafor import lay_out_metafor
from evisynth.reporting.figures.forest_page import lay_out
from evisynth.reporting.figures.forest_plot import (
    ForestColumn,
    ForestGroup,
    ForestPlot,
    ForestRow,
    ForestTotal,
    check,
    effect_text,
)
from evisynth.reporting.figures.forest_results import Judgements, Result, forest_plot
from evisynth.reporting.figures.plotted import Plotted
from evisynth.synthesis.measures.two_by_two import TwoByTwo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ForestColumn",
    "ForestGroup",
    "ForestPlot",
    "ForestRow",
    "ForestTotal",
    "draw_forest",
    "effect_text",
    "forest",
    "forest_alt",
    "forest_figure",
    "forest_plot",
]

Layout = Literal["revman", "metafor"]
A4_WIDTH = 560.0

MOST_STUDIES_IN_WORDS = 25


def draw_forest(plot: ForestPlot) -> Drawing:
    """The forest plot as SVG, PNG and PDF. DataError as forest_figure."""
    return draw(forest_figure(plot), forest_alt(plot))


def forest_figure(plot: ForestPlot, *, layout: Layout = "revman", width: float | None = None) -> "Figure":
    """The forest plot as a matplotlib figure, to be changed by those who want it otherwise.

    Parameters
    ----------
    layout : "revman", as wide as its columns need, or "metafor".
    width : in points, of the metafor layout alone (225 to 595; by default 560).

    Raises
    ------
    DataError : no study, an estimate without its interval, a ratio that is not above 0, an unknown layout.
    """
    check(plot)
    if layout == "revman":
        if width is not None:
            raise DataError(
                f"The RevMan layout is as wide as its columns and cannot be made {width:g} points wide; the metafor "
                "layout can."
            )
        return lay_out(plot)
    if layout == "metafor":
        return lay_out_metafor(plot, A4_WIDTH if width is None else width)
    raise DataError(f"Layout {layout!r} is not known; known are revman and metafor.")


def forest(
    result: Result,
    *,
    table: TwoByTwo | None = None,
    prediction: bool = True,
    judgements: Judgements | None = None,
    domains: Sequence[str] = (),
    group1: str = "Intervention",
    group2: str = "Comparator",
    favours: tuple[str, str] = ("", ""),
    title: str = "",
    layout: Layout = "revman",
    width: float | None = None,
) -> Plotted[ForestPlot]:
    """The forest plot of a pooled effect, of subgroups, of a leave-one-out or a cumulative analysis.

    See `forest_plot` for what is shown, `forest_figure` for the layouts.
    """
    plot = forest_plot(
        result,
        table=table,
        prediction=prediction,
        judgements=judgements,
        domains=domains,
        group1=group1,
        group2=group2,
        favours=favours,
        title=title,
    )
    return Plotted(plot, forest_figure(plot, layout=layout, width=width), forest_alt(plot))


def forest_alt(plot: ForestPlot) -> str:
    """The figure in words: what is compared, each study, the pooled result, which side favours whom."""
    studies = "1 study" if len(plot.rows) == 1 else f"{len(plot.rows)} studies"
    kind = {"studies": "Forest plot", "leave-one-out": "Leave-one-out plot", "cumulative": "Cumulative plot"}
    against = f", {plot.group1} against {plot.group2}" if plot.group1 and plot.group2 else ""
    words = [
        f"{kind[plot.kind]}{': ' + plot.title if plot.title else ''}.",
        f"{plot.measure} ({plot.method}){against}, {studies}.",
        *_rows_in_words(plot),
    ]
    if plot.total is not None:
        words += _total_in_words(plot, plot.total, "Total" if plot.kind == "studies" else "All studies")
    elif plot.kind == "studies":
        words.append("The studies are not pooled." if len(plot.rows) > 1 else "One study: nothing is pooled.")
    words.extend(line.rstrip(".") + "." for line in plot.heterogeneity if line)
    if plot.favours_left and plot.favours_right and plot.null is not None:
        words.append(f"Below {plot.null:g}: {plot.favours_left}; above {plot.null:g}: {plot.favours_right}.")
    return " ".join(words)


def _rows_in_words(plot: ForestPlot) -> list[str]:
    """The studies, of each subgroup with its pooled result; of many the first."""
    words = []
    for group, rows in plot.parts:
        if group is not None:
            words.append(f"Subgroup {group.name}:")
        told = [number for number in rows if number < MOST_STUDIES_IN_WORDS]
        words += [_row_in_words(plot, plot.rows[number]) for number in told]
        if group is not None and group.total is not None:
            words += _total_in_words(plot, group.total, f"Subtotal {group.name}")
    if len(plot.rows) > MOST_STUDIES_IN_WORDS:
        words.append(f"And {len(plot.rows) - MOST_STUDIES_IN_WORDS} further studies.")
    return words


def _total_in_words(plot: ForestPlot, total: ForestTotal, label: str) -> list[str]:
    words = [f"{label}: {_interval(plot, total.estimate, total.ci_low, total.ci_high)}."]
    if total.prediction_low is not None and total.prediction_high is not None:
        low, high = effect_number(total.prediction_low), effect_number(total.prediction_high)
        words.append(f"{plot.level} prediction interval {low} to {high}.")
    return words


def _row_in_words(plot: ForestPlot, row: ForestRow) -> str:
    parts = [_interval(plot, row.estimate, row.ci_low, row.ci_high)]
    number = plot.rows.index(row)
    parts += [f"{column.head} {column.cells[number]}" for column in plot.columns if column.cells[number]]
    if None not in {row.events1, row.n1, row.events2, row.n2}:
        parts.append(f"{row.events1} of {row.n1} against {row.events2} of {row.n2}")
    told = [
        ", ".join(f"{head.lower()} {cell}" for head, cell in zip(plot.heads, cells, strict=False) if cell)
        for cells in (row.group1, row.group2)
    ]
    if any(told):
        parts.append(" against ".join(filter(None, told)))
    if row.weight_percent is not None:
        parts.append(f"weight {row.weight_percent:.1f}%")
    label = {"studies": "", "leave-one-out": "Without ", "cumulative": "Up to "}[plot.kind]
    return f"{label}{row.study}: {'; '.join(parts)}."


def _interval(plot: ForestPlot, estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None or low is None or high is None:
        return "not estimable"
    numbers = f"{effect_number(low)} to {effect_number(high)}"
    return (
        f"{plot.measure[:1].lower() + plot.measure[1:]} {effect_number(estimate)} ({plot.level} CI {numbers})"
    )
