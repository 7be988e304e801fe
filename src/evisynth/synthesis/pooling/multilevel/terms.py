"""The random effects of a multilevel model: nested groups, and effects of inner levels within outer groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.grouping import (
    Labels,
    Rows,
    check_labels,
    numbered,
    numbered_in_order,
)
from evisynth.synthesis.measures.scale import Flags

STRUCTURES = {
    "CS": "one variance, one correlation",
    "HCS": "a variance for each level, one correlation",
    "UN": "a variance for each level, a correlation for each pair",
    "ID": "one variance, no correlation",
    "DIAG": "a variance for each level, no correlation",
    "AR": "one variance, correlation rho to the power of the steps between levels",
    "HAR": "a variance for each level, correlation as in AR",
    "CAR": "one variance, correlation rho to the power of the time between levels",
}


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """One variance component: rows of a group share a random effect. `numbers` (k,) count from 0."""

    name: str
    numbers: Rows

    @property
    def levels(self) -> int:
        return int(self.numbers.max()) + 1

    def take(self, kept: Flags) -> "Groups":
        """The groups of some of the rows."""
        return Groups(self.name, numbered(self.numbers[kept].tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class Structured:
    """Random effects of inner levels (outcomes, times, treatments) that covary within outer groups.

    inner : (k,) the level of each row, numbered in sorted order; `levels` are their labels.
    outer : (k,) the group of each row.
    times : (q,) the levels as numbers, for CAR.
    """

    struct: str
    inner: Rows
    outer: Rows
    levels: tuple[object, ...]
    times: tuple[float, ...] = ()

    @property
    def q(self) -> int:
        return len(self.levels)

    def take(self, kept: Flags) -> "Structured":
        """The term of some of the rows. A level that occurs in none of them is gone, except in AR, where the steps
        between the others depend on it.

        Raises
        ------
        DataError : what is left cannot be told apart; for HAR, a level between others is gone.
        """
        inner, outer = self.inner[kept], numbered(self.outer[kept].tolist())
        used = np.unique(inner)
        if self.struct == "HAR" and used[-1] - used[0] >= len(used):
            raise DataError(
                "HAR counts the steps between levels, and a level between others has no effect left."
            )
        if self.struct != "AR":
            inner = np.searchsorted(used, inner).astype(np.intp)
            levels = tuple(self.levels[at] for at in used)
            times = tuple(self.times[at] for at in used) if self.times else ()
            found = Structured(self.struct, inner, outer, levels, times)
        else:
            found = Structured(self.struct, inner, outer, self.levels)
        _check_pairs(found)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class NamedTerm:
    """A term whose columns are named, to be made of the rows of a data frame that are used.

    columns : the names of the columns, by that of the variance component, or by inner and outer.
    struct : of inner | outer; "" for nested groups.
    """

    columns: Mapping[str, str]
    struct: str = ""

    def of(self, column: Callable[[str], Labels]) -> "tuple[Groups, ...] | Structured":
        """The term itself; `column` gives the labels of a column."""
        found = {name: column(held) for name, held in self.columns.items()}
        if self.struct:
            return _structured(found["inner"], found["outer"], self.struct)
        return _nested(found)


Term = tuple[Groups, ...] | Structured | NamedTerm


def nested(*names: str, **columns: Labels) -> tuple[Groups, ...] | NamedTerm:
    """A variance component for each column, each nested in those before it: R's ~ 1 | district/school.

    nested(study=study) is a plain random intercept, ~ 1 | study; nested(study=study, effect=effect) is the
    three-level model, in which the effects of two studies are different ones even where they have the same
    label. nested("study", "effect") names columns of the data that `multilevel` is given.

    Source: Konstantopoulos 2011, doi:10.1002/jrsm.35.
    """
    if not names and not columns:
        raise DataError("nested() needs at least one column of groups, such as nested(study=study).")
    named = {name: name for name in names} | {
        name: held for name, held in columns.items() if isinstance(held, str)
    }
    if not named:
        return _nested(columns)
    if len(named) < len(names) + len(columns):
        raise DataError("nested() takes names of columns, each once, or the columns themselves, not both.")
    return NamedTerm(named)


def _nested(columns: Mapping[str, Labels]) -> tuple[Groups, ...]:
    found, outer, name = [], None, ""
    for column, labels in columns.items():
        check_labels(column, labels)
        own = numbered(labels)
        if outer is not None and len(own) != len(outer):
            raise DataError(f"{column} has {len(own)} rows, the groups before it {len(outer)}.")
        outer = own if outer is None else numbered(list(zip(outer.tolist(), own.tolist(), strict=True)))
        name = f"{name}/{column}" if name else column
        found.append(Groups(name, outer))
    return tuple(found)


def structured(inner: Labels, outer: Labels, struct: str = "CS") -> Structured | NamedTerm:
    """Random effects of `inner` levels that covary within `outer` groups: R's ~ inner | outer with struct.

    Parameters
    ----------
    inner : (k,) the outcome, time point or treatment of each row. Numbers are ordered by size, text as text;
        AR and HAR count the steps between levels in this order, CAR takes the numbers as time.
    outer : (k,) the study of each row. Both may be names of columns of the data that `multilevel` is given.
    struct : CS, HCS, UN, ID, DIAG, AR, HAR or CAR (see STRUCTURES).

    Source: Berkey et al. 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2537::AID-SIM953>3.0.CO;2-C;
        Ishak et al. 2007, doi:10.1177/1740774507083567 (AR).
    """
    if struct not in STRUCTURES:
        raise DataError(f"Structure {struct!r} is not known; known are {', '.join(STRUCTURES)}.")
    if isinstance(inner, str) and isinstance(outer, str):
        return NamedTerm({"inner": inner, "outer": outer}, struct)
    return _structured(inner, outer, struct)


def _structured(inner: Labels, outer: Labels, struct: str) -> Structured:
    check_labels("inner", inner)
    check_labels("outer", outer)
    numbers, levels = numbered_in_order(inner)
    if len(numbers) != len(outer):
        raise DataError(f"inner has {len(numbers)} rows, outer {len(outer)}; each row needs both.")
    found = Structured(struct, numbers, numbered(outer), levels, _times(levels) if struct == "CAR" else ())
    _check_pairs(found)
    return found


def _times(levels: tuple[object, ...]) -> tuple[float, ...]:
    found = []
    for level in levels:
        if not isinstance(level, (int, float, np.number)):
            raise DataError(f"CAR needs time points as numbers; {level!r} is none.")
        found.append(float(level))
    return tuple(found)


def _check_pairs(term: Structured) -> None:
    """Raise a DataError where a correlation has no group that shows both of its levels."""
    if term.q == 1:
        raise DataError(f"All rows have the level {term.levels[0]!r}; use nested() for one variance.")
    if term.struct in ("ID", "DIAG"):
        return
    seen = np.zeros((int(term.outer.max()) + 1, term.q))
    seen[term.outer, term.inner] = 1
    together = seen.T @ seen
    np.fill_diagonal(together, 1)
    if not np.any(together - np.eye(term.q)):
        raise DataError("No group has two of the levels, so rho cannot be estimated; use struct ID or DIAG.")
    if term.struct == "UN" and not np.all(together):
        a, b = (int(one[0]) for one in np.nonzero(together == 0))
        raise DataError(
            f"No group has both {term.levels[a]!r} and {term.levels[b]!r}: UN cannot estimate their correlation. "
            "HCS or DIAG can be fitted."
        )
