"""Duplicates of searches that were run again: round by round, with people's decisions above all rounds.

Known groups stay as they are, since people decided on them; a record that is found again joins its group.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evisynth.search.duplicates.decisions import Merge
from evisynth.search.duplicates.groups import Correction, DuplicateGroup, Grouping, duplicate_groups
from evisynth.search.duplicates.sets import Sets
from evisynth.search.duplicates.updates import Match, new_records
from evisynth.search.record import Record

IMPLIED = "by way of records of a later search"


def grouped_by_round(
    rounds: Sequence[Mapping[str, Record]], corrections: Sequence[Correction] = ()
) -> Grouping:
    """The groups after the last round: those of the first by rule, each later round matched against what is there.

    Corrections hold in every round and between rounds. With one round this is `duplicate_groups`.

    Raises
    ------
    DataError : a correction names an unknown record, or corrections contradict each other.
    """
    if len(rounds) < 2:
        return duplicate_groups(rounds[0] if rounds else {}, corrections)
    duplicate_groups(_named(rounds, corrections), corrections)  # raises where they cannot hold together
    decided = Decided(corrections)
    known = Known()
    first = duplicate_groups(rounds[0], decided.among(rounds[0]))
    for group in first.groups:
        known.add(group, rounds[0])
    known.doubtful += first.review_band
    for found in rounds[1:]:
        known.bring_in(found, decided)
    return Grouping(known.groups(), known.review_band(decided))


def _named(rounds: Iterable[Mapping[str, Record]], corrections: Iterable[Correction]) -> dict[str, Record]:
    """The records that corrections name, as far as they are there."""
    names = {name for correction in corrections for name in (correction.a, correction.b)}
    return {name: record for found in rounds for name, record in found.items() if name in names}


class Decided:
    """What people decided about pairs of records, and what follows from it for others."""

    def __init__(self, corrections: Sequence[Correction]) -> None:
        self.corrections = corrections
        self.merges = [each for each in corrections if each.decision == "merge"]
        self.apart = [each for each in corrections if each.decision != "merge"]
        self.sets = Sets()
        for each in self.merges:
            self.sets.join(each.a, each.b)

    def kept_apart_from(self, name: str) -> set[str]:
        """The records that must not be in one group with this one."""
        found: set[str] = set()
        for each in self.apart:
            for one, other in ((each.a, each.b), (each.b, each.a)):
                if self.sets.together(one, name):
                    found.update(self.sets.of(other))
        return found

    def among(self, records: Collection[str]) -> list[Correction]:
        """The decisions about these records alone, with what follows from those that lead over other records."""
        own = [each for each in self.corrections if each.a in records and each.b in records]
        there = Sets()
        for each in self.merges:
            if each.a in records and each.b in records:
                there.join(each.a, each.b)
        implied = []
        for first, other in self._pairs(records):
            if not there.together(first, other):
                there.join(first, other)
                implied.append(Correction(first, other, "merge", reason=IMPLIED))
        for each in self.apart:
            sides = [
                [name for name in sorted(self.sets.of(end)) if name in records] for end in (each.a, each.b)
            ]
            if all(sides) and not (each.a in records and each.b in records):
                implied.append(Correction(sides[0][0], sides[1][0], "keep apart", reason=IMPLIED))
        return [*implied, *own]

    def _pairs(self, records: Collection[str]) -> Iterator[tuple[str, str]]:
        """The first of the records of each set that people merged, with every other one."""
        seen: set[str] = set()
        for each in self.merges:
            if (root := self.sets.root(each.a)) not in seen:
                seen.add(root)
                present = sorted(name for name in self.sets.of(root) if name in records)
                yield from ((present[0], other) for other in present[1:])


@dataclass(slots=True)
class Home:
    """A group that grows: its members, its fullest record when it was found, why each member is in it."""

    members: list[str]
    best: str
    merges: list[Merge]


@dataclass(slots=True)
class Known:
    """The records and groups of the rounds so far, and the pairs that stay doubtful."""

    records: dict[str, Record] = field(default_factory=dict)
    homes: list[Home] = field(default_factory=list)
    home_of: dict[str, Home] = field(default_factory=dict)
    doubtful: list[Merge] = field(default_factory=list)

    def add(self, group: DuplicateGroup, records: Mapping[str, Record]) -> None:
        """A new group, of these records."""
        home = Home(list(group.members), group.best, list(group.merges))
        self.homes.append(home)
        for name in group.members:
            self.records[name] = records[name]
            self.home_of[name] = home

    def join(self, name: str, record: Record, home: Home, merge: Merge) -> None:
        """A record that is there already."""
        home.members.append(name)
        home.merges.append(merge)
        self.records[name] = record
        self.home_of[name] = home

    def bring_in(self, found: Mapping[str, Record], decided: Decided) -> None:
        """Match the records of a later round."""
        corrections = decided.among(self.records.keys() | found.keys())
        update = new_records(self.records, [home.members for home in self.homes], found, corrections)
        self.doubtful += update.review_band
        for match in update.matches:
            self.join(match.record, found[match.record], self.home_of[match.known], as_merge(match))
        for group in update.new:
            self.add(group, found)

    def groups(self) -> tuple[DuplicateGroup, ...]:
        """All groups, sorted by first member."""
        found = (
            DuplicateGroup(tuple(sorted(home.members)), home.best, tuple(home.merges)) for home in self.homes
        )
        return tuple(sorted(found, key=lambda group: group.members))

    def review_band(self, decided: Decided) -> tuple[Merge, ...]:
        """The doubtful pairs that nobody decided, likeliest first; of the pairs between two groups the likeliest."""
        band: dict[frozenset[int], Merge] = {}
        for pair in sorted(self.doubtful, key=lambda pair: (-pair.score, pair.a, pair.b)):
            homes = [self.home_of[name] for name in (pair.a, pair.b)]
            kept = {other for name in homes[0].members for other in decided.kept_apart_from(name)}
            if homes[0] is not homes[1] and kept.isdisjoint(homes[1].members):
                band.setdefault(frozenset(map(id, homes)), pair)
        return tuple(band.values())


def as_merge(match: Match) -> Merge:
    return Merge(match.matched, match.record, match.reason, match.score)
