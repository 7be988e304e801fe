"""From named moderators to a model matrix: numbers, categories with a reference, interactions."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Flags, Vector

INTERCEPT = "intercept"
Columns = Mapping[str, Sequence[Any] | ArrayLike]


@dataclass(frozen=True, slots=True)
class Coding:
    """How one moderator enters the model.

    levels : of a category, its reference first; empty for a number.
    every  : whether the reference has a column too, which it has in a model without an intercept.
    """

    name: str
    levels: tuple[str, ...] = ()
    every: bool = False

    def columns(self, values: Sequence[Any]) -> dict[str, Vector]:
        """Its columns by name: the number itself, or 0 and 1 for each level (`alloc=random`)."""
        if not self.levels:
            return {self.name: np.array([_as_number(self.name, value) for value in values])}
        labels = [label(value) for value in values]
        for found in labels:
            if found not in self.levels:
                raise DataError(
                    f"{self.name}: {found!r} is no level of it; they are {', '.join(self.levels)}."
                    f"{near(found, self.levels)}"
                )
        coded = self.levels if self.every else self.levels[1:]
        return {f"{self.name}={level}": np.array([float(one == level) for one in labels]) for level in coded}


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A model matrix, and what its columns mean.

    names  : (p) of the columns, which are those of the coefficients.
    matrix : (k, p).
    terms  : which columns a moderator or an interaction has, by its name; the intercept too.
    codings, interactions, intercept : how the matrix was made, so that new rows are made alike; no codings for
             a matrix that was given.
    """

    names: tuple[str, ...]
    matrix: Vector
    terms: Mapping[str, tuple[int, ...]]
    codings: tuple[Coding, ...] = ()
    interactions: tuple[tuple[str, ...], ...] = ()
    intercept: bool = True

    def __str__(self) -> str:
        return f"model matrix of {len(self.matrix)} rows: {', '.join(self.names)}"

    @property
    def p(self) -> int:
        """The number of coefficients."""
        return len(self.names)

    @property
    def spans_constant(self) -> bool:
        """Whether some combination of the columns is the same for all studies, as an intercept is."""
        ones = np.ones(len(self.matrix))
        fitted = self.matrix @ np.linalg.lstsq(self.matrix, ones, rcond=None)[0]
        return bool(np.allclose(fitted, ones, atol=1e-8))

    def positions(self, tested: Collection[str | int]) -> tuple[int, ...]:
        """The columns that are meant by names of columns, names of terms, or positions from 0."""
        found: list[int] = []
        for one in tested:
            if isinstance(one, str) and one in self.terms:
                found += self.terms[one]
            elif isinstance(one, str) and one in self.names:
                found.append(self.names.index(one))
            elif not isinstance(one, str) and 0 <= one < self.p:
                found.append(int(one))
            else:
                known = [*self.terms, *self.names]
                raise DataError(
                    f"{one!r} is no coefficient of the model; it has {', '.join(self.names)}."
                    f"{near(str(one), known)}"
                )
        return tuple(dict.fromkeys(found))

    def rows(self, new: Columns | ArrayLike) -> Vector:
        """(n, p) the model matrix of new rows, given as named columns (a single value stands for one row), or,
        when the model was given as a matrix, as a matrix without the intercept.
        """
        if not isinstance(new, Mapping):
            return self._given_rows(np.atleast_2d(np.asarray(new, dtype=np.float64)))
        wanted = [coding.name for coding in self.codings]
        if set(new) != set(wanted):
            raise DataError(
                f"The model has the moderators {', '.join(wanted) or 'of a matrix'}; "
                f"the new rows have {', '.join(new) or 'none'}. Give each of them."
            )
        columns = {name: as_list(new[name]) for name in wanted}
        n = max((len(values) for values in columns.values()), default=1)
        columns = {name: values * n if len(values) == 1 else values for name, values in columns.items()}
        check_lengths(columns, n, "new rows")
        made = coded_columns(self.codings, self.interactions, columns, n, intercept=self.intercept)
        return np.column_stack([column for term in made.values() for column in term.values()])

    def _given_rows(self, values: Vector) -> Vector:
        if self.codings:
            raise DataError("The moderators of this model have names; give the new rows as named columns.")
        if values.shape[1] != self.p - self.intercept:
            raise DataError(
                f"New rows of {values.shape[1]} columns; the model has {self.p - self.intercept}."
            )
        return np.column_stack([np.ones(len(values)), values]) if self.intercept else values


def design(
    moderators: Columns,
    *,
    interactions: Sequence[Sequence[str]] = (),
    references: Mapping[str, Any] | None = None,
    categories: Collection[str] = (),
    intercept: bool = True,
) -> Design:
    """A model matrix of named moderators without missing values.

    Parameters
    ----------
    moderators : columns of equal length by name; text and true/false are categories, numbers are numbers.
    interactions : names of moderators whose product enters the model too, e.g. [("alloc", "ablat")].
    references : the level that the others of a category are compared with; by default the first in order.
    categories : names of moderators whose numbers stand for categories.
    intercept : without one, the first category has a column for each of its levels.

    Raises
    ------
    DataError : no moderator, columns of different length, a reference that does not occur, an interaction of
        what is not there, columns that depend on each other.
    """
    columns = {name: as_list(values) for name, values in moderators.items()}
    if not columns:
        raise DataError("A meta-regression needs at least one moderator.")
    k = len(next(iter(columns.values())))
    check_lengths(columns, k, "moderators")
    _check_names(columns, interactions, references or {}, categories)
    codings = tuple(
        _coding(name, values, (references or {}).get(name), as_category=name in categories)
        for name, values in columns.items()
    )
    if not intercept:
        codings = _with_every_level(codings)
    crossed = tuple(tuple(names) for names in interactions)
    made = coded_columns(codings, crossed, columns, k, intercept=intercept)
    names = tuple(name for term in made.values() for name in term)
    matrix = np.column_stack([column for term in made.values() for column in term.values()])
    terms, start = {}, 0
    for term, its in made.items():
        terms[term] = tuple(range(start, start + len(its)))
        start += len(its)
    check_rank(names, matrix)
    return Design(names, matrix, terms, codings, crossed, intercept)


