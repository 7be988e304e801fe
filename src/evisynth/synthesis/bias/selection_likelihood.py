"""The log likelihood of effects of which some were more likely to be reported than others.

Each effect has density w(p) phi(y; mu, v + tau2) / A with A the mean of w over all effects that could have been
found. Everything is worked out for z = y / se, so that p depends on z alone and the points at which w is
evaluated are the same for all studies.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from evisynth.synthesis.bias.selection_weights import P_BOUND, Weights, one_sided, two_sided
from evisynth.synthesis.measures.scale import Vector

Array = NDArray[np.float64]

REACH = 8.5  # beyond this z score p is 0 or 1 to the last digit
NODES = 48  # Gauss-Legendre points in each half of the range of z
PANELS, FEW_NODES = 9, 20  # where it is cut up further
FAR = 40.0  # z scores at which p is 0 or 1 as far as numbers go
ROOT_2PI = float(np.sqrt(2 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The parts that a weight function adds to the log likelihood, for each of k studies.

    log_w : (k,); by_delta : (d, k) its derivatives.
    A : (k,) the mean weight; A_m, A_h : (k,) its derivatives by the mean and the standard deviation of z;
    A_delta : (d, k).
    """

    log_w: Vector
    by_delta: Array
    A: Vector
    A_m: Vector
    A_h: Vector
    A_delta: Array


class Selector(Protocol):
    """Gives Selection for studies whose z has mean m and standard deviation h (at least 1)."""

    def at(self, m: Vector, h: Vector, delta: Vector) -> Selection: ...


class SmoothSelector:
    """A smooth weight function; A by Gauss-Legendre in the range of z where w changes, in closed form beyond."""

    def __init__(self, weights: Weights, z: Vector, precision: Vector | None, *, sides: int) -> None:
        p_of = two_sided if sides == 2 else one_sided
        self.weights = weights
        self.nodes, self.sizes, self.edge = _nodes(sides, bounded=weights.bounds_p)
        self.own, self.inner = p_of(z), p_of(self.nodes[None])
        self.outer = p_of(np.array([[-FAR, FAR]]))
        self.precision = np.ones(1) if precision is None else precision

    def at(self, m: Vector, h: Vector, delta: Vector) -> Selection:
        own = self.weights.log_weight(self.own, delta, self.precision)
        own_slopes = self.weights.slopes(self.own, delta, self.precision)
        c = self.precision[:, None]
        inner = np.exp(self.weights.log_weight(self.inner, delta, c))
        outer = np.exp(self.weights.log_weight(self.outer, delta, c))
        t = (self.nodes - m[:, None]) / h[:, None]
        share = inner * self.sizes * np.exp(-t * t / 2) / (ROOT_2PI * h[:, None])
        edges = np.array([-np.inf, -self.edge, self.edge, np.inf])
        tail, tail_m, tail_h = (one[:, [0, 2]] for one in between(edges, m, h))
        A_delta = np.sum(self.weights.slopes(self.inner, delta, c) * share, axis=2)
        return Selection(
            log_w=own,
            by_delta=own_slopes,
            A=np.sum(share, axis=1) + np.sum(outer * tail, axis=1),
            A_m=np.sum(share * t, axis=1) / h + np.sum(outer * tail_m, axis=1),
            A_h=np.sum(share * (t * t - 1), axis=1) / h + np.sum(outer * tail_h, axis=1),
            A_delta=A_delta + np.sum(self.weights.slopes(self.outer, delta, c) * outer * tail, axis=2),
        )


def _nodes(sides: int, *, bounded: bool) -> tuple[Vector, Vector, float]:
    """Gauss-Legendre points and sizes over the z scores where a weight function changes, and where these end.

    Panels meet where p reaches its bounds. A two-sided p goes to 1 as z goes to 0; as log(1 - p) has no end
    there, panels shrink towards 0.
    """
    edge = -float(ndtri(P_BOUND / sides)) if bounded else REACH
    upper = np.array([0.0, edge])
    if bounded and sides == 2:
        nearest = -float(ndtri((1 - P_BOUND) / 2))
        upper = np.concatenate(([0.0], nearest * (edge / nearest) ** np.linspace(0, 1, PANELS)))
    points, sizes = np.polynomial.legendre.leggauss(NODES if len(upper) == 2 else FEW_NODES)
    half, middle = np.diff(upper)[:, None] / 2, (upper[1:] + upper[:-1])[:, None] / 2
    z, size = (
        (half * points + middle).ravel(),
        np.broadcast_to(half * sizes, (len(half), len(points))).ravel(),
    )
    return np.concatenate((-z, z)), np.concatenate((size, size)), edge


