"""Effects of one group: proportions, rates, means, and how much people differ. They are summaries, not comparisons.

x are (k,) people with the event (or events), n people, t person-time, m means and s standard deviations. Each function
gives (yi, vi), both (k,).
"""

from typing import Literal

import numpy as np
from scipy.special import ndtri

from evisynth.synthesis.measures.means import Correction, small_sample_factor
from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]
ProportionVariance = Literal["LS", "UB", "AV"]


def proportion(x: Vector, n: Vector, vtype: ProportionVariance = "LS") -> Effects:
    """Proportion p = x / n.

    vtype LS : variance p (1 - p) / n. UB : over n - 1, without bias. AV : with the proportion of all studies together.

    Source: Cochrane Handbook 6.5, section 6.4.1; UB and AV as in Hunter & Schmidt 2004, Methods of Meta-Analysis.
    """
    p = x / n
    if vtype == "UB":
        return p, p * (1 - p) / (n - 1)
    if vtype == "AV":
        of_all = np.sum(x) / np.sum(n)
        return p, of_all * (1 - of_all) / n
    return p, p * (1 - p) / n


def log_proportion(x: Vector, n: Vector) -> Effects:
    """log(x / n); variance 1 / x - 1 / n.

    Source: Cochrane Handbook 6.5, section 6.4.1.2 (delta method).
    """
    return np.log(x / n), 1 / x - 1 / n


def logit_proportion(x: Vector, n: Vector) -> Effects:
    """log(x / (n - x)); variance 1 / x + 1 / (n - x).

    Source: Berkson 1944, doi:10.1080/01621459.1944.10500699 (delta method).
    """
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def probit_proportion(x: Vector, n: Vector) -> Effects:
    """The normal deviate z of x / n; variance 2 pi p (1 - p) exp(z^2) / n.

    Source: Bliss 1934, doi:10.1126/science.79.2037.38 (delta method).
    """
    p = x / n
    z = np.asarray(ndtri(p))
    return z, 2 * np.pi * p * (1 - p) * np.exp(z**2) / n


def arcsine_proportion(x: Vector, n: Vector) -> Effects:
    """asin(sqrt(x / n)); variance 1 / (4 n), whatever the proportion: it bears no event and only events.

    Source: Bartlett 1947, doi:10.2307/3001536.
    """
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def double_arcsine_proportion(x: Vector, n: Vector) -> Effects:
    """Half the sum of asin(sqrt(x / (n + 1))) and asin(sqrt((x + 1) / (n + 1))); variance 1 / (4 n + 2).

    Source: Freeman & Tukey 1950, doi:10.1214/aoms/1177729756, halved as in Miller 1978,
    doi:10.1080/00031305.1978.10479283.
    """
    yi = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return yi, 1 / (4 * n + 2)


def rate(x: Vector, t: Vector) -> Effects:
    """Rate x / t; variance x / t^2.

    Source: Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition.
    """
    return x / t, x / t**2


def log_rate(x: Vector, t: Vector) -> Effects:
    """log(x / t); variance 1 / x.

    Source: Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition.
    """
    return np.log(x / t), 1 / x


def root_rate(x: Vector, t: Vector) -> Effects:
    """sqrt(x / t); variance 1 / (4 t), whatever the rate: it bears no event.

    Source: Bartlett 1936, doi:10.2307/2983678.
    """
    return np.sqrt(x / t), 1 / (4 * t)


def double_root_rate(x: Vector, t: Vector) -> Effects:
    """Half the sum of sqrt(x / t) and sqrt((x + 1) / t); variance 1 / (4 t).

    Source: Freeman & Tukey 1950, doi:10.1214/aoms/1177729756.
    """
    return (np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t)


def mean(m: Vector, s: Vector, n: Vector) -> Effects:
    """Mean m; variance s^2 / n.

    Source: Cochrane Handbook 6.5, section 6.5.1.
    """
    return m, s**2 / n


def standardised_mean(m: Vector, s: Vector, n: Vector, correct: Correction = True) -> Effects:
    """J m / s, the mean in units of its standard deviation; variance 1 / n + yi^2 / (2 n).

    Source: Hedges 1981, doi:10.3102/10769986006002107, for one group.
    """
    yi = small_sample_factor(n - 1, correct) * m / s
    return yi, 1 / n + yi**2 / (2 * n)


def log_mean(m: Vector, s: Vector, n: Vector) -> Effects:
    """log(m) of means above 0; variance s^2 / (n m^2).

    Source: Hedges, Gurevitch & Curtis 1999, doi:10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2, for one group.
    """
    return np.log(m), s**2 / (n * m**2)


def log_sd(s: Vector, n: Vector) -> Effects:
    """log(s) + 1 / (2 (n - 1)); variance 1 / (2 (n - 1)).

    Source: Raudenbush & Bryk 1987, doi:10.3102/10769986012003241; Nakagawa et al. 2015,
    doi:10.1111/2041-210X.12309.
    """
    half = 1 / (2 * (n - 1))
    return np.log(s) + half, half


def log_cv(m: Vector, s: Vector, n: Vector) -> Effects:
    """log(s / m) + 1 / (2 (n - 1)) of means above 0; variance 1 / (2 (n - 1)) + s^2 / (n m^2).

    Source: Nakagawa et al. 2015, doi:10.1111/2041-210X.12309.
    """
    half = 1 / (2 * (n - 1))
    return np.log(s / m) + half, half + s**2 / (n * m**2)
