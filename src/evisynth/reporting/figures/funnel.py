"""Funnel plots: effects against their standard errors, with pseudo limits, contours of p values, filled studies.

Sterne & Egger 2001, doi:10.1016/S0895-4356(01)00377-8; contours: Peters et al. 2008,
doi:10.1016/j.jclinepi.2007.11.010.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, RED, WIDTH, Chart, Key, in_words, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale, effect_label, padded, shows_ratios
from evisynth.reporting.figures.typography import GREY, INK, clean
from evisynth.synthesis.bias.funnel import Funnel
from evisynth.synthesis.bias.trim_and_fill import TrimAndFill
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import Pooled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONTOURS = (0.1, 0.05, 0.01)  # p values, from the inside of the funnel outwards
SHADES = ("#bdbdbd", "#d9d9d9", "#ececec", "#f6f6f6")  # the areas beyond each contour, dark inside
HEIGHT = 250.0
STEPS = 101


@dataclass(frozen=True, slots=True, eq=False)
class FunnelPlot:
    """What a funnel plot shows; effects, standard errors and centres are on the analysis scale.

    measure  : its letters, as `Pooled.measure`.
    yi, sei  : (k,) effects and standard errors of the studies.
    centre   : the pooled effect that the pseudo limits stand around; tau2 is added to the variance in them.
    contours : p values of no effect, descending, between which areas are shaded around the value of no effect.
    filled_yi, filled_sei : (k0,) what trim and fill adds, and filled_centre its pooled effect.
    about    : no effect, which the contours surround; by default what the measure says.
    named    : whether studies are named where there is room, those outside the pseudo limits first.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    sei: Vector
    centre: float
    tau2: float = 0.0
    level: float = 0.95
    contours: tuple[float, ...] = ()
    filled_yi: Vector = field(default_factory=lambda: np.empty(0))
    filled_sei: Vector = field(default_factory=lambda: np.empty(0))
    filled_centre: float | None = None
    about: float | None = None
    named: bool = False
    title: str = ""
    label: str = ""  # of the axis of effects; by default the measure in words
    notes: tuple[str, ...] = ()

    @property
    def deepest(self) -> float:
        """The standard error at the foot of the plot."""
        return float(np.max(np.concatenate((self.sei, self.filled_sei)))) * 1.06

    @property
    def null(self) -> float:
        """No effect on the analysis scale, around which the contours stand."""
        if self.about is not None:
            return self.about
        null = measure_named(self.measure).null
        if null is None:
            raise DataError(
                f"{self.measure} has no value of no effect, so that a funnel has no contours of p values."
            )
        return 0.0 if measure_named(self.measure).ratio else null


def pseudo_limits(plot: FunnelPlot, sei: Vector) -> tuple[Vector, Vector]:
    """Where `level` of the studies of these standard errors lie if all share the centre (or scatter by tau2)."""
    half = critical_value(plot.level) * np.sqrt(sei**2 + plot.tau2)
    return plot.centre - half, plot.centre + half


def outside(plot: FunnelPlot) -> Flags:
    """(k,) the studies outside the pseudo limits."""
    low, high = pseudo_limits(plot, plot.sei)
    flags: Flags = (plot.yi < low) | (plot.yi > high)
    return flags


def contour_limits(plot: FunnelPlot, p: float, sei: Vector) -> tuple[Vector, Vector]:
    """The effects whose two-sided p value against no effect is p, at these standard errors."""
    half = critical_value(1 - p) * sei
    return plot.null - half, plot.null + half


