"""Candidate pairs by blocking: only records that share a key are compared, and of these only the likely ones."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from evisynth.cluster import Map
from evisynth.search.duplicates.folding import bare_title, family_name
from evisynth.search.duplicates.keys import (
    abstract_start,
    accession_key,
    doi_key,
    folded_number,
    is_registration,
    journal_names,
    pages_of,
    pmid_key,
    record_keys,
    registry_numbers,
    title_keys,
)
from evisynth.search.record import Record

Integers = NDArray[np.int64]
Scorer = Callable[..., float]  # of rapidfuzz: two texts -> 0 to 100
Pairs = NDArray[np.int64]  # (n, 2) positions of two records, the smaller first

# A strong key is shared by few texts, so every record is compared with its neighbours in a large block too.
NEIGHBOURS = 20
# A weak key that more records than this share says nothing; leaving it out keeps the cost near linear.
LARGEST_WEAK_BLOCK = 12
# Records are taken, and titles compared, in portions, so that memory does not grow with their number.
PORTION = 20_000


class Key(IntEnum):
    """The keys that records are blocked by, each a column of numbers; the strong ones come first."""

    DOI = 0
    PMID = 1
    ACCESSION = 2
    TITLE = 3  # further titles and registry numbers stand beside the table: a record may have several
    START = 4
    END = 5
    FAMILY_YEAR_PAGE = 6
    JOURNAL_VOLUME_PAGE = 7
    YEAR_VOLUME_PAGE = 8
    FAMILY_YEAR_VOLUME = 9
    FAMILY_JOURNAL_VOLUME = 10
    FAMILY_TITLE = 11
    YEAR_TITLE = 12
    ABSTRACT = 13
    # Not for blocking, only to tell likely pairs:
    VOLUME_PAGE = 14
    BEGINNING = 15


STRONG_KEYS = tuple(Key)[: Key.START]
WEAK_KEYS = tuple(Key)[Key.START : Key.VOLUME_PAGE]


class KeyTexts(NamedTuple):
    """What the keys of some records are made of."""

    titles: list[str]  # bare titles, one a record
    texts: list[str]  # `PARTS`, so many a record
    further: list[tuple[int, str]]  # place among these records, a strong key beside those of the table


def key_texts(records: Sequence[Record]) -> KeyTexts:
    """The texts of each record's keys."""
    found = KeyTexts([], [], [])
    for place, record in enumerate(records):
        title = bare_title(record.title)
        found.titles.append(title)
        found.texts.extend(parts(record, title.replace(" ", "")))
        found.further.extend((place, value) for value in further_strong_keys(record, title))
    return found


def portions(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), PORTION):
        yield records[start : start + PORTION]


class Blocks:
    """The blocking keys of all records as numbers, one row a record; 0 where a record does not have the key.

    Numbers are hashes: two records of one number may still differ, which the comparison finds out.
    """

    def __init__(self, records: Sequence[Record], run: Map = map) -> None:
        self.records = records
        self.titles: list[str] = []
        numbers, further = array("q"), array("q")
        for found in run(key_texts, portions(records)):
            for place, value in found.further:
                further.extend((hash(value), len(self.titles) + place))
            numbers.extend(map(hash, found.texts))  # the hash of "" is 0
            self.titles += found.titles
        part = dict(zip(PARTS, np.array(numbers, dtype=np.int64).reshape(-1, len(PARTS)).T, strict=True))
        self.table = {key: mixed([part[name] for name in names]) for key, names in MADE_OF.items()}
        self.further: Integers = np.array(further, dtype=np.int64).reshape(-1, 2)

    def column(self, key: Key) -> tuple[Integers, Integers]:
        """The numbers of one key and the places of the records that have it."""
        places = np.flatnonzero(self.table[key])
        values = self.table[key][places]
        if key == Key.TITLE:
            return np.concatenate([values, self.further[:, 0]]), np.concatenate([places, self.further[:, 1]])
        return values, places

    def same(self, key: Key, pairs: Pairs) -> NDArray[np.bool_]:
        """Whether the two records of each pair share the key."""
        left, right = (self.table[key][side] for side in pairs.T)
        return np.asarray((left != 0) & (left == right))


