"""Measures of association between two yes-or-no variables, from the four cells of each study.

Cells a, b, c, d as in `measures.binary`. Each function gives (yi, vi), both (k,).
"""

from typing import Literal

import numpy as np
from scipy.special import ndtri

from evisynth.synthesis.measures.bivariate_normal import (
    density,
    derivatives_by_limits,
    probability_below,
)
from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
Sampling = Literal["CS", "ST"]
ROUNDS = 100  # of Newton's method inside a bracket; 3 to 6 are usual
SMALL_STEP = (
    1e-11  # after which the last one is right to the end of the digits: the error is about its square
)


def fisher_z(yi: Vector, vi: Vector) -> Effects:
    """atanh(yi) of a correlation and its variance vi / (1 - yi^2)^2 (delta method); no number beyond -1 and 1.

    Source: Fisher 1921, Metron 1:3-32.
    """
    inside = np.abs(yi) < 1
    r = np.where(inside, yi, np.nan)
    return np.arctanh(r), vi / (1 - r**2) ** 2


def phi(a: Vector, b: Vector, c: Vector, d: Vector, vtype: Sampling = "CS") -> Effects:
    """The phi coefficient (a d - b c) / sqrt(n1 n2 (a + c) (b + d)).

    vtype CS : people were drawn from one population and both variables observed (multinomial sampling).
    ST : the sizes of both groups were chosen, as in a trial (two binomials); delta method.

    Source: Yule 1912, doi:10.2307/2340126, for CS; ST is the delta method for phi as a function of both risks.
    """
    n1, n2, m1, m2 = a + b, c + d, a + c, b + d
    n = n1 + n2
    yi = (a * d - b * c) / np.sqrt(n1 * n2 * m1 * m2)
    if vtype == "ST":
        slope = np.sqrt(n1 * n2 / (m1 * m2))
        skew = yi * (1 / m1 - 1 / m2) / 2
        v1, v2 = a * b / n1**3, c * d / n2**3
        return yi, (slope - n1 * skew) ** 2 * v1 + (slope + n2 * skew) ** 2 * v2
    rows, columns = (n1 - n2) / np.sqrt(n1 * n2), (m1 - m2) / np.sqrt(m1 * m2)
    skewness = yi * (1 + yi**2 / 2) * rows * columns - 3 / 4 * yi**2 * (rows**2 + columns**2)
    return yi, (1 - yi**2 + skewness) / n


def phi_z(a: Vector, b: Vector, c: Vector, d: Vector, vtype: Sampling = "CS") -> Effects:
    """Fisher's z of the phi coefficient.

    Source: Yule 1912, doi:10.2307/2340126; Fisher 1921, Metron 1:3-32.
    """
    return fisher_z(*phi(a, b, c, d, vtype))


def yule_q(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Yule's Q, (OR - 1) / (OR + 1); variance (1 - Q^2)^2 / 4 times that of the log odds ratio.

    Source: Yule 1900, doi:10.1098/rsta.1900.0019; Yule 1912, doi:10.2307/2340126.
    """
    yi = (a * d - b * c) / (a * d + b * c)
    return yi, (1 - yi**2) ** 2 / 4 * (1 / a + 1 / b + 1 / c + 1 / d)


def yule_y(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Yule's Y, (sqrt(OR) - 1) / (sqrt(OR) + 1); variance (1 - Y^2)^2 / 16 times that of the log odds ratio.

    Source: Yule 1912, doi:10.2307/2340126.
    """
    with_it, against = np.sqrt(a * d), np.sqrt(b * c)
    yi = (with_it - against) / (with_it + against)
    return yi, (1 - yi**2) ** 2 / 16 * (1 / a + 1 / b + 1 / c + 1 / d)


def tetrachoric(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """The tetrachoric correlation: that of two normal variables cut at the margins which gives the cells.

    It is the maximum likelihood estimate, solved for to the last digits; the variance is the delta method's for
    multinomial sampling with estimated cuts. With a zero cell the estimate is at -1 or 1 and has no variance: NaN.

    Source: Pearson 1900, doi:10.1098/rsta.1900.0022; Kirk 1973, doi:10.1007/BF02291118.
    """
    there = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    yi, vi = np.full(a.shape, np.nan), np.full(a.shape, np.nan)
    if there.any():
        yi[there], vi[there] = _tetrachoric(a[there], b[there], c[there], d[there])
    return yi, vi


def tetrachoric_z(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Fisher's z of the tetrachoric correlation.

    Source: Pearson 1900, doi:10.1098/rsta.1900.0022; Fisher 1921, Metron 1:3-32.
    """
    return fisher_z(*tetrachoric(a, b, c, d))


def _tetrachoric(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    n = a + b + c + d
    h, k = ndtri((a + b) / n), ndtri((a + c) / n)
    r = _correlation_of(h, k, a / n, start=np.cos(np.pi / (1 + np.sqrt(a * d / (b * c)))))
    by_h, by_k = derivatives_by_limits(h, k, r)
    # What one more person in each cell adds to n11/n - P(h, k; r), whose root r is; d adds nothing.
    parts = ((a, 1 - by_h - by_k), (b, -by_h), (c, -by_k))
    mean = sum(cell / n * part for cell, part in parts)
    square = sum(cell / n * part**2 for cell, part in parts)
    return r, (square - mean**2) / (n * density(h, k, r) ** 2)


def _correlation_of(h: Vector, k: Vector, target: Vector, start: Vector) -> Vector:
    """The r at which P(X < h, Y < k) = target: Newton's method, or halving where it would leave the bracket."""
    low, high, r = np.full(h.shape, -1.0), np.full(h.shape, 1.0), start
    for _ in range(ROUNDS):
        miss = probability_below(h, k, r) - target
        high, low = np.where(miss > 0, r, high), np.where(miss > 0, low, r)
        following = r - miss / density(h, k, r)
        inside = (following >= low) & (following <= high) & (np.abs(following) < 1)
        following = np.where(inside, following, (low + high) / 2)
        step, r = np.abs(following - r), following
        if np.all(step < SMALL_STEP):
            break
    return r
