"""Absolute effects: what a relative effect means for 1000 people, and the number needed to treat."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.results import Result

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AssumedRisk:
    """The risk that people are assumed to have with the comparator, as a fraction, and its source."""

    risk: float
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.risk <= 1:
            raise DataError(f"Assumed comparator risk {self.risk:g}: a risk is a fraction from 0 to 1.")
        if not self.source.strip():
            raise DataError(
                "An assumed comparator risk needs its source, e.g. a registry or the included studies."
            )


def pooled_comparator_risk(table: TwoByTwo) -> AssumedRisk:
    """All events over all people in group 2; the weights of the synthesis do not enter."""
    _need_studies(table)
    events, n = float(table.events2.sum()), float(table.n2.sum())
    studies = "1 study" if table.k == 1 else f"{table.k} studies"
    return AssumedRisk(events / n, f"pooled comparator risk, {events:g} of {n:g} people in {studies}")


def median_comparator_risk(table: TwoByTwo) -> AssumedRisk:
    """The median of the studies' risks in group 2, which one unusual study cannot move far."""
    _need_studies(table)
    studies = "1 study" if table.k == 1 else f"{table.k} studies"
    return AssumedRisk(float(np.median(table.events2 / table.n2)), f"median comparator risk of {studies}")


def given_risk(risk: float, source: str) -> AssumedRisk:
    """A risk from outside the studies, e.g. a registry, with its source in words."""
    return AssumedRisk(float(risk), source)


def _need_studies(table: TwoByTwo) -> None:
    if table.k == 0:
        raise DataError("There is no study to take a comparator risk from; give one with its source.")


@dataclass(frozen=True, slots=True)
class AbsoluteEffect(Result):
    """Risks with comparator and intervention. Risks are fractions; the per-1000 properties are for people.

    intervention_ci : at the limits of the relative effect; the assumed risk is taken as exact.
    warnings        : what was capped, and what makes the numbers say little.
    """

    measure: str
    assumed: AssumedRisk
    intervention: float
    intervention_ci: Interval
    warnings: tuple[str, ...] = ()

    @property
    def comparator_per_1000(self) -> float:
        return 1000 * self.assumed.risk

    @property
    def intervention_per_1000(self) -> float:
        return 1000 * self.intervention

    @property
    def intervention_ci_per_1000(self) -> Interval:
        low, high = self.intervention_ci
        return 1000 * low, 1000 * high

    @property
    def difference(self) -> float:
        """Risk with the intervention minus risk with the comparator; above 0 when there are more events."""
        return self.intervention - self.assumed.risk

    @property
    def difference_ci(self) -> Interval:
        low, high = self.intervention_ci
        return low - self.assumed.risk, high - self.assumed.risk

    @property
    def difference_per_1000(self) -> float:
        return 1000 * self.difference

    @property
    def difference_ci_per_1000(self) -> Interval:
        low, high = self.difference_ci
        return 1000 * low, 1000 * high

    @property
    def difference_text(self) -> str:
        """As a summary of findings prints it: 437 more per 1000 (from 196 more to 890 more)."""
        point = round(self.difference_per_1000)
        low, high = (round(limit) for limit in self.difference_ci_per_1000)
        if point == 0:
            return f"0 fewer per 1000 (from {_more(low)} to {_more(high)})"
        return (
            f"{abs(point)} {'more' if point > 0 else 'fewer'} per 1000 (from {_more(low)} to {_more(high)})"
        )


def _more(per_1000: int) -> str:
    return f"{abs(per_1000)} more" if per_1000 > 0 else f"{abs(per_1000)} fewer"


def absolute_effect(
    measure: str, estimate: float, estimate_ci: Interval, assumed: AssumedRisk
) -> AbsoluteEffect:
    """The risk with the intervention that a relative effect gives at an assumed comparator risk.

    Parameters
    ----------
    measure : RR, OR or RD.
    estimate, estimate_ci : on the scale people read (a ratio for RR and OR), as `Pooled.estimate` gives it.
    assumed : the comparator risk and its source.

    Returns
    -------
    AbsoluteEffect. RR: risk x RR; OR: risk x OR / (1 - risk + risk x OR); RD: risk + RD. What falls outside
    0 to 1 is set to the bound, with a warning.

    Raises
    ------
    DataError : another measure, a ratio that is not above 0, or limits that do not enclose the estimate.

    Source: Cochrane Handbook 6, section 14.1.5 and 15.4.
    """
    if measure not in RISK_WITH:
        raise DataError(f"Absolute effects are computed from RR, OR or RD, not from {measure}.")
    low, high = estimate_ci
    if not low <= estimate <= high:
        raise DataError(f"{measure} {estimate:g} lies outside its interval {low:g} to {high:g}.")
    if measure != "RD" and not (low >= 0 and math.isfinite(high)):
        raise DataError(f"{measure} {estimate:g} ({low:g} to {high:g}): a ratio is above 0 and finite.")
    warnings: list[str] = []
    risks: list[float] = []
    for name, value in (("estimate", estimate), ("lower limit", low), ("upper limit", high)):
        risk = RISK_WITH[measure](assumed.risk, value)
        if not 0 <= risk <= 1:
            bound = 1.0 if risk > 1 else 0.0
            warnings.append(
                f"The {name} gives {1000 * risk:.0f} per 1000, which cannot be; {1000 * bound:.0f} is shown. "
                "The assumed comparator risk does not suit this effect; an odds ratio stays within bounds."
            )
            risk = bound
        risks.append(risk)
    if measure != "RD" and assumed.risk in (0.0, 1.0):
        warnings.append(
            f"The assumed comparator risk is {assumed.risk:g}, which the {measure} cannot change; "
            "take a risk from outside the studies, or the risk difference."
        )
    return AbsoluteEffect(measure, assumed, risks[0], (risks[1], risks[2]), tuple(warnings))


