"""Effects from the four cells of two groups of people: ratios and differences of their risks.

             event   no event   people
    group 1    a        b         n1
    group 2    c        d         n2

Each function takes the cells as (k,) arrays, after any correction, and gives (yi, vi): (k,) effects on the analysis
scale and their sampling variances, NaN or infinite where a study has none. `measures.effect_sizes` is the door to them.
"""

import math
from typing import Literal

import numpy as np
from scipy.special import ndtri

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
RiskVariance = Literal["LS", "UB", "AV"]
LOGISTIC = math.sqrt(3) / math.pi  # the standard deviation of a logistic variable is pi / sqrt(3)
NORMAL = 1 / 1.65  # Cox's divisor: log odds ratios over 1.65 are about differences of normal deviates


def risk_ratio(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Log risk ratio log((a / n1) / (c / n2)); variance 1/a - 1/n1 + 1/c - 1/n2.

    Source: Cochrane Handbook 6.5, section 6.4.1.2; Greenland & Robins 1985, doi:10.2307/2530643.
    """
    n1, n2 = a + b, c + d
    return np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2


def odds_ratio(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Log odds ratio log(a d / (b c)); variance 1/a + 1/b + 1/c + 1/d.

    Source: Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x.
    """
    return np.log((a * d) / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def risk_difference(a: Vector, b: Vector, c: Vector, d: Vector, vtype: RiskVariance = "LS") -> Effects:
    """Risk difference a / n1 - c / n2.

    vtype LS : p1 (1 - p1) / n1 + p2 (1 - p2) / n2, each study's own risks.
    UB : the same over n1 - 1 and n2 - 1, without bias.
    AV : with the risks of all studies together in place of p1 and p2.

    Source: Cochrane Handbook 6.5, section 6.4.1.4; UB and AV as in Hunter & Schmidt 2004, Methods of Meta-Analysis.
    """
    n1, n2 = a + b, c + d
    yi = a / n1 - c / n2
    if vtype == "UB":
        return yi, a * b / (n1**2 * (n1 - 1)) + c * d / (n2**2 * (n2 - 1))
    if vtype == "AV":
        p1, p2 = np.sum(a) / np.sum(n1), np.sum(c) / np.sum(n2)
        return yi, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    return yi, a * b / n1**3 + c * d / n2**3


def arcsine_difference(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """asin(sqrt(p1)) - asin(sqrt(p2)); variance 1 / (4 n1) + 1 / (4 n2), whatever the risks: it bears zero cells.

    Source: Ruecker, Schwarzer, Carpenter & Olkin 2009, doi:10.1002/sim.3511.
    """
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


def peto_odds_ratio(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Peto's log odds ratio (O - E) / V; variance 1 / V, with the hypergeometric mean E and variance V of a.

    Source: Yusuf, Peto, Lewis, Collins & Sleight 1985, doi:10.1016/S0033-0620(85)80003-7.
    """
    n1, n2, events, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    V = n1 * n2 * events * others / (n**2 * (n - 1))
    return (a - n1 * events / n) / V, 1 / V


def probit_difference(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Difference of the normal deviates of the risks; variance sum of 2 pi p (1 - p) exp(z^2) / n (delta method).

    An estimate of the standardised mean difference where the event is a normal variable above a threshold.

    Source: Sanchez-Meca, Marin-Martinez & Chacon-Moscoso 2003, doi:10.1037/1082-989X.8.4.448.
    """
    n1, n2 = a + b, c + d
    z1, z2 = ndtri(a / n1), ndtri(c / n2)
    v1, v2 = a * b / n1**3 * np.exp(z1**2), c * d / n2**3 * np.exp(z2**2)
    return z1 - z2, 2 * np.pi * (v1 + v2)


def smd_from_odds_logistic(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Standardised mean difference from the log odds ratio times sqrt(3) / pi, for logistic variables.

    Source: Chinn 2000, doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M.
    """
    yi, vi = odds_ratio(a, b, c, d)
    return LOGISTIC * yi, LOGISTIC**2 * vi


def smd_from_odds_normal(a: Vector, b: Vector, c: Vector, d: Vector) -> Effects:
    """Standardised mean difference from the log odds ratio over 1.65, for normal variables.

    Source: Cox & Snell 1989, Analysis of Binary Data, 2nd edition, as in Sanchez-Meca et al. 2003,
    doi:10.1037/1082-989X.8.4.448.
    """
    yi, vi = odds_ratio(a, b, c, d)
    return NORMAL * yi, NORMAL**2 * vi
