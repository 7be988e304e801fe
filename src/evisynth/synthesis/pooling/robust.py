"""Cluster-robust inference: standard errors that hold whatever the dependence within clusters is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, stdtr, stdtrit

from evisynth.errors import DataError
from evisynth.synthesis.columns import Frame
from evisynth.synthesis.grouping import Labels, Rows, check_labels, groups_of, numbered
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.model_matrix import (
    NamedMatrix,
    checked_matrix,
    checked_vector,
    omnibus_columns,
    positions,
)
from evisynth.synthesis.pooling.covariance import Covariance, Matrix, covariance_of
from evisynth.synthesis.pooling.frames import labels_of_fit
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result

Kind = Literal["CR0", "CR1", "CR2"]
KINDS: tuple[Kind, ...] = ("CR0", "CR1", "CR2")


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """A weighted linear fit b = (X'WX)^-1 X'W y, as robust inference needs it.

    names : (p,) of the coefficients; X : (k, p); b : (p,); residuals : (k,) y - X b.
    working : the covariance of the effects that the model assumes (V plus random effects).
    weights : W, block by block; None where W is the inverse of `working`, which is usual.
    tested : the coefficients of the omnibus test; none stands for all but the intercept.
    """

    names: tuple[str, ...]
    X: Matrix
    b: Vector
    residuals: Vector
    working: Covariance
    weights: Covariance | None = None
    tested: tuple[int, ...] = ()


def independent_fit(
    yi: ArrayLike,
    variances: ArrayLike,
    X: ArrayLike | NamedMatrix | None = None,
    *,
    weights: ArrayLike | None = None,
    names: Sequence[str] = (),
    studies: Sequence[str] = (),
) -> LinearFit:
    """The linear fit of effects that the model takes as independent, as in pooling and meta-regression.

    Parameters
    ----------
    yi : (k,) effects; variances : (k,) vi + tau2 (vi in a common-effect model).
    X : (k, p) model matrix or Design, by default an intercept alone; names : of its columns.
    weights : (k,) of the effects where they are not 1 / variances.

    Source: Hedges et al. 2010, doi:10.1002/jrsm.5.
    """
    rows = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    y = checked_vector(yi, rows)
    matrix, columns = checked_matrix(X, names, len(y))
    working = covariance_of(variances, rows)
    W = working.inverse() if weights is None else covariance_of(weights, rows)
    WX = W.times(matrix)
    b = np.asarray(np.linalg.solve(matrix.T @ WX, WX.T @ y), dtype=np.float64)
    residuals = y - matrix @ b
    return LinearFit(columns, matrix, b, residuals, working, None if weights is None else W)


class HasLinearFit(Protocol):
    """What robust() takes: every result of a linear model can give its LinearFit."""

    def linear_fit(self) -> LinearFit: ...


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit(Result, rows="names", columns="b se t df p ci_low ci_high"):
    """Coefficients with cluster-robust covariance, on the analysis scale.

    b, se, t, df, p, ci_low, ci_high : (p,); vcov : (p, p).
    df : n - p for CR0 and CR1 (n clusters), Satterthwaite's for CR2.
    F, F_df, F_p : the omnibus test of the coefficients `tested`: Wald / m on m and n - p degrees of freedom for
        CR0 and CR1, Hotelling's T2 approximation (HTZ) for CR2.
    """

    kind: Kind
    names: tuple[str, ...]
    b: Vector
    vcov: Matrix
    df: Vector
    F: float
    F_df: tuple[float, float]
    tested: tuple[int, ...]
    n_clusters: int
    level: float = 0.95

    @property
    def se(self) -> Vector:
        return np.sqrt(np.diag(self.vcov))

    @property
    def t(self) -> Vector:
        return self.b / self.se

    @property
    def p(self) -> Vector:
        """(p,) p values of no effect, two-sided."""
        return np.asarray(2 * stdtr(self.df, -np.abs(self.t)), dtype=np.float64)

    @property
    def ci_low(self) -> Vector:
        return self.b - stdtrit(self.df, 0.5 + self.level / 2) * self.se

    @property
    def ci_high(self) -> Vector:
        return self.b + stdtrit(self.df, 0.5 + self.level / 2) * self.se

    @property
    def F_p(self) -> float:
        return float(fdtrc(*self.F_df, self.F)) if self.F_df[1] > 0 else float("nan")

    def __str__(self) -> str:
        lines = [f"Cluster-robust inference ({self.kind}), {self.n_clusters} clusters"]
        rows = zip(self.names, self.b, self.se, self.df, self.p, self.ci_low, self.ci_high, strict=True)
        lines += [
            f"{name}: {b:.4f} (se {se:.4f}; {100 * self.level:g}% CI {low:.4f} to {high:.4f}; "
            f"t with {df:.1f} df, p = {p:.4f})"
            for name, b, se, df, p, low, high in rows
        ]
        m, rest = self.F_df
        return "\n".join([*lines, f"Omnibus test: F({m:g}, {rest:.1f}) = {self.F:.4f}, p = {self.F_p:.4f}"])


def _linear(fit: HasLinearFit | LinearFit | Pooled) -> LinearFit:
    """The linear fit of a result; a DataError for one that is no weighted mean of effects and variances."""
    if isinstance(fit, LinearFit):
        return fit
    if not isinstance(fit, Pooled):
        if not hasattr(fit, "linear_fit"):
            raise DataError(
                f"Robust inference takes the result of pool, meta_regression or multilevel, not a {type(fit).__name__}."
            )
        return fit.linear_fit()
    if not abs(np.sum(fit.weights * fit.yi) / np.sum(fit.weights) - fit.mu) <= 1e-9 * max(
        fit.se, abs(fit.mu)
    ):
        raise DataError(
            f"A result by {fit.method} is no weighted mean of its studies' effects, which robust inference takes; "
            "pool them by inverse variance."
        )
    variances = fit.vi + fit.tau2
    inverse = 1 / variances
    usual = np.allclose(fit.weights, 100 * inverse / np.sum(inverse), rtol=1e-9, atol=0)
    weights = None if usual else fit.weights
    return independent_fit(fit.yi, variances, weights=weights, studies=fit.studies)


def robust(
    fit: HasLinearFit | LinearFit | Pooled,
    cluster: Labels | str,
    *,
    kind: Kind = "CR2",
    tested: Sequence[int | str] = (),
    level: float = 0.95,
    data: Frame | None = None,
    studies: Sequence[str] | str = (),
) -> RobustFit:
    """Cluster-robust standard errors, tests and intervals of a linear fit.

    Parameters
    ----------
    fit : the result of `pool`, `meta_regression` or `multilevel`, or a LinearFit. tau2 is taken as it was estimated.
    cluster : (k,) which cluster each effect is from; effects of different clusters are independent.
    kind : CR0, the plain sandwich; CR1, CR0 times n / (n - p); CR2, bias-reduced, with Satterthwaite degrees
        of freedom. CR2 is right with few clusters and needs the model's random effects to lie within clusters.
    tested : the coefficients of the omnibus test, by name or place; by default those of the fit.
    data : the data frame that was fitted, in which cluster is the name of a column, and studies as it was given to
        the fit. Rows that the fit left out are passed over.

    Raises
    ------
    DataError : as many coefficients as clusters, an effect without cluster, a result that is no weighted mean
        (Mantel-Haenszel), or, for CR2, a model whose effects covary across clusters.

    Source: Hedges et al. 2010, doi:10.1002/jrsm.5; Bell & McCaffrey 2002 (CR2); Tipton & Pustejovsky 2015,
        doi:10.3102/1076998615606099 (HTZ); Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004.
    """
    linear = _linear(fit)
    if kind not in KINDS:
        raise DataError(f"{kind!r} is not known; known are {', '.join(KINDS)}.")
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    if data is not None:
        if not isinstance(cluster, str):
            raise DataError("With data, cluster is the name of one of its columns.")
        cluster = labels_of_fit(data, cluster, studies, linear.working.labels)
    members = _clusters(linear, cluster)
    n, p = len(members), linear.X.shape[1]
    places = positions(tested, linear.names) or linear.tested or omnibus_columns(linear.X)
    W = linear.working.inverse() if linear.weights is None else linear.weights
    WX = W.times(linear.X)
    bread = np.linalg.inv(linear.X.T @ WX)
    bread = (bread + bread.T) / 2
    if kind == "CR2":
        return _cr2(linear, members, WX, bread, places, level)
    scores = np.array([WX[rows].T @ linear.residuals[rows] for rows in members]) @ bread
    vcov = scores.T @ scores * (n / (n - p) if kind == "CR1" else 1.0)
    m = len(places)
    F = _wald(linear.b, vcov, places) / m
    df = np.full(p, float(n - p))
    return RobustFit(kind, linear.names, linear.b, vcov, df, F, (m, n - p), places, n, level)


def _clusters(linear: LinearFit, cluster: Labels) -> list[Rows]:
    k, p = linear.X.shape
    if isinstance(cluster, str):
        raise DataError(f"cluster = {cluster!r} names a column; give the data that have it.")
    if len(cluster) != k:
        raise DataError(f"cluster has {len(cluster)} rows; the fit has {k} effects, each needs one.")
    check_labels("cluster", cluster)
    members = groups_of(numbered(cluster))
    if len(members) <= p:
        raise DataError(
            f"{len(members)} clusters and {p} coefficients: robust inference needs more clusters than coefficients."
        )
    return members


def _wald(b: Vector, vcov: Matrix, places: tuple[int, ...]) -> float:
    chosen = list(places)
    return float(b[chosen] @ np.linalg.solve(vcov[np.ix_(chosen, chosen)], b[chosen]))


@dataclass(frozen=True, slots=True, eq=False)
class _Contributions:
    """What each of n clusters adds to the coefficients under the working model, to work out its covariances.

    With T the working covariance, A_i the adjustment and g_i = A_i' W_i X_i bread, cluster i adds
    p_i' (effects) with p_i = (I - H)_i' g_i, H = X bread X'W; then
    p_i' T p_j = (g_i' T_i g_i where i = j) + h_i' spread h_j - h_i' bread r_j - r_i' bread h_j.

    own : (n, p, p) g_i' T_i g_i; h : (n, p, p) X_i' g_i; r : (n, p, p) (T W X)_i' g_i; the last index is the
    coefficient. spread = bread X'W T W X bread, which is bread where W is the inverse of T.
    """

    own: Matrix
    h: Matrix
    r: Matrix
    bread: Matrix
    spread: Matrix

    def covariances(self, s: int, t: int) -> Matrix:
        """(n, n) the covariance of what cluster i adds to coefficient s and cluster j to coefficient t."""
        hs, ht, rs, rt = self.h[:, :, s], self.h[:, :, t], self.r[:, :, s], self.r[:, :, t]
        found = hs @ (self.spread @ ht.T - self.bread @ rt.T) - rs @ (self.bread @ ht.T)
        found[np.diag_indices_from(found)] += self.own[:, s, t]
        return np.asarray(found, dtype=np.float64)

    def combined(self, C: Matrix) -> "_Contributions":
        """The contributions to the m combinations C (p, m) of the coefficients."""
        return _Contributions(C.T @ self.own @ C, self.h @ C, self.r @ C, self.bread, self.spread)


def _cr2(
    linear: LinearFit, members: list[Rows], WX: Matrix, bread: Matrix, places: tuple[int, ...], level: float
) -> RobustFit:
    """CR2. A_i = D' (D Phi_i D')^-1/2 D with T_i = D'D and Phi_i the working covariance of the residuals."""
    usual = linear.weights is None
    TWX = linear.X if usual else linear.working.times(WX)
    spread = bread if usual else bread @ (WX.T @ TWX) @ bread
    scores, own, h, r = [], [], [], []
    for rows, T in zip(members, _within_clusters(linear.working, members), strict=True):
        X = linear.X[rows]
        across = X @ bread @ TWX[rows].T
        g = _adjustment(T, T - across - across.T + X @ spread @ X.T) @ WX[rows] @ bread
        scores.append(g.T @ linear.residuals[rows])
        own.append(g.T @ T @ g)
        h.append(X.T @ g)
        r.append(TWX[rows].T @ g)
    vcov = np.array(scores).T @ np.array(scores)
    adds = _Contributions(np.array(own), np.array(h), np.array(r), bread, spread)
    df = np.array([_satterthwaite(adds.covariances(s, s)) for s in range(len(linear.b))])
    F, F_df = _htz(linear.b, vcov, adds, places)
    return RobustFit("CR2", linear.names, linear.b, vcov, df, F, F_df, places, len(members), level)


