"""L'Abbe plots: the risk in one group against the risk in the other, study by study.

L'Abbe, Detsky & O'Rourke 1987, doi:10.7326/0003-4819-107-2-224.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import BLUE, LIGHT, WIDTH, Chart, Key, in_words, sizes_of, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale
from evisynth.reporting.figures.typography import GREY, INK, clean
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import Pooled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 280.0
STEPS = 201


@dataclass(frozen=True, slots=True, eq=False)
class LabbePlot:
    """What a L'Abbe plot shows.

    risk1, risk2 : (k,) shares of people with the event in group 1 (upright) and group 2 (across).
    weights : (k,) which the areas of the circles go with. measure, mu : the pooled effect, on the analysis scale;
    RR, OR (also PETO) or RD, whose line of equal effect is drawn. None: no line.
    """

    studies: tuple[str, ...]
    risk1: Vector
    risk2: Vector
    weights: Vector
    measure: str
    mu: float | None
    group1: str = "Intervention"
    group2: str = "Comparator"
    title: str = ""


def line_of_effect(measure: str, mu: float, risk2: Vector) -> Vector:
    """The risk in group 1 that this effect makes of each risk in group 2; NaN where that is no risk."""
    if measure == "RR":
        risk1 = risk2 * np.exp(mu)
    elif measure in {"OR", "PETO"}:
        risk1 = np.asarray(expit(logit(risk2) + mu), dtype=np.float64)
    elif measure == "RD":
        risk1 = risk2 + mu
    else:
        raise DataError(
            f"{measure} makes no risk of another; a L'Abbe plot has a line for RR, OR, PETO and RD."
        )
    return np.where((risk1 >= 0) & (risk1 <= 1), risk1, np.nan)


def labbe_plot(
    table: TwoByTwo,
    pooled: Pooled | None = None,
    *,
    group1: str = "Intervention",
    group2: str = "Comparator",
    title: str = "",
) -> LabbePlot:
    """What the L'Abbe plot of a table shows, with the line of a pooled effect of it.

    Circles go with the pooled weights; studies that are not pooled have the smallest. Without a pooled effect they
    go with the number of people.

    Raises
    ------
    DataError : a pooled effect that is neither RR, OR, PETO nor RD.
    """
    weights = table.n1 + table.n2
    if pooled is not None:
        line_of_effect(pooled.measure, pooled.mu, np.array([0.5]))
        by_name = dict(zip(pooled.studies, pooled.weights.tolist(), strict=True))
        weights = np.array([by_name.get(study, 0.0) for study in table.studies])
    return LabbePlot(
        studies=table.studies,
        risk1=table.events1 / table.n1,
        risk2=table.events2 / table.n2,
        weights=weights,
        measure="" if pooled is None else pooled.measure,
        mu=None if pooled is None else pooled.mu,
        group1=group1,
        group2=group2,
        title=title,
    )


def labbe_figure(plot: LabbePlot, *, width: float = WIDTH) -> "Figure":
    """The L'Abbe plot as a matplotlib figure; both axes run over the same risks."""
    if not len(plot.risk1) == len(plot.risk2) == len(plot.weights) == len(plot.studies) > 0:
        raise DataError(
            "L'Abbe plot: each study needs its risk in both groups and a weight; there is none to show."
        )
    top = min(1.0, float(np.max([plot.risk1, plot.risk2])) * 1.1 or 1.0)
    low, high = -0.05 * top, 1.05 * top
    key = [Key("Study, area by weight", "point", BLUE, LIGHT), Key("No effect", "line", GREY, dashes=(4, 3))]
    if plot.mu is not None:
        name = measure_named(plot.measure)
        key.append(Key(f"Pooled {name.shown} {effect_number(name.back(plot.mu))}", "line"))
    radii = sizes_of(plot.weights)
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.8),
            x=Scale(f"Risk, {plot.group2}", low, high),
            y=Scale(f"Risk, {plot.group1}", low, high),
            key=key,
        )
        axes = chart.axes
        axes.plot([0, top], [0, top], color=GREY, linewidth=0.9, dashes=(4, 3))
        if plot.mu is not None:
            across = np.linspace(0, top, STEPS)
            with np.errstate(divide="ignore"):
                axes.plot(across, line_of_effect(plot.measure, plot.mu, across), color=INK, linewidth=1.0)
        axes.scatter(
            plot.risk2,
            plot.risk1,
            s=(2 * radii) ** 2,
            facecolor=LIGHT,
            edgecolor=BLUE,
            linewidth=0.8,
            alpha=0.75,
            zorder=5,
        )
        return chart.figure


def labbe_alt(plot: LabbePlot) -> str:
    """The figure in words: the two risks of each study."""
    title = f": {plot.title}" if plot.title else ""
    values = [
        f"{one:.2f} against {two:.2f}"
        for one, two in zip(plot.risk1.tolist(), plot.risk2.tolist(), strict=True)
    ]
    told = in_words(f"Risk, {plot.group1} against {plot.group2}", plot.studies, values)
    pooled = ""
    if plot.mu is not None:
        measure = measure_named(plot.measure)
        pooled = f" Line of the pooled {measure.shown}, {effect_number(measure.back(plot.mu))}."
    above = int(np.sum(plot.risk1 > plot.risk2))
    counts = f"{above} of {studies_of(len(plot.studies))} above the line of no effect."
    return clean(f"L'Abbe plot{title}. {counts}{pooled} {told}")


def labbe(
    table: TwoByTwo,
    pooled: Pooled | None = None,
    *,
    group1: str = "Intervention",
    group2: str = "Comparator",
    title: str = "",
    width: float = WIDTH,
) -> Plotted[LabbePlot]:
    """The L'Abbe plot of a table, with the line of its pooled effect. See `labbe_plot`."""
    plot = labbe_plot(table, pooled, group1=group1, group2=group2, title=title)
    return Plotted(plot, labbe_figure(plot, width=width), labbe_alt(plot))
