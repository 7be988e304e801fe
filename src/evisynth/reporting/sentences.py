"""Results in words: the same phrases wherever a result is told."""

from evisynth.reporting import numbers
from evisynth.reporting.findings import Analysed
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import profile_named

MEASURES = {"RR": "risk ratio", "OR": "odds ratio", "RD": "risk difference"}


def effect_with_interval(result: Pooled | SingleStudy) -> str:
    """RR 6.61, 95% CI 3.51 to 12.44."""
    if result.estimate is None or result.estimate_ci is None:
        return f"{result.measure} not estimable"
    low, high = result.estimate_ci
    return f"{result.measure} {numbers.effect(result.estimate)}, {100 * result.level:.0f}% CI {numbers.interval(low, high)}"


def recipe_in_words(analysed: Analysed) -> str:
    """What is computed and with which arithmetic, from the recipe."""
    if analysed.result is None:
        return ""
    recipe = analysed.result.recipe
    method = {"MH": "Mantel-Haenszel", "IV": "inverse-variance"}[recipe.method]
    arithmetic = profile_named(recipe.profile)
    return f"{method} {MEASURES[recipe.measure]}; arithmetic {recipe.profile}: {arithmetic.description}"


def heterogeneity(pooled: Pooled) -> str:
    """Heterogeneity: Q = 4.32, df = 4 (P = 0.36); I2 = 7%."""
    I2 = "not defined" if pooled.I2 is None else f"{pooled.I2:.0f}%"
    tau2 = f"tau² = {pooled.tau2:.2f}; " if pooled.model == "random effects" else ""
    return f"Heterogeneity: {tau2}Chi² = {pooled.Q:.2f}, df = {pooled.df} ({numbers.p_value(pooled.p_Q)}); I² = {I2}"


def overall_test(result: Pooled | SingleStudy) -> str:
    if result.z is None:
        return ""
    return f"Test for overall effect: Z = {abs(result.z):.2f} ({numbers.p_value(result.p)})"
