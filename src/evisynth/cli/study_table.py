"""A table of studies as a CSV file: readable names of columns, those of R as well, and errors with their place."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evisynth.cli.reference.effects import COLUMNS, OTHERWISE
from evisynth.errors import DataError, near
from evisynth.synthesis.columns import STUDY
from evisynth.synthesis.measures.effect_sizes import GIVEN
from evisynth.synthesis.measures.formulas import FORMULAS
from evisynth.synthesis.measures.scale import Vector

MISSING = ("", "na", "n/a", "nan", ".")


@dataclass(frozen=True, slots=True)
class StudyTable:
    """The cells of a file as text. lines : the line of each row in the file, the header being line 1."""

    file: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def k(self) -> int:
        return len(self.rows)

    def text(self, name: str) -> list[str | None]:
        """A column as text; None where a value is missing."""
        if name not in self.names:
            raise DataError(
                f"{self.file}: there is no column {name!r}; it has {', '.join(self.names)}.{near(name, self.names)}"
            )
        place = self.names.index(name)
        return [None if row[place].strip().lower() in MISSING else row[place].strip() for row in self.rows]

    def numbers(self, name: str) -> Vector:
        """A column of numbers, NaN where one is missing; a DataError gives line and column of what is none."""
        found = np.full(self.k, np.nan)
        for row, value in enumerate(self.text(name)):
            if value is None:
                continue
            try:
                found[row] = float(value)
            except ValueError:
                raise DataError(
                    f"{self.file}:{self.lines[row]}: {name}: {value!r} is not a number. Write it with a decimal point, or "
                    "leave the cell empty."
                ) from None
        return found

    def values(self, name: str) -> list[float | str | None]:
        """A column as numbers where all its values are, else as text."""
        held = self.text(name)
        try:
            return [None if one is None else float(one) for one in held]
        except ValueError:
            return list(held)

    @property
    def studies(self) -> tuple[str, ...]:
        """The names of the studies; Study 1, Study 2, ... where the table has none."""
        own = next((name for name in self.names if name.lower() in STUDY), None)
        held: list[str | None] = [None] * self.k if own is None else self.text(own)
        return tuple(name or f"Study {row}" for row, name in enumerate(held, start=1))

    def measured(self, measure: str) -> dict[str, Vector]:
        """The columns that a measure takes, by their names here, whether the table has ours or R's.

        Where it has none of them: an estimate with its interval or standard error, if these are there.
        """
        formula = FORMULAS.get(measure)
        wanted = formula.family.columns if formula else ()
        theirs = OTHERWISE.get(formula.family, {}) if formula else {}
        found = {name: self.numbers(name) for name in self.names if name in wanted}
        for name in self.names:
            ours = theirs.get(name, COLUMNS.get(name))
            if ours in wanted and ours not in found:
                found[ours] = self.numbers(name)
        way = next((way for way in GIVEN if set(way) <= set(self.names)), ())
        return found or {name: self.numbers(name) for name in way}

    @contextmanager
    def placed(self) -> Iterator[None]:
        """An error that starts with the name of a study gets its line in the file."""
        try:
            yield
        except DataError as error:
            said = str(error)
            for name, line in zip(self.studies, self.lines, strict=True):
                if said.startswith((f"{name},", f"{name}:", f"{name} ")):
                    raise DataError(f"{self.file}:{line}: {said}") from None
            raise


def read_table(path: Path) -> StudyTable:
    """Read a CSV file; commas, semicolons or tabs are found from its header.

    Raises
    ------
    DataError : an empty file, a column without a name or with the name of another, a row of another length.
    """
    text = path.read_text(encoding="utf-8-sig")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    names = tuple(name.strip() for name in next(reader, []))
    if not names:
        raise DataError(f"{path.name} is empty; its first line names the columns.")
    for place, name in enumerate(names, start=1):
        if not name or names.index(name) + 1 != place:
            what = "has no name" if not name else f"is called {name!r} like another one"
            raise DataError(f"{path.name}:1: column {place} {what}.")
    rows, lines = [], []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise DataError(
                f"{path.name}:{reader.line_num}: {len(row)} cells where the header has {len(names)}."
            )
        rows.append(tuple(row))
        lines.append(reader.line_num)
    if not rows:
        raise DataError(f"{path.name}: there is no row under the header.")
    return StudyTable(path.name, names, tuple(rows), tuple(lines))
