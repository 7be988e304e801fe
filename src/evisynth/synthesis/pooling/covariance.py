"""Covariances of effects that share people: V from assumed correlations, and one effect for each cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped, Frame
from evisynth.synthesis.grouping import (
    Labels,
    Rows,
    check_labels,
    groups_of,
    numbered,
    numbered_in_order,
)
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.model_matrix import checked_vector
from evisynth.synthesis.pooling.assumed_correlations import (
    Assumed,
    check_correlations,
    correlations,
    nearest_positive_definite,
)
from evisynth.synthesis.pooling.frames import Lookup, taken
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
    lacking : columns of the data that a row has no value in, by row; its variance is NaN, and `multilevel` leaves
        it out.
    """

    variances: Vector
    blocks: tuple[tuple[Rows, Matrix], ...]
    labels: tuple[str, ...]
    repaired: tuple[tuple[str, float], ...] = ()
    lacking: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

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

    def take(self, kept: Flags) -> "Covariance":
        """The covariance of some of the rows, in their order."""
        place = np.cumsum(kept) - 1
        blocks = []
        for rows, block in self.blocks:
            there = kept[rows]
            some = block[np.ix_(there, there)]
            if np.count_nonzero(some) > len(some):
                blocks.append((place[rows[there]].astype(np.intp), some))
        labels = tuple(name for name, there in zip(self.labels, kept.tolist(), strict=True) if there)
        lacking = {int(place[row]): names for row, names in self.lacking.items() if kept[row]}
        return Covariance(self.variances[kept], tuple(blocks), labels, self.repaired, lacking)

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
        for row, columns in V.lacking.items():
            raise DataError(
                f"{names[row]} (row {row + 1}): no value for {' and '.join(columns)}, so V lacks it."
            )
        return Covariance(V.variances, V.blocks, names, V.repaired)
    if not _is_list_of_blocks(V) and np.array(V).ndim == 1:
        variances = np.array(V, dtype=np.float64)
        _check_variances(variances, names)
        return Covariance(variances, (), names)
    return _assembled(_given_blocks(V, len(names)), names)


def known_covariance(
    look: Lookup, V: str | ArrayLike | Sequence[ArrayLike] | Covariance
) -> tuple[Covariance, Flags]:
    """V of all rows of a frame, and the rows that lack nothing: a column of variances, or a V for all rows.

    Source: none; it reads columns.
    """
    if isinstance(V, str):
        variances = look.numbers(V, "V")
        return Covariance(variances, (), look.studies), look.kept
    if not isinstance(V, Covariance):
        V = covariance_of(V, look.studies)
    if V.k != look.k:
        raise DataError(f"V is for {V.k} effects; the data have {look.k} rows.")
    for name in {name: None for names in V.lacking.values() for name in names}:
        look.lack([name in V.lacking.get(row, ()) for row in range(look.k)], name)
    return replace(V, labels=look.studies), look.kept


