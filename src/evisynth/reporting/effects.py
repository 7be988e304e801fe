"""Effects of every measure in words: their letters, their unit, and what they mean beside the comparator.

A mean difference has the unit of its outcome and is lower or higher; only risks are per 1000 people.
"""

from collections.abc import Sequence

from evisynth.reporting import numbers
from evisynth.reporting.findings import Analysed, Contrast, StudyRow
from evisynth.synthesis.analysis import AnalysisResult
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import PROFILES

IN_UNITS = ("MD", "MN", "MNLN", "SDLN")  # shown in the unit of the outcome
PER_TIME = ("IRD", "IR", "IRLN", "IRS", "IRFT")  # shown per unit of person-time
PER_100 = 100  # rates are told in so many units of person-time
Interval = tuple[float, float]


def label(measure: str) -> str:
    """How a result is named before its number: RR, MD; in words where the letters are of a transformation."""
    found = measure_named(measure)
    if measure in ("generic", "generic ratio"):
        return "Ratio" if found.ratio else "Effect"
    return measure if found.null is not None else found.shown[:1].upper() + found.shown[1:]


def in_words(measure: str) -> str:
    """The measure as a title: Risk ratio, Standardised mean difference."""
    words = {"generic": "effect", "generic ratio": "ratio"}.get(measure, measure_named(measure).shown)
    return words[:1].upper() + words[1:]


def unit_of(measure: str, unit: str) -> str:
    """The unit in which a measure is shown, for an outcome with this unit; "" for ratios and standardised ones."""
    if measure in IN_UNITS:
        return unit
    return f"per {unit.removesuffix('s')}" if unit and measure in PER_TIME else ""


def has_test(measure: str) -> bool:
    """Whether the test of a pooled effect is one of no effect: its value of that is 0 on the analysis scale."""
    found = measure_named(measure)
    return found.ratio or found.null == 0


def effect_in_words(result: Pooled | SingleStudy, unit: str = "") -> str:
    """RR 6.61, 95% CI 3.51 to 12.44; MD -5.20 mm, 95% CI -8.10 to -2.30. `unit` is that of the outcome."""
    name = label(result.measure)
    if result.estimate is None or result.estimate_ci is None:
        return f"{name} not estimable"
    low, high = result.estimate_ci
    shown = unit_of(result.measure, unit)
    effect = f"{name} {numbers.effect(result.estimate)}{f' {shown}' if shown else ''}"
    return f"{effect}, {100 * result.level:.0f}% CI {numbers.interval(low, high)}"


def effect_of(analysed: Analysed) -> str:
    """The effect of an analysis with its interval; "" where there is none."""
    result = analysed.result.result if analysed.result else None
    return "" if result is None else effect_in_words(result, analysed.unit)


def lower_or_higher(estimate: float, ci: Interval, unit: str = "") -> str:
    """A difference as a summary of findings prints it: 5.20 mm lower (8.10 lower to 2.30 lower)."""

    def moved(value: float) -> str:
        return f"{numbers.effect(abs(value))} {'lower' if value < 0 else 'higher'}"

    size = f"{numbers.effect(abs(estimate))}{f' {unit}' if unit else ''}"
    return f"{size} {'lower' if estimate < 0 else 'higher'} ({moved(ci[0])} to {moved(ci[1])})"


def I2_of(pooled: Pooled) -> float | None:
    """I2 in percent as the profile prints it: from Q, or from tau2 and the typical variance."""
    from_tau2 = pooled.profile in PROFILES and PROFILES[pooled.profile].I2_from == "tau2"
    return pooled.I2_tau2 if from_tau2 and pooled.model == "random effects" else pooled.I2


def prediction_in_words(result: AnalysisResult) -> str:
    """The prediction interval: 0.60 to 1.40; "" where none is asked for or there is none."""
    return "" if result.prediction is None else numbers.interval(*result.prediction)


def contrast_in_words(contrast: Contrast) -> str:
    """HR 0.70 (95% CI 0.52 to 0.94), as the report gives it."""
    spread = ""
    if contrast.ci is not None:
        level = numbers.value(round(100 * contrast.level, 6))
        spread = f" ({level}% CI {numbers.value(contrast.ci[0])} to {numbers.value(contrast.ci[1])})"
    if contrast.se is not None:
        ratio = measure_named(contrast.measure).ratio
        spread += f" (standard error{' of the log' if ratio else ''} {numbers.value(contrast.se)})"
    return f"{label(contrast.measure)} {numbers.value(contrast.estimate)}{spread}"


# ---------------------------------------------------------------- people and what they had with the comparator


def people(analysed: Analysed) -> float | None:
    """People in the analysis; None where no study says how many they are."""
    table = analysed.result.table if analysed.result else None
    if isinstance(table, TwoByTwo):
        return float(table.n1.sum() + table.n2.sum())
    return people_of(in_result(analysed)) if table is not None else people_of(with_data(analysed))


def in_result(analysed: Analysed) -> list[StudyRow]:
    """The studies that the analysis was done on."""
    names = analysed.result.table.studies if analysed.result else ()
    return [row for row in analysed.rows if row.name in names]


def with_data(analysed: Analysed) -> list[StudyRow]:
    return [row for row in analysed.rows if row.has_data and not row.left_out]


def people_of(rows: Sequence[StudyRow]) -> float | None:
    known = [row.people for row in rows if row.people is not None]
    return sum(known) if known else None


def comparator_means(analysed: Analysed) -> str:
    """The comparator's means over the studies: mean 45.3 mm, or means from 40.1 to 52 mm; "" without any."""
    rows = [row for row in in_result(analysed) if row.second is not None]
    fields = ["change_mean" if row.change else "mean" for row in rows]
    given = [row.second.number(field) for row, field in zip(rows, fields, strict=True) if row.second]
    means = [mean for mean in given if mean is not None]
    if not means:
        return ""
    unit = f" {analysed.unit}" if analysed.unit else ""
    what = "mean change" if set(fields) == {"change_mean"} else "mean"
    if min(means) == max(means):
        return f"{what} {numbers.value(means[0])}{unit}"
    return f"{what}s from {numbers.value(min(means))} to {numbers.value(max(means))}{unit}"


def per_time(rate: float, unit: str) -> str:
    """A rate in words: 12.3 per 100 person-years."""
    return f"{numbers.effect(PER_100 * rate)} per {PER_100} {unit or 'units of person-time'}"


def re_expressed_in_words(analysed: Analysed) -> str:
    """What a standardised mean difference is in other terms, with where the standard deviation is from; "" for others."""
    found = analysed.re_expressed
    if found is None:
        return ""
    odds = (
        f"The SMD corresponds to an odds ratio of {numbers.effect(found.odds_ratio)} "
        f"({numbers.interval(*found.odds_ratio_ci)}) of a higher value, by exp(π SMD / √3)."
    )
    if found.difference is None or found.difference_ci is None or found.sd is None:
        return odds
    known = lower_or_higher(found.difference, found.difference_ci, found.unit)
    sd = f"{numbers.value(found.sd)}{f' {found.unit}' if found.unit else ''}"
    return f"The SMD corresponds to {known}, by a standard deviation of {sd} ({found.source.rstrip('.')}). {odds}"
