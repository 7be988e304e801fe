"""Meta-regression: how an effect depends on characteristics of the studies."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.columns import Frame, rows_of
from evisynth.synthesis.design import (
    INTERCEPT,
    Columns,
    Design,
    as_list,
    check_lengths,
    design,
    given_design,
    missing,
)
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.moderators.fits import check_regression_test, fit_design_block
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.result import COMMON, RANDOM
from evisynth.synthesis.pooling.tau2 import Tau2Method, se_tau2, tau2_method_named


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    moderators: Columns | ArrayLike | Design,
    *,
    data: Frame | None = None,
    names: Sequence[str] = (),
    interactions: Sequence[Sequence[str]] = (),
    references: Mapping[str, Any] | None = None,
    categories: Collection[str] = (),
    intercept: bool = True,
    method: str = "REML",
    test: str = "z",
    btt: Collection[str | int] | None = None,
    tau2: float | None = None,
    measure: str = "generic",
    studies: Sequence[str] | str = (),
    level: float = 0.95,
) -> MetaRegression:
    """Regress effects on moderators: y = X b + u + e with u ~ N(0, tau2) and e ~ N(0, vi).

    Parameters
    ----------
    yi : (k,) effects on the analysis scale, e.g. log risk ratios.
    vi : (k,) their sampling variances; all above 0.
    moderators : named columns, see `design.design` for these and for interactions, references, categories and
        intercept; or a matrix (k, q) with `names`; or a Design. A study that has no value for one of the named
        moderators (None, NaN, "") is left out and stands in `dropped`.
    data : a data frame in which yi, vi, studies and moderators (a name or a list of them) are names of columns; rows
        without yi or vi are left out too.
    method : "common" for no residual heterogeneity (R: FE), or an estimator of tau2 that needs no weights.
    test : z, t (k - p degrees of freedom), HK (Knapp-Hartung) or HK-adhoc.
    btt : the coefficients that QM tests: names of coefficients or moderators, or positions from 0; by default
        all but the intercept.
    tau2 : a residual between-study variance to take as known.
    measure : what yi are; decides whether predictions are shown as ratios.
    studies : their names; by default Study 1, Study 2, ...
    level : of the intervals, as a fraction.

    Raises
    ------
    DataError : fewer studies than coefficients and one more, columns that depend on each other, an unknown
        name, a missing effect, a variance that is not positive.

    Source: Knapp & Hartung 2003, doi:10.1002/sim.1482; Raudenbush 2009 in Cooper, Hedges & Valentine (eds),
    The Handbook of Research Synthesis, chapter 16; Viechtbauer et al. 2015, doi:10.1037/met0000023.
    """
    check_regression_test(test)
    critical_value(level)
    measure_named(measure)
    estimator = _checked_method(method, tau2)
    left_out: Dropped = ()
    if data is not None:
        wanted = [moderators] if isinstance(moderators, str) else [str(one) for one in as_list(moderators)]
        given = rows_of(data, studies, others=wanted, yi=yi, vi=vi)
        yi, vi, moderators = given.columns["yi"], given.columns["vi"], given.others
        studies, left_out = given.studies, given.dropped
    all_names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    kept, dropped, model = _model(
        moderators,
        all_names,
        names=names,
        interactions=interactions,
        references=references,
        categories=categories,
        intercept=intercept,
    )
    used = tuple(all_names[at] for at in kept)
    y, v = _effects(all_names, kept, yi, vi)
    if len(y) <= model.p:
        raise DataError(
            f"{len(y)} studies cannot determine {model.p} coefficients and what is left of the heterogeneity; "
            f"{model.p + 1} are needed."
        )
    return MetaRegression(
        measure=measure,
        model=COMMON if estimator is None else RANDOM,
        method=method,
        test=test,
        studies=used,
        yi=y,
        vi=v,
        design=model,
        tau2_method="" if estimator is None or tau2 is not None else method,
        dropped=(*left_out, *dropped),
        level=level,
        **_fitted(y, v, model, estimator, method=method, test=test, tested=_tested(model, btt), tau2=tau2),
    )


def _effects(names: tuple[str, ...], kept: list[int], yi: ArrayLike, vi: ArrayLike) -> tuple[Vector, Vector]:
    """Effects and variances of the studies that take part, checked."""
    if not np.shape(yi) == np.shape(vi) == (len(names),):
        raise DataError(
            f"{len(names)} studies, effects of shape {np.shape(yi)}, variances of {np.shape(vi)}."
        )
    return checked_effects(tuple(names[at] for at in kept), np.asarray(yi)[kept], np.asarray(vi)[kept])


def _fitted(
    y: Vector,
    v: Vector,
    model: Design,
    estimator: Tau2Method | None,
    *,
    method: str,
    test: str,
    tested: tuple[int, ...],
    tau2: float | None,
) -> dict[str, Any]:
    """What is estimated and tested, by the names of MetaRegression."""
    rows = DesignRows.of(y, v, model.matrix)
    t2, b, vcov, ddf, QE, vt, QM = fit_design_block(rows, method, test, tested, tau2)
    null = _without_moderators(y, v, model, estimator, tau2)
    likelihood = "ML" if estimator is None else estimator.likelihood
    return {
        "b": b[0],
        "vcov": vcov[0],
        "ddf": None if np.isinf(ddf[0]) else float(ddf[0]),
        "tau2": float(t2[0]),
        "se_tau2": None if estimator is None else float(se_tau2(rows, estimator, t2)[0]),
        "Q": float(QE[0]),
        "vt": float(vt[0]),
        "tested": tested,
        "QM": float(QM[0]),
        "R2": _r2(null, float(t2[0]), float(QE[0]), len(y), model.p, common=estimator is None),
        "ll": float(rows.log_likelihood(t2, restricted=likelihood == "REML")[0]),
        "likelihood": likelihood,
    }


def _checked_method(method: str, tau2: float | None) -> Tau2Method | None:
    if tau2 is not None and not (np.isfinite(tau2) and tau2 >= 0):
        raise DataError(f"tau2 is {tau2:g}; a variance is 0 or more.")
    if method == COMMON_METHOD:
        if tau2 is not None:
            raise DataError("The common-effect model has no tau2; name an estimator to fit with a known one.")
        return None
    estimator = tau2_method_named(method)
    if estimator.weighted:
        raise DataError(
            f"{method} needs weights, which meta-regression has no place for; choose another method."
        )
    return estimator


def _model(
    moderators: Columns | ArrayLike | Design, studies: tuple[str, ...], **how: Any
) -> tuple[list[int], Dropped, Design]:
    """Which studies take part, which are left out and why, and the design of those that do."""
    k = len(studies)
    everyone = list(range(k))
    if isinstance(moderators, Design):
        if len(moderators.matrix) != k:
            raise DataError(f"A design of {len(moderators.matrix)} rows for {k} studies.")
        return everyone, (), moderators
    if not isinstance(moderators, Mapping):
        return everyone, (), given_design(moderators, how["names"], intercept=how["intercept"])
    columns = {name: as_list(values) for name, values in moderators.items()}
    check_lengths(columns, k, "effects")
    without: dict[int, list[str]] = {}
    for name, values in columns.items():
        for at in np.flatnonzero(missing(values)).tolist():
            without.setdefault(at, []).append(name)
    kept = [at for at in everyone if at not in without]
    if not kept:
        raise DataError("Every study lacks one of the moderators; nothing is left to regress.")
    dropped = tuple(
        (studies[at], f"no value for {', '.join(lacking)}") for at, lacking in sorted(without.items())
    )
    left = {name: [values[at] for at in kept] for name, values in columns.items()}
    how.pop("names")
    return kept, dropped, design(left, **how)


def _tested(model: Design, btt: Collection[str | int] | None) -> tuple[int, ...]:
    """The positions of the coefficients that QM tests."""
    if btt is not None:
        found = model.positions(btt)
        if not found:
            raise DataError("btt names no coefficient to test.")
        return found
    but_intercept = tuple(at for at, name in enumerate(model.names) if name != INTERCEPT)
    return but_intercept or (0,)


def _without_moderators(
    y: Vector, v: Vector, model: Design, estimator: Tau2Method | None, tau2: float | None
) -> float | None:
    """tau2 of the same studies without moderators, or their Q in the common-effect model; None where the model
    has no intercept to compare with, or tau2 was given.
    """
    if tau2 is not None or not model.spans_constant:
        return None
    rows = Rows.of(y, v)
    return float(rows.form(1 / rows.vi).Q[0] if estimator is None else estimator.estimate(rows)[0])


def _r2(null: float | None, tau2: float, QE: float, k: int, p: int, *, common: bool) -> float | None:
    """Percent of the heterogeneity that the moderators account for; None where there is none to account for.

    (tau2 without moderators - tau2) / tau2 without; in the common-effect model the adjusted R2 of weighted
    least squares. Not below 0.
    """
    if null is None or not null > 0:
        return None
    left = (QE / (k - p)) / (null / (k - 1)) if common else tau2 / null
    return max(0.0, 100 * (1 - left))
