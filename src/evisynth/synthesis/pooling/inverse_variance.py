"""Inverse-variance pooling of effects that a table gives, and with a tau2 that is known already."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import StudyEffects
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Pooled, critical_value, need_two
from evisynth.synthesis.pooling.tau2 import tau2_dersimonian_laird, tau2_method_named

__all__ = ["checked_effects", "estimate_tau2", "pool_inverse_variance", "pool_study_effects", "weighted_mean"]


def pool_inverse_variance(
    yi: ArrayLike,
    vi: ArrayLike,
    tau2: float | None = None,
    *,
    measure: str = "generic",
    studies: Sequence[str] = (),
    level: float = 0.95,
) -> Pooled:
    """Pool effects in the common-effect model (tau2 None), or with a between-study variance that is known.

    `pool` estimates tau2 too; its docstring has the parameters.

    Source: Cochrane Handbook 6, section 10.3; DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    method = COMMON_METHOD if tau2 is None else "REML"
    return pool(yi, vi, method=method, tau2=tau2, measure=measure, studies=studies, level=level)


def pool_study_effects(
    effects: StudyEffects,
    *,
    tau2_method: str | None = None,
    test: str = "z",
    profile: str = "",
    level: float = 0.95,
) -> Pooled:
    """Pool the effects that a table gives by inverse variance.

    tau2_method None is the common-effect model; else the estimator of tau2 for random effects. Studies without
    an effect of their own are left out and stand in `dropped`.

    Source: Cochrane Handbook 6, section 10.3.
    """
    kept = effects.defined
    names = tuple(study for study, there in zip(effects.studies, kept.tolist(), strict=True) if there)
    need_two(names, effects.undefined)
    pooled = pool(
        effects.yi[kept],
        effects.vi[kept],
        method=COMMON_METHOD if tau2_method is None else tau2_method,
        test=test,
        measure=effects.measure,
        studies=names,
        level=level,
        profile=profile,
        dropped=effects.undefined,
    )
    return pooled if effects.sizes is None else replace(pooled, sizes=effects.sizes[kept])


def estimate_tau2(tau2_method: str, yi: Vector, vi: Vector, centre: float | None = None) -> float:
    """tau2 by the method of this name; a DataError names the known ones.

    `centre` is what Q is measured from in the DerSimonian-Laird estimator, see there; the other estimators
    measure from their own weighted mean.
    """
    method = tau2_method_named(tau2_method)
    if method.weighted:
        raise DataError(f"{method.id} ({method.title}) needs weights, which this analysis has no place for.")
    if method.id == "DL":
        return tau2_dersimonian_laird(yi, vi, centre)
    return float(method.estimate(Rows.of(yi, vi))[0])


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
