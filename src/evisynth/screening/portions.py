"""Parts of a stage that people are asked to screen: from one place of the random order to another, in percent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evisynth.errors import DataError

WHOLE = 100.0
Part = tuple[float, float]  # start and end in percent of the random order


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the random order and how many people are asked to screen it."""

    start: float
    end: float
    people: int


def equal_split(people: Sequence[str], needed: int) -> dict[str, list[Part]]:
    """Equal parts for these people, overlapping so that `needed` of them screen each item.

    Each begins where the one before began plus 100/n percent and takes needed * 100/n percent, around the end.
    Raises DataError for fewer people than votes needed, or a person named twice.
    """
    n = len(people)
    if len(set(people)) != n:
        raise DataError("Portions: somebody is named twice; each person once is right.")
    if n < needed:
        raise DataError(
            f"Portions: {n} people cannot give {needed} votes to each item; choose at least {needed}."
        )
    if n == needed:
        return {person: [(0.0, WHOLE)] for person in people}
    return {person: _around(at, at + needed, n) for at, person in enumerate(people)}


def _around(start: int, end: int, n: int) -> list[Part]:
    """From start to end in n-ths; what goes beyond the end begins again at 0."""
    if end <= n:
        return [(start * WHOLE / n, end * WHOLE / n)]
    return [(0.0, (end - n) * WHOLE / n), (start * WHOLE / n, WHOLE)]


def check_parts(parts: Mapping[str, Sequence[Part]]) -> None:
    """Raises DataError where a part is empty, outside of 0 to 100, or overlaps another of the same person."""
    for person, own in parts.items():
        last = 0.0
        for start, end in sorted(own):
            if not 0 <= start < end <= WHOLE:
                raise DataError(
                    f"{person}: from {start:g} to {end:g} percent; 0 <= from < to <= 100 is right."
                )
            if start < last:
                raise DataError(
                    f"{person}: two parts overlap at {start:g} percent; one person screens an item once."
                )
            last = end


def coverage(parts: Mapping[str, Sequence[Part]], everywhere: int = 0) -> list[Stretch]:
    """How many people are asked to screen each stretch of the order, from 0 to 100 percent.

    `everywhere` : people without a part of their own, who may screen all of it.
    """
    edges = sorted({0.0, WHOLE} | {edge for own in parts.values() for part in own for edge in part})
    stretches: list[Stretch] = []
    for start, end in pairwise(edges):
        count = everywhere + sum(any(a <= start and end <= b for a, b in own) for own in parts.values())
        if stretches and stretches[-1].people == count:
            stretches[-1] = Stretch(stretches[-1].start, end, count)
        else:
            stretches.append(Stretch(start, end, count))
    return stretches


def too_few(stretches: Sequence[Stretch], needed: int) -> float:
    """Percent of the order for which fewer people are asked than votes are needed."""
    return sum(stretch.end - stretch.start for stretch in stretches if stretch.people < needed)
