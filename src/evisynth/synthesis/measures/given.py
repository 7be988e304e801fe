"""Effects that a report gives itself: an estimate with its interval or standard error, or log-rank O - E and V."""

import numpy as np
from scipy.special import ndtri

from evisynth.synthesis.measures.scale import LOG, SAME, Scale, Vector

Effects = tuple[Vector, Vector]
SCALES = (
    LOG,
    SAME,
)  # of the measures whose estimates can be given: ratios, and what is analysed as it is read


def from_interval(
    scale: Scale, estimate: Vector, ci_low: Vector, ci_high: Vector, *, level: float
) -> Effects:
    """Effects from (k,) estimates and limits on the scale people read, of Wald intervals at this level.

    yi is the estimate on the analysis scale, its standard error the width of the interval there over twice the normal
    quantile.

    Source: Cochrane Handbook 6.5, section 6.3.2.
    """
    wide = 2 * float(ndtri(0.5 + level / 2))
    yi, low, high = (_on(scale, values) for values in (estimate, ci_low, ci_high))
    return yi, ((high - low) / wide) ** 2


def off_centre(scale: Scale, estimate: Vector, ci_low: Vector, ci_high: Vector) -> Effects:
    """How far (k,) estimates lie from the middle of their interval on the analysis scale, and half its width there.

    Source: Cochrane Handbook 6.5, section 6.3.2: a Wald interval is symmetric about its estimate on that scale.
    """
    yi, low, high = (_on(scale, values) for values in (estimate, ci_low, ci_high))
    return yi - (low + high) / 2, (high - low) / 2


def from_standard_error(scale: Scale, estimate: Vector, se: Vector) -> Effects:
    """Effects from (k,) estimates on the scale people read and standard errors on the analysis scale.

    Source: Cochrane Handbook 6.5, section 6.3.
    """
    return _on(scale, estimate), se**2


def from_log_rank(o_minus_e: Vector, variance: Vector) -> Effects:
    """Log hazard ratios (O - E) / V; variance 1 / V, from observed less expected events of group 1 and V of it.

    Source: Yusuf, Peto, Lewis, Collins & Sleight 1985, doi:10.1016/S0033-0620(85)80003-7; Tierney et al. 2007,
    doi:10.1186/1745-6215-8-16.
    """
    return o_minus_e / variance, 1 / variance


def _on(scale: Scale, values: Vector) -> Vector:
    return np.log(values) if scale is LOG else values
