"""The numeric fields of results, what each means, and what must hold between them."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "randomised": "people randomised to the arm",
    "withdrawn": "people who left the study",
    "n": "people analysed",
    "patients_with_event": "people with at least one event",
    "event_count": "events in all; a person may have several",
    "person_time": "person-time at risk",
    "mean": "mean",
    "sd": "standard deviation",
    "se": "standard error",
    "median": "median",
    "q1": "first quartile",
    "q3": "third quartile",
    "min": "smallest value",
    "max": "largest value",
    "change_mean": "mean change since the start",
    "change_sd": "standard deviation of the changes",
    "percentage": "percentage of people with at least one event",
}

# Of an effect that a report gives itself, between two arms; ratios as ratios, their standard error that of the log.
CONTRAST_FIELDS: Mapping[str, str] = {
    "estimate": "effect as the report gives it",
    "se": "standard error, of a ratio that of its logarithm",
    "ci_low": "lower limit of the confidence interval",
    "ci_high": "upper limit of the confidence interval",
    "ci_level": "level of the confidence interval, in percent",
    "n": "people analysed in both groups",
}
LABELS: Mapping[str, str] = {**CONTRAST_FIELDS, **FIELDS}

COUNTS = ("randomised", "withdrawn", "n", "patients_with_event", "event_count")


def value_problems(field: str, number: float) -> list[str]:
    """What is impossible about one value: a negative or broken count, a negative spread, a percentage above 100."""
    if field in COUNTS and (number < 0 or number != int(number)):
        return [f"found {number:g}; {FIELDS[field]} is a whole number from 0 up."]
    if field in {"sd", "se", "change_sd", "person_time"} and number < 0:
        return [f"found {number:g}; a {FIELDS[field]} is not negative."]
    if field == "ci_level" and not 50 <= number < 100:
        return [
            f"found {number:g}; the level of an interval is in percent, from 50 to below 100, such as 95."
        ]
    if field == "percentage" and not 0 <= number <= 100:
        return [f"found {number:g}; a percentage is between 0 and 100."]
    return []


def arm_problems(numbers: Mapping[str, float]) -> list[tuple[str, str]]:
    """What cannot be true together in one arm, or of one effect: (field, message) pairs.

    patients_with_event <= n <= randomised, event_count >= patients_with_event, min <= q1 <= median <= q3 <= max;
    of an effect that the report gives ci_low <= estimate <= ci_high.
    """
    found: list[tuple[str, str]] = []
    ordered = (
        ("patients_with_event", "n", "{0:g} people with the event among {1:g}; events cannot exceed the total."),
        ("n", "randomised", "{0:g} people analysed of {1:g} randomised; nobody can be added."),
        ("withdrawn", "randomised", "{0:g} people left of {1:g} randomised."),
        ("patients_with_event", "event_count", "{0:g} people with the event but only {1:g} events in all."),
        *((low, high, f"the {LABELS[low]} {{0:g}} is above the {LABELS[high]} {{1:g}}.")
          for low, high in (("min", "q1"), ("q1", "median"), ("median", "q3"), ("q3", "max"), ("min", "median"),
                            ("median", "max"), ("min", "max"), ("ci_low", "estimate"), ("estimate", "ci_high"))),
    )  # fmt: skip
    for low, high, message in ordered:
        if low in numbers and high in numbers and numbers[low] > numbers[high]:
            found.append(
                (low, message.format(numbers[low], numbers[high]) + " Check both against the report.")
            )
    return found
