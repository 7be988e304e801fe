"""The summary of findings: one row an outcome, pooled or not, with its certainty.

Source: Cochrane Handbook 6.5, chapter 14.
"""

from evisynth.appraisal.grade import Certainty
from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Runs, Table, Text
from evisynth.reporting.effects import (
    comparator_means,
    effect_in_words,
    label,
    lower_or_higher,
    people_of,
    per_time,
    prediction_in_words,
    re_expressed_in_words,
    unit_of,
    with_data,
)
from evisynth.reporting.findings import Analysed, Findings
from evisynth.reporting.sentences import observed
from evisynth.reporting.tables.cells import EMPTY, cell
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo

OBSERVED_MARK = "[a]"  # the note of cells that show what was observed


def _risks(analysed: Analysed) -> tuple[Runs, Runs]:
    """Risks per 1000 where there is an assumed risk; means, rates and differences; else what was observed."""
    why = f"analysis/{analysed.key}"
    if analysed.absolute is None and (told := _without_risks(analysed)):
        return cell(told[0] or "–", why), cell(told[1] or "–", why)
    if analysed.absolute is None:
        seen = [observed(analysed, which) for which in ("second", "first")]
        missing = (
            "; ".join(dict.fromkeys(row.not_available for row in analysed.rows if row.not_available)) or "–"
        )
        first, second = (cell(f"{text} {OBSERVED_MARK}" if text else missing, why) for text in seen)
        return first, second
    low, high = analysed.absolute.intervention_ci_per_1000
    return (
        cell(f"{analysed.absolute.comparator_per_1000:.0f} per 1000", why),
        cell(f"{analysed.absolute.intervention_per_1000:.0f} per 1000 ({low:.0f} to {high:.0f})", why),
    )


def _without_risks(analysed: Analysed) -> tuple[str, str] | None:
    """What stands with the comparator and with the intervention for an effect that is none on people with an event."""
    result = analysed.result.result if analysed.result else None
    if analysed.result is None or isinstance(analysed.result.table, TwoByTwo) or result is None:
        return None
    if result.estimate is None or result.estimate_ci is None:
        return comparator_means(analysed), "not estimable"
    if analysed.of_one_group:
        told = effect_in_words(result, analysed.unit)
        return (told, "") if analysed.of_one_group == "second" else ("", told)
    if (rates := analysed.rates) is not None:
        low, high = (per_time(limit, "").partition(" per")[0] for limit in rates.intervention_ci)
        with_intervention = f"{per_time(rates.intervention, analysed.unit)} ({low} to {high})"
        return per_time(rates.comparator, analysed.unit), with_intervention
    if measure_named(result.measure).null == 0:
        unit = unit_of(result.measure, analysed.unit)
        told = lower_or_higher(result.estimate, result.estimate_ci, unit)
        return comparator_means(analysed), f"{label(result.measure)} {told}"
    return comparator_means(analysed), ""


def _relative(analysed: Analysed) -> Runs:
    result = analysed.result.result if analysed.result else None
    if result is not None and not _is_relative(analysed):
        return cell("–", f"analysis/{analysed.key}")
    if result is None:
        return cell("no data" if analysed.kind == "no data" else "not pooled", f"analysis/{analysed.key}")
    if result.estimate is None or result.estimate_ci is None:
        return cell("not estimable", f"analysis/{analysed.key}")
    low, high = result.estimate_ci
    text = f"{label(result.measure)} {numbers.effect(result.estimate)} ({numbers.interval(low, high)})"
    return cell(text, f"analysis/{analysed.key}")


def _is_relative(analysed: Analysed) -> bool:
    """Whether the effect has its place under the relative effects: a ratio, or one on two-by-two tables."""
    result = analysed.result
    if result is None or isinstance(result.table, TwoByTwo):
        return True
    measure = measure_named(result.recipe.measure)
    return measure.ratio or (measure.null != 0 and measure.null is not None)


def _participants(analysed: Analysed) -> Runs:
    rows = with_data(analysed)
    if not rows:
        return cell("0 (0 studies)", f"analysis/{analysed.key}")
    people = people_of(rows)
    studies = "1 study" if len(rows) == 1 else f"{len(rows)} studies"
    shown = "not reported" if people is None else numbers.whole(people)
    return cell(f"{shown} ({studies})", f"analysis/{analysed.key}")


