"""Values that a report does not print but implies: each formula named, with its inputs and its source.

The result never overwrites what was reported; it is computed again at each build.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evisynth.errors import DataError


@dataclass(frozen=True, slots=True)
class Formula:
    """`name` is what people type; `inputs` are fields of the same arm, in the order of `compute`."""

    name: str
    gives: str
    inputs: tuple[str, ...]
    compute: Callable[..., float]
    source: str


def _nearest_count(n: float, percentage: float) -> float:
    """The whole number of people that the percentage means.

    Raises DataError where no whole number of n gives the percentage to within its rounding (half a point).
    """
    count = math.floor(n * percentage / 100 + 0.5)
    if n <= 0 or abs(100 * count / n - percentage) > 0.5:
        raise DataError(
            f"{percentage:g}% of {n:g} people is no whole number of people; check both against the report."
        )
    return float(count)


def _remaining(randomised: float, withdrawn: float) -> float:
    if withdrawn > randomised:
        raise DataError(
            f"{withdrawn:g} people left of {randomised:g} randomised; check both against the report."
        )
    return randomised - withdrawn


def _sd_from_se(se: float, n: float) -> float:
    return se * math.sqrt(n)


FORMULAS: Mapping[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            "patients = n x percentage", "patients_with_event", ("n", "percentage"), _nearest_count,
            "Cochrane Handbook 6.5, section 6.4.2",
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
        Formula("sd = se x sqrt(n)", "sd", ("se", "n"), _sd_from_se, "Cochrane Handbook 6.5, section 6.5.2.2"),
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
