"""Groups of duplicates, doubtful pairs and people's decisions, as lists for pages, with the records side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q, QuerySet

from evisynth.reporting.duplicates_report import FIELDS, plain, shown
from evisynth.search.record import Record as PlainRecord
from evisynth.store import models
from evisynth.store.duplicates import WITHDRAW, decisions_of, standing
from evisynth.store.records import plain_record

MOST_SIDE_BY_SIDE = 12
ORDERS = {
    "weakest": ("least alike first", ("score", "pk")),
    "largest": ("largest first", ("-size", "pk")),
    "newest": ("newest first", ("-pk",)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of records side by side; whether they differ in it, case and blanks aside."""

    name: str
    texts: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Records to compare. `more` are those of the group that are not shown."""

    keys: tuple[str, ...]
    lines: tuple[Line, ...]
    more: int = 0


def side_by_side(records: Sequence[tuple[str, PlainRecord]], more: int = 0) -> SideBySide:
    """The fields that a record has, a line each; a text that one lacks counts as no difference."""
    texts = [shown(record) for _, record in records]
    lines = []
    for name, values in zip(FIELDS, zip(*texts, strict=True), strict=True):
        if any(values):
            lines.append(Line(name, values, len({plain(value) for value in values if value}) > 1))
    return SideBySide(tuple(key for key, _ in records), tuple(lines), more)


def merged_groups(
    review: models.Review, reason: str, order: str, key: str = ""
) -> QuerySet[models.DuplicateGroup]:
    """The groups of more than one record; with this weakest reason, or the one that has this record."""
    groups = models.DuplicateGroup.objects.filter(review=review, size__gt=1).select_related("best")
    if reason:
        groups = groups.filter(reason=reason)
    if key:
        groups = groups.filter(records__key=key, records__review=review)
    return groups.defer("best__fields").order_by(*ORDERS.get(order, ORDERS["weakest"])[1])


def reasons_of_merges(review: models.Review) -> list[tuple[str, int]]:
    """Each weakest reason of a group with how many groups have it, the most frequent first."""
    groups = models.DuplicateGroup.objects.filter(review=review, size__gt=1).order_by()
    return list(groups.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason"))


def compared_groups(
    review: models.Review, groups: Iterable[models.DuplicateGroup]
) -> list[tuple[models.DuplicateGroup, SideBySide]]:
    """Each group with its records side by side, in one query for all."""
    groups = list(groups)
    rows = models.Record.objects.filter(review=review, group__in=[group.pk for group in groups])
    found: dict[int | None, list[models.Record]] = {}
    for row in rows.order_by("search__position", "position")[: len(groups) * 200]:
        found.setdefault(row.group_id, []).append(row)
    result = []
    for group in groups:
        members = found.get(group.pk, [])
        first = [(row.key, plain_record(row)) for row in members[:MOST_SIDE_BY_SIDE]]
        if first:
            result.append((group, side_by_side(first, group.size - len(first))))
    return result


def doubtful(review: models.Review) -> QuerySet[models.DoubtfulPair]:
    """The pairs that people should decide about, likeliest first."""
    return models.DoubtfulPair.objects.filter(review=review).select_related("record_a", "record_b")


def compared_pair(a: models.Record, b: models.Record) -> SideBySide:
    return side_by_side([(row.key, plain_record(row)) for row in (a, b)])


def record_named(review: models.Review, key: str) -> models.Record | None:
    return models.Record.objects.filter(review=review, key=key).select_related("group").first()


def records_like(review: models.Review, words: str, most: int = 20) -> list[models.Record]:
    """Records whose title has all these words, or whose key it is; a few."""
    found = models.Record.objects.filter(review=review).defer("fields")
    titled = Q()
    for word in words.split()[:8]:
        titled &= Q(title__icontains=word)
    return list(found.filter(Q(key=words) | titled).order_by("title", "pk")[:most]) if words.strip() else []


@dataclass(frozen=True, slots=True)
class Told:
    """Decisions of one person at one time, together: what was decided about which pairs, and which of them stand."""

    person: str
    time: str
    decision: str
    reason: str
    pairs: tuple[tuple[str, str], ...]
    stand: tuple[tuple[str, str], ...]


def told_decisions(review: models.Review) -> list[Told]:
    """People's decisions, the newest first; pairs of one deed together."""
    rows = list(decisions_of(review))
    stands = {frozenset((each.a, each.b)): each for _, each in standing(rows)[0]}
    last = {frozenset((row.record_a.key, row.record_b.key)): row.pk for row in rows}
    found = []
    deeds = groupby(rows, lambda row: (row.person.name, row.time, row.decision, row.reason, row.record_a.key))
    for (person, time, decision, reason, _), deed in deeds:
        same = list(deed)
        pairs = [(row.record_a.key, row.record_b.key) for row in same]
        stand = [
            (row.record_a.key, row.record_b.key)
            for row in same
            if (pair := frozenset((row.record_a.key, row.record_b.key))) in stands
            and last[pair] == row.pk and decision != WITHDRAW
        ]  # fmt: skip
        found.append(Told(person, time, decision, reason, tuple(pairs), tuple(stand)))
    return found[::-1]
