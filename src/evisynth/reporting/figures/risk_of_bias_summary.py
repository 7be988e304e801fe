"""Risk of bias summed over the studies: for each domain the share of every judgement, as a bar of 100%."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw, fixed_style, new_page
from evisynth.reporting.figures.traffic_light import MARKS, draw_legend, judgement_of, legend_width
from evisynth.reporting.figures.typography import (
    GREY,
    INK,
    LINE,
    MARGIN,
    MIDDLE,
    RULE,
    clean,
    text_width,
    widest,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

SIZE = 9.0
SMALL = 8.0
NAME_WIDTH = 220.0
BAR_WIDTH = 330.0
BAR = 17.0
ROW = 24.0


@dataclass(frozen=True, slots=True)
class RiskOfBiasSummary:
    """judgements[study][domain], domains by their full names; "" or absent where none was made.

    `weights` are the studies' weights in a meta-analysis, in any unit; empty: each study counts the same.
    """

    studies: tuple[str, ...]
    domains: tuple[str, ...]
    judgements: Mapping[str, Mapping[str, str]]
    weights: Mapping[str, float] = field(default_factory=dict)
    title: str = ""


def shares(plot: RiskOfBiasSummary, domain: str) -> dict[str, float]:
    """The share (0 to 1) of each judgement in a domain, in the order of the legend; none of 0.

    DataError: no study, a study without a weight, weights that are negative or all 0.
    """
    weights = plot.weights or dict.fromkeys(plot.studies, 1.0)
    missing = [study for study in plot.studies if study not in weights]
    if missing:
        raise DataError(
            f"Risk of bias summary: {missing[0]} has no weight; give one for each study, or none at all."
        )
    total = sum(weights[study] for study in plot.studies)
    if total <= 0 or min(weights[study] for study in plot.studies) < 0:
        raise DataError(
            "Risk of bias summary: it needs studies whose weights are not negative and not all 0."
        )
    sums = dict.fromkeys(MARKS, 0.0)
    for study in plot.studies:
        sums[judgement_of(plot.judgements, study, domain)] += weights[study]
    return {judgement: value / total for judgement, value in sums.items() if value > 0}


def weighting_in_words(plot: RiskOfBiasSummary) -> str:
    if plot.weights:
        return "Weighted: each study counts by its weight in the meta-analysis."
    return "Unweighted: each study counts the same."


def risk_of_bias_summary_figure(plot: RiskOfBiasSummary) -> "Figure":
    """The bars as a matplotlib figure. DataError as shares(); a judgement that is not known; no domain."""
    if not plot.domains:
        raise DataError("A risk of bias summary needs at least one domain.")
    parts = {domain: shares(plot, domain) for domain in plot.domains}
    used = [judgement for judgement in MARKS if any(judgement in part for part in parts.values())]
    names = [wrap(domain, NAME_WIDTH, SIZE, most=4) for domain in plot.domains]
    left = MARGIN + widest([line for name in names for line in name], SIZE) + 12
    right = left + BAR_WIDTH
    with fixed_style():
        page = new_page(max(right + 16, MARGIN + legend_width(used)) + MARGIN)
        y = page.title(plot.title) - 6 + SIZE * LINE + 2
        page.text(MARGIN, y, weighting_in_words(plot), size=SIZE, colour=GREY)
        y += 10
        for domain, name in zip(plot.domains, names, strict=True):
            height = max(ROW, len(name) * SIZE * LINE + 5)
            page.lines(MARGIN, y + height / 2, name, size=SIZE)
            _bar(page, parts[domain], left, y + height / 2)
            y += height
        _scale(page, left, y + 2)
        y += 34
        draw_legend(page, MARGIN, y, used)
        return page.finish(y + 8 + MARGIN)


def _bar(page: "Page", part: Mapping[str, float], left: float, middle: float) -> None:
    """One bar; each piece carries as much as it has room for: judgement and share, its share, its sign."""
    for judgement, share in part.items():
        mark = MARKS[judgement]
        width = share * BAR_WIDTH
        page.box(left, middle - BAR / 2, width, BAR, fill=mark.fill, edge=INK, line=0.6)
        word, sign, percent = judgement.capitalize() or "Not judged", mark.sign, f"{100 * share:.0f}%"
        for words, size in ((f"{word} {percent}", SIZE), (percent, SIZE), (percent, SMALL - 1), (sign, SIZE)):
            if text_width(clean(words), size, bold=True) <= width - 3:
                base = middle + MIDDLE * size
                page.text(
                    left + width / 2, base, words, size=size, bold=True, align="center", colour=mark.ink
                )
                break
        left += width


def _scale(page: "Page", left: float, y: float) -> None:
    page.line([(left, y), (left + BAR_WIDTH, y)], width=0.6, colour=RULE)
    for percent in (0, 25, 50, 75, 100):
        x = left + BAR_WIDTH * percent / 100
        page.line([(x, y), (x, y + 3)], width=0.6, colour=RULE)
        page.text(x, y + 4 + SMALL, f"{percent}%", size=SMALL, align="center")


def draw_risk_of_bias_summary(plot: RiskOfBiasSummary) -> Drawing:
    """The bars as SVG, PNG and PDF. DataError as risk_of_bias_summary_figure."""
    return draw(risk_of_bias_summary_figure(plot), risk_of_bias_summary_alt(plot))


def risk_of_bias_summary_alt(plot: RiskOfBiasSummary) -> str:
    """The figure in words: the share of each judgement in each domain."""
    rows = []
    for domain in plot.domains:
        parts = ", ".join(
            f"{100 * share:.0f}% {MARKS[judgement].words.lower()}"
            for judgement, share in shares(plot, domain).items()
        )
        rows.append(f"{domain}: {parts}.")
    count = "1 study" if len(plot.studies) == 1 else f"{len(plot.studies)} studies"
    return clean(f"Risk of bias summary of {count}. {weighting_in_words(plot)} {' '.join(rows)}")
