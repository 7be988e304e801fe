"""Weight functions of selection models: how likely a result is to be reported, by its p value."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector

Array = NDArray[np.float64]

# p values below 1e-5 or above 1 - 1e-5 count as these in the beta and the power function, whose logarithms have
# no bound: without it the likelihood of the beta function can be infinite. The bound is metafor's (from its
# numbers).
P_BOUND = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class PValues:
    """p values and what is needed of them: p, log p and log(1 - p), exact near 0 and 1."""

    p: Array
    log_p: Array
    log_q: Array


def one_sided(z: Array) -> PValues:
    """p = 1 - Phi(z).

    Source: Hedges 1984, doi:10.3102/10769986009001061.
    """
    log_p = log_ndtr(-z)
    return PValues(np.exp(log_p), log_p, log_ndtr(z))


def two_sided(z: Array) -> PValues:
    """p = 2 (1 - Phi(|z|)).

    Source: Hedges 1984, doi:10.3102/10769986009001061.
    """
    log_p = np.minimum(np.log(2) + log_ndtr(-np.abs(z)), 0.0)
    with np.errstate(divide="ignore"):  # p = 1 at z = 0
        return PValues(np.exp(log_p), log_p, np.log1p(-np.exp(log_p)))


class Weights(Protocol):
    """A smooth weight function w(p; delta). A measure of precision c multiplies delta, study by study."""

    @property
    def name(self) -> str: ...

    @property
    def unselected(self) -> tuple[float, ...]:
        """The delta at which every result has the same weight."""

    @property
    def bounds_p(self) -> bool:
        """Whether p is kept away from 0 and 1 (see P_BOUND)."""

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        """log w, in the common shape of p and c."""

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        """(number of deltas, ...) the derivatives of log w by each delta."""


@dataclass(frozen=True, slots=True)
class Beta:
    """w = p^(delta1 - 1) (1 - p)^(delta2 - 1).

    Source: Citkowicz & Vevea 2017, doi:10.1037/met0000119.
    """

    name: str = "beta"
    unselected: tuple[float, ...] = (1.0, 1.0)
    bounds_p: bool = True

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        del c
        log_p, log_q = _bounded(at)
        return np.asarray((delta[0] - 1) * log_p + (delta[1] - 1) * log_q, dtype=np.float64)

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        del delta, c
        return np.array(_bounded(at))


@dataclass(frozen=True, slots=True)
class Power:
    """w = (1 - p)^delta.

    Source: Preston et al. 2004, doi:10.1111/j.1365-2753.2003.00457.x.
    """

    name: str = "power"
    unselected: tuple[float, ...] = (0.0,)
    bounds_p: bool = True

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        return np.asarray(delta[0] * c * _bounded(at)[1], dtype=np.float64)

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        del delta
        return (c * _bounded(at)[1])[None]


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """w = exp(-delta p^2).

    Source: Preston et al. 2004, doi:10.1111/j.1365-2753.2003.00457.x.
    """

    name: str = "halfnorm"
    unselected: tuple[float, ...] = (0.0,)
    bounds_p: bool = False

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        return np.asarray(-delta[0] * c * at.p**2, dtype=np.float64)

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        del delta
        return -(c * at.p**2)[None]


@dataclass(frozen=True, slots=True)
class NegativeExponential:
    """w = exp(-delta p).

    Source: Preston et al. 2004, doi:10.1111/j.1365-2753.2003.00457.x.
    """

    name: str = "negexp"
    unselected: tuple[float, ...] = (0.0,)
    bounds_p: bool = False

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        return np.asarray(-delta[0] * c * at.p, dtype=np.float64)

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        del delta
        return -(c * at.p)[None]


@dataclass(frozen=True, slots=True)
class Logistic:
    """w = 2 exp(-delta p) / (1 + exp(-delta p)).

    Source: Preston et al. 2004, doi:10.1111/j.1365-2753.2003.00457.x.
    """

    name: str = "logistic"
    unselected: tuple[float, ...] = (0.0,)
    bounds_p: bool = False

    def log_weight(self, at: PValues, delta: Vector, c: Array) -> Array:
        return np.asarray(np.log(2) - np.logaddexp(0.0, delta[0] * c * at.p), dtype=np.float64)

    def slopes(self, at: PValues, delta: Vector, c: Array) -> Array:
        return np.asarray((-c * at.p * expit(delta[0] * c * at.p))[None], dtype=np.float64)


SMOOTH: dict[str, Weights] = {
    one.name: one for one in (Beta(), HalfNormal(), NegativeExponential(), Logistic(), Power())
}


def checked_steps(steps: tuple[float, ...]) -> tuple[float, ...]:
    """The upper ends of the intervals of p of a step function, with 1 as the last.

    Source: Hedges & Vevea 1996, doi:10.3102/10769986021004299.
    """
    if not steps or any(not 0 < step <= 1 for step in steps) or list(steps) != sorted(set(steps)):
        raise DataError(
            f"Steps {', '.join(f'{step:g}' for step in steps) or '(none)'}: a step function needs p values between "
            "0 and 1 in rising order, such as 0.025 or 0.025, 0.5."
        )
    return steps if steps[-1] == 1 else (*steps, 1.0)


def _bounded(at: PValues) -> tuple[Array, Array]:
    """log p and log(1 - p) with p between P_BOUND and 1 - P_BOUND."""
    low, high = np.log(P_BOUND), np.log1p(-P_BOUND)
    return np.clip(at.log_p, low, high), np.clip(at.log_q, low, high)
