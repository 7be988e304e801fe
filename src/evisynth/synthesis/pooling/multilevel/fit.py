"""Fits multilevel and multivariate models with known sampling covariances."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped, Frame
from evisynth.synthesis.design import design
from evisynth.synthesis.maximise import Maximum
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.model_matrix import (
    NamedMatrix,
    checked_matrix,
    checked_vector,
    omnibus_columns,
    positions,
)
from evisynth.synthesis.pooling.covariance import Covariance, Matrix, covariance_of
from evisynth.synthesis.pooling.multilevel.frames import is_names, of_frame
from evisynth.synthesis.pooling.multilevel.likelihood import Likelihood, fixed_effects
from evisynth.synthesis.pooling.multilevel.result import Method, MultilevelFit, StructureFit, Test
from evisynth.synthesis.pooling.multilevel.structures import ONE_VARIANCE, Shape
from evisynth.synthesis.pooling.multilevel.terms import Groups, NamedTerm, Structured, Term
from evisynth.synthesis.pooling.result import critical_value


def multilevel(
    yi: str | ArrayLike,
    V: str | ArrayLike | Sequence[ArrayLike] | Covariance,
    X: str | Sequence[str] | ArrayLike | NamedMatrix | None = None,
    *,
    data: Frame | None = None,
    names: Sequence[str] = (),
    random: Sequence[Term] = (),
    method: Method = "REML",
    test: Test = "z",
    studies: Sequence[str] | str = (),
    tested: Sequence[int | str] = (),
    level: float = 0.95,
    **coding: Any,
) -> MultilevelFit:
    """Fit y ~ N(X b, V + random effects) by restricted or full maximum likelihood.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale.
    V : their sampling covariances, which are taken as known: (k,) variances, (k, k), a list of blocks, or a
        Covariance (see `sampling_covariance`).
    X : (k, p) model matrix, or a Design; by default an intercept alone. It is used as it is: an intercept is a
        column of ones. names : (p,) of its columns.
    data : a data frame (pandas, polars, pyarrow, or a dict of lists) in which yi, V (variances), X (a moderator or
        a list of them, to which an intercept is added), studies and the columns of `random` are names. A row that
        lacks one of the values is left out and stands in `dropped`. For effects that covary V is the
        sampling_covariance of the same data.
    coding : interactions, references, categories and intercept of moderators that are named, as for `design.design`.
    random : `nested(...)` and `structured(...)` terms; none gives the common-effect model with known V.
    method : REML or ML. test : z, or t and F with k - p degrees of freedom.
    studies : (k,) names of the rows, for messages.
    tested : the coefficients of the omnibus test, by name or place; by default all but the intercept.

    Returns
    -------
    MultilevelFit.

    Raises
    ------
    DataError : a missing effect (without data), a V that is no covariance matrix, columns of X that depend on each other, no
        more effects than coefficients, random effects that cannot be told apart.

    Source: Konstantopoulos 2011, doi:10.1002/jrsm.35 (three levels); Berkey et al. 1998,
        doi:10.1002/(SICI)1097-0258(19981130)17:22<2537::AID-SIM953>3.0.CO;2-C (multivariate).
    """
    dropped: Dropped = ()
    if data is not None:
        given = of_frame(data, yi, V, X, random, studies)
        yi, V, X, random, studies = given.yi, given.V, given.X, given.random, given.studies
        dropped = given.dropped
    for name, what in (("yi", yi), ("V", V)):
        if isinstance(what, str):
            raise DataError(f"{name} = {what!r} names a column; give the data that have it.")
    X = _moderators(X, coding)
    rows = tuple(studies) or tuple(f"Effect {place}" for place in range(1, np.size(yi) + 1))
    y = checked_vector(yi, rows)
    known = covariance_of(V, rows)
    design, columns = checked_matrix(X, names, len(y))
    if method not in ("REML", "ML") or test not in ("z", "t"):
        raise DataError(f"Method {method!r} with test {test!r} is not known; REML or ML, z or t are.")
    critical_value(level)
    groups, structures = _checked_terms(random, len(y))
    likelihood = Likelihood(y, design, known, groups, structures, restricted=method == "REML")
    found = likelihood.fit() if likelihood.count else Maximum(np.zeros(0), 0.0, np.zeros(0), True, 0)
    forms = likelihood.forms(found.x)
    plain = likelihood.without_random_effects()
    assert forms is not None
    fixed = fixed_effects(forms)
    sigma2, others = likelihood.split(found.x)
    return MultilevelFit(
        names=columns,
        b=fixed.b + likelihood.origin,
        vcov=fixed.vcov,
        yi=y,
        X=design,
        V=known,
        studies=rows,
        method=method,
        test=test,
        groups=groups,
        sigma2=dict(zip((one.name for one in groups), sigma2.tolist(), strict=True)),
        structures=tuple(
            _structure_fit(shape, one) for shape, one in zip(likelihood.shapes, others, strict=True)
        ),
        components=likelihood.count,
        ll=likelihood.value(forms, fixed),
        Q=plain.rss,
        typical_variance=_typical_variance(design, known),
        tested=positions(tested, columns) or omnibus_columns(design),
        converged=found.converged,
        level=level,
        dropped=dropped,
    )


def _moderators(X: Any, coding: dict[str, Any]) -> Any:
    """The design of moderators that have names; a matrix as it is."""
    if isinstance(X, Mapping):
        return design(X, **coding)
    if is_names(X):
        raise DataError(f"X = {X!r} names columns; give the data that have them.")
    if coding:
        raise DataError(
            f"{', '.join(coding)}: this is for moderators that are named; X is a matrix or nothing."
        )
    return X


def _checked_terms(random: Sequence[Term], k: int) -> tuple[tuple[Groups, ...], tuple[Structured, ...]]:
    """The variance components and structures of a model of k rows; a DataError where they cannot be told apart."""
    for term in random:
        if isinstance(term, NamedTerm):
            held = ", ".join(term.columns.values())
            raise DataError(f"The random effects name columns ({held}); give the data that have them.")
    groups = tuple(one for term in random if isinstance(term, tuple) for one in term)
    structures = tuple(term for term in random if isinstance(term, Structured))
    for one in groups:
        _check_length(one.name, len(one.numbers), k)
    for structure in structures:
        _check_length("inner | outer", len(structure.inner), k)
    if len(structures) > 2:
        raise DataError(f"A model has at most two inner | outer terms; this one has {len(structures)}.")
    names = [one.name for one in groups]
    for place, one in enumerate(groups):
        if one.name in names[:place]:
            raise DataError(f"Two random effects are called {one.name!r}; give each its own name.")
        if one.levels == 1:
            raise DataError(f"All rows have the same {one.name}: its variance cannot be estimated.")
        for other in groups[:place]:
            if np.array_equal(one.numbers, other.numbers):
                raise DataError(
                    f"{other.name} and {one.name} group the rows in the same way; "
                    "their variances cannot be told apart. Leave one out."
                )
    return groups, structures


def _check_length(name: str, rows: int, k: int) -> None:
    if rows != k:
        raise DataError(f"The random effect {name} has {rows} rows; there are {k} effects.")


def _structure_fit(shape: Shape, x: Vector) -> StructureFit:
    """G with its variances and correlations at the parameters x."""
    G = shape.matrix(x)
    term = shape.term
    tau2 = np.diag(G).copy()
    if shape.is_cholesky:
        tau = np.sqrt(np.where(tau2 > 0, tau2, 1.0))
        pairs = [(i, j) for j in range(term.q) for i in range(j)]
        rho: float | Vector = np.array([G[i, j] / (tau[i] * tau[j]) for i, j in pairs])
    else:
        rho = 0.0 if term.struct in ("ID", "DIAG") else float(x[-1])
    return StructureFit(term, x, G, float(tau2[0]) if term.struct in ONE_VARIANCE else tau2, rho)


def _typical_variance(X: Matrix, V: Covariance) -> float:
    """(k - p) / trace of V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1.

    Source: Higgins & Thompson 2002, doi:10.1002/sim.1186, in the form for correlated errors.
    """
    inverse = V.inverse()
    WX = inverse.times(X)
    trace = np.sum(inverse.variances) - np.trace(np.linalg.solve(X.T @ WX, WX.T @ WX))
    return float((X.shape[0] - X.shape[1]) / trace)
