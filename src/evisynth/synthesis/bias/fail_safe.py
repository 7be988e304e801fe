"""Fail-safe N: how many studies without an effect would have to lie in file drawers to overturn a result."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from evisynth.errors import DataError, near
from evisynth.synthesis.bias.checks import with_notes
from evisynth.synthesis.bias.given import Effects, Given, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.iteration import R_ITERATION, rough_root
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.results import Result

KINDS = {
    "rosenthal": "Stouffer's combined one-sided p value rises to alpha",
    "orwin": "the mean effect falls to the target",
    "rosenberg": "the two-sided p value of the common-effect mean rises to alpha",
    "general": "p of the pooled effect rises to alpha, or the pooled effect falls to the target",
}
NEEDED = 2
MOST = 10**7
WARNING = (
    "Fail-safe N is not the number of missing studies: it supposes that they average no effect, and it leans on "
    "p values. The Cochrane Handbook (5.1, section 10.4.4.3) advises against it."
)


@dataclass(frozen=True, slots=True, eq=False)
class FailSafe(Result):
    """A fail-safe N.

    kind : rosenthal, orwin, rosenberg or general. n : the smallest number of added studies that does it, 0 when
        the result is overturned already.
    alpha : of rosenthal, rosenberg and general without target; None otherwise. target : on the analysis scale.
    p : of the observed studies (one-sided for rosenthal); None for orwin. mu : their mean; None for rosenthal.
    method : of pooling, for general. k : observed studies; dropped : (study, reason) of each that is left out.
    """

    kind: str
    n: int
    k: int
    alpha: float | None
    target: float | None
    p: float | None
    mu: float | None
    method: str = ""
    warnings: tuple[str, ...] = (WARNING,)
    dropped: Dropped = ()

    def __str__(self) -> str:
        what = f"to p = {self.alpha:g}" if self.target is None else f"to a mean effect of {self.target:.4g}"
        name = f"{self.kind.capitalize()}, {self.method}" if self.method else self.kind.capitalize()
        line = (
            f"Fail-safe N ({name}): {self.n} studies averaging no effect would bring these {self.k} {what}."
        )
        return with_notes(line, self.warnings, self.dropped)


def fail_safe_n(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    kind: str = "rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    weighted: bool = True,
    method: str | None = None,
    studies: Sequence[str] = (),
    as_metafor: bool = False,
) -> FailSafe:
    """The smallest number of studies averaging no effect that would overturn the result.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    kind : one of `KINDS`.
    alpha : the significance to fall to; of one side for rosenthal, of two for the others.
    target : of orwin (by default half the mean) and general, on the analysis scale; takes the sign of the mean.
    weighted : whether orwin's mean is weighted by the inverse of the variances.
    method : of general: "common", or an estimator of tau2; by default that of the fit, else REML. Added studies have
        the harmonic mean of the variances and the tau2 of the observed ones about an effect of 0, so that tau2 of all
        is their joint variance, ((k - 1) tau2 + (N - 1) tau2 + k N / (k + N) mu^2) / (k + N - 1).
    as_metafor : of general: the number that R's metafor 5.1 prints, which is not the smallest one: the solution in real
        numbers, from its tau2 (`R_ITERATION`), rounded to the nearest whole number, and one study more.

    Raises
    ------
    DataError : fewer than two studies, an unknown kind, an option that the kind has no use for, or a number
        above ten million.

    Source: Rosenthal 1979, doi:10.1037/0033-2909.86.3.638; Orwin 1983, doi:10.3102/10769986008002157;
    Rosenberg 2005, doi:10.1111/j.0014-3820.2005.tb01004.x.
    """
    if kind not in KINDS:
        raise DataError(
            f"Fail-safe N {kind!r} is not known; known are {', '.join(KINDS)}.{near(kind, KINDS)}"
        )
    given = effects_of(yi, vi, studies, NEEDED, "Fail-safe N")
    y, v = given.yi, given.vi
    if not 0 < alpha < 1:
        raise DataError(f"alpha {alpha:g} is not between 0 and 1; 0.05 is usual.")
    if target is not None and kind in ("rosenthal", "rosenberg"):
        raise DataError(
            f"Fail-safe N by {kind} falls to a significance, not to a target; use orwin or general."
        )
    if target is not None and not (math.isfinite(target) and target != 0):
        raise DataError(
            f"target {target:g}: an effect other than 0 is wanted, which no number of studies gives."
        )
    if as_metafor and kind != "general":
        raise DataError("metafor counts one more study in kind general alone; leave as_metafor out.")
    if kind == "rosenthal":
        found = _rosenthal(y, v, alpha)
    elif kind == "orwin":
        found = _orwin(y, v, target, weighted=weighted)
    elif kind == "rosenberg":
        found = _rosenberg(y, v, alpha)
    else:
        by = given.how_pooled("Fail-safe N of this kind", method)[0]
        found = _general(given, alpha, target, by, as_metafor=as_metafor)
    return replace(found, dropped=given.dropped)


def _rosenthal(y: Vector, v: Vector, alpha: float) -> FailSafe:
    k, total = len(y), abs(float(np.sum(y / np.sqrt(v))))
    p = float(ndtr(-total / np.sqrt(k)))
    n = _up((total / ndtri(1 - alpha)) ** 2 - k) if p < alpha else 0
    return FailSafe("rosenthal", n, k, alpha, None, p, None)


def _orwin(y: Vector, v: Vector, target: float | None, *, weighted: bool) -> FailSafe:
    mu = float(np.sum(y / v) / np.sum(1 / v)) if weighted else float(np.mean(y))
    to = mu / 2 if target is None else math.copysign(target, mu)
    n = _up(len(y) * (mu - to) / to) if abs(mu) > abs(to) else 0
    return FailSafe("orwin", n, len(y), None, to, None, mu)


def _rosenberg(y: Vector, v: Vector, alpha: float) -> FailSafe:
    k, W, total = len(y), float(np.sum(1 / v)), float(np.sum(y / v))
    p = float(2 * ndtr(-abs(total) / np.sqrt(W)))
    n = _up(k / W * ((total / ndtri(1 - alpha / 2)) ** 2 - W)) if p < alpha else 0
    return FailSafe("rosenberg", n, k, alpha, None, p, total / W)


def _general(given: Given, alpha: float, target: float | None, method: str, *, as_metafor: bool) -> FailSafe:
    y, v = given.yi, given.vi
    k, v0 = len(y), float(len(y) / np.sum(1 / v))
    observed = pool(y, v, method=method, studies=given.studies, iteration=R_ITERATION if as_metafor else None)
    to = None if target is None else math.copysign(target, observed.mu)

    def short(n: float) -> float:
        """How far the result with n more studies is from being overturned; 0 or below when it is."""
        tau2 = observed.tau2
        if n and method != COMMON_METHOD:
            tau2 = ((k + n - 2) * tau2 + k * n / (k + n) * observed.mu**2) / (k + n - 1)
        W = float(np.sum(1 / (v + tau2))) + n / (v0 + tau2)
        mu = float(np.sum(y / (v + tau2))) / W
        return alpha - float(2 * ndtr(-abs(mu) * np.sqrt(W))) if to is None else abs(mu) - abs(to)

    n = _smallest(lambda whole: short(whole) <= 0)
    if as_metafor and n > 0:
        n = round(rough_root(short, n - 1, n, 1e-9)) + 1
    return FailSafe("general", n, k, alpha if to is None else None, to, observed.p, observed.mu, method)


def _smallest(overturned: Callable[[int], bool]) -> int:
    """The smallest number from 0 that overturns the result, by doubling and halving."""
    if overturned(0):
        return 0
    high = 1
    while not overturned(high):
        high *= 2
        if high > MOST:
            raise DataError(f"More than {MOST:,} studies would be needed; fail-safe N says nothing here.")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if overturned(middle) else (middle, high)
    return high


def _up(n: float) -> int:
    """The next whole number; what is one but for rounding stays."""
    return math.ceil(n - 1e-9 * max(1.0, n))
