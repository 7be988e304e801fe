"""The likelihood for independent sampling errors and random intercepts, in the space of the random effects.

With M = D + Z L Z' (D diagonal, L the variances of the random effects) Woodbury's identity gives
M^-1 = D^-1 - D^-1 Z L (I + Z'D^-1 Z L)^-1 Z'D^-1: matrices have the size of the random effects of a block, not
of its rows. In a three-level model that size is 1, and the whole costs a few passes over the rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evisynth.synthesis.grouping import Rows, connected, numbered, size_classes
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Matrix
from evisynth.synthesis.pooling.multilevel.forms import Forms
from evisynth.synthesis.pooling.multilevel.terms import Groups

Stack = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Lot:
    """m blocks with at most q random effects each.

    rows : (n,) the rows of the data in these blocks; block : (n,) the block of each row.
    own : (J, n) which of its block's random effects acts on each row, for each of J terms.
    term : (m, q) the term of each random effect, J for padding.
    first : the first so many random effects of each block are of the term with most groups, and so share no row.
    inverse : (m, q, q) (I + K L)^-1 with K = Z'D^-1 Z; U : (m, q, p + 1) Z'D^-1 [X y]; lam : (m, q) their
    variances. K, inverse, U and lam are of the last call.
    """

    rows: Rows
    block: Rows
    own: Rows
    term: Rows
    first: int
    K: Stack
    inverse: Stack
    U: Stack
    lam: Stack


class RandomIntercepts:
    """An engine (see forms.Engine) for diagonal V and random intercepts, nested or crossed.

    A term with one row for each group adds to the diagonal and is no random effect of its own.

    Source: Henderson & Searle 1981, doi:10.1137/1023004 (Woodbury's identity).
    """

    def __init__(self, columns: Matrix, vi: Vector, groups: tuple[Groups, ...]) -> None:
        self.columns, self.vi, self.count = columns, vi, len(groups)
        k = len(vi)
        self.own_row = next((place for place, one in enumerate(groups) if one.levels == k), None)
        shared = [place for place in range(len(groups)) if place != self.own_row]
        self.shared = sorted(shared, key=lambda place: -groups[place].levels)
        self.lots = _lots([groups[place].numbers for place in self.shared], columns.shape[1])
        self.d = vi

    def forms(self, sigma2: Vector, G: list[Matrix]) -> Forms | None:
        del G  # there are no structures
        self.d = self.vi if self.own_row is None else self.vi + sigma2[self.own_row]
        if not np.all(self.d > 0):
            return None
        weighted = self.columns / self.d[:, None]
        S = self.columns.T @ weighted
        logdet = float(np.sum(np.log(self.d)))
        variances = np.append(sigma2[self.shared], 0.0)
        for lot in self.lots:
            _fill(lot, 1 / self.d[lot.rows], weighted[lot.rows], variances)
            logdet += _invert(lot)
            flat = lot.U.reshape(-1, lot.U.shape[2])
            S -= flat.T @ (lot.lam[:, :, None] * (lot.inverse @ lot.U)).reshape(flat.shape)
        return Forms((S + S.T) / 2, logdet)

    def slopes(self, weight: Matrix) -> tuple[Vector, list[Matrix]]:
        found = np.zeros(self.count)
        by_term = np.zeros(len(self.shared) + 1)
        rows = self.columns.copy()  # becomes D M^-1 [X y]
        leverage = np.zeros(len(self.d))  # becomes d - d^2 (M^-1)_ii
        for lot in self.lots:
            E = lot.inverse @ lot.U  # Z'M^-1 [X y]
            N = np.einsum("mij,mji->mi", lot.inverse, lot.K)  # the diagonal of Z'M^-1 Z
            slope = np.sum((E @ weight) * E, axis=2) - N / 2
            by_term += np.bincount(lot.term.ravel(), weights=slope.ravel(), minlength=len(by_term))
            if self.own_row is not None:
                _subtract(lot, E, rows, leverage)
        found[self.shared] = by_term[:-1]
        if self.own_row is not None:
            rows /= self.d[:, None]
            inverse = 1 / self.d - leverage / self.d**2
            found[self.own_row] = np.sum((rows @ weight) * rows) - np.sum(inverse) / 2
        return found, []


def _lots(terms: list[Rows], width: int) -> list[_Lot]:
    """The rows in lots of blocks with about the same number of random effects."""
    if not terms:
        return []
    block = connected(len(terms[0]), terms)
    # Each random effect: its term, its group and, through its rows, its block.
    effects = [np.unique(np.column_stack((block, one)), axis=0) for one in terms]
    sizes = np.zeros(int(block.max()) + 1, dtype=np.intp)
    for one in effects:
        sizes += np.bincount(one[:, 0], minlength=len(sizes))
    found = []
    for blocks, q in size_classes(sizes):
        rows = np.flatnonzero(np.isin(block, blocks))
        number = np.zeros(len(sizes), dtype=np.intp)
        number[blocks] = np.arange(len(blocks))
        own, term = _places([one[rows] for one in terms], number[block[rows]], len(blocks), q)
        m = len(blocks)
        found.append(
            _Lot(
                rows,
                number[block[rows]],
                own,
                term,
                int(np.min(np.sum(term == 0, axis=1))),
                K=np.zeros((m, q, q)),
                inverse=np.zeros((m, q, q)),
                U=np.zeros((m, q, width)),
                lam=np.zeros((m, q)),
            )
        )
    return found


def _places(terms: list[Rows], block: Rows, m: int, q: int) -> tuple[Rows, Rows]:
    """The place of each row's random effect within its block, for each term, and the term of each place."""
    used = np.zeros(m, dtype=np.intp)
    own = np.zeros((len(terms), len(block)), dtype=np.intp)
    term = np.full((m, q), len(terms), dtype=np.intp)
    for number, one in enumerate(terms):
        group = numbered(one)
        first = np.zeros(int(group.max()) + 1, dtype=np.intp)
        first[group] = block  # the block of each group
        order = np.argsort(first, kind="stable")
        starts = np.searchsorted(first[order], np.arange(m))
        place = np.empty_like(order)
        place[order] = np.arange(len(order)) - starts[first[order]]
        own[number] = used[block] + place[group]
        term[block, own[number]] = number
        used += np.bincount(first, minlength=m)
    return own, term


def _fill(lot: _Lot, weights: Vector, weighted: Matrix, variances: Vector) -> None:
    """Compute K, U and the variances of the random effects."""
    m, q, width = lot.U.shape
    at = lot.block * q + lot.own  # (J, n)
    K = np.zeros(m * q * q)
    for i, row in enumerate(at):
        for own in lot.own[: i + 1]:
            K += np.bincount(row * q + own, weights=weights, minlength=len(K))
    lot.K = K.reshape(m, q, q)
    if len(at) > 1:
        lot.K = lot.K + np.tril(lot.K, -1).swapaxes(1, 2)
    for column in range(width):
        sums = np.zeros(m * q)
        for row in at:
            sums += np.bincount(row, weights=weighted[:, column], minlength=m * q)
        lot.U[:, :, column] = sums.reshape(m, q)
    lot.lam = variances[lot.term]


def _invert(lot: _Lot) -> float:
    """Compute (I + K L)^-1; returns log det (I + K L), summed over the blocks.

    The upper left part of I + K L is diagonal (see `first`), so only its Schur complement is inverted.
    """
    q, f = lot.lam.shape[1], lot.first
    KL = lot.K * lot.lam[:, None, :]
    own = 1 / (1 + np.diagonal(KL, axis1=1, axis2=2)[:, :f])
    logdet = -float(np.sum(np.log(own)))
    lot.inverse = np.zeros_like(KL)
    lot.inverse[:, np.arange(f), np.arange(f)] = own
    if f == q:
        return logdet
    above, below = own[:, :, None] * KL[:, :f, f:], KL[:, f:, :f]
    rest = np.eye(q - f) + KL[:, f:, f:] - below @ above
    lot.inverse[:, f:, f:] = np.linalg.inv(rest)
    left = lot.inverse[:, f:, f:] @ (below * own[:, None, :])
    lot.inverse[:, f:, :f] = -left
    lot.inverse[:, :f, f:] = -above @ lot.inverse[:, f:, f:]
    lot.inverse[:, :f, :f] += above @ left
    return logdet + float(np.sum(np.linalg.slogdet(rest)[1]))


def _subtract(lot: _Lot, E: Stack, rows: Matrix, leverage: Vector) -> None:
    """Take Z L E from `rows`, and add the diagonal of Z L (I + K L)^-1 Z' to `leverage`, for this lot's rows."""
    effects = lot.lam[:, :, None] * E
    W = lot.lam[:, :, None] * lot.inverse
    for own in lot.own:
        rows[lot.rows] -= effects[lot.block, own]
        for other in lot.own:
            leverage[lot.rows] += W[lot.block, own, other]
