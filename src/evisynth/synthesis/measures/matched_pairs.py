"""Effects from matched pairs (a person under both conditions, or two people matched), by the pair's two answers.

                        event under 2   no event under 2
    event under 1             a                b
    no event under 1          c                d

Condition 1 is the intervention: an effect above 1 (or 0) says more events under it. Each function takes the (k,)
numbers of pairs that it needs and gives (yi, vi), both (k,).
"""

import numpy as np

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]


def paired_risk_difference(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """(b - c) / n; variance (b + c - (b - c)^2 / n) / n^2.

    Source: Zou 2007, doi:10.1177/1740774506075667; McNemar 1947, doi:10.1007/BF02295996.
    """
    n = a + b + c + d
    return (b - c) / n, (b + c - (b - c) ** 2 / n) / n**2


def paired_risk_ratio(a: Vector, b: Vector, c: Vector) -> Effects:
    """log((a + b) / (a + c)); variance (b + c) / ((a + b) (a + c)). Pairs without an event take no part.

    Source: Zou 2007, doi:10.1177/1740774506075667.
    """
    return np.log((a + b) / (a + c)), (b + c) / ((a + b) * (a + c))


def marginal_odds_ratio(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Log odds ratio of both margins, as if the pairs were not known, with the variance that knows them.

    Source: Becker & Balagtas 1993, doi:10.2307/2532242; Elbourne et al. 2002, doi:10.1093/ije/31.1.140.
    """
    with1, without1, with2, without2 = a + b, c + d, a + c, b + d
    covariance = (a + b + c + d) * (a * d - b * c) / (with1 * without1 * with2 * without2)
    vi = 1 / with1 + 1 / without1 + 1 / with2 + 1 / without2 - 2 * covariance
    return np.log(with1 * without2 / (without1 * with2)), vi


def conditional_odds_ratio(b: Vector, c: Vector) -> Effects:
    """log(b / c), within pairs; variance 1 / b + 1 / c. Pairs with equal answers take no part.

    Source: Elbourne et al. 2002, doi:10.1093/ije/31.1.140; Curtin, Elbourne & Altman 2002, doi:10.1002/sim.1206.
    """
    return np.log(b / c), 1 / b + 1 / c


def conditional_peto(b: Vector, c: Vector) -> Effects:
    """Peto's conditional log odds ratio 2 (b - c) / (b + c); variance 4 / (b + c).

    Source: Curtin, Elbourne & Altman 2002, doi:10.1002/sim.1206.
    """
    return 2 * (b - c) / (b + c), 4 / (b + c)
