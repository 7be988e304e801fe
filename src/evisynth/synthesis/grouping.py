"""Which rows belong together: labels as numbers, the rows of each group, groups that hang together."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from evisynth.errors import DataError

Rows = NDArray[np.intp]
Labels = Sequence[object] | NDArray[np.generic]


def numbered(labels: Sequence[object] | NDArray[np.generic]) -> Rows:
    """(k,) labels as numbers from 0 in the order in which they first occur."""
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(one, len(seen)) for one in _plain(labels)], dtype=np.intp)


def numbered_in_order(labels: Labels) -> tuple[Rows, tuple[object, ...]]:
    """(k,) labels as numbers in sorted order, and the labels: by size where all are numbers, else as text."""
    plain = _plain(labels)
    are_numbers = all(isinstance(one, (int, float, np.number)) for one in plain)
    names = sorted(set(plain), key=_as_number if are_numbers else str)
    place = {one: number for number, one in enumerate(names)}
    return np.array([place[one] for one in plain], dtype=np.intp), tuple(names)


def check_labels(name: str, labels: Labels) -> None:
    """Raise a DataError that names the row where a label is missing."""
    for row, label in enumerate(_plain(labels)):
        if label is None or label == "" or (isinstance(label, float) and math.isnan(label)):
            raise DataError(f"Row {row + 1} has no {name}; each row needs one.")


def groups_of(numbers: Rows) -> list[Rows]:
    """The rows of each number, for numbers 0, 1, 2, ... of which each occurs."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.cumsum(np.bincount(numbers))[:-1]) if len(numbers) else []


def connected(k: int, groupings: Sequence[Rows]) -> Rows:
    """(k,) numbers of the sets of rows that hang together through any of the groupings.

    The lowest label is passed on through each grouping until nothing changes.
    """
    label = np.arange(k, dtype=np.intp)
    while True:
        before = label
        for grouping in groupings:
            lowest = np.full(int(grouping.max(initial=0)) + 1, k, dtype=np.intp)
            np.minimum.at(lowest, grouping, label)
            label = lowest[grouping]
        if np.array_equal(before, label):
            return np.unique(label, return_inverse=True)[1].astype(np.intp)


def size_classes(sizes: Rows) -> Iterator[tuple[Rows, int]]:
    """The numbers of blocks in lots of about one size, with the largest in each: padding to it costs little."""
    steps = np.unique(np.round(1.25 ** np.arange(60)).astype(np.intp))
    for blocks in groups_of(numbered(np.searchsorted(steps, sizes))):
        yield blocks, int(sizes[blocks].max())


def _as_number(label: object) -> float:
    assert isinstance(label, (int, float, np.number))
    return float(label)


def _plain(labels: Labels) -> list[object]:
    return labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