def sampling_covariance(
    vi: ArrayLike,
    study: Labels,
    *,
    rho: Assumed = None,
    outcome: Labels | None = None,
    time: ArrayLike | None = None,
    phi: float | None = None,
    sample: Labels | None = None,
    nearest: bool = False,
    data: Frame | None = None,
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
    data : a data frame in which vi, study, outcome, time and sample are names of columns. A row that lacks one
        of them has no variance (see `Covariance.lacking`); `multilevel` with the same data leaves it out.

    Raises
    ------
    DataError : a correlation outside -1 to 1, phi without time, a pair of outcomes without a correlation, or
        a study whose matrix is not positive definite (unless `nearest`).

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19;
        Trikalinos & Olkin 2012, doi:10.1177/1740774512453218 (time points).
    """
    if data is not None:
        columns = {"vi": vi, "study": study, "outcome": outcome, "time": time, "sample": sample}
        return _of_frame(data, columns, rho=rho, phi=phi, nearest=nearest)
    variances = np.array(vi, dtype=np.float64)
    check_labels("study", study)
    names = tuple(str(one) for one in study)
    _check_variances(variances, names)
    check_correlations(rho, phi, time)
    units = names if sample is None else list(zip(study, sample, strict=True))
    outcomes = None if outcome is None else list(outcome)
    times = None if time is None else np.array(time, dtype=np.float64)
    blocks, repaired = [], []
    for rows in groups_of(numbered(units)):
        where = names[rows[0]]
        R = correlations(rows, rho, outcomes, where)
        if times is not None and phi is not None:
            R = R * phi ** np.abs(times[rows][:, None] - times[rows])
        if nearest and not _is_positive_definite(R):
            better = nearest_positive_definite(R)
            repaired.append((where, float(np.max(np.abs(better - R)))))
            R = better
        se = np.sqrt(variances[rows])
        blocks.append((rows, R * se[:, None] * se))
    return replace(_assembled(blocks, names), repaired=tuple(repaired))


def _of_frame(data: Frame, columns: Mapping[str, Any], **how: Any) -> Covariance:
    """The covariance of a frame's rows; NaN in those that lack a value."""
    look = Lookup.of(data, columns["study"])
    given: dict[str, Any] = {
        name: look.numbers(what, name) if name in ("vi", "time") else look.labels(what)
        for name, what in columns.items()
        if what is not None
    }
    kept = look.kept
    used: dict[str, Any] = {name: taken(held, kept) for name, held in given.items()}
    some = sampling_covariance(**used, **how)
    places, variances = np.flatnonzero(kept), np.full(look.k, np.nan)
    variances[kept] = some.variances
    blocks = tuple((places[rows].astype(np.intp), block) for rows, block in some.blocks)
    lacking = {row: tuple(names) for row, names in look.lacking.items()}
    return Covariance(variances, blocks, look.studies, some.repaired, lacking)


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated(Result, rows="clusters"):
    """One effect for each cluster. sizes : how many effects each was made from; dropped : rows left out, and why."""

    clusters: tuple[object, ...]
    yi: Vector
    vi: Vector
    sizes: NDArray[np.intp]
    dropped: Dropped = ()

    def __str__(self) -> str:
        rows = zip(self.clusters, self.yi.tolist(), self.vi.tolist(), self.sizes.tolist(), strict=True)
        lines = [
            f"One effect for each of {len(self.clusters)} clusters, from {int(self.sizes.sum())} effects"
        ]
        lines += [f"{name}: {y:.4g} (variance {v:.4g}), from {size}" for name, y, v, size in rows]
        return "\n".join([*lines, *(f"left out: {study} ({reason})" for study, reason in self.dropped)])


def aggregate_effects(
    yi: ArrayLike,
    V: ArrayLike | Sequence[ArrayLike] | Covariance,
    cluster: Labels,
    *,
    weighted: bool = True,
    data: Frame | None = None,
) -> Aggregated:
    """One effect for each cluster from effects whose covariances are known; clusters come in sorted order.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale.
    V : their covariances, as for `covariance_of`.
    cluster : (k,) the cluster of each effect.
    weighted : weights from the inverse covariance matrix, 1'V^-1 / 1'V^-1 1, which give the smallest
        variance; otherwise the plain mean. With highly correlated effects such weights can be negative.
    data : a data frame in which yi, V (variances) and cluster are names of columns; V may also be the
        sampling_covariance of the same data. Rows that lack a value are left out and stand in `dropped`.

    Raises
    ------
    DataError : an effect that is missing, or effects of different clusters that covary.

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19;
        Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 24 (plain mean).
    """
    dropped: Dropped = ()
    if data is not None:
        if not isinstance(cluster, str):
            raise DataError("With data, cluster is the name of one of its columns.")
        look = Lookup.of(data, cluster)
        effects, own = look.numbers(yi, "yi"), look.labels(cluster)
        known, kept = known_covariance(look, V)
        yi, V, cluster, dropped = effects[kept], known.take(kept), taken(own, kept), look.dropped
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
    return Aggregated(names, mean / total, variance / total**2, np.bincount(numbers), dropped)


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
    linked, label = matrix != 0, np.arange(len(matrix), dtype=np.intp)
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
