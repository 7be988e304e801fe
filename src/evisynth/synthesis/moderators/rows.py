"""The arithmetic of meta-regression for many meta-analyses at once; a single one is a table of one row.

`DesignRows` follows the contract of pooling.kernels.Rows, with a model matrix X in place of the column of ones:
rows are meta-analyses, a place without a study has yi = 0 and vi = inf, and the estimators of pooling.tau2 work
on it as they are. With W = diag(1 / (vi + tau2)):

    P = W - W X (X' W X)^-1 X' W,    b = (X' W X)^-1 X' W y.

X is turned into an orthonormal basis first, since years beside an intercept would cost half of the digits.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.pooling.kernels import BLOCK, Form, Moments, Places


@dataclass(frozen=True, slots=True, eq=False)
class DesignRows:
    """m meta-analyses with moderators.

    yi, vi : (m, k) effects and sampling variances; 0 and inf where there is no study.
    k      : (m,) number of studies, as floats.
    basis  : orthonormal columns that span those of X, (k, p) for all rows or (m, k, p).
    turn   : X = basis @ turn, (p, p) or (m, p, p), upper triangular.
    """

    yi: Vector
    vi: Vector
    k: Vector
    basis: Vector
    turn: Vector

    @classmethod
    def of(cls, yi: Vector, vi: Vector, X: Vector, present: Flags | None = None) -> Self:
        """Rows of arrays that broadcast to (m, k), with X of shape (k, p) or (m, k, p)."""
        parts = [np.atleast_2d(part) for part in (yi, vi, True if present is None else present)]
        y, v, there = np.broadcast_arrays(*parts)
        basis, turn = np.linalg.qr(X)
        m = max(len(y), len(basis) if basis.ndim == 3 else 1)
        y, v, there = (np.broadcast_to(part, (m, y.shape[1])) for part in (y, v, there))
        k = np.count_nonzero(there & np.isfinite(v), axis=1).astype(np.float64)
        return cls(np.where(there, y, 0.0), np.where(there, v, np.inf), k, basis, turn)

    @property
    def p(self) -> int:
        """The number of coefficients."""
        return int(self.basis.shape[-1])

    @property
    def present(self) -> Flags:
        """(m, k) where there are studies."""
        return np.isfinite(self.vi)

    @property
    def estimable(self) -> Flags:
        """(m,) whether the studies of a row determine all coefficients and leave a degree of freedom."""
        there = np.where(self.present[:, :, None], self.basis, 0.0)
        enough = np.linalg.svd(there, compute_uv=False)[:, -1] > 1e-9
        own = np.abs(np.diagonal(self.turn, axis1=-2, axis2=-1))  # what a column adds to those before it
        independent = np.all(own > 1e-10 * np.linalg.norm(self.turn, axis=-2), axis=-1)
        return np.asarray(enough & independent & (self.k > self.p))

    def take(self, rows: Places) -> Self:
        """Some of the rows."""
        own = self.basis.ndim == 3
        return type(self)(
            self.yi[rows],
            self.vi[rows],
            self.k[rows],
            self.basis[rows] if own else self.basis,
            self.turn[rows] if own else self.turn,
        )

    def _gram(self, d: Vector) -> Vector:
        """(m, p, p) X' diag(d) X on the basis."""
        across = np.swapaxes(self.basis, -1, -2)
        return (across * d[:, None, :]) @ self.basis

    def _onto(self, values: Vector) -> Vector:
        """(m, p) X' values."""
        return (np.swapaxes(self.basis, -1, -2) @ values[:, :, None])[:, :, 0]

    def _fitted(self, b: Vector) -> Vector:
        """(m, k) X b, with b on the basis."""
        return (self.basis @ b[:, :, None])[:, :, 0]

    def _residuals(self, a: Vector) -> tuple[Vector, Vector, Vector]:
        """(X' A X)^-1, b on the basis, and the distances from the fit (0 where there is no study)."""
        inverse = np.asarray(np.linalg.inv(self._gram(a)), dtype=np.float64)
        b = (inverse @ self._onto(a * self.yi)[:, :, None])[:, :, 0]
        return inverse, b, np.where(self.present, self.yi - self._fitted(b), 0.0)

    def moments(self, tau2: Vector) -> Moments:
        """All that Newton's method needs, in one pass."""
        w = 1 / (self.vi + tau2[:, None])
        inverse, _, distance = self._residuals(w)
        Py = w * distance
        u = self._onto(w * Py)
        ww = w * w
        W1, W2 = np.einsum("ij->i", w), np.einsum("ij->i", ww)
        G2 = inverse @ self._gram(ww)
        G3 = inverse @ self._gram(ww * w)
        return Moments(
            np.einsum("ij,ij->i", Py, Py),
            np.einsum("ij,ij,ij->i", w, Py, Py) - np.einsum("ip,ipq,iq->i", u, inverse, u),
            W1 - np.einsum("ipp->i", G2),
            W2 - 2 * np.einsum("ipp->i", G3) + np.einsum("ipq,iqp->i", G2, G2),
            W1,
            W2,
        )

    def slopes(self, tau2: Vector) -> tuple[Vector, Vector, Vector]:
        """yPPy, trP and trW at several tau2 a row: tau2 is (m, g), and so are they."""
        m, k = self.vi.shape
        width = max(1, BLOCK // max(1, m * k * self.p))
        found = tuple(np.empty(tau2.shape) for _ in range(3))
        for start in range(0, tau2.shape[1], width):
            at = np.s_[:, start : start + width]
            some = tau2[at]
            rows = self.take(np.repeat(np.arange(m), some.shape[1]))
            w = 1 / (rows.vi + some.reshape(-1, 1))
            inverse, _, distance = rows._residuals(w)
            W1 = np.einsum("ij->i", w)
            lost = np.einsum("ipq,iqp->i", inverse, rows._gram(w * w))
            w *= distance
            for array, values in zip(found, (np.einsum("ij,ij->i", w, w), W1 - lost, W1), strict=True):
                array[at] = values.reshape(some.shape)
        return found[0], found[1], found[2]

    def squares(self, tau2: Vector) -> tuple[Vector, Vector]:
        """yPy, the generalised Q at tau2, and yPPy, minus its derivative."""
        w = 1 / (self.vi + tau2[:, None])
        distance = self._residuals(w)[2]
        w *= distance
        return np.einsum("ij,ij->i", w, distance), np.einsum("ij,ij->i", w, w)

    def form(self, a: Vector) -> Form:
        """The quadratic form of weights a, (m, k), 0 where there is no study."""
        inverse, _, distance = self._residuals(a)
        v = np.where(a > 0, self.vi, 0.0)
        aa = a * a
        return Form(
            np.einsum("ij,ij,ij->i", a, distance, distance),
            np.einsum("ij->i", a) - np.einsum("ipq,iqp->i", inverse, self._gram(aa)),
            np.einsum("ij,ij->i", a, v) - np.einsum("ipq,iqp->i", inverse, self._gram(aa * v)),
        )

    def form_variance(self, a: Vector, tau2: Vector) -> Vector:
        """The variance of y'P_a y for normal effects: 2 tr(P_a S P_a S) with S = V + tau2."""
        inverse = np.linalg.inv(self._gram(a))
        aS = a * np.where(a > 0, self.vi + tau2[:, None], 0.0)
        crossed = np.einsum("ipq,iqp->i", inverse, self._gram(aS * aS * a))
        G = inverse @ self._gram(aS * a)
        variance: Vector = 2 * (np.einsum("ij,ij->i", aS, aS) - 2 * crossed + np.einsum("ipq,iqp->i", G, G))
        return variance

    def form_weights(self, a: Vector, tau2: float) -> Vector:
        """For a table of one row: the weights of the chi-square variables (k - p) whose sum y'P_a y is."""
        there = self.present[0] & (a > 0)
        X = self.basis[there] if self.basis.ndim == 2 else self.basis[0, there]
        weights, root = a[there], np.sqrt(self.vi[0, there] + tau2)
        AX = weights[:, None] * X
        P = np.diag(weights) - AX @ np.linalg.solve(X.T @ AX, AX.T)
        return np.linalg.eigvalsh(root[:, None] * P * root)[self.p :]

    def log_likelihood(self, tau2: Vector, *, restricted: bool) -> Vector:
        """The log likelihood at tau2 with the coefficients profiled out; restricted for REML.

        The restricted one has the term log det(X'X) / 2, with which it does not depend on the units of X.
        """
        w = 1 / (self.vi + tau2[:, None])
        distance = self._residuals(w)[2]
        logs = np.einsum("ij->i", np.log(w, where=w > 0, out=np.zeros_like(w)))
        n = self.k
        if restricted:
            plain = np.linalg.slogdet(self._gram(self.present.astype(np.float64)))[1]
            logs, n = logs + plain - np.linalg.slogdet(self._gram(w))[1], self.k - self.p
        squares = np.einsum("ij,ij,ij->i", w, distance, distance)
        ll: Vector = 0.5 * (logs - n * np.log(2 * np.pi) - squares)
        return ll

    def coefficients(self, tau2: Vector) -> tuple[Vector, Vector, Vector]:
        """b (m, p), their covariance (X'WX)^-1 (m, p, p), both on the columns of X, and yPy (m,)."""
        w = 1 / (self.vi + tau2[:, None])
        inverse, b, distance = self._residuals(w)
        back = np.linalg.inv(self.turn)
        squares = np.einsum("ij,ij,ij->i", w, distance, distance)
        return (back @ b[:, :, None])[:, :, 0], back @ inverse @ np.swapaxes(back, -1, -2), squares
