"""The different orders of rows of which some are alike, each with a number."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.measures.scale import Vector

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrangements:
    """All different orders of the rows of a matrix, numbered from 0 in lexical order.

    first  : (t,) a row of each kind.
    counts : (t,) how many rows are of that kind.
    """

    first: NDArray[np.intp]
    counts: Numbers

    @classmethod
    def of(cls, X: Vector) -> Self:
        """Of the rows of X, (k, p)."""
        _, first, counts = np.unique(X, axis=0, return_index=True, return_counts=True)
        return cls(first.astype(np.intp), counts.astype(np.int64))

    @property
    def total(self) -> int:
        """How many there are: k! / (c1! c2! ...)."""
        ways = math.factorial(int(self.counts.sum()))
        for count in self.counts.tolist():
            ways //= math.factorial(count)
        return ways

    def orders(self, start: int, stop: int) -> NDArray[np.intp]:
        """(stop - start, k) places of rows for the arrangements with these numbers.

        Of n places that are left, a share c / n of the arrangements begins with a kind of which c are left.

        Source: Knuth 2011, The art of computer programming, volume 4A, section 7.2.1.2, for the lexical order.
        """
        rank = np.arange(start, stop, dtype=np.int64)
        left = np.repeat(self.counts[None, :], len(rank), axis=0)
        ways = np.full(len(rank), self.total, dtype=np.int64)
        rows = np.arange(len(rank))
        orders = np.empty((len(rank), int(self.counts.sum())), dtype=np.intp)
        for place in range(orders.shape[1]):
            begin = ways[:, None] * left // (orders.shape[1] - place)
            ends = np.cumsum(begin, axis=1)
            kind = np.argmax(rank[:, None] < ends, axis=1)
            orders[:, place] = self.first[kind]
            ways = begin[rows, kind]
            rank = rank - (ends[rows, kind] - ways)
            left[rows, kind] -= 1
        return orders
