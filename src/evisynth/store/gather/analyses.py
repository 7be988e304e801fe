"""Analyses from their recipes: which studies with which values, then one call of the synthesis stage."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from evisynth.appraisal.grade import Certainty, Start
from evisynth.errors import DataError, Problem
from evisynth.reporting.findings import Analysed, Judged, Named, StudyOf, StudyRow
from evisynth.store import models
from evisynth.store.gather.analysis_plan import ASSUMED, check_plan, recipe_of
from evisynth.store.gather.compared import with_notes
from evisynth.store.gather.study_members import left_out_by_judgement, subgroups_of
from evisynth.store.gather.study_rows import (
    OF_COUNTS,
    SIDES,
    Values,
    sides_of,
    study_row,
    table_of,
    takes_contrasts,
    takes_either,
    usable_rows,
    with_what_lacks,
)
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
from evisynth.synthesis.analysis import AnalysisResult, analyse, told_hash
from evisynth.synthesis.arms_or_given import analyse_arms_or_given
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.model_rule import ModelRule, check_rules
from evisynth.synthesis.profiles import profile_named
from evisynth.synthesis.re_expression import (
    Rates,
    ReExpressed,
    rates_of,
    re_express_smd,
    risk_from_hazard_ratio,
)
from evisynth.synthesis.recipe import Recipe
from evisynth.synthesis.study_table import StudyTable

__all__ = ["ASSUMED", "Values", "analyses_of", "rules_of"]

SMDS = ("SMD", "SMDH", "SMD1", "SMD1H")
WITH_RISKS = ("RR", "OR", "RD", "HR")


def rules_of(review: models.Review) -> tuple[ModelRule, ...]:
    rows = models.ModelRule.objects.filter(review=review)
    return tuple(ModelRule(row.key, row.statistic, row.below, row.then, row.otherwise) for row in rows)


def analyses_of(
    review: models.Review, studies: Mapping[str, StudyOf], values: Values, judged: Sequence[Judged] = ()
) -> tuple[tuple[Analysed, ...], list[Problem]]:
    """Every analysis, planned or not, run from its recipe."""
    rules = rules_of(review)
    links = ("comparison", "outcome", "timepoint", "certainty", "subgroup_by")
    rows = models.Analysis.objects.filter(review=review).select_related(*links)
    rows = rows.prefetch_related("left_out__study").order_by("-planned", "position")
    first_rule = models.ModelRule.objects.filter(review=review).first()
    line = first_rule.line if first_rule else 0
    problems = [Problem("protocol.yaml", line, "model_rules", message) for message in check_rules(rules)]
    return tuple(_analysed(row, studies, values, judged, rules, problems) for row in rows), problems


def _file(row: models.Analysis) -> str:
    return "protocol.yaml" if row.planned else "analyses.yaml"


def _analysed(
    row: models.Analysis,
    studies: Mapping[str, StudyOf],
    values: Values,
    judged: Sequence[Judged],
    rules: tuple[ModelRule, ...],
    problems: list[Problem],
) -> Analysed:
    found = check_plan(row, rules, _file(row))
    problems += found.problems
    study_rows, lacking = _rows(row, studies, values, judged, sound=found.sound)
    if found.sound and takes_either(row):
        study_rows = with_notes(row, study_rows, values, profile_named(recipe_of(row, rules).profile))
    problems += lacking
    result, why = _run(row, study_rows, rules, problems) if found.sound else (None, found.why)
    absolute, needed = _absolute(row, result, problems)
    subgroups, of_subgroups = subgroups_of(row, study_rows, result, values, _file(row))
    problems += of_subgroups
    certainty = _certainty(row, problems)
    comparison = row.comparison
    judged_hash = result.input_hash if result else _hash(row, study_rows)
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
        unit=row.outcome.unit,
        of_one_group="" if not found.sound or sides_of(row) == SIDES else sides_of(row)[0],
        re_expressed=_re_expressed(row, result, problems),
        rates=_rates(result),
        subgroups=subgroups,
        arms_or_contrasts=takes_either(row),
    )


def _rows(
    row: models.Analysis,
    studies: Mapping[str, StudyOf],
    values: Values,
    judged: Sequence[Judged],
    *,
    sound: bool,
) -> tuple[tuple[StudyRow, ...], list[Problem]]:
    """What each included study gives; and each that gives a part of what a sound plan takes."""
    by_plan = left_out_by_judgement(row, studies, judged)
    decided = {out.study.key: out.reason for out in row.left_out.all()}
    if not sound:  # it is told what the studies give, whatever the measure was meant to be
        row = models.Analysis(outcome=row.outcome, timepoint=row.timepoint, comparison=row.comparison)
    rows = tuple(
        study_row(row, study, values, decided.get(study.key, by_plan.get(study.key, "")))
        for study in studies.values()
        if study.status == "included"
    )
    rows = tuple(
        replace(of, left_out_by_plan=True) if of.study in by_plan and of.study not in decided else of
        for of in rows
    )
    return with_what_lacks(row, rows, values) if row.measure and row.pool else (rows, [])


def _hash(row: models.Analysis, rows: Sequence[StudyRow]) -> str:
    """What a judgement of an outcome without a computed result is bound to: its plan and the studies' data."""
    plan = (row.outcome.key, row.timepoint.key if row.timepoint else "", row.pool, row.not_pooled_reason)
    data = [(of.study, of.left_out, repr(of.first), repr(of.second)) for of in rows]
    data += [(of.study, repr(of.contrast)) for of in rows if of.contrast is not None]  # type: ignore[misc]
    return told_hash(plan, data)


