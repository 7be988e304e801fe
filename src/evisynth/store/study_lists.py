"""Studies and reports as their pages list them, and which reports may belong together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from evisynth.extraction.study_links import Described, Group, Suggestion, suggest
from evisynth.search.duplicates import joined_record
from evisynth.search.normalise import registry_ids
from evisynth.store import models
from evisynth.store.records import plain_record
from evisynth.store.studies_writing import EVENTS, STATUSES

ORDERS = {
    "name": ("by name", ("name", "pk")),
    "status": ("by status", ("status", "name", "pk")),
    "reports": ("most reports first", ("-number", "name", "pk")),
    "added": ("last added first", ("-position",)),
}
MOST_COMPARED = 2_000  # reports that have a study, with which a report without one is compared


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An included report that is of no study, what it may belong to, and a name for a study of its own."""

    report: models.Report
    described: Described
    name: str
    suggestions: tuple[
        tuple[Suggestion, str, str], ...
    ]  # with name and id of the study; or "" and the other report


def studies_of(
    review: models.Review, status: str = "", words: str = "", order: str = "name"
) -> QuerySet[models.Study]:
    """The studies that fit, with the `number` of their reports."""
    studies = models.Study.objects.filter(review=review).annotate(number=Count("study_reports"))
    if status in STATUSES:
        studies = studies.filter(status=status)
    for word in words.split()[:8]:
        studies = studies.filter(
            Q(name__icontains=word) | Q(key__icontains=word) | Q(registration__icontains=word)
        )
    return studies.order_by(*ORDERS.get(order, ORDERS["name"])[1])


def numbers_of(review: models.Review) -> dict[str, int]:
    """How many studies have each status."""
    rows = models.Study.objects.filter(review=review).order_by().values_list("status").annotate(n=Count("pk"))
    found = dict(rows)
    return {status: found.get(status, 0) for status in STATUSES}


def without_study(review: models.Review) -> QuerySet[models.Report]:
    """The reports included in full text that are of no study: an open end of the review."""
    included = models.ScreeningItem.objects.filter(
        review=review, stage="full-text", state="included", group=OuterRef("record__group")
    )
    linked = models.StudyReport.objects.filter(report__record__group=OuterRef("record__group"))
    reports = models.Report.objects.filter(review=review, retrieved=True)
    reports = reports.filter(Exists(included), ~Exists(linked)).order_by("position")
    return reports.select_related("record").defer("record__fields")


def without_report(review: models.Review) -> QuerySet[models.Study]:
    """The included studies of which no report is included: a number of theirs would come from nowhere."""
    included = models.ScreeningItem.objects.filter(
        stage="full-text", state="included", group__records__reports__study_reports__study=OuterRef("pk")
    )
    studies = models.Study.objects.filter(review=review, status="included")
    return studies.filter(~Exists(included)).order_by("name")


def with_suggestions(review: models.Review, reports: Sequence[models.Report]) -> list[Unlinked]:
    """These reports with the studies that they may belong to, and the other reports without one that are like them."""
    groups = _groups(review)
    alone = described(without_study(review)[:MOST_COMPARED])
    own = described(reports)
    names = {group.key: group.name for group in groups}
    others = [Group(f"report {each.key}", "", (each,)) for each in alone.values()]
    found = []
    for report in reports:
        of = own[report.key]
        near = suggest(of, [*groups, *(other for other in others if other.key != f"report {of.key}")])
        told = tuple(
            (each, names.get(each.belongs, ""), each.belongs.removeprefix("report ")) for each in near
        )
        found.append(Unlinked(report, of, study_name(of), told))
    return found


def suggested_for(study: models.Study, most: int = 5) -> list[tuple[Suggestion, models.Report]]:
    """The included reports of no study that may be of this one."""
    rows = {row.key: row for row in without_study(study.review)[:MOST_COMPARED]}
    groups = [group for group in _groups(study.review, study) if group.key == study.key]
    found = [each for one in described(rows.values()).values() for each in suggest(one, groups)]
    return [
        (each, rows[each.report])
        for each in sorted(found, key=lambda each: (-each.score, each.report))[:most]
    ]


def study_name(report: Described) -> str:
    """What a study is called after its report: Smith 2010."""
    family = report.authors[0].partition(",")[0].strip() if report.authors else report.title[:40].strip()
    return " ".join(str(part) for part in (family or report.key, report.year) if part)


def described(reports: Iterable[models.Report]) -> dict[str, Described]:
    """Reports by what tells their study, from all records of their groups."""
    rows = list(reports)
    of_group = {row.record.group_id: row.key for row in rows}
    records: dict[str, list[models.Record]] = defaultdict(list)
    for record in models.Record.objects.filter(group__in=[group for group in of_group if group]).order_by(
        "pk"
    ):
        records[of_group[record.group_id]].append(record)
    return {row.key: _described(row, records.get(row.key) or [row.record]) for row in rows}


def events_about(study: models.Study, most: int = 20) -> list[models.Event]:
    """What happened to a study, the newest first."""
    events = models.Event.objects.filter(review=study.review, what__in=EVENTS)
    about = events.filter(Q(after__has_key=study.key) | Q(before__has_key=study.key))
    return list(about.order_by("-position")[:most])


def _described(report: models.Report, rows: Sequence[models.Record]) -> Described:
    record = joined_record([plain_record(row) for row in rows])
    trials = dict.fromkeys((*record.registry_ids, *registry_ids(record.title, record.abstract)))
    return Described(report.key, record.title, record.authors, record.year, tuple(trials))


def _groups(review: models.Review, only: models.Study | None = None) -> list[Group]:
    """The studies with their reports described."""
    links = models.StudyReport.objects.filter(review=review)
    links = links.filter(study=only) if only else links
    links = links.select_related("report__record", "study").defer("report__record__fields")
    rows = list(links.order_by("position")[:MOST_COMPARED])
    known = described({row.report_id: row.report for row in rows}.values())
    reports: dict[str, list[Described]] = defaultdict(list)
    for row in rows:
        reports[row.study.key].append(known[row.report.key])
    studies = [only] if only else models.Study.objects.filter(review=review)[:MOST_COMPARED]
    return [
        Group(study.key, study.name, tuple(reports[study.key]), registry_ids(study.registration))
        for study in studies
    ]
