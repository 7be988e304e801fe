"""A new search against the records that are there: only what is new goes to screening."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.search.duplicates.decisions import Merge, strongest_first
from evisynth.search.duplicates.groups import (
    DuplicateGroup,
    as_groups,
    identical_to_earlier,
    merges_by_rule,
    review_band,
    take,
)
from evisynth.search.duplicates.sets import Sets
from evisynth.search.record import Record


@dataclass(frozen=True, slots=True)
class Match:
    """A record of the new search that is there already, in the group of `known`; why, and how alike (0 to 1).

    `matched` is the record it was merged with: one of that group, or another new record of the same group.
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
    known: Mapping[str, Record], groups: Iterable[Sequence[str]], found: Mapping[str, Record]
) -> Update:
    """Match the records `found` by a new search against the `known` ones.

    `groups` are the members of each known group. They stay as they are: a record that fits two of them joins
    the one it is more alike, and the other pair goes to the review band. A known record in no group is one of
    its own. The result does not depend on the order of the records.

    Raises
    ------
    DataError : an id is both known and found, or a group names a record that is not known.
    """
    if twice := sorted(known.keys() & found.keys()):
        raise DataError(f"The record {twice[0]} is both known and in the new search; ids must differ.")
    joined, first = known_sets(known, groups)
    records = {**known, **found}
    accepted: list[Merge] = []
    distinct: list[str] = []
    for name, twin in identical_to_earlier([*sorted(known), *sorted(found)], records):
        if twin is None or name in known:
            distinct.append(name)
        else:
            take(Merge(twin, name, "identical records", 1.0), joined, accepted)
    distinct.sort()
    doubtful: list[Merge] = []

    def group_of(name: str) -> str:
        """The first member of the known group that the record is in; empty for a new publication."""
        return next((first[member] for member in joined.of(name) if member in first), "")

    def allowed(merge: Merge) -> bool:
        two_groups = bool(group_of(merge.a) and group_of(merge.b))
        if two_groups:
            doubtful.append(merge._replace(reason=f"{merge.reason}, but known to be in two groups"))
        return not two_groups

    accepted += merges_by_rule(distinct, [records[name] for name in distinct], joined, allowed, doubtful)
    fresh = [name for name in sorted(found) if not group_of(name)]
    of_new = [pair for pair in doubtful if pair.a in found or pair.b in found]
    return Update(
        new=as_groups(records, fresh, joined, accepted),
        matches=tuple(as_matches(found.keys() - set(fresh), accepted, group_of)),
        review_band=review_band(of_new, joined, {}),
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
    names: Iterable[str], accepted: Iterable[Merge], group_of: Callable[[str], str]
) -> Iterator[Match]:
    """Each record with the strongest merge that it was part of."""
    strongest: dict[str, Merge] = {}
    for merge in sorted(accepted, key=strongest_first):
        strongest.setdefault(merge.a, merge)
        strongest.setdefault(merge.b, merge)
    for name in sorted(names):
        merge = strongest[name]
        matched = merge.b if merge.a == name else merge.a
        yield Match(name, group_of(name), matched, merge.reason, merge.score)
