"""The claims of one analysis: `full-serving.effect`, `full-serving.moit.events`, `full-serving.weight.longo-2008`."""

from collections.abc import Callable

from evisynth.errors import DataError
from evisynth.reporting import numbers
from evisynth.reporting.derivations import side_in_words
from evisynth.reporting.effects import (
    I2_of,
    comparator_means,
    contrast_in_words,
    effect_in_words,
    has_test,
    lower_or_higher,
    people,
    per_time,
    prediction_in_words,
    re_expressed_in_words,
    unit_of,
)
from evisynth.reporting.findings import Analysed, Side
from evisynth.reporting.found import Found, in_a_row, no_claim, pick, slug
from evisynth.reporting.sentences import effect_with_interval, heterogeneity, recipe_in_words, symbols
from evisynth.synthesis.absolute import number_needed_single_arm
from evisynth.synthesis.analysis import AnalysisResult
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import profile_named

NEEDS_RESULT = (
    "effect", "measure", "estimate", "ci", "ci-low", "ci-high", "p", "steps", "participants", "pooled-studies", "rule",
    "recipe", "arithmetic", "zero-cells", "zero-cells-names", "common-effect", "random-effects", "model", "i2", "q", "df",
    "p-q", "tau2", "heterogeneity", "assumed-risk", "assumed-risk-source", "risk", "risk-ci", "difference", "needed",
    "needed-ci", "unit", "prediction", "test", "methods", "lower-or-higher", "comparator-mean", "comparator-rate", "rate",
    "rate-ci", "re-expressed", "odds-ratio", "odds-ratio-ci", "subgroups", "subgroup-test",
    "certainty", "certainty-symbols", "certainty-meaning", "certainty-factors", "why-not-pooled",
)  # fmt: skip

OF_A_SIDE = ("events", "n", "event-count", "person-time", "percent", "one-in", "repeat-events")


def analysis_claim(analysed: Analysed, path: str) -> Found:
    """The claim `path` of an analysis. Raises DataError where there is none, or where it has no value and why."""
    first, _, rest = path.partition(".")
    if first in {"first", "second", analysed.first.key, analysed.second.key} and rest:
        return _side(analysed, "first" if first in {"first", analysed.first.key} else "second", rest)
    known: dict[str, Found] = {}
    parts: tuple[Callable[[Analysed], dict[str, Found]], ...] = (
        _plain,
        _certainty,
        _result,
        _pooled,
        _absolute,
        _in_other_terms,
        _subgroups,
    )
    for part in parts:
        known |= part(analysed)
    if path in known:
        return known[path]
    if path in NEEDS_RESULT:
        raise DataError(f"the claim {f'{analysed.key}.{path}'!r} has no value: the analysis is of kind "
                        f"{analysed.kind} ({analysed.why_not_pooled or 'nothing is computed'}).")  # fmt: skip
    raise no_claim(f"{analysed.key}.{path}", path, [*known, "first.events", "second.n"])


def _side(analysed: Analysed, which: str, name: str) -> Found:
    """What one group has over all studies that take part: events, n, percent, one-in, event-count, repeat-events."""
    named = analysed.first if which == "first" else analysed.second
    rows = [row for row in analysed.rows if not row.left_out and getattr(row, which) is not None]
    sides: list[Side] = [getattr(row, which) for row in rows]
    inputs = tuple(f"row/{analysed.key}/{row.study}" for row in rows)
    if name in {"name", "short"}:
        return Found(named.name if name == "short" else getattr(analysed, f"{which}_name"), "protocol.yaml")
    if not sides:
        raise DataError(
            f"the claim {f'{analysed.key}.{named.key}.{name}'!r} has no value: no study has data for {named.name}."
        )
    fields = ("patients_with_event", "n", "event_count", "person_time")
    part = (
        analysed.mixed
    )  # other studies take part without such numbers: a total over part of the studies misleads
    summed = {field: None if part else _total([side.number(field) for side in sides]) for field in fields}
    time = summed.pop("person_time")
    totals = {"events": summed["patients_with_event"], "n": summed["n"], "event_count": summed["event_count"]}
    events, n, event_count = totals["events"], totals["n"], totals["event_count"]
    how = f"Sum over the {named.name} arms of {len(rows)} studies."
    known = {field.replace("_", "-"): Found(numbers.whole(total), how, inputs)
             for field, total in totals.items() if total is not None}  # fmt: skip
    if time is not None:
        known["person-time"] = Found(numbers.value(time), how, inputs)
    if events is not None and n:
        known["percent"] = Found(numbers.percent(events / n), f"{events:g} of {n:g}. {how}", inputs)
        if events:
            one_in = number_needed_single_arm(events, n).number
            known["one-in"] = Found(str(one_in), f"{n:g} / {events:g} = {n / events:.1f}, rounded "
                                    f"up to the next whole person. {how}", inputs)  # fmt: skip
    if events is not None and event_count is not None:
        how = f"Events less people. {how}"
        known["repeat-events"] = Found(numbers.whole(event_count - events), how, inputs)
    if name in OF_A_SIDE and name not in known:
        raise DataError(
            f"the claim {f'{analysed.key}.{named.key}.{name}'!r} has no value: not every study has the numbers that it needs."
        )
    return pick(f"{analysed.key}.{named.key}", name, known)


