"""What a conversion gives, the checks that all of them share, and quantiles."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from evisynth.errors import DataError

HANDBOOK = "Cochrane Handbook 6.5, section "


@dataclass(frozen=True, slots=True)
class Converted:
    """Values by their names, with the formula that gave them and its source, so that both can be stored and printed.

    `note` says what was rounded or assumed on the way; "" when nothing was.
    """

    values: Mapping[str, float]
    formula: str
    source: str
    note: str = ""

    @property
    def value(self) -> float:
        """The one value; a conversion that gives several is asked for each by its name."""
        if len(self.values) != 1:
            raise DataError(f"{self.formula} gives {', '.join(self.values)}; name the one that is wanted.")
        return next(iter(self.values.values()))

    def __getitem__(self, name: str) -> float:
        if name not in self.values:
            raise DataError(f"{self.formula} gives {', '.join(self.values)}, not {name}.")
        return self.values[name]

    def __str__(self) -> str:
        found = ", ".join(f"{name} = {value:.7g}" for name, value in self.values.items())
        return f"{found}, by {self.formula} ({self.source}{'; ' + self.note if self.note else ''})"


def one(name: str, value: float, formula: str, source: str, note: str = "") -> Converted:
    """A conversion with one value; a DataError when it is no finite number."""
    if not math.isfinite(value):
        raise DataError(f"{formula}: {name} comes out as {value:g}; check the numbers against the report.")
    return Converted({name: value}, formula, source, note)


def finite(**numbers: float) -> None:
    """A DataError that names the first number that is missing or infinite."""
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise DataError(f"{name} is {number:g}; it must be given as a number.")


def above_0(**numbers: float) -> None:
    """A DataError that names the first number that is not finite and above 0."""
    finite(**numbers)
    for name, number in numbers.items():
        if number <= 0:
            raise DataError(f"{name} is {number:g}; it must be above 0.")


def at_least(least: float, **numbers: float) -> None:
    """A DataError that names the first number that is not finite or below `least`."""
    finite(**numbers)
    for name, number in numbers.items():
        if number < least:
            raise DataError(f"{name} is {number:g}; it must be {least:g} or more.")


def between(low: float, high: float, **numbers: float) -> None:
    """A DataError that names the first number that is not strictly between both ends."""
    finite(**numbers)
    for name, number in numbers.items():
        if not low < number < high:
            raise DataError(f"{name} is {number:g}; it must lie between {low:g} and {high:g}.")


def normal_quantile(p: float) -> float:
    """The standard normal quantile: -1.959964 for 0.025."""
    return NormalDist().inv_cdf(p)


def two_sided(level: float, df: float | None = None) -> float:
    """The quantile that bounds a two-sided interval: of t with df degrees of freedom, or normal without."""
    between(0, 1, level=level)
    return -lower_tail((1 - level) / 2, df)


def lower_tail(p: float, df: float | None = None) -> float:
    """The quantile of a lower tail probability, also for very small p: of t with df degrees of freedom, or normal."""
    if df is None:
        return normal_quantile(p)
    above_0(df=df)
    from scipy.special import stdtrit  # noqa: PLC0415 - a command that needs no t should not load scipy

    return float(stdtrit(df, p))
