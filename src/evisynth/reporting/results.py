"""All results as JSON, for programs: unrounded, with the keys of the rows that they came from."""

import json
from collections.abc import Sequence
from typing import Any

from evisynth.reporting.effects import I2_of, has_test, unit_of
from evisynth.reporting.findings import Analysed, Findings, StageScreened, StudyRow
from evisynth.reporting.flow import Counted, Flow
from evisynth.reporting.updates import updated
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import Pooled


def results_json(findings: Findings) -> str:
    """The results of a review as JSON text; keys sorted, numbers unrounded."""
    tree: dict[str, Any] = {
        "title": findings.plan.title,
        "date": findings.plan.date,
        "flow": _flow(findings.flow),
        "screening": {stage.stage: _agreement(stage) for stage in findings.screened},
        "extraction_agreement": {
            of.field: {"both": of.both, "same": of.same} for of in findings.field_agreement
        },
        "studies": {
            study.key: {"name": study.name, "status": study.status} for study in findings.studies.values()
        },
        "analyses": {analysed.key: _analysis(analysed) for analysed in findings.analyses},
        "risk_of_bias": _judgements(findings),
    }
    if findings.runs:
        tree["updates"] = _updates(findings)
    return json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _updates(findings: Findings) -> dict[str, Any]:
    """Each run of the searches, and what the diagram of an updated review has beside the last one."""
    whole = updated(findings.flow, findings.runs)
    return {
        "runs": [
            {
                "update": run.number,
                "already_there": run.already_there,
                "duplicates": run.duplicates,
                "further_reports": run.further_reports,
                "reports_of_new_studies": run.reports_of_new_studies,
                "flow": _flow(run.flow),
            }
            for run in findings.runs
        ],
        "previous_studies": whole.previous_studies,
        "previous_reports": whole.previous_reports,
        "total_studies": whole.total_studies,
        "total_reports": whole.total_reports,
    }


def _flow(flow: Flow) -> dict[str, Any]:
    counts = {
        name: getattr(flow, name)
        for name in flow.__dataclass_fields__
        if isinstance(getattr(flow, name), int)
    }
    if not flow.being_sought:
        del counts["being_sought"]  # of a finished review, as reports of earlier versions have it
    lists = ("databases", "registers", "other_sources", "exclusion_reasons", "not_retrieved_reasons")
    return counts | {name: _by_label(getattr(flow, name)) for name in lists}


def _by_label(lines: Sequence[Counted]) -> dict[str, int]:
    """Counts by label; two sources of one name are told apart by their ids."""
    labels = [line.label for line in lines]
    return {
        line.label if labels.count(line.label) == 1 else f"{line.label} ({line.key})": line.n
        for line in lines
    }


def _agreement(stage: StageScreened) -> dict[str, Any]:
    agreed = stage.agreement
    found: dict[str, Any] = {
        "settled_by_consensus": stage.conflicts_settled,
        "votes_changed": stage.changed_votes,
    }
    if agreed is not None:
        names = (
            "both_include",
            "only_first",
            "only_second",
            "both_exclude",
            "observed",
            "kappa",
            "kappa_ci",
            "positive",
            "negative",
        )
        found |= {name: getattr(agreed, name) for name in names}
    return found


def _analysis(analysed: Analysed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": analysed.title,
        "kind": analysed.kind,
        "planned": analysed.planned,
        "why_not_pooled": analysed.why_not_pooled,
        "hash": analysed.hash,
        "studies": {row.study: _study(analysed, row) for row in analysed.rows},
    }
    if analysed.result is not None and analysed.result.result is not None:
        result = analysed.result.result
        found["effect"] = {
            "measure": result.measure,
            "estimate": result.estimate,
            "ci": result.estimate_ci,
            "p": result.p if has_test(result.measure) else None,
        }
        found["steps"] = list(analysed.result.steps)
        if isinstance(result, Pooled):
            names = ("model", "method", "profile", "k", "mu", "se", "Q", "df", "p_Q", "I2", "tau2")
            found["pooled"] = {name: getattr(result, name) for name in names}
            found["pooled"] |= _beyond_counts(analysed, result)
            found["pooled"]["weights"] = dict(zip(result.studies, result.weights.tolist(), strict=True))
        found["effect"] |= {"unit": unit} if (unit := unit_of(result.measure, analysed.unit)) else {}
    found |= _further(analysed)
    if analysed.absolute is not None and analysed.needed is not None:
        absolute = analysed.absolute
        found["absolute"] = {
            "assumed_risk": absolute.assumed.risk,
            "assumed_risk_source": absolute.assumed.source,
            "risk": absolute.intervention,
            "risk_ci": absolute.intervention_ci,
            "difference_ci": absolute.difference_ci,
            "warnings": list(absolute.warnings),
            "number_needed": str(analysed.needed),
        }
    if analysed.certainty is not None:
        found["certainty"] = {"level": analysed.certainty.level, "stale": analysed.certainty_stale}
    return found


def _study(analysed: Analysed, row: StudyRow) -> dict[str, Any]:
    """What a study gives: each side's numbers with the keys of their cells, or the effect that its report gives."""
    found: dict[str, Any] = {
        side: {"events": of.events, "n": of.n, "event_count": of.event_count, "cells": list(of.cells)}
        | ({"values": dict(of.values)} if of.values and analysed.result is not None else {})
        for side, of in ((analysed.first.key, row.first), (analysed.second.key, row.second))
        if of is not None
    }
    if (given := row.contrast) is not None:
        names = ("measure", "estimate", "se", "ci", "level", "n")
        found["contrast"] = {name: getattr(given, name) for name in names} | {"cells": list(given.cells)}
    if row.lacks:
        found["lacks"] = row.lacks
    if row.note:
        found["note"] = row.note
    return found | ({"left_out": row.left_out} if row.left_out else {})


def _beyond_counts(analysed: Analysed, pooled: Pooled) -> dict[str, Any]:
    """What is told of a fit where it is not as RevMan 5 pools two-by-two tables."""
    result = analysed.result
    if result is None:
        return {}
    found: dict[str, Any] = {}
    recipe = result.recipe
    if (recipe.method, recipe.tau2_method, recipe.test) != ("MH", "DL", "z") or not isinstance(
        result.table, TwoByTwo
    ):
        found = {
            "test": pooled.test,
            "ddf": pooled.ddf,
            "tau2_method": pooled.tau2_method,
            "I2": I2_of(pooled),
        }
    if recipe.prediction:
        found |= {"prediction": recipe.prediction, "prediction_interval": result.prediction}
    return found


def _further(analysed: Analysed) -> dict[str, Any]:
    """What an effect is in other terms, and its subgroups."""
    found: dict[str, Any] = {}
    if analysed.re_expressed is not None:
        found["re_expressed"] = analysed.re_expressed.to_dict()
    if analysed.rates is not None:
        found["rates"] = analysed.rates.to_dict() | {"unit": analysed.unit}
    if (subgroups := analysed.subgroups) is not None:
        groups: dict[str, Any] = {}
        for name, group in subgroups.groups.items():
            effect = group.result
            groups[name] = {"studies": list(group.table.studies)}
            if effect is not None:
                groups[name] |= {"estimate": effect.estimate, "ci": effect.estimate_ci}
        found["subgroups"] = {"groups": groups, "Qb": subgroups.Qb, "df": subgroups.df, "p": subgroups.p}
    return found


def _judgements(findings: Findings) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for judged in findings.judged:
        found.setdefault(judged.study, {})[
            judged.domain + (f"/{judged.outcome}" if judged.outcome else "")
        ] = judged.final
    return found
