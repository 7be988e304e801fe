"""The tau2 of largest likelihood: ML and REML, for many meta-analyses at once and without a failure.

The log likelihood of tau2 may have more than one maximum, at 0 and above it, so its slope is first looked at
on a grid. Each fall of the slope through 0 encloses a maximum, which Newton's method finds inside its bracket;
where there are several the likelihoods decide.
"""

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.kernels import Estimable, Moments

GRID = 16  # places above 0 at which the slope is looked at
LOWEST = 0.05  # the lowest of them, as a share of the smallest variance of the row
CLOSE = 1e-9  # a Newton step of this relative size leaves an error of its square
TIGHT = 1e-15  # a bracket of this relative width has no middle worth looking at
ROUNDS = 200  # bisection alone needs 60, and at least every other step halves the bracket or its own length


def maximise(rows: Estimable, *, restricted: bool) -> Vector:
    """(m,) the tau2 of largest likelihood of each row; 0 where the likelihood only falls.

    Source: Harville 1977, doi:10.1080/01621459.1977.10480998, for the likelihoods and their derivatives;
    Raudenbush 2009 in Cooper, Hedges & Valentine (eds), The Handbook of Research Synthesis, chapter 16.
    """
    grid = _grid(rows)
    slope = _slope(*rows.slopes(grid), restricted=restricted)
    slope[rows.k <= rows.p] = -1.0  # rounding alone would decide
    row, cell = np.nonzero((slope[:, :-1] > 0) & (slope[:, 1:] <= 0))
    ends = grid[row, cell], grid[row, cell + 1]
    slopes = slope[row, cell], slope[row, cell + 1]
    peaks = _climb(rows.take(row), ends, slopes, restricted=restricted)
    best = np.zeros(len(grid))
    best[row] = peaks
    at_zero = np.flatnonzero(slope[:, 0] <= 0)
    if len(row) + len(at_zero) > len(grid):  # somewhere there is more than one maximum
        row, peaks = np.concatenate((row, at_zero)), np.concatenate((peaks, np.zeros(len(at_zero))))
        best = _highest(rows, row, peaks, best, restricted=restricted)
    return best


def _grid(rows: Estimable) -> Vector:
    """(m, GRID + 1) places: 0, then evenly on the log scale up to where the slope is surely below 0.

    With t at least the largest variance and above 2 RSS / (k - p), RSS the unweighted sum of squares:
    yPPy <= RSS / (vmin + t)^2 and trW >= trP >= (k - p) / (vmax + t) >= (k - p) / (2 (vmin + t)).
    """
    there = rows.present
    low = LOWEST * np.min(rows.vi, axis=1)
    RSS = rows.form(there.astype(np.float64)).Q
    top = np.max(rows.vi, axis=1, where=there, initial=0.0)
    top = np.maximum(top, 2.001 * RSS / np.maximum(rows.k - rows.p, 1))
    ratio = np.where(top > 0, top / low, 1.0)
    grid = np.zeros((len(low), GRID + 1))
    grid[:, 1:] = low[:, None] * ratio[:, None] ** np.linspace(0, 1, GRID)
    return grid


def _slope(yPPy: Vector, trP: Vector, trW: Vector, *, restricted: bool) -> Vector:
    """Twice the first derivative of the log likelihood in tau2."""
    return yPPy - (trP if restricted else trW)


def _curvature(at: Moments, *, restricted: bool) -> Vector:
    """Twice the second derivative."""
    return (at.trPP if restricted else at.trWW) - 2 * at.yPPPy


def _climb(
    rows: Estimable, ends: tuple[Vector, Vector], slopes: tuple[Vector, Vector], *, restricted: bool
) -> Vector:
    """(m,) the maximum between two ends, at the lower of which the slope is above 0 and at the upper not.

    Newton's method; a step that leaves the bracket, or is not half as long as the one before, is replaced by
    one to the middle of the bracket. Rows that have arrived are dropped.
    """
    low, high = ends
    found = np.empty(len(low))
    going: NDArray[np.intp] = np.arange(len(low))
    tau2 = low + (high - low) * slopes[0] / (slopes[0] - slopes[1])
    last = high - low
    for _ in range(ROUNDS):
        at = rows.moments(tau2)
        slope = _slope(at.yPPy, at.trP, at.trW, restricted=restricted)
        low, high = np.where(slope > 0, tau2, low), np.where(slope > 0, high, tau2)
        curvature = _curvature(at, restricted=restricted)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = -slope / curvature
            new = tau2 + step
        inside = (low <= new) & (new <= high) & (curvature < 0)
        arrived = (inside & (np.abs(step) <= CLOSE * tau2)) | (high - low <= TIGHT * high)
        new = np.where(inside & (arrived | (2 * np.abs(step) < last)), new, 0.5 * (low + high))
        found[going[arrived]] = new[arrived]
        if arrived.all():
            break
        last = np.abs(new - tau2)
        if arrived.any():
            left = ~arrived
            rows, going = rows.take(left), going[left]
            low, high, new, last = low[left], high[left], new[left], last[left]
        tau2 = new
    else:
        found[going] = tau2
    return found


def _highest(
    rows: Estimable, row: NDArray[np.intp], peaks: Vector, best: Vector, *, restricted: bool
) -> Vector:
    """`best` with the highest of several maxima where a row has them; `row` says whose each peak is."""
    several = np.bincount(row, minlength=len(best))[row] > 1
    row, peaks = row[several], peaks[several]
    height = rows.take(row).log_likelihood(peaks, restricted=restricted)
    order = np.lexsort((-peaks, height, row))  # within a row the highest last; of two alike the smaller tau2
    last = np.append(np.diff(row[order]) > 0, True)
    best = best.copy()
    best[row[order][last]] = peaks[order][last]
    return best
