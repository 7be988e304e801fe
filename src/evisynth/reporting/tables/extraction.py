"""Every value with its two extractions and consensus; where they differ; how often they agree."""

from evisynth.extraction.consensus import Cell
from evisynth.extraction.fields import LABELS
from evisynth.reporting import numbers
from evisynth.reporting.derivations import cell_title, cell_value, person_name
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Findings
from evisynth.reporting.tables.cells import cell

_COLUMNS = (
    Column("Value", width=2.4),
    Column("Extractions", width=2.2),
    Column("Consensus", width=1.4),
    Column("Stands", width=1),
)


def _row(findings: Findings, of: Cell) -> tuple[Runs, ...]:
    extractions = "; ".join(
        f"{person_name(findings, entry.person)}: {entry.shown}" for entry in of.extractions
    )
    settled = f"{person_name(findings, of.consensus.person)}: {of.consensus.shown}" if of.consensus else "–"
    return (
        cell(cell_title(findings, of)),
        cell(extractions or "–"),
        cell(settled),
        cell(cell_value(findings, of), f"cell/{of.key}"),
    )


def values_table(findings: Findings) -> Table:
    return Table(
        name="values", caption="Extracted values", columns=_COLUMNS,
        rows=tuple(_row(findings, of) for of in findings.cells.values()),
    )  # fmt: skip


def disagreements_table(findings: Findings) -> Table:
    rows = []
    for of in findings.cells.values():
        if of.differs:
            note = of.consensus.note if of.consensus else "open: nobody has settled it"
            rows.append((*_row(findings, of), cell(note or "–")))
    return Table(
        name="disagreements",
        caption="Values on which the two extractions differ",
        columns=(*_COLUMNS, Column("Why", width=2.4)),
        rows=tuple(rows),
    )


def extraction_agreement_table(findings: Findings) -> Table:
    labels = {named.key: named.name for named in findings.plan.characteristics}
    rows = [
        (cell(labels.get(of.field, LABELS.get(of.field, of.field))), cell(str(of.both)), cell(str(of.same)),
         cell("–" if of.share is None else numbers.percent(of.share)))
        for of in findings.field_agreement
    ]  # fmt: skip
    return Table(
        name="extraction-agreement",
        caption="Agreement of the two extractions, by field",
        columns=(Column("Field", width=2), Column("Extracted by both", "right"), Column("Same", "right"),
                 Column("Agreement", "right")),
        rows=tuple(rows),
    )  # fmt: skip
