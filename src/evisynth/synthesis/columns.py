"""Columns of a data frame by name: pandas, polars, pyarrow or a dict of lists, none of which is imported here.

Missing values (None, NaN, NA of pandas) become NaN. Rows that lack a number are left out in one place, `rows_of`, and
returned with the reason.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evisynth.errors import DataError, near

Vector = NDArray[np.float64]
Dropped = tuple[tuple[str, str], ...]  # (study, reason) of each row that is left out
Frame = Any  # pandas.DataFrame, polars.DataFrame, pyarrow.Table, or a mapping of names to sequences
STUDY = (
    "study",
    "studies",
    "author",
    "trial",
    "slab",
    "studlab",
)  # columns that name the studies, the first wins


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a frame that have all the numbers that were asked for.

    columns : by the name of the argument, (k,) each; None for an argument that was not given.
    others  : further columns of the same rows by their own name, whatever they hold.
    studies : (k,) names. dropped : (study, reason) of each row that is left out.
    """

    columns: dict[str, Any]
    others: dict[str, list[Any]]
    studies: tuple[str, ...]
    dropped: Dropped


def column_names(frame: Frame) -> tuple[str, ...]:
    """The names of the columns, in order; a DataError for what is no table."""
    if isinstance(frame, Mapping):
        return tuple(map(str, frame))
    for attribute in ("column_names", "columns"):
        names = getattr(frame, attribute, None)
        if names is not None and not callable(names):
            return tuple(str(name) for name in names if isinstance(name, str))
    raise DataError(
        f"data is a {type(frame).__name__}; give a DataFrame of pandas or polars, a Table of pyarrow, or a dict of lists."
    )


def values(frame: Frame, name: str) -> list[Any]:
    """A column as a list, with None where a value is missing; a DataError offers the nearest name."""
    known = column_names(frame)
    if name not in known:
        raise DataError(f"There is no column {name!r}; the data have {', '.join(known)}.{near(name, known)}")
    held = frame[name]
    for attribute in ("to_pylist", "to_list", "tolist"):
        if hasattr(held, attribute):
            held = getattr(held, attribute)()
            break
    return [None if _is_missing(value) else value for value in held]


def numbers(frame: Frame, name: str) -> Vector:
    """(k,) a column of numbers, NaN where one is missing; a DataError names the row of what is no number."""
    found = np.empty(len(listed := values(frame, name)))
    for row, value in enumerate(listed):
        try:
            found[row] = np.nan if value is None else float(value)
        except (TypeError, ValueError):
            raise DataError(f"Row {row + 1}, {name}: {value!r} is not a number.") from None
    return found


def rows_of(
    frame: Frame, studies: Sequence[str] | str = (), *, others: Iterable[str] = (), **arguments: Any
) -> Rows:
    """Columns for the arguments of an analysis, without the rows that lack one of their numbers.

    Parameters
    ----------
    studies : the column that names the studies, or the names; by default the column called study, if there is one.
    others : names of further columns; a missing value there leaves no row out.
    arguments : by argument the name of a column, or the values themselves, or None.

    Raises
    ------
    DataError : an unknown column, a value that is no number, columns of different length.
    """
    given = {
        argument: numbers(frame, what) if isinstance(what, str) else np.asarray(what, dtype=np.float64)
        for argument, what in arguments.items()
        if what is not None
    }
    more = {name: values(frame, name) for name in others}
    k = len(next(iter(given.values()))) if given else len(values(frame, column_names(frame)[0]))
    for name, held in (given | more).items():
        if len(held) != k:
            raise DataError(f"{name}: {len(held)} values where the other columns have {k}.")
    names = study_names(frame, studies, k)
    lacking = [[name for name, held in given.items() if np.isnan(held[row])] for row in range(k)]
    kept = np.array([not gone for gone in lacking], dtype=np.bool_)
    dropped = tuple(
        (names[row], f"no value for {' and '.join(_called(arguments[one], one) for one in gone)}")
        for row, gone in enumerate(lacking)
        if gone
    )
    return Rows(
        columns={name: None for name, what in arguments.items() if what is None}
        | {name: held[kept] for name, held in given.items()},
        others={
            name: [one for one, there in zip(held, kept, strict=True) if there] for name, held in more.items()
        },
        studies=tuple(name for name, there in zip(names, kept.tolist(), strict=True) if there),
        dropped=dropped,
    )


def study_names(frame: Frame, studies: Sequence[str] | str, k: int) -> tuple[str, ...]:
    """(k,) names of the studies: of a column, as given, or Study 1, Study 2, ..."""
    if isinstance(studies, str):
        found = values(frame, studies)
    elif len(studies):
        found = list(studies)
    else:
        own = next((name for name in STUDY if name in column_names(frame)), None)
        found = [None] * k if own is None else values(frame, own)
    return tuple(f"Study {row}" if name is None else str(name) for row, name in enumerate(found, start=1))


def _called(what: Any, argument: str) -> str:
    return what if isinstance(what, str) else argument


def _is_missing(value: Any) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, str) and not value.strip())