def funnel_plot(
    result: Pooled | TrimAndFill | Funnel,
    *,
    contours: bool | Sequence[float] = False,
    tau2: bool = False,
    named: bool = False,
    title: str = "",
    label: str = "",
) -> FunnelPlot:
    """What the funnel plot of a result shows. Studies without an effect of their own are in the notes.

    Parameters
    ----------
    result : a pooled effect; trim and fill, whose filled studies are drawn too; or the numbers of a funnel plot by
        `bias.funnel`, whose centre, tau2, widest region and (with contours=True) contours are taken.
    contours : True for p = 0.1, 0.05 and 0.01, or the p values wanted.
    tau2 : whether the pseudo limits include the between-study variance.

    Raises
    ------
    DataError : no study has an effect of its own; contours of a measure that has no value of no effect.
    """
    if isinstance(result, Funnel):
        return _of_numbers(result, contours, named=named, title=title, label=label)
    pooled = result.observed if isinstance(result, TrimAndFill) else result
    there = np.isfinite(pooled.yi) & np.isfinite(pooled.vi)
    if not np.any(there):
        raise DataError("Funnel plot: no study has an effect of its own.")
    without = [name for name, own in zip(pooled.studies, there.tolist(), strict=True) if not own]
    notes = (f"Without an effect of their own: {', '.join(without)}.",) if without else ()
    levels = tuple(CONTOURS if contours is True else sorted(contours or (), reverse=True))
    filled = isinstance(result, TrimAndFill)
    plot = FunnelPlot(
        measure=pooled.measure,
        studies=tuple(name for name, own in zip(pooled.studies, there.tolist(), strict=True) if own),
        yi=pooled.yi[there],
        sei=np.sqrt(pooled.vi[there]),
        centre=pooled.mu,
        tau2=pooled.tau2 if tau2 else 0.0,
        level=pooled.level,
        contours=levels,
        filled_yi=result.yi_filled if isinstance(result, TrimAndFill) else np.empty(0),
        filled_sei=np.sqrt(result.vi_filled) if isinstance(result, TrimAndFill) else np.empty(0),
        filled_centre=result.filled.mu if isinstance(result, TrimAndFill) and result.k0 else None,
        named=named,
        title=title,
        label=label,
        notes=notes + (tuple(result.warnings) if filled and isinstance(result, TrimAndFill) else ()),
    )
    check(plot)
    return plot


def _of_numbers(
    found: Funnel, contours: bool | Sequence[float], *, named: bool, title: str, label: str
) -> FunnelPlot:
    """What the funnel plot of numbers that were computed before shows."""
    own = tuple(round(1 - region.level, 12) for region in found.contours)
    plot = FunnelPlot(
        measure=found.measure,
        studies=found.studies,
        yi=found.yi,
        sei=found.sei,
        centre=found.centre,
        tau2=found.tau2,
        level=max((region.level for region in found.regions), default=0.95),
        contours=own if contours is True else tuple(sorted(contours or (), reverse=True)),
        about=found.null,
        named=named,
        title=title,
        label=label,
    )
    check(plot)
    return plot


def check(plot: FunnelPlot) -> None:
    """DataError when the plot cannot be drawn as it stands."""
    if not len(plot.yi) == len(plot.sei) == len(plot.studies) > 0:
        raise DataError(
            f"Funnel plot: {len(plot.studies)} studies, {len(plot.yi)} effects, {len(plot.sei)} standard errors; "
            "each study needs both."
        )
    for name, effect, se in zip(plot.studies, plot.yi.tolist(), plot.sei.tolist(), strict=True):
        if not (np.isfinite(effect) and np.isfinite(se) and se > 0):
            raise DataError(
                f"Funnel plot, {name}: effect {effect:g}, standard error {se:g}; both must be known."
            )
    if len(plot.contours) > len(SHADES) - 1 or not all(0 < p < 1 for p in plot.contours):
        raise DataError(
            f"Contours are up to {len(SHADES) - 1} p values between 0 and 1, not {plot.contours}."
        )
    if plot.contours:
        _ = plot.null


def funnel_figure(plot: FunnelPlot, *, width: float = WIDTH) -> "Figure":
    """The funnel plot as a matplotlib figure, `width` points wide (225 to 595). DataError as check()."""
    check(plot)
    grid = np.linspace(0, plot.deepest, STEPS)
    low, high = pseudo_limits(plot, grid)
    reach = [*plot.yi, *plot.filled_yi, low[-1], high[-1]]
    if plot.contours:
        reach += [plot.null]
    left, right = padded(reach, 0.03)
    across = Scale(
        effect_label(plot.measure, plot.label), left, right, log=shows_ratios(measure_named(plot.measure))
    )
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.75),
            x=across,
            y=Scale("Standard error", plot.deepest, 0.0),
            key=_key(plot),
            notes=plot.notes,
        )
        axes = chart.axes
        _shade(chart, plot, grid, left, right)
        axes.plot([plot.centre] * 2, [0, plot.deepest], color=INK, linewidth=0.9)
        for edge in (low, high):
            axes.plot(edge, grid, color=INK, linewidth=0.9, dashes=(4, 3))
        if plot.filled_centre is not None:
            axes.plot([plot.filled_centre] * 2, [0, plot.deepest], color=RED, linewidth=0.9, dashes=(1.5, 2))
        axes.scatter(plot.yi, plot.sei, s=26, facecolor=BLUE, edgecolor="white", linewidth=0.5, zorder=5)
        if len(plot.filled_yi):
            axes.scatter(
                plot.filled_yi,
                plot.filled_sei,
                s=26,
                facecolor="white",
                edgecolor=RED,
                linewidth=1.1,
                zorder=5,
            )
        if plot.named:
            far = np.abs(plot.yi - plot.centre) / np.sqrt(plot.sei**2 + plot.tau2)
            chart.name_points(plot.yi, plot.sei, plot.studies, order=np.argsort(-far).tolist())
        return chart.figure


