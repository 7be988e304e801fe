"""Maximises a log likelihood of a few parameters that may have bounds, by Newton steps from several starts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

# Gives the value and its gradient; a value of -inf says that the parameters are impossible.
Objective = Callable[[Vector], tuple[float, Vector]]

GAIN = 1e-12  # a Newton step that promises less than this is the last one
STEPS = 200
HALVINGS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Bounds and usual size of each parameter: low <= x <= high; low = high fixes it."""

    low: Vector
    high: Vector
    scale: Vector

    def clip(self, x: Vector) -> Vector:
        return np.minimum(np.maximum(x, self.low), self.high)

    def near(self, x: Vector, other: Vector) -> bool:
        """Whether two places differ by less than a hundredth of the size of each parameter."""
        return bool(np.all(np.abs(x - other) < 0.01 * np.maximum(self.scale, np.abs(other))))

    def held(self, x: Vector, gradient: Vector) -> NDArray[np.bool_]:
        """Which parameters stay where they are: fixed ones, and those that a bound stops from rising further."""
        fixed = self.low >= self.high
        return fixed | ((x <= self.low) & (gradient <= 0)) | ((x >= self.high) & (gradient >= 0))


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where a maximum is. `converged` is False when no step rises although the slope promises more."""

    x: Vector
    value: float
    gradient: Vector
    converged: bool
    steps: int


def maximise(
    objective: Objective, start: Vector, box: Box, *, gain: float = GAIN, known: Iterable[Maximum] = ()
) -> Maximum:
    """The local maximum above `start`, by Newton's method within bounds.

    The Hessian comes from differences of the gradient; where it is not negative definite its eigenvalues are
    turned round, so that each step rises. Steps are cut back to the bounds and halved until they rise.

    Parameters
    ----------
    objective : value and gradient; finite at the start.
    gain : the rise of the objective below which a further step is not worth it.
    known : maxima found before; the search ends with one of them when it comes near.

    Source: Bertsekas 1982, doi:10.1137/0320018 (projected Newton); Nocedal & Wright 2006, section 3.4.
    """
    x = box.clip(start)
    value, gradient = objective(x)
    for step in range(1, STEPS + 1):
        free = ~box.held(x, gradient)
        curvature = -hessian(objective, x, gradient, box, free)[np.ix_(free, free)]
        direction = np.zeros_like(x)
        direction[free] = rising_step(curvature, gradient[free])
        promised = 0.5 * float(gradient @ direction)
        if promised <= gain:
            return Maximum(x, value, gradient, converged=True, steps=step)
        downhill = np.zeros_like(x)
        size = np.abs(np.diag(curvature))
        downhill[free] = gradient[free] / np.where(size > 0, size, np.inf)
        for way in (direction, downhill):
            found = _search(objective, x, value, gradient, way, box)
            if found is not None:
                break
        if found is None:  # no rise that rounding does not swallow
            return Maximum(x, value, gradient, converged=promised <= _noise(value), steps=step)
        x, value, gradient = found
        same = next((one for one in known if box.near(x, one.x)), None)
        if same is not None:
            return same
    return Maximum(x, value, gradient, converged=False, steps=STEPS)


def best_maximum(objective: Objective, starts: Iterable[Vector], box: Box, runs: int = 2) -> Maximum:
    """The highest of the maxima above the `runs` best starts."""
    tried = [(objective(box.clip(start))[0], number, start) for number, start in enumerate(starts)]
    possible = sorted((one for one in tried if np.isfinite(one[0])), key=lambda one: (-one[0], one[1]))
    found: list[Maximum] = []
    for _, _, start in possible[:runs]:
        found.append(maximise(objective, start, box, known=found))
    return max(found, key=lambda maximum: maximum.value)


def hessian(
    objective: Objective,
    x: Vector,
    gradient: Vector,
    box: Box,
    free: NDArray[np.bool_],
    *,
    central: bool = False,
) -> Matrix:
    """The second derivatives at x from differences of the gradient; 0 in rows and columns that are not free.

    One-sided differences, to the inside of the bounds; with `central` from both sides where bounds allow it.
    """
    found = np.zeros((len(x), len(x)))
    for place in np.flatnonzero(free).tolist():
        width = (1e-4 if central else 1e-6) * max(abs(x[place]), box.scale[place])
        up = x[place] + width <= box.high[place]
        down = x[place] - width >= box.low[place]
        above = _gradient_at(objective, x, place, width if up else -width)
        if central and up and down:
            found[place] = (above - _gradient_at(objective, x, place, -width)) / (2 * width)
        elif central:  # three points on one side keep the error of second order
            further = _gradient_at(objective, x, place, 2 * width if up else -2 * width)
            found[place] = (4 * above - 3 * gradient - further) / (2 * width if up else -2 * width)
        else:
            found[place] = (above - gradient) / (width if up else -width)
    found[:, ~free] = 0
    return (found + found.T) / 2


def rising_step(curvature: Matrix, gradient: Vector) -> Vector:
    """The Newton step for the negative Hessian `curvature`, with its eigenvalues made positive."""
    size = np.abs(np.diag(curvature))
    scale = 1 / np.sqrt(np.where(size > 0, size, 1.0))
    values, vectors = np.linalg.eigh(scale[:, None] * curvature * scale)
    values = np.maximum(np.abs(values), 1e-10 * max(1.0, float(np.max(np.abs(values), initial=0.0))))
    return np.asarray(scale * (vectors @ ((vectors.T @ (scale * gradient)) / values)), dtype=np.float64)


def _gradient_at(objective: Objective, x: Vector, place: int, width: float) -> Vector:
    moved = x.copy()
    moved[place] += width
    return objective(moved)[1]


def _search(
    objective: Objective, x: Vector, value: float, gradient: Vector, direction: Vector, box: Box
) -> tuple[Vector, float, Vector] | None:
    """The first of the steps 1, 1/2, 1/4 ... along the direction that rises enough; None when none does."""
    length = 1.0
    for _ in range(HALVINGS):
        moved = box.clip(x + length * direction)
        new, slope = objective(moved)
        promised = float(gradient @ (moved - x))
        if promised > 0 and new >= value + 1e-4 * promised and new > value:
            return moved, new, slope
        length /= 2
    return None


def _noise(value: float) -> float:
    return 1e-9 * (1 + abs(value))
