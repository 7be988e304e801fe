"""Combining p values: is there an effect in at least one study, where only p values are known?"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial, floor

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, chdtrc, chdtri, ndtr, ndtri, stdtr

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.results import Result

KINDS = {
    "fisher": "sum of logarithms, chi-square with 2 k degrees of freedom",
    "stouffer": "weighted sum of normal deviates",
    "edgington": "sum of the p values",
    "wilkinson": "the r-th smallest p value",
    "tippett": "the smallest p value",
    "chi2": "sum of chi-square deviates with given degrees of freedom (Lancaster)",
    "logit": "sum of logits, t with 5 k + 4 degrees of freedom",
}
ENDS = {
    "fisher": (0.0,),
    "chi2": (0.0,),
    "stouffer": (0.0, 1.0),
    "logit": (0.0, 1.0),
}  # that have no finite deviate
WARNING = (
    "A combined p value says whether there is an effect in at least one study, nothing about its size or where; "
    "small studies that were not reported, or an analysis chosen by its p value, make it misleading."
)


@dataclass(frozen=True, slots=True)
class CombinedP(Result):
    """A combined one-sided p value.

    kind : one of `KINDS`. statistic : what it is made of, in words in `KINDS`; df : degrees of freedom of chi-square
    or t, None for the others. k : studies.
    """

    kind: str
    statistic: float
    df: float | None
    p: float
    k: int
    warnings: tuple[str, ...] = (WARNING,)

    def __str__(self) -> str:
        df = "" if self.df is None else f" on {self.df:g} df"
        line = (
            f"Combined p value of {self.k} studies ({self.kind.capitalize()}): {self.p:.3g} "
            f"(statistic {self.statistic:.4g}{df})."
        )
        return "\n".join((line, *self.warnings))


def one_sided(p: ArrayLike, *, benefit: Sequence[bool]) -> Vector:
    """(k,) one-sided p values of benefit from two-sided ones and the direction of each effect.

    Source: Cochrane Handbook 6.5, section 12.2.1.2.
    """
    two = checked_p_values(p, ())
    towards = np.asarray(benefit, dtype=np.bool_)
    if towards.shape != two.shape:
        raise DataError(f"{len(two)} p values and {towards.size} directions: each study needs both.")
    return np.where(towards, two / 2, 1 - two / 2)


def combine_p_values(
    p: ArrayLike,
    *,
    kind: str = "fisher",
    weights: ArrayLike | None = None,
    df: ArrayLike | None = None,
    r: int = 1,
    studies: Sequence[str] = (),
) -> CombinedP:
    """One p value from the one-sided p values of k studies.

    Parameters
    ----------
    p : (k,) one-sided p values, all of the same direction; see `one_sided`.
    kind : one of `KINDS`.
    weights : (k,) of stouffer, such as square roots of sizes; by default equal.
    df : (k,) degrees of freedom of chi2, larger for studies that count more; by default 1.
    r : of wilkinson, from 1 (tippett) to k. studies : names for messages.

    Raises
    ------
    DataError : no p value, one outside 0 to 1, one of exactly 0 or 1 where the method would then have no other say,
        options of another method.

    Source: Fisher 1932, Statistical Methods for Research Workers; Stouffer et al. 1949, The American Soldier;
    Edgington 1972, doi:10.1080/00223980.1972.9924813; Wilkinson 1951, doi:10.1037/h0059111; Tippett 1931, The Method
    of Statistics; Lancaster 1961, doi:10.1111/j.1467-842X.1961.tb00058.x; Mudholkar & George 1979 in Rustagi (ed.),
    Symposium on Optimizing Methods in Statistics.
    """
    if kind not in KINDS:
        raise DataError(f"Method {kind!r} is not known; known are {', '.join(KINDS)}.{near(kind, KINDS)}")
    values = checked_p_values(p, studies)
    for name, given, owner in (("weights", weights, "stouffer"), ("df", df, "chi2")):
        if given is not None and kind != owner:
            raise DataError(f"{name} belong to {owner}; {kind} has none.")
    if r != 1 and kind != "wilkinson":
        raise DataError(f"r belongs to wilkinson; {kind} has none.")
    k = len(values)
    if not 1 <= r <= k:
        raise DataError(f"r is {r}; with {k} studies it is from 1 to {k}.")
    _refuse_ends(values, kind, studies)
    if kind in ("edgington", "wilkinson", "tippett"):
        statistic = float(np.sum(values) if kind == "edgington" else np.sort(values)[r - 1])
        p_all = _edgington(values) if kind == "edgington" else float(betainc(r, k - r + 1, statistic))
        return CombinedP(kind, statistic, None, p_all, k)
    if kind == "stouffer":
        w = _positive(weights, k, "weights")
        z = float(np.sum(w * -ndtri(values)) / np.sqrt(np.sum(w**2)))
        return CombinedP(kind, z, None, float(ndtr(-z)), k)
    if kind == "logit":
        spread = np.sqrt(k * np.pi**2 * (5 * k + 2) / (3 * (5 * k + 4)))
        t = float(-np.sum(np.log(values) - np.log1p(-values)) / spread)
        return CombinedP(kind, t, 5 * k + 4, float(stdtr(5 * k + 4, -t)), k)
    each = np.full(k, 2.0) if kind == "fisher" else _positive(df, k, "df")
    parts = -2 * np.log(values) if kind == "fisher" else chdtri(each, values)
    statistic, total = float(np.sum(parts)), float(np.sum(each))
    return CombinedP(kind, statistic, total, float(chdtrc(total, statistic)), k)


def _edgington(values: Vector) -> float:
    """P(sum of k uniform variables <= sum of the p values), in whole numbers: the terms of the sum cancel."""
    k = len(values)
    s = sum((Fraction(one) for one in values.tolist()), Fraction(0))
    if 2 * s > k:
        return float(1 - _irwin_hall(k - s, k))
    return float(_irwin_hall(s, k))


def _irwin_hall(s: Fraction, k: int) -> Fraction:
    terms = ((-1) ** j * comb(k, j) * (s - j) ** k for j in range(floor(s) + 1))
    return sum(terms, Fraction(0)) / factorial(k)


def checked_p_values(p: ArrayLike, studies: Sequence[str]) -> Vector:
    values = np.array(p, dtype=np.float64)
    if values.ndim != 1 or not len(values):
        raise DataError(f"p values of shape {values.shape}: one a study is wanted, and at least one.")
    for name, one in zip(_names(studies, len(values)), values.tolist(), strict=True):
        if not 0 <= one <= 1:
            raise DataError(f"{name}: p value {one:g} is not between 0 and 1.")
    return values


def _refuse_ends(values: Vector, kind: str, studies: Sequence[str]) -> None:
    for name, one in zip(_names(studies, len(values)), values.tolist(), strict=True):
        if one in ENDS.get(kind, ()):
            raise DataError(
                f"{name}: p value of exactly {one:g}; {kind} would give it all the say. Give more of its digits."
            )


def _positive(given: ArrayLike | None, k: int, what: str) -> Vector:
    if given is None:
        return np.ones(k)
    values = np.array(given, dtype=np.float64)
    if values.shape != (k,) or not np.all(np.isfinite(values) & (values > 0)):
        raise DataError(f"{what} of shape {values.shape}: {k} numbers above 0 are wanted.")
    return values


def _names(studies: Sequence[str], k: int) -> tuple[str, ...]:
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, k + 1))
    if len(names) != k:
        raise DataError(f"{len(names)} names for {k} studies.")
    return names