def _shade(chart: Chart, plot: FunnelPlot, grid: Vector, left: float, right: float) -> None:
    """The areas between the contours, from the outermost inwards."""
    for number in range(len(plot.contours), 0, -1):
        outer_low, outer_high = np.full_like(grid, left), np.full_like(grid, right)
        if number < len(plot.contours):
            outer_low, outer_high = contour_limits(plot, plot.contours[number], grid)
        inner_low, inner_high = contour_limits(plot, plot.contours[number - 1], grid)
        shade = SHADES[number - 1 + (len(SHADES) - 1 - len(plot.contours))]
        for one, other in ((outer_low, inner_low), (inner_high, outer_high)):
            chart.axes.fill_betweenx(grid, one, other, where=one <= other, color=shade, linewidth=0, zorder=0)
    if plot.contours:
        chart.axes.plot([plot.null] * 2, [0, plot.deepest], color=GREY, linewidth=0.6)


def _key(plot: FunnelPlot) -> list[Key]:
    spread = ", with tau²" if plot.tau2 else ""
    key = [
        Key("Study", "point", "white", BLUE),
        Key("Pooled effect", "line"),
        Key(f"{100 * plot.level:g}% pseudo limits{spread}", "line", dashes=(4, 3)),
    ]
    if len(plot.filled_yi):
        key.insert(1, Key("Filled in", "point", RED, "white"))
        key.append(Key("Pooled with filled in", "line", RED, dashes=(1.5, 2)))
    first = len(SHADES) - 1 - len(plot.contours)
    for number, p in enumerate(plot.contours):
        nearer = f"{plot.contours[number + 1]:g} < " if number + 1 < len(plot.contours) else ""
        key.append(Key(f"{nearer}p < {p:g}", "area", GREY, SHADES[first + number]))
    return key


def funnel_alt(plot: FunnelPlot) -> str:
    """The figure in words: where the studies lie, how many outside the limits, what was filled in."""
    measure = measure_named(plot.measure).on_known_scale()
    beyond = outside(plot)
    words = [
        f"Funnel plot{': ' + plot.title if plot.title else ''}.",
        (
            f"{effect_label(plot.measure, plot.label)} against standard error, {studies_of(len(plot.studies))}, around "
            f"a pooled effect of {effect_number(measure.back(plot.centre))}."
        ),
        (
            f"{int(np.sum(plot.yi < plot.centre))} below and {int(np.sum(plot.yi > plot.centre))} above it, "
            f"{int(np.sum(beyond))} outside the {100 * plot.level:g}% pseudo limits."
        ),
    ]
    if len(plot.filled_yi):
        shown = ", ".join(effect_number(value) for value in measure.back_all(plot.filled_yi))
        words.append(f"Filled in: {studies_of(len(plot.filled_yi))}, at {shown}.")
    if plot.filled_centre is not None:
        words.append(f"Pooled with them: {effect_number(measure.back(plot.filled_centre))}.")
    if plot.contours:
        words.append(f"Shaded by p value: {', '.join(f'{p:g}' for p in plot.contours)}.")
    values = [
        f"{effect_number(effect)} (standard error {se:.3g})"
        for effect, se in zip(measure.back_all(plot.yi).tolist(), plot.sei.tolist(), strict=True)
    ]
    words.append(in_words("Studies", plot.studies, values))
    return clean(" ".join([*words, *plot.notes]))


def funnel(
    result: Pooled | TrimAndFill | Funnel,
    *,
    contours: bool | Sequence[float] = False,
    tau2: bool = False,
    named: bool = False,
    title: str = "",
    label: str = "",
    width: float = WIDTH,
) -> Plotted[FunnelPlot]:
    """The funnel plot of a result; see `funnel_plot` for what is shown. Of TrimAndFill with what is filled in."""
    plot = funnel_plot(result, contours=contours, tau2=tau2, named=named, title=title, label=label)
    return Plotted(plot, funnel_figure(plot, width=width), funnel_alt(plot))