def parts(record: Record, squeezed: str) -> tuple[str, ...]:
    """What the keys of one record are made of, in the order of `PARTS`."""
    length = len(squeezed)
    return (
        doi_key(record.doi) if record.doi else "",
        pmid_key(record.pmid) if record.pmid else "",
        accession_key(record) if record.accession else "",
        squeezed,
        squeezed[:24] if length >= 16 else "",
        squeezed[-24:] if length >= 16 else "",
        squeezed[:20] if length >= 20 else "",
        squeezed[:14],
        squeezed[:10],
        abstract_start(record.abstract) if record.abstract else "",
        family_name(record.authors[0]) if record.authors else "",
        str(record.year) if record.year else "",
        journal_letters(record.journal, record.journal_abbreviation),
        folded_number(record.volume) if record.volume else "",
        pages_of(record)[0],
    )


PARTS = ("doi", "pmid", "accession", "title", "start", "end", "beginning", "title14", "title10", "abstract",
         "family", "year", "journal", "volume", "page")  # fmt: skip
MADE_OF = {
    Key.DOI: ("doi",),
    Key.PMID: ("pmid",),
    Key.ACCESSION: ("accession",),
    Key.TITLE: ("title",),
    Key.START: ("start",),
    Key.END: ("end",),
    Key.FAMILY_YEAR_PAGE: ("family", "year", "page"),
    Key.JOURNAL_VOLUME_PAGE: ("journal", "volume", "page"),
    Key.YEAR_VOLUME_PAGE: ("year", "volume", "page"),
    Key.FAMILY_YEAR_VOLUME: ("family", "year", "volume"),
    Key.FAMILY_JOURNAL_VOLUME: ("family", "journal", "volume"),
    Key.FAMILY_TITLE: ("family", "title10"),
    Key.YEAR_TITLE: ("year", "title14"),
    Key.ABSTRACT: ("abstract",),
    Key.VOLUME_PAGE: ("volume", "page"),
    Key.BEGINNING: ("beginning",),
}


def mixed(columns: Sequence[Integers]) -> Integers:
    """One number for several; 0 where one of them is 0. Overflow is meant: the numbers are hashes."""
    total = columns[0].copy()
    for column in columns[1:]:
        total = total * np.int64(6364136223846793005) + column
    for column in columns:
        total[column == 0] = 0
    return total


@lru_cache(maxsize=65536)
def journal_letters(journal: str, abbreviation: str) -> str:
    """The first letters of the journal's first two words, which abbreviations keep."""
    names = (journal_names(abbreviation) if abbreviation else ()) or journal_names(journal)
    return "".join(word[0] for word in names[-1][:2]) if names else ""


def further_strong_keys(record: Record, title: str) -> tuple[str, ...]:
    """Titles beside the bare one, and the numbers of a registered trial."""
    titles: tuple[str, ...] = ()
    if record.other_titles or "[" in record.title or "(" in record.title:
        squeezed = title.replace(" ", "")
        titles = tuple(each for each in title_keys(record, squeezed) if each != squeezed)
    return titles + (registry_numbers(record, registration=True) if is_registration(record) else ())


def candidate_pairs(records: Sequence[Record]) -> Pairs:
    """Pairs of records that share a key, each pair once, sorted."""
    blocks = Blocks(records)
    return pairs_of_codes(each_once([strong_codes(blocks), weak_codes(blocks)]), len(records))


def pairs_of_codes(codes: Integers, size: int) -> Pairs:
    return np.stack(np.divmod(codes, max(1, size)), axis=1)


def each_once(codes: Sequence[Integers]) -> Integers:
    """All codes sorted, each once (np.unique takes ten times as long)."""
    together = np.concatenate(codes)
    together.sort()
    first: Integers = together[np.diff(together, prepend=-1) != 0]
    return first


