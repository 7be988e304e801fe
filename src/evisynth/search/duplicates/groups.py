"""Groups of records of one publication, whose members all agree, and the record that stands for a group."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Literal, NamedTuple

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.search.duplicates.decisions import Merge, components, members_agree, strongest_first
from evisynth.search.duplicates.sets import Sets
from evisynth.search.record import Record


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person decided about two records. Two that decide otherwise about one pair are refused."""

    a: str
    b: str
    decision: Literal["merge", "keep apart"]
    person: str = ""
    reason: str = ""


class DuplicateGroup(NamedTuple):
    """Records of one publication. `best` is the fullest record; a record alone has no merges."""

    members: tuple[str, ...]
    best: str
    merges: tuple[Merge, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """All groups, sorted by first member, and the pairs that a person should look at, likeliest first."""

    groups: tuple[DuplicateGroup, ...]
    review_band: tuple[Merge, ...]


def duplicate_groups(
    records: Mapping[str, Record], corrections: Sequence[Correction] = (), run: Map = map
) -> Grouping:
    """Group the records (by id) of one publication.

    Every record is in exactly one group. The result does not depend on the order of `records`. Corrections by
    people win over every rule and veto; leaving one out restores what was before it. `run` does the parts of
    the work, here or elsewhere (see `evisynth.cluster`).

    Raises
    ------
    DataError : a correction names an unknown record, or corrections contradict each other.
    """
    final, accepted, apart = decided_by_people(records, corrections)
    names = sorted(records)
    distinct: list[str] = []
    for name, twin in identical_to_earlier(names, records):
        if twin is None:
            distinct.append(name)
        else:
            merge = Merge(twin, name, "identical records", 1.0)
            if not separated(final, apart, merge):
                take(merge, final, accepted)
    doubtful: list[Merge] = []
    # What the rules join; people's merges do not count as evidence for further ones.
    automatic = Sets()
    chosen = [records[name] for name in distinct]
    for merge in merges_by_rule(
        distinct, chosen, automatic, lambda merge: not separated(final, apart, merge), doubtful, run
    ):
        take(merge, final, accepted)
    return Grouping(as_groups(records, names, final, accepted), review_band(doubtful, final, apart))


def merges_by_rule(
    names: Sequence[str],
    records: Sequence[Record],
    joined: Sets,
    allowed: Callable[[Merge], bool],
    doubtful: list[Merge],
    run: Map = map,
) -> Iterator[Merge]:
    """Merges that the rules propose, strongest first within a component, as long as all members agree.

    Each merge is joined in `joined` before it is given; what stays doubtful is added to `doubtful`.
    """
    for component in components(names, records, run):
        doubtful += component.doubtful
        for merge in component.proposed:
            if joined.together(merge.a, merge.b) or not allowed(merge):
                continue
            if not members_agree(component, joined.of(merge.a), joined.of(merge.b)):
                doubtful.append(
                    merge._replace(reason=f"{merge.reason}, but other records of the group differ")
                )
                continue
            joined.join(merge.a, merge.b)
            yield merge


def take(merge: Merge, sets: Sets, accepted: list[Merge]) -> None:
    if sets.join(merge.a, merge.b):
        accepted.append(merge)


def identical_to_earlier(
    names: Sequence[str], records: Mapping[str, Record]
) -> Iterator[tuple[str, str | None]]:
    """Each record with the first one before it that says the same, or None."""
    first_of: dict[int, str] = {}
    unlucky: dict[object, str] = {}  # first records whose hash another record has taken
    for name in names:
        own = content(records[name])
        twin = first_of.setdefault(hash(own), name)
        if twin != name and content(records[twin]) != own:
            twin = unlucky.setdefault(own, name)
        yield name, None if twin == name else twin


def content(record: Record) -> tuple[object, ...]:
    """All that a record says, without its place in the file; its raw text counts when it says little."""
    said = CONTENT(record)
    if record.title or record.doi or record.pmid or record.registry_ids or record.abstract:
        return said
    return (*said, record.raw)


CONTENT: Callable[[Record], tuple[object, ...]] = attrgetter(
    *(each.name for each in fields(Record) if each.name not in {"number", "line", "raw"})
)


def review_band(doubtful: Iterable[Merge], sets: Sets, apart: Mapping[str, set[str]]) -> tuple[Merge, ...]:
    """The doubtful pairs that nobody decided; of the pairs between two groups the strongest one."""
    band: dict[frozenset[str], Merge] = {}
    for pair in sorted(doubtful, key=strongest_first):
        groups = frozenset((sets.root(pair.a), sets.root(pair.b)))
        if len(groups) == 2 and not separated(sets, apart, pair):
            band.setdefault(groups, pair)
    return tuple(band.values())


def decided_by_people(
    records: Container[str], corrections: Sequence[Correction]
) -> tuple[Sets, list[Merge], dict[str, set[str]]]:
    """The sets that people merged, their merges, and whom each record is kept apart from. As duplicate_groups."""
    sets = Sets()
    decided: dict[tuple[str, str], Correction] = {}
    for correction in corrections:
        for name in (correction.a, correction.b):
            if name not in records:
                raise DataError(f"Correction {correction.a} / {correction.b}: there is no record {name}.")
        pair = (min(correction.a, correction.b), max(correction.a, correction.b))
        first = decided.setdefault(pair, correction)
        if first.decision != correction.decision:
            raise DataError(
                f"Corrections contradict each other: {pair[0]} and {pair[1]} are to {first.decision}"
                f"{_by(first)}, and to {correction.decision}{_by(correction)}. Take one of them back."
            )
    merges: list[Merge] = []
    apart: dict[str, set[str]] = {}
    for (a, b), correction in sorted(decided.items()):
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


def _by(correction: Correction) -> str:
    return f" by {correction.person}" if correction.person else ""


def separated(sets: Sets, apart: Mapping[str, set[str]], merge: Merge) -> bool:
    """Whether people keep a member of one group apart from a member of the other."""
    if not apart:
        return False
    right = set(sets.of(merge.b))
    return any(not right.isdisjoint(apart.get(name, ())) for name in sets.of(merge.a))


def as_groups(
    records: Mapping[str, Record], names: Sequence[str], sets: Sets, merges: Iterable[Merge]
) -> tuple[DuplicateGroup, ...]:
    """The groups in the order of their first members; `names` are sorted."""
    of_root: dict[str, list[Merge]] = {}
    for merge in merges:
        of_root.setdefault(sets.root(merge.a), []).append(merge)
    first_of = {min(members): sorted(members) for members in sets.joined()}
    later = {name for members in first_of.values() for name in members[1:]}
    groups = []
    for name in names:
        if members := first_of.get(name):
            best = min(members, key=lambda member: (*fullness(records[member]), member))
            own = sorted(of_root[sets.root(name)], key=strongest_first)
            groups.append(DuplicateGroup(tuple(members), best, tuple(own)))
        elif name not in later:
            groups.append(DuplicateGroup((name,), name, ()))
    return tuple(groups)


def fullness(record: Record) -> tuple[int, ...]:
    """Sorts the fullest record first: identifiers, abstract, citation, then the longest texts."""
    return (
        -sum(map(bool, SAID(record))),
        int(record.title.isupper()),
        -len(record.abstract),
        -sum(map(len, record.authors)),
        -len(record.title),
    )


SAID = attrgetter("pmid", "doi", "abstract", "authors", "year", "journal", "volume", "pages", "issue")


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
