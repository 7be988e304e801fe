"""Lists of the reports in full text: by what became of them, by words, in an order, and counted.

What other tables say of an item is asked as a set for the whole review, not once for each item: without
statistics about its tables a database does the latter by reading all votes for each.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from evisynth.store import models
from evisynth.store.reports import STAGE
from evisynth.store.voting import portion_of

Items = QuerySet[models.ScreeningItem]

COUNTED_BY = ("fate", "state", "going_on", "for_me")
GOT = ~Q(fate="not retrieved")
SHOWN: dict[str, tuple[str, Q]] = {  # name in addresses -> title, condition on items of `reports_of`
    "mine": ("for me to read", Q(for_me=True) & GOT),
    "all": ("all", Q()),
    "sought": ("being sought", Q(fate="sought")),
    "not-retrieved": ("not retrieved", ~GOT),
    "waiting": ("retrieved, waiting for votes", Q(fate="retrieved", state="waiting")),
    "conflict": ("in conflict", Q(state="conflict") & GOT),
    "included": ("included", Q(state="included") & GOT),
    "excluded": ("excluded", Q(state="excluded") & GOT),
    "dropped": ("no longer included on title and abstract", Q()),
}
SAYS = {  # list -> what is in it, for people who see its name for the first time
    "mine": "Reports that need a vote more, and you have not given yours; also those that are still being sought.",
    "all": "Every record that is included on title and abstract, by its report.",
    "sought": "Nobody has said yet whether the report can be had; some were not looked for at all.",
    "not-retrieved": "Somebody looked for the report and could not get it. It needs no votes.",
    "waiting": "The report is there, and a vote is missing.",
    "conflict": "All votes are in, and they differ; somebody has to settle it.",
    "included": "All votes are in: the report is in the review.",
    "excluded": "All votes are in: the report is out, with a reason.",
    "dropped": "Was included on title and abstract once and is not any more; votes here do not count.",
}
ORDERS = {
    "random": ("at random", ("shuffled", "pk")),
    "title": ("by title", ("title", "pk")),
    "newest": ("newest first", ("-year", "title", "pk")),
    "report": ("by id", ("report_key", "title", "pk")),
}


def first_reports(review: int) -> QuerySet[models.Report]:
    """The reports of a review; of two that duplicates brought together the first counts."""
    reports = models.Report.objects.filter(review=review, record__group__isnull=False).order_by()
    firsts = reports.values("record__group").annotate(first=Min("position")).values("first")
    return reports.filter(position__in=firsts)


def reports_of(member: models.Membership) -> Items:
    """The items of full text of the person's review, with three things more.

    fate     : sought, retrieved or not retrieved.
    going_on : whether the record is still included on title and abstract; only then it counts in full text.
    for_me   : whether it waits for this person's vote, within the portion that is theirs.
    """
    review = member.review_id
    reports = first_reports(review)
    first = models.ScreeningItem.objects.filter(review=review, stage="title-abstract", state="included")
    mine = _votes(member).order_by().values("record__group")
    waiting = Q(state="waiting") & ~Q(group__in=mine) & portion_of(member, STAGE)
    return models.ScreeningItem.objects.filter(review=review, stage=STAGE).annotate(
        fate=Case(
            When(group__in=reports.filter(retrieved=True).values("record__group"), then=Value("retrieved")),
            When(
                group__in=reports.filter(retrieved=False).values("record__group"), then=Value("not retrieved")
            ),
            default=Value("sought"),
            output_field=CharField(),
        ),
        going_on=ExpressionWrapper(Q(group__in=first.values("group")), BooleanField()),
        for_me=ExpressionWrapper(waiting, BooleanField()),
    )


def listed(member: models.Membership, show: str, words: str = "", order: str = "title") -> Items:
    """The items of `reports_of` that are asked for. Nothing that others said about a waiting item has an effect here."""
    _, condition = SHOWN.get(show, SHOWN["all"])
    items = reports_of(member).filter(condition & Q(going_on=show != "dropped"))
    for word in words.split()[:8]:
        named = models.Report.objects.filter(review=member.review_id, key__icontains=word)
        items = items.filter(
            Q(group__in=named.values("record__group")) | Q(group__best__title__icontains=word)
        )
    if order == "report":
        key = models.Report.objects.filter(record__group=OuterRef("group_id")).order_by("position")
        items = items.annotate(report_key=Subquery(key.values("key")[:1]))
    return items.order_by(*ORDERS.get(order, ORDERS["title"])[1])


def counted(member: models.Membership) -> dict[str, int]:
    """How many items each list has."""
    items = reports_of(member).order_by()
    rows = items.values(*COUNTED_BY).annotate(n=Count("pk"))
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if not row["going_on"]:
            found["dropped"] += row["n"]
            continue
        found["all"] += row["n"]
        if row["fate"] == "not retrieved":
            found["not-retrieved"] += row["n"]
            continue
        found["mine"] += row["n"] * bool(row["for_me"])
        found["sought"] += row["n"] * (row["fate"] == "sought")
        if row["state"] != "waiting" or row["fate"] == "retrieved":
            found[row["state"]] += row["n"]
    return {name: found[name] for name in SHOWN}


@dataclass(frozen=True, slots=True)
class Row:
    """An item as a list shows it: with its report, whether a file of it is here, and the person's own vote."""

    item: models.ScreeningItem
    report: models.Report | None
    has_file: bool
    vote: models.Decision | None


def rows_of(member: models.Membership, items: Sequence[models.ScreeningItem]) -> list[Row]:
    """What a page shows of its items, in three queries."""
    groups = [item.group_id for item in items]
    reports = models.Report.objects.filter(review=member.review_id, record__group__in=groups)
    reports = reports.select_related("record").defer("record__fields").order_by("-position")
    of_group = {report.record.group_id: report for report in reports}
    files = models.ReportFile.objects.filter(report__in=[report.pk for report in of_group.values()])
    with_files = set(files.values_list("report_id", flat=True))
    votes = _votes(member).filter(record__group__in=groups).select_related("reason", "record")
    vote_of = {vote.record.group_id: vote for vote in votes.defer("record__fields")}
    return [
        Row(
            item,
            report := of_group.get(item.group_id),
            report is not None and report.pk in with_files,
            vote_of.get(item.group_id),
        )
        for item in items
    ]


def _votes(member: models.Membership) -> QuerySet[models.Decision]:
    return models.Decision.objects.filter(
        review=member.review_id, stage=STAGE, person=member, active=True, kind="vote"
    )
