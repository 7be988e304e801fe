"""The likelihoods of counts, each as a function of its natural parameter t: y t - kappa(t) + what t does not change.

Arrays of t have shape (k, J, q): studies, groups of a study (1 or 2), and any number of values of t that are asked
at a time. kappa is the cumulant function; its derivatives are the mean, the variance and the third moment
about the mean.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, xlogy

from evisynth.synthesis.measures.scale import Vector

Array = NDArray[np.float64]


class Slopes(NamedTuple):
    """The first three derivatives of the log likelihood in t, each of the shape of t."""

    first: Array
    second: Array
    third: Array


class Family(Protocol):
    """What a model needs to know of the counts of k studies."""

    @property
    def shape(self) -> tuple[int, int]:
        """(studies, groups of a study)."""

    def value_and_slope(self, t: Array) -> tuple[Array, Array]:
        """The log likelihood of each count and its first derivative, of the shape of t."""

    def slopes(self, t: Array) -> Slopes:
        """Its first three derivatives."""

    def best(self) -> Array:
        """(k, J) the largest log likelihood that each count can have, with a t of its own."""


class Binomial:
    """Events y (k, J) among n (k, J) people; t is the log odds. Needs no whole numbers."""

    def __init__(self, y: Array, n: Array) -> None:
        self.y, self.n = y, n
        inside = (y > 0) & (y < n)
        own = np.log(np.where(inside, y, 1.0)) - np.log(np.where(inside, n - y, 1.0))
        self.own = np.where(inside, own, 0.0)  # the t of largest likelihood, where it is finite
        self.own_cost = np.where(inside, n * np.logaddexp(0, own), 0.0)
        choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        self.largest = xlogy(y, y / n) + xlogy(n - y, 1 - y / n) + choose

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.y.shape[1]

    def value_and_slope(self, t: Array) -> tuple[Array, Array]:
        y, n, largest = self.y[..., None], self.n[..., None], self.largest[..., None]
        # From the largest down: the constants of large counts would swallow the last digits.
        fall = y * (t - self.own[..., None]) - (n * np.logaddexp(0, t) - self.own_cost[..., None])
        return largest + fall, y - n * expit(t)

    def slopes(self, t: Array) -> Slopes:
        p = expit(t)
        variance = self.n[..., None] * p * expit(-t)
        return Slopes(self.y[..., None] - self.n[..., None] * p, -variance, -variance * (1 - 2 * p))

    def best(self) -> Array:
        return self.largest


class Poisson:
    """Events y (k, J) in person-time (k, J); t is the log of the rate. Needs no whole numbers."""

    def __init__(self, y: Array, time: Array) -> None:
        self.y, self.time = y, time
        self.own = np.log(np.where(y > 0, y, 1.0)) - np.log(time)  # the t of largest likelihood, if y > 0
        self.largest = xlogy(y, y) - y - gammaln(y + 1)

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.y.shape[1]

    def value_and_slope(self, t: Array) -> tuple[Array, Array]:
        y, expected = self.y[..., None], self.time[..., None] * np.exp(t)
        away = t - self.own[..., None]
        fall = np.where(y > 0, y * (away - np.expm1(away)), -expected)
        return self.largest[..., None] + fall, y - expected

    def slopes(self, t: Array) -> Slopes:
        expected = self.time[..., None] * np.exp(t)
        return Slopes(self.y[..., None] - expected, -expected, -expected)

    def best(self) -> Array:
        return self.largest


class Hypergeometric:
    """Events a (k,) in group 1 given all events m = a + c of the study; t is the log odds ratio.

    Whole numbers only. The distribution is Fisher's noncentral hypergeometric: P(j) is proportional to
    C(n1, j) C(n2, m - j) exp(j t), j from max(0, m - n2) to min(m, n1).

    Source: Fisher 1935, doi:10.2307/2342435; van Houwelingen, Zwinderman & Stijnen 1993,
    doi:10.1002/sim.4780122405.
    """

    def __init__(self, a: Vector, n1: Vector, m: Vector, n2: Vector) -> None:
        low, high = np.maximum(0, m - n2), np.minimum(m, n1)
        length = (high - low).astype(np.intp) + 1
        self.starts = np.concatenate(([0], np.cumsum(length)[:-1]))
        self.study = np.repeat(np.arange(len(a)), length)
        j = (np.arange(len(self.study)) - self.starts[self.study]).astype(np.float64) + low[self.study]
        log_weight = _log_choose(n1[self.study], j) + _log_choose(n2[self.study], (m[self.study] - j))
        own = _log_choose(n1, a) + _log_choose(n2, m - a)
        self.offset = (j - a[self.study])[:, None]  # moments are taken about the observed a
        self.log_weight = (log_weight - own[self.study])[:, None]
        self.alone = (a == low) | (a == high)  # the likelihood rises to 1 without end

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.starts), 1

    def value_and_slope(self, t: Array) -> tuple[Array, Array]:
        p, total, top = self._terms(t[:, 0])
        mean = self._sum(p * self.offset) / total
        return -(top + np.log(total))[:, None], -mean[:, None]

    def slopes(self, t: Array) -> Slopes:
        p, total, _ = self._terms(t[:, 0])
        mean = self._sum(p * self.offset) / total
        away = self.offset - mean[self.study]
        p = p * away * away
        variance = self._sum(p) / total
        third = self._sum(p * away) / total
        return Slopes(-mean[:, None], -variance[:, None], -third[:, None])

    def best(self) -> Array:
        t = self.estimates()
        return np.where(self.alone, 0.0, self.value_and_slope(t[:, None, None])[0][:, 0, 0])[:, None]

    def estimates(self) -> Vector:
        """(k,) the conditional estimate of each study's log odds ratio; 0 where it is infinite."""
        t = np.zeros((len(self.starts), 1, 1))
        for _ in range(200):
            first, second, _ = self.slopes(t)
            step = np.where(self.alone[:, None, None], 0.0, np.clip(-first / second, -1, 1))
            t += step
            if np.all(np.abs(step) < 1e-13 * (1 + np.abs(t))):
                break
        return np.asarray(t[:, 0, 0], dtype=np.float64)

    def _terms(self, t: Array) -> tuple[Array, Array, Array]:
        """The terms of the sum relative to its largest, their sum, and the log of the largest."""
        e = self.log_weight + self.offset * t[self.study]
        top = np.maximum.reduceat(e, self.starts, axis=0)
        p = np.exp(e - top[self.study])
        return p, self._sum(p), top

    def _sum(self, values: Array) -> Array:
        summed: Array = np.add.reduceat(values, self.starts, axis=0)
        return summed


def _log_choose(n: Array, r: Array) -> Array:
    chosen: Array = gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1)
    return chosen
