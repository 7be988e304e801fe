"""Begg and Mazumdar's rank correlation test for funnel plot asymmetry."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import asymmetry_warnings, shown_p, with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.results import Result

NEEDED = 3
EXACT_BELOW = 50  # studies; from here the normal approximation is as good, and R's cor.test changes here too


@dataclass(frozen=True, slots=True, eq=False)
class RankTest(Result):
    """Kendall's rank correlation of two columns, and its test.

    test : in words. tau : tau-b. S : concordant pairs less discordant ones. se_S : its standard error without
        correlation, with ties allowed for.
    exact : whether p comes from all orders (no ties) or from the normal distribution of z, without continuity
        correction.
    k : studies; warnings : what must stand beside the number; dropped : (study, reason) of each that is left out.
    """

    test: str
    tau: float
    S: int
    se_S: float
    exact: bool
    p: float
    k: int
    warnings: tuple[str, ...]
    dropped: Dropped = ()

    @property
    def z(self) -> float:
        return self.S / self.se_S

    def __str__(self) -> str:
        how = "exact" if self.exact else f"z = {self.z:.2f}"
        line = f"{self.test}: Kendall's tau {self.tau:.3f} ({how}), {shown_p(self.p)} ({self.k} studies)."
        return with_notes(line, self.warnings, self.dropped)


def rank_test(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    exact: bool | None = None,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
) -> RankTest:
    """The rank correlation of the effects' standardised distances from their mean with their variances.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    exact : p from all orders of the studies, or from the normal approximation (R's meta does so always); by
        default exact with fewer than 50 studies and no ties.
    measure, studies : what yi are, and the studies' names.

    Raises
    ------
    DataError : fewer than three studies, variances that are all equal, exact p values with ties.

    Source: Begg & Mazumdar 1994, doi:10.2307/2533446.
    """
    given = effects_of(yi, vi, studies, NEEDED, "The rank correlation test", measure=measure)
    y, v = given.yi, given.vi
    W = np.sum(1 / v)
    mu = np.sum(y / v) / W
    distances = (y - mu) / np.sqrt(v - 1 / W)
    return kendall_test(
        distances,
        v,
        exact=exact,
        title="Begg and Mazumdar's rank correlation test",
        warnings=asymmetry_warnings(np.sqrt(v), measure=given.measure, by_se=True),
        dropped=given.dropped,
    )


def kendall_test(
    x: Vector,
    y: Vector,
    *,
    exact: bool | None = None,
    title: str,
    warnings: tuple[str, ...] = (),
    dropped: Dropped = (),
) -> RankTest:
    """Kendall's tau-b of x (k,) and y (k,), and the test that they are not correlated.

    Source: Kendall 1970, Rank Correlation Methods, 4th edition; Best & Gipps 1974, doi:10.2307/2347062 (exact).
    """
    k = len(x)
    signs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    S = int(np.sum(np.triu(signs, 1)))
    ties_x, ties_y = (np.unique(column, return_counts=True)[1].astype(np.float64) for column in (x, y))
    pairs = k * (k - 1) / 2
    untied = [pairs - float(np.sum(ties * (ties - 1))) / 2 for ties in (ties_x, ties_y)]
    if min(untied) == 0:
        raise DataError(
            f"{title}: one of the two columns is the same in all studies; there is nothing to rank."
        )
    tied = min(untied) < pairs
    if exact and tied:
        raise DataError(f"{title}: two studies are tied; with ties there is no exact p value.")
    by_orders = (not tied and k < EXACT_BELOW) if exact is None else exact
    se_S = float(np.sqrt(_variance(k, ties_x, ties_y)))
    p = _exact_p(k, S) if by_orders else float(2 * ndtr(-abs(S) / se_S))
    return RankTest(
        title, S / float(np.sqrt(untied[0] * untied[1])), S, se_S, by_orders, p, k, warnings, dropped
    )


def _variance(k: int, t: Vector, u: Vector) -> float:
    """Of S without correlation, with groups of t and of u tied studies."""
    pairs = [float(np.sum(ties * (ties - 1))) for ties in (t, u)]
    triples = [float(np.sum(ties * (ties - 1) * (ties - 2))) for ties in (t, u)]
    lost = sum(float(np.sum(ties * (ties - 1) * (2 * ties + 5))) for ties in (t, u))
    main = (k * (k - 1) * (2 * k + 5) - lost) / 18
    both = pairs[0] * pairs[1] / (2 * k * (k - 1))
    return main + both + triples[0] * triples[1] / (9 * k * (k - 1) * (k - 2))


def _exact_p(k: int, S: int) -> float:
    """Two-sided p: the share of all k! orders in which S lies as far from 0, counted in whole numbers."""
    counts = [1]  # of orders of 1, 2, ... studies by the number of discordant pairs
    for size in range(2, k + 1):
        upto = list(accumulate(counts + [0] * (size - 1)))
        counts = [total - (upto[at - size] if at >= size else 0) for at, total in enumerate(upto)]
    most = k * (k - 1) // 2
    as_far = sum(count for discordant, count in enumerate(counts) if abs(most - 2 * discordant) >= abs(S))
    return float(min(Fraction(1), Fraction(as_far, sum(counts))))
