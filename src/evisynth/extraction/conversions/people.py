"""People with and without an event, and person-time, from percentages, rates, or a test and the margins of a table."""

import math

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import HANDBOOK, Converted, above_0, at_least, finite, one


def events_from_percentage(n: float, percentage: float) -> Converted:
    """The whole number of n people that a percentage means.

    DataError where no whole number of n gives the percentage to within its rounding (half a point).
    """
    finite(n=n, percentage=percentage)
    count = math.floor(n * percentage / 100 + 0.5)
    if n <= 0 or not 0 <= percentage <= 100 or abs(100 * count / n - percentage) > 0.5:
        raise DataError(
            f"{percentage:g}% of {n:g} people is no whole number of people; check both against the report."
        )
    formula = "patients = n x percentage"
    return one("patients_with_event", float(count), formula, f"{HANDBOOK}6.4.2", "rounded to whole people")


def events_from_rate(rate: float, person_time: float) -> Converted:
    """Events from their rate and the person-time, in the same unit of time; not rounded."""
    at_least(0, rate=rate)
    above_0(person_time=person_time)
    return one("event_count", rate * person_time, "events = rate x person-time", f"{HANDBOOK}6.7.1")


def person_time(n: float, follow_up: float) -> Converted:
    """Person-time at risk of n people followed for a mean time."""
    above_0(n=n, follow_up=follow_up)
    note = "as if nobody left and an event did not end the time at risk"
    return one("person_time", n * follow_up, "person-time = n x mean follow-up", f"{HANDBOOK}6.7.1", note)


def cells_from_odds_ratio(odds_ratio: float, n: float, n1: float, events: float) -> Converted:
    """The four cells of n people from the odds ratio, the n1 people of group 1 and all `events` of both groups.

    The cells are the nearest whole numbers; DataError where the margins allow none.
    """
    above_0(odds_ratio=odds_ratio)
    _check_margins(n, n1, events)
    n2 = n - n1
    # a (n2 - events + a) = odds_ratio (n1 - a) (events - a), a quadratic in a
    p, q = 1 - odds_ratio, n2 - events + odds_ratio * (n1 + events)
    r = odds_ratio * n1 * events
    root = math.sqrt(q * q + 4 * p * r)
    a = 2 * r / (q + root) if q > 0 else (root - q) / (2 * p)
    return _cells(a, n, n1, events, "odds ratio and margins")


def cells_from_phi(phi: float, n: float, n1: float, events: float) -> Converted:
    """The four cells of n people from the phi coefficient, the n1 people of group 1 and all `events` of both groups."""
    finite(phi=phi)
    _check_margins(n, n1, events)
    a = (n1 * events + phi * math.sqrt(n1 * events * (n - n1) * (n - events))) / n
    return _cells(a, n, n1, events, "phi and margins")


def cells_from_chi_square(
    chi_square: float, n: float, n1: float, events: float, *, yates: bool = True, more_in_group1: bool = True
) -> Converted:
    """The four cells of n people from the chi-square of their table, n1 people of group 1 and all `events`.

    `yates` : whether the chi-square was corrected for continuity. `more_in_group1` : whether group 1 had the higher
    risk, which a chi-square does not tell.
    """
    at_least(0, chi_square=chi_square)
    _check_margins(n, n1, events)
    spread = math.sqrt(n1 * events * (n - n1) * (n - events))
    distance = spread * math.sqrt(chi_square / n) / n + (0.5 if yates else 0.0)  # of a from what is expected
    a = n1 * events / n + (distance if more_in_group1 else -distance)
    return _cells(
        a, n, n1, events, f"chi-square {'with' if yates else 'without'} Yates' correction and margins"
    )


def _check_margins(n: float, n1: float, events: float) -> None:
    above_0(n=n, n1=n1, events=events)
    if n1 >= n or events >= n:
        raise DataError(
            f"{n1:g} people in group 1 and {events:g} events among {n:g} people: both must be below the total; "
            "check them against the report."
        )


def _cells(a: float, n: float, n1: float, events: float, formula: str) -> Converted:
    whole = math.floor(a + 0.5)
    cells = {
        "events1": float(whole),
        "nonevents1": n1 - whole,
        "events2": events - whole,
        "nonevents2": n - n1 - events + whole,
    }
    if min(cells.values()) < 0:
        raise DataError(
            f"{formula[0].upper()}{formula[1:]}: {whole:g} of {n1:g} people in group 1 would have had one of {events:g} "
            f"events among {n:g} people, which cannot be; check the numbers against the report."
        )
    source = "the definition, solved for the cells; rounded to whole people"
    return Converted(cells, f"cells from {formula}", source, f"{a:.4g} events in group 1 before rounding")