def given_design(matrix: ArrayLike, names: Sequence[str] = (), *, intercept: bool = True) -> Design:
    """A model matrix that is given: (k, q) numbers, to which an intercept is added unless it is not wanted."""
    values = np.asarray(matrix, dtype=np.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.shape[1]:
        raise DataError(
            f"A model matrix has a row for each study and a column for each moderator, not {values.shape}."
        )
    own = tuple(names) or tuple(f"x{place}" for place in range(1, values.shape[1] + 1))
    if len(own) != values.shape[1]:
        raise DataError(f"{len(own)} names for a model matrix of {values.shape[1]} columns.")
    all_names = (INTERCEPT, *own) if intercept else own
    if intercept:
        values = np.column_stack([np.ones(len(values)), values])
    check_rank(all_names, values)
    return Design(all_names, values, {name: (at,) for at, name in enumerate(all_names)}, intercept=intercept)


def missing(values: Sequence[Any]) -> Flags:
    """(k,) where a moderator has no value: None, NaN or empty text."""
    return np.array([_is_missing(value) for value in values], dtype=bool)


def coded_columns(
    codings: Sequence[Coding],
    interactions: Sequence[Sequence[str]],
    columns: Mapping[str, Sequence[Any]],
    k: int,
    *,
    intercept: bool,
) -> dict[str, dict[str, Vector]]:
    """The columns of the model matrix by term, and within a term by name."""
    main = {coding.name: coding.columns(columns[coding.name]) for coding in codings}
    made: dict[str, dict[str, Vector]] = {INTERCEPT: {INTERCEPT: np.ones(k)}} if intercept else {}
    made |= main
    plain = {coding.name: Coding(coding.name, coding.levels) for coding in codings}
    for names in interactions:
        product = {"": np.ones(k)}
        for name in names:
            product = {
                f"{left}:{right}" if left else right: a * b
                for left, a in product.items()
                for right, b in plain[name].columns(columns[name]).items()
            }
        made[":".join(names)] = product
    return made


def check_rank(names: Sequence[str], matrix: Vector) -> None:
    """Raise a DataError that names the first column that depends on those before it."""
    if not np.all(np.isfinite(matrix)):
        column = names[int(np.argmin(np.all(np.isfinite(matrix), axis=0)))]
        raise DataError(f"{column}: a value is missing or infinite; leave those studies out.")
    length = np.linalg.norm(matrix, axis=0)
    scaled = matrix / np.where(length > 0, length, 1)
    for end in range(1, matrix.shape[1] + 1):
        if np.linalg.matrix_rank(scaled[:, :end], tol=1e-9) < end:
            raise DataError(
                f"{names[end - 1]} says nothing that {', '.join(names[: end - 1]) or 'nothing'} do not say already: "
                "its column depends on theirs. Leave it out."
            )


def check_lengths(columns: Mapping[str, Sequence[Any]], k: int, what: str) -> None:
    """Raise a DataError unless all columns have k values."""
    for name, values in columns.items():
        if len(values) != k:
            raise DataError(f"{name}: {len(values)} values where the {what} have {k}.")


def label(value: Any) -> str:
    """A level of a category as text; 2.0 is 2."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)


def as_list(values: Any) -> list[Any]:
    """The values of a column; a single value is a column of one."""
    if isinstance(values, str) or np.ndim(values) == 0:
        return [values]
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _coding(name: str, values: Sequence[Any], reference: Any, *, as_category: bool) -> Coding:
    is_number = all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in values
    )
    if is_number and not as_category:
        if reference is not None:
            raise DataError(f"{name} is a number and has no reference; name it among the categories.")
        return Coding(name)
    kinds = dict.fromkeys(values) if is_number else dict.fromkeys(label(value) for value in values)
    levels = [label(value) for value in sorted(kinds)]
    if reference is not None:
        first = label(reference)
        if first not in levels:
            raise DataError(f"{name}: the reference {first!r} does not occur; there are {', '.join(levels)}.")
        levels = [first, *(level for level in levels if level != first)]
    if len(levels) < 2:
        raise DataError(f"{name} is {levels[0]!r} in all studies; a moderator has to differ between them.")
    return Coding(name, tuple(levels))


def _with_every_level(codings: tuple[Coding, ...]) -> tuple[Coding, ...]:
    """The first category with a column for its reference too."""
    first = next((coding for coding in codings if coding.levels), None)
    return tuple(
        Coding(coding.name, coding.levels, every=True) if coding is first else coding for coding in codings
    )


def _check_names(
    columns: Mapping[str, Any],
    interactions: Sequence[Sequence[str]],
    references: Mapping[str, Any],
    categories: Collection[str],
) -> None:
    for name in [*(name for names in interactions for name in names), *references, *categories]:
        if name not in columns:
            raise DataError(
                f"There is no moderator {name!r}; there are {', '.join(columns)}.{near(name, columns)}"
            )
    for names in interactions:
        if len(set(names)) < 2 or isinstance(names, str):
            raise DataError(f"An interaction is of two moderators or more, not of {names!r}.")


def _as_number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DataError(f"{name}: {value!r} is not a number, which it was for the other studies.") from None


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