def _adjustment(T: Matrix, Phi: Matrix) -> Matrix:
    """D' (D Phi D')^-1/2 D for T = D'D; a generalised inverse where a cluster fixes a coefficient alone."""
    D = np.linalg.cholesky(T).T
    values, vectors = np.linalg.eigh(D @ ((Phi + Phi.T) / 2) @ D.T)
    keep = values > 1e-9 * max(float(values[-1]), 0.0)
    root = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
    return np.asarray(D.T @ root @ D, dtype=np.float64)


def _within_clusters(working: Covariance, members: list[Rows]) -> list[Matrix]:
    """The working covariance of each cluster; a DataError where effects of two clusters covary."""
    number = np.empty(working.k, dtype=np.intp)
    place = np.empty(working.k, dtype=np.intp)
    found = []
    for count, rows in enumerate(members):
        number[rows], place[rows] = count, np.arange(len(rows))
        found.append(np.diag(working.variances[rows]))
    for rows, block in working.blocks:
        if np.any(number[rows] != number[rows[0]]):
            raise DataError(
                "CR2 needs clusters that hold whole sets of effects that covary in the model; here effects of "
                "different clusters do (a crossed random effect, or V). Use a coarser cluster, CR1 or CR0."
            )
        found[int(number[rows[0]])][np.ix_(place[rows], place[rows])] = block
    return found


