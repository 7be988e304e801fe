"""One door to every way of pooling two-by-two tables by the arithmetic of a program."""

import numpy as np

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.inverse_variance import checked_effects
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, MODELS, Model, Pooled
from evisynth.synthesis.profiles import REVMAN5, Profile, profile_named

METHODS = {
    "MH": "Mantel-Haenszel",
    "IV": "inverse variance",
    "Peto": "Peto's odds ratio",
    "SSW": "weights by sample size",
}


def pool_two_by_two(
    table: TwoByTwo,
    measure: str = "RR",
    *,
    method: str = "MH",
    model: Model = COMMON,
    profile: Profile | str = REVMAN5,
    tau2_method: str | None = None,
    test: str | None = None,
    level: float = 0.95,
    iteration: Iteration | None = None,
) -> Pooled:
    """Pool two-by-two tables as a program does it.

    Parameters
    ----------
    table : k studies.
    measure : RR, OR or RD; Peto pools OR alone.
    method : MH, IV, Peto, or SSW: weights n1 n2 / N, which do not depend on the events.
    model : "common effect" or "random effects".
    profile : the arithmetic (a Profile or the id of one): zero cells, variances, what Q is measured from.
    tau2_method, test : of random effects; by default those of the profile (test z with SSW, for which HK is not
        defined).
    iteration : where the search for tau2 stops, see `pool`.

    Returns
    -------
    Pooled. Generalised linear mixed models, which correct nothing, have a door of their own: `pool_glmm`.

    Raises
    ------
    DataError : an unknown method, fewer than two studies that can be pooled, or an estimate that does not exist.

    Source: Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; Bakbergenuly, Hoaglin & Kulinskaya 2020,
    doi:10.1002/jrsm.1404 (SSW); the functions that it calls name their own.
    """
    if method not in METHODS:
        known = ", ".join(f"{name} ({words})" for name, words in METHODS.items())
        raise DataError(f"Method {method!r} does not pool tables; known are {known}.{near(method, METHODS)}")
    if model not in MODELS:
        raise DataError(f"Model {model!r} is not known; known are {', '.join(MODELS)}.{near(model, MODELS)}")
    profile = profile_named(profile)
    tau2_method = tau2_method or profile.tau2_method
    test = test or ("z" if model == COMMON or method == "SSW" else profile.tests[0])
    if method == "Peto":
        if measure != "OR":
            raise DataError(f"Peto's method pools odds ratios (OR), not {measure}.")
        return pool_peto(
            table,
            model=model,
            tau2_method=tau2_method,
            test=test,
            level=level,
            profile=profile.id,
            iteration=iteration,
        )
    if method == "MH" and model == COMMON:
        return pool_mantel_haenszel(table, measure, profile, level)
    if method == "MH":
        return pool_random_effects_mh(table, measure, profile, level, tau2_method, test, iteration)
    effects = profile.study_effects(table, measure)
    chosen = table.take(effects.defined)
    y, v = checked_effects(chosen.studies, effects.yi[effects.defined], effects.vi[effects.defined])
    return pool(
        y,
        v,
        method="common" if model == COMMON else tau2_method,
        test=test,
        weights=sample_size_weights(chosen) if method == "SSW" else None,
        measure=measure,
        studies=chosen.studies,
        level=level,
        profile=profile.id,
        dropped=effects.undefined,
        iteration=iteration,
    )


def sample_size_weights(table: TwoByTwo) -> Vector:
    """(k,) n1 n2 / (n1 + n2), the effective sample size of each study.

    Source: Bakbergenuly, Hoaglin & Kulinskaya 2020, doi:10.1002/jrsm.1404.
    """
    n1, n2 = table.n1, table.n2
    return np.asarray(n1 * n2 / (n1 + n2), dtype=np.float64)
