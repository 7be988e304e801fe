"""Groups of duplicates written as rows, so that a group which stays keeps its row and all that points at it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max

from evisynth.search.duplicates import DuplicateGroup, Merge
from evisynth.store import models

BATCH = 2_000
BY_PEOPLE = "decided by people"


class Place(NamedTuple):
    """Where a record is: its row and the row of its group, if it has one yet."""

    row: int
    group: int | None


@dataclass(slots=True)
class Changes:
    """What becomes of the rows of groups.

    row_of     : group, in the order given -> its row (None: it needs a new one).
    altered    : rows that get other records than those of before, and rows that lose some.
    grown      : rows that only get records which were in no group.
    gone       : rows that are no group any more.
    other_best : rows whose fullest record is another now.
    """

    row_of: list[int | None]
    altered: set[int] = field(default_factory=set)
    grown: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    other_best: set[int] = field(default_factory=set)


def matched_rows(groups: Sequence[DuplicateGroup], places: Mapping[str, Place]) -> Changes:
    """Which row each group keeps: the one that most of its records are in already; each row goes to one group."""
    sizes = Counter(place.group for place in places.values() if place.group is not None)
    changes = Changes([None] * len(groups))
    wanted: list[tuple[int, int, int]] = []  # minus the records in common, group, row
    whole: set[tuple[int, int]] = set()  # group, row: all records of the row, and none of another row
    for number, group in enumerate(groups):
        common = Counter(places[name].group for name in group.members)
        fresh = common.pop(None, 0)
        if len(common) == 1:
            ((row, count),) = common.items()
            if row is not None and count == sizes[row]:
                whole.add((number, row))
                if not fresh:
                    changes.row_of[number] = row
                    continue
        wanted += [(-count, number, row) for row, count in common.items() if row is not None]
    taken = {row for row in changes.row_of if row is not None}
    for _, number, row in sorted(wanted):
        if changes.row_of[number] is None and row not in taken:
            changes.row_of[number] = row
            taken.add(row)
            (changes.grown if (number, row) in whole else changes.altered).add(row)
    changes.gone = {row for row in sizes if row not in taken}
    return changes


def write_groups(
    review: models.Review, groups: Sequence[DuplicateGroup], places: Mapping[str, Place]
) -> tuple[list[int], Changes]:
    """Write these groups, which have all records of the rows that their records are in; gives the row of each.

    Rows whose records stay together are written only where their best record or their merges are others now.
    """
    changes = matched_rows(groups, places)
    kept = {row: group for row, group in zip(changes.row_of, groups, strict=True) if row is not None}
    last = models.DuplicateGroup.objects.filter(review=review).aggregate(last=Max("position"))["last"] or 0
    fresh = [number for number, row in enumerate(changes.row_of) if row is None]
    made = models.DuplicateGroup.objects.bulk_create(
        (
            models.DuplicateGroup(review=review, position=last + at, **row_values(groups[number], places))
            for at, number in enumerate(fresh, start=1)
        ),
        batch_size=BATCH,
    )
    for number, row in zip(fresh, made, strict=True):
        changes.row_of[number] = row.pk
    changes.other_best = update_rows(kept, places)
    rows = [row for row in changes.row_of if row is not None]
    link(
        [
            (row, places[name].row)
            for row, group in zip(rows, groups, strict=True)
            for name in group.members
            if places[name].group != row
        ]
    )
    delete_rows(changes.gone)
    return rows, changes


def row_values(group: DuplicateGroup, places: Mapping[str, Place]) -> dict[str, Any]:
    """The fields of a group's row."""
    weakest = min(group.merges, key=lambda merge: merge.score, default=None)
    return {
        "best_id": places[group.best].row,
        "merges": [
            {"a": merge.a, "b": merge.b, "reason": merge.reason, "score": merge.score}
            for merge in group.merges
        ],
        "size": len(group.members),
        "reason": kind_of(weakest.reason) if weakest else "",
        "score": weakest.score if weakest else 1,
    }


def kind_of(reason: str) -> str:
    """The reason of a merge without who it was, where people decided."""
    return BY_PEOPLE if reason.startswith("decided") else reason


def update_rows(groups: Mapping[int, DuplicateGroup], places: Mapping[str, Place]) -> set[int]:
    """Let rows say what these groups are; gives the rows whose best record is another now."""
    differ, other_best = differing_rows(groups, places)
    write_rows(differ)
    return other_best


def differing_rows(
    groups: Mapping[int, DuplicateGroup], places: Mapping[str, Place]
) -> tuple[dict[int, dict[str, Any]], set[int]]:
    """The fields of each row that says something else than its group; and the rows whose best record is another."""
    differ, other_best = {}, set()
    rows = list(groups)
    for at in range(0, len(rows), BATCH):
        for row in models.DuplicateGroup.objects.filter(pk__in=rows[at : at + BATCH]).order_by():
            values = row_values(groups[row.pk], places)
            if any(getattr(row, name) != value for name, value in values.items()):
                differ[row.pk] = values
                if row.best_id != values["best_id"]:
                    other_best.add(row.pk)
    return differ, other_best


def write_rows(values: Mapping[int, Mapping[str, Any]]) -> None:
    """Write the fields of rows of groups, as `row_values` gives them."""
    if not values:
        return
    prepared = models.DuplicateGroup._meta.get_field("merges").get_db_prep_save
    with connection.cursor() as cursor:  # one plain statement: the object mapper takes seconds for this
        cursor.executemany(
            "UPDATE store_duplicategroup SET best_id = %s, merges = %s, size = %s, reason = %s, score = %s "
            "WHERE id = %s",
            [
                (
                    own["best_id"],
                    prepared(own["merges"], connection),
                    own["size"],
                    own["reason"],
                    own["score"],
                    row,
                )
                for row, own in values.items()
            ],
        )


def link(pairs: Sequence[tuple[int, int]]) -> None:
    """Put records into groups: (row of the group, row of the record)."""
    if pairs:
        with connection.cursor() as cursor:  # one plain statement: the object mapper takes seconds for this
            cursor.executemany("UPDATE store_record SET group_id = %s WHERE id = %s", pairs)


def delete_rows(rows: Collection[int]) -> None:
    """Delete groups that have no records any more, and their items."""
    numbers = sorted(rows)
    for at in range(0, len(numbers), BATCH):
        some = numbers[at : at + BATCH]
        models.ScreeningItem.objects.filter(group__in=some).delete()
        groups = models.DuplicateGroup.objects.filter(pk__in=some)
        groups._raw_delete(groups.db)  # nothing points at them any more


def write_band(review: models.Review, pairs: Sequence[Merge], places: Mapping[str, Place]) -> None:
    """Let these be the doubtful pairs of the review."""
    wanted = [(places[pair.a].row, places[pair.b].row, pair.reason, pair.score) for pair in pairs]
    there = models.DoubtfulPair.objects.filter(review=review)
    if list(there.values_list("record_a", "record_b", "reason", "score")) != wanted:
        there.delete()
        models.DoubtfulPair.objects.bulk_create(band_rows(review, pairs, places), batch_size=BATCH)


def band_rows(
    review: models.Review, pairs: Sequence[Merge], places: Mapping[str, Place]
) -> list[models.DoubtfulPair]:
    return [
        models.DoubtfulPair(
            review=review,
            record_a_id=places[pair.a].row,
            record_b_id=places[pair.b].row,
            reason=pair.reason,
            score=pair.score,
        )
        for pair in pairs
    ]
