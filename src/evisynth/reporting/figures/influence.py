"""Influence of the studies in small panels side by side: residuals, Cook's distances, what changes without each.

Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import (
    BLUE,
    RED,
    add_frame,
    check_width,
    dress_ticks,
    in_words,
    shortened,
    studies_of,
)
from evisynth.reporting.figures.drawing import fixed_style, new_page
from evisynth.reporting.figures.plotted import DATA, Plotted
from evisynth.reporting.figures.scales import SMALL, Scale, padded, ticks_across
from evisynth.reporting.figures.typography import GREY, LINE, MARGIN, MIDDLE, clean, widest, wrap
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.sensitivity.influence import Influence
from evisynth.synthesis.sensitivity.influence import influence as influence_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

A4_WIDTH = 595.0
ROW = 11.5
PANEL_LEAST = 58.0
GAP = 8.0
COOK = "Cook's distance"
LEAST_SPAN = 0.01  # of an axis, as a share of its values
NAMES_SHARE = 0.34  # of the width


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One diagnostic: its name, its values (k,), where it is without influence, and beyond what it stands out."""

    words: str
    values: Vector
    usual: float | None = None
    limits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class InfluencePlot:
    """The panels of the diagnostics; `flagged` (k,) are the studies that stand out."""

    studies: tuple[str, ...]
    panels: tuple[Panel, ...]
    flagged: Flags
    title: str = ""


def influence_plot(result: Pooled | MetaRegression | Influence, *, title: str = "") -> InfluencePlot:
    """What the influence panels of a result show.

    Of diagnostics that were computed before, the lines of tau2 and Q of all studies are not known and not drawn.
    """
    found = result if isinstance(result, Influence) else influence_of(result)
    tau2, Q = (None, None) if isinstance(result, Influence) else (result.tau2, result.Q)
    k, p = found.k, found.p
    far = 3 * math.sqrt(p / (k - p))
    panels = (
        Panel("rstudent", found.rstudent, 0.0, (-1.96, 1.96)),
        Panel("dffits", found.dffits, 0.0, (-far, far)),
        Panel(COOK, found.cook_d, 0.0, (float(chdtri(p, 0.5)),)),
        Panel("cov. ratio", found.cov_r, 1.0),
        Panel("tau² without", found.tau2_del, tau2),
        Panel("Q without", found.QE_del, Q),
        Panel("hat", found.hat, p / k, (3 * p / k,)),
        Panel("weight (%)", found.weight, 100 / k),
    )
    return InfluencePlot(found.studies, panels, found.is_infl, title)


