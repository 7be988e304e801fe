"""Groups of records of one publication, whose members all agree, and the record that stands for a group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from evisynth.errors import DataError
from evisynth.search.duplicates.candidates import candidate_pairs
from evisynth.search.duplicates.evidence import Agreement, Evidence, Title, compared, title_similarities
from evisynth.search.duplicates.keys import Keys, record_keys
from evisynth.search.duplicates.matching import Verdict, verdict
from evisynth.search.record import Record

# A pair that no rule merged is shown to people when it is at least this alike.
REVIEW_FROM = 0.8
# Before two groups are joined, up to this many members of one are compared with as many of the other.
COMPARED_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person decided about two records. Of two decisions on one pair the later one counts."""

    a: str
    b: str
    decision: Literal["merge", "keep apart"]
    person: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that are, or may be, one publication: why, and how alike they are (0 to 1)."""

    a: str
    b: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Records of one publication. `best` is the fullest record; a record alone has no merges."""

    members: tuple[str, ...]
    best: str
    merges: tuple[Merge, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """All groups, sorted by first member, and the pairs that a person should look at, likeliest first."""

    groups: tuple[DuplicateGroup, ...]
    review_band: tuple[Merge, ...]


class Sets:
    """Disjoint sets of records (union-find), with their members."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.members: dict[str, list[str]] = {name: [name] for name in ids}
        self.root: dict[str, str] = {name: name for name in self.members}

    def join(self, a: str, b: str) -> None:
        a, b = self.root[a], self.root[b]
        if a == b:
            return
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        for name in self.members[b]:
            self.root[name] = a
        self.members[a] += self.members.pop(b)

    def of(self, name: str) -> list[str]:
        return self.members[self.root[name]]

    def together(self, a: str, b: str) -> bool:
        return self.root[a] == self.root[b]


def duplicate_groups(records: Mapping[str, Record], corrections: Sequence[Correction] = ()) -> Grouping:
    """Group the records (by id) of one publication.

    Every record is in exactly one group. The result does not depend on the order of `records`. Corrections by
    people win over every rule and veto; leaving one out restores what was before it.

    Raises
    ------
    DataError : a correction names an unknown record, or corrections contradict each other.
    """
    keys = {name: record_keys(records[name]) for name in sorted(records)}
    merges, doubtful = proposed_merges(records, keys)
    final, by_people, apart = decided_by_people(keys, corrections)
    automatic = Sets(keys)  # what the rules join; people's merges do not count as evidence for further ones
    accepted = list(by_people)
    for merge in merges:
        if automatic.together(merge.a, merge.b) or separated(final, apart, merge):
            continue
        if merge.score < 1 and not members_agree(keys, automatic, merge):
            doubtful.append(replace(merge, reason=f"{merge.reason}, but other records of the group differ"))
            continue
        automatic.join(merge.a, merge.b)
        if not final.together(merge.a, merge.b):
            final.join(merge.a, merge.b)
            accepted.append(merge)
    return Grouping(as_groups(records, final, accepted), review_band(doubtful, final, apart))


def review_band(doubtful: Iterable[Merge], sets: Sets, apart: Mapping[str, set[str]]) -> tuple[Merge, ...]:
    """The doubtful pairs that nobody decided; of the pairs between two groups the strongest one."""
    band: dict[frozenset[str], Merge] = {}
    for pair in sorted(doubtful, key=strongest_first):
        groups = frozenset((sets.root[pair.a], sets.root[pair.b]))
        if len(groups) == 2 and not separated(sets, apart, pair):
            band.setdefault(groups, pair)
    return tuple(band.values())


def strongest_first(merge: Merge) -> tuple[float, str, str]:
    return (-merge.score, merge.a, merge.b)


def proposed_merges(
    records: Mapping[str, Record], keys: Mapping[str, Keys]
) -> tuple[list[Merge], list[Merge]]:
    """Pairs that a rule merges, strongest first, and alike pairs that none merges.

    Identical records come first, with score 1; only one of them is compared with others.
    """
    first_of: dict[object, str] = {}
    merges = []
    for name in keys:
        twin = first_of.setdefault(content(records[name]), name)
        if twin != name:
            merges.append(Merge(twin, name, "identical records", 1.0))
    names = sorted(first_of.values(), key=lambda name: (*similar_order(keys[name]), name))
    own = [keys[name] for name in names]
    pairs = candidate_pairs(own)
    doubtful, proposed = [], []
    for (left, right), similarity in zip(pairs.tolist(), title_similarities(own, pairs), strict=True):
        evidence = compared(own[left], own[right], similarity)
        found = verdict(evidence)
        a, b = sorted((names[left], names[right]))
        if found.merge:
            proposed.append(Merge(a, b, found.reason, min(found.score, 0.9999)))
        elif found.score >= REVIEW_FROM and worth_a_look(evidence, found):
            reason = f"alike, but {found.reason}" if found.reason else "alike, but no rule decides"
            doubtful.append(Merge(a, b, reason, found.score))
    return merges + sorted(proposed, key=strongest_first), doubtful


def worth_a_look(evidence: Evidence, found: Verdict) -> bool:
    """Pairs for people: no veto, or one title and author printed twice. Columns would only tire them."""
    if not found.vetoed:
        misread = evidence.similarity >= 0.9 and evidence.page != Agreement.DIFFERENT
        return evidence.title > Title.SWAPPED or misread
    serial = evidence.a.serial or evidence.b.serial
    return evidence.title >= Title.CUT and evidence.authors == Agreement.SAME and not serial


def content(record: Record) -> object:
    """All that a record says, without its place in the file; its raw text counts when it says little."""
    bare = not (record.title or record.doi or record.pmid or record.registry_ids or record.abstract)
    return replace(record, number=0, line=0, raw=record.raw if bare else "")


def similar_order(own: Keys) -> tuple[str, ...]:
    return (own.squeezed, str(own.year), own.volume, own.first_page, own.doi, own.pmid, own.family, own.issue)


def members_agree(keys: Mapping[str, Keys], sets: Sets, merge: Merge) -> bool:
    """Whether no member of one group contradicts a member of the other: no chains of weak links."""
    left, right = (sorted(sets.of(name))[:COMPARED_MEMBERS] for name in (merge.a, merge.b))
    if len(left) == len(right) == 1:
        return True
    for a in left:
        for b in right:
            found = verdict(compared(keys[a], keys[b]))
            if found.vetoed or (not found.merge and found.score < 0.6):
                return False
    return True


def decided_by_people(
    names: Iterable[str], corrections: Sequence[Correction]
) -> tuple[Sets, list[Merge], dict[str, set[str]]]:
    """The sets that people merged, their merges, and whom each record is kept apart from."""
    sets = Sets(names)
    latest: dict[tuple[str, str], Correction] = {}
    for correction in corrections:
        for name in (correction.a, correction.b):
            if name not in sets.root:
                raise DataError(f"Correction {correction.a} / {correction.b}: there is no record {name}.")
        latest[min(correction.a, correction.b), max(correction.a, correction.b)] = correction
    merges: list[Merge] = []
    apart: dict[str, set[str]] = {}
    for (a, b), correction in sorted(latest.items()):
        if correction.decision == "merge":
            sets.join(a, b)
            because = f": {correction.reason}" if correction.reason else ""
            merges.append(Merge(a, b, f"decided by {correction.person or 'a person'}{because}", 1.0))
        else:
            apart.setdefault(a, set()).add(b)
            apart.setdefault(b, set()).add(a)
    for a, others in apart.items():
        for b in others:
            if sets.together(a, b):
                raise DataError(
                    f"Corrections contradict each other: {a} and {b} are kept apart, "
                    f"but other corrections merge both into one group. Take one of them back."
                )
    return sets, merges, apart


def separated(sets: Sets, apart: Mapping[str, set[str]], merge: Merge) -> bool:
    """Whether people keep a member of one group apart from a member of the other."""
    if not apart:
        return False
    right = set(sets.of(merge.b))
    return any(not right.isdisjoint(apart.get(name, ())) for name in sets.of(merge.a))


def as_groups(
    records: Mapping[str, Record], sets: Sets, merges: Iterable[Merge]
) -> tuple[DuplicateGroup, ...]:
    of_root: dict[str, list[Merge]] = {}
    for merge in merges:
        of_root.setdefault(sets.root[merge.a], []).append(merge)
    groups = []
    for root, names in sets.members.items():
        members = tuple(sorted(names))
        best = min(members, key=lambda name: (*fullness(records[name]), name))
        groups.append(
            DuplicateGroup(members, best, tuple(sorted(of_root.get(root, ()), key=strongest_first)))
        )
    return tuple(sorted(groups, key=lambda group: group.members))


def fullness(record: Record) -> tuple[int, ...]:
    """Sorts the fullest record first: identifiers, abstract, citation, then the longest texts."""
    said = (
        record.pmid,
        record.doi,
        record.abstract,
        record.authors,
        record.year,
        record.journal,
        record.volume,
    )
    shouting = record.title.isupper()
    return (
        -sum(1 for value in (*said, record.pages, record.issue) if value),
        int(shouting),
        -len(record.abstract),
        -sum(map(len, record.authors)),
        -len(record.title),
    )


def joined_record(members: Sequence[Record]) -> Record:
    """The fullest record of a group, with what it lacks taken from the others and all identifiers joined.

    The members themselves stay as they are. The result does not depend on their order. `number`, `line` and
    `raw` are those of the fullest record.

    Raises
    ------
    DataError : there is no member.
    """
    if not members:
        raise DataError("A joined record needs at least one record; this group is empty.")
    ranked = sorted(members, key=lambda record: (*fullness(record), repr(record)))
    best = ranked[0]
    changes: dict[str, object] = {}
    for name in (each.name for each in fields(Record)):
        values = [getattr(record, name) for record in ranked]
        if name in JOINED:
            changes[name] = tuple(dict.fromkeys(part for value in values for part in value))
        elif name not in OF_THE_BEST and not getattr(best, name):
            changes[name] = next((value for value in values if value), getattr(best, name))
    return replace(best, **changes)  # type: ignore[arg-type]


JOINED = frozenset({"registry_ids", "issn", "keywords", "other_titles", "other_abstracts", "links"})
OF_THE_BEST = frozenset({"number", "line", "raw", "accession", "database"})
