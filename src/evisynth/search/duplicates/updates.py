"""A new search against the records that are there: only what is new goes to screening."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.search.duplicates.decisions import Merge, strongest_first
from evisynth.search.duplicates.groups import (
    Correction,
    DuplicateGroup,
    as_groups,
    decided_by_people,
    identical_to_earlier,
    merges_by_rule,
    review_band,
    separated,
    take,
)
from evisynth.search.duplicates.sets import Sets
from evisynth.search.record import Record


@dataclass(frozen=True, slots=True)
class Match:
    """A record of the new search that is there already, in the group of `known`; why, and how alike (0 to 1).

    `matched` is the record it was merged with: a known one, or a new one that was matched before it.
    """

    record: str
    known: str
    matched: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Update:
    """What a new search brings: groups to screen, records that are there already, pairs to look at."""

    new: tuple[DuplicateGroup, ...]
    matches: tuple[Match, ...]
    review_band: tuple[Merge, ...]


def new_records(
    known: Mapping[str, Record],
    groups: Iterable[Sequence[str]],
    found: Mapping[str, Record],
    corrections: Sequence[Correction] = (),
) -> Update:
    """Match the records `found` by a new search against the `known` ones.

    `groups` are the members of each known group. They stay as they are: a record that fits two of them joins
    the one it is more alike, and the other pair goes to the review band. A known record in no group is one of
    its own. Corrections by people win over every rule and veto; the known groups must have been made with them.
    The result does not depend on the order of the records.

    Raises
    ------
    DataError : an id is both known and found, a group names a record that is not known, a correction names an
                unknown record, or corrections contradict each other or the known groups.
    """
    if twice := sorted(known.keys() & found.keys()):
        raise DataError(f"The record {twice[0]} is both known and in the new search; ids must differ.")
    groups = [*groups]
    joined, first = known_sets(known, groups)  # what rules may build on: known groups, and what rules join
    records = {**known, **found}
    final, accepted, apart = decided_by_people(records, corrections)
    for members in groups:
        for name in members:
            final.join(members[0], name)
    refuse_contradictions(final, first, apart)
    doubtful: list[Merge] = []

    def group_of(name: str) -> str:
        """The first member of the known group that the record is in; empty for a new publication."""
        return next((first[member] for member in final.of(name) if member in first), "")

    def allowed(merge: Merge) -> bool:
        if final.together(merge.a, merge.b):
            return True
        if group_of(merge.a) and group_of(merge.b):
            doubtful.append(merge._replace(reason=f"{merge.reason}, but known to be in two groups"))
            return False
        return not separated(final, apart, merge)

    distinct: list[str] = []
    for name, twin in identical_to_earlier([*sorted(known), *sorted(found)], records):
        if twin is None or name in known:
            distinct.append(name)
            continue
        merge = Merge(twin, name, "identical records", 1.0)
        if allowed(merge):
            take(merge, final, accepted)
    distinct.sort()
    for merge in merges_by_rule(distinct, [records[name] for name in distinct], joined, allowed, doubtful):
        take(merge, final, accepted)
    fresh = [name for name in sorted(found) if not group_of(name)]
    of_new = [pair for pair in doubtful if pair.a in found or pair.b in found]
    return Update(
        new=as_groups(records, fresh, final, accepted),
        matches=tuple(sorted(as_matches(known, accepted, group_of), key=lambda match: match.record)),
        review_band=review_band(of_new, final, apart),
    )


def refuse_contradictions(final: Sets, first: Mapping[str, str], apart: Mapping[str, set[str]]) -> None:
    """People keep no two records of one set apart, and no set has two known groups."""
    for name, others in apart.items():
        for other in others:
            if final.together(name, other):
                raise DataError(
                    f"{name} and {other} are kept apart by a correction, but are in one known group."
                )
    group_of_root: dict[str, str] = {}
    for name, group in first.items():
        if group_of_root.setdefault(final.root(name), group) != group:
            raise DataError(
                f"A correction merges the known groups of {group_of_root[final.root(name)]} and {group}."
            )


def known_sets(known: Mapping[str, Record], groups: Iterable[Sequence[str]]) -> tuple[Sets, dict[str, str]]:
    """The known groups as sets, and of each known record the first member of its group."""
    sets, first = Sets(), {name: name for name in known}
    for members in groups:
        if missing := [name for name in members if name not in known]:
            raise DataError(
                f"A known group has the record {missing[0]}, which is not among the known records."
            )
        for name in members:
            sets.join(members[0], name)
            first[name] = min(members)
    return sets, first


def as_matches(
    known: Container[str], accepted: Iterable[Merge], group_of: Callable[[str], str]
) -> Iterator[Match]:
    """Each new record of a known group with the merge that leads from it towards the group's known records."""
    merges_of: dict[str, list[Merge]] = {}
    for merge in sorted(accepted, key=strongest_first):
        merges_of.setdefault(merge.a, []).append(merge)
        merges_of.setdefault(merge.b, []).append(merge)
    reached = deque(sorted(name for name in merges_of if name in known))
    seen = {*reached}
    while reached:
        name = reached.popleft()
        for merge in merges_of[name]:
            new = merge.b if merge.a == name else merge.a
            if new not in seen:
                seen.add(new)
                reached.append(new)
                yield Match(new, group_of(new), name, merge.reason, merge.score)
