"""What effects without risks mean to readers: hazard ratios as risks, rate ratios as rates, SMDs on a known scale."""

import math
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.synthesis.absolute import AbsoluteEffect, AssumedRisk
from evisynth.synthesis.results import Result
from evisynth.synthesis.study_table import StudyTable

Interval = tuple[float, float]
LOGISTIC = math.pi / math.sqrt(3)  # the standard deviation of a standard logistic variable


def risk_from_hazard_ratio(estimate: float, ci: Interval, assumed: AssumedRisk) -> AbsoluteEffect:
    """The risk up to a time with the intervention, 1 - (1 - risk)^HR, at an assumed comparator risk up to that time.

    Source: Cochrane Handbook 6.5, section 14.1.5.2; Tierney et al. 2007, doi:10.1186/1745-6215-8-16.
    """
    if not (ci[0] > 0 and estimate > 0):
        raise DataError(f"A hazard ratio is above 0; found {estimate:g} ({ci[0]:g} to {ci[1]:g}).")

    def risk(ratio: float) -> float:
        return float(1 - (1 - assumed.risk) ** ratio)

    return AbsoluteEffect("HR", assumed, risk(estimate), (risk(ci[0]), risk(ci[1])))


@dataclass(frozen=True, slots=True)
class ReExpressed(Result):
    """A standardised mean difference in two other ways.

    odds_ratio, odds_ratio_ci : of a value above any cut between both groups.
    difference, difference_ci : on a scale that readers know, whose standard deviation is `sd`; None without one.
    """

    odds_ratio: float
    odds_ratio_ci: Interval
    difference: float | None = None
    difference_ci: Interval | None = None
    sd: float | None = None
    unit: str = ""
    source: str = ""


def re_express_smd(
    smd: float, ci: Interval, *, sd: float | None = None, unit: str = "", source: str = ""
) -> ReExpressed:
    """A standardised mean difference as an odds ratio, exp(pi SMD / sqrt(3)), and times a standard deviation.

    Parameters
    ----------
    sd : of the scale that readers know, in `unit`; above 0. None leaves that scale out.
    source : where sd is from, which has to be told.

    Raises
    ------
    DataError : a standard deviation that is not above 0, or without its source.

    Source: Cochrane Handbook 6.5, sections 15.5.3.2 and 15.5.3.3; Chinn 2000,
    doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M.
    """
    odds = math.exp(LOGISTIC * smd), (math.exp(LOGISTIC * ci[0]), math.exp(LOGISTIC * ci[1]))
    if sd is None:
        return ReExpressed(*odds)
    if not (math.isfinite(sd) and sd > 0):
        raise DataError(f"The standard deviation {sd:g} to re-express by is not above 0.")
    if not source.strip():
        raise DataError(
            "A standard deviation to re-express by needs its source, e.g. a register or one of the studies."
        )
    return ReExpressed(*odds, sd * smd, (sd * ci[0], sd * ci[1]), sd, unit, source)


@dataclass(frozen=True, slots=True)
class Rates(Result):
    """Events in person-time with the comparator over all studies, and with the intervention by the effect on them."""

    comparator: float
    intervention: float
    intervention_ci: Interval


def rates_of(table: StudyTable, measure: str, estimate: float, ci: Interval) -> Rates:
    """The comparator's pooled rate, and the rate that a rate ratio or a rate difference makes of it.

    Source: Cochrane Handbook 6.5, section 6.7.
    """
    events, time = table.total("events2"), table.total("time2")
    if measure not in ("IRR", "IRD") or events is None or not time:
        raise DataError(f"{measure}: rates come from a rate ratio or difference, and events in person-time.")
    rate = events / time

    def changed(effect: float) -> float:
        return rate * effect if measure == "IRR" else max(0.0, rate + effect)

    return Rates(rate, changed(estimate), (changed(ci[0]), changed(ci[1])))
