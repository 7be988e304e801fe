"""A stored call of R: its data, its arguments, and a record of what of it has been read.

The schema has `use`, `args`, `mods`, `random`, `then`, `note` and `expect`. A mapping takes what it understands through
`Call`; whatever nobody has taken in the end makes the case not expressible, so that nothing is passed over in silence.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags

MISSING = ("NA", "NaN")
_INFINITE = {"Inf": np.inf, "-Inf": -np.inf}
Values = dict[str, Any]  # a column: a (k,) array of numbers, or a list of text with None where it is missing


class NotExpressible(Exception):
    """The public functions have no counterpart to this call, or to one of its arguments or outputs."""


@dataclass(slots=True)
class Call:
    """One case. `columns` are the columns of its data set, of the rows that take part (see `keep`).

    siblings : the notes of the other cases of the same data set, which a note such as "as above" means; those of the same
               function first.
    read     : the arguments that a mapping has taken; taken : the data arguments.
    """

    family: str
    case: Mapping[str, Any]
    columns: Values
    siblings: tuple[str, ...] = ()
    read: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return str(self.case["id"])

    @property
    def fn(self) -> str:
        return str(self.case["fn"])

    @property
    def note(self) -> str:
        return str(self.case.get("note") or "")

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.case.get("features") or ())

    @property
    def expect(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.case["expect"]
        return found

    @property
    def then(self) -> list[Mapping[str, Any]]:
        return list(self.case.get("then") or [])

    @property
    def mods(self) -> str | None:
        formula = self.case.get("mods")
        return " ".join(formula) if isinstance(formula, list) else formula

    @property
    def k(self) -> int:
        return len(next(iter(self.columns.values())))

    def argument(self, name: str, otherwise: Any = None) -> Any:
        """An argument of the call by its R name, and a note that it has been read."""
        self.read.add(name)
        return (self.case.get("args") or {}).get(name, otherwise)

    def has(self, name: str) -> bool:
        """Whether the call names this argument."""
        return name in (self.case.get("args") or {})

    def used(self) -> dict[str, str]:
        """Which column each data argument of the call takes: from `use`, or by name where there is none."""
        use = self.case.get("use")
        if use is None:
            return {name: name for name in self.columns}
        return dict(use) if isinstance(use, Mapping) else {name: name for name in use}

    def column(self, name: str) -> Any:
        """A column by the name of its argument."""
        where = self.used().get(name, name)
        self.taken.add(name)
        if where not in self.columns:
            raise NotExpressible(f"data argument {name}: there is no column {where}")
        return self.columns[where]

    def keep(self, rows: Any) -> None:
        """Go on with some of the rows alone, by flags (k,)."""
        flags = np.asarray(rows, dtype=np.bool_)
        self.columns = {
            name: values[flags] if isinstance(values, np.ndarray)
            else [one for one, there in zip(values, flags.tolist(), strict=True) if there]
            for name, values in self.columns.items()
        }  # fmt: skip

    def close(self) -> None:
        """Raise NotExpressible for an argument, or a data argument, that no mapping has read."""
        left = [name for name in (self.case.get("args") or {}) if name not in self.read]
        if left:
            what = ", ".join(f"{name} = {(self.case['args'])[name]!r}" for name in left)
            raise NotExpressible(f"argument {what}")
        unused = [name for name in self.used() if name not in self.taken] if self.case.get("use") else []
        if unused:
            raise NotExpressible(f"data argument {', '.join(unused)}")


def calls(path: Path) -> Iterator[Call]:
    """The cases of one file; a DataError names what is wrong with it."""
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        family, datasets, cases = str(book["family"]), book["datasets"], book["cases"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise DataError(f"{path.name}: not a file of reference numbers ({error}).") from None
    if book.get("schema", 1) != 1:
        raise DataError(f"{path.name}: schema {book['schema']!r} is not known; 1 is.")
    read = {
        name: {key: column(values) for key, values in entry["columns"].items()}
        for name, entry in datasets.items()
    }
    for case in cases:
        if case.get("data") not in read and case.get("data") is not None:
            raise DataError(f"{path.name}, {case.get('id')}: there is no data set {case['data']!r}.")
        yield Call(family, case, dict(read.get(case.get("data"), {})), _siblings(case, cases))


def _siblings(case: Mapping[str, Any], cases: list[Mapping[str, Any]]) -> tuple[str, ...]:
    if not case.get("note"):
        return ()
    same = [
        other
        for other in cases
        if other.get("data") == case.get("data") and other is not case and other.get("note")
    ]
    same.sort(key=lambda other: other["fn"] != case["fn"])
    return tuple(str(other["note"]) for other in same)


def column(values: Any) -> Any:
    """A stored column: numbers as an array with NaN where they are missing, anything else as a list with None."""
    listed = values if isinstance(values, list) else [values]
    if any(isinstance(one, bool) for one in listed) or not all(_is_number(one) for one in listed):
        return [None if one in MISSING else one for one in listed]
    return np.array([number(one) for one in listed])


def number(value: Any) -> float:
    """A stored number: NA and NaN are NaN."""
    if isinstance(value, str):
        return _INFINITE.get(value, np.nan)
    return np.nan if value is None else float(value)


def missing(values: Any) -> Flags:
    """(k,) flags of the missing values of a column."""
    if isinstance(values, np.ndarray):
        return np.asarray(np.isnan(values))
    return np.array([one is None for one in values], dtype=np.bool_)


def named_in_note(call: Call, pattern: str) -> str | None:
    """What a pattern finds in the note of a case, such as the formula of the scale model.

    A note that points at another one ("as above", "as in the other cases") is looked up in the siblings too.
    """
    notes = (call.note, *(call.siblings if re.search(r"\bas (above|in the other)", call.note) else ()))
    found = next((match for match in (re.search(pattern, note) for note in notes) if match), None)
    return found[1].strip() if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or value in MISSING or value in _INFINITE