def influence_figure(plot: InfluencePlot, *, width: float = A4_WIDTH) -> "Figure":
    """The panels as a matplotlib figure, side by side; where they do not fit, in blocks below each other."""
    check_width(width)
    if not plot.studies or any(len(panel.values) != len(plot.studies) for panel in plot.panels):
        raise DataError("Influence panels: there must be studies, and a value of each diagnostic for each.")
    names = [shortened(name, width * NAMES_SHARE, SMALL) for name in plot.studies]
    left = MARGIN + max(widest(names, SMALL, bold=True), 40.0) + 8
    room = width - left - MARGIN
    most = max(1, int((room + GAP) // (PANEL_LEAST + GAP)))
    side_by_side = math.ceil(len(plot.panels) / math.ceil(len(plot.panels) / most))
    panel_width = (room + GAP) / side_by_side - GAP
    blocks = [plot.panels[at : at + side_by_side] for at in range(0, len(plot.panels), side_by_side)]
    height = ROW * len(names)
    with fixed_style():
        page = new_page(width)
        y = page.title(plot.title)
        starts = []
        for block in blocks:
            heads = [wrap(panel.words, panel_width, SMALL, bold=True, most=3) for panel in block]
            y += max(len(head) for head in heads) * SMALL * LINE + 4
            _names(page, names, plot.flagged, y)
            for number, head in enumerate(heads):
                middle = left + number * (panel_width + GAP) + panel_width / 2
                for line, words in enumerate(head):
                    base = y - 4 - (len(head) - 1 - line) * SMALL * LINE
                    page.text(middle, base, words, size=SMALL, bold=True, align="center")
            starts.append(y)
            y += height + 6 + SMALL * LINE + 10
        y = _notes(page, plot, y - 4)
        page.finish(y)
        for block, start in zip(blocks, starts, strict=True):
            for number, panel in enumerate(block):
                x = left + number * (panel_width + GAP)
                _panel(page, y, panel, plot.flagged, (x, start, panel_width, height))
        return page.figure


def _names(page: "Page", names: list[str], flagged: Flags, start: float) -> None:
    for row, (name, flag) in enumerate(zip(names, flagged.tolist(), strict=True)):
        base = start + (row + 0.5) * ROW + MIDDLE * SMALL
        page.text(MARGIN, base, name, size=SMALL, bold=flag)


def _panel(
    page: "Page", total: float, panel: Panel, flagged: Flags, place: tuple[float, float, float, float]
) -> None:
    """One frame: a row a study, as the names beside it."""
    axes = add_frame(page, total, *place)
    axes.set_label(DATA)
    lines = [] if panel.usual is None else [panel.usual]
    known = panel.values[np.isfinite(panel.values)]
    # A limit that is far from all values would squeeze them and is not shown.
    spread = float(np.ptp(known)) if len(known) else 0.0
    reach = [*known.tolist(), *lines] or [0.0]
    limits = [one for one in panel.limits if min(reach) - spread <= one <= max(reach) + spread]
    least = LEAST_SPAN * max(
        abs(one) for one in reach
    )  # values that differ by rounding alone stand in one line
    middle = (min(reach) + max(reach)) / 2
    shown = [middle - least / 2, middle + least / 2] if np.ptp(reach) < least else reach
    low, high = padded([*shown, *limits], 0.08)
    axes.set_xlim(low, high)
    axes.set_ylim(len(flagged) - 0.5, -0.5)
    dress_ticks(axes, "y", [])
    dress_ticks(axes, "x", ticks_across(Scale("", low, high), place[2], overhang=GAP / 2 - 1.5))
    for at in lines:
        axes.axvline(at, color=GREY, linewidth=0.7)
    for at in limits:
        axes.axvline(at, color=GREY, linewidth=0.7, dashes=(3, 2))
    rows = np.arange(len(flagged))
    axes.plot(panel.values, rows, color="#c4ccd4", linewidth=0.8, zorder=2)
    axes.scatter(panel.values[~flagged], rows[~flagged], s=14, color=BLUE, linewidth=0, zorder=4)
    axes.scatter(panel.values[flagged], rows[flagged], s=22, color=RED, marker="D", linewidth=0, zorder=5)


def _notes(page: "Page", plot: InfluencePlot, y: float) -> float:
    note = "Red, bold: influential by one of the rules (dashed lines)." if np.any(plot.flagged) else (
        "No study is influential by the rules (dashed lines)."
    )  # fmt: skip
    for line in wrap(note, page.width - 2 * MARGIN, SMALL):
        y += SMALL * LINE
        page.text(MARGIN, y, line, size=SMALL, colour=GREY)
    return y + MARGIN


def influence_alt(plot: InfluencePlot) -> str:
    """The figure in words: which studies stand out, and the extreme study of each panel."""
    out = [name for name, flag in zip(plot.studies, plot.flagged.tolist(), strict=True) if flag]
    parts = []
    for panel in plot.panels:
        if np.any(np.isfinite(panel.values)):
            at = int(np.nanargmax(np.abs(panel.values - (panel.usual or 0.0))))
            parts.append(f"{panel.words}: furthest is {plot.studies[at]} with {panel.values[at]:.3g}")
    title = f": {plot.title}" if plot.title else ""
    told = [
        in_words(panel.words, plot.studies, [f"{value:.3g}" for value in panel.values.tolist()])
        for panel in plot.panels
        if panel.words == COOK
    ]
    first = f"Influence of {studies_of(len(plot.studies))}{title}. Influential: {', '.join(out) or 'none'}."
    return clean(" ".join([first, f"{'; '.join(parts)}.", *told]))


def influence(
    result: Pooled | MetaRegression | Influence, *, title: str = "", width: float = A4_WIDTH
) -> Plotted[InfluencePlot]:
    """The influence panels of a pooled effect, a meta-regression, or diagnostics computed before."""
    plot = influence_plot(result, title=title)
    return Plotted(plot, influence_figure(plot, width=width), influence_alt(plot))
