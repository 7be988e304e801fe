"""Results in words: the same phrases wherever a result is told."""

import re
from collections.abc import Mapping

from evisynth.reporting import numbers
from evisynth.reporting.effects import I2_of, contrast_in_words, effect_in_words, has_test, in_words
from evisynth.reporting.findings import Analysed, Side, StudyRow
from evisynth.screening.agreement import Agreement
from evisynth.synthesis.pooling.intervals import TESTS
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.prediction import prediction_method_named
from evisynth.synthesis.profiles import profile_named

METHODS = {"MH": "Mantel-Haenszel", "IV": "Inverse-variance", "Peto": "Peto's"}


def effect_with_interval(result: Pooled | SingleStudy, unit: str = "") -> str:
    """RR 6.61, 95% CI 3.51 to 12.44; with the unit of a difference of means."""
    return effect_in_words(result, unit)


def recipe_in_words(analysed: Analysed) -> str:
    """What is computed and with which arithmetic, from the recipe."""
    if analysed.result is None:
        return ""
    recipe = analysed.result.recipe
    profile = profile_named(recipe.profile)
    measure = in_words(recipe.measure)
    what = f"{METHODS[recipe.method]} {measure[:1].lower()}{measure[1:]}"
    contrasts = any(row.contrast for row in analysed.rows) and not analysed.arms_or_contrasts
    if contrasts:
        what += " of effects as the reports give them"
    elif analysed.arms_or_contrasts:
        what += " of the arms where a study gives them, else as its report gives it"
    details = []
    usual = (recipe.method, recipe.tau2_method, recipe.test) == ("MH", "DL", "z")
    if not usual and analysed.result.random is not None:
        details.append(
            f"tau2 in random effects by {recipe.tau2_method}, their interval by {TESTS[recipe.test]}"
        )
    if recipe.prediction:
        details.append(f"prediction interval by {prediction_method_named(recipe.prediction).source}")
    description = "" if contrasts or recipe.method == "Peto" else profile.describe(recipe.measure)
    if description:
        details.append(f"arithmetic {recipe.profile}: {description}")
    return "; ".join([what, *details])


def heterogeneity(pooled: Pooled) -> str:
    """Heterogeneity: Q = 4.32, df = 4 (P = 0.36); I2 = 7%."""
    found = I2_of(pooled)
    I2 = "not defined" if found is None else f"{found:.0f}%"
    tau2 = f"tau² = {pooled.tau2:.2f}; " if pooled.model == "random effects" else ""
    return f"Heterogeneity: {tau2}Chi² = {pooled.Q:.2f}, df = {pooled.df} ({numbers.p_value(pooled.p_Q)}); I² = {I2}"


def overall_test(result: Pooled | SingleStudy) -> str:
    if result.z is None or not has_test(result.measure):
        return ""
    if isinstance(result, Pooled) and result.ddf is not None:
        return f"Test for overall effect: t = {abs(result.z):.2f}, df = {result.ddf:.3g} ({numbers.p_value(result.p)})"
    return f"Test for overall effect: Z = {abs(result.z):.2f} ({numbers.p_value(result.p)})"


def kappa_interval(agreed: Agreement) -> str:
    """0.47 to 1.00: the interval of kappa, cut off where kappa ends; "" when it is not defined."""
    if agreed.kappa_ci is None:
        return ""
    low, high = agreed.kappa_ci
    return f"{max(low, -1):.2f} to {min(high, 1):.2f}"


def spread_in_words(values: Mapping[str, float]) -> str:
    """Mean 5.2 (SD 1.1), mean change -2 (SD 0.9), or median 280 (range 0 to 1900): a measurement as reported."""
    shown = {field: numbers.value(value) for field, value in values.items()}
    parts = []
    for centre, spreads in (
        ("mean", ("sd",)),
        ("change_mean", ("change",)),
        ("median", ("quartiles", "range")),
    ):
        told = [_SPREADS[spread].format(**shown) for spread in spreads if _NEEDS[spread] <= set(shown)]
        around = f" ({'; '.join(told)})" if told else ""
        if centre in shown:
            parts.append(f"{_CENTRES[centre]} {shown[centre]}{around}")
        elif told:
            parts += told
    return ", ".join(parts)


_CENTRES = {"mean": "mean", "change_mean": "mean change", "median": "median"}
_SPREADS = {
    "sd": "SD {sd}",
    "change": "SD {change_sd}",
    "quartiles": "quartiles {q1} to {q3}",
    "range": "range {min} to {max}",
}
_NEEDS = {"sd": {"sd"}, "change": {"change_sd"}, "quartiles": {"q1", "q3"}, "range": {"min", "max"}}


def occasions(events: float) -> str:
    """Events, of which a person may have several: 1 event, 5 events."""
    return f"{numbers.value(events)} event{'' if events == 1 else 's'}"


def symbols(text: str) -> str:
    """I2, tau2 and Chi2 as they are printed: I², tau², Chi²."""
    return re.sub(r"\b(I|tau|Chi)2\b", r"\1²", text)


def source_told(analysed: Analysed, row: StudyRow) -> str:
    """That a study's effect is its report's, in an analysis where others are of arms; "" for all other studies."""
    return "effect as its report gives it" if analysed.mixed and row.contrast is not None else ""


def side_told(row: StudyRow, which: str) -> str:
    """One group of one study in words: 4 of 30 (5 events in all); median 280 (range 0 to 1900), n = 9; not reported."""
    side = row.first if which == "first" else row.second
    if side is None and row.contrast is not None:
        return contrast_in_words(row.contrast) if which == "first" else "–"
    if side is None:
        return row.not_available or "no data"
    n = "" if side.n is None else numbers.value(side.n)
    if side.events is not None:
        count = f" ({occasions(side.event_count)} in all)" if side.event_count is not None else ""
        return f"{numbers.value(side.events)}{f' of {n}' if n else ''}{count}"
    return told_of(side) + (f", n = {n}" if n else "")


def told_of(side: Side) -> str:
    """What a side has besides people with the event: events in person-time, means, medians."""
    values = dict(side.values)
    spread = spread_in_words(values)
    time = values.get("person_time")
    if side.event_count is None or (time is None and spread):
        return spread
    rate = occasions(side.event_count) + ("" if time is None else f", person-time {numbers.value(time)}")
    return "; ".join(filter(None, (rate, spread)))


def observed(analysed: Analysed, which: str) -> str:
    """One group over all studies that take part: 97 of 106 (92%). A measurement is told study by study; "" without data."""
    rows = [row for row in analysed.rows if not row.left_out]
    sides = [side for side in (getattr(row, which) for row in rows) if side is not None]
    if not sides:
        return ""
    if analysed.mixed or any(side.events is None or not side.n for side in sides):
        given = [row for row in rows if getattr(row, which) is not None or (analysed.mixed and row.contrast)]
        alone = len(given) == 1
        return "; ".join(
            side_told(row, which) if alone else f"{row.name}: {side_told(row, which)}" for row in given
        )
    events, n = sum(side.events for side in sides), sum(side.n for side in sides)
    return f"{numbers.whole(events)} of {numbers.whole(n)} ({numbers.percent(events / n)})"