def strong_codes(blocks: Blocks) -> Integers:
    """Pairs with a strong key in common, as codes; in a large block each record and its nearest ones."""
    size = len(blocks.records)
    columns = [grouped(*blocks.column(key)) for key in STRONG_KEYS]
    crowded = each_once([places[sizes > NEIGHBOURS] for _, places, sizes in columns])
    rank = np.zeros(size, dtype=np.int64)
    rank[sorted(crowded.tolist(), key=lambda place: similar_order(blocks.records[place]))] = range(
        len(crowded)
    )
    codes = []
    for values, places, _ in columns:
        order = np.lexsort((places, rank[places], values))
        codes.append(neighbours(values[order], places[order], size, NEIGHBOURS))
    return each_once(codes)


def weak_codes(blocks: Blocks) -> Integers:
    """Pairs with a weak key in common that few records share, as codes."""
    codes = []
    for key in WEAK_KEYS:
        values, places, sizes = grouped(*blocks.column(key))
        few = sizes <= LARGEST_WEAK_BLOCK
        codes.append(neighbours(values[few], places[few], len(blocks.records), LARGEST_WEAK_BLOCK - 1))
    return each_once(codes)


def grouped(values: Integers, places: Integers) -> tuple[Integers, Integers, Integers]:
    """Values and places sorted by value, and for each how many share the value."""
    order = np.lexsort((places, values))
    values, places = values[order], places[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]][: len(values)])
    sizes = np.diff(np.append(starts, len(values)))
    return values, places, np.repeat(sizes, sizes)


def similar_order(record: Record) -> tuple[str, ...]:
    own = record_keys(record)
    return (own.squeezed, str(own.year), own.volume, own.first_page, own.doi, own.pmid, own.family, own.issue)


def neighbours(values: Integers, places: Integers, size: int, reach: int) -> Integers:
    """Pairs of equal values up to `reach` apart, as codes smaller place * size + larger; equal ones adjoin."""
    codes = [np.empty(0, dtype=np.int64)]
    for step in range(1, min(reach, len(values) - 1) + 1):
        same = np.flatnonzero(values[step:] == values[:-step])
        if not len(same):
            break
        a, b = places[same], places[same + step]
        codes.append((np.minimum(a, b) * size + np.maximum(a, b))[a != b])
    return np.concatenate(codes)


class Likely(NamedTuple):
    """The pairs that are worth a comparison, the similarity (0 to 1) of their titles, and all bare titles."""

    pairs: Pairs
    similarity: NDArray[np.float64]
    titles: Sequence[str]


def likely_pairs(records: Sequence[Record], run: Map = map) -> Likely:
    """Candidate pairs without the clear non-matches.

    A pair is likely when it shares a strong key, volume and first page, or the beginning of the title, or when
    the titles are alike in letters or one has all words of the other. No rule merges, and the review band does
    not show, what is none of these.
    """
    blocks = Blocks(records, run)
    strong = strong_codes(blocks)
    codes = each_once([strong, weak_codes(blocks)])
    pairs = pairs_of_codes(codes, len(records))
    similarity = title_similarities(blocks.titles, pairs, fuzz.ratio)
    likely = similarity >= 0.8
    likely[np.searchsorted(codes, strong)] = True
    likely |= blocks.same(Key.VOLUME_PAGE, pairs) | blocks.same(Key.BEGINNING, pairs)
    open_ones = np.flatnonzero(~likely & (similarity >= 0.5))
    likely[open_ones] = title_similarities(blocks.titles, pairs[open_ones], fuzz.token_set_ratio) >= 0.8
    return Likely(pairs[likely], similarity[likely], blocks.titles)


def title_similarities(titles: Sequence[str], pairs: Pairs, scorer: Scorer) -> NDArray[np.float64]:
    """Similarity (0 to 1) of the titles of each pair."""
    found = np.empty(len(pairs), dtype=np.float64)
    for start in range(0, len(pairs), PORTION):
        left, right = (
            [titles[place] for place in side] for side in pairs[start : start + PORTION].T.tolist()
        )
        found[start : start + PORTION] = process.cpdist(left, right, scorer=scorer, dtype=np.float64)
    found /= 100
    return found
