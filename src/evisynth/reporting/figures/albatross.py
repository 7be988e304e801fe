"""Albatross plots: the number of people against the p value, with contours of equal effect.

Harrison et al. 2017, doi:10.1002/jrsm.1239.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from evisynth.reporting.figures.chart import BLUE, WIDTH, Chart, Key, in_words, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import tick_label
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale, Tick, fits_across
from evisynth.reporting.figures.typography import GREY, RULE, clean
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.without_pooling.albatross import Albatross

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 250.0
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (5, 3),
    (1.5, 2),
    (6, 2, 1.5, 2),
)  # of the contours, in their order


def p_ticks(scale: Scale, length: float) -> list[Tick]:
    """The p values that are marked: the usual ones on both sides and 1 in the middle, as many as can be printed."""
    deepest = math.floor(scale.high)
    powers = [10.0**-power for power in range(3, deepest + 1)]
    for every in range(len(powers) + 2):
        usual = [0.05, 0.01, *powers] if every == 0 else [0.05, *powers[every - 1 :: every]]
        right = [Tick(-math.log10(p), tick_label(p)) for p in usual if -math.log10(p) < scale.high]
        ticks = [*(Tick(-tick.at, tick.words) for tick in reversed(right)), Tick(0.0, "1"), *right]
        if fits_across(scale, ticks, length):
            return ticks
    return [Tick(0.0, "1")]


def albatross_figure(found: Albatross, *, title: str = "", width: float = WIDTH) -> "Figure":
    """The plot as a matplotlib figure: effects below no effect on the left, no evidence in the middle."""
    reach = max(float(np.max(np.abs(found.x))) * 1.1, 1.6)
    people = np.log(found.n)
    x = Scale("p value, of effects below (left) and above no effect", -reach, reach)
    effects = sorted({one.effect for one in found.contours})
    dashes = {one: DASHES[place % len(DASHES)] for place, one in enumerate(effects)}
    name = measure_named(found.measure).shown
    key = [Key("Study", "point", "white", BLUE)]
    key += [
        Key(f"{name[:1].upper()}{name[1:]} {tick_label(one)}", "line", GREY, dashes=dashes[one])
        for one in effects
    ]
    with fixed_style():
        chart = Chart(
            title=title,
            width=width,
            height=min(HEIGHT, width * 0.75),
            x=x,
            y=Scale("People", float(np.min(people)) - 0.4, float(np.max(people)) + 0.4, log=True),
            key=key,
            notes=(found.assumptions,),
            ticks_x=lambda length: p_ticks(x, length),
        )
        axes = chart.axes
        axes.axvline(0, color=RULE, linewidth=0.8)
        for contour in found.contours:
            (line,) = axes.plot(contour.x, np.log(contour.n), color=GREY, linewidth=1.0)
            if dashes[contour.effect]:
                line.set_dashes(dashes[contour.effect])
        axes.scatter(found.x, people, s=26, facecolor=BLUE, edgecolor="white", linewidth=0.5, zorder=5)
        order = [int(at) for at in np.argsort(-np.abs(found.x), kind="stable")]
        chart.name_points(found.x, people, found.studies, order=order)
        return chart.figure


def albatross_alt(found: Albatross, title: str = "") -> str:
    """The figure in words: how many effects lie on each side, and each study's p value and people."""
    up = int(np.sum(found.positive))
    values = [
        f"p {p:.3g} {'above' if above else 'below'}, {n:g} people"
        for p, n, above in zip(found.p.tolist(), found.n.tolist(), found.positive.tolist(), strict=True)
    ]
    named = f": {title}" if title else ""
    words = f"Albatross plot{named}, {studies_of(found.k)}: {up} above and {found.k - up} below no effect."
    return clean(f"{words} {in_words('Studies', found.studies, values)} {found.assumptions}")


def albatross(found: Albatross, *, title: str = "", width: float = WIDTH) -> Plotted[Albatross]:
    """The albatross plot of the numbers that `without_pooling.albatross.albatross` gives."""
    return Plotted(found, albatross_figure(found, title=title, width=width), albatross_alt(found, title))