def _total(values: list[float | None]) -> float | None:
    """The sum, or None unless every study has the value: a total over part of the studies misleads."""
    given = [value for value in values if value is not None]
    return sum(given) if given and len(given) == len(values) else None


def _plain(analysed: Analysed) -> dict[str, Found]:
    """What every analysis has, pooled or not."""
    with_data = [row for row in analysed.rows if row.has_data and not row.left_out]
    inputs = (f"analysis/{analysed.key}",)
    known = {
        "title": Found(analysed.title, "protocol.yaml"),
        "outcome": Found(analysed.outcome.name, "protocol.yaml"),
        "definition": Found(analysed.definition, "protocol.yaml"),
        "timepoint": Found(analysed.timepoint, "protocol.yaml"),
        "kind": Found(analysed.kind, "From the data and from analyses.yaml.", inputs),
        "studies": Found(str(len(with_data)), "Studies with data for this outcome.", inputs),
        "studies-names": Found(
            in_a_row([row.name for row in with_data]) or "none", "Studies with data for this outcome.", inputs
        ),
    }
    if analysed.why_not_pooled:
        known["why-not-pooled"] = Found(analysed.why_not_pooled, "analyses.yaml, or from the data.", inputs)
    for row in with_data:
        sides = f"{side_in_words(row.first)} against {side_in_words(row.second)}"
        if row.contrast is not None:
            sides = contrast_in_words(row.contrast)
        elif analysed.of_one_group:
            sides = side_in_words(getattr(row, analysed.of_one_group))
        known[f"study.{row.study}"] = Found(sides, "As extracted.", (f"row/{analysed.key}/{row.study}",))
    return known


def _certainty(analysed: Analysed) -> dict[str, Found]:
    certainty = analysed.certainty
    if certainty is None:
        return {}
    how = "GRADE judgement in certainty.yaml: " + "; ".join(
        f"{factor.label} {steps:+d} ({certainty.reasons.get(factor.id, '')})"
        for factor, steps in certainty.moved
    )
    texts = {
        "certainty": certainty.level
        + (" (judged on other data, to be judged again)" if analysed.certainty_stale else ""),
        "certainty-symbols": certainty.symbols,
        "certainty-meaning": certainty.meaning,
        "certainty-factors": in_a_row([factor.label.lower() for factor, _ in certainty.moved]) or "nothing",
    }
    return {name: Found(text, how, (f"analysis/{analysed.key}",)) for name, text in texts.items()}


def _result(analysed: Analysed) -> dict[str, Found]:
    """What an analysis with an effect has, pooled or of one study."""
    if analysed.result is None or analysed.result.result is None:
        return {}
    result, recipe = analysed.result.result, analysed.result.recipe
    if result.estimate is None or result.estimate_ci is None:
        return {}
    low, high = result.estimate_ci
    rule = next((str(rule) for rule in recipe.rules if rule.id == recipe.model), recipe.model)
    texts = {
        "effect": effect_with_interval(result, analysed.unit),
        "measure": result.measure,
        "estimate": numbers.effect(result.estimate),
        "ci": numbers.interval(low, high),
        "ci-low": numbers.effect(low),
        "ci-high": numbers.effect(high),
        "p": numbers.p_value(result.p) if has_test(result.measure) else "no value of no effect",
        "steps": symbols("; ".join(analysed.result.steps)),
        "pooled-studies": str(analysed.result.pooled.k) if analysed.result.pooled else "1",
        "rule": symbols(rule),
        "recipe": symbols(recipe_in_words(analysed)),
        "arithmetic": symbols(_arithmetic(recipe.profile, recipe.measure)),
        "test": recipe.test,
    }
    if (count := people(analysed)) is not None:
        texts["participants"] = numbers.whole(count)
    if unit := unit_of(result.measure, analysed.unit):
        texts["unit"] = unit
    if prediction := prediction_in_words(analysed.result):
        texts["prediction"] = prediction
    if isinstance(result, Pooled):
        texts["methods"] = symbols(result.methods_sentence())
    texts |= _zero_cells(analysed.result)
    if isinstance(result, SingleStudy) and result.note:
        texts["note"] = result.note
    return {
        name: Found(text, "Read off the analysis.", (f"analysis/{analysed.key}",))
        for name, text in texts.items()
    }


def _arithmetic(profile: str, measure: str) -> str:
    """The words of the profile about the measure; it decides nothing about some."""
    return profile_named(profile).describe(measure).rstrip(".") or "every program computes it so"


