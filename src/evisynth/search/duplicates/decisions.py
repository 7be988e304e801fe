"""From likely pairs to proposed merges: each pair gets its verdict, component by component.

A component is all records that likely pairs connect. Components have nothing to do with each other, so they
are decided in batches, here or on other machines, and the normalised keys of one batch are forgotten before the
next: memory does not grow with the number of records.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from evisynth.cluster import Map
from evisynth.search.duplicates.candidates import Integers, Likely, Pairs, likely_pairs
from evisynth.search.duplicates.evidence import DIFFERENT, SAME, Evidence, Title, compared
from evisynth.search.duplicates.keys import READ_OF_ABSTRACT, Keys, record_keys
from evisynth.search.duplicates.matching import Verdict, verdict
from evisynth.search.record import Record

# A pair that no rule merged is shown to people when it is at least this alike.
REVIEW_FROM = 0.8
# Members of one group that no rule merges must be at least this alike.
MEMBERS_FROM = 0.6
# Before two groups are joined, up to this many members of one are compared with as many of the other.
COMPARED_MEMBERS = 12
# Pairs that are decided in one go.
PAIRS = 5000


class Merge(NamedTuple):
    """Two records that are, or may be, one publication: why, and how alike they are (0 to 1)."""

    a: str
    b: str
    reason: str
    score: float


class Batch(NamedTuple):
    """Some components: their records, and the likely pairs of each component, which follow each other."""

    names: list[str]
    records: list[Record]
    titles: list[str]  # bare ones
    pairs: list[tuple[int, int, float]]  # places of two records in the batch, similarity of their titles
    ends: list[int]  # where in `pairs` each component ends


class Component(NamedTuple):
    """The records that likely pairs connect: what the rules propose, what people should see."""

    proposed: list[Merge]  # strongest first
    doubtful: list[Merge]
    agreeing: set[tuple[str, str]]  # pairs that may be in one group
    keys: dict[str, Keys]  # empty where a component is a single pair: then no groups are compared


def strongest_first(merge: Merge) -> tuple[float, str, str]:
    return (-merge.score, merge.a, merge.b)


def components(names: Sequence[str], records: Sequence[Record], run: Map = map) -> Iterator[Component]:
    """All components of the records, with every likely pair decided, in the order of their first record."""
    if run is not map:
        records = [compact(record) for record in records]
    likely = likely_pairs(records, run)
    for decided in run(decide, batches(names, records, likely)):
        yield from decided


def compact(record: Record) -> Record:
    """The record without what is never compared, to send it over a network."""
    if not record.raw and not record.keywords and len(record.abstract) <= READ_OF_ABSTRACT:
        return record
    return replace(record, raw="", keywords=(), abstract=record.abstract[:READ_OF_ABSTRACT])


def batches(names: Sequence[str], records: Sequence[Record], likely: Likely) -> Iterator[Batch]:
    """The components in portions of about `PAIRS` pairs; none is divided."""
    if not len(likely.pairs):
        return
    first = first_of_component(likely.pairs, len(records))[likely.pairs[:, 0]]
    order = np.argsort(first, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(first[order])) + 1, len(order))
    start = 0
    while start < len(order):
        last = int(np.searchsorted(ends[:-1], start + PAIRS))
        end = int(ends[last])
        chosen = order[start:end]
        places, within = np.unique(likely.pairs[chosen], return_inverse=True)
        left, right = within.reshape(-1, 2).T.tolist()
        yield Batch(
            names=[names[place] for place in places.tolist()],
            records=[records[place] for place in places.tolist()],
            titles=[likely.titles[place] for place in places.tolist()],
            pairs=list(zip(left, right, likely.similarity[chosen].tolist(), strict=True)),
            ends=(ends[(ends > start) & (ends <= end)] - start).tolist(),
        )
        start = end


def decide(batch: Batch) -> list[Component]:
    """Give each pair of a batch its verdict."""
    keys = list(map(record_keys, batch.records, batch.titles))
    found, start = [], 0
    for end in batch.ends:
        component = Component([], [], set(), {})
        for a, b, similarity in batch.pairs[start:end]:
            decide_pair(component, (batch.names[a], batch.names[b]), compared(keys[a], keys[b], similarity))
        if end - start > 1:
            component.proposed.sort(key=strongest_first)
            places = {place for pair in batch.pairs[start:end] for place in pair[:2]}
            component.keys.update((batch.names[place], keys[place]) for place in places)
        found.append(component)
        start = end
    return found


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


def decide_pair(component: Component, pair: tuple[str, str], evidence: Evidence) -> None:
    """Put what the evidence on two records says where it belongs."""
    found = verdict(evidence)
    if agree(found):
        component.agreeing.add(pair)
    if found.merge:
        component.proposed.append(Merge(*pair, found.reason, min(found.score, 0.9999)))
    elif found.score >= REVIEW_FROM and worth_a_look(evidence, found):
        reason = f"alike, but {found.reason}" if found.reason else "alike, but no rule decides"
        component.doubtful.append(Merge(*pair, reason, found.score))


def worth_a_look(evidence: Evidence, found: Verdict) -> bool:
    """Pairs for people: no veto, or one title and author printed twice. Columns would only tire them."""
    if not found.vetoed:
        misread = evidence.similarity >= 0.9 and evidence.page != DIFFERENT
        return evidence.title > Title.SWAPPED or misread
    serial = evidence.a.serial or evidence.b.serial
    return evidence.title >= Title.CUT and evidence.authors == SAME and not serial


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
        return True  # the pair itself was decided
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
