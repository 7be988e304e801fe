"""Standard errors of a pooled effect, and the quantiles and p values that go with them."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.tau2 import dersimonian_laird

TESTS = {
    "z": "normal",
    "t": "t with k - 1 degrees of freedom",
    "HK": "Hartung-Knapp",
    "HK-adhoc": "Hartung-Knapp, the standard error never below the classical one",
    "HK-ci": "Hartung-Knapp, or the classical interval where that is wider",
    "HK-IQWiG6": "Hartung-Knapp, with the classical standard error where DerSimonian-Laird's interval is wider",
    "KR": "Kenward-Roger",
}

# What other programs call them, in small letters.
IN_R = {
    **dict.fromkeys(("knha", "hksj", "hk", "khartung"), "HK"),
    **dict.fromkeys(("adhoc", "hk-se"), "HK-adhoc"),
    **dict.fromkeys(("classic", "norm", "wald"), "z"),
    "kr": "KR",
}


class Uncertainty(NamedTuple):
    """Standard errors (m,) and degrees of freedom (m,); infinite degrees of freedom mean the normal."""

    se: Vector
    ddf: Vector


def check_test(test: str, method: str) -> None:
    """Raise a DataError when there is no such test, or it does not go with the estimator of tau2.

    Source: see `uncertainty`.
    """
    if test not in TESTS:
        ours = IN_R.get(test.lower())
        hint = f" It is called {ours!r} here." if ours else near(test, TESTS)
        raise DataError(f"Test {test!r} is not known; known are {', '.join(TESTS)}.{hint}")
    if test == "KR" and method != "REML":
        raise DataError(f"The Kenward-Roger test is defined for REML, not for {method}.")


def uncertainty(
    rows: Rows, tau2: Vector, test: str, W1: Vector, yPy: Vector, level: float = 0.95
) -> Uncertainty:
    """The standard error of each pooled effect and the degrees of freedom of its test.

    W1 is the sum of the weights 1 / (vi + tau2), yPy the weighted sum of squares about the pooled effect. The
    level matters to HK-ci and HK-IQWiG6, which compare intervals.

    - z, t: 1 / sqrt(W1).
    - HK: that times sqrt(yPy / (k - 1)). HK-adhoc: times at least 1. HK-ci: z where its interval is wider.
      HK-IQWiG6: 1 / sqrt(W1) where the interval of z at DerSimonian and Laird's tau2 is wider.
    - KR: sqrt(1 / W1 + 2 V (W3 - W2^2 / W1) / W1^2) with V the variance of tau2 by its expected information
      and W2, W3 the sums of squares and cubes of the weights; 2 / (V W2^2 se^4) degrees of freedom.

    Source: Hartung & Knapp 2001, doi:10.1002/sim.791; Sidik & Jonkman 2002, doi:10.1002/sim.1262; Roever,
    Knapp & Friede 2015, doi:10.1186/s12874-015-0091-1, for HK-adhoc; Jackson, Law, Ruecker & Schwarzer 2017,
    doi:10.1002/sim.7411, for HK-ci; IQWiG 2020, General methods, version 6.0, for HK-IQWiG6; Partlett & Riley
    2017, doi:10.1002/sim.7140, for Kenward-Roger.
    """
    df, infinite = rows.k - 1, np.full(len(W1), np.inf)
    classical = np.sqrt(1 / W1)
    if test == "z":
        return Uncertainty(classical, infinite)
    if test == "t":
        return Uncertainty(classical, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        if test == "KR":
            return _kenward_roger(rows, tau2, W1)
        hk = classical * np.sqrt(yPy / df)
    if test == "HK":
        return Uncertainty(hk, df)
    if test == "HK-adhoc":
        return Uncertainty(np.maximum(hk, classical), df)
    half = critical_values(level, df) * hk
    if test == "HK-ci":
        wider = critical_value(level) * classical > half
        return Uncertainty(np.where(wider, classical, hk), np.where(wider, infinite, df))
    _, of_dl, _ = rows.centre(dersimonian_laird(rows))
    return Uncertainty(np.where(critical_value(level) / np.sqrt(of_dl) > half, classical, hk), df)


def _kenward_roger(rows: Rows, tau2: Vector, W1: Vector) -> Uncertainty:
    at = rows.moments(tau2)
    w = 1 / (rows.vi + tau2[:, None])
    W2, W3 = at.trWW, np.einsum("ij,ij,ij->i", w, w, w)
    V = 2 / at.trPP
    variance = 1 / W1 + 2 * V * (W3 - W2**2 / W1) / W1**2
    return Uncertainty(np.sqrt(variance), 2 / (V * (W2 * variance) ** 2))


def critical_value(level: float, ddf: float | None = None) -> float:
    """The two-sided quantile of a confidence level given as a fraction: 1.959964 for 0.95.

    Normal by default, or of t with ddf degrees of freedom.
    """
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    return float(ndtri(0.5 + level / 2) if ddf is None else stdtrit(ddf, 0.5 + level / 2))


def critical_values(level: float, ddf: Vector) -> Vector:
    """(m,) the same for many degrees of freedom; infinite ones mean the normal.

    Source: none; a textbook quantile.
    """
    normal = critical_value(level)
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(ddf), normal, stdtrit(np.where(ddf > 0, ddf, np.nan), 0.5 + level / 2))


def two_sided_p(statistic: Vector, ddf: Vector) -> Vector:
    """(m,) two-sided p values, of t or (infinite ddf) of the normal.

    Source: none; a textbook tail probability.
    """
    below = -np.abs(statistic)
    with np.errstate(invalid="ignore"):
        return 2 * np.where(np.isinf(ddf), ndtr(below), stdtr(np.where(ddf > 0, ddf, np.nan), below))
