"""The types of outcomes, and which effect measures fit them."""

from collections.abc import Iterable

# What the arms of an outcome of each type give, by the fields of extraction.csv; the first is what is usual.
FIELDS_OF_TYPE = {
    "dichotomous": ("patients_with_event", "n"),
    "continuous": ("mean", "sd", "n"),
    "count": ("event_count", "person_time", "patients_with_event", "n", "mean", "sd"),
    "time to event": ("patients_with_event", "n", "event_count", "person_time"),
}
USUAL_MEASURES = {
    "dichotomous": "RR, OR or RD",
    "continuous": "MD, SMD or ROM",
    "count": "IRR, IRD, or RR of people with an event",
    "time to event": "HR",
}
# Effects that reports give and that arms do not: which types they are of. Others fit every type.
TYPES_OF_GIVEN = {"HR": ("dichotomous", "time to event")}


def misfit(outcome: str, outcome_type: str, measure: str, fields: Iterable[str]) -> str:
    """What is wrong with planning a measure for an outcome, and what would be right; "" when nothing is.

    Parameters
    ----------
    outcome : its id, for the message.
    fields : what the measure takes of an arm, as fields of extraction.csv; none for an effect that is given alone.

    Source: Cochrane Handbook 6.5, chapter 6: the types of data and their measures.
    """
    given = [field.removeprefix("change_") for field in fields]
    if given:
        fits = [name for name, known in FIELDS_OF_TYPE.items() if set(given) <= set(known)]
    else:
        fits = list(TYPES_OF_GIVEN.get(measure, FIELDS_OF_TYPE))
    if outcome_type in fits:
        return ""
    takes = f"takes {', '.join(given)} of each arm and " if given else ""
    return (
        f"found {measure} for {outcome}, which is {outcome_type}; {measure} {takes}fits an outcome that is "
        f"{' or '.join(fits)}. {USUAL_MEASURES[outcome_type]} is usual for {outcome}; or mend its type."
    )
