"""Groups of duplicates as rows: found by rule from the records and people's decisions, made anew when they change."""

from typing import Literal

from django.db import connection

from evisynth.errors import DataError, Problem
from evisynth.search.duplicates import Correction, Grouping, duplicate_groups, joined_record
from evisynth.search.record import Record as PlainRecord
from evisynth.store import models
from evisynth.store.records import plain_record


def find_duplicates(review: models.Review) -> tuple[Grouping, list[Problem]]:
    """Find the groups of the review's records and link each record to its group. Earlier groups are replaced.

    A decision of a person that contradicts earlier ones does not count, and is a problem.
    """
    rows = list(models.Record.objects.filter(review=review).order_by("search__position", "position"))
    records = {row.key: plain_record(row) for row in rows}
    decisions = models.DuplicateDecision.objects.filter(review=review)
    corrections = [
        (row.line, Correction(row.record_a.key, row.record_b.key, _decision(row), row.person.key, row.reason))
        for row in decisions.select_related("record_a", "record_b", "person")
    ]
    problems: list[Problem] = []
    try:
        grouping = duplicate_groups(records, [correction for _, correction in corrections])
    except DataError:
        sound = _without_contradictions(records, corrections, problems)
        grouping = duplicate_groups(records, sound)
    _store(review, rows, grouping)
    return grouping, problems


def _decision(row: models.DuplicateDecision) -> Literal["merge", "keep apart"]:
    return "merge" if row.decision == "merge" else "keep apart"


def _without_contradictions(
    records: dict[str, PlainRecord], corrections: list[tuple[int, Correction]], problems: list[Problem]
) -> list[Correction]:
    """The corrections that can hold together, the earlier one before the later one."""
    named = {name: records[name] for _, correction in corrections for name in (correction.a, correction.b)}
    sound: list[Correction] = []
    for line, correction in corrections:
        try:
            duplicate_groups(named, [*sound, correction])
        except DataError as error:
            problems.append(Problem("duplicates.csv", line, "decision", f"{error} The row does not count."))
        else:
            sound.append(correction)
    return sound


def _store(review: models.Review, rows: list[models.Record], grouping: Grouping) -> None:
    by_key = {row.key: row for row in rows}
    models.DuplicateGroup.objects.filter(review=review).delete()
    made = models.DuplicateGroup.objects.bulk_create(
        models.DuplicateGroup(
            review=review,
            position=position,
            best=by_key[group.best],
            merges=[
                {"a": merge.a, "b": merge.b, "reason": merge.reason, "score": merge.score}
                for merge in group.merges
            ],
        )
        for position, group in enumerate(grouping.groups, start=1)
    )
    links = [
        (row.pk, by_key[key].pk)
        for group, row in zip(grouping.groups, made, strict=True)
        for key in group.members
    ]
    with connection.cursor() as cursor:  # one plain statement: the object mapper takes seconds for this
        cursor.executemany("UPDATE store_record SET group_id = %s WHERE id = %s", links)


def best_record(members: list[models.Record]) -> PlainRecord:
    """One record for a group: the best of its members with all identifiers joined."""
    return joined_record([plain_record(row) for row in members])
