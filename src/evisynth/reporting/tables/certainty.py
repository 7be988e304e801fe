"""The certainty of each outcome, domain by domain, with its reasons.

Source: Cochrane Handbook 6.5, section 14.2.
"""

from evisynth.appraisal.grade import DOWN, UP, Certainty
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Findings
from evisynth.reporting.tables.cells import cell


def certainty_table(findings: Findings) -> Table:
    """One block of rows an analysis: where it starts, each domain with its step and reason, where it ends."""
    rows: list[tuple[Runs, ...]] = []
    for analysed in findings.analyses:
        if analysed.certainty is None:
            continue
        why = f"analysis/{analysed.key}"
        stale = " (judged on other data: judge again)" if analysed.certainty_stale else ""
        rows.append((cell(analysed.title, bold=True),))
        rows.append((cell("Start"), cell(analysed.certainty.start), cell("–")))
        rows += _domains(analysed.certainty)
        level = f"{analysed.certainty.symbols} {analysed.certainty.level}{stale}"
        rows.append(
            (cell("Certainty"), cell(level, why, bold=True), cell(f"{_capital(analysed.certainty.meaning)}."))
        )
    return Table(
        name="certainty",
        caption="Certainty of the evidence, domain by domain (GRADE)",
        columns=(Column("Domain", width=1.2), Column("Judgement", width=1.1), Column("Reason", width=4)),
        rows=tuple(rows),
    )


def _domains(certainty: Certainty) -> list[tuple[Runs, ...]]:
    """What lowers always has its line; what raises has one where it was considered."""
    rows: list[tuple[Runs, ...]] = []
    for factor in DOWN + UP:
        steps = certainty.up.get(factor.id, 0) - certainty.down.get(factor.id, 0)
        reason = certainty.reasons.get(factor.id, "").rstrip(".")
        if factor in DOWN or steps or reason:
            rows.append((cell(factor.label), cell(_step(steps)), cell(f"{reason}." if reason else "–")))
    return rows


def _step(steps: int) -> str:
    return "not changed" if not steps else f"{'raised' if steps > 0 else 'lowered'} by {abs(steps)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
