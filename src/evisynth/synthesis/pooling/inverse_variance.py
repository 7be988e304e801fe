"""Inverse-variance pooling: each study is weighted by the inverse of its variance (plus tau2)."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import cochran_q
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import StudyEffects
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Pooled, critical_value, need_two
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS


def pool_inverse_variance(
    yi: ArrayLike,
    vi: ArrayLike,
    tau2: float | None = None,
    *,
    measure: str = "generic",
    studies: Sequence[str] = (),
    level: float = 0.95,
) -> Pooled:
    """Pool effects by the inverse of their variances.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale, e.g. log risk ratios.
    vi : (k,) their sampling variances; all above 0.
    tau2 : None for the common-effect model; a between-study variance (which may be 0) for random effects.
    measure : what yi are; decides whether results are shown as ratios.
    studies : their names; by default Study 1, Study 2, ...

    Returns
    -------
    Pooled: mu = sum(wi yi) / sum(wi) with wi = 1 / (vi + tau2), se = 1 / sqrt(sum(wi)), Wald interval.
    Q is that of the common-effect weights in both models.

    Raises
    ------
    DataError : fewer than two studies, a missing effect, a variance that is not positive, a negative tau2.

    Source: Cochrane Handbook 6, section 10.3; DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    y, v = checked_effects(names, yi, vi)
    need_two(names, ())
    return weighted_mean(
        y, v, tau2, cochran_q(y, v), measure=measure, method="inverse variance", studies=names, level=level
    )


def pool_study_effects(
    effects: StudyEffects, *, tau2_method: str | None = None, profile: str = "", level: float = 0.95
) -> Pooled:
    """Pool the effects that a table gives by inverse variance.

    tau2_method None is the common-effect model; "DL" estimates tau2 for random effects. Studies without an
    effect of their own are left out and stand in `dropped`.

    Source: Cochrane Handbook 6, section 10.3.
    """
    kept = effects.defined
    names = tuple(study for study, there in zip(effects.studies, kept.tolist(), strict=True) if there)
    need_two(names, effects.undefined)
    y, v = checked_effects(names, effects.yi[kept], effects.vi[kept])
    tau2 = None if tau2_method is None else estimate_tau2(tau2_method, y, v)
    return weighted_mean(
        y,
        v,
        tau2,
        cochran_q(y, v),
        measure=effects.measure,
        method=_method_name("inverse variance", tau2_method),
        studies=names,
        level=level,
        profile=profile,
        dropped=effects.undefined,
    )


def estimate_tau2(tau2_method: str, yi: Vector, vi: Vector, centre: float | None = None) -> float:
    """tau2 by the method of this name; a DataError names the known ones."""
    if tau2_method not in TAU2_METHODS:
        raise DataError(f"tau2 method {tau2_method!r} is not known; known are {', '.join(TAU2_METHODS)}.")
    return TAU2_METHODS[tau2_method](yi, vi, centre)


def weighted_mean(
    yi: Vector,
    vi: Vector,
    tau2: float | None,
    Q: float,
    *,
    measure: str,
    method: str,
    studies: tuple[str, ...],
    level: float,
    profile: str = "",
    dropped: tuple[tuple[str, str], ...] = (),
) -> Pooled:
    """The pooled effect of checked yi and vi with a Q that the caller has computed about its own centre.

    Source: Cochrane Handbook 6, section 10.3.
    """
    measure_named(measure)
    critical_value(level)
    if tau2 is not None and not (np.isfinite(tau2) and tau2 >= 0):
        raise DataError(f"tau2 is {tau2:g}; a variance is 0 or more.")
    wi = 1 / (vi + (tau2 or 0.0))
    total = np.sum(wi)
    return Pooled(
        measure=measure,
        model=COMMON if tau2 is None else RANDOM,
        method=method,
        profile=profile,
        studies=studies,
        mu=float(np.sum(wi * yi) / total),
        se=float(1 / np.sqrt(total)),
        yi=yi,
        vi=vi,
        weights=100 * wi / total,
        Q=Q,
        df=len(yi) - 1,
        tau2=tau2 or 0.0,
        dropped=dropped,
        level=level,
    )


def checked_effects(studies: tuple[str, ...], yi: ArrayLike, vi: ArrayLike) -> tuple[Vector, Vector]:
    """yi and vi as (k,) arrays, one for each study; a DataError names the study that cannot be pooled."""
    y, v = np.array(yi, dtype=np.float64), np.array(vi, dtype=np.float64)
    if not y.shape == v.shape == (len(studies),):
        raise DataError(
            f"{len(studies)} studies, effects of shape {y.shape} and variances of shape {v.shape}: "
            "each study needs one of both."
        )
    if np.all(np.isfinite(y) & np.isfinite(v) & (v > 0)):
        return y, v
    for study, effect, variance in zip(studies, y.tolist(), v.tolist(), strict=True):
        if not math.isfinite(effect):
            raise DataError(
                f"{study}: effect {effect:g} is not a number. Leave the study out or give its effect."
            )
        if not (math.isfinite(variance) and variance > 0):
            raise DataError(f"{study}: variance {variance:g} is not positive; check its standard error.")
    return y, v


def _method_name(pooling: str, tau2_method: str | None) -> str:
    return pooling if tau2_method is None else f"{pooling}, tau2 {tau2_method}"
