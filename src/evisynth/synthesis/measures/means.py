"""Effects from means and standard deviations of two groups: differences, standardised or not, and ratios.

m, s and n are the (k,) means, standard deviations and numbers of people of groups 1 and 2. Each function gives (yi, vi),
both (k,).
"""

import math
from typing import Literal

import numpy as np
from scipy.special import gammaln, ndtr

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
Correction = bool | Literal["approximate"]
MeanVariance = Literal["LS", "HO"]
SmdVariance = Literal["LS", "LS2", "UB", "AV", "RM"]
DeltaVariance = Literal["LS", "DF"]
RatioVariance = Literal["LS", "HO", "AV", "AVHO"]
LOGISTIC = math.pi / math.sqrt(3)  # the standard deviation of a standard logistic variable
NORMAL = 1.65  # Cox's factor


def small_sample_factor(m: Vector, correct: Correction = True) -> Vector:
    """(k,) Hedges' J, which takes the bias from a standardised mean with m degrees of freedom; NaN for m up to 1.

    correct True : exact, Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)).
    "approximate" : 1 - 3 / (4 m - 1), as RevMan takes it.
    False : 1, no correction.

    Source: Hedges 1981, doi:10.3102/10769986006002107.
    """
    if correct == "approximate":
        return 1 - 3 / (4 * m - 1)
    if not correct:
        return np.ones_like(m)
    J = np.exp(gammaln(m / 2) - np.log(m / 2) / 2 - gammaln((m - 1) / 2))
    return np.where(m > 1, J, np.nan)


def pooled_variance(s1: Vector, n1: Vector, s2: Vector, n2: Vector) -> Vector:
    """(k,) the variance within groups, pooled over both by their degrees of freedom.

    Source: Cochrane Handbook 6.5, section 6.5.1.2.
    """
    return ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2)


def mean_difference(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector, vtype: MeanVariance = "LS"
) -> Effects:
    """Mean difference m1 - m2.

    vtype LS : variance s1^2 / n1 + s2^2 / n2. HO : with the pooled variance for both groups.

    Source: Cochrane Handbook 6.5, section 6.5.1.1.
    """
    if vtype == "HO":
        return m1 - m2, pooled_variance(s1, n1, s2, n2) * (1 / n1 + 1 / n2)
    return m1 - m2, s1**2 / n1 + s2**2 / n2


def standardised_mean_difference(
    m1: Vector,
    s1: Vector,
    n1: Vector,
    m2: Vector,
    s2: Vector,
    n2: Vector,
    vtype: SmdVariance = "LS",
    correct: Correction = True,
) -> Effects:
    """Hedges' g: J d, where d is the mean difference over the pooled standard deviation.

    With N = n1 + n2, m = N - 2 and u = 1 / n1 + 1 / n2 the variance is, by vtype,
    LS  : u + g^2 / (2 N).
    LS2 : J^2 (u + d^2 / (2 N)).
    UB  : u + (1 - (m - 2) / (m J^2)) g^2, without bias.
    AV  : as LS with the mean of g over all studies, weighted by N.
    RM  : u + g^2 / (2 (N - 3.94)), as RevMan, which takes the approximate J. R's meta takes UB with the exact one.

    Source: Hedges 1981, doi:10.3102/10769986006002107; LS2 Borenstein 2009, in Cooper, Hedges & Valentine, Handbook of
    Research Synthesis; UB Hedges 1983, doi:10.1037/0033-2909.93.2.388; RM Deeks & Higgins 2010, Statistical algorithms
    in Review Manager 5.
    """
    N = n1 + n2
    m = N - 2
    J = small_sample_factor(m, correct)
    d = (m1 - m2) / np.sqrt(pooled_variance(s1, n1, s2, n2))
    g, u = J * d, 1 / n1 + 1 / n2
    if vtype == "LS2":
        return g, J**2 * (u + d**2 / (2 * N))
    if vtype == "UB":
        return g, u + (1 - (m - 2) / (m * J**2)) * g**2
    if vtype == "AV":
        return g, u + _weighted_mean(g, N) ** 2 / (2 * N)
    if vtype == "RM":
        return g, u + g**2 / (2 * (N - 3.94))
    return g, u + g**2 / (2 * N)


def smd_unequal_variances(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector, correct: Correction = True
) -> Effects:
    """Mean difference over the root of the mean of both variances, which need not be equal.

    Source: Bonett 2009, doi:10.1037/a0016619 (variance); J with n1 + n2 - 2 degrees of freedom.
    """
    v = (s1**2 + s2**2) / 2
    yi = small_sample_factor(n1 + n2 - 2, correct) * (m1 - m2) / np.sqrt(v)
    of_sd = yi**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * v**2)
    return yi, of_sd + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / v


