"""Studies, their values, judgements and letters, gathered from the rows."""

from collections import defaultdict
from collections.abc import Mapping

from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError, Problem, near
from evisynth.extraction.consensus import Cell, Entry
from evisynth.extraction.conversions import derived
from evisynth.extraction.fields import FIELDS, arm_problems, value_problems
from evisynth.reporting.findings import ArmOf, Asked, Judged, StudyOf
from evisynth.store import models

CellKey = tuple[str, str, str, str, str]


def studies_of(review: models.Review) -> dict[str, StudyOf]:
    rows = models.Study.objects.filter(review=review).prefetch_related("study_reports__report", "arms")
    return {
        row.key: StudyOf(
            key=row.key,
            name=row.name,
            status=row.status,
            design=row.design,
            published=row.published,
            registration=row.registration,
            note=row.note,
            reports=tuple((link.report.key, link.role) for link in row.study_reports.all()),
            arms=tuple(ArmOf(arm.key, arm.name, arm.side, arm.description) for arm in row.arms.all()),
            source=f"studies.csv:{row.line}",
        )
        for row in rows
    }


# ---------------------------------------------------------------- extracted values


def _entry(row: models.ExtractedValue) -> Entry:
    report = f"contact:{row.contact.key}" if row.contact else row.report.key if row.report else ""
    return Entry(
        person=row.person.key,
        value=row.value,
        number=row.number,
        missing=row.missing,
        derivation=row.derivation,
        report=report,
        locator=row.locator,
        quote=row.quote,
        note=row.note,
        source=f"extraction.csv:{row.line}",
    )


def cells_of(review: models.Review) -> tuple[dict[str, Cell], list[Problem]]:
    """Every value with its extractions and consensus; and each row that repeats one or breaks a rule."""
    problems: list[Problem] = []
    extractions: dict[CellKey, list[Entry]] = defaultdict(list)
    consensus: dict[CellKey, Entry] = {}
    links = ("study", "outcome", "timepoint", "arm", "person", "report", "contact")
    form = set(models.Characteristic.objects.filter(review=review).values_list("key", flat=True))
    for row in models.ExtractedValue.objects.filter(review=review).select_related(*links):
        problems += _field_problems(row, form)
        names = (row.study, row.outcome, row.timepoint, row.arm)
        key: CellKey = (*(name.key if name else "" for name in names), row.field)  # type: ignore[assignment]
        entry = _entry(row)
        if row.kind == "consensus":
            if key in consensus:
                first = consensus[key]
                problems.append(_problem(row, "kind", f"a second consensus for {'/'.join(filter(None, key))}; "
                                f"{first.person} gave one in {first.source}. The row does not count."))  # fmt: skip
                continue
            consensus[key] = entry
        elif entry.person in {other.person for other in extractions[key]}:
            problems.append(_problem(row, "person", f"{entry.person} extracted {'/'.join(filter(None, key))} already; "
                            "the row does not count."))  # fmt: skip
        else:
            extractions[key].append(entry)
    cells = {}
    for key in dict.fromkeys([*extractions, *consensus]):
        cell = Cell(
            *key,
            extractions=tuple(extractions.get(key, ())),
            consensus=consensus.get(key),
            asked=review.extractors,
        )
        cells[cell.key] = cell
    return cells, problems


def _problem(row: models.ExtractedValue, column: str, message: str) -> Problem:
    return Problem("extraction.csv", row.line, column, message)


def _field_problems(row: models.ExtractedValue, form: set[str]) -> list[Problem]:
    known = form if row.outcome is None and row.arm is None else set(FIELDS)
    if row.field not in known:
        what = "characteristic of the protocol's form" if known is form else "field of a result"
        return [_problem(row, "field", f"found {row.field!r}, which is no {what}.{near(row.field, known)}")]
    if row.number is None:
        return []
    return [_problem(row, "value", message) for message in value_problems(row.field, row.number)]


def derived_values(cells: Mapping[str, Cell]) -> tuple[dict[str, tuple[float, str]], list[Problem]]:
    """The value of each cell that stands as a formula, from the same arm's other values."""
    arms = _numbers_by_arm(cells)
    found: dict[str, tuple[float, str]] = {}
    problems = []
    for key, cell in cells.items():
        if cell.final is None or not cell.final.derivation:
            continue
        whole_arm = arms.get((cell.study, "", "", cell.arm), {})
        own = arms.get((cell.study, cell.outcome, cell.timepoint, cell.arm), {})
        try:
            found[key] = derived(cell.final.derivation, whole_arm | own), cell.final.derivation
        except DataError as error:
            file, _, line = cell.final.source.rpartition(":")
            problems.append(Problem(file, int(line or 0), "derivation", str(error)))
    return found, problems


