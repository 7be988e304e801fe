"""Candidate pairs by blocking: only records that share a key are compared."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from evisynth.search.duplicates.keys import Keys, abstract_letters

Pairs = NDArray[np.int64]  # (n, 2) positions of two records, the smaller first

# A strong key is shared by few texts, so every record is compared with its neighbours in a large block too.
NEIGHBOURS = 20
# A weak key that more records than this share says nothing; leaving it out keeps the cost near linear.
LARGEST_WEAK_BLOCK = 12


def candidate_pairs(keys: Sequence[Keys]) -> Pairs:
    """Pairs of records that share a key, each pair once, sorted.

    Records should come sorted by similar keys: in a large block of a strong key only neighbours are paired.
    """
    blocks = [pairs_of(keys, key, NEIGHBOURS, largest=len(keys)) for key in STRONG_KEYS]
    blocks += [pairs_of(keys, key, LARGEST_WEAK_BLOCK - 1, largest=LARGEST_WEAK_BLOCK) for key in WEAK_KEYS]
    codes = np.unique(np.concatenate(blocks))
    return np.stack(np.divmod(codes, max(1, len(keys))), axis=1)


def pairs_of(
    keys: Sequence[Keys], key: Callable[[Keys], Iterable[str]], reach: int, largest: int
) -> NDArray[np.int64]:
    """Pairs with one key in common, as codes left * n + right: neighbours up to `reach` apart in a block.

    Blocks of more than `largest` records are left out.
    """
    found = [(hash(value), place) for place, own in enumerate(keys) for value in key(own)]
    if not found:
        return np.empty(0, dtype=np.int64)
    values, places = np.array(found, dtype=np.int64).T
    order = np.lexsort((places, values))
    values, places = values[order], places[order]
    _, inverse, sizes = np.unique(values, return_inverse=True, return_counts=True)
    small = sizes[inverse] <= largest
    codes = []
    for step in range(1, min(reach, len(values) - 1) + 1):
        same = (values[step:] == values[:-step]) & small[step:]
        if not same.any():
            break
        same &= places[step:] != places[:-step]
        codes.append(places[:-step][same] * len(keys) + places[step:][same])
    return np.concatenate(codes) if codes else np.empty(0, dtype=np.int64)


def joined(*parts: str) -> Iterator[str]:
    """One key of several parts; none where a part is missing."""
    if all(parts):
        yield "|".join(parts)


def year_of(own: Keys) -> str:
    return "" if own.year is None else str(own.year)


def journal_letters(own: Keys) -> str:
    """The first letters of the journal's first two words, which abbreviations keep."""
    return "".join(word[0] for word in own.journals[-1][:2]) if own.journals else ""


def start_and_end(own: Keys) -> Iterator[str]:
    if len(own.squeezed) >= 16:
        yield "start " + own.squeezed[:24]
        yield "end " + own.squeezed[-24:]


STRONG_KEYS: tuple[Callable[[Keys], Iterable[str]], ...] = (
    lambda own: joined(own.doi),
    lambda own: joined(own.pmid),
    lambda own: joined(own.accession),
    lambda own: own.registry_ids if own.registration else (),
    lambda own: own.titles,
)
WEAK_KEYS: tuple[Callable[[Keys], Iterable[str]], ...] = (
    start_and_end,
    lambda own: joined(own.family, year_of(own), own.first_page),
    lambda own: joined(journal_letters(own), own.volume, own.first_page),
    lambda own: joined(year_of(own), own.volume, own.first_page),
    lambda own: joined(own.family, year_of(own), own.volume),
    lambda own: joined(own.family, journal_letters(own), own.volume),
    lambda own: joined(own.family, own.squeezed[:10]),
    lambda own: joined(year_of(own), own.squeezed[:14]),
    lambda own: joined(
        abstract_letters(own.abstract)[:60] if len(abstract_letters(own.abstract)) >= 60 else ""
    ),
)