def smd_by_second_group(
    m1: Vector,
    n1: Vector,
    m2: Vector,
    s2: Vector,
    n2: Vector,
    vtype: DeltaVariance = "LS",
    correct: Correction = True,
) -> Effects:
    """Glass's delta: mean difference over the standard deviation of group 2, both variances taken as equal.

    vtype LS : variance 1 / n1 + 1 / n2 + yi^2 / (2 n2). DF : over the degrees of freedom, 2 (n2 - 1), as R's meta, which
    corrects nothing (correct=False).

    Source: Glass 1976, doi:10.3102/0013189X005010003; Hedges 1981, doi:10.3102/10769986006002107; DF Rosenthal 1994, in
    Cooper & Hedges, Handbook of Research Synthesis, chapter 16.
    """
    yi = small_sample_factor(n2 - 1, correct) * (m1 - m2) / s2
    return yi, 1 / n1 + 1 / n2 + yi**2 / (2 * (n2 - 1 if vtype == "DF" else n2))


def smd_by_second_group_unequal(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector, correct: Correction = True
) -> Effects:
    """Glass's delta with variances that need not be equal.

    Variance (s1^2 / s2^2) / (n1 - 1) + 1 / (n2 - 1) + yi^2 / (2 (n2 - 1)).

    Source: Bonett 2008, doi:10.1037/1082-989X.13.2.99.
    """
    yi = small_sample_factor(n2 - 1, correct) * (m1 - m2) / s2
    return yi, s1**2 / (s2**2 * (n1 - 1)) + 1 / (n2 - 1) + yi**2 / (2 * (n2 - 1))


def ratio_of_means(
    m1: Vector,
    s1: Vector,
    n1: Vector,
    m2: Vector,
    s2: Vector,
    n2: Vector,
    vtype: RatioVariance = "LS",
    correct: bool = True,
) -> Effects:
    """Log ratio of means log(m1 / m2), corrected for its bias by half of cv1^2 / n1 - cv2^2 / n2.

    With cv = s / m the variance is, by vtype,
    LS : cv1^2 / n1 + cv2^2 / n2. HO : the same with the pooled standard deviation for both groups.
    AV : with the mean cv of each group over all studies. AVHO : with one mean cv for both groups. Means are
    weighted by n.

    Source: Hedges, Gurevitch & Curtis 1999, doi:10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2; the correction
    Lajeunesse 2015, doi:10.1890/14-2402.1; AV Nakagawa et al. 2023, doi:10.1111/ele.14144.
    """
    v1, v2 = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    yi = np.log(m1 / m2) + (v1 - v2) / 2 if correct else np.log(m1 / m2)
    if vtype == "HO":
        return yi, pooled_variance(s1, n1, s2, n2) * (1 / (n1 * m1**2) + 1 / (n2 * m2**2))
    if vtype == "AV":
        return yi, _weighted_mean(s1 / m1, n1) ** 2 / n1 + _weighted_mean(s2 / m2, n2) ** 2 / n2
    if vtype == "AVHO":
        cv = (np.sum(n1 * s1 / m1) + np.sum(n2 * s2 / m2)) / np.sum(n1 + n2)
        return yi, cv**2 / n1 + cv**2 / n2
    return yi, v1 + v2


def log_odds_from_smd_logistic(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector
) -> Effects:
    """Log odds ratio pi / sqrt(3) times d, the standardised mean difference without a correction for bias.

    Source: Chinn 2000, doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M.
    """
    d, v = standardised_mean_difference(m1, s1, n1, m2, s2, n2, correct=False)
    return LOGISTIC * d, LOGISTIC**2 * v


def log_odds_from_smd_normal(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector
) -> Effects:
    """Log odds ratio 1.65 d, for normal variables.

    Source: Cox & Snell 1989, Analysis of Binary Data, 2nd edition, as in Sanchez-Meca et al. 2003,
    doi:10.1037/1082-989X.8.4.448.
    """
    d, v = standardised_mean_difference(m1, s1, n1, m2, s2, n2, correct=False)
    return NORMAL * d, NORMAL**2 * v


def superiority(m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector) -> Effects:
    """The probability that a person of group 1 has the higher value, of normal variables: Phi(z).

    z = (m1 - m2) / sqrt(s1^2 + s2^2). It is also the area under the receiver operating curve. Delta method.

    Source: McGraw & Wong 1992, doi:10.1037/0033-2909.111.2.361; Ruscio 2008, doi:10.1037/1082-989X.13.1.19.
    """
    v = s1**2 + s2**2
    z = (m1 - m2) / np.sqrt(v)
    of_means = (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / v
    of_sds = z**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (2 * v**2)
    return np.asarray(ndtr(z)), np.exp(-(z**2)) / (2 * np.pi) * (of_means + of_sds)


def _weighted_mean(values: Vector, weights: Vector) -> float:
    return float(np.sum(weights * values) / np.sum(weights))
