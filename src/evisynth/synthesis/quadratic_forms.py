"""The distribution of a weighted sum of chi-square variables: what a generalised Q follows."""

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector

LEAN = 0.5  # radians by which the arms of the contour lean away from the vertical
STEP = 0.1  # of the trapezoidal rule along it; with LEAN it leaves an error of about 1e-14


def chi_square_mixture_cdf(x: float, weights: ArrayLike) -> float:
    """P(sum of weights_i X_i <= x), X_i independent chi-square variables with 1 degree of freedom each.

    The Laplace transform of the distribution function is prod(1 + 2 weights_i s)^(-1/2) / s. It is inverted by
    the trapezoidal rule along a hyperbola that crosses the real axis at the saddle point, to about 13
    decimals (absolute).

    Parameters
    ----------
    x : where; 0 and below gives 0.
    weights : all above 0.

    Raises
    ------
    DataError : no weight, or a weight that is not positive.

    Source: Weideman & Trefethen 2007, doi:10.1090/S0025-5718-07-01945-X, section 5 for the hyperbola;
    Rice 1980, doi:10.1137/0901032, for the saddle point.
    """
    of: Vector = np.asarray(weights, dtype=np.float64)
    if of.ndim != 1 or not len(of) or not np.all(of > 0):
        raise DataError("A sum of chi-square variables needs at least one weight, and all above 0.")
    if x <= 1e-30 * np.max(of):
        return 0.0  # it is below 1e-15, the probability that the heaviest alone is as small
    unit = of / x
    apex = _saddle_point(unit)
    radius = apex / (1 - np.sin(LEAN))
    reach = 45 + 0.3 * len(
        of
    )  # exp(-45) is lost in rounding; the product may grow on the way, the more weights
    end = np.arccosh(1 + reach / (radius * np.sin(LEAN)))
    u = STEP * (np.arange(int(end / STEP) + 1) + 0.5)  # half of the contour; the other half is its conjugate
    s = radius * (1 - np.sin(LEAN - 1j * u))
    slope = 1j * radius * np.cos(LEAN - 1j * u)
    transform = np.exp(s - 0.5 * np.sum(np.log1p(2 * np.outer(s, unit)), axis=1)) / s
    return float(np.clip(STEP / np.pi * np.sum((transform * slope).imag), 0.0, 1.0))


def _saddle_point(unit: Vector) -> float:
    """The s > 0 where s - sum(log(1 + 2 unit s)) / 2 - log(s) is smallest.

    Newton's method on the derivative, which is increasing and concave: from the left it never overshoots.
    """
    s = 1.0
    while True:
        share = unit / (1 + 2 * unit * s)
        step = -(1 - np.sum(share) - 1 / s) / (2 * np.sum(share**2) + 1 / s**2)
        s += step
        if step <= 1e-3 * s:
            return float(s)
