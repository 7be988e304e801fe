"""Bubble plots: the effects against a moderator, with the line of a meta-regression and its bands.

Thompson & Higgins 2002, doi:10.1002/sim.1187.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evisynth.errors import DataError, near
from evisynth.reporting.figures.chart import BLUE, LIGHT, WIDTH, Chart, Key, in_words, sizes_of, studies_of
from evisynth.reporting.figures.drawing import fixed_style
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.plotted import Plotted
from evisynth.reporting.figures.scales import Scale, effect_label, padded, shows_ratios
from evisynth.reporting.figures.typography import GREY, INK, RULE, clean
from evisynth.synthesis.design import INTERCEPT
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.moderators.result import MetaRegression, Predictions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 250.0
STEPS = 101


@dataclass(frozen=True, slots=True, eq=False)
class BubblePlot:
    """What a bubble plot shows; effects on the analysis scale.

    x, yi, weights : (k,) the moderator, the effects, and the weights that the areas go with.
    grid, line : (n,) values of the moderator, and what the regression predicts there.
    slope, p : the moderator's coefficient and its p value.
    held : what the other moderators are held at, for the notes.
    """

    measure: str
    moderator: str
    studies: tuple[str, ...]
    x: Vector
    yi: Vector
    weights: Vector
    grid: Vector
    line: Predictions
    slope: float
    p: float
    held: tuple[str, ...] = ()
    prediction: bool = True
    title: str = ""
    label: str = ""


def bubble_plot(
    fit: MetaRegression,
    moderator: str = "",
    *,
    at: Mapping[str, Any] | None = None,
    prediction: bool = True,
    title: str = "",
    label: str = "",
) -> BubblePlot:
    """What the bubble plot of a meta-regression shows.

    Parameters
    ----------
    moderator : the number along the axis; may be left out where the model has one moderator.
    at : what the others are held at; by default the mean of a number and the reference of a category.
    prediction : whether the prediction limits of a new study are drawn.
    label : of the moderator's axis, with its unit.

    Raises
    ------
    DataError : an unknown moderator, or a category.
    """
    name = moderator or _only(fit)
    coded = fit.design.codings
    known = [coding.name for coding in coded if not coding.levels] if coded else fit.names
    if name not in known:
        numbers = [one for one in known if one != INTERCEPT]
        raise DataError(
            f"{name!r} is no number in this meta-regression, whose numbers are {', '.join(numbers) or 'none'}; a bubble "
            f"plot needs one. For a category take the forest plot of subgroups.{near(name, numbers)}"
        )
    place = fit.names.index(name)
    x = fit.design.matrix[:, place]
    grid = np.linspace(*padded(x, 0.08), STEPS)
    line, held = _predicted(fit, name, grid, dict(at or {}))
    return BubblePlot(
        measure=fit.measure,
        moderator=name,
        studies=fit.studies,
        x=x,
        yi=fit.yi,
        weights=1 / (fit.vi + fit.tau2),
        grid=grid,
        line=line,
        slope=float(fit.b[place]),
        p=float(fit.p[place]),
        held=held,
        prediction=prediction,
        title=title,
        label=label,
    )


def _only(fit: MetaRegression) -> str:
    numbers = [one for one in fit.names if one != INTERCEPT]
    if len(numbers) != 1:
        raise DataError(
            f"The model has several coefficients ({', '.join(numbers)}); name the moderator to show."
        )
    return numbers[0]


def _predicted(
    fit: MetaRegression, name: str, grid: Vector, at: dict[str, Any]
) -> tuple[Predictions, tuple[str, ...]]:
    """The predictions along the grid, and in words what the other moderators are held at."""
    design = fit.design
    if not design.codings:
        return _predicted_by_matrix(fit, name, grid, at)
    columns: dict[str, list[Any]] = {name: grid.tolist()}
    held_at = []
    for coding in design.codings:
        if coding.name == name:
            continue
        mean = None if coding.levels else float(design.matrix[:, design.names.index(coding.name)].mean())
        value = at.get(coding.name, coding.levels[0] if coding.levels else mean)
        columns[coding.name] = [value] * len(grid)
        held_at.append(f"{coding.name} = {value if isinstance(value, str) else format(value, '.5g')}")
    return fit.predict(columns), tuple(held_at)


def _predicted_by_matrix(
    fit: MetaRegression, name: str, grid: Vector, at: dict[str, Any]
) -> tuple[Predictions, tuple[str, ...]]:
    """The same for a model whose matrix was given: all its columns are numbers."""
    names = [one for one in fit.names if one != INTERCEPT]
    columns = {one: fit.design.matrix[:, fit.names.index(one)] for one in names}
    values = {one: float(at.get(one, column.mean())) for one, column in columns.items()}
    rows = np.column_stack([grid if one == name else np.full(len(grid), values[one]) for one in names])
    return fit.predict(rows), tuple(f"{one} = {values[one]:.5g}" for one in names if one != name)


def bubble_figure(plot: BubblePlot, *, width: float = WIDTH) -> "Figure":
    """The bubble plot as a matplotlib figure."""
    line = plot.line
    reach = [*plot.yi, *line.ci_low, *line.ci_high]
    reach += [*line.pi_low, *line.pi_high] if plot.prediction else []
    low, high = padded(reach, 0.05)
    key = [
        Key("Study, area by weight", "point", BLUE, LIGHT),
        Key("Regression", "line"),
        Key(f"{100 * line.level:g}% confidence band", "area", RULE, "#d5dde5"),
    ]
    if plot.prediction:
        key.append(Key(f"{100 * line.level:g}% prediction limits", "line", GREY, dashes=(4, 3)))
    notes = (f"Others held at {', '.join(plot.held)}.",) if plot.held else ()
    with fixed_style():
        chart = Chart(
            title=plot.title,
            width=width,
            height=min(HEIGHT, width * 0.75),
            x=Scale(plot.label or plot.moderator, float(plot.grid[0]), float(plot.grid[-1])),
            y=Scale(effect_label(plot.measure), low, high, log=shows_ratios(measure_named(plot.measure))),
            key=key,
            notes=notes,
        )
        axes = chart.axes
        axes.fill_between(plot.grid, line.ci_low, line.ci_high, color="#d5dde5", linewidth=0, zorder=1)
        axes.plot(plot.grid, line.mu, color=INK, linewidth=1.1, zorder=3)
        for limit in (line.pi_low, line.pi_high) if plot.prediction else ():
            axes.plot(plot.grid, limit, color=GREY, linewidth=0.9, dashes=(4, 3), zorder=2)
        area = (2 * sizes_of(plot.weights)) ** 2
        axes.scatter(
            plot.x, plot.yi, s=area, facecolor=LIGHT, edgecolor=BLUE, linewidth=0.8, alpha=0.75, zorder=5
        )
        return chart.figure


def bubble_alt(plot: BubblePlot) -> str:
    """The figure in words: the slope, the predictions at the ends, each study."""
    back = measure_named(plot.measure).on_known_scale().back
    first, last = (f"{effect_number(back(float(plot.line.mu[at])))} at {plot.grid[at]:.5g}" for at in (0, -1))
    title = f": {plot.title}" if plot.title else ""
    values = [
        f"{effect_number(back(y))} at {x:.5g}" for x, y in zip(plot.x.tolist(), plot.yi.tolist(), strict=True)
    ]
    return clean(
        f"Bubble plot{title}. {effect_label(plot.measure)} against {plot.label or plot.moderator}, "
        f"{studies_of(len(plot.studies))}. Slope {plot.slope:.3g} on the analysis scale (p = {plot.p:.3g}); predicted "
        f"{first}, {last}. {in_words('Studies', plot.studies, values)}"
    )


def bubble(
    fit: MetaRegression,
    moderator: str = "",
    *,
    at: Mapping[str, Any] | None = None,
    prediction: bool = True,
    title: str = "",
    label: str = "",
    width: float = WIDTH,
) -> Plotted[BubblePlot]:
    """The bubble plot of a meta-regression. See `bubble_plot`."""
    plot = bubble_plot(fit, moderator, at=at, prediction=prediction, title=title, label=label)
    return Plotted(plot, bubble_figure(plot, width=width), bubble_alt(plot))