def _zero_cells(result: AnalysisResult) -> dict[str, str]:
    """How many studies of two-by-two tables have a zero cell, and which."""
    table = result.table
    if not isinstance(table, TwoByTwo):
        return {}
    cells = zip(
        table.studies,
        table.events1,
        table.n1 - table.events1,
        table.events2,
        table.n2 - table.events2,
        strict=True,
    )
    with_zero = [study for study, *four in cells if 0 in four]
    return {"zero-cells": str(len(with_zero)), "zero-cells-names": in_a_row(with_zero) or "none"}


def _pooled(analysed: Analysed) -> dict[str, Found]:
    """What only a meta-analysis has: model, heterogeneity, weights, and the fit of either model."""
    result = analysed.result
    if result is None or result.pooled is None or result.common is None or result.random is None:
        return {}
    pooled, keys = result.pooled, {row.name: row.study for row in analysed.rows}
    I2 = I2_of(pooled)
    texts = {
        "model": pooled.model,
        "i2": "not defined" if I2 is None else f"{I2:.0f}%",
        "q": f"{pooled.Q:.2f}",
        "df": str(pooled.df),
        "p-q": numbers.p_value(pooled.p_Q),
        "tau2": f"{pooled.tau2:.2f}",
        "heterogeneity": heterogeneity(pooled),
        "common-effect": effect_with_interval(result.common, analysed.unit),
        "random-effects": effect_with_interval(result.random, analysed.unit),
    }
    texts |= {
        f"weight.{keys[study]}": f"{weight:.0f}%"
        for study, weight in zip(pooled.studies, pooled.weights, strict=True)
    }
    return {
        name: Found(text, "Read off the analysis.", (f"analysis/{analysed.key}",))
        for name, text in texts.items()
    }


def _absolute(analysed: Analysed) -> dict[str, Found]:
    absolute, needed = analysed.absolute, analysed.needed
    if absolute is None or needed is None:
        return {}
    low, high = absolute.intervention_ci_per_1000
    how = f"Assumed risk: {absolute.assumed.source}. {' '.join(absolute.warnings)}".strip()
    texts = {
        "assumed-risk": f"{absolute.comparator_per_1000:.0f} per 1000",
        "assumed-risk-source": absolute.assumed.source,
        "risk": f"{absolute.intervention_per_1000:.0f} per 1000",
        "risk-ci": f"{low:.0f} to {high:.0f}",
        "difference": absolute.difference_text,
        "needed": needed.text,
        "needed-ci": needed.ci_text,
    }
    return {name: Found(text, how, (f"analysis/{analysed.key}",)) for name, text in texts.items()}


def _in_other_terms(analysed: Analysed) -> dict[str, Found]:
    """What an effect without risks means: a difference as lower or higher, rates, a re-expressed SMD."""
    result = analysed.result.result if analysed.result else None
    if result is None or result.estimate is None or result.estimate_ci is None:
        return {}
    texts = {}
    if measure_named(result.measure).null == 0:
        unit = unit_of(result.measure, analysed.unit)
        texts["lower-or-higher"] = lower_or_higher(result.estimate, result.estimate_ci, unit)
    if means := comparator_means(analysed):
        texts["comparator-mean"] = means
    if (rates := analysed.rates) is not None:
        texts["comparator-rate"] = per_time(rates.comparator, analysed.unit)
        texts["rate"] = per_time(rates.intervention, analysed.unit)
        texts["rate-ci"] = " to ".join(
            per_time(limit, "").partition(" per")[0] for limit in rates.intervention_ci
        )
    if (found := analysed.re_expressed) is not None:
        texts["odds-ratio"] = numbers.effect(found.odds_ratio)
        texts["odds-ratio-ci"] = numbers.interval(*found.odds_ratio_ci)
        texts["re-expressed"] = re_expressed_in_words(analysed)
    how = "Computed from the analysis."
    return {name: Found(text, how, (f"analysis/{analysed.key}",)) for name, text in texts.items()}


def _subgroups(analysed: Analysed) -> dict[str, Found]:
    """Each subgroup's effect by the name of the subgroup, and the test that they do not differ."""
    found = analysed.subgroups
    if found is None:
        return {}
    texts = {"subgroups": in_a_row(list(found.groups))}
    for name, group in found.groups.items():
        effect = group.result
        texts[f"subgroup.{slug(name)}"] = (
            "no data" if effect is None else effect_in_words(effect, analysed.unit)
        )
    if found.Qb is not None:
        texts["subgroup-test"] = f"Chi² = {found.Qb:.2f}, df = {found.df} ({numbers.p_value(found.p)})"
    how = "The recipe of the analysis for each subgroup."
    return {name: Found(text, how, (f"analysis/{analysed.key}",)) for name, text in texts.items()}
