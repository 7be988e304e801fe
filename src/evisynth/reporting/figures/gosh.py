"""GOSH plots: effect against heterogeneity over all subsets of the studies, with the density along each axis.

Olkin, Dahabreh & Trikalinos 2012, doi:10.1002/jrsm.1053.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, RED, WIDTH, Chart, Key
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale, effect_label, padded, shows_ratios
from evisynth.reporting.figures.typography import clean
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.sensitivity.gosh import Gosh

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Spread = Literal["I2", "tau2", "Q"]
SPREADS = {"I2": "I² (%)", "tau2": "tau²", "Q": "Q"}
HEIGHT = 230.0
MARGINAL = 42.0  # height of a density
BINS = 200
MOST_POINTS = 100_000  # drawn at most; the densities are of all


@dataclass(frozen=True, slots=True, eq=False)
class GoshPlot:
    """effects, spread : (m,) of the subsets, on the analysis scale; marked : (m,) those that have a study, or None."""

    measure: str
    effects: Vector
    spread: Vector
    spread_name: str = "I² (%)"
    marked: Flags | None = None
    marked_name: str = ""
    left_out: int = 0  # subsets for which the spread is not defined
    title: str = ""


def gosh_plot(found: Gosh, *, study: str = "", spread: Spread = "I2", title: str = "") -> GoshPlot:
    """What the GOSH plot shows; the subsets that have `study` are marked. Subsets without the spread are counted.

    Raises
    ------
    DataError : an unknown study or spread.
    """
    if spread not in SPREADS:
        raise DataError(f"Spread {spread!r} is not known; known are {', '.join(SPREADS)}.")
    values: Vector = getattr(found, spread)
    known = np.isfinite(values) & np.isfinite(found.mu)
    return GoshPlot(
        measure=found.measure,
        effects=found.mu[known],
        spread=values[known],
        spread_name=SPREADS[spread],
        marked=found.has(study)[known] if study else None,
        marked_name=study,
        left_out=int(np.sum(~known)),
        title=title,
    )


def density(values: ArrayLike, low: float, high: float) -> tuple[Vector, Vector]:
    """(BINS,) middles and heights of a smoothed histogram between two ends; its area is 1.

    Counts in bins are spread by a normal kernel with Silverman's bandwidth, which is a kernel density estimate to
    within a bin, at any number of values.

    Source: Silverman 1986, Density estimation for statistics and data analysis, sections 3.4 and 3.5,
    doi:10.1007/978-1-4899-3324-9.
    """
    x = np.asarray(values, dtype=np.float64)
    counts, edges = np.histogram(x, bins=BINS, range=(low, high))
    step = (high - low) / BINS
    quarters = float(np.subtract(*np.quantile(x, (0.75, 0.25)))) / 1.34
    spread = min(one for one in (float(np.std(x)), quarters, np.inf) if one > 0)
    width = 0.9 * spread * len(x) ** -0.2 if np.isfinite(spread) else step
    reach = min(BINS - 1, int(np.ceil(4 * width / step)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / max(width, step)) ** 2)
    # What would fall beyond an end is reflected: I2 and tau2 stop at 0.
    smooth = np.convolve(np.pad(counts.astype(np.float64), reach, mode="symmetric"), kernel, mode="valid")
    return (edges[:-1] + edges[1:]) / 2, smooth / (np.sum(smooth) * step)


def gosh_figure(plot: GoshPlot, *, width: float = WIDTH) -> "Figure":
    """The GOSH plot as a matplotlib figure; the cloud of points is an image inside it."""
    if not len(plot.effects) == len(plot.spread) > 0:
        raise DataError(
            f"GOSH plot: {len(plot.effects)} effects and {len(plot.spread)} spreads; each subset needs both."
        )
    x_low, x_high = padded(plot.effects, 0.04)
    y_low, y_high = padded(plot.spread, 0.04)
    marked = plot.marked if plot.marked is not None else np.zeros(len(plot.effects), dtype=np.bool_)
    key = [Key(f"Subsets with {plot.marked_name}", "point", RED, RED)] if plot.marked is not None else []
    key += [Key("Subsets without it", "point", BLUE, BLUE)] if plot.marked is not None else []
    notes = [f"{len(plot.effects):,} subsets."]
    shown = np.arange(len(plot.effects))
    if len(shown) > MOST_POINTS:
        shown = np.sort(np.random.default_rng(1).choice(len(shown), MOST_POINTS, replace=False))
        notes = [
            f"{len(plot.effects):,} subsets, of which {MOST_POINTS:,} at random are drawn; the densities are of all."
        ]
    if plot.left_out:
        notes.append(f"{plot.left_out:,} subsets, of one study, have no {plot.spread_name}.")
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.7),
            x=Scale(effect_label(plot.measure), x_low, x_high, log=shows_ratios(measure_named(plot.measure))),
            y=Scale(plot.spread_name, y_low, y_high),
            key=key,
            notes=notes,
            right=MARGINAL + 4,
            top=MARGINAL + 4,
        )
        size = 1.0 if len(shown) > 5000 else 2.0
        order = shown[np.argsort(marked[shown], kind="stable")]
        for flag, colour in ((False, BLUE), (True, RED)):
            some = order[marked[order] == flag]
            chart.axes.plot(
                plot.effects[some], plot.spread[some], linestyle="none", marker="o", markersize=size,
                markeredgewidth=0, color=colour, alpha=0.35 if len(shown) > 500 else 0.8, rasterized=True,
            )  # fmt: skip
        _marginals(chart, plot, marked, (x_low, x_high), (y_low, y_high))
        return chart.figure


def _marginals(
    chart: Chart, plot: GoshPlot, marked: Flags, x_ends: tuple[float, float], y_ends: tuple[float, float]
) -> None:
    """Densities over the frame and at its right: of all subsets, or of those with and without the marked study."""
    over = chart.add_frame(chart.left, chart.start - MARGINAL - 4, chart.width, MARGINAL)
    beside = chart.add_frame(chart.left + chart.width + 4, chart.start, MARGINAL, chart.height)
    for axes in (over, beside):
        axes.set_axis_off()
    over.set_xlim(*x_ends)
    beside.set_ylim(*y_ends)
    for flag, colour in ((False, BLUE), (True, RED)):
        some = marked == flag
        if np.any(some):
            _density(over, plot.effects[some], x_ends, colour, upright=False)
            _density(beside, plot.spread[some], y_ends, colour, upright=True)
    over.set_ylim(0, None)
    beside.set_xlim(0, None)


def _density(axes: "Axes", values: Vector, ends: tuple[float, float], colour: str, *, upright: bool) -> None:
    middles, heights = density(values, *ends)
    if upright:
        axes.fill_betweenx(middles, 0, heights, color=colour, alpha=0.35, linewidth=0)
        axes.plot(heights, middles, color=colour, linewidth=0.8)
    else:
        axes.fill_between(middles, 0, heights, color=colour, alpha=0.35, linewidth=0)
        axes.plot(middles, heights, color=colour, linewidth=0.8)


def gosh_alt(plot: GoshPlot) -> str:
    """The figure in words: quartiles of effects and spread, of the marked subsets and the others."""
    parts = [(f"of {len(plot.effects)} subsets", np.ones(len(plot.effects), dtype=np.bool_))]
    if plot.marked is not None:
        parts = [(f"with {plot.marked_name}", plot.marked), (f"without {plot.marked_name}", ~plot.marked)]
    back = measure_named(plot.measure).on_known_scale().back_all
    told = []
    for words, some in parts:
        if not np.any(some):
            continue
        low, middle, high = (
            effect_number(one) for one in back(np.quantile(plot.effects[some], (0.25, 0.5, 0.75)))
        )
        low2, middle2, high2 = (f"{one:.3g}" for one in np.quantile(plot.spread[some], (0.25, 0.5, 0.75)))
        told.append(
            f"Subsets {words}: median effect {middle} (quartiles {low} to {high}), median {plot.spread_name} "
            f"{middle2} (quartiles {low2} to {high2})."
        )
    title = f": {plot.title}" if plot.title else ""
    return clean(
        f"GOSH plot{title}, {effect_label(plot.measure)} against {plot.spread_name}. {' '.join(told)}"
    )


def gosh(
    found: Gosh, *, study: str = "", spread: Spread = "I2", title: str = "", width: float = WIDTH
) -> Plotted[GoshPlot]:
    """The GOSH plot of the subsets that `sensitivity.gosh.gosh` pooled; those with `study` in another colour."""
    plot = gosh_plot(found, study=study, spread=spread, title=title)
    return Plotted(plot, gosh_figure(plot, width=width), gosh_alt(plot))
