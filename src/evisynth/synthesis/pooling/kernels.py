"""The arithmetic of random effects for many meta-analyses at once; a single one is a table of one row.

The contract
------------
`Rows` holds m meta-analyses without moderators as arrays of shape (m, k): row i is one meta-analysis, and
each column a place for a study.

- A place without a study has yi = 0 and vi = inf. Its weight 1 / (vi + tau2) is then exactly 0, so it adds
  nothing to any sum and no formula needs a mask. `Rows.of` fills the places in from a mask; `Rows.ragged`
  makes rows of lists of different length. Places may be empty anywhere in a row.
- Every row is computed on its own: its numbers do not depend on which other rows are in the table, nor on
  how many empty places it has (rounding of the last digit aside).
- A row has at least one study. With one it has tau2 = 0, mu = yi, Q = 0, and NaN for what needs two. Callers
  that must not pool fewer than two refuse before they come here.
- Values are not checked here: yi finite, vi above 0 (inf where there is none). Entry points check, and name
  the study. Arrays are never written to.
- Methods that take `tau2` take one value a row, shape (m,), and return (m,), unless they say otherwise.

`fits.fit_rows` is the usual door: tau2 by any estimator of tau2.py, then the pooled effect of each row, in blocks
that fit into the processor's cache. Resampling is a matter of building the rows:

    leave-one-out    fit_rows(yi, vi, present=~np.eye(k, dtype=bool))
    subsets (GOSH)   fit_rows(yi, vi, present=masks)                       # masks: (m, k) of bool
    cumulative       fit_rows(yi, vi, present=np.tri(k, dtype=bool))
    permutation      fit_rows(signs * yi, vi)                              # signs: (m, k) of -1 and 1
    bootstrap        fit_rows(yi[draws], vi[draws])                        # draws: (m, k) of places

Notation: W = diag(1 / (vi + tau2)); P = W - W 1 (1' W 1)^-1 1' W, so that y'Py is the weighted sum of squares
about the weighted mean. DerSimonian and Laird's Q is y'Py at tau2 = 0. `moderators.rows` has the same methods
for a model matrix X in place of the column of ones; the estimators of tau2.py work on both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.measures.scale import Flags, Vector

Places = NDArray[np.intp] | Flags | slice
BLOCK = 1 << 16  # cells of a table that are worked on at a time: about half a megabyte an array


class Moments(NamedTuple):
    """What the likelihood and its first two derivatives in tau2 are made of, at one tau2 a row; each (m,).

    yPPy, yPPPy : the quadratic forms in P P and P P P.
    trP, trPP   : traces of P and P P.
    trW, trWW   : sums of the weights and of their squares.
    """

    yPPy: Vector
    yPPPy: Vector
    trP: Vector
    trPP: Vector
    trW: Vector
    trWW: Vector


class Form(NamedTuple):
    """The quadratic form y'P_a y of weights a that need not be 1 / (vi + tau2); each (m,).

    Q    : y'P_a y.
    trP  : trace of P_a: what one unit of tau2 adds to the expectation of Q.
    trPV : trace of P_a V: the expectation of Q when tau2 = 0.
    """

    Q: Vector
    trP: Vector
    trPV: Vector


class Estimable(Protocol):
    """What an estimator of tau2 needs of a table of meta-analyses, with moderators or without.

    yi and vi (m, k); k (m,) studies of each row; p coefficients; `present` (m, k).
    """

    @property
    def yi(self) -> Vector: ...
    @property
    def vi(self) -> Vector: ...
    @property
    def k(self) -> Vector: ...
    @property
    def p(self) -> int: ...
    @property
    def present(self) -> Flags: ...
    def take(self, rows: Places) -> Self: ...
    def moments(self, tau2: Vector) -> Moments: ...
    def slopes(self, tau2: Vector) -> tuple[Vector, Vector, Vector]: ...
    def squares(self, tau2: Vector) -> tuple[Vector, Vector]: ...
    def form(self, a: Vector) -> Form: ...
    def form_variance(self, a: Vector, tau2: Vector) -> Vector: ...
    def form_weights(self, a: Vector, tau2: float) -> Vector: ...
    def log_likelihood(self, tau2: Vector, *, restricted: bool) -> Vector: ...


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """m meta-analyses without moderators, see the top of this module.

    yi : (m, k) effects; 0 where there is no study.
    vi : (m, k) sampling variances; inf where there is no study.
    k  : (m,) number of studies, as floats, since it enters formulas.
    """

    yi: Vector
    vi: Vector
    k: Vector

    @classmethod
    def of(cls, yi: Vector, vi: Vector, present: Flags | None = None) -> Self:
        """Rows of arrays that broadcast to (m, k); `present` says where there are studies, None everywhere."""
        if present is None:
            y, v = np.atleast_2d(*np.broadcast_arrays(yi, vi))
            return cls(y, v, np.full(len(y), float(y.shape[1])))
        there = np.atleast_2d(present)
        y, v = np.where(there, yi, 0.0), np.where(there, vi, np.inf)
        return cls(y, v, np.broadcast_to(np.count_nonzero(there, axis=1), len(y)).astype(np.float64))

    @classmethod
    def ragged(cls, yi: Vector, vi: Vector, sizes: NDArray[np.intp]) -> Self:
        """Rows of studies that stand one after another: the first sizes[0] are those of the first row."""
        there = np.arange(sizes.max(initial=0)) < sizes[:, None]
        y, v = np.zeros(there.shape), np.full(there.shape, np.inf)
        y[there], v[there] = yi, vi
        return cls(y, v, sizes.astype(np.float64))

    @property
    def p(self) -> int:
        """The number of coefficients: the pooled effect alone."""
        return 1

    @property
    def present(self) -> Flags:
        """(m, k) where there are studies."""
        return np.isfinite(self.vi)

    def take(self, rows: Places) -> Self:
        """Some of the rows."""
        return type(self)(self.yi[rows], self.vi[rows], self.k[rows])

    def moments(self, tau2: Vector) -> Moments:
        """All that Newton's method needs, in one pass."""
        w = 1 / (self.vi + tau2[:, None])
        W1 = np.einsum("ij->i", w)
        mu = np.einsum("ij,ij->i", w, self.yi) / W1
        Py = self.yi - mu[:, None]
        Py *= w
        wPy = np.einsum("ij,ij->i", w, Py)
        Py *= Py
        yPPy = np.einsum("ij->i", Py)
        yPPPy = np.einsum("ij,ij->i", w, Py) - wPy**2 / W1
        ww = w * w
        W2 = np.einsum("ij->i", ww)
        W3 = np.einsum("ij,ij->i", ww, w)
        share = W2 / W1
        return Moments(yPPy, yPPPy, W1 - share, W2 - 2 * W3 / W1 + share**2, W1, W2)

    def slopes(self, tau2: Vector) -> tuple[Vector, Vector, Vector]:
        """yPPy, trP and trW at several tau2 a row: tau2 is (m, g), and so are they."""
        m, k = self.vi.shape
        width = max(1, BLOCK // max(1, m * k))
        yPPy, trP, trW = (np.empty(tau2.shape) for _ in range(3))
        for start in range(0, tau2.shape[1], width):
            at = np.s_[:, start : start + width]
            w = 1 / (self.vi[:, None, :] + tau2[at][:, :, None])
            W1 = np.einsum("igj->ig", w)
            mu = np.einsum("igj,ij->ig", w, self.yi) / W1
            trP[at], trW[at] = W1 - np.einsum("igj,igj->ig", w, w) / W1, W1
            w *= self.yi[:, None, :] - mu[:, :, None]
            yPPy[at] = np.einsum("igj,igj->ig", w, w)
        return yPPy, trP, trW

    def squares(self, tau2: Vector) -> tuple[Vector, Vector]:
        """yPy, the generalised Q at tau2, and yPPy, minus its derivative."""
        w = 1 / (self.vi + tau2[:, None])
        mu = np.einsum("ij,ij->i", w, self.yi) / np.einsum("ij->i", w)
        distance = self.yi - mu[:, None]
        w *= distance
        return np.einsum("ij,ij->i", w, distance), np.einsum("ij,ij->i", w, w)

    def centre(self, tau2: Vector) -> tuple[Vector, Vector, Vector]:
        """The weighted mean mu, the sum of the weights, and yPy."""
        w = 1 / (self.vi + tau2[:, None])
        W1 = np.einsum("ij->i", w)
        mu = np.einsum("ij,ij->i", w, self.yi) / W1
        distance = self.yi - mu[:, None]
        return mu, W1, np.einsum("ij,ij,ij->i", w, distance, distance)

    def form(self, a: Vector) -> Form:
        """The quadratic form of weights a, (m, k), 0 where there is no study."""
        A1 = np.einsum("ij->i", a)
        mu = np.einsum("ij,ij->i", a, self.yi) / A1
        distance = self.yi - mu[:, None]
        v = np.where(a > 0, self.vi, 0.0)
        aa = a * a
        return Form(
            np.einsum("ij,ij,ij->i", a, distance, distance),
            A1 - np.einsum("ij->i", aa) / A1,
            np.einsum("ij,ij->i", a, v) - np.einsum("ij,ij->i", aa, v) / A1,
        )

    def form_variance(self, a: Vector, tau2: Vector) -> Vector:
        """The variance of y'P_a y for normal effects: 2 tr(P_a S P_a S) with S = V + tau2."""
        A1 = np.einsum("ij->i", a)
        aS = a * np.where(a > 0, self.vi + tau2[:, None], 0.0)
        straight, crossed = np.einsum("ij,ij->i", aS, aS), np.einsum("ij,ij,ij->i", aS, aS, a) / A1
        variance: Vector = 2 * (straight - 2 * crossed + (np.einsum("ij,ij->i", aS, a) / A1) ** 2)
        return variance

    def form_weights(self, a: Vector, tau2: float) -> Vector:
        """For a table of one row: the weights of the chi-square variables (k - 1) whose sum y'P_a y is.

        They are the eigenvalues above 0 of S^(1/2) P_a S^(1/2) with S = V + tau2.
        """
        there = self.present[0] & (a > 0)
        weights, root = a[there], np.sqrt(self.vi[0, there] + tau2)
        P = np.diag(weights) - np.outer(weights, weights) / np.sum(weights)
        return np.linalg.eigvalsh(root[:, None] * P * root)[self.p :]

    def log_likelihood(self, tau2: Vector, *, restricted: bool, mu: Vector | None = None) -> Vector:
        """The log likelihood at tau2 and mu (by default the weighted mean), restricted for REML."""
        w = 1 / (self.vi + tau2[:, None])
        W1 = np.einsum("ij->i", w)
        logs = np.einsum("ij->i", np.log(w, where=w > 0, out=np.zeros_like(w)))
        distance = self.yi - (np.einsum("ij,ij->i", w, self.yi) / W1 if mu is None else mu)[:, None]
        n = self.k
        if restricted:
            logs, n = logs + np.log(self.k) - np.log(W1), self.k - 1
        squares = np.einsum("ij,ij,ij->i", w, distance, distance)
        ll: Vector = 0.5 * (logs - n * np.log(2 * np.pi) - squares)
        return ll


def blocks(m: int, cells: int) -> Iterator[slice]:
    """Slices that cut m rows of so many cells into blocks of about BLOCK cells.

    Source: none; a block of this size stays in the processor's cache.
    """
    step = max(1, BLOCK // max(1, cells))
    return (slice(start, min(start + step, m)) for start in range(0, m, step))
