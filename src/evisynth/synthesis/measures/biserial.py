"""Correlations of a measured variable with a variable in two groups, from the means of both groups.

m, s and n are the (k,) means, standard deviations and numbers of people of groups 1 and 2. Each function gives (yi, vi),
both (k,); a positive correlation says that group 1 has the higher mean.
"""

from typing import Literal

import numpy as np
from scipy.special import ndtri

from evisynth.synthesis.measures.association import fisher_z
from evisynth.synthesis.measures.means import standardised_mean_difference
from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
Sampling = Literal["ST", "CS"]


def point_biserial(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector, vtype: Sampling = "ST"
) -> Effects:
    """The point-biserial correlation d / sqrt(d^2 + h) with h = m / n1 + m / n2 and m = n1 + n2 - 2.

    vtype ST : the sizes of both groups were chosen; delta method on the variance of d.
    CS : people were drawn from one population and fell into the groups (Tate).

    Source: Tate 1954, doi:10.1214/aoms/1177728730; Jacobs & Viechtbauer 2017, doi:10.1002/jrsm.1218.
    """
    d, v = standardised_mean_difference(m1, s1, n1, m2, s2, n2, correct=False)
    n = n1 + n2
    h = (n - 2) / n1 + (n - 2) / n2
    r = d / np.sqrt(d**2 + h)
    if vtype == "CS":
        return r, (1 - r**2) ** 2 * (1 - 3 / 2 * r**2 + r**2 * n**2 / (4 * n1 * n2)) / n
    return r, h**2 / (h + d**2) ** 3 * v


def point_biserial_z(
    m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector, vtype: Sampling = "ST"
) -> Effects:
    """Fisher's z of the point-biserial correlation.

    Source: Jacobs & Viechtbauer 2017, doi:10.1002/jrsm.1218.
    """
    return fisher_z(*point_biserial(m1, s1, n1, m2, s2, n2, vtype))


def biserial(m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector) -> Effects:
    """The biserial correlation: the groups are a normal variable cut at a threshold. It may lie beyond -1 and 1.

    yi = sqrt(p q) / f times the point-biserial correlation, with p = n1 / n, q = n2 / n and f the normal density at
    the threshold. The variance is Soper's, taken at -1 or 1 where the estimate lies beyond.

    Source: Soper 1914, doi:10.1093/biomet/10.2-3.384; Jacobs & Viechtbauer 2017, doi:10.1002/jrsm.1218.
    """
    r, _ = point_biserial(m1, s1, n1, m2, s2, n2)
    n = n1 + n2
    p, q = n1 / n, n2 / n
    z = -ndtri(p)
    f = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    yi = np.sqrt(p * q) / f * r
    y2 = np.clip(yi, -1, 1) ** 2
    vi = (y2**2 + y2 * (p * q * z**2 / f**2 + (2 * p - 1) * z / f - 5 / 2) + p * q / f**2) / (n - 1)
    return yi, vi


def biserial_z(m1: Vector, s1: Vector, n1: Vector, m2: Vector, s2: Vector, n2: Vector) -> Effects:
    """Fisher's z of the biserial correlation; none where that lies beyond -1 and 1.

    Source: Jacobs & Viechtbauer 2017, doi:10.1002/jrsm.1218.
    """
    return fisher_z(*biserial(m1, s1, n1, m2, s2, n2))
