"""Characteristics of included studies, ongoing and awaiting studies, and letters to investigators."""

from evisynth.reporting.derivations import cell_value, person_name, study_name
from evisynth.reporting.document import Column, Runs, Table, Text
from evisynth.reporting.findings import Findings, StudyOf
from evisynth.reporting.references import citation
from evisynth.reporting.tables.cells import cell


def _reports_of(findings: Findings, study: StudyOf, role: str = "") -> Runs:
    runs: list[Text] = []
    for key, of in study.reports:
        if key in findings.reports and (not role or of == role):
            runs += [
                Text("; " if runs else ""),
                Text(citation(findings.reports[key].record), why=f"report/{key}"),
            ]
    return tuple(runs) or (Text("–"),)


def characteristics_table(findings: Findings) -> Table:
    """One block of rows a study: the consensus characteristics, arms and reports."""
    rows: list[tuple[Runs, ...]] = []
    for study in findings.studies.values():
        if study.status != "included":
            continue
        rows.append((cell(study.name, bold=True),))
        for named in findings.plan.characteristics:
            known = findings.cells.get(f"{study.key}/{named.key}")
            if known is not None:
                rows.append((cell(named.name), cell(cell_value(findings, known), f"cell/{known.key}")))
        for arm in study.arms:
            randomised = findings.cells.get(f"{study.key}/{arm.key}/randomised")
            n = cell_value(findings, randomised) if randomised else "–"
            text = (
                Text(f"{arm.name}: "),
                Text(n, why=f"cell/{randomised.key}" if randomised else ""),
                Text(" randomised"),
            )
            rows.append((cell("Arm"), (*text, Text(f". {arm.description}" if arm.description else ""))))
        rows.append((cell("Primary report"), _reports_of(findings, study, "primary")))
        further = [key for key, role in study.reports if role == "secondary" and key in findings.reports]
        for number, key in enumerate(further):
            label = "Further reports" if number == 0 else ""
            rows.append((cell(label), cell(citation(findings.reports[key].record), f"report/{key}")))
    return Table(
        name="characteristics",
        caption="Characteristics of included studies",
        columns=(Column("Characteristic", width=1.2), Column("As extracted", width=4.4)),
        rows=tuple(rows),
    )


def ongoing_table(findings: Findings) -> Table:
    """Ongoing studies, studies awaiting classification, and unpublished studies."""
    rows = [
        (cell(study.name), cell(study.status), cell("yes" if study.published else "no"), cell(study.registration or "–"),
         _reports_of(findings, study), cell(study.note or "–"))
        for study in findings.studies.values()
        if study.status != "included" or not study.published
    ]  # fmt: skip
    return Table(
        name="ongoing",
        caption="Ongoing, awaiting and unpublished studies",
        columns=(Column("Study", width=1.4), Column("Status", width=0.8), Column("Published", width=0.9),
                 Column("Registration", width=1.2), Column("Reports", width=3), Column("Note", width=1.8)),
        rows=tuple(rows),
    )  # fmt: skip


def contacts_table(findings: Findings) -> Table:
    """Whom we asked what, and which values the reply gave."""
    rows = [
        (
            cell(study_name(findings, letter.study)),
            cell(f"{letter.date}, by {person_name(findings, letter.person)}"),
            cell(letter.asked_of),
            cell(letter.question),
            cell(f"{letter.reply_date}: {letter.reply}" if letter.reply else "no reply recorded"),
            cell("; ".join(letter.gave) or "–"),
        )
        for letter in findings.contacts
    ]
    return Table(
        name="contacts",
        caption="Letters to investigators",
        columns=(Column("Study", width=1.2), Column("Sent", width=1.3), Column("To", width=1.2), Column("Question", width=2.4),
                 Column("Reply", width=1.4), Column("Values it gave", width=1.2)),
        rows=tuple(rows),
    )  # fmt: skip
