"""Changes of the same people between two times (or conditions), from means, standard deviations and their correlation.

m1, s1 stand for the time that counts first (usually after), m2, s2 for the other; n people and r, the correlation of both
times, all (k,). A change is m1 - m2. Each function gives (yi, vi), both (k,).
"""

from typing import Literal

import numpy as np
from scipy.special import ndtr

from evisynth.synthesis.measures.means import Correction, small_sample_factor
from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
ChangeVariance = Literal["LS", "LS2"]


def change_variance(s1: Vector, s2: Vector, r: Vector) -> Vector:
    """(k,) the variance of the people's changes, s1^2 + s2^2 - 2 r s1 s2.

    Source: Cochrane Handbook 6.5, section 6.5.2.8.
    """
    return s1**2 + s2**2 - 2 * r * s1 * s2


def mean_change(m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector) -> Effects:
    """Mean change m1 - m2; variance that of the changes over n.

    Source: Cochrane Handbook 6.5, section 6.5.2.8.
    """
    return m1 - m2, change_variance(s1, s2, r) / n


def change_by_change_sd(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: Correction = True
) -> Effects:
    """J times the mean change over the standard deviation of changes; variance 1 / n + yi^2 / (2 n).

    Source: Gibbons, Hedeker & Davis 1993, doi:10.3102/10769986018003271.
    """
    yi = small_sample_factor(n - 1, correct) * (m1 - m2) / np.sqrt(change_variance(s1, s2, r))
    return yi, 1 / n + yi**2 / (2 * n)


def change_by_first_sd(
    m1: Vector,
    s1: Vector,
    m2: Vector,
    n: Vector,
    r: Vector,
    vtype: ChangeVariance = "LS",
    correct: Correction = True,
) -> Effects:
    """J d, with d the mean change over s1; the variances of both times are taken as equal.

    vtype LS : variance 2 (1 - r) / n + yi^2 / (2 n). LS2 : J^2 times the same of d.

    Source: Becker 1988, doi:10.1111/j.2044-8317.1988.tb00901.x; LS2 Borenstein 2009, in Cooper, Hedges & Valentine,
    Handbook of Research Synthesis.
    """
    J, d = small_sample_factor(n - 1, correct), (m1 - m2) / s1
    if vtype == "LS2":
        return J * d, J**2 * (2 * (1 - r) / n + d**2 / (2 * n))
    return J * d, 2 * (1 - r) / n + (J * d) ** 2 / (2 * n)


def change_by_first_sd_unequal(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: Correction = True
) -> Effects:
    """The same with variances that need not be equal: (variance of changes / s1^2 + yi^2 / 2) / (n - 1).

    Source: Bonett 2008, doi:10.1037/1082-989X.13.2.99.
    """
    yi = small_sample_factor(n - 1, correct) * (m1 - m2) / s1
    return yi, (change_variance(s1, s2, r) / s1**2 + yi**2 / 2) / (n - 1)


def change_by_mean_sd(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: Correction = True
) -> Effects:
    """J times the mean change over the root of the mean of both variances, which are taken as equal.

    J has 2 (n - 1) / (1 + r^2) degrees of freedom. Variance 2 (1 - r) / n + yi^2 (1 + r^2) / (4 n).

    Source: Cousineau 2020, doi:10.20982/tqmp.16.4.p418; Bonett 2008, doi:10.1037/1082-989X.13.2.99.
    """
    yi = _over_mean_sd(m1, s1, m2, s2, n, r, correct)
    return yi, 2 * (1 - r) / n + yi**2 * (1 + r**2) / (4 * n)


def change_by_mean_sd_unequal(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: Correction = True
) -> Effects:
    """The same with variances that need not be equal.

    Source: Bonett 2008, doi:10.1037/1082-989X.13.2.99.
    """
    yi, v = _over_mean_sd(m1, s1, m2, s2, n, r, correct), (s1**2 + s2**2) / 2
    of_sds = yi**2 * _spread_of_variances(s1, s2, r) / (8 * v**2)
    return yi, (change_variance(s1, s2, r) / v + of_sds) / (n - 1)


def ratio_of_means_within(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: bool = True
) -> Effects:
    """log(m1 / m2), corrected for its bias by half of (cv1^2 - cv2^2) / n; cv = s / m.

    Variance (cv1^2 + cv2^2 - 2 r cv1 cv2) / n.

    Source: Lajeunesse 2011, doi:10.1890/11-0423.1; the correction Lajeunesse 2015, doi:10.1890/14-2402.1.
    """
    cv1, cv2 = s1 / m1, s2 / m2
    yi = np.log(m1 / m2)
    if correct:
        yi = yi + (cv1**2 - cv2**2) / (2 * n)
    return yi, (cv1**2 + cv2**2 - 2 * r * cv1 * cv2) / n


def superiority_within(m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector) -> Effects:
    """The probability that a value of time 1 is above one of time 2 of another person, of normal variables: Phi(z).

    z = (m1 - m2) / sqrt(s1^2 + s2^2), as between groups, with the variance of the same people (delta method).

    Source: McGraw & Wong 1992, doi:10.1037/0033-2909.111.2.361; Ruscio 2008, doi:10.1037/1082-989X.13.1.19.
    """
    v = s1**2 + s2**2
    z = (m1 - m2) / np.sqrt(v)
    of_means = change_variance(s1, s2, r) / v
    of_sds = z**2 * _spread_of_variances(s1, s2, r) / (2 * v**2)
    return np.asarray(ndtr(z)), np.exp(-(z**2)) / (2 * np.pi) * (of_means + of_sds) / (n - 1)


def _over_mean_sd(
    m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector, correct: Correction
) -> Vector:
    J = small_sample_factor(2 * (n - 1) / (1 + r**2), correct)
    return J * (m1 - m2) / np.sqrt((s1**2 + s2**2) / 2)


def _spread_of_variances(s1: Vector, s2: Vector, r: Vector) -> Vector:
    """Half of (n - 1) times the variance of s1^2 + s2^2."""
    return s1**4 + s2**4 + 2 * r**2 * s1**2 * s2**2