def _comment(analysed: Analysed) -> Runs:
    parts = [analysed.certainty_comment]
    if analysed.kind == "narrative":
        parts.append(f"Not pooled: {analysed.why_not_pooled.rstrip('.')}.")
    if analysed.kind == "single study":
        parts.append("One study: its own result, nothing is pooled.")
    if analysed.kind == "no data":
        parts.append("No included study gives data for this outcome.")
    if told := re_expressed_in_words(analysed):
        parts.append(told)
    if analysed.result is not None and analysed.result.prediction is not None:
        parts.append(f"Prediction interval {prediction_in_words(analysed.result)}.")
    if analysed.needed is not None and analysed.needed.number is not None:
        parts.append(f"{analysed.needed.text} ({analysed.needed.ci_text}).")
    return cell(" ".join(part for part in parts if part) or "–")


def _certainty(analysed: Analysed, note: int) -> Runs:
    if analysed.certainty is None:
        return EMPTY
    stale = " (judged on other data: judge again)" if analysed.certainty_stale else ""
    return (
        Text(f"{analysed.certainty.symbols} {analysed.certainty.level}{stale}"),
        Text(f" [{note}]" if note else ""),
    )


def _reason(certainty: Certainty, factor: str) -> str:
    return certainty.reasons.get(factor, "no reason given").rstrip(".")


def summary_of_findings_table(findings: Findings) -> Table:
    """Outcome, risks, relative effect, participants, certainty with its reasons as notes, comment."""
    rows: list[tuple[Runs, ...]] = []
    notes: list[Runs] = []
    for analysed in findings.analyses:
        number = 0
        if analysed.certainty is not None and analysed.certainty.moved:
            number = len(notes) + 1
            reasons = "; ".join(
                f"{factor.label} {'+' if steps > 0 else '−'}{abs(steps)}: {_reason(analysed.certainty, factor.id)}"
                for factor, steps in analysed.certainty.moved
            )
            warnings = "".join(f" {warning}" for warning in analysed.certainty.warnings)
            notes.append(cell(f"[{number}] {reasons}.{warnings}"))
        comparator, intervention = _risks(analysed)
        follow_up = (
            f"{analysed.outcome.name} ({analysed.timepoint})" if analysed.timepoint else analysed.outcome.name
        )
        rows.append((cell(follow_up), comparator, intervention, _relative(analysed), _participants(analysed),
                     _certainty(analysed, number), _comment(analysed)))  # fmt: skip
    sources = dict.fromkeys(
        analysed.absolute.assumed.source for analysed in findings.analyses if analysed.absolute
    )
    if sources:
        notes.append(cell(f"Risk with the comparator: {'; '.join(sources)}."))
    if any(OBSERVED_MARK in run.text for row in rows for of in row[1:3] for run in of):
        notes.append(cell(f"{OBSERVED_MARK} Observed: people with the event of people analysed, summed over the studies, or a "
                          "measurement as reported. It is not an estimate of the effect."))  # fmt: skip
    first = findings.analyses[0] if findings.analyses else None
    compared = f"{first.first_name} compared with {first.second_name}" if first else ""
    of_risks = all(_without_risks(analysed) is None for analysed in findings.analyses)
    risk = "Risk with" if of_risks else "With"
    with_second = f"{risk} {first.second.name}" if first else "Risk with comparator"
    with_first = f"{risk} {first.first.name} (95% CI)" if first else "Risk with intervention"
    return Table(
        name="summary-of-findings",
        caption=f"Summary of findings: {compared}" if first else "Summary of findings",
        columns=(
            Column("Outcome (time)", width=2), Column(with_second, "right", 1.1), Column(with_first, "right", 1.4),
            Column("Relative effect (95% CI)", "right", 1.4), Column("Participants (studies)", "right", 1.1),
            Column("Certainty", width=1.1), Column("Comment", width=2.4),
        ),
        rows=tuple(rows),
        notes=(cell(f"People: {findings.plan.population}. CI: confidence interval."), *notes),
    )  # fmt: skip
