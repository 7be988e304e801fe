"""From publications to exports: who holds what, in which order, and the record ids that follow."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from collection import HardPair
from copies import Copy, copied
from publications import Publication
from sources import Source, found_in

# Chance that a database lists a publication twice, the second time a little differently.
TWICE = {"scopus": 0.012, "embase": 0.008, "web-of-science": 0.004}


@dataclass(frozen=True)
class Export:
    """One file of a source."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Search:
    """All exports, and which records there are of each publication (by its key), in the order of the sources."""

    exports: Mapping[str, Sequence[Export]]
    records: Mapping[str, Sequence[str]]


def garbled(copy: Copy) -> Copy:
    """A record with the first author alone and the beginning of its title, without volume, pages, DOI and abstract."""
    title = f"{copy.title[: len(copy.title) // 5].rstrip(' :,')} ..."
    return replace(
        copy,
        authors=copy.authors[:1],
        volume="",
        issue="",
        first="",
        last="",
        doi="",
        abstract="",
        title=title,
    )


def holdings(
    sources: Sequence[Source], everything: Sequence[Publication], seed: str, food: str
) -> dict[str, list[str]]:
    """The sources that hold each publication."""
    return {one.key: found_in(sources, one, food, Random(f"{seed}/{one.key}")) for one in everything}


def to_garble(
    everything: Sequence[Publication], held: Mapping[str, Sequence[str]], count: int
) -> dict[str, str]:
    """Some publications with two records, and the source that garbles the second one."""
    able = {"scopus", "web-of-science", "cinahl", "google-scholar"}
    return dict(
        [
            (one.key, held[one.key][1])
            for one in everything
            if not one.fate and len(held[one.key]) == 2 and held[one.key][1] in able
        ][:count]
    )


def run(
    sources: Sequence[Source],
    everything: Sequence[Publication],
    held: Mapping[str, Sequence[str]],
    seed: str,
    broken: Mapping[str, str],
) -> Search:
    """Search all sources. `broken`: publication key -> the source whose record of it is garbled."""
    shown: dict[str, list[Copy]] = {source.id: [] for source in sources}
    by_id = {source.id: source for source in sources}
    for publication in everything:
        for name in held[publication.key]:
            copy = copied(publication, name, by_id[name].style, 1, seed)
            shown[name].append(garbled(copy) if broken.get(publication.key) == name else copy)
            twice = Random(f"{seed}/{publication.key}/{name}/twice").random() < TWICE.get(name, 0)
            if twice and publication.volume and publication.key not in broken:
                shown[name].append(copied(publication, name, by_id[name].style, 2, seed))
    exports: dict[str, list[Export]] = {}
    records: dict[str, list[str]] = {publication.key: [] for publication in everything}
    for source in sources:
        copies = shown[source.id]
        Random(f"{seed}/{source.id}/order").shuffle(copies)
        size = source.piece or len(copies)
        pieces = [copies[start : start + size] for start in range(0, len(copies), size)]
        exports[source.id] = [
            Export(
                f"searches/{source.id}{f'-{number}' if len(pieces) > 1 else ''}.{source.suffix}",
                source.write(piece),
            )
            for number, piece in enumerate(pieces, start=1)
        ]
        for number, copy in enumerate(copies, start=1):
            records[copy.publication.key].append(f"{source.id}:{number}")
    return Search(exports, records)


def pair_records(pair: HardPair, records: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The record ids of a hard pair: of the source that is named, or the first one."""
    ids = []
    for key, source in (pair.a, pair.b):
        ids.append(next(record for record in records[key] if not source or record.startswith(f"{source}:")))
    return ids[0], ids[1]
