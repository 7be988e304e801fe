"""Correlations that are assumed between the effects of a study: one number, or one for each pair of outcomes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evisynth.errors import DataError
from evisynth.synthesis.grouping import Rows

Matrix = NDArray[np.float64]
Assumed = float | Mapping[tuple[object, object], float] | None


def check_correlations(rho: Assumed, phi: float | None, time: object) -> None:
    """Raise a DataError for a correlation that is none, and where none is given.

    Source: none; it checks its input.
    """
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


def correlations(
    rows: Rows,
    rho: Assumed,
    outcomes: list[object] | None,
    where: str,
) -> Matrix:
    """The correlations of the effects in these rows, without those over time.

    Source: Gleser & Olkin 2009, The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, chapter 19.
    """
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
