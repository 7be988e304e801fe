"""Effects from events and person-time of two groups: ratios and differences of their rates.

Events are counted, so that one person may have several; x1 and x2 are (k,) events, t1 and t2 (k,) person-times in any one
unit. Each function gives (yi, vi), both (k,). Rates have the unit of 1 / time: a difference over years is not one over days.
"""

import numpy as np

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]


def rate_ratio(x1: Vector, t1: Vector, x2: Vector, t2: Vector) -> Effects:
    """Log rate ratio log((x1 / t1) / (x2 / t2)); variance 1 / x1 + 1 / x2.

    Source: Cochrane Handbook 6.5, section 6.7.1; Rothman, Greenland & Lash 2008, Modern Epidemiology.
    """
    return np.log((x1 / t1) / (x2 / t2)), 1 / x1 + 1 / x2


def rate_difference(x1: Vector, t1: Vector, x2: Vector, t2: Vector) -> Effects:
    """Rate difference x1 / t1 - x2 / t2; variance x1 / t1^2 + x2 / t2^2.

    Source: Cochrane Handbook 6.5, section 6.7.1; Rothman, Greenland & Lash 2008, Modern Epidemiology.
    """
    return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


def root_rate_difference(x1: Vector, t1: Vector, x2: Vector, t2: Vector) -> Effects:
    """sqrt(x1 / t1) - sqrt(x2 / t2); variance 1 / (4 t1) + 1 / (4 t2), whatever the rates: it bears zero events.

    Source: Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition; Bartlett 1936, doi:10.2307/2983678.
    """
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)