class StepSelector:
    """A step function: delta holds the weight of each interval of p; A in closed form."""

    def __init__(self, steps: tuple[float, ...], z: Vector, *, sides: int) -> None:
        ends = np.array(steps)
        own = (two_sided(z) if sides == 2 else one_sided(z)).p
        self.place = np.searchsorted(ends, own)  # an interval holds its upper end
        self.counts = np.bincount(self.place, minlength=len(steps))
        cuts = -ndtri(ends[:-1] / sides)  # p falls as z rises
        self.edges = np.concatenate(([-np.inf], cuts[::-1], [np.inf]))
        self.of = np.arange(len(steps))[::-1]  # the interval of p of each interval of z
        if sides == 2:
            self.edges = np.concatenate(([-np.inf], -cuts, cuts[::-1], [np.inf]))
            self.of = np.concatenate((np.arange(len(steps)), np.arange(len(steps) - 1)[::-1]))

    def at(self, m: Vector, h: Vector, delta: Vector) -> Selection:
        parts = between(self.edges, m, h)
        picks = (self.of == np.arange(len(delta))[:, None]).astype(np.float64)  # (d, intervals of z)
        A_delta, by_m, by_h = (picks @ one.T for one in parts)
        weight = delta[self.place]
        with np.errstate(divide="ignore", invalid="ignore"):
            by_delta = np.where(self.place == np.arange(len(delta))[:, None], 1 / weight, 0.0)
            log_w = np.log(weight)
        return Selection(log_w, by_delta, delta @ A_delta, delta @ by_m, delta @ by_h, A_delta)


class SelectionLikelihood:
    """The log likelihood by (b, tau2, delta) with its derivatives.

    Parameters are b (p,), tau2, then the deltas. y and X come with the sign that makes p small for large z.

    Source: Hedges & Vevea 1996, doi:10.3102/10769986021004299; Vevea & Hedges 1995, doi:10.1007/BF02294384.
    """

    def __init__(self, y: Vector, vi: Vector, X: Array, selector: Selector | None) -> None:
        self.y, self.vi, self.X, self.selector = y, vi, X, selector
        self.se = np.sqrt(vi)
        self.p = X.shape[1]

    def __call__(self, x: Vector) -> tuple[float, Vector]:
        b, tau2, delta = x[: self.p], x[self.p], x[self.p + 1 :]
        total = self.vi + tau2
        r = self.y - self.X @ b
        value = float(-0.5 * np.sum(np.log(2 * np.pi * total) + r * r / total))
        by_mu = r / total
        by_tau2 = (r * r / total - 1) / (2 * total)
        if self.selector is None:
            return value, np.append(self.X.T @ by_mu, np.sum(by_tau2))
        root = np.sqrt(total)
        found = self.selector.at(self.X @ b / self.se, root / self.se, delta)
        if not (np.all(found.A > 0) and np.all(np.isfinite(found.log_w))):
            return -np.inf, np.zeros(len(x))
        value += float(np.sum(found.log_w) - np.sum(np.log(found.A)))
        by_mu = by_mu - found.A_m / found.A / self.se
        by_tau2 = by_tau2 - found.A_h / found.A / (2 * root * self.se)
        by_delta = np.sum(found.by_delta - found.A_delta / found.A, axis=1)
        return value, np.concatenate((self.X.T @ by_mu, [np.sum(by_tau2)], by_delta))


def between(edges: Vector, m: Vector, h: Vector) -> tuple[Array, Array, Array]:
    """The probability of each interval of z for N(m, h^2), and its derivatives by m and by h: (k, intervals).

    edges : (n + 1,) in rising order, the first -inf and the last inf.

    Source: none; the normal distribution.
    """
    t = (edges[1:-1] - m[:, None]) / h[:, None]
    density = np.exp(-t * t / 2) / ROOT_2PI
    none = np.zeros((len(m), 1))
    low, high = np.hstack((none - np.inf, t)), np.hstack((t, none + np.inf))
    # Of two ways to the same difference the one that keeps its digits: from the nearer tail.
    mass = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    by_m = np.hstack((none, density)) - np.hstack((density, none))
    moment = t * density
    by_h = np.hstack((none, moment)) - np.hstack((moment, none))
    return mass, by_m / h[:, None], by_h / h[:, None]
