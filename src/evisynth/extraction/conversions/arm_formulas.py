"""The formulas that an extraction may name: conversions from other values of the same arm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import HANDBOOK
from evisynth.extraction.conversions.five_numbers import (
    LUO,
    SHI,
    mean_from_five_numbers,
    sd_from_five_numbers,
)
from evisynth.extraction.conversions.people import events_from_percentage
from evisynth.extraction.conversions.spread import (
    WAN,
    sd_from_iqr,
    sd_from_quartiles,
    sd_from_range,
    sd_from_se,
    se_from_sd,
)


@dataclass(frozen=True, slots=True)
class Formula:
    """`name` is what people type; `inputs` are fields of the same arm, in the order of `compute`."""

    name: str
    gives: str
    inputs: tuple[str, ...]
    compute: Callable[..., float]
    source: str


def _remaining(randomised: float, withdrawn: float) -> float:
    if withdrawn > randomised:
        raise DataError(
            f"{withdrawn:g} people left of {randomised:g} randomised; check both against the report."
        )
    return randomised - withdrawn


FORMULAS: Mapping[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            "patients = n x percentage", "patients_with_event", ("n", "percentage"),
            lambda n, percentage: events_from_percentage(n, percentage).value, f"{HANDBOOK}6.4.2",
        ),
        Formula(
            "patients = randomised - withdrawn", "patients_with_event", ("randomised", "withdrawn"), _remaining,
            "counting: everybody who did not leave had the event",
        ),
        Formula("n = randomised", "n", ("randomised",), float, "intention to treat: everybody randomised is analysed"),
        Formula(
            "n = randomised - withdrawn", "n", ("randomised", "withdrawn"), _remaining,
            "complete cases: everybody who did not leave is analysed",
        ),
        Formula(
            "sd = se x sqrt(n)", "sd", ("se", "n"), lambda se, n: sd_from_se(se, n).value, f"{HANDBOOK}6.5.2.2",
        ),
        Formula(
            "se = sd / sqrt(n)", "se", ("sd", "n"), lambda sd, n: se_from_sd(sd, n).value, f"{HANDBOOK}6.5.2.2",
        ),
        Formula(
            "sd = (q3 - q1) / 1.35", "sd", ("q1", "q3"), lambda q1, q3: sd_from_iqr(q1, q3).value,
            f"{HANDBOOK}6.5.2.5",
        ),
        Formula(
            "sd = wan(q1, q3, n)", "sd", ("q1", "q3", "n"), lambda q1, q3, n: sd_from_quartiles(q1, q3, n).value, WAN,
        ),
        Formula(
            "sd = wan(min, max, n)", "sd", ("min", "max", "n"),
            lambda smallest, largest, n: sd_from_range(smallest, largest, n).value, WAN,
        ),
        Formula(
            "sd = shi(min, q1, q3, max, n)", "sd", ("min", "q1", "q3", "max", "n"),
            lambda smallest, q1, q3, largest, n: sd_from_five_numbers(
                n, smallest=smallest, q1=q1, q3=q3, largest=largest
            ).value, SHI,
        ),
        Formula(
            "mean = luo(q1, median, q3, n)", "mean", ("q1", "median", "q3", "n"),
            lambda q1, median, q3, n: mean_from_five_numbers(n, median, q1=q1, q3=q3).value, LUO,
        ),
        Formula(
            "mean = luo(min, median, max, n)", "mean", ("min", "median", "max", "n"),
            lambda smallest, median, largest, n: mean_from_five_numbers(
                n, median, smallest=smallest, largest=largest
            ).value, LUO,
        ),
        Formula(
            "mean = luo(min, q1, median, q3, max, n)", "mean", ("min", "q1", "median", "q3", "max", "n"),
            lambda smallest, q1, median, q3, largest, n: mean_from_five_numbers(
                n, median, smallest=smallest, q1=q1, q3=q3, largest=largest
            ).value, LUO,
        ),
    )
}  # fmt: skip


def derived(name: str, values: Mapping[str, float]) -> float:
    """The value of a formula for one arm.

    Raises DataError for an unknown formula, a missing input, or inputs that contradict each other.
    """
    formula = FORMULAS.get(name)
    if formula is None:
        raise DataError(f"There is no formula {name!r}. Known are: {'; '.join(FORMULAS)}.")
    missing = [field for field in formula.inputs if field not in values]
    if missing:
        raise DataError(f"The formula {name!r} needs {' and '.join(missing)} of the same arm.")
    return formula.compute(*(values[field] for field in formula.inputs))