def _satterthwaite(covariances: Matrix) -> float:
    """Twice the squared mean over the variance of a robust variance, under the working model."""
    return float(np.trace(covariances) ** 2 / np.sum(covariances**2))


def _htz(
    b: Vector, vcov: Matrix, adds: _Contributions, places: tuple[int, ...]
) -> tuple[float, tuple[float, float]]:
    """F and its degrees of freedom, from Hotelling's T2 with the degrees of freedom eta of a Wishart matrix.

    eta = m (m + 1) / sum of the variances of the entries of the robust covariance, scaled to expectation I.
    """
    m = len(places)
    picked = adds.combined(np.eye(len(b))[:, list(places)])
    pairs = [(s, t) for s in range(m) for t in range(m)]
    expected = np.array([np.trace(picked.covariances(s, t)) for s, t in pairs]).reshape(m, m)
    values, vectors = np.linalg.eigh((expected + expected.T) / 2)
    scaled = picked.combined((vectors / np.sqrt(values)) @ vectors.T)
    total = 0.0
    for s, t in pairs:
        across = scaled.covariances(s, t)
        total += float(np.vdot(scaled.covariances(s, s), scaled.covariances(t, t)))
        total += float(np.vdot(across, across.T))
    eta = m * (m + 1) / total
    rest = eta - m + 1
    return rest / (eta * m) * _wald(b, vcov, places), (float(m), rest)
