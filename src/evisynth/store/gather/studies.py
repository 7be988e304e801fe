"""Studies, their values, judgements and letters, gathered from the rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from evisynth.appraisal.judgement import Judgement, check_judgement
from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError, Problem, near
from evisynth.extraction.consensus import Cell, Entry
from evisynth.extraction.conversions import FORMULAS, derived
from evisynth.extraction.fields import CONTRAST_FIELDS, FIELDS, arm_problems, value_problems
from evisynth.reporting.findings import ArmOf, Asked, Judged, StudyOf
from evisynth.store import models

MAY_EXTRACT = {"owner", "reviewer", "adjudicator"}

CellKey = tuple[str, str, str, str, str]
RowT = TypeVar("RowT", models.ExtractedValue, models.Assessment)


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


def arm_problems_of(review: models.Review) -> list[Problem]:
    """Each arm that no comparison can use: its side is in none, or another arm of the study has it already."""
    comparisons = models.Comparison.objects.filter(review=review)
    known = {side for row in comparisons for side in (row.intervention_key, row.comparator_key)}
    if not known:
        return []  # the protocol did not load, and that is reported
    problems: list[Problem] = []
    first: dict[tuple[str, str], models.Arm] = {}
    for arm in models.Arm.objects.filter(review=review).exclude(side="").select_related("study"):
        other = first.setdefault((arm.study.key, arm.side), arm)
        if arm.side not in known:
            problems.append(Problem("arms.csv", arm.line, "side", f"found {arm.side!r}, which is no side of a comparison; the "
                            f"arm takes part in no analysis.{near(arm.side, known)}"))  # fmt: skip
        elif other is not arm:
            problems.append(Problem("arms.csv", arm.line, "side", f"{arm.study.key} has {arm.side} in line {other.line} already. "
                            "Arms of one side are not merged by the program, and the study is left out; give one arm this "
                            "side."))  # fmt: skip
    return problems


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
    settled: dict[CellKey, models.ExtractedValue] = {}
    links = ("study", "outcome", "timepoint", "arm", "comparison", "person", "report", "contact")
    form = set(models.Characteristic.objects.filter(review=review).values_list("key", flat=True))
    for row in models.ExtractedValue.objects.filter(review=review).select_related(*links):
        problems += _field_problems(row, form)
        if not MAY_EXTRACT & set(row.person.roles):
            roles = ", ".join(row.person.roles)
            problems.append(_problem(row, "person", f"{row.person.key} is {roles}; only a reviewer, adjudicator or owner may "
                            "extract. The row does not count."))  # fmt: skip
            continue
        if row.comparison is not None and row.arm is not None:
            continue  # it is not known what it is of, and that is reported
        key = _cell_key(row)
        entry = _entry(row)
        if row.kind == "consensus":
            if key in consensus:
                first = consensus[key]
                problems.append(_problem(row, "kind", f"a second consensus for {'/'.join(filter(None, key))}; "
                                f"{first.person} gave one in {first.source}. The row does not count."))  # fmt: skip
                continue
            consensus[key], settled[key] = entry, row
        elif entry.person in {other.person for other in extractions[key]}:
            problems.append(_problem(row, "person", f"{entry.person} extracted {'/'.join(filter(None, key))} already; "
                            "the row does not count."))  # fmt: skip
        else:
            extractions[key].append(entry)
    for key, row in settled.items():
        if _not_a_third(review, [row], {entry.person for entry in extractions.get(key, ())}):
            del consensus[key]
            problems.append(_problem(row, "person", f"{row.person.key} extracted {'/'.join(filter(None, key))} and may not "
                            "settle it: a third person does. The row does not count."))  # fmt: skip
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


def _cell_key(row: models.ExtractedValue) -> CellKey:
    """What a value is of; an effect that the report gives has its comparison and measure in the place of the arm."""
    outcome = row.outcome.key if row.outcome else ""
    timepoint = row.timepoint.key if row.timepoint else ""
    arm = row.arm.key if row.arm else f"{row.comparison.key}:{row.measure}" if row.comparison else ""
    return row.study.key, outcome, timepoint, arm, row.field


def _problem(row: models.ExtractedValue, column: str, message: str) -> Problem:
    return Problem("extraction.csv", row.line, column, message)


def _field_problems(row: models.ExtractedValue, form: set[str]) -> list[Problem]:
    if wrong := _place_problem(row):
        return [_problem(row, *wrong)]
    of_effect = row.comparison is not None
    known = form if row.outcome is None and row.arm is None else set(CONTRAST_FIELDS if of_effect else FIELDS)
    if not known:
        return []  # the form did not load, and that is reported
    if row.field not in known:
        what = "field of a result"
        if of_effect:
            what = f"field of an effect that a report gives: {', '.join(CONTRAST_FIELDS)}"
        elif known is form:
            what = "characteristic of the protocol's form"
        return [_problem(row, "field", f"found {row.field!r}, which is no {what}.{near(row.field, known)}")]
    if row.number is None:
        return []
    return [_problem(row, "value", message) for message in value_problems(row.field, row.number)]


def _place_problem(row: models.ExtractedValue) -> tuple[str, str] | None:
    """The column that does not say what a value is of, with a message; None where all is said."""
    if row.comparison is not None and row.arm is not None:
        return (
            "comparison",
            "is given beside an arm; a value is of an arm or of an effect between two. It is not used.",
        )
    if row.comparison is not None and not row.measure:
        return (
            "measure",
            "is empty; an effect that a report gives needs its measure, such as HR. It is not used.",
        )
    if row.measure and row.comparison is None:
        return (
            "measure",
            f"found {row.measure!r} without a comparison, which says between what the effect is. It was ignored.",
        )
    if row.comparison is not None and row.outcome is None:
        return "outcome", "is empty; an effect that a report gives is of an outcome. It is not used."
    if row.outcome and not (row.timepoint and (row.arm or row.comparison)):
        lacks = "timepoint" if not row.timepoint else "arm"
        return lacks, "is empty; a value of an outcome belongs to a time point and an arm. It is not used."
    return None


def derived_values(cells: Mapping[str, Cell]) -> tuple[dict[str, tuple[float, str]], list[Problem]]:
    """The value of each cell that stands as a formula, from the same arm's other values, computed ones among them."""
    arms = _numbers_by_arm(cells)
    found: dict[str, tuple[float, str]] = {}
    wrong: dict[str, str] = {}
    open_cells = {
        key: cell for key, cell in cells.items() if cell.final is not None and cell.final.derivation
    }
    before = None
    while before != len(open_cells):  # until a round computes nothing more
        before = len(open_cells)
        for key, cell in list(open_cells.items()):
            own = arms[cell.study, cell.outcome, cell.timepoint, cell.arm]
            try:
                found[key] = _computed(cell, arms.get((cell.study, "", "", cell.arm), {}) | own)
            except DataError as error:
                wrong[key] = str(error)
            else:
                own[cell.field] = found[key][0]
                del open_cells[key]
    return found, [_problem_at(cells[key], "derivation", wrong[key]) for key in open_cells]


