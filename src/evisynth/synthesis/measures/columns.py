"""Reading the columns of a table of studies: numbers that are possible, missing ones, and names of studies."""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector

LARGEST = sys.float_info.max
SMALLEST = math.ulp(0.0)
ANY, FROM_0, ABOVE_0 = (-LARGEST, LARGEST), (0.0, LARGEST), (SMALLEST, LARGEST)
WITHIN_1 = (-1.0, 1.0)

# What a column may hold: its least and largest value, and in words.
_POSSIBLE: dict[str, tuple[tuple[float, float], str]] = {
    **dict.fromkeys(
        ("events", "events1", "events2", "nonevents", "nonevents1", "nonevents2"),
        (FROM_0, "Counts are 0 or more"),
    ),
    **dict.fromkeys(("both", "only1", "only2", "neither"), (FROM_0, "Numbers of pairs are 0 or more")),
    **dict.fromkeys(("n", "n1", "n2"), (ABOVE_0, "A group needs at least one person")),
    **dict.fromkeys(("time", "time1", "time2"), (ABOVE_0, "Person-time is above 0")),
    **dict.fromkeys(
        ("mean", "mean1", "mean2", "t", "estimate", "ci_low", "ci_high"), (ANY, "It is a number")
    ),
    **dict.fromkeys(("sd", "sd1", "sd2", "se"), (FROM_0, "A spread is 0 or more")),
    "o_minus_e": (ANY, "It is a number"),
    "variance": (ABOVE_0, "A variance is above 0"),
    "r": (WITHIN_1, "A correlation lies between -1 and 1"),
    "r2": ((0.0, 1.0), "R squared lies between 0 and 1"),
    "predictors": ((1.0, LARGEST), "A regression has at least one predictor"),
    "alpha": ((-LARGEST, 1.0), "A reliability is at most 1"),
    "items": ((2.0, LARGEST), "A scale has at least two items"),
}


@lru_cache(maxsize=256)
def _limits(names: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    limits = np.array([_POSSIBLE[name][0] for name in names])
    return limits[:, :1], limits[:, 1:]


@lru_cache(maxsize=16)
def _numbered(k: int) -> tuple[str, ...]:
    return tuple(f"Study {place}" for place in range(1, k + 1))


def read_columns(
    wanted: tuple[str, ...], columns: Mapping[str, ArrayLike], studies: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, Vector], dict[int, str]]:
    """The names of the studies, the wanted columns as (k,) arrays, and {row: reason} of rows with a missing value.

    One number stands for all studies. NaN and None are missing; an infinite or impossible number is a DataError that
    names study and column.

    Source: none, it reads its input.
    """
    table = _table(wanted, columns)
    names = tuple(map(str, studies)) if len(studies) else _numbered(table.shape[1])
    if len(names) != table.shape[1]:
        raise DataError(f"{len(names)} studies are named, and the columns have {table.shape[1]} rows.")
    low, high = _limits(wanted)
    possible = (table >= low) & (table <= high)
    missing: dict[int, str] = {}
    if not possible.all():
        gone = np.isnan(table)
        _check_possible(wanted, table, names, ~possible & ~gone)
        for row in np.flatnonzero(gone.any(axis=0)):
            lacking = [name for name, empty in zip(wanted, gone[:, row], strict=True) if empty]
            missing[int(row)] = f"{' and '.join(lacking)} missing"
    return names, dict(zip(wanted, table, strict=True)), missing


def _check_possible(
    wanted: tuple[str, ...], table: NDArray[np.float64], names: tuple[str, ...], wrong: NDArray[np.bool_]
) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong.any(axis=0))[0])
        place = int(np.flatnonzero(wrong[:, row])[0])
        what = _POSSIBLE[wanted[place]][1] if np.isfinite(table[place, row]) else "It is a finite number"
        raise DataError(f"{names[row]}, {wanted[place]}: {table[place, row]:g}. {what}; check the report.")


def _table(wanted: tuple[str, ...], columns: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    """The wanted columns as the rows of one (columns, k) table."""
    try:
        table = np.array([columns[name] for name in wanted], dtype=np.float64)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim == 2:
        return table
    ready = [_column(name, columns[name]) for name in wanted]
    k = max((column.size for column in ready if column.ndim), default=1)
    for name, column in zip(wanted, ready, strict=True):
        if column.ndim > 1 or (column.ndim == 1 and column.size != k):
            raise DataError(f"{name} has shape {column.shape}; {k} studies need {k} numbers in one row.")
    return np.array([np.broadcast_to(column, (k,)) for column in ready])


def _column(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name}: every value must be a number; found {values!r}.") from None


def as_numbers(values: ArrayLike, studies: Sequence[str], what: str) -> Vector:
    """values as an array of numbers, a copy; a DataError names the study whose value is none.

    Source: none; it checks its input.
    """
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    if hasattr(values, "yi") and hasattr(values, "vi"):
        raise DataError(
            f"A {type(values).__name__} is given where a list of numbers belongs: give its yi and its vi."
        )
    each: list[Any] = list(values) if isinstance(values, Iterable) else []
    for study, value in zip(studies, each, strict=False):
        try:
            float(value)
        except (TypeError, ValueError):
            shown = str(value) if isinstance(value, str) else value  # numpy's own text shows its type
            raise DataError(f"{study}: {what} {shown!r} is not a number.") from None
    raise DataError(f"{what.capitalize()}s: {values!r} is no list of numbers, one for each study.")
