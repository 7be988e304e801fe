"""Analyses from their recipes: which studies with which values, then one call of the synthesis stage."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from evisynth.appraisal.grade import Certainty, Start
from evisynth.errors import DataError, Problem
from evisynth.extraction.consensus import Cell
from evisynth.reporting.findings import Analysed, Named, Side, StudyOf, StudyRow
from evisynth.store import models
from evisynth.synthesis.absolute import (
    AbsoluteEffect,
    AssumedRisk,
    NumberNeeded,
    absolute_effect,
    given_risk,
    median_comparator_risk,
    number_needed,
    pooled_comparator_risk,
)
from evisynth.synthesis.analysis import AnalysisResult, Recipe, analyse, check_recipe
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.model_rule import ModelRule, check_rules

COUNTS = ("patients_with_event", "n", "event_count")
# What stands for a part of a plan that is not written; each use of it is reported.
ASSUMED = {"method": "MH", "model": "common effect", "tau2": "DL", "profile": "revman5"}

RESULT_FIELDS = (*COUNTS, "mean", "sd", "median", "q1", "q3", "min", "max")


@dataclass(frozen=True, slots=True)
class Values:
    """What stands for every value: cells, computed values, and the arms that contradict themselves."""

    cells: Mapping[str, Cell]
    derived: Mapping[str, tuple[float, str]]
    impossible: set[tuple[str, str, str, str]]

    def number(self, key: str) -> float | None:
        if key in self.derived:
            return self.derived[key][0]
        cell = self.cells.get(key)
        return cell.final.number if cell and cell.final else None


def rules_of(review: models.Review) -> tuple[ModelRule, ...]:
    rows = models.ModelRule.objects.filter(review=review)
    return tuple(ModelRule(row.key, row.statistic, row.below, row.then, row.otherwise) for row in rows)


def analyses_of(
    review: models.Review, studies: Mapping[str, StudyOf], values: Values
) -> tuple[tuple[Analysed, ...], list[Problem]]:
    """Every analysis, planned or not, run from its recipe."""
    rules = rules_of(review)
    links = ("comparison", "outcome", "timepoint", "certainty")
    rows = models.Analysis.objects.filter(review=review).select_related(*links)
    rows = rows.prefetch_related("left_out__study").order_by("-planned", "position")
    first_rule = models.ModelRule.objects.filter(review=review).first()
    line = first_rule.line if first_rule else 0
    problems = [Problem("protocol.yaml", line, "model_rules", message) for message in check_rules(rules)]
    return tuple(_analysed(row, studies, values, rules, problems) for row in rows), problems


def _file(row: models.Analysis) -> str:
    return "protocol.yaml" if row.planned else "analyses.yaml"


def _analysed(
    row: models.Analysis,
    studies: Mapping[str, StudyOf],
    values: Values,
    rules: tuple[ModelRule, ...],
    problems: list[Problem],
) -> Analysed:
    _check_plan(row, rules, problems)
    left_out = {out.study.key: out.reason for out in row.left_out.all()}
    study_rows = tuple(
        _study_row(row, study, values, left_out.get(study.key, ""))
        for study in studies.values()
        if study.status == "included"
    )
    result, why = _run(row, study_rows, rules, problems)
    absolute, needed = _absolute(row, result, problems)
    certainty = _certainty(row, problems)
    comparison = row.comparison
    judged_hash = result.input_hash if result else _hash_of_data(row, study_rows)
    return Analysed(
        key=row.key,
        title=row.title,
        outcome=Named(row.outcome.key, row.outcome.name),
        outcome_type=row.outcome.type,
        definition=row.outcome.definition,
        direction=row.outcome.direction,
        importance=row.outcome.importance,
        timepoint=row.timepoint.name if row.timepoint else "",
        first=Named(comparison.intervention_key, comparison.intervention_short),
        second=Named(comparison.comparator_key, comparison.comparator_short),
        first_name=comparison.intervention_name,
        second_name=comparison.comparator_name,
        favours=(row.favours[0], row.favours[1]) if len(row.favours) == 2 else _favours(row),
        planned=row.planned,
        post_hoc_reason=row.post_hoc_reason,
        kind=_kind(result, study_rows),
        why_not_pooled=row.not_pooled_reason or why,
        rows=study_rows,
        result=result,
        hash=judged_hash,
        absolute=absolute,
        needed=needed,
        certainty=certainty,
        certainty_comment=row.certainty.comment if certainty else "",
        certainty_stale=certainty is not None and row.certainty.analysis_hash != judged_hash,
        source=f"{_file(row)}:{row.line}",
        measure=row.measure,
    )


def _check_plan(row: models.Analysis, rules: tuple[ModelRule, ...], problems: list[Problem]) -> None:
    """Report what in a plan cannot be followed, also where no data ask for it yet."""
    if row.favours and len(row.favours) != 2:
        problems.append(Problem(_file(row), row.line, f"{row.key}.favours", f"found {len(row.favours)} texts; "
                        "two are right, for the left and the right of the plot."))  # fmt: skip
    if row.measure:
        problems += [
            Problem(
                _file(row),
                row.line,
                f"{row.key}.{part}",
                f"is empty; {assumed} was assumed. Write what is planned.",
            )
            for part, assumed in ASSUMED.items()
            if not getattr(row, part)
        ]
        try:
            check_recipe(_recipe(row, rules))
        except DataError as error:
            problems.append(Problem(_file(row), row.line, row.key, str(error)))


def _recipe(row: models.Analysis, rules: tuple[ModelRule, ...]) -> Recipe:
    return Recipe(
        measure=row.measure,
        method=row.method or ASSUMED["method"],
        model=row.model or ASSUMED["model"],
        rules=rules,
        tau2_method=row.tau2 or ASSUMED["tau2"],
        profile=row.profile or ASSUMED["profile"],
    )


def _hash_of_data(row: models.Analysis, rows: tuple[StudyRow, ...]) -> str:
    """What a judgement of an outcome without a computed result is bound to: its plan and the studies' data."""
    plan = (row.outcome.key, row.timepoint.key if row.timepoint else "", row.pool, row.not_pooled_reason)
    data = sorted((of.study, of.left_out, repr(of.first), repr(of.second)) for of in rows)
    return hashlib.sha256(json.dumps([plan, data], ensure_ascii=False).encode()).hexdigest()


