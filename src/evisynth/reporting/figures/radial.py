"""Radial (Galbraith) plots: standardised effects against precision; the slope from the origin is the effect.

Galbraith 1988, doi:10.1002/sim.4780070807.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, SIZE, WIDTH, Chart, Key, in_words, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import (
    SMALL,
    Scale,
    Tick,
    effect_label,
    effect_scale,
    ticks_along,
)
from evisynth.reporting.figures.typography import INK, LINE, RULE, clean, font, widest, wrap
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import Pooled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 260.0


@dataclass(frozen=True, slots=True, eq=False)
class RadialPlot:
    """What a radial plot shows.

    x : (k,) precisions, 1 / sqrt(vi + tau2). z : (k,) effects times precision. mu : the pooled effect, the slope
    of the line from the origin; the band around it is +- the normal quantile of `level` in z.
    """

    measure: str
    studies: tuple[str, ...]
    x: Vector
    z: Vector
    mu: float
    level: float = 0.95
    tau2: float = 0.0
    title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def precision(self) -> str:
        """What the horizontal axis shows, in words."""
        return "Precision, 1 / √(variance + tau²)" if self.tau2 else "Precision, 1 / standard error"

    @property
    def band(self) -> float:
        """Half the height of the band, in units of z."""
        return critical_value(self.level)

    @property
    def outside(self) -> Flags:
        """(k,) the studies outside the band."""
        flags: Flags = np.abs(self.z - self.mu * self.x) > self.band
        return flags


def radial_plot(pooled: Pooled, *, title: str = "") -> RadialPlot:
    """What the radial plot of a result shows. DataError: no study has an effect of its own."""
    there = np.isfinite(pooled.yi) & np.isfinite(pooled.vi)
    if not np.any(there):
        raise DataError("Radial plot: no study has an effect of its own.")
    x = 1 / np.sqrt(pooled.vi[there] + pooled.tau2)
    without = [name for name, own in zip(pooled.studies, there.tolist(), strict=True) if not own]
    return RadialPlot(
        measure=pooled.measure,
        studies=tuple(name for name, own in zip(pooled.studies, there.tolist(), strict=True) if own),
        x=x,
        z=pooled.yi[there] * x,
        mu=pooled.mu,
        level=pooled.level,
        tau2=pooled.tau2,
        title=title,
        notes=(f"Without an effect of their own: {', '.join(without)}.",) if without else (),
    )


def radial_figure(plot: RadialPlot, *, width: float = WIDTH) -> "Figure":
    """The radial plot as a matplotlib figure, with effects read off on the arc at the right."""
    reach = float(np.max(plot.x)) * 1.05
    ends = np.array(
        [plot.mu * reach + plot.band, plot.mu * reach - plot.band, plot.band, -plot.band, *plot.z]
    )
    low, high = float(np.min(ends)), float(np.max(ends))
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    height = min(HEIGHT, width * 0.8)
    ticks = _effects_on_arc(plot, reach, low, high, height)
    label = wrap(effect_label(plot.measure), height, SIZE)
    room = widest([tick.words for tick in ticks], SMALL) + 10 + len(label) * SIZE * LINE
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=height,
            x=Scale(plot.precision, 0.0, reach * 1.1),
            y=Scale("Standardised effect (z)", low, high),
            key=[
                Key("Study", "point", "white", BLUE),
                Key("Pooled effect", "line"),
                Key(f"{100 * plot.level:g}% band", "area", RULE, "#e6ecf2"),
            ],
            notes=plot.notes,
            right=room,
        )
        axes = chart.axes
        line = np.array([0.0, reach])
        axes.fill_between(line, plot.mu * line - plot.band, plot.mu * line + plot.band, color="#e6ecf2", lw=0)
        axes.plot(line, plot.mu * line, color=INK, linewidth=0.9)
        axes.axhline(0, color=RULE, linewidth=0.6)
        axes.scatter(plot.x, plot.z, s=26, facecolor=BLUE, edgecolor="white", linewidth=0.5, zorder=5)
        _draw_arc(chart, ticks, reach)
        middle = chart.start + height / 2
        for number, words in enumerate(label):
            at = chart.page.width - 10 - (len(label) - 1 - number + 0.5) * SIZE * LINE
            chart.page.text(at, middle, words, size=SIZE, turned=True)
        far = np.abs(plot.z - plot.mu * plot.x)
        order = [int(at) for at in np.argsort(-far, kind="stable") if plot.outside[at]]
        chart.name_points(plot.x, plot.z, plot.studies, order=order)
        return chart.figure


def _effects_on_arc(plot: RadialPlot, reach: float, low: float, high: float, height: float) -> list[Tick]:
    """The effects that are marked at the right: those whose line from the origin ends within the frame."""
    within = np.array([low, high]) / reach
    scale = effect_scale(plot.measure, within)
    ticks = ticks_along(Scale("", float(within[0]), float(within[1]), scale.log), height)
    return [tick for tick in ticks if low < tick.at * reach < high]


def _draw_arc(chart: Chart, ticks: list[Tick], reach: float) -> None:
    """The scale of effects: upright marks at the right end of the data, each where the line of its effect ends."""
    for tick in ticks:
        at = tick.at * reach
        chart.axes.plot([reach, reach * 1.02], [at, at], color=RULE, linewidth=0.8)
        chart.axes.plot([reach * 1.02, reach * 1.1], [at, at], color=RULE, linewidth=0.4, dashes=(1, 2))
        chart.axes.annotate(
            tick.words,
            (reach * 1.1, at),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontproperties=font(SMALL),
            color=INK,
            parse_math=False,
            annotation_clip=False,
        )
    if ticks:
        chart.axes.plot([reach] * 2, [ticks[0].at * reach, ticks[-1].at * reach], color=RULE, linewidth=0.8)


def radial_alt(plot: RadialPlot) -> str:
    """The figure in words."""
    back = measure_named(plot.measure).on_known_scale().back
    beyond = [name for name, far in zip(plot.studies, plot.outside.tolist(), strict=True) if far]
    title = f": {plot.title}" if plot.title else ""
    values = [f"{x:.3g} and {z:.3g}" for x, z in zip(plot.x.tolist(), plot.z.tolist(), strict=True)]
    told = in_words("Precision and z", plot.studies, values)
    out = f"Outside the {100 * plot.level:g}% band: {', '.join(beyond) or 'none'}."
    words = (
        f"Radial plot{title}, {studies_of(len(plot.studies))}, pooled effect {effect_number(back(plot.mu))}."
    )
    return clean(" ".join([words, out, told, *plot.notes]))


def radial(pooled: Pooled, *, title: str = "", width: float = WIDTH) -> Plotted[RadialPlot]:
    """The radial plot of a pooled effect; studies outside the band are named where there is room."""
    plot = radial_plot(pooled, title=title)
    return Plotted(plot, radial_figure(plot, width=width), radial_alt(plot))
