"""An analysis done again: by inverse variance for many subsets or samples at once, or table by table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.fits import DesignFits, fit_designs
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.fits import COMMON_METHOD, Fits, fit_rows
from evisynth.synthesis.pooling.kernels import Rows, blocks
from evisynth.synthesis.pooling.result import COMMON, Pooled
from evisynth.synthesis.pooling.tau2 import tau2_method_named

# How `Pooled.method` begins and ends when weights were given, and when tau2 was taken as known.
WEIGHTS_GIVEN, TAU2_GIVEN = "given weights", "tau2 given"


class Table(Protocol):
    """Studies of which some can be taken: TwoByTwo, TwoRates."""

    @property
    def studies(self) -> tuple[str, ...]: ...
    def take(self, chosen: Flags, /) -> Self: ...


Again = Callable[[Any], Pooled]


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How a result by inverse variance or given weights was made, so that it can be made again.

    yi, vi  : (k,) effects and variances.
    method  : "common" or the estimator of tau2; test and level as for `pool`.
    tau2    : a known between-study variance; None where it was estimated.
    weights : (k,) given weights; None for the inverse variances.
    """

    yi: Vector
    vi: Vector
    method: str
    test: str
    level: float
    tau2: float | None
    weights: Vector | None = None

    def fit(self, yi: Vector, vi: Vector, *, present: Flags | None = None, a: Vector | None = None) -> Fits:
        """Pool the rows of a table, (m, k), in the same way; `a` are their given weights, if it has some."""
        if self.weights is None:
            return fit_rows(
                yi, vi, present=present, method=self.method, test=self.test, tau2=self.tau2, level=self.level
            )
        return self._fit_weighted(yi, vi, self.weights if a is None else a, present)

    def _fit_weighted(self, yi: Vector, vi: Vector, a: Vector, present: Flags | None) -> Fits:
        """Means with weights a; NaN where no study of a row has a weight above 0."""
        there = np.True_ if present is None else present
        y, v, weight, kept = np.broadcast_arrays(*(np.atleast_2d(one) for one in (yi, vi, a, there)))
        tau2, mu, se = (np.empty(len(y)) for _ in range(3))
        for block in blocks(*y.shape):
            rows = Rows.of(y[block], v[block], kept[block])
            own = np.where(rows.present, weight[block], 0.0)
            tau2[block] = self._tau2(rows, own)
            spread = np.where(rows.present, rows.vi + tau2[block, None], 0.0)
            with np.errstate(invalid="ignore"):
                share = own / np.einsum("ij->i", own)[:, None]
            mu[block] = np.einsum("ij,ij->i", share, rows.yi)
            se[block] = np.sqrt(np.einsum("ij,ij,ij->i", share, share, spread))
        # The rest does not depend on the weights: Q, the typical variance, degrees of freedom.
        plain = fit_rows(y, v, present=kept, method=COMMON_METHOD, test=self.test, level=self.level)
        return replace(plain, method=self.method, mu=mu, se=se, se_z=se, tau2=tau2)

    def _tau2(self, rows: Rows, a: Vector) -> Vector:
        """(m,) tau2 of rows with weights a; 0 where fewer than two studies have one."""
        if self.tau2 is not None or self.method == COMMON_METHOD:
            return np.full(len(rows.k), self.tau2 or 0.0)
        estimator = tau2_method_named(self.method)
        if not estimator.weighted:
            return estimator.estimate(rows)
        several = np.count_nonzero(a, axis=1) > 1
        tau2 = np.zeros(len(rows.k))
        tau2[several] = estimator.estimate(rows.take(several), a[several])
        return tau2


def recipe_of(pooled: Pooled) -> Recipe:
    """How a result was made from its effects and variances.

    Raises
    ------
    DataError : it was not made from them alone (Mantel-Haenszel, RevMan 5's random effects that build on it):
        such a result is made again from its table.
    """
    if pooled.k == np.count_nonzero(np.isfinite(pooled.yi)) and "Mantel" not in pooled.method:
        recipe = _told(pooled)
        if recipe is not None and _makes(recipe, pooled):
            return recipe
    raise DataError(
        f"A result by {pooled.method} is not made of effects and variances alone. Give its table and how it is "
        "pooled: leave_one_out(table, lambda some: pool_two_by_two(some, 'OR', method='MH'))."
    )


def _told(pooled: Pooled) -> Recipe | None:
    """The recipe as the result tells it; None where it does not say where tau2 comes from."""
    known = pooled.tau2 if pooled.method.endswith(TAU2_GIVEN) else None
    if pooled.model == COMMON:
        method = COMMON_METHOD
    elif pooled.tau2_method or known is not None:
        method = pooled.tau2_method or "REML"  # with a known tau2 any estimator will do
    else:
        return None
    inverse = 1 / (pooled.vi + pooled.tau2)
    as_inverse = np.allclose(pooled.weights, 100 * inverse / np.sum(inverse), rtol=1e-9, atol=0)
    given = pooled.method.startswith(WEIGHTS_GIVEN) or not as_inverse
    a = pooled.weights if given else None
    return Recipe(pooled.yi, pooled.vi, method, pooled.test, pooled.level, known, a)


