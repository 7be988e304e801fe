"""Effects and model matrix as they are given: checked, with names for the columns, and what is tested."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.columns import as_numbers
from evisynth.synthesis.measures.scale import Vector

Matrix = NDArray[np.float64]


@runtime_checkable
class NamedMatrix(Protocol):
    """A model matrix with the names of its columns, such as a Design of moderators."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def matrix(self) -> Matrix: ...


def checked_matrix(
    X: ArrayLike | NamedMatrix | None, names: Sequence[str], k: int
) -> tuple[Matrix, tuple[str, ...]]:
    """The (k, p) model matrix and the names of its columns; None stands for an intercept alone.

    Raises
    ------
    DataError : a shape or a number of names that does not fit, a missing value, no more rows than columns, or
        a column that follows from those before it.
    """
    matrix, columns = _named(X, tuple(names), k)
    p = matrix.shape[1]
    if len(columns) != p:
        raise DataError(f"X has {p} columns and {len(columns)} names ({', '.join(columns)}).")
    if not np.all(np.isfinite(matrix)):
        row, column = (int(one[0]) for one in np.nonzero(~np.isfinite(matrix)))
        raise DataError(f"Row {row + 1}, {columns[column]}: {matrix[row, column]:g} is not a number.")
    if k <= p:
        raise DataError(
            f"{k} effects cannot give {p} coefficients and their spread; it takes at least {p + 1}."
        )
    size = np.linalg.norm(matrix, axis=0)
    scaled = matrix / np.where(size > 0, size, 1.0)
    if np.linalg.matrix_rank(scaled) < p:
        place = next(one for one in range(p) if np.linalg.matrix_rank(scaled[:, : one + 1]) <= one)
        raise DataError(
            f"Column {columns[place]} of X follows from the columns before it (or is 0); leave it out."
        )
    return matrix, columns


def checked_vector(yi: ArrayLike, labels: Sequence[str]) -> Vector:
    """yi as a (k,) array without missing values; a DataError names the row."""
    y = as_numbers(yi, labels, "effect")
    if y.shape != (len(labels),):
        raise DataError(f"Effects have shape {y.shape}; {len(labels)} rows need one each.")
    if not np.all(np.isfinite(y)):
        row = int(np.argmin(np.isfinite(y)))
        raise DataError(
            f"{labels[row]} (row {row + 1}): effect {y[row]:g} is not a number. "
            "Leave the row out or give its effect."
        )
    return y


def omnibus_columns(X: Matrix) -> tuple[int, ...]:
    """What an omnibus test of moderators tests: all columns but the intercept, or the intercept alone."""
    constant = np.all(X == 1, axis=0)
    others = np.flatnonzero(~constant)
    return tuple((others if len(others) else np.flatnonzero(constant)).tolist())


def positions(tested: Sequence[int | str], names: tuple[str, ...]) -> tuple[int, ...]:
    """Coefficients given by name or by place from 0, as places."""
    found = []
    for one in tested:
        if isinstance(one, str) and one in names:
            found.append(names.index(one))
        elif not isinstance(one, str) and 0 <= one < len(names):
            found.append(int(one))
        else:
            hint = near(one, names) if isinstance(one, str) else ""
            raise DataError(f"There is no coefficient {one!r} to test; they are {', '.join(names)}.{hint}")
    return tuple(found)


def _named(
    X: ArrayLike | NamedMatrix | None, names: tuple[str, ...], k: int
) -> tuple[Matrix, tuple[str, ...]]:
    if X is None:
        return np.ones((k, 1)), names or ("intercept",)
    if isinstance(X, NamedMatrix):
        matrix, names = np.array(X.matrix, dtype=np.float64), names or tuple(X.names)
    else:
        matrix = np.array(X, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != k:
        raise DataError(f"X has shape {matrix.shape}; for {k} effects it is ({k}, coefficients).")
    return matrix, names or tuple(f"x{place}" for place in range(1, matrix.shape[1] + 1))
