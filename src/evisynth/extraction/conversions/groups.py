"""Groups that are put together, and changes of the same people between two times."""

import math

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import HANDBOOK, Converted, above_0, at_least, finite, one


def combined_groups(n1: float, mean1: float, sd1: float, n2: float, mean2: float, sd2: float) -> Converted:
    """n, mean and standard deviation of two groups as if they were one; for more groups, one after the other.

    It is exact: the same as from all people's values.
    """
    at_least(1, n1=n1, n2=n2)
    at_least(0, sd1=sd1, sd2=sd2)
    finite(mean1=mean1, mean2=mean2)
    n = n1 + n2
    squares = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (mean1 - mean2) ** 2
    found = {"n": n, "mean": (n1 * mean1 + n2 * mean2) / n, "sd": math.sqrt(squares / (n - 1))}
    return Converted(found, "two groups combined", f"{HANDBOOK}6.5.2.10")


def change_sd(sd1: float, sd2: float, r: float) -> Converted:
    """Standard deviation of the changes of people between two times, from those of both times and their correlation.

    The correlation comes from another report or is assumed: say so beside the value, and try others.
    """
    at_least(0, sd1=sd1, sd2=sd2)
    _correlation(r)
    variance = sd1**2 + sd2**2 - 2 * r * sd1 * sd2
    formula = "sd_change = sqrt(sd1^2 + sd2^2 - 2 x r x sd1 x sd2)"
    return one("sd_change", math.sqrt(max(variance, 0.0)), formula, f"{HANDBOOK}6.5.2.8")


def change_correlation(sd1: float, sd2: float, sd_change: float) -> Converted:
    """Correlation of both times, from a report that gives all three standard deviations."""
    above_0(sd1=sd1, sd2=sd2)
    at_least(0, sd_change=sd_change)
    r = (sd1**2 + sd2**2 - sd_change**2) / (2 * sd1 * sd2)
    if not -1 <= r <= 1:
        raise DataError(
            f"Standard deviations {sd1:g} and {sd2:g} and {sd_change:g} of the changes give a correlation of {r:.3g}, "
            "which does not exist; check all three against the report."
        )
    return one("r", r, "r = (sd1^2 + sd2^2 - sd_change^2) / (2 x sd1 x sd2)", f"{HANDBOOK}6.5.2.8")


def sd_from_difference(se: float, n1: float, n2: float) -> Converted:
    """The standard deviation within groups from the standard error of the difference of their means.

    It is the mean of both groups' and is used for either. The standard error comes from `effect_from_ci`,
    `effect_from_statistic` or `effect_from_p` with n1 + n2 - 2 degrees of freedom.
    """
    at_least(0, se=se)
    above_0(n1=n1, n2=n2)
    return one("sd", se / math.sqrt(1 / n1 + 1 / n2), "sd = se / sqrt(1 / n1 + 1 / n2)", f"{HANDBOOK}6.5.2.3")


def _correlation(r: float) -> None:
    finite(r=r)
    if not -1 <= r <= 1:
        raise DataError(f"r is {r:g}; a correlation lies between -1 and 1.")