RISK_WITH: dict[str, Callable[[float, float], float]] = {
    "RR": lambda risk, RR: risk * RR,
    "OR": lambda risk, OR: risk * OR / (1 - risk + risk * OR) if risk < 1 else 1.0,
    "RD": lambda risk, RD: risk + RD,
}


@dataclass(frozen=True, slots=True)
class NumberNeeded(Result):
    """The number needed to treat for one more person to benefit (NNTB) or to be harmed (NNTH).

    kind      : NNTB or NNTH; "" when the difference is exactly 0.
    number    : rounded up to a whole number; None when the difference is exactly 0.
    exact     : 1 / abs(difference) before rounding; infinity when the difference is 0.
    text      : NNTB 12.
    ci_text   : NNTB 8 to NNTB 25, or NNTB 12 to infinity to NNTH 30 when the interval includes no effect.
    """

    kind: Literal["NNTB", "NNTH", ""]
    number: int | None
    exact: float
    text: str
    ci_text: str

    def __str__(self) -> str:
        return f"{self.text} ({self.ci_text})" if self.ci_text else self.text


def number_needed(
    difference: float, difference_ci: Interval | None = None, *, event_is_good: bool
) -> NumberNeeded:
    """The number needed to treat that a risk difference gives.

    Parameters
    ----------
    difference, difference_ci : risk with the intervention minus risk with the comparator, as fractions.
    event_is_good : True when the outcome is wanted (tolerance), False when it is not (death). It decides
        whether more events are a benefit (NNTB) or a harm (NNTH).

    Returns
    -------
    NumberNeeded. Every number is rounded up to the next whole person, for harm as for benefit. When the
    interval includes no effect it has two parts that meet at infinity: NNTB 12 to infinity to NNTH 30.

    Source: Altman 1998, doi:10.1136/bmj.317.7168.1309; Cochrane Handbook 6, section 15.4.
    """
    values = (difference, *(difference_ci or ()))
    if not all(-1 <= value <= 1 for value in values):
        raise DataError(f"Risk differences {values}: each must be a fraction from -1 to 1.")
    if difference_ci and not difference_ci[0] <= difference <= difference_ci[1]:
        raise DataError(f"Risk difference {difference:g} lies outside its interval {difference_ci}.")
    kind: Literal["NNTB", "NNTH", ""] = ""
    if difference != 0:
        kind = "NNTB" if (difference > 0) == event_is_good else "NNTH"
    return NumberNeeded(
        kind=kind,
        number=_rounded_up(difference),
        exact=1 / abs(difference) if difference else math.inf,
        text=_needed_text(difference, event_is_good=event_is_good),
        ci_text=_needed_interval(difference, difference_ci, event_is_good=event_is_good)
        if difference_ci
        else "",
    )


def _needed_interval(difference: float, ci: Interval, *, event_is_good: bool) -> str:
    """The interval, from the limit on the estimate's own side that is farthest from no effect."""
    low, high = ci
    first, last = (high, low) if difference > 0 or (difference == 0 and event_is_good) else (low, high)
    parts = [
        _needed_text(first, event_is_good=event_is_good),
        _needed_text(last, event_is_good=event_is_good),
    ]
    if first * last < 0:
        parts.insert(1, "infinity")
    return " to ".join(parts)


def _needed_text(difference: float, *, event_is_good: bool) -> str:
    number = _rounded_up(difference)
    if number is None:
        return "infinity"
    return f"{'NNTB' if (difference > 0) == event_is_good else 'NNTH'} {number}"


def _rounded_up(difference: float) -> int | None:
    """1 / abs(difference) rounded up; None for 0."""
    if difference == 0:
        return None
    exact = 1 / abs(difference)
    # 1 / (0.3 - 0.2) is 10, but 10.000000000000002 in floats: a hair above a whole number is that number.
    return max(1, math.ceil(exact - 1e-9 * exact))


@dataclass(frozen=True, slots=True)
class OneInEvery(Result):
    """How many people there were for each one with the event, in one group without a comparator.

    number : n / events rounded up; None when nobody had the event.
    exact  : n / events before rounding; infinity when nobody had the event.
    """

    events: float
    n: float
    number: int | None
    exact: float

    @property
    def text(self) -> str:
        if self.number is None:
            return f"none of {self.n:g}"
        return f"one in every {self.number}" if self.number > 1 else "everyone"


def number_needed_single_arm(events: float, n: float) -> OneInEvery:
    """People for each person with the event, rounded up: 106 / 10 = 10.6, "one in every 11".

    `events` counts people with the event, not events. It describes one group: without a comparator it does
    not say that the intervention caused the event.
    """
    if not (n > 0 and 0 <= events <= n):
        raise DataError(
            f"{events:g} people with the event among {n:g}: it must be from 0 to n, and n above 0."
        )
    return OneInEvery(events, n, _rounded_up(events / n), n / events if events else math.inf)
