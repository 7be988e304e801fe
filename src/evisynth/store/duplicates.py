"""Groups of duplicates of a review: found by rule from the records and people's decisions, and kept as rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

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
from evisynth.store.group_rows import Place, write_band, write_groups
from evisynth.store.records import plain_record

WITHDRAW = "withdraw"  # takes back what was decided about a pair


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
    """Find the groups of the review's records and link each record to its group.

    A group that is there already keeps its row. A later run of the searches is matched against the groups that are
    there. The first decision about a pair stays unless a later one says that it changes it; one that does not, or
    that contradicts earlier ones, does not count and is a problem.
    """
    rows = list(models.Record.objects.filter(review=review).order_by("search__position", "position"))
    records = {row.key: plain_record(row) for row in rows}
    run = dict(models.SearchRun.objects.filter(review=review).values_list("pk", "update"))
    rounds = {row.key: run[row.search_id] for row in rows}
    corrections, problems = standing(decisions_of(review))
    grouping, decided = grouping_of(records, rounds, corrections, problems)
    place = {row.key: number for number, row in enumerate(rows)}
    places = {row.key: Place(row.pk, row.group_id) for row in rows}
    numbers, _ = write_groups(review, grouping.groups, places)
    write_band(review, grouping.review_band, places)
    members = {
        number: tuple(sorted(group.members, key=place.__getitem__))
        for number, group in zip(numbers, grouping.groups, strict=True)
    }
    group_of = {key: group for group, keys in members.items() for key in keys}
    return Duplicates(records, rounds, grouping, members, group_of, tuple(decided)), problems


def grouping_of(
    records: Mapping[str, PlainRecord],
    rounds: Mapping[str, int],
    corrections: list[tuple[int, Correction]],
    problems: list[Problem],
) -> tuple[Grouping, list[Correction]]:
    """The groups of records that were found in these runs of the searches, and the decisions that count.

    Decisions (line, correction) that cannot hold beside earlier ones are added to the problems.
    """
    by_round = [
        {key: records[key] for key, found_in in rounds.items() if found_in == number}
        for number in sorted({*rounds.values()})
    ]
    decided = [correction for _, correction in corrections]
    try:
        return grouped_by_round(by_round, decided), decided
    except DataError:
        decided = without_contradictions(records, corrections, problems)
        return grouped_by_round(by_round, decided), decided


def decisions_of(review: models.Review) -> Iterator[models.DuplicateDecision]:
    """People's decisions about pairs, in their order, with the records' keys and without their texts."""
    rows = models.DuplicateDecision.objects.filter(review=review).select_related(
        "record_a", "record_b", "person"
    )
    texts = ("title", "fields")
    return iter(rows.defer(*(f"record_{side}__{text}" for side in "ab" for text in texts)))


def standing(
    rows: Iterable[models.DuplicateDecision],
) -> tuple[list[tuple[int, Correction]], list[Problem]]:
    """What counts of decisions about pairs of records, in whichever order a row names them, with their lines.

    The first one about a pair stays. A later one counts where it says that it changes what was decided; it then
    stands behind all before it. Every row that does not count is a problem.
    """
    stands: dict[frozenset[str], tuple[int, Correction]] = {}
    problems = []
    for row in rows:
        a, b = row.record_a.key, row.record_b.key
        pair = frozenset((a, b))
        before = stands.get(pair)
        message = ""
        if row.decision == WITHDRAW:
            if before is None:
                message = (
                    f"nothing is decided about {a} and {b} that could be taken back; this row does not count."
                )
            stands.pop(pair, None)
        elif before is not None and not row.changes:
            line, earlier = before
            message = (
                f"{a} and {b} are decided about in line {line} already ({earlier.decision}, by {earlier.person}); "
                "this row does not count. To change that decision, say changes = yes."
            )
        else:
            stands.pop(pair, None)
            decision: Literal["merge", "keep apart"] = "merge" if row.decision == "merge" else "keep apart"
            stands[pair] = row.line, Correction(a, b, decision, row.person.key, row.reason)
        if message:
            problems.append(Problem("duplicates.csv", row.line, "decision", message))
    return list(stands.values()), problems


def without_contradictions(
    records: Mapping[str, PlainRecord], corrections: list[tuple[int, Correction]], problems: list[Problem]
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
