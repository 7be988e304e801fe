"""The summary of findings: one row an outcome, pooled or not, with its certainty.

Source: Cochrane Handbook 6.5, chapter 14.
"""

from evisynth.appraisal.grade import Certainty
from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Runs, Table, Text
from evisynth.reporting.findings import Analysed, Findings
from evisynth.reporting.sentences import observed
from evisynth.reporting.tables.cells import EMPTY, cell

OBSERVED_MARK = "[a]"  # the note of cells that show what was observed


def _risks(analysed: Analysed) -> tuple[Runs, Runs]:
    """Risks per 1000 where there is an assumed risk, else what was observed."""
    why = f"analysis/{analysed.key}"
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


def _relative(analysed: Analysed) -> Runs:
    result = analysed.result.result if analysed.result else None
    if result is None:
        return cell("no data" if analysed.kind == "no data" else "not pooled", f"analysis/{analysed.key}")
    if result.estimate is None or result.estimate_ci is None:
        return cell("not estimable", f"analysis/{analysed.key}")
    low, high = result.estimate_ci
    text = f"{result.measure} {numbers.effect(result.estimate)} ({numbers.interval(low, high)})"
    return cell(text, f"analysis/{analysed.key}")


def _participants(analysed: Analysed) -> Runs:
    rows = [row for row in analysed.rows if (row.first or row.second) and not row.left_out]
    if not rows:
        return cell("0 (0 studies)", f"analysis/{analysed.key}")
    people = sum(side.n or 0 for row in rows for side in (row.first, row.second) if side)
    studies = "1 study" if len(rows) == 1 else f"{len(rows)} studies"
    return cell(f"{numbers.whole(people)} ({studies})", f"analysis/{analysed.key}")


def _comment(analysed: Analysed) -> Runs:
    parts = [analysed.certainty_comment]
    if analysed.kind == "narrative":
        parts.append(f"Not pooled: {analysed.why_not_pooled.rstrip('.')}.")
    if analysed.kind == "single study":
        parts.append("One study: its own result, nothing is pooled.")
    if analysed.kind == "no data":
        parts.append("No included study gives data for this outcome.")
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
    with_second = f"Risk with {first.second.name}" if first else "Risk with comparator"
    with_first = f"Risk with {first.first.name} (95% CI)" if first else "Risk with intervention"
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
