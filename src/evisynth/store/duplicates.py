"""Groups of duplicates as rows: found by rule from the records and people's decisions, made anew when they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import connection

from evisynth.errors import DataError, Problem
from evisynth.search.duplicates import (
    Correction,
    Grouping,
    duplicate_groups,
    grouped_by_round,
    joined_record,
)
from evisynth.search.record import Record as PlainRecord
from evisynth.store import models
from evisynth.store.records import plain_record


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The records of a review and their groups.

    records  : every record by its key, in the order of the searches.
    rounds   : record -> the run of the searches that found it (0: the review's own; 1, 2 ...: its updates).
    members  : number of the group's row -> the keys of its records, in the order of the searches.
    group_of : record -> number of its group's row.
    decided  : what people decided, as far as it counts, in the order of duplicates.csv.
    """

    records: Mapping[str, PlainRecord]
    rounds: Mapping[str, int]
    grouping: Grouping
    members: Mapping[int, tuple[str, ...]]
    group_of: Mapping[str, int]
    decided: tuple[Correction, ...]

    def joined(self, group: int) -> PlainRecord:
        """One record for a group: the fullest of its members with all identifiers joined."""
        return joined_record([self.records[key] for key in self.members[group]])

    def first_round(self, group: int) -> int:
        """The run of the searches that found the publication first."""
        return min(self.rounds[key] for key in self.members[group])


def find_duplicates(review: models.Review) -> tuple[Duplicates, list[Problem]]:
    """Find the groups of the review's records and link each record to its group. Earlier groups are replaced.

    A later run of the searches is matched against the groups that are there. The first decision about a pair
    stays; a later one about it, or one that contradicts earlier ones, does not count and is a problem.
    """
    rows = list(models.Record.objects.filter(review=review).order_by("search__position", "position"))
    records = {row.key: plain_record(row) for row in rows}
    run = dict(models.SearchRun.objects.filter(review=review).values_list("pk", "update"))
    rounds = {row.key: run[row.search_id] for row in rows}
    decisions = models.DuplicateDecision.objects.filter(review=review)
    corrections = [
        (row.line, Correction(row.record_a.key, row.record_b.key, _decision(row), row.person.key, row.reason))
        for row in decisions.select_related("record_a", "record_b", "person")
    ]
    corrections, problems = _first_of_each_pair(corrections)
    by_round = [
        {key: records[key] for key, found_in in rounds.items() if found_in == number}
        for number in sorted({*rounds.values()})
    ]
    decided = [correction for _, correction in corrections]
    try:
        grouping = grouped_by_round(by_round, decided)
    except DataError:
        decided = _without_contradictions(records, corrections, problems)
        grouping = grouped_by_round(by_round, decided)
    members = _store(review, rows, grouping)
    group_of = {key: group for group, keys in members.items() for key in keys}
    return Duplicates(records, rounds, grouping, members, group_of, tuple(decided)), problems


def _decision(row: models.DuplicateDecision) -> Literal["merge", "keep apart"]:
    return "merge" if row.decision == "merge" else "keep apart"


def _first_of_each_pair(
    corrections: list[tuple[int, Correction]],
) -> tuple[list[tuple[int, Correction]], list[Problem]]:
    """The first correction of each pair of records, in whichever order it names them; every later one is a problem."""
    first: dict[frozenset[str], tuple[int, Correction]] = {}
    problems = []
    for line, correction in corrections:
        stands, earlier = first.setdefault(frozenset((correction.a, correction.b)), (line, correction))
        if earlier is not correction:
            message = (
                f"{correction.a} and {correction.b} are decided about in line {stands} already "
                f"({earlier.decision}, by {earlier.person}); this row does not count. To change that decision, "
                "change its row."
            )
            problems.append(Problem("duplicates.csv", line, "decision", message))
    return list(first.values()), problems


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


def _store(
    review: models.Review, rows: list[models.Record], grouping: Grouping
) -> dict[int, tuple[str, ...]]:
    """Write the groups and link each record to its group; gives the members by the number of the group's row."""
    by_key = {row.key: row for row in rows}
    place = {row.key: number for number, row in enumerate(rows)}
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
    members = {
        row.pk: tuple(sorted(group.members, key=place.__getitem__))
        for group, row in zip(grouping.groups, made, strict=True)
    }
    links = [(group, by_key[key].pk) for group, keys in members.items() for key in keys]
    with connection.cursor() as cursor:  # one plain statement: the object mapper takes seconds for this
        cursor.executemany("UPDATE store_record SET group_id = %s WHERE id = %s", links)
    return members
