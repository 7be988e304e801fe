"""Covariances of effects that share people: V from assumed correlations, and one effect for each cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.errors import DataError
from evisynth.synthesis.grouping import (
    Labels,
    Rows,
    check_labels,
    groups_of,
    numbered,
    numbered_in_order,
)
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.model_matrix import checked_vector
from evisynth.synthesis.results import Result

Matrix = NDArray[np.float64]

SMALLEST = 1e-10  # eigenvalue of a correlation matrix; below it the inverse keeps too few digits


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """The (k, k) covariance matrix of k effects, kept as its diagonal and the blocks that hold more than that.

    variances : (k,) the diagonal.
    blocks : (rows, matrix) of each set of two or more effects that covary; effects of different blocks, and
        those in none, do not. The rows of a block need not follow each other in the data.
    labels : (k,) what the rows are called in messages.
    repaired : (study, largest change of a correlation) of each block that was replaced by the nearest positive
        definite one, because that was asked for.
    """

    variances: Vector
    blocks: tuple[tuple[Rows, Matrix], ...]
    labels: tuple[str, ...]
    repaired: tuple[tuple[str, float], ...] = ()

    @property
    def k(self) -> int:
        return len(self.variances)

    @property
    def is_diagonal(self) -> bool:
        return not self.blocks

    @property
    def block_numbers(self) -> Rows:
        """(k,) equal numbers for rows of the same block, and a number of its own for each other row."""
        found = np.arange(self.k, dtype=np.intp)
        for rows, _ in self.blocks:
            found[rows] = rows[0]
        return found

    def matrix(self) -> Matrix:
        """The whole (k, k) matrix."""
        found = np.diag(self.variances)
        for rows, block in self.blocks:
            found[np.ix_(rows, rows)] = block
        return found

    def inverse(self) -> "Covariance":
        """The inverse, block by block."""
        blocks = []
        diagonal = 1 / self.variances
        for rows, block in self.blocks:
            inverse = np.linalg.inv(block)
            blocks.append((rows, (inverse + inverse.T) / 2))
            diagonal[rows] = np.diag(inverse)
        return Covariance(diagonal, tuple(blocks), self.labels)

    def times(self, columns: Matrix) -> Matrix:
        """The product with a (k, m) matrix."""
        found = self.variances[:, None] * columns
        for rows, block in self.blocks:
            found[rows] = block @ columns[rows]
        return found


def covariance_of(V: ArrayLike | Sequence[ArrayLike] | Covariance, labels: Sequence[str]) -> Covariance:
    """V as a checked Covariance: symmetric, finite, positive definite.

    Parameters
    ----------
    V : (k,) variances, a (k, k) matrix, a list of square blocks in the order of the rows, or a Covariance.
    labels : (k,) names of the rows.

    Raises
    ------
    DataError : the shape does not fit, or a block is not a covariance matrix; names its rows.

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19.
    """
    names = tuple(labels)
    if isinstance(V, Covariance):
        if V.k != len(names):
            raise DataError(f"V is for {V.k} effects; there are {len(names)}.")
        return Covariance(V.variances, V.blocks, names, V.repaired)
    if not _is_list_of_blocks(V) and np.array(V).ndim == 1:
        variances = np.array(V, dtype=np.float64)
        _check_variances(variances, names)
        return Covariance(variances, (), names)
    return _assembled(_given_blocks(V, len(names)), names)


def sampling_covariance(
    vi: ArrayLike,
    study: Labels,
    *,
    rho: float | Mapping[tuple[object, object], float] | None = None,
    outcome: Labels | None = None,
    time: ArrayLike | None = None,
    phi: float | None = None,
    sample: Labels | None = None,
    nearest: bool = False,
) -> Covariance:
    """Covariances of effects from the same study, from correlations that are assumed.

    Two effects i and j of one study have covariance r sqrt(vi vj), with r = rho phi^|time i - time j|.

    Parameters
    ----------
    vi : (k,) sampling variances.
    study : (k,) which study each effect is from; effects of different studies are independent.
    rho : the correlation of two effects of a study: one number, or {(outcome, outcome): number} for each
        pair of outcomes, where (A, A) is for two effects on the same outcome. With a number and `outcome`
        given, rho holds for different outcomes, and effects on the same outcome differ by time alone.
    time, phi : (k,) time points, and the correlation of effects one unit of time apart.
    sample : (k,) independent groups of people within a study; effects of different samples are independent.
    nearest : replace a block that is not positive definite by the nearest one with the same variances, and
        say so in `repaired`.

    Raises
    ------
    DataError : a correlation outside -1 to 1, phi without time, a pair of outcomes without a correlation, or
        a study whose matrix is not positive definite (unless `nearest`).

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19;
        Trikalinos & Olkin 2012, doi:10.1177/1740774512453218 (time points).
    """
    variances = np.array(vi, dtype=np.float64)
    check_labels("study", study)
    names = tuple(str(one) for one in study)
    _check_variances(variances, names)
    _check_correlations(rho, phi, time)
    units = names if sample is None else list(zip(study, sample, strict=True))
    outcomes = None if outcome is None else list(outcome)
    times = None if time is None else np.array(time, dtype=np.float64)
    blocks, repaired = [], []
    for rows in groups_of(numbered(units)):
        where = names[rows[0]]
        R = _correlations(rows, rho, outcomes, where)
        if times is not None and phi is not None:
            R = R * phi ** np.abs(times[rows][:, None] - times[rows])
        if nearest and not _is_positive_definite(R):
            better = nearest_positive_definite(R)
            repaired.append((where, float(np.max(np.abs(better - R)))))
            R = better
        se = np.sqrt(variances[rows])
        blocks.append((rows, R * se[:, None] * se))
    return replace(_assembled(blocks, names), repaired=tuple(repaired))


def nearest_positive_definite(R: Matrix, smallest: float = 1e-8) -> Matrix:
    """The correlation matrix nearest to R (in Frobenius norm) with no eigenvalue below about `smallest`.

    Parameters
    ----------
    R : (n, n) symmetric, with ones on the diagonal.

    Source: Higham 2002, doi:10.1093/imanum/22.3.329 (alternating projections with Dykstra's correction).
    """
    Y, correction = R.copy(), np.zeros_like(R)
    for _ in range(1000):
        values, vectors = np.linalg.eigh(Y - correction)
        X = (vectors * np.maximum(values, smallest)) @ vectors.T
        correction = X - (Y - correction)
        before, Y = Y, X.copy()
        np.fill_diagonal(Y, 1.0)
        if np.max(np.abs(Y - before)) < 1e-12:
            break
    return (Y + Y.T) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated(Result, rows="clusters"):
    """One effect for each cluster. sizes : how many effects each was made from."""

    clusters: tuple[object, ...]
    yi: Vector
    vi: Vector
    sizes: NDArray[np.intp]


def aggregate_effects(
    yi: ArrayLike, V: ArrayLike | Sequence[ArrayLike] | Covariance, cluster: Labels, *, weighted: bool = True
) -> Aggregated:
    """One effect for each cluster from effects whose covariances are known; clusters come in sorted order.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale.
    V : their covariances, as for `covariance_of`.
    cluster : (k,) the cluster of each effect.
    weighted : weights from the inverse covariance matrix, 1'V^-1 / 1'V^-1 1, which give the smallest
        variance; otherwise the plain mean. With highly correlated effects such weights can be negative.

    Raises
    ------
    DataError : an effect that is missing, or effects of different clusters that covary.

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19;
        Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 24 (plain mean).
    """
    check_labels("cluster", cluster)
    labels = [str(one) for one in cluster]
    y = checked_vector(yi, labels)
    whole = covariance_of(V, labels)
    numbers, names = numbered_in_order(cluster)
    _check_inside(whole, numbers, labels)
    ones = np.ones((len(y), 1))
    weights = whole.inverse().times(ones) if weighted else ones
    spread = weights * whole.times(weights)
    total, mean, variance = (
        np.bincount(numbers, weights=one) for one in (weights[:, 0], weights[:, 0] * y, spread[:, 0])
    )
    return Aggregated(names, mean / total, variance / total**2, np.bincount(numbers))


def _is_list_of_blocks(V: ArrayLike | Sequence[ArrayLike]) -> bool:
    return isinstance(V, (list, tuple)) and any(np.ndim(one) == 2 for one in V)


def _given_blocks(V: ArrayLike | Sequence[ArrayLike], k: int) -> list[tuple[Rows, Matrix]]:
    """V in blocks: the parts of a matrix that hang together, or the list as it is."""
    if isinstance(V, (list, tuple)) and _is_list_of_blocks(V):
        parts = [np.array(one, dtype=np.float64, ndmin=2) for one in V]
        ends = np.cumsum([len(part) for part in parts])
        if ends[-1] != k or any(part.shape != (len(part), len(part)) for part in parts):
            shapes = ", ".join(str(part.shape) for part in parts[:10])
            raise DataError(f"The blocks of V ({shapes}) must be square and together have {k} rows.")
        starts = ends - [len(part) for part in parts]
        return [(np.arange(a, b), part) for a, b, part in zip(starts, ends, parts, strict=True)]
    matrix = np.array(V, dtype=np.float64)
    if matrix.shape != (k, k):
        raise DataError(f"V has shape {matrix.shape}; for {k} effects it is ({k},) or ({k}, {k}).")
    return [(rows, matrix[np.ix_(rows, rows)]) for rows in groups_of(_covarying(matrix))]


def _assembled(blocks: list[tuple[Rows, Matrix]], names: tuple[str, ...]) -> Covariance:
    """The checked covariance of blocks that together hold every row."""
    variances = np.empty(len(names))
    for rows, block in blocks:
        variances[rows] = np.diag(block)
    _check_variances(variances, names)
    full = tuple((rows, block) for rows, block in blocks if np.count_nonzero(block) > len(block))
    for rows, block in full:
        _check_block(block, ", ".join(dict.fromkeys(names[row] for row in rows)))
    return Covariance(variances, full, names)


def _covarying(matrix: Matrix) -> Rows:
    """(k,) numbers of the sets of rows that covary, directly or through others."""
    linked = matrix != 0
    label = np.arange(len(matrix), dtype=np.intp)
    while True:
        lowest = np.where(linked, label, len(label)).min(axis=1)
        new = np.minimum(lowest, label)
        if np.array_equal(new, label):
            return np.unique(label, return_inverse=True)[1].astype(np.intp)
        label = new


def _check_variances(variances: Vector, names: tuple[str, ...]) -> None:
    if variances.shape != (len(names),):
        raise DataError(f"Variances have shape {variances.shape}; {len(names)} rows need one each.")
    fine = np.isfinite(variances) & (variances > 0)
    if not np.all(fine):
        row = int(np.argmin(fine))
        raise DataError(
            f"{names[row]} (row {row + 1}): variance {variances[row]:g} is not positive; check its standard error."
        )


def _check_correlations(
    rho: float | Mapping[tuple[object, object], float] | None, phi: float | None, time: ArrayLike | None
) -> None:
    given = list(rho.values()) if isinstance(rho, Mapping) else [rho]
    for value in [*given, phi]:
        if value is not None and not -1 <= value <= 1:
            raise DataError(f"Correlation {value:g} is not between -1 and 1.")
    if rho is None and phi is None:
        raise DataError("Give rho, the correlation of effects of one study, or phi with time.")
    if (phi is None) != (time is None):
        raise DataError(
            "phi, the correlation over one unit of time, and time are given together or not at all."
        )


def _correlations(
    rows: Rows,
    rho: float | Mapping[tuple[object, object], float] | None,
    outcomes: list[object] | None,
    where: str,
) -> Matrix:
    """The correlations of the effects in these rows, without those over time."""
    n = len(rows)
    if rho is None:
        return np.ones((n, n))
    R = np.eye(n)
    for i in range(n):
        for j in range(i):
            R[i, j] = R[j, i] = _correlation(rho, outcomes, int(rows[i]), int(rows[j]), where)
    return R


def _correlation(
    rho: float | Mapping[tuple[object, object], float],
    outcomes: list[object] | None,
    i: int,
    j: int,
    where: str,
) -> float:
    if not isinstance(rho, Mapping):
        return 1.0 if outcomes is not None and outcomes[i] == outcomes[j] else rho
    if outcomes is None:
        raise DataError("Correlations for pairs of outcomes need the outcome of each effect.")
    a, b = outcomes[i], outcomes[j]
    found = rho.get((a, b), rho.get((b, a)))
    if found is None:
        raise DataError(f"{where} has effects on {a} and {b}; no correlation is given for this pair.")
    return found


def _is_positive_definite(R: Matrix) -> bool:
    return float(np.linalg.eigvalsh(R)[0]) > SMALLEST


def _check_block(block: Matrix, where: str) -> None:
    """Raise a DataError that names the study unless the block is a covariance matrix."""
    if not np.all(np.isfinite(block)):
        raise DataError(f"{where}: a covariance is missing or infinite.")
    if not np.allclose(block, block.T, rtol=1e-8, atol=0):
        raise DataError(f"{where}: V is not symmetric there; the covariance of two effects is one number.")
    se = np.sqrt(np.diag(block))
    smallest = float(np.linalg.eigvalsh(block / se[:, None] / se)[0])
    if smallest <= SMALLEST:
        raise DataError(
            f"{where}: its covariances are not positive definite (smallest eigenvalue of the correlations "
            f"{smallest:.3g}). Correlations of 1, or ones that contradict each other, need another value."
        )


def _check_inside(whole: Covariance, numbers: Rows, labels: list[str]) -> None:
    for rows, _ in whole.blocks:
        if len(set(numbers[rows].tolist())) > 1:
            names = " and ".join(dict.fromkeys(labels[row] for row in rows))
            raise DataError(f"Effects of {names} covary; they belong to one cluster to be aggregated.")