def _makes(recipe: Recipe, pooled: Pooled) -> bool:
    """Whether the recipe gives the result that it is said to have made."""
    again = recipe.fit(pooled.yi, pooled.vi)
    pairs = ((again.mu, pooled.mu), (again.se, pooled.se), (again.tau2, pooled.tau2), (again.Q, pooled.Q))
    near = 1e-9 * np.sqrt(np.max(pooled.vi))
    return all(np.allclose(one, other, rtol=1e-8, atol=near) for one, other in pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """What a pooled effect and a meta-regression have in common: y = X b + u + e.

    names : (p) of the coefficients; X (k, p); b (p,); vcov (p, p) as the model has it, `plain` without the
    factor of the test (Hartung-Knapp), (X'WX)^-1.
    tau2, known : the between-study variance, and whether it was given.
    tested : the coefficients that are tested together.
    """

    studies: tuple[str, ...]
    names: tuple[str, ...]
    measure: str
    yi: Vector
    vi: Vector
    X: Vector
    b: Vector
    vcov: Vector
    method: str
    test: str
    level: float
    ddf: float | None
    tau2: float
    known: bool
    tested: tuple[int, ...]
    QE: float
    QM: float

    @property
    def k(self) -> int:
        return len(self.yi)

    @property
    def p(self) -> int:
        return len(self.names)

    @property
    def w(self) -> Vector:
        """(k,) inverse-variance weights."""
        return 1 / (self.vi + self.tau2)

    @property
    def plain(self) -> Vector:
        """(p, p) (X'WX)^-1."""
        inverse = np.linalg.inv(np.linalg.qr(np.sqrt(self.w)[:, None] * self.X, mode="r"))
        return np.asarray(inverse @ inverse.T, dtype=np.float64)

    @property
    def hat(self) -> Vector:
        """(k,) the diagonal of X (X'WX)^-1 X'W."""
        Q = np.linalg.qr(np.sqrt(self.w)[:, None] * self.X)[0]
        return np.asarray(np.einsum("kp,kp->k", Q, Q), dtype=np.float64)

    def fit(
        self, yi: Vector, vi: Vector, X: Vector | None = None, *, present: Flags | None = None, test: str = ""
    ) -> DesignFits:
        """Fit other rows in the same way; `test` in place of the model's own."""
        return fit_designs(
            yi,
            vi,
            self.X if X is None else X,
            tested=self.tested,
            present=present,
            method=self.method,
            test=test or self.test,
            tau2=self.tau2 if self.known else None,
        )


def linear(fit: Pooled | MetaRegression) -> Linear:
    """The linear model of a result by inverse variance; a DataError for results of other kinds."""
    names: tuple[str, ...]
    tested: tuple[int, ...]
    if isinstance(fit, Pooled):
        recipe = recipe_of(fit)
        if recipe.weights is not None:
            raise DataError(
                "These diagnostics are defined for inverse-variance weights, and this result has given ones."
            )
        X, b, vcov = np.ones((fit.k, 1)), np.array([fit.mu]), np.array([[fit.se**2]])
        names, method, known, tested, QM = ("mu",), recipe.method, recipe.tau2 is not None, (0,), fit.z**2
    else:
        X, b, vcov, names = fit.design.matrix, fit.b, fit.vcov, fit.names
        known = fit.model != COMMON and not fit.tau2_method
        method = fit.method
        tested, QM = fit.tested, fit.QM
    return Linear(
        studies=fit.studies,
        names=names,
        measure=fit.measure,
        yi=fit.yi,
        vi=fit.vi,
        X=X,
        b=b,
        vcov=vcov,
        method=method,
        test=fit.test,
        level=fit.level,
        ddf=fit.ddf,
        tau2=fit.tau2,
        known=known,
        tested=tested,
        QE=fit.Q,
        QM=QM,
    )


def classical_errors(model: Linear, tau2: Vector) -> Vector:
    """(m, p) classical standard errors of all studies together, at each of m tau2; NaN where tau2 is."""
    known = np.isfinite(tau2)
    roots = np.sqrt(1 / (model.vi + np.where(known, tau2, 0.0)[:, None]))[:, :, None] * model.X
    inverse = np.linalg.inv(np.linalg.qr(roots)[1])
    errors = np.sqrt(np.einsum("kpq,kpq->kp", inverse, inverse))
    return np.where(known[:, None], errors, np.nan)
