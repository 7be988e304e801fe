"""Baujat's plot: what each study adds to heterogeneity, and how much the result moves without it.

Baujat, Mahe, Pignon & Hill 2002, doi:10.1002/sim.1221.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, WIDTH, Chart, in_words, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale
from evisynth.reporting.figures.typography import clean
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.sensitivity.baujat import Baujat
from evisynth.synthesis.sensitivity.baujat import baujat as baujat_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 250.0


@dataclass(frozen=True, slots=True, eq=False)
class BaujatPlot:
    """x : (k,) contributions of the studies to Q; y : (k,) squared standardised change of the result without each."""

    studies: tuple[str, ...]
    x: Vector
    y: Vector
    title: str = ""
    notes: tuple[str, ...] = ()


def most_striking(plot: BaujatPlot) -> list[int]:
    """The studies from the furthest out to the nearest: by distance from the origin, both axes as long as the data."""
    far = np.hypot(plot.x / (np.max(plot.x) or 1.0), plot.y / (np.max(plot.y) or 1.0))
    return [int(at) for at in np.argsort(-far, kind="stable")]


def baujat_plot(result: Pooled | MetaRegression | Baujat, *, title: str = "") -> BaujatPlot:
    """What Baujat's plot of a result shows; a study without which nothing can be fitted is told in the notes."""
    found = result if isinstance(result, Baujat) else baujat_of(result)
    there = np.isfinite(found.x) & np.isfinite(found.y)
    without = [name for name, own in zip(found.studies, there.tolist(), strict=True) if not own]
    return BaujatPlot(
        tuple(name for name, own in zip(found.studies, there.tolist(), strict=True) if own),
        found.x[there],
        found.y[there],
        title,
        (f"Not shown, since nothing can be fitted without them: {', '.join(without)}.",) if without else (),
    )


def baujat_figure(plot: BaujatPlot, *, width: float = WIDTH) -> "Figure":
    """The plot as a matplotlib figure; names stand beside points where there is room, the furthest first."""
    if not len(plot.x) == len(plot.y) == len(plot.studies) > 0:
        raise DataError(
            f"Baujat plot: {len(plot.studies)} studies for {len(plot.x)} and {len(plot.y)} coordinates."
        )
    ends = [float(np.max(values)) * 1.08 or 1.0 for values in (plot.x, plot.y)]
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.75),
            x=Scale("Contribution to overall heterogeneity", -0.03 * ends[0], ends[0]),
            y=Scale("Influence on overall result", -0.03 * ends[1], ends[1]),
            notes=plot.notes,
        )
        chart.axes.scatter(plot.x, plot.y, s=26, facecolor=BLUE, edgecolor="white", linewidth=0.5, zorder=5)
        chart.name_points(plot.x, plot.y, plot.studies, order=most_striking(plot))
        return chart.figure


def baujat_alt(plot: BaujatPlot) -> str:
    """The figure in words, the most striking studies first."""
    order = most_striking(plot)
    told = in_words(
        "Contribution to heterogeneity and influence on the result, from the largest",
        [plot.studies[at] for at in order],
        [f"{plot.x[at]:.3g} and {plot.y[at]:.3g}" for at in order],
    )
    title = f": {plot.title}" if plot.title else ""
    return clean(" ".join([f"Baujat plot{title}, {studies_of(len(plot.studies))}. {told}", *plot.notes]))


def baujat(
    result: Pooled | MetaRegression | Baujat, *, title: str = "", width: float = WIDTH
) -> Plotted[BaujatPlot]:
    """Baujat's plot of a pooled effect, a meta-regression, or contributions that were computed before."""
    plot = baujat_plot(result, title=title)
    return Plotted(plot, baujat_figure(plot, width=width), baujat_alt(plot))
