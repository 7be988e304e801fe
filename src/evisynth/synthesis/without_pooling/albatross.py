"""Albatross plots: p values against the number of people, with contours of equal effect."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.without_pooling.p_values import checked_p_values

MEASURES = ("SMD", "MD", "COR", "OR", "RR", "RD")
SMALLEST_P = 1e-10
STEPS = 201


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """Where studies with one true effect (on the scale people read) would lie: n (m,) people at each of x (m,).

    x is signed as in `Albatross`: positive for an effect above no effect.
    """

    effect: float
    x: Vector
    n: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Albatross:
    """An albatross plot as numbers.

    p, n : (k,) two-sided p values and people. positive : (k,) whether the effect is above no effect.
    x : (k,) -log10(p), negative for effects below no effect: where the study stands from left to right.
    contours : of the effects asked for.
    assumptions : what the contours suppose, as a sentence.
    """

    measure: str
    studies: tuple[str, ...]
    p: Vector
    n: Vector
    positive: Flags
    x: Vector
    contours: tuple[Contour, ...]
    assumptions: str

    @property
    def k(self) -> int:
        return len(self.studies)

    def __str__(self) -> str:
        up = int(np.sum(self.positive))
        return (
            f"Albatross plot of {self.k} studies ({up} above, {self.k - up} below no effect), {np.min(self.n):g} to "
            f"{np.max(self.n):g} people, p {np.min(self.p):.3g} to {np.max(self.p):.3g}. {self.assumptions}"
        )


def albatross(
    p: ArrayLike,
    n: ArrayLike,
    *,
    positive: Sequence[bool],
    effects: Sequence[float],
    measure: str = "SMD",
    ratio: float = 1.0,
    sd: float | None = None,
    baseline_risk: float | None = None,
    studies: Sequence[str] = (),
) -> Albatross:
    """The numbers of an albatross plot: points, and contours n = z^2 V / theta^2.

    V is the variance of the effect theta (on the analysis scale) times n. With `ratio` r of people in group 1 to
    people in group 2, and f = (1 + r)^2 / r:

    SMD : f + d^2 / 2. MD : f sd^2. COR : Fisher's z, n - 3 = z^2 / atanh(rho)^2.
    OR, RR, RD : the two binomial variances, with the baseline risk in group 2.

    Parameters
    ----------
    p, n : (k,) two-sided p values above 0, and people. positive : (k,) whether the effect is above no effect.
    effects : of the contours, on the scale people read; those below no effect go to the left.
    measure : one of `MEASURES`. sd : of MD. baseline_risk : of OR, RR and RD. studies : names.

    Raises
    ------
    DataError : a p value of 0, people not above 0, an effect that is not above no effect, something the measure
        needs that is missing, a risk above 1.

    Source: Harrison et al. 2017, doi:10.1002/jrsm.1239; the variances as in the pages of the measures.
    """
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(p) + 1))
    values = checked_p_values(p, names)
    people, above = np.array(n, dtype=np.float64), np.array(positive, dtype=np.bool_)
    if not people.shape == above.shape == values.shape:
        raise DataError("p, n and positive have different lengths; each study needs all three.")
    for name, one, size in zip(names, values.tolist(), people.tolist(), strict=True):
        if one == 0 or not (np.isfinite(size) and size > 0):
            raise DataError(f"{name}: p {one:g} and {size:g} people; both must be above 0.")
    if measure not in MEASURES:
        raise DataError(f"Measure {measure!r} has no contours; {', '.join(MEASURES)} have.")
    if not (np.isfinite(ratio) and ratio > 0):
        raise DataError(f"ratio {ratio:g}: the people of group 1 for each of group 2, above 0.")
    at_p = np.logspace(np.log10(min(SMALLEST_P, float(np.min(values)))), 0, STEPS)[
        :-1
    ]  # p = 1 needs no people
    size = -np.log10(values)
    return Albatross(
        measure=measure,
        studies=names,
        p=values,
        n=people,
        positive=above,
        x=np.where(above, size, -size),
        contours=tuple(_contour(at_p, measure, one, ratio, sd, baseline_risk) for one in effects),
        assumptions=_assumptions(measure, ratio, sd, baseline_risk),
    )


def _contour(
    p: Vector, measure: str, effect: float, ratio: float, sd: float | None, risk: float | None
) -> Contour:
    factor, more = _people_factor(measure, effect, ratio, sd, risk)
    above = effect > (measure_named(measure).null or 0.0)
    size = -np.log10(p)
    return Contour(effect, size if above else -size, ndtri(p / 2) ** 2 * factor + more)


def _people_factor(
    measure: str, effect: float, ratio: float, sd: float | None, risk: float | None
) -> tuple[float, float]:
    """V / theta^2 of an effect, and the people to add (3 for Fisher's z)."""
    null = measure_named(measure).null
    if not np.isfinite(effect) or effect == null or (measure_named(measure).ratio and effect <= 0):
        raise DataError(
            f"A contour of {measure} {effect:g} does not exist; an effect other than {null:g} is wanted."
        )
    f = (1 + ratio) ** 2 / ratio
    if measure == "SMD":
        return (f + effect**2 / 2) / effect**2, 0.0
    if measure == "MD":
        if sd is None or not sd > 0:
            raise DataError(
                "Contours of a mean difference need sd, the standard deviation in a group, above 0."
            )
        return f * sd**2 / effect**2, 0.0
    if measure == "COR":
        if abs(effect) >= 1:
            raise DataError(f"A correlation of {effect:g}: contours are of correlations between -1 and 1.")
        return float(1 / np.arctanh(effect) ** 2), 3.0
    if risk is None or not 0 < risk < 1:
        raise DataError(f"Contours of {measure} need baseline_risk, the risk in group 2, between 0 and 1.")
    odds = risk / (1 - risk) * effect
    treated = {"RR": risk * effect, "OR": odds / (1 + odds), "RD": risk + effect}[measure]
    if not 0 < treated < 1:
        raise DataError(
            f"{measure} {effect:g} at a baseline risk of {risk:g} gives a risk of {treated:g} in group 1."
        )
    V = (1 + ratio) / ratio * _per_person(measure, treated) + (1 + ratio) * _per_person(measure, risk)
    theta = effect if measure == "RD" else np.log(effect)
    return float(V / theta**2), 0.0


def _per_person(measure: str, risk: float) -> float:
    """The variance of a group's part of the effect, times its people."""
    if measure == "RR":
        return (1 - risk) / risk
    return 1 / (risk * (1 - risk)) if measure == "OR" else risk * (1 - risk)


def _assumptions(measure: str, ratio: float, sd: float | None, risk: float | None) -> str:
    supposed = [] if measure == "COR" else [f"{ratio:g} people in group 1 for each in group 2"]
    if measure == "MD":
        supposed.append(f"a standard deviation of {sd:g}")
    if measure in ("OR", "RR", "RD"):
        supposed.append(f"a risk of {risk:g} in group 2")
    return f"Contours of {measure_named(measure).name}" + (
        f" suppose {' and '.join(supposed)}." if supposed else " by Fisher's z."
    )