def _favours(row: models.Analysis) -> tuple[str, str]:
    first, second = row.comparison.intervention_short, row.comparison.comparator_short
    return (second, first) if row.outcome.direction == "benefit" else (first, second)


def _kind(result: AnalysisResult | None, rows: tuple[StudyRow, ...]) -> str:
    if result is not None:
        return result.kind
    return "narrative" if any(row.first or row.second for row in rows) else "no data"


def _study_row(row: models.Analysis, study: StudyOf, values: Values, left_out: str) -> StudyRow:
    sides = tuple(
        _side(row, study, key, values)
        for key in (row.comparison.intervention_key, row.comparison.comparator_key)
    )
    return StudyRow(
        study=study.key,
        name=study.name,
        first=sides[0] if not isinstance(sides[0], str) else None,
        second=sides[1] if not isinstance(sides[1], str) else None,
        left_out=left_out,
        not_available="; ".join(dict.fromkeys(side for side in sides if isinstance(side, str))),
    )


def _side(row: models.Analysis, study: StudyOf, side: str, values: Values) -> Side | str:
    """The numbers of one side, or in words why there are none."""
    arms = [arm for arm in study.arms if arm.side == side]
    if not arms:
        return f"no arm for {side}"
    if len(arms) > 1:
        return f"{len(arms)} arms for {side}: arms of one side are not merged by the program; give one arm this side"
    prefix = (study.key, row.outcome.key, row.timepoint.key if row.timepoint else "", arms[0].key)
    if prefix in values.impossible:
        return "values that contradict each other"
    keys = {field: "/".join(part for part in (*prefix, field) if part) for field in RESULT_FIELDS}
    present = {field: key for field, key in keys.items() if key in values.cells}
    numbers = {field: values.number(key) for field, key in present.items()}
    if all(number is None for field, number in numbers.items() if field != "n"):
        return _why_missing([values.cells[key] for key in present.values()])
    return Side(
        arm=arms[0].key,
        events=numbers.get("patients_with_event"),
        n=numbers.get("n"),
        event_count=numbers.get("event_count"),
        cells=tuple(present.values()),
        values=tuple(
            (field, number) for field, number in numbers.items() if number is not None and field not in COUNTS
        ),
    )