def _computed(cell: Cell, values: Mapping[str, float]) -> tuple[float, str]:
    """The value of a cell's formula, and the formula's name."""
    name = cell.final.derivation if cell.final else ""
    value = derived(name, values)
    if FORMULAS[name].gives != cell.field:
        raise DataError(f"The formula {name!r} gives {FORMULAS[name].gives}, not {cell.field}.")
    if wrong := value_problems(cell.field, value):
        raise DataError(f"The formula {name!r}: {wrong[0]}")
    return value, name


def _problem_at(cell: Cell, column: str, message: str) -> Problem:
    file, _, line = (cell.final.source if cell.final else "").rpartition(":")
    return Problem(file or "extraction.csv", int(line or 0), column, message)


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
            wrong.add(arm)
            problems.append(_problem_at(found, field, f"{found.study}, {found.arm}: {message}"))
    return wrong, problems


# ---------------------------------------------------------------- risk of bias


def judged_of(review: models.Review) -> tuple[tuple[Judged, ...], list[Problem]]:
    """Each domain of each study with everybody's judgement and what stands."""
    known = {domain.id for domain in ROB1.domains}
    problems = [
        Problem(
            "protocol.yaml",
            0,
            "risk_of_bias.key_domains",
            f"found {name!r}, which is no domain of the tool.{near(name, known)}",
        )
        for name in review.rob_key_domains
        if name not in known
    ]
    by_domain: dict[tuple[str, str, str], list[models.Assessment]] = defaultdict(list)
    for row in models.Assessment.objects.filter(review=review).select_related("study", "outcome", "person"):
        if row.domain not in known:
            problems.append(Problem("appraisal.csv", row.line, "domain", f"found {row.domain!r}, which is no domain of "
                            f"{row.tool}.{near(row.domain, known)}"))  # fmt: skip
            continue
        by_domain[row.study.key, row.outcome.key if row.outcome else "", row.domain].append(row)
    judged = []
    for (study, outcome, domain), given in by_domain.items():
        own = [row for row in given if row.kind == "judgement"]
        settled = [row for row in given if row.kind == "consensus"]
        if not_third := _not_a_third(review, settled[:1], {row.person.key for row in own}):
            problems.append(Problem("appraisal.csv", not_third.line, "person", f"{not_third.person.key} judged {study}, {domain} "
                            "and may not settle it: a third person does. The row does not count."))  # fmt: skip
            settled = []
        problems += [
            Problem("appraisal.csv", extra.line, "kind", f"a second consensus for {study}, {domain}; "
                    f"{settled[0].person.key} gave one in line {settled[0].line}. The row does not count.")
            for extra in settled[1:]
        ]  # fmt: skip
        problems += _support_problems(given)
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
                entries=tuple(
                    (row.person.key, row.kind, row.judgement, row.support) for row in (*own, *settled[:1])
                ),
                final=stands.judgement if stands else "",
                support=stands.support if stands else "",
                source=f"appraisal.csv:{(stands or given[0]).line}",
            )
        )
    return tuple(judged), problems


def _not_a_third(review: models.Review, settled: Sequence[RowT], people: set[str]) -> RowT | None:
    """The consensus that one of the two gave where a third person has to; None where all is well."""
    if review.consensus_by == "either":
        return None
    return next((row for row in settled if row.person.key in people), None)


def _support_problems(rows: list[models.Assessment]) -> list[Problem]:
    """What the tool finds wrong with each judgement: no support, or an outcome where the domain has none."""
    return [
        Problem("appraisal.csv", row.line, "support", message)
        for row in rows
        for message in check_judgement(ROB1, Judgement(row.study.key, row.domain, row.judgement, row.support,
                                                       row.outcome.key if row.outcome else "", row.person.key))
    ]  # fmt: skip


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