def _favours(row: models.Analysis) -> tuple[str, str]:
    first, second = row.comparison.intervention_short, row.comparison.comparator_short
    return (second, first) if row.outcome.direction == "benefit" else (first, second)


def _kind(result: AnalysisResult | None, rows: tuple[StudyRow, ...]) -> str:
    if result is not None:
        return result.kind
    return "narrative" if any(row.has_data for row in rows) else "no data"


def _run(
    row: models.Analysis, rows: tuple[StudyRow, ...], rules: tuple[ModelRule, ...], problems: list[Problem]
) -> tuple[AnalysisResult | None, str]:
    """The result of a pooled or single-study analysis, or None and why there is none."""
    usable = usable_rows(row, rows) if row.measure else []
    if not row.pool:
        return None, row.not_pooled_reason
    if not row.measure:
        return None, "no effect measure is planned: the results are told study by study"
    if not usable:
        return None, _nothing_usable(row)
    try:
        result = _analyse(row, usable, recipe_of(row, rules))
        _ = result.prediction  # a way that these weights do not have is found now
    except DataError as error:
        problems.append(Problem(_file(row), row.line, row.key, str(error)))
        return None, str(error)
    why = "; ".join(result.steps) if result.kind != "meta-analysis" else ""
    return result, why


def _analyse(row: models.Analysis, usable: Sequence[StudyRow], recipe: Recipe) -> AnalysisResult:
    table = table_of(row, usable)
    if takes_either(row) and isinstance(table, StudyTable):
        return analyse_arms_or_given(table, recipe)
    return analyse(table, recipe)


def _nothing_usable(row: models.Analysis) -> str:
    if takes_either(row):
        return f"no study gives all that {row.measure} takes, nor its {row.measure} with a standard error or an interval"
    if takes_contrasts(row):
        return f"no study gives its {row.measure} with a standard error or an interval"
    if row.measure in OF_COUNTS:
        return "no study gives events and totals for both sides"
    return f"no study gives all that {row.measure} takes"


def _absolute(
    row: models.Analysis, result: AnalysisResult | None, problems: list[Problem]
) -> tuple[AbsoluteEffect | None, NumberNeeded | None]:
    if result is None or result.result is None or not row.assumed_from:
        return None, None
    try:
        if row.measure not in WITH_RISKS:
            raise DataError(f"{row.measure} is no effect on risks; an assumed risk goes with {', '.join(WITH_RISKS)}. "
                            "Leave it out.")  # fmt: skip
        assumed = _assumed(row, result.table)
        estimate, ci = result.result.estimate, result.result.estimate_ci
        if estimate is None or ci is None:
            return None, None
        if row.measure == "HR":
            absolute = risk_from_hazard_ratio(estimate, ci, assumed)
        else:
            absolute = absolute_effect(row.measure, estimate, ci, assumed)
        good = row.outcome.direction == "benefit"
        needed = number_needed(absolute.difference, absolute.difference_ci, event_is_good=good)
    except DataError as error:
        problems.append(Problem(_file(row), row.line, f"{row.key}.assumed_risk", str(error)))
        return None, None
    return absolute, needed


def _assumed(row: models.Analysis, table: TwoByTwo | StudyTable) -> AssumedRisk:
    if row.assumed_from == "given":
        if row.assumed_value is None:
            raise DataError("A given assumed risk needs its value, a fraction from 0 to 1.")
        return given_risk(row.assumed_value, row.assumed_source)
    if not isinstance(table, TwoByTwo):
        which = "Some" if takes_either(row) else "The"
        raise DataError(f"{which} studies give {row.measure} itself and no risks; the assumed risk has to be given, with "
                        "its value and source.")  # fmt: skip
    return (
        pooled_comparator_risk(table)
        if row.assumed_from == "pooled comparator"
        else median_comparator_risk(table)
    )


def _re_expressed(
    row: models.Analysis, result: AnalysisResult | None, problems: list[Problem]
) -> ReExpressed | None:
    """A standardised mean difference in ways that readers know; a problem where the plan does not allow one."""
    try:
        if row.re_express_sd is not None and row.measure not in SMDS:
            raise DataError(f"{row.measure or 'an outcome without a measure'} is not standardised; re_express goes with "
                            f"{', '.join(SMDS)}. Leave it out.")  # fmt: skip
        found = result.result if result else None
        if row.measure not in SMDS or found is None or found.estimate is None or found.estimate_ci is None:
            return None
        return re_express_smd(found.estimate, found.estimate_ci, sd=row.re_express_sd, unit=row.re_express_unit,
                              source=row.re_express_source)  # fmt: skip
    except DataError as error:
        problems.append(Problem(_file(row), row.line, f"{row.key}.re_express", str(error)))
        return None


def _rates(result: AnalysisResult | None) -> Rates | None:
    """Events in person-time on both sides, where the analysis compares rates from the studies' counts."""
    if result is None or result.result is None or not isinstance(result.table, StudyTable):
        return None
    estimate, ci = result.result.estimate, result.result.estimate_ci
    if "time2" not in result.table.columns or estimate is None or ci is None:
        return None
    return (
        rates_of(result.table, result.recipe.measure, estimate, ci)
        if result.recipe.measure in ("IRR", "IRD")
        else None
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
