"""How much the studies of a meta-analysis differ: Q, its test, I2 and H2."""

import math

import numpy as np
from scipy.special import chdtrc, ndtri

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector


def cochran_q(yi: Vector, vi: Vector, centre: float | None = None) -> float:
    """Cochran's Q: the weighted sum of squared distances of the studies from a centre.

    Parameters
    ----------
    yi : (k,) effect estimates on the analysis scale.
    vi : (k,) their sampling variances; all above 0.
    centre : the value to measure from, on the analysis scale; by default the inverse-variance mean.
        RevMan 5 and metafor's rma.mh measure from the Mantel-Haenszel estimate.

    Source: Cochran 1954, doi:10.2307/3001666.
    """
    wi = 1 / vi
    mu = np.sum(wi * yi) / np.sum(wi) if centre is None else centre
    return float(np.sum(wi * (yi - mu) ** 2))


def p_of_q(Q: float, df: int) -> float | None:
    """The p value of the test that all studies share one effect (chi-square); None when df = 0."""
    _check(Q, df)
    return None if df == 0 else float(chdtrc(df, Q))


def i2_from_q(Q: float, df: int) -> float | None:
    """I2 in percent from Q: 100 (Q - df) / Q, at least 0. None when df = 0: one study has no spread.

    This is the definition that RevMan 5, R's meta and most papers use. metafor and today's RevMan compute I2
    from tau2 and the typical sampling variance instead; for DerSimonian-Laird the two agree.

    Source: Higgins & Thompson 2002, doi:10.1002/sim.1186.
    """
    _check(Q, df)
    if df == 0:
        return None
    return 0.0 if df >= Q else 100 * (Q - df) / Q


def h2_from_q(Q: float, df: int) -> float | None:
    """H2 = Q / df: how many times larger Q is than expected of one shared effect. None when df = 0.

    Source: Higgins & Thompson 2002, doi:10.1002/sim.1186.
    """
    _check(Q, df)
    return None if df == 0 else Q / df


def h_interval_from_q(Q: float, df: int, level: float = 0.95) -> tuple[float, float] | None:
    """Limits of H, the square root of H2 = Q / df: exp(log H +- z se), at least 1. None when df = 0.

    With k = df + 1 studies the standard error of log H is (log Q - log df) / (2 (sqrt(2 Q) - sqrt(2 k - 3)))
    where Q > k, else sqrt((1 - 1 / (3 (k - 2)^2)) / (2 (k - 2))); None with two studies and Q at most 2,
    for which the latter does not exist.

    Source: Higgins & Thompson 2002, doi:10.1002/sim.1186, appendix A2 (test-based).
    """
    _check(Q, df)
    if not 0 < level < 1:
        raise DataError(f"Level {level:g} of an interval is not between 0 and 1; 0.95 is usual.")
    k = df + 1
    if Q > k and df > 0:
        se = 0.5 * (math.log(Q) - math.log(df)) / (math.sqrt(2 * Q) - math.sqrt(2 * k - 3))
    elif k > 2:
        se = math.sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
    else:
        return None
    H, factor = max(1.0, math.sqrt(Q / df)), math.exp(float(ndtri(0.5 + level / 2)) * se)
    return max(1.0, H / factor), max(1.0, H * factor)


def i2_interval_from_q(Q: float, df: int, level: float = 0.95) -> tuple[float, float] | None:
    """Limits of I2 in percent, those of H turned by I2 = 100 (H^2 - 1) / H^2. None where H has none.

    Source: Higgins & Thompson 2002, doi:10.1002/sim.1186.
    """
    limits = h_interval_from_q(Q, df, level)
    return None if limits is None else (_i2_of_h(limits[0]), _i2_of_h(limits[1]))


def _i2_of_h(H: float) -> float:
    return 100 * (H**2 - 1) / H**2


def _check(Q: float, df: int) -> None:
    if not (Q >= 0 and df >= 0):
        raise DataError(f"Q is {Q:g} with {df} degrees of freedom; both must be 0 or more.")
