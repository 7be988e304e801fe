"""Correlations: of two measured variables, partial and semi-partial, and R squared.

r are (k,) correlations, n people, t values of the t test of the coefficient in a regression, m the number of its
predictors (the one of interest counts), r2 its R squared. Each function gives (yi, vi), both (k,).
"""

from typing import Literal

import numpy as np
from scipy.special import hyp2f1

from evisynth.synthesis.measures.association import fisher_z
from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
CorrelationVariance = Literal["LS", "AV"]
UnbiasedVariance = Literal["LS", "UB", "AV"]
MANY = 40  # people; from here on the series needs few terms
TERMS = np.arange(64)  # of the series; with 40 people and r = 0 the last one is below 1e-17


def correlation(r: Vector, n: Vector, vtype: CorrelationVariance = "LS") -> Effects:
    """Pearson's r. vtype LS : variance (1 - r^2)^2 / (n - 1). AV : with the mean r of all studies, weighted by n.

    Source: Hotelling 1953, doi:10.1111/j.2517-6161.1953.tb00135.x; AV Hunter & Schmidt 2004, Methods of Meta-Analysis.
    """
    of_all = _weighted_mean(r, n) if vtype == "AV" else r
    return r, (1 - of_all**2) ** 2 / (n - 1)


def unbiased_correlation(r: Vector, n: Vector, vtype: UnbiasedVariance = "LS") -> Effects:
    """r F(1/2, 1/2; (n - 2) / 2; 1 - r^2), the estimate without bias; F is Gauss' hypergeometric function.

    vtype LS, AV : as for a correlation, with the estimate in place of r.
    UB : without bias, yi^2 - 1 + (n - 3) / (n - 2) (1 - r^2) F(1, 1; n / 2; 1 - r^2).

    Source: Olkin & Pratt 1958, doi:10.1214/aoms/1177706717; UB Hedges 1989, doi:10.1037/0021-9010.74.3.469.
    """
    z = 1 - r**2
    yi = r * _hypergeometric(0.5, (n - 2) / 2, z, many=n >= MANY)
    if vtype == "UB":
        return yi, yi**2 - 1 + (n - 3) / (n - 2) * z * _hypergeometric(1.0, n / 2, z, many=n >= MANY)
    of_all = _weighted_mean(yi, n) if vtype == "AV" else yi
    return yi, (1 - of_all**2) ** 2 / (n - 1)


def correlation_z(r: Vector, n: Vector) -> Effects:
    """Fisher's z, atanh(r); variance 1 / (n - 3).

    Source: Fisher 1921, Metron 1:3-32.
    """
    return np.arctanh(r), 1 / (n - 3)


def partial_correlation(t: Vector, n: Vector, m: Vector) -> Effects:
    """t / sqrt(t^2 + n - m - 1); variance (1 - yi^2)^2 / (n - m).

    Source: Aloe 2014, doi:10.1080/00221309.2013.853021; Olkin & Siotani 1976.
    """
    yi = t / np.sqrt(t**2 + n - m - 1)
    return yi, (1 - yi**2) ** 2 / (n - m)


def partial_correlation_z(t: Vector, n: Vector, m: Vector) -> Effects:
    """Fisher's z of the partial correlation; variance 1 / (n - m - 2).

    Source: Fisher 1924, Metron 3:329-332: each variable that is held constant costs one person.
    """
    yi, _ = partial_correlation(t, n, m)
    return np.arctanh(yi), 1 / (n - m - 2)


def semipartial_correlation(t: Vector, n: Vector, m: Vector, r2: Vector) -> Effects:
    """t sqrt(1 - r2) / sqrt(n - m - 1); variance (r2^2 - 2 r2 + f + 1 - f^2) / n, where f = r2 - yi^2.

    Source: Aloe & Becker 2012, doi:10.3102/1076998610396901.
    """
    yi = t * np.sqrt(1 - r2) / np.sqrt(n - m - 1)
    without = r2 - yi**2  # R squared of the regression without the predictor of interest
    return yi, (r2**2 - 2 * r2 + without + 1 - without**2) / n


def semipartial_correlation_z(t: Vector, n: Vector, m: Vector, r2: Vector) -> Effects:
    """Fisher's z of the semi-partial correlation (delta method).

    Source: Aloe & Becker 2012, doi:10.3102/1076998610396901.
    """
    return fisher_z(*semipartial_correlation(t, n, m, r2))


def r_squared(r2: Vector, n: Vector) -> Effects:
    """R squared of a regression; variance 4 r2 (1 - r2)^2 / n. The number of predictors does not enter.

    Source: Olkin & Finn 1995, doi:10.1037/0033-2909.118.1.155.
    """
    return r2, 4 * r2 * (1 - r2) ** 2 / n


def r_squared_z(r2: Vector, n: Vector) -> Effects:
    """Fisher's z of the multiple correlation, atanh(sqrt(r2)); variance 1 / n.

    Source: Olkin & Finn 1995, doi:10.1037/0033-2909.118.1.155 (delta method).
    """
    return np.arctanh(np.sqrt(r2)), 1 / n


def _hypergeometric(b: float, c: Vector, z: Vector, *, many: np.ndarray) -> Vector:
    """F(b, b; c; z): by its series where many people make that short, else by scipy's, which fails for large c."""
    value = np.empty_like(z)
    if many.any():
        ratio = (TERMS + b) ** 2 / ((c[many, np.newaxis] + TERMS) * (TERMS + 1)) * z[many, np.newaxis]
        value[many] = 1 + np.cumprod(ratio, axis=1).sum(axis=1)
    if not many.all():
        value[~many] = hyp2f1(b, b, c[~many], z[~many])
    return value


def _weighted_mean(values: Vector, weights: Vector) -> float:
    return float(np.sum(weights * values) / np.sum(weights))
