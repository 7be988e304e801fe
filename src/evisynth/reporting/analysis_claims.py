"""The claims of one analysis: `full-serving.effect`, `full-serving.moit.events`, `full-serving.weight.longo-2008`."""

from collections.abc import Callable

from evisynth.errors import DataError
from evisynth.reporting import numbers
from evisynth.reporting.derivations import side_in_words
from evisynth.reporting.findings import Analysed, Side
from evisynth.reporting.found import Found, in_a_row, no_claim, pick
from evisynth.reporting.sentences import effect_with_interval, heterogeneity, recipe_in_words, symbols
from evisynth.synthesis.absolute import number_needed_single_arm
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import profile_named

NEEDS_RESULT = (
    "effect", "measure", "estimate", "ci", "ci-low", "ci-high", "p", "steps", "participants", "pooled-studies", "rule",
    "recipe", "arithmetic", "zero-cells", "zero-cells-names", "common-effect", "random-effects", "model", "i2", "q", "df",
    "p-q", "tau2", "heterogeneity", "assumed-risk", "assumed-risk-source", "risk", "risk-ci", "difference", "needed",
    "needed-ci", "certainty", "certainty-symbols", "certainty-meaning", "certainty-factors", "why-not-pooled",
)  # fmt: skip

OF_A_SIDE = ("events", "n", "event-count", "percent", "one-in", "repeat-events")


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
    totals = {
        field: _total([getattr(side, field) for side in sides]) for field in ("events", "n", "event_count")
    }
    events, n, event_count = totals["events"], totals["n"], totals["event_count"]
    how = f"Sum over the {named.name} arms of {len(rows)} studies."
    known = {field.replace("_", "-"): Found(numbers.whole(total), how, inputs)
             for field, total in totals.items() if total is not None}  # fmt: skip
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
    with_data = [row for row in analysed.rows if (row.first or row.second) and not row.left_out]
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
    result, recipe, table = analysed.result.result, analysed.result.recipe, analysed.result.table
    if result.estimate is None or result.estimate_ci is None:
        return {}
    low, high = result.estimate_ci
    cells = zip(
        table.studies,
        table.events1,
        table.n1 - table.events1,
        table.events2,
        table.n2 - table.events2,
        strict=True,
    )
    with_zero = [study for study, *four in cells if 0 in four]
    rule = next((str(rule) for rule in recipe.rules if rule.id == recipe.model), recipe.model)
    texts = {
        "effect": effect_with_interval(result),
        "measure": result.measure,
        "estimate": numbers.effect(result.estimate),
        "ci": numbers.interval(low, high),
        "ci-low": numbers.effect(low),
        "ci-high": numbers.effect(high),
        "p": numbers.p_value(result.p),
        "steps": symbols("; ".join(analysed.result.steps)),
        "participants": numbers.whole(float(table.n1.sum() + table.n2.sum())),
        "pooled-studies": str(analysed.result.pooled.k) if analysed.result.pooled else "1",
        "rule": symbols(rule),
        "recipe": symbols(recipe_in_words(analysed)),
        "arithmetic": symbols(profile_named(recipe.profile).description.rstrip(".")),
        "zero-cells": str(len(with_zero)),
        "zero-cells-names": in_a_row(with_zero) or "none",
    }
    if isinstance(result, SingleStudy) and result.note:
        texts["note"] = result.note
    return {
        name: Found(text, "Read off the analysis.", (f"analysis/{analysed.key}",))
        for name, text in texts.items()
    }


def _pooled(analysed: Analysed) -> dict[str, Found]:
    """What only a meta-analysis has: model, heterogeneity, weights, and the fit of either model."""
    result = analysed.result
    if result is None or result.pooled is None or result.common is None or result.random is None:
        return {}
    pooled, keys = result.pooled, {row.name: row.study for row in analysed.rows}
    texts = {
        "model": pooled.model,
        "i2": "not defined" if pooled.I2 is None else f"{pooled.I2:.0f}%",
        "q": f"{pooled.Q:.2f}",
        "df": str(pooled.df),
        "p-q": numbers.p_value(pooled.p_Q),
        "tau2": f"{pooled.tau2:.2f}",
        "heterogeneity": heterogeneity(pooled),
        "common-effect": effect_with_interval(result.common),
        "random-effects": effect_with_interval(result.random),
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
