"""Pooling by inverse variance: one door for every estimator of tau2 and every test."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.columns import Frame, rows_of
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.fits import COMMON_METHOD, fit_block
from evisynth.synthesis.pooling.intervals import check_test, critical_value
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Pooled, need_two
from evisynth.synthesis.pooling.tau2 import Tau2Method, se_tau2, tau2_method_named
from evisynth.synthesis.pooling.tau2_iteration import stopped_at


def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "z",
    weights: ArrayLike | None = None,
    tau2: float | None = None,
    measure: str = "generic",
    studies: Sequence[str] | str = (),
    level: float = 0.95,
    profile: str = "",
    dropped: Dropped = (),
    data: Frame | None = None,
    iteration: Iteration | None = None,
) -> Pooled:
    """Pool effects by the inverse of their variances, or by given weights.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale, e.g. log risk ratios.
    vi : (k,) their sampling variances; all above 0.
    method : "common" for the common-effect model (R: EE, FE, CE), or an estimator of tau2 for random effects:
        DL, HE, HS, HSk, SJ, SJIT, DLIT, ML, REML, EB, PM, PMM; GENQ and GENQM need weights.
    test : z, t, HK (Hartung-Knapp), HK-adhoc (never below the classical standard error) or KR
        (Kenward-Roger, with REML).
    weights : (k,) weights of the studies in place of 1 / (vi + tau2), and of the generalised Q for GENQ and
        GENQM; not below 0, not all 0. Tests z and t alone.
    tau2 : a between-study variance to take as known, in place of the estimator's.
    measure : what yi are; decides whether results are shown as ratios.
    studies : their names; by default Study 1, Study 2, ...
    level : of the intervals, as a fraction.
    profile, dropped : passed through to the result: whose arithmetic made the effects, and what it left out.
    data : a data frame (pandas, polars, pyarrow, or a dict of lists) in which yi, vi, weights and studies are names of
        columns; rows without one of the numbers are left out and stand in `dropped`.
    iteration : None solves for tau2 to the last digit. `R_ITERATION` stops where R's metafor and meta do by default, to
        repeat a number that was published with them; it says nothing to estimators that are closed forms.

    Returns
    -------
    Pooled, on the analysis scale.

    Raises
    ------
    DataError : fewer than two studies, a missing effect, a variance that is not positive, an unknown method or
        test, or ones that do not go together.

    Source: Cochrane Handbook 6, section 10.3; each estimator and test names its own.
    """
    if data is not None:
        rows_given = rows_of(data, studies, yi=yi, vi=vi, weights=weights)
        yi, vi, weights = (rows_given.columns[name] for name in ("yi", "vi", "weights"))
        studies, dropped = rows_given.studies, (*dropped, *rows_given.dropped)
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    y, v = checked_effects(names, yi, vi)
    need_two(names, dropped)
    critical_value(level)
    measure_named(measure)
    estimator = _checked_method(method, test, tau2, weights is not None)
    a = None if weights is None else _checked_weights(names, weights)
    rows = Rows.of(y, v)
    known = None if tau2 is None else np.array([float(tau2)])
    if known is None and a is not None and estimator is not None and estimator.weighted:
        known = estimator.estimate(rows, a[None, :])
    _, mu, se, _, ddf, t2, Q, vt = fit_block(rows, method, test, known, level, iteration)
    share = 1 / (v + t2) if a is None else a
    if a is not None:
        mu, se = _weighted(y, v, a, t2)
    likelihood = "ML" if estimator is None else estimator.likelihood
    ll = rows.log_likelihood(t2, restricted=likelihood == "REML", mu=None if a is None else mu)
    return Pooled(
        measure=measure,
        model=COMMON if estimator is None else RANDOM,
        method=_in_words(method, tau2, a, iteration),
        profile=profile,
        studies=names,
        mu=float(mu[0]),
        se=float(se[0]),
        yi=y,
        vi=v,
        weights=100 * share / np.sum(share),
        Q=float(Q[0]),
        df=len(y) - 1,
        tau2=float(t2[0]),
        dropped=dropped,
        level=level,
        test=test,
        ddf=float(ddf[0]) if np.isfinite(ddf[0]) else None,
        tau2_method=method if estimator is not None and tau2 is None else "",
        se_tau2=None if estimator is None else float(se_tau2(rows, estimator, t2, a)[0]),
        vt=float(vt[0]),
        ll=float(ll[0]),
        likelihood=likelihood,
    )


def _weighted(y: Vector, v: Vector, a: Vector, tau2: Vector) -> tuple[Vector, Vector]:
    """The mean with weights a and its standard error, sqrt(sum(a^2 (v + tau2))) / sum(a); (1,) each."""
    total = float(np.sum(a))
    return np.array([np.sum(a * y) / total]), np.array([np.sqrt(np.sum(a**2 * (v + tau2))) / total])


def _checked_method(method: str, test: str, tau2: float | None, weighted: bool) -> Tau2Method | None:
    """The estimator of tau2, None for the common-effect model; a DataError for what does not go together."""
    check_test(test, method)
    if weighted and test not in ("z", "t"):
        raise DataError(
            f"Test {test} is defined for inverse-variance weights; with other weights use z or t."
        )
    if tau2 is not None and not (np.isfinite(tau2) and tau2 >= 0):
        raise DataError(f"tau2 is {tau2:g}; a variance is 0 or more.")
    if method == COMMON_METHOD:
        if tau2 is not None:
            raise DataError(
                "The common-effect model has no tau2; name an estimator to pool with a known one."
            )
        return None
    estimator = tau2_method_named(method)
    if estimator.weighted and not weighted:
        raise DataError(f"{method} ({estimator.title}) needs weights, one for each study.")
    return estimator


def _checked_weights(names: tuple[str, ...], weights: ArrayLike) -> Vector:
    """(k,) weights; a DataError names the study whose weight cannot be."""
    a = np.array(weights, dtype=np.float64)
    if a.shape != (len(names),):
        raise DataError(f"{len(names)} studies and weights of shape {a.shape}: each study needs one.")
    for name, weight in zip(names, a.tolist(), strict=True):
        if not (np.isfinite(weight) and weight >= 0):
            raise DataError(f"{name}: weight {weight:g}; a weight is a number, 0 or more.")
    if np.count_nonzero(a) < 2:
        raise DataError("At least two studies need a weight above 0.")
    return a


def _in_words(method: str, tau2: float | None, weights: Vector | None, iteration: Iteration | None) -> str:
    """How it was pooled, as `Pooled.method`."""
    pooling = "inverse variance" if weights is None else "given weights"
    if method == COMMON_METHOD:
        return pooling
    if tau2 is not None:
        return f"{pooling}, tau2 given"
    return f"{pooling}, tau2 {method}{stopped_at(tau2_method_named(method), iteration)}"
