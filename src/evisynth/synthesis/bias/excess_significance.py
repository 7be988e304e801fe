"""The test of excess significance: are there more significant studies than their power lets expect?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc, ndtr, ndtri

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import few_warnings, shown_p, with_notes
from evisynth.synthesis.bias.given import Effects, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.results import Result

Test = Literal["chi2", "binomial", "exact"]
Alternative = Literal["two-sided", "greater", "less"]
TESTS: tuple[Test, ...] = ("chi2", "binomial", "exact")
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")
NEEDED = 2
WARNING = (
    "The test cannot tell why there is an excess, and it is hard to read when effects differ between studies."
)


@dataclass(frozen=True, slots=True, eq=False)
class ExcessSignificance(Result):
    """Observed and expected significant studies.

    theta, tau2 : the true effect at which power is computed, and its variance between studies (0: one effect).
    alpha, alternative : when a study counts as significant.
    power : (k,) probability of each study to be significant; significant : (k,) whether it is.
    observed, expected : number of significant studies, O and E; X2 : (O - E)^2 / E + (O - E)^2 / (k - E).
    test : chi2, binomial (all studies with the mean power) or exact (each with its own).
    p : one-sided, of so many or more significant studies.
    dropped : (study, reason) of each that is left out.
    """

    theta: float
    tau2: float
    alpha: float
    alternative: Alternative
    power: Vector
    significant: Flags
    observed: int
    expected: float
    X2: float
    test: Test
    p: float
    warnings: tuple[str, ...]
    dropped: Dropped = ()

    @property
    def k(self) -> int:
        return len(self.power)

    @property
    def ratio(self) -> float:
        """Observed over expected."""
        return self.observed / self.expected

    def __str__(self) -> str:
        line = (
            f"Test of excess significance ({self.test}): {self.observed} of {self.k} studies significant at "
            f"{self.alpha:g}, {self.expected:.1f} expected at a true effect of {self.theta:.4g}; one-sided {shown_p(self.p)}."
        )
        return with_notes(line, self.warnings, self.dropped)


def excess_significance(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    theta: float | None = None,
    tau2: float | None = None,
    method: str = "common",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    test: Test = "chi2",
    studies: Sequence[str] = (),
) -> ExcessSignificance:
    """Compare the number of significant studies with the sum of their power.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    theta : the true effect; by default the pooled effect by `method`, of a fit too: the test's own is the common
        one. tau2 : its variance between studies; by default that of `method`, 0 for "common". With tau2 above 0 power is
        averaged over the true effects.
    alpha, alternative : of the studies' own Wald tests; "greater" and "less" are one-sided.
    test : chi2, binomial, or exact (the distribution of a sum of unequal chances).

    Raises
    ------
    DataError : fewer than two studies, or an option that is not known.

    Source: Ioannidis & Trikalinos 2007, doi:10.1177/1740774507079441; Francis 2013,
    doi:10.1016/j.jmp.2013.02.003 (exact).
    """
    given = effects_of(yi, vi, studies, NEEDED, "The test of excess significance")
    y, v = given.yi, given.vi
    _check(test, alternative, alpha)
    if theta is None or tau2 is None:
        pooled = pool(y, v, method=method, studies=given.studies)
        theta = pooled.mu if theta is None else theta
        tau2 = pooled.tau2 if tau2 is None else tau2
    if not (np.isfinite(theta) and tau2 >= 0):
        raise DataError(
            f"theta {theta:g} and tau2 {tau2:g}: an effect and a variance of 0 or more are wanted."
        )
    power = _power(theta, v, tau2, alpha, alternative)
    significant = _significant(y, v, alpha, alternative)
    observed, expected = int(np.count_nonzero(significant)), float(np.sum(power))
    if not 0 < expected < len(y):
        raise DataError(
            f"{expected:g} of {len(y)} studies are expected to be significant: nothing can exceed it."
        )
    X2 = (observed - expected) ** 2 * (1 / expected + 1 / (len(y) - expected))
    return ExcessSignificance(
        theta=theta,
        tau2=tau2,
        alpha=alpha,
        alternative=alternative,
        power=power,
        significant=significant,
        observed=observed,
        expected=expected,
        X2=X2,
        test=test,
        p=_p(test, observed, X2, power),
        warnings=(*few_warnings(len(y), "tests for reporting bias"), WARNING),
        dropped=given.dropped,
    )


def _check(test: str, alternative: str, alpha: float) -> None:
    if test not in TESTS or alternative not in ALTERNATIVES:
        raise DataError(
            f"Test {test!r} with alternative {alternative!r}: tests are {', '.join(TESTS)}, alternatives "
            f"{', '.join(ALTERNATIVES)}."
        )
    if not 0 < alpha < 1:
        raise DataError(f"alpha {alpha:g} is not between 0 and 1; 0.05 is usual.")


def _power(theta: float, v: Vector, tau2: float, alpha: float, alternative: Alternative) -> Vector:
    """The probability that an effect drawn about theta is significant."""
    sei, spread = np.sqrt(v), np.sqrt(v + tau2)
    cut = ndtri(1 - (alpha / 2 if alternative == "two-sided" else alpha)) * sei
    above, below = ndtr((theta - cut) / spread), ndtr((-theta - cut) / spread)
    chances = {"two-sided": above + below, "greater": above, "less": below}
    return np.asarray(chances[alternative], dtype=np.float64)


def _significant(y: Vector, v: Vector, alpha: float, alternative: Alternative) -> Flags:
    z = y / np.sqrt(v)
    p = {"two-sided": 2 * ndtr(-np.abs(z)), "greater": ndtr(-z), "less": ndtr(z)}[alternative]
    return np.asarray(p <= alpha)


def _p(test: Test, observed: int, X2: float, power: Vector) -> float:
    """One-sided: of so many significant studies or more."""
    k, expected = len(power), float(np.sum(power))
    if test == "chi2":
        return float(ndtr(-np.sign(observed - expected) * np.sqrt(X2)))
    if test == "binomial":
        return float(bdtrc(observed - 1, k, expected / k)) if observed else 1.0
    chances = np.ones(1)  # of 0, 1, 2, ... significant ones among the studies so far
    for one in power.tolist():
        chances = np.append(chances * (1 - one), 0.0) + np.append(0.0, chances * one)
    return float(np.sum(chances[observed:]))
