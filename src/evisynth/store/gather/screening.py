"""Decisions as states: what each group of records is at each stage, and how the two who voted agree."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from evisynth.errors import Problem
from evisynth.reporting.findings import ReportRead, StageScreened
from evisynth.screening.agreement import agreement
from evisynth.screening.decisions import Decision, ItemState, Verdict
from evisynth.store import models
from evisynth.store.decisions import STAGES, Item, item_state, may_settle, take
from evisynth.store.duplicates import Duplicates


@dataclass(slots=True)
class Screened:
    states: dict[str, dict[int, ItemState]]  # stage -> group -> state
    stages: tuple[StageScreened, ...]
    problems: list[Problem]


def _problem(row: models.Decision, column: str, message: str) -> Problem:
    return Problem("screening.csv", row.line, column, message)


def active_decisions(review: models.Review) -> tuple[dict[str, dict[int, Item]], list[Problem]]:
    """The decision of each person that counts now, by stage and group; and each row that cannot count."""
    items: dict[str, dict[int, Item]] = {stage: defaultdict(Item) for stage in STAGES}
    problems: list[Problem] = []
    rows = models.Decision.objects.filter(review=review).select_related("record", "person", "reason")
    for row in rows.defer("record__fields"):  # the texts of a record, again for each decision about it
        not_counted = take(items[row.stage][row.record.group_id or 0], row)
        if not_counted:
            problems.append(_problem(row, not_counted.column, not_counted.message))
            if not_counted.column == "person":
                continue
        if row.stage == "full-text" and row.decision == "exclude" and row.reason is None:
            problems.append(
                _problem(row, "reason", "is empty; an exclusion in full text needs one of the reasons.")
            )
    return items, problems


def screen(review: models.Review) -> Screened:
    """The state of every group at both stages."""
    items, problems = active_decisions(review)
    reasons = tuple(models.ExclusionReason.objects.filter(review=review).values_list("key", flat=True))
    groups = list(models.DuplicateGroup.objects.filter(review=review).values_list("id", flat=True))
    states: dict[str, dict[int, ItemState]] = {}
    for stage in STAGES:
        at_stage = groups if stage == "title-abstract" else list(items[stage])
        states[stage] = {
            group: _state(review, items[stage].get(group, Item()), stage, reasons, problems)
            for group in at_stage
        }
    _report_too_early(items["full-text"], states["title-abstract"], problems)
    maybe = cast("Verdict", review.maybe_counts_as)
    stages = tuple(_stage(stage, items[stage], maybe) for stage in STAGES)
    return Screened(states, stages, problems)


def _state(
    review: models.Review, item: Item, stage: str, reasons: tuple[str, ...], problems: list[Problem]
) -> ItemState:
    row = item.consensus
    if row is not None and not may_settle(review, item, row.person.key):
        item.consensus = None
        problems.append(_problem(row, "person", f"{row.person.key} voted on {row.record.key} and may not settle it: "
                        "a third person does. The row does not count."))  # fmt: skip
    return item_state(review, item, stage, reasons)


def _report_too_early(
    full_text: Mapping[int, Item], first: Mapping[int, ItemState], problems: list[Problem]
) -> None:
    for group, item in full_text.items():
        if first.get(group) is None or first[group].state != "included":
            row = next(iter(item.votes.values()), item.consensus)
            if row is not None:
                where = first[group].state if group in first else "not screened"
                problems.append(_problem(row, "record", f"{row.record.key} was decided in full text, but on title and "
                                f"abstract it is {where}."))  # fmt: skip


def _stage(stage: str, items: Mapping[int, Item], maybe: Verdict) -> StageScreened:
    people = sorted({person for item in items.values() for person in item.votes})
    pairs = [
        (_given(item, people[0]), _given(item, people[1]))
        for item in items.values()
        if len(people) == 2 and item.votes
    ]
    return StageScreened(
        stage=stage,
        agreement=agreement(pairs, maybe) if pairs else None,
        why_none="" if len(people) == 2 else f"{len(people)} people voted; agreement is between two",
        conflicts_settled=sum(item.consensus is not None for item in items.values()),
        changed_votes=sum(item.changed for item in items.values()),
    )


def _given(item: Item, person: str) -> Decision | None:
    return cast("Decision", item.votes[person].decision) if person in item.votes else None


def read_reports(
    review: models.Review, screened: Screened, duplicates: Duplicates
) -> tuple[dict[str, ReportRead], list[Problem]]:
    """Each report sought, what it is and what became of it. A group sought twice is reported; the first stays."""
    reasons = dict(models.ExclusionReason.objects.filter(review=review).values_list("key", "text"))
    links: dict[str, list[str]] = defaultdict(list)
    for link in models.StudyReport.objects.filter(review=review).select_related("study", "report"):
        links[link.report.key].append(link.study.key)
    reports: dict[str, ReportRead] = {}
    seen: dict[int, str] = {}
    problems = []
    rows = models.Report.objects.filter(review=review).select_related("record").order_by("position")
    for row in rows.defer("record__fields"):
        group = row.record.group_id
        if group is None:
            continue
        if group in seen:
            problems.append(Problem("reports.csv", row.line, "record", f"{row.record.key} is a duplicate of the record of "
                            f"report {seen[group]}; one report is enough. The row was left out."))  # fmt: skip
            continue
        seen[group] = row.key
        full = screened.states["full-text"].get(group)
        first = screened.states["title-abstract"][group].state
        if first != "included":
            problems.append(Problem("reports.csv", row.line, "record", f"{row.record.key} was sought in full, but on title and "
                            f"abstract it is {first}."))  # fmt: skip
        if full is not None and not row.retrieved:
            says = "is empty" if row.retrieved is None else "says no"
            problems.append(Problem("reports.csv", row.line, "retrieved", f"{says}, but {row.record.key} was decided in full "
                            "text. The decisions do not count."))  # fmt: skip
        if row.retrieved is False and not row.reason:
            problems.append(
                Problem("reports.csv", row.line, "reason", "is empty; say why the report was not retrieved.")
            )
        reports[row.key] = ReportRead(
            key=row.key,
            record=duplicates.joined(group),
            record_keys=duplicates.members[group],
            retrieved=bool(row.retrieved),
            why_not="" if row.retrieved else row.reason,
            state=(full.state if full else "waiting") if row.retrieved else "",
            exclusion_reason=reasons.get(full.reason, "") if full and full.state == "excluded" else "",
            studies=tuple(links[row.key]),
            note=row.note,
            source=f"reports.csv:{row.line}",
            being_sought=row.retrieved is None,
        )
    return reports, problems


def studies_without_report(review: models.Review, reports: dict[str, ReportRead]) -> list[Problem]:
    """Included studies of which no report was included: a number of theirs would come from nowhere."""
    told = {study for report in reports.values() if report.state == "included" for study in report.studies}
    rows = models.Study.objects.filter(review=review, status="included").exclude(key__in=told)
    return [
        Problem(
            "studies.csv",
            row.line,
            "status",
            f"{row.key} is included, but no report of it was included in full text.",
        )
        for row in rows
    ]
