"""Effects that compare how much people differ in two groups: standard deviations and coefficients of variation.

m, s and n are the (k,) means, standard deviations and numbers of people of groups 1 and 2. Each function gives (yi, vi),
both (k,). Within people, n is their number and r the correlation of both times.
"""

import numpy as np

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]


def ratio_of_sds(s1: Vector, n1: Vector, s2: Vector, n2: Vector) -> Effects:
    """Log ratio of standard deviations, each corrected by 1 / (2 (n - 1)); variance the sum of 1 / (2 (n - 1)).

    Source: Nakagawa et al. 2015, doi:10.1111/2041-210X.12309.
    """
    half1, half2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    return np.log(s1 / s2) + half1 - half2, half1 + half2


def ratio_of_cvs(m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector) -> Effects:
    """Log ratio of coefficients of variation s / m, corrected for the bias of both logarithms.

    Source: Nakagawa et al. 2015, doi:10.1111/2041-210X.12309; Senior, Viechtbauer & Nakagawa 2020,
    doi:10.1002/jrsm.1423 (the correction).
    """
    log_sds, v = ratio_of_sds(s1, n1, s2, n2)
    v1, v2 = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    return log_sds - np.log(m1 / m2) - (v1 - v2) / 2, v + v1 + v2


def ratio_of_sds_within(s1: Vector, s2: Vector, n: Vector, r: Vector) -> Effects:
    """Log ratio of the standard deviations of the same people at two times; variance (1 - r^2) / (n - 1).

    Source: Senior, Viechtbauer & Nakagawa 2020, doi:10.1002/jrsm.1423.
    """
    return np.log(s1 / s2), (1 - r**2) / (n - 1)


def ratio_of_cvs_within(m1: Vector, s1: Vector, m2: Vector, s2: Vector, n: Vector, r: Vector) -> Effects:
    """Log ratio of the coefficients of variation of the same people at two times, corrected for bias.

    Source: Senior, Viechtbauer & Nakagawa 2020, doi:10.1002/jrsm.1423.
    """
    log_sds, v = ratio_of_sds_within(s1, s2, n, r)
    cv1, cv2 = s1 / m1, s2 / m2
    yi = log_sds - np.log(m1 / m2) - (cv1**2 - cv2**2) / (2 * n)
    return yi, v + (cv1**2 + cv2**2 - 2 * r * cv1 * cv2) / n
