"""From likely pairs to proposed merges: each pair gets its verdict, component by component.

A component is all records that likely pairs connect. Components have nothing to do with each other, so the
normalised keys of one are forgotten before the next: memory does not grow with the number of records.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evisynth.search.duplicates.candidates import Integers, Pairs, likely_pairs
from evisynth.search.duplicates.evidence import Agreement, Evidence, Title, compared
from evisynth.search.duplicates.keys import Keys, record_keys
from evisynth.search.duplicates.matching import Verdict, verdict
from evisynth.search.record import Record

# A pair that no rule merged is shown to people when it is at least this alike.
REVIEW_FROM = 0.8
# Members of one group that no rule merges must be at least this alike.
MEMBERS_FROM = 0.6
# Before two groups are joined, up to this many members of one are compared with as many of the other.
COMPARED_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that are, or may be, one publication: why, and how alike they are (0 to 1)."""

    a: str
    b: str
    reason: str
    score: float


@dataclass(slots=True)
class Component:
    """The records that likely pairs connect: their keys, what the rules propose, what people should see."""

    keys: dict[str, Keys]
    proposed: list[Merge] = field(default_factory=list)  # strongest first
    doubtful: list[Merge] = field(default_factory=list)
    agreeing: set[tuple[str, str]] = field(default_factory=set)  # pairs that may be in one group


def strongest_first(merge: Merge) -> tuple[float, str, str]:
    return (-merge.score, merge.a, merge.b)


def components(names: Sequence[str], records: Sequence[Record]) -> Iterator[Component]:
    """All components of the records, with every likely pair decided, in the order of their first record."""
    pairs, similarity = likely_pairs(records)
    if not len(pairs):
        return
    first = first_of_component(pairs, len(records))[pairs[:, 0]]
    order = np.argsort(first, kind="stable")
    starts = np.flatnonzero(np.diff(first[order], prepend=-1)).tolist()
    left, right = pairs[order].T.tolist()
    alike = similarity[order].tolist()
    for start, end in zip(starts, [*starts[1:], len(left)], strict=True):
        places = {*left[start:end], *right[start:end]}
        component = Component({names[place]: record_keys(records[place]) for place in places})
        for a, b, similar in zip(left[start:end], right[start:end], alike[start:end], strict=True):
            decide(component, names[a], names[b], similar)
        component.proposed.sort(key=strongest_first)
        yield component


def first_of_component(pairs: Pairs, size: int) -> Integers:
    """For each record the smallest place in its component: labels sink along the pairs until none does."""
    first = np.arange(size, dtype=np.int64)
    left, right = pairs.T
    while True:
        a, b = first[left], first[right]
        apart = a != b
        if not apart.any():
            return first
        np.minimum.at(first, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
        while not np.array_equal(first, lower := first[first]):
            first = lower


def decide(component: Component, a: str, b: str, similarity: float) -> None:
    """Give one pair its verdict."""
    evidence = compared(component.keys[a], component.keys[b], similarity)
    found = verdict(evidence)
    if agree(found):
        component.agreeing.add((a, b))
    if found.merge:
        component.proposed.append(Merge(a, b, found.reason, min(found.score, 0.9999)))
    elif found.score >= REVIEW_FROM and worth_a_look(evidence, found):
        reason = f"alike, but {found.reason}" if found.reason else "alike, but no rule decides"
        component.doubtful.append(Merge(a, b, reason, found.score))


def worth_a_look(evidence: Evidence, found: Verdict) -> bool:
    """Pairs for people: no veto, or one title and author printed twice. Columns would only tire them."""
    if not found.vetoed:
        misread = evidence.similarity >= 0.9 and evidence.page != Agreement.DIFFERENT
        return evidence.title > Title.SWAPPED or misread
    serial = evidence.a.serial or evidence.b.serial
    return evidence.title >= Title.CUT and evidence.authors == Agreement.SAME and not serial


def agree(found: Verdict) -> bool:
    """Whether two records may be members of one group."""
    return found.merge or (not found.vetoed and found.score >= MEMBERS_FROM)


def members_agree(component: Component, left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether no member of one group contradicts a member of the other: no chains of weak links.

    A member without DOI or PMID is compared with those of its group: a record that lacks the number which
    two others share must not keep these apart. Members that nothing but a person's decision joined have no
    keys in the component and are not asked.
    """
    if len(left) == len(right) == 1:
        return True
    own, others = (with_numbers_of_group(component.keys, names) for names in (left, right))
    return all(
        (min(a, b), max(a, b)) in component.agreeing or agree(verdict(compared(own[a], others[b])))
        for a in own
        for b in others
    )


def with_numbers_of_group(keys: Mapping[str, Keys], names: Iterable[str]) -> dict[str, Keys]:
    """The keys of a group's first members, each with the group's only DOI and PMID where it has none."""
    members = {
        name: keys[name] for name in [name for name in sorted(names) if name in keys][:COMPARED_MEMBERS]
    }
    doi = only(own.doi for own in members.values())
    pmid = only(own.pmid for own in members.values())
    if not doi and not pmid:
        return members
    return {name: own._replace(doi=own.doi or doi, pmid=own.pmid or pmid) for name, own in members.items()}


def only(texts: Iterable[str]) -> str:
    """The one text there is beside empty ones; empty where there are several."""
    found = {*texts} - {""}
    return found.pop() if len(found) == 1 else ""
