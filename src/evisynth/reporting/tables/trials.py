"""Trials by registry number: their registrations, the reports that name them, and the study that they are in."""

from collections.abc import Sequence

from evisynth.reporting.derivations import study_name
from evisynth.reporting.document import Column, Runs, Table, Text
from evisynth.reporting.findings import Findings, TrialRecord
from evisynth.reporting.references import citation
from evisynth.reporting.tables.cells import EMPTY, cell


def trials_table(findings: Findings) -> Table:
    """One row a trial that has two publications, or one and a study. Empty where the records name no numbers."""
    rows = [
        (
            cell("; ".join(trial.numbers)),
            _records(trial.registrations),
            _records(trial.reports),
            cell("; ".join(study_name(findings, key) for key in trial.studies) or "–"),
            cell(" ".join(note[:1].upper() + note[1:] for note in trial.notes) or "–"),
        )
        for trial in findings.trials
    ]
    return Table(
        name="trials",
        caption="Trials by registry number, with their registrations and reports",
        columns=(
            Column("Trial", width=1.2), Column("Registrations found", width=2.4),
            Column("Reports that name it", width=2.4), Column("Study", width=1.2), Column("To look at", width=1.6),
        ),
        rows=tuple(rows),
        notes=(cell("A report that names no number is not here, though it may be of the same study."),) if rows else (),
    )  # fmt: skip


def _records(records: Sequence[TrialRecord]) -> Runs:
    """Each publication with its first record and what became of it."""
    runs: list[Text] = []
    for record in records:
        why = f"report/{record.report}" if record.report else ""
        runs += [
            Text("; " if runs else ""),
            Text(citation(record.record), why=why),
            Text(f" ({record.keys[0]}: {record.fate})"),
        ]
    return tuple(runs) or EMPTY
