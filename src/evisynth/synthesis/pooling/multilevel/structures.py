"""The covariance matrices G of random effects within a group, as functions of a few parameters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Matrix
from evisynth.synthesis.pooling.multilevel.terms import Structured

ONE_VARIANCE = ("CS", "ID", "AR", "CAR")
NO_CORRELATION = ("ID", "DIAG")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How the parameters of one structure give G.

    CS, AR, CAR: (tau2, rho). ID: (tau2,). DIAG: (tau2 of each level). HCS, HAR and UN of two levels: (tau of
    each level, rho); with standard deviations the slope at a tau of 0 is finite. UN of more levels: the lower
    triangle of a Cholesky factor, row by row, which may have any sign and so needs no bounds.
    """

    term: Structured

    @property
    def is_cholesky(self) -> bool:
        return self.term.struct == "UN" and self.term.q > 2

    @property
    def count(self) -> int:
        q = self.term.q
        if self.is_cholesky:
            return q * (q + 1) // 2
        variances = 1 if self.term.struct in ONE_VARIANCE else q
        return variances + (0 if self.term.struct in NO_CORRELATION else 1)

    def bounds(self) -> tuple[Vector, Vector]:
        """The least and greatest value of each parameter. G has no negative eigenvalue between them."""
        if self.is_cholesky:
            return np.full(self.count, -np.inf), np.full(self.count, np.inf)
        low, high = np.zeros(self.count), np.full(self.count, np.inf)
        if self.term.struct not in NO_CORRELATION:
            low[-1], high[-1] = self._lowest_rho(), 1.0
        return low, high

    def start(self, tau2: float, rho: float, small: int | None = None) -> Vector:
        """Parameters at which each variance is tau2 and each correlation rho (0 where there is none).

        small : a level whose variance is a hundredth of that, where each level has its own.
        """
        q = self.term.q
        variances = np.where(np.arange(q) == small, 0.01 * tau2, tau2)
        if self.is_cholesky:
            tau = np.sqrt(variances)
            L = tau[:, None] * np.linalg.cholesky(rho * np.ones((q, q)) + (1 - rho) * np.eye(q))
            return np.asarray(L[np.tril_indices(q)], dtype=np.float64)
        if self.term.struct in ONE_VARIANCE:
            variances = np.array([tau2])
        found = variances if self._in_variances else np.sqrt(variances)
        return found if self.term.struct in NO_CORRELATION else np.append(found, rho)

    def starts(self, tau2: float) -> list[Vector]:
        """Places to look for a maximum from: correlations of all sizes, and each level's variance small in turn.

        A likelihood with few groups and a variance for each level often has several maxima.
        """
        negative = 0.8 * self._lowest_rho()
        rhos = (0.5,) if self.term.struct in NO_CORRELATION else (0.5, 0.9, 0.05, negative)
        found = [self.start(tau2, rho) for rho in rhos]
        if self.term.struct not in ONE_VARIANCE:
            found += [self.start(tau2, rho, level) for level in range(self.term.q) for rho in (0.6, negative)]
        return found

    def scale(self, tau2: float) -> Vector:
        """The usual size of each parameter when variances are about tau2."""
        found = np.full(self.count, tau2 if self._in_variances else np.sqrt(tau2))
        if not (self.is_cholesky or self.term.struct in NO_CORRELATION):
            found[-1] = 1.0
        return found

    def matrix(self, x: Vector) -> Matrix:
        """G (q, q) at the parameters x."""
        q = self.term.q
        if self.is_cholesky:
            L = np.zeros((q, q))
            L[np.tril_indices(q)] = x
            return np.asarray(L @ L.T, dtype=np.float64)
        if self.term.struct in NO_CORRELATION:
            return np.asarray(np.diag(np.broadcast_to(x, (q,))), dtype=np.float64)
        tau = np.broadcast_to(np.sqrt(x[:-1]) if self._in_variances else x[:-1], (q,))
        return np.asarray(tau[:, None] * tau * self._correlations(float(x[-1]))[0], dtype=np.float64)

    def pull(self, x: Vector, slope: Matrix) -> Vector:
        """The derivatives by the parameters of a function whose derivatives by the entries of G are `slope`.

        `slope` (q, q) is symmetric, and G[i, j] and G[j, i] count as two variables.
        """
        q = self.term.q
        if self.is_cholesky:
            L = np.zeros((q, q))
            L[np.tril_indices(q)] = x
            return np.asarray((2 * slope @ L)[np.tril_indices(q)], dtype=np.float64)
        if self.term.struct in NO_CORRELATION:
            diagonal = np.diag(slope)
            return np.array([diagonal.sum()]) if self.term.struct == "ID" else np.array(diagonal)
        R, dR = self._correlations(float(x[-1]))
        if self._in_variances:
            return np.array([np.sum(slope * R), x[0] * np.sum(slope * dR)])
        tau = x[:-1]
        return np.concatenate((2 * (slope * R) @ tau, [tau @ (slope * dR) @ tau]))

    @property
    def _in_variances(self) -> bool:
        return self.term.struct in (*ONE_VARIANCE, "DIAG")

    def _lowest_rho(self) -> float:
        if self.term.struct in ("CS", "HCS", "UN"):
            return -1 / (self.term.q - 1)
        return 0.0 if self.term.struct == "CAR" else -1.0

    def _correlations(self, rho: float) -> tuple[Matrix, Matrix]:
        """The correlation matrix and its derivative by rho."""
        q = self.term.q
        if self.term.struct in ("CS", "HCS", "UN"):
            off = np.ones((q, q)) - np.eye(q)
            return np.eye(q) + rho * off, off
        places = np.array(self.term.times if self.term.struct == "CAR" else range(q), dtype=np.float64)
        steps = np.abs(places[:, None] - places)
        return rho**steps, _power_slope(rho, steps)


def _power_slope(rho: float, steps: NDArray[np.float64]) -> Matrix:
    """The derivative of rho^steps. For steps below 1 it is infinite at rho = 0; a large number stands for it."""
    base = max(rho, 1e-12) if rho >= 0 else rho
    return np.where(steps > 0, steps * base ** (steps - 1), 0.0)
