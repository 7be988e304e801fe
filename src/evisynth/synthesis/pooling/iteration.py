"""Where another program's search for tau2 starts and stops, for those who must repeat its rounded digits.

Ours goes on to the last digit. That of R's packages stops earlier, which shows in the fourth or fifth digit of tau2 and
of what follows from it; a published number is repeated exactly by the same search.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evisynth.errors import DataError

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Iteration:
    """How tau2, or a limit of it, is searched; the defaults are those of R's metafor, and so of meta.

    threshold  : REML, ML, EB, SJIT and DLIT have arrived when tau2 changes by no more than this.
    start      : the estimator that REML, ML and EB start from.
    rounds     : steps after which a DataError says that they have not arrived.
    tolerance  : how near a root finder comes (PM, PMM; limits of QP, BJ, J and GENQ).
    search_end : how far it looks, or up to ten times the estimate (for PM and PMM that of DL) where that is more.

    Source: help pages of metafor 5.1, rma.uni (control: tau2.init, threshold, maxiter) and confint.rma.uni (control: tol,
    tau2.max); R's uniroot for the tolerance, the fourth root of the machine's precision.
    """

    threshold: float = 1e-5
    start: str = "HE"
    rounds: int = 100
    tolerance: float = EPSILON**0.25
    search_end: float = 100.0

    def __post_init__(self) -> None:
        for name in ("threshold", "tolerance", "search_end", "rounds"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise DataError(f"Iteration, {name}: {value:g}; it must be a number above 0.")

    def reach(self, estimate: float) -> float:
        """Where the search for a root ends, given the estimate of tau2."""
        return max(self.search_end, 10 * estimate)


R_ITERATION = Iteration()


def rough_root(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """A place within `tolerance` of where the function changes its sign, which it must do between low and high.

    Brent's method in the form of netlib's zeroin: an interpolated step must be shorter than half the step before it, and
    not, as in Brent's book, than half of the one before that. Only so do the digits of R's uniroot come out.

    Source: Brent 1973, Algorithms for Minimization without Derivatives, chapter 4; netlib, c/brent.shar, zeroin.
    """
    a, b = (
        (low, function(low)),
        (high, function(high)),
    )  # places with values: b the best so far, a the one before
    c = a  # on the other side of the root than b
    while True:
        last = b[0] - a[0]
        if abs(c[1]) < abs(b[1]):
            a, b, c = b, c, b
        near = 2 * EPSILON * abs(b[0]) + tolerance / 2
        step = (c[0] - b[0]) / 2
        if abs(step) <= near or b[1] == 0:
            return float(b[0])
        if abs(last) >= near and abs(a[1]) > abs(b[1]):
            closer = _interpolated(a, b, c)
            if 0 <= closer / step < 1.5 - near / (2 * abs(step)) and abs(closer) < abs(last) / 2:
                step = closer
        if abs(step) < near:
            step = math.copysign(near, step)
        a, b = b, (b[0] + step, function(b[0] + step))
        if (b[1] > 0) == (c[1] > 0):
            c = a


def _interpolated(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """The step from b to where the line through a and b, or the inverse parabola through all three, is 0."""
    by_ab = (a[0] - b[0]) / (a[1] - b[1])
    if a[0] == c[0] or a[1] == c[1]:
        return -b[1] * by_ab
    by_ac = (c[0] - a[0]) / (c[1] - a[1])
    return -b[1] * by_ab + a[1] * b[1] * (by_ac - by_ab) / (c[1] - b[1])