def _numbers_by_arm(cells: Mapping[str, Cell]) -> dict[tuple[str, str, str, str], dict[str, float]]:
    arms: dict[tuple[str, str, str, str], dict[str, float]] = defaultdict(dict)
    for cell in cells.values():
        if cell.final is not None and cell.final.number is not None:
            arms[cell.study, cell.outcome, cell.timepoint, cell.arm][cell.field] = cell.final.number
    return arms


def impossible_arms(
    cells: Mapping[str, Cell], values: Mapping[str, tuple[float, str]]
) -> tuple[set[tuple[str, str, str, str]], list[Problem]]:
    """Arms whose values contradict each other: they take part in no analysis until they are mended."""
    arms = _numbers_by_arm(cells)
    for key, (number, _) in values.items():
        cell = cells[key]
        arms[cell.study, cell.outcome, cell.timepoint, cell.arm][cell.field] = number
    wrong, problems = set(), []
    for arm, numbers in arms.items():
        whole_arm = arms.get((arm[0], "", "", arm[3]), {}) if arm[1] else {}
        for field, message in arm_problems(whole_arm | numbers):
            found = cells.get("/".join(filter(None, (*arm, field))))
            if found is None or found.final is None:
                continue  # the contradiction is in the whole arm, and reported there
            file, _, line = found.final.source.rpartition(":")
            wrong.add(arm)
            problems.append(Problem(file, int(line), field, f"{found.study}, {found.arm}: {message}"))
    return wrong, problems


# ---------------------------------------------------------------- risk of bias


def judged_of(review: models.Review) -> tuple[tuple[Judged, ...], list[Problem]]:
    """Each domain of each study with everybody's judgement and what stands."""
    problems = []
    by_domain: dict[tuple[str, str, str], list[models.Assessment]] = defaultdict(list)
    known = {domain.id for domain in ROB1.domains}
    for row in models.Assessment.objects.filter(review=review).select_related("study", "outcome", "person"):
        if row.domain not in known:
            problems.append(Problem("appraisal.csv", row.line, "domain", f"found {row.domain!r}, which is no domain of "
                            f"{row.tool}.{near(row.domain, known)}"))  # fmt: skip
            continue
        by_domain[row.study.key, row.outcome.key if row.outcome else "", row.domain].append(row)
    judged = []
    for (study, outcome, domain), rows in by_domain.items():
        own = [row for row in rows if row.kind == "judgement"]
        settled = [row for row in rows if row.kind == "consensus"]
        problems += [
            Problem("appraisal.csv", extra.line, "kind", f"a second consensus for {study}, {domain}; "
                    f"{settled[0].person.key} gave one in line {settled[0].line}. The row does not count.")
            for extra in settled[1:]
        ]  # fmt: skip
        judgements = {row.judgement for row in own}
        stands = (
            settled[0]
            if settled
            else own[0]
            if len(judgements) == 1 and len(own) >= review.assessors
            else None
        )
        judged.append(
            Judged(
                study=study,
                outcome=outcome,
                domain=domain,
                entries=tuple((row.person.key, row.kind, row.judgement, row.support) for row in rows),
                final=stands.judgement if stands else "",
                support=stands.support if stands else "",
                source=f"appraisal.csv:{(stands or rows[0]).line}",
            )
        )
    return tuple(judged), problems


def asked_of(review: models.Review, cells: Mapping[str, Cell]) -> tuple[Asked, ...]:
    gave: dict[str, list[str]] = defaultdict(list)
    for key, cell in cells.items():
        for contact in {entry.report for entry in cell.extractions if entry.report.startswith("contact:")}:
            gave[contact.removeprefix("contact:")].append(key)
    rows = models.Contact.objects.filter(review=review).select_related("study", "person")
    return tuple(
        Asked(
            key=row.key,
            study=row.study.key,
            date=row.date.isoformat(),
            person=row.person.key,
            asked_of=row.asked_of,
            question=row.question,
            reply_date=row.reply_date.isoformat() if row.reply_date else "",
            reply=row.reply,
            gave=tuple(gave[row.key]),
            source=f"contacts.csv:{row.line}",
        )
        for row in rows
    )
