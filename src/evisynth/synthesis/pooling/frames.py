"""Models of columns that are named: what is taken from a data frame, and which of its rows can be used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped, Frame, column_names, numbers, study_names, values
from evisynth.synthesis.measures.scale import Flags


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """The columns of a frame that an analysis asks for, and the rows that lack one of their values.

    k : rows of the frame; studies : (k,) their names; lacking : by row, the columns that have no value there.
    """

    frame: Frame
    k: int
    studies: tuple[str, ...]
    lacking: dict[int, list[str]]

    @classmethod
    def of(cls, frame: Frame, studies: Sequence[str] | str = ()) -> "Lookup":
        """A frame with the names of its studies, as `columns.study_names` finds them."""
        k = len(values(frame, column_names(frame)[0]))
        names = study_names(frame, studies, k)
        if len(names) != k:
            raise DataError(f"{len(names)} names of studies for {k} rows of data; each row needs one.")
        return cls(frame, k, names, {})

    def numbers(self, what: str | ArrayLike, argument: str) -> Any:
        """(k,) the column, or the numbers that were given in its place; NaN where one is missing."""
        found = (
            numbers(self.frame, what) if isinstance(what, str) else np.asarray(what, dtype=np.float64).copy()
        )
        if found.shape != (self.k,):
            raise DataError(f"{argument}: numbers of shape {found.shape} for {self.k} rows of data.")
        self.lack(np.isnan(found), what if isinstance(what, str) else argument)
        return found

    def labels(self, name: str) -> list[Any]:
        """(k,) the column as it is; None where a value is missing."""
        found = values(self.frame, name)
        self.lack([one is None for one in found], name)
        return found

    def lack(self, missing: Sequence[bool] | Flags, name: str) -> None:
        """Note that rows have no value for a column."""
        for row in np.flatnonzero(missing).tolist():
            noted = self.lacking.setdefault(row, [])
            if name not in noted:
                noted.append(name)

    @property
    def kept(self) -> Flags:
        """(k,) the rows that have all values; a DataError where there is none."""
        found = np.array([row not in self.lacking for row in range(self.k)], dtype=np.bool_)
        if not np.any(found):
            raise DataError("Every row of the data lacks one of the values; nothing is left to analyse.")
        return found

    @property
    def dropped(self) -> Dropped:
        """(study, reason) of each row that lacks a value."""
        return tuple(
            (self.studies[row], f"row {row + 1}: no value for {' and '.join(names)}")
            for row, names in sorted(self.lacking.items())
        )


def taken(values_of: Sequence[Any], kept: Flags) -> list[Any]:
    """The values of the rows that are kept.

    Source: none; it reads columns.
    """
    return [one for one, there in zip(values_of, kept.tolist(), strict=True) if there]


def moderators_of(look: Lookup, names: str | Sequence[str]) -> Callable[[Flags], Mapping[str, Sequence[Any]]]:
    """Moderators by name, as `design` takes them, once it is known which rows are used.

    Source: none; it reads columns.
    """
    columns = {name: look.labels(name) for name in ([names] if isinstance(names, str) else names)}
    return lambda kept: {name: taken(held, kept) for name, held in columns.items()}


def labels_of_fit(data: Frame, name: str, studies: Sequence[str] | str, used: Sequence[str]) -> list[Any]:
    """A column for the rows that a fit used, which are found by the names of their studies, in order.

    Parameters
    ----------
    studies : the column of names, or the names, as they were given to the fit.
    used : names of the rows of the fit.

    Raises
    ------
    DataError : a row of the fit that is not in the data or has no value there, or one that could be either of
        two rows of a study with different values.

    Source: none; it reads columns.
    """
    look = Lookup.of(data, studies)
    held = look.labels(name)
    first = _places(look.studies, used)
    last = [look.k - 1 - at for at in _places(look.studies[::-1], list(used)[::-1])][::-1]
    found = []
    for study, low, high in zip(used, first, last, strict=True):
        could = {held[at] for at in range(low, high + 1) if look.studies[at] == study}
        if len(could) > 1:
            raise DataError(
                f"{study} has rows with different values of {name}, and not all of them are in the fit, so that it "
                f"is not clear which are. Give the values of the {len(used)} rows of the fit themselves."
            )
        if None in could:
            raise DataError(f"{study}: no value for {name}. Fit without it, or give its {name}.")
        found.append(could.pop())
    return found


def _places(names: Sequence[str], used: Sequence[str]) -> list[int]:
    """The first place of each used name after that of the one before it."""
    found, at = [], 0
    for study in used:
        while at < len(names) and names[at] != study:
            at += 1
        if at == len(names):
            raise DataError(
                f"{study} is in the fit and not, in the same order, in the data. Give the data that were fitted, "
                "and the same column of studies."
            )
        found.append(at)
        at += 1
    return found
