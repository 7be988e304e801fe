"""Standard deviations of one group from what a report prints instead of them."""

import math

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import (
    HANDBOOK,
    Converted,
    above_0,
    at_least,
    finite,
    normal_quantile,
    one,
    two_sided,
)

WAN = "Wan et al. 2014, doi:10.1186/1471-2288-14-135"


def sd_from_se(se: float, n: float) -> Converted:
    """Standard deviation from the standard error of a mean of n people."""
    at_least(0, se=se)
    above_0(n=n)
    return one("sd", se * math.sqrt(n), "sd = se x sqrt(n)", f"{HANDBOOK}6.5.2.2")


def se_from_sd(sd: float, n: float) -> Converted:
    """Standard error of a mean of n people from their standard deviation."""
    at_least(0, sd=sd)
    above_0(n=n)
    return one("se", sd / math.sqrt(n), "se = sd / sqrt(n)", f"{HANDBOOK}6.5.2.2")


def sd_from_ci(ci_low: float, ci_high: float, n: float, level: float = 0.95, *, t: bool = True) -> Converted:
    """Standard deviation from the interval of a mean of n people.

    `t` says whether the interval was made with the t distribution (n - 1 degrees of freedom), as for small groups, or
    with the normal one.
    """
    _ordered(ci_low=ci_low, ci_high=ci_high)
    at_least(2, n=n)
    quantile = two_sided(level, n - 1 if t else None)
    name = f"{'t' if t else 'z'} quantile"
    sd = math.sqrt(n) * (ci_high - ci_low) / (2 * quantile)
    return one("sd", sd, f"sd = sqrt(n) x (ci_high - ci_low) / (2 x {name})", f"{HANDBOOK}6.5.2.2")


def sd_from_iqr(q1: float, q3: float) -> Converted:
    """Standard deviation from the quartiles of many people with about normal values: their distance over 1.35."""
    _ordered(q1=q1, q3=q3)
    return one("sd", (q3 - q1) / 1.35, "sd = (q3 - q1) / 1.35", f"{HANDBOOK}6.5.2.5")


def sd_from_quartiles(q1: float, q3: float, n: float) -> Converted:
    """Standard deviation from the quartiles of n people, which are expected nearer to each other in a small group."""
    _ordered(q1=q1, q3=q3)
    at_least(3, n=n)
    sd = (q3 - q1) / expected_quartiles(n)
    return one("sd", sd, "sd = wan(q1, q3, n)", WAN)


def sd_from_range(smallest: float, largest: float, n: float) -> Converted:
    """Standard deviation from the smallest and the largest value of n people. Both depend on single people."""
    _ordered(min=smallest, max=largest)
    at_least(2, n=n)
    return one("sd", (largest - smallest) / expected_range(n), "sd = wan(min, max, n)", WAN)


def expected_range(n: float) -> float:
    """The distance from the smallest to the largest of n normal values, in standard deviations (Blom's positions)."""
    return 2 * normal_quantile((n - 0.375) / (n + 0.25))


def expected_quartiles(n: float) -> float:
    """The distance between the quartiles of n normal values, in standard deviations."""
    return 2 * normal_quantile((0.75 * n - 0.125) / (n + 0.25))


def _ordered(**numbers: float) -> None:
    finite(**numbers)
    (low, least), (high, most) = numbers.items()
    if least > most:
        raise DataError(f"{low} {least:g} is above {high} {most:g}; check both against the report.")
