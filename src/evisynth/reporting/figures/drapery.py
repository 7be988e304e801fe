"""Drapery plots: the p value of every possible effect, for each study, the pooled effect and a new study.

A level line cuts each curve at the limits of the interval of that level.

Ruecker & Schwarzer 2021, doi:10.1002/jrsm.1410.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, RED, WIDTH, Chart, Key, in_words, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale, Tick, effect_label, padded, shows_ratios
from evisynth.reporting.figures.typography import GREY, RULE, clean
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import Pooled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 260.0
STEPS = 201
REACH = 3.0  # of a study's standard errors that are shown at least half


@dataclass(frozen=True, slots=True, eq=False)
class DraperyPlot:
    """What a drapery plot shows: p values against effects on the analysis scale.

    effects : (n,) a grid. studies_p : (k, n) of each study; pooled_p : (n,) of the pooled effect; new_p : (n,) of
    the effect of a new study, None where there is no prediction interval.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    mu: float
    ci: tuple[float, float]
    level: float
    effects: Vector
    studies_p: Vector
    pooled_p: Vector
    new_p: Vector | None
    title: str = ""
    notes: tuple[str, ...] = ()


def p_curve(effects: Vector, centre: float, se: float, ddf: float | None = None) -> Vector:
    """(n,) the two-sided p value of each effect, of the normal or of t with `ddf` degrees of freedom."""
    below = -np.abs(effects - centre) / se
    return np.asarray(2 * (ndtr(below) if ddf is None else stdtr(ddf, below)), dtype=np.float64)


def drapery_plot(pooled: Pooled, *, prediction: bool = True, title: str = "") -> DraperyPlot:
    """What the drapery plot of a result shows. DataError: no study has an effect, or a standard error is 0."""
    there = np.isfinite(pooled.yi) & np.isfinite(pooled.vi)
    yi, sei = pooled.yi[there], np.sqrt(pooled.vi[there])
    if not len(yi) or pooled.se == 0:
        raise DataError(
            "Drapery plot: it needs studies with effects, and a pooled effect that is not known exactly."
        )
    limits = pooled.prediction_interval() if prediction else None
    middle = float(np.median(sei))
    ends = [*(yi - REACH * np.minimum(sei, middle)), *(yi + REACH * np.minimum(sei, middle)), *pooled.ci]
    ends += list(limits or ())
    low, high = padded(ends, 0.04)
    effects = np.unique([*np.linspace(low, high, STEPS), *yi, pooled.mu])  # with the tops of the curves
    new_p = None
    if limits is not None:
        ddf = pooled.k - 2.0
        new_p = p_curve(effects, pooled.mu, (limits[1] - pooled.mu) / critical_value(pooled.level, ddf), ddf)
    without = [name for name, own in zip(pooled.studies, there.tolist(), strict=True) if not own]
    return DraperyPlot(
        measure=pooled.measure,
        studies=tuple(name for name, own in zip(pooled.studies, there.tolist(), strict=True) if own),
        yi=yi,
        mu=pooled.mu,
        ci=pooled.ci,
        level=pooled.level,
        effects=effects,
        studies_p=np.stack([p_curve(effects, y, s) for y, s in zip(yi.tolist(), sei.tolist(), strict=True)]),
        pooled_p=p_curve(effects, pooled.mu, pooled.se, pooled.ddf),
        new_p=new_p,
        title=title,
        notes=(f"Without an effect of their own: {', '.join(without)}.",) if without else (),
    )


def drapery_figure(plot: DraperyPlot, *, width: float = WIDTH) -> "Figure":
    """The drapery plot as a matplotlib figure."""
    alpha = 1 - plot.level
    key = [Key("Study", "line", RULE), Key("Pooled effect", "line", BLUE)]
    if plot.new_p is not None:
        key.append(Key("New study", "line", RED, dashes=(4, 3)))
    key.append(Key(f"p = {alpha:.2g}: {100 * plot.level:g}% interval", "line", GREY, dashes=(1.5, 2)))
    measure, (low, high) = measure_named(plot.measure), plot.effects[[0, -1]].tolist()
    ticks = [Tick(p, f"{p:g}") for p in (0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.75),
            x=Scale(effect_label(plot.measure), low, high, log=shows_ratios(measure)),
            y=Scale("p value (two-sided)", 0.0, 1.02),
            key=key,
            notes=plot.notes,
            ticks_y=ticks,
        )
        axes = chart.axes
        for curve in plot.studies_p:
            axes.plot(plot.effects, curve, color=RULE, linewidth=0.6, alpha=0.8)
        if measure.null is not None:
            axes.axvline(0.0 if measure.ratio else measure.null, color=GREY, linewidth=0.6)
        axes.axhline(alpha, color=GREY, linewidth=0.9, dashes=(1.5, 2))
        if plot.new_p is not None:
            axes.plot(plot.effects, plot.new_p, color=RED, linewidth=1.2, dashes=(4, 3))
        axes.plot(plot.effects, plot.pooled_p, color=BLUE, linewidth=1.8)
        return chart.figure


def drapery_alt(plot: DraperyPlot) -> str:
    """The figure in words: where the curves have their tops, and the pooled interval."""
    back = measure_named(plot.measure).on_known_scale().back
    low, high = (effect_number(back(end)) for end in plot.ci)
    title = f": {plot.title}" if plot.title else ""
    values = [effect_number(back(y)) for y in plot.yi.tolist()]
    pooled = f"{effect_number(back(plot.mu))} ({100 * plot.level:g}% CI {low} to {high})"
    words = (
        f"Drapery plot{title}: p values of effects, {studies_of(len(plot.studies))}. Pooled effect {pooled}."
    )
    return clean(" ".join([words, in_words("Tops of the curves", plot.studies, values), *plot.notes]))


def drapery(
    pooled: Pooled, *, prediction: bool = True, title: str = "", width: float = WIDTH
) -> Plotted[DraperyPlot]:
    """The drapery plot of a pooled effect. See `drapery_plot`."""
    plot = drapery_plot(pooled, prediction=prediction, title=title)
    return Plotted(plot, drapery_figure(plot, width=width), drapery_alt(plot))
