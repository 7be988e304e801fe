"""The likelihood block by block, for any V and any random effects: blocks of one size are worked on together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.grouping import Rows, groups_of, size_classes
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Covariance, Matrix
from evisynth.synthesis.pooling.multilevel.forms import Forms
from evisynth.synthesis.pooling.multilevel.terms import Groups, Structured

Stack = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Lot:
    """m blocks padded to n rows. Padding rows are 0 in `columns` and have variance 1 and no random effects.

    V : (m, n, n); columns : (m, n, p + 1) [X y]; same : for each variance component (m, n, n), 1 where two
    rows share a group; codes : for each structure (m, n, n), the place of the pair's entry in G, and q^2 for
    pairs in different groups; solved and inverse : M^-1 [X y] and M^-1 of the last call.
    """

    V: Stack
    columns: Stack
    same: list[Stack]
    codes: list[Rows]
    solved: Stack
    inverse: Stack


class DenseBlocks:
    """An engine (see forms.Engine) that factors M block by block.

    Source: Harville 1977, doi:10.1080/01621459.1977.10480998 (likelihoods and their derivatives).
    """

    def __init__(
        self,
        columns: Matrix,
        V: Covariance,
        groups: tuple[Groups, ...],
        structures: tuple[Structured, ...],
        linked: Rows,
    ) -> None:
        members = groups_of(linked)
        sizes = np.array([len(rows) for rows in members], dtype=np.intp)
        self.structures = structures
        self.lots = [
            _lot(columns, V, groups, structures, [members[number] for number in numbers], n)
            for numbers, n in size_classes(sizes)
        ]

    def forms(self, sigma2: Vector, G: list[Matrix]) -> Forms | None:
        entries = [np.append(one.ravel(), 0.0) for one in G]
        width = self.lots[0].columns.shape[2]
        S, logdet = np.zeros((width, width)), 0.0
        for lot in self.lots:
            M = lot.V.copy()
            for variance, same in zip(sigma2.tolist(), lot.same, strict=True):
                if variance != 0:
                    M += variance * same
            for entry, code in zip(entries, lot.codes, strict=True):
                M += entry[code]
            try:
                L = np.linalg.cholesky(M)
            except np.linalg.LinAlgError:
                return None
            root = np.linalg.inv(L)
            half = root @ lot.columns
            across = np.swapaxes(root, 1, 2)
            lot.inverse, lot.solved = across @ root, across @ half
            flat = half.reshape(-1, width)
            S += flat.T @ flat
            logdet += 2 * float(np.sum(np.log(np.diagonal(L, axis1=1, axis2=2))))
        return Forms(S, logdet)

    def slopes(self, weight: Matrix) -> tuple[Vector, list[Matrix]]:
        sigma2 = np.zeros(len(self.lots[0].same))
        entries = [np.zeros(one.q**2 + 1) for one in self.structures]
        for lot in self.lots:
            B = (lot.solved @ weight) @ np.swapaxes(lot.solved, 1, 2) - lot.inverse / 2
            sigma2 += [np.vdot(B, same) for same in lot.same]
            for place, code in enumerate(lot.codes):
                size = len(entries[place])
                entries[place] += np.bincount(code.ravel(), weights=B.ravel(), minlength=size)
        G = [entry[:-1].reshape(one.q, one.q) for entry, one in zip(entries, self.structures, strict=True)]
        return sigma2, [(one + one.T) / 2 for one in G]


def _lot(
    columns: Matrix,
    V: Covariance,
    groups: tuple[Groups, ...],
    structures: tuple[Structured, ...],
    members: list[Rows],
    n: int,
) -> _Lot:
    m, width = len(members), columns.shape[1]
    rows = np.full((m, n), -1, dtype=np.intp)
    for place, one in enumerate(members):
        rows[place, : len(one)] = one
    real = rows >= 0
    both = real[:, :, None] & real[:, None, :]
    filled = np.where(real[:, :, None], columns[rows], 0.0)
    same = [np.where(both, _alike(one.numbers[rows]), 0.0) for one in groups]
    codes = []
    for term in structures:
        pairs = term.inner[rows][:, :, None] * term.q + term.inner[rows][:, None, :]
        codes.append(np.where(both & _alike(term.outer[rows]), pairs, term.q**2).astype(np.intp))
    empty = np.empty((m, n, width))
    return _Lot(_padded(V, rows, real), filled, same, codes, empty, np.empty((m, n, n)))


def _alike(numbers: Rows) -> NDArray[np.bool_]:
    return np.asarray(numbers[:, :, None] == numbers[:, None, :])


def _padded(V: Covariance, rows: Rows, real: NDArray[np.bool_]) -> Stack:
    """(m, n, n) the covariances of the rows, with variance 1 for padding."""
    m, n = rows.shape
    place = np.zeros(V.k, dtype=np.intp)
    place[rows[real]] = np.broadcast_to(np.arange(m)[:, None] * n + np.arange(n), (m, n))[real]
    found = np.zeros((m, n, n))
    found[:, np.arange(n), np.arange(n)] = np.where(real, V.variances[rows], 1.0)
    here = np.zeros(V.k, dtype=bool)
    here[rows[real]] = True
    for block_rows, block in V.blocks:
        if here[block_rows[0]]:
            lot, within = np.divmod(place[block_rows], n)
            found[lot[0], within[:, None], within] = block
    return found
