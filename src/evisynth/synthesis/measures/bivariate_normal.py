"""The standard bivariate normal distribution, for tetrachoric correlations. All arguments are arrays of one shape.

h and k are limits, r is the correlation, inside -1 and 1.
"""

import numpy as np
from scipy.special import ndtr, owens_t

from evisynth.synthesis.measures.scale import Vector


def probability_below(h: Vector, k: Vector, r: Vector) -> Vector:
    """P(X < h, Y < k), by Owen's T function.

    Source: Owen 1956, doi:10.1214/aoms/1177728074.
    """
    root = np.sqrt((1 - r) * (1 + r))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = (k / h - r) / root
        slope_k = (h / k - r) / root
    both = (h == 0) & (k == 0)  # the limit of h = k towards 0
    slope_h, slope_k = (np.where(both, (1 - r) / root, slope) for slope in (slope_h, slope_k))
    opposite = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    halves = (ndtr(h) + ndtr(k)) / 2 - np.where(opposite, 0.5, 0.0)
    return np.asarray(halves - owens_t(h, slope_h) - owens_t(k, slope_k))


def density(h: Vector, k: Vector, r: Vector) -> Vector:
    """The density at (h, k); it is also the derivative of P(X < h, Y < k) by r.

    Source: Plackett 1954, doi:10.1093/biomet/41.3-4.351.
    """
    rest = (1 - r) * (1 + r)
    return np.exp(-(h**2 - 2 * r * h * k + k**2) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))


def derivatives_by_limits(h: Vector, k: Vector, r: Vector) -> tuple[Vector, Vector]:
    """P(Y < k | X = h) and P(X < h | Y = k): the derivatives by the probabilities of X < h and of Y < k.

    Source: the conditional normal distribution.
    """
    root = np.sqrt((1 - r) * (1 + r))
    return np.asarray(ndtr((k - r * h) / root)), np.asarray(ndtr((h - r * k) / root))
