"""Effects with their standard errors from what reports print: intervals, test statistics and p values."""

import math

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import (
    HANDBOOK,
    Converted,
    above_0,
    between,
    finite,
    lower_tail,
    one,
    two_sided,
)


def effect_from_ci(
    estimate: float,
    ci_low: float,
    ci_high: float,
    level: float = 0.95,
    *,
    ratio: bool = False,
    df: float | None = None,
) -> Converted:
    """yi, se and vi from an estimate and its interval; for a ratio all three become logarithms first.

    `df` : the degrees of freedom where the interval was made with the t distribution.
    """
    finite(estimate=estimate, ci_low=ci_low, ci_high=ci_high)
    if not ci_low <= estimate <= ci_high:
        raise DataError(
            f"The estimate {estimate:g} lies outside its interval {ci_low:g} to {ci_high:g}; "
            "check all three against the report."
        )
    yi, low, high = (_on_scale(number, ratio=ratio) for number in (estimate, ci_low, ci_high))
    quantile = two_sided(level, df)
    name = "z" if df is None else "t"
    formula = f"se = (upper - lower limit) / (2 x {name})" + (" of the logarithms" if ratio else "")
    return _effect(yi, (high - low) / (2 * quantile), formula, ratio=ratio)


def log_ratio_from_ci(ratio: float, ci_low: float, ci_high: float, level: float = 0.95) -> Converted:
    """Logarithm of a ratio (risk, odds, hazard, rate) with its standard error, from the ratio and its interval."""
    return effect_from_ci(ratio, ci_low, ci_high, level, ratio=True)


def effect_from_statistic(
    estimate: float, statistic: float, *, ratio: bool = False, statistic_name: str = "z"
) -> Converted:
    """yi, se and vi from an estimate and its z or t value: se = yi / statistic."""
    finite(estimate=estimate, statistic=statistic)
    yi = _on_scale(estimate, ratio=ratio)
    if statistic == 0 or (yi > 0) != (statistic > 0):
        raise DataError(
            f"An effect of {yi:g} with {statistic_name} = {statistic:g}: both must have the same sign and not be 0; "
            "check them against the report."
        )
    return _effect(yi, yi / statistic, f"se = effect / {statistic_name}", ratio=ratio)


def effect_from_p(estimate: float, p: float, *, ratio: bool = False, df: float | None = None) -> Converted:
    """yi, se and vi from an estimate and its exact two-sided p value, by the z (or with `df` the t) that has it.

    A report that says p < 0.05 gives no p value; 0.05 itself is then a cautious choice that has to be said.
    """
    between(0, 1, p=p)
    finite(estimate=estimate)
    yi = _on_scale(estimate, ratio=ratio)
    if yi == 0:
        raise DataError(
            "An effect of 0 has a p value of 1 whatever its standard error: take it from elsewhere."
        )
    statistic, name = -lower_tail(p / 2, df), "z" if df is None else "t"
    return _effect(yi, abs(yi) / statistic, f"se = |effect| / {name} of p", ratio=ratio)


def d_from_t(t: float, n1: float, n2: float) -> Converted:
    """Standardised mean difference (without a correction for bias) from a t test of two groups."""
    finite(t=t)
    above_0(n1=n1, n2=n2)
    source = "Rosenthal 1994, in Cooper & Hedges, The Handbook of Research Synthesis"
    return one("d", t * math.sqrt(1 / n1 + 1 / n2), "d = t x sqrt(1 / n1 + 1 / n2)", source)


def _on_scale(number: float, *, ratio: bool) -> float:
    if not ratio:
        return number
    if number <= 0:
        raise DataError(f"Found {number:g}; a ratio and its limits are above 0.")
    return math.log(number)


def _effect(yi: float, se: float, formula: str, *, ratio: bool) -> Converted:
    if se <= 0:
        raise DataError(
            f"{formula}: the standard error comes out as {se:g}; check the numbers against the report."
        )
    source = HANDBOOK + ("6.3.2" if ratio else "6.3.1")
    return Converted({"yi": yi, "se": se, "vi": se**2}, formula, source)