def _why_missing(cells: list[Cell]) -> str:
    for cell in cells:
        if cell.final and cell.final.missing:
            return cell.final.missing
    return "extraction not settled" if cells else "not extracted"


def _run(
    row: models.Analysis, rows: tuple[StudyRow, ...], rules: tuple[ModelRule, ...], problems: list[Problem]
) -> tuple[AnalysisResult | None, str]:
    """The result of a pooled or single-study analysis, or None and why there is none."""
    usable = [
        of for of in rows if not of.left_out and of.first and of.second and _is_table(of.first, of.second)
    ]
    if not row.pool:
        return None, row.not_pooled_reason
    if not row.measure:
        return None, "no effect measure is planned: the results are told study by study"
    if not usable:
        return None, "no study gives events and totals for both sides"
    try:
        table = TwoByTwo(
            studies=tuple(of.name for of in usable),
            events1=[of.first.events for of in usable],  # type: ignore[union-attr, arg-type]
            n1=[of.first.n for of in usable],  # type: ignore[union-attr, arg-type]
            events2=[of.second.events for of in usable],  # type: ignore[union-attr, arg-type]
            n2=[of.second.n for of in usable],  # type: ignore[union-attr, arg-type]
        )
        result = analyse(table, _recipe(row, rules))
    except DataError as error:
        problems.append(Problem(_file(row), row.line, row.key, str(error)))
        return None, str(error)
    why = "; ".join(result.steps) if result.kind != "meta-analysis" else ""
    return result, why


def _is_table(first: Side, second: Side) -> bool:
    return None not in (first.events, first.n, second.events, second.n) and bool(first.n) and bool(second.n)


def _absolute(
    row: models.Analysis, result: AnalysisResult | None, problems: list[Problem]
) -> tuple[AbsoluteEffect | None, NumberNeeded | None]:
    if result is None or result.result is None or not row.assumed_from:
        return None, None
    try:
        assumed = _assumed(row, result.table)
        estimate, ci = result.result.estimate, result.result.estimate_ci
        if estimate is None or ci is None:
            return None, None
        absolute = absolute_effect(row.measure, estimate, ci, assumed)
        good = row.outcome.direction == "benefit"
        needed = number_needed(absolute.difference, absolute.difference_ci, event_is_good=good)
    except DataError as error:
        problems.append(Problem(_file(row), row.line, f"{row.key}.assumed_risk", str(error)))
        return None, None
    return absolute, needed


def _assumed(row: models.Analysis, table: TwoByTwo) -> AssumedRisk:
    if row.assumed_from == "given":
        if row.assumed_value is None:
            raise DataError("A given assumed risk needs its value, a fraction from 0 to 1.")
        return given_risk(row.assumed_value, row.assumed_source)
    return (
        pooled_comparator_risk(table)
        if row.assumed_from == "pooled comparator"
        else median_comparator_risk(table)
    )


def _certainty(row: models.Analysis, problems: list[Problem]) -> Certainty | None:
    judged: models.Certainty | None = getattr(row, "certainty", None)  # a row that is not there raises
    if judged is None:
        return None
    down, up, reasons = {}, {}, {}
    for domain, of in judged.steps.items():
        name = domain.replace("_", "-")
        if of.get("down"):
            down[name] = of["down"]
        if of.get("up"):
            up[name] = of["up"]
        if of.get("reason"):
            reasons[name] = of["reason"]
    try:
        certainty = Certainty(cast("Start", judged.start), down, up, reasons)
    except DataError as error:
        problems.append(Problem("certainty.yaml", judged.line, row.key, str(error)))
        return None
    problems += [Problem("certainty.yaml", judged.line, row.key, message) for message in certainty.problems]
    return certainty
