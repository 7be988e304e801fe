"""What all results share: every number as a dictionary or JSON, a table for data frames, and a sentence of methods."""

import html
import importlib
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar

import numpy as np

from evisynth.errors import DataError

LONGEST = 60  # rows of a table in a notebook; the rest is counted
_SINGULAR = {
    "studies": "study",
    "weights": "weight",
    "names": "name",
    "groups": "group",
    "clusters": "cluster",
    "study_estimates": "estimate",
    "estimates": "estimate",
    "study_ci": "ci",
    "study_estimate_ci": "estimate_ci",
}


class Result:
    """The base of results. Subclasses say which of their fields labels the rows of their table.

    class Pooled(Result, rows="studies", columns="yi vi weights") has a table with a row for each study and these columns;
    without `columns` it has all fields and properties that are arrays over the studies. Where `rows` is a mapping of
    results, as subgroups are, a row has the numbers of one of them.
    """

    __slots__ = ()
    _rows: ClassVar[str] = ""
    _columns: ClassVar[tuple[str, ...]] = ()
    _hidden: ClassVar[tuple[str, ...]] = ()  # properties too large for a dictionary

    def __init_subclass__(
        cls, *, rows: str = "", columns: str = "", hidden: tuple[str, ...] = (), **others: Any
    ) -> None:
        super().__init_subclass__(**others)
        if rows:  # a dataclass with slots is made twice, the second time without these
            cls._rows, cls._columns = rows, tuple(columns.split())
        if hidden:
            cls._hidden = hidden

    def to_dict(self) -> dict[str, Any]:
        """Every field and property by its name, unrounded: numbers, text, lists and dictionaries.

        What does not exist for this result is None.
        """
        return {name: _plain(value) for name, value in self._values().items()}

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON. What is no number there is null, infinity "inf" or "-inf"."""
        return json.dumps(_in_json(self.to_dict()), indent=indent, ensure_ascii=False, allow_nan=False)

    def columns(self) -> dict[str, list[Any]]:
        """The table of the result: by the name of each column a list with an entry for each row.

        For a result without rows one row of its numbers.
        """
        held = self._values()
        if not self._rows:
            return {name: [_plain(value)] for name, value in held.items() if _is_single(value)}
        rows = held[self._rows]
        if isinstance(rows, Mapping):
            return _of_results(_singular(self._rows), rows)
        found: dict[str, list[Any]] = {_singular(self._rows): _plain(rows)}
        for name in self._columns or [one for one in held if one != self._rows]:
            value = held[name]
            if not isinstance(value, np.ndarray) or value.shape[:1] != (len(rows),):
                continue
            if value.ndim == 1:
                found[_singular(name)] = value.tolist()
            elif value.shape[1:] == (2,) and "ci" in name.split("_"):
                low, high = value.T.tolist()
                found |= {f"{_singular(name)}_low": low, f"{_singular(name)}_high": high}
        return found

    def to_frame(self, kind: str = "pandas") -> Any:
        """`columns` as a data frame of pandas, polars or pyarrow; a DataError where that is not installed."""
        makers = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}
        if kind not in makers:
            raise DataError(f"Data frames of {kind!r} are not known; known are {', '.join(makers)}.")
        try:
            library = importlib.import_module(kind)
        except ImportError:
            raise DataError(f"{kind} is not installed; install it, or take columns().") from None
        return getattr(library, makers[kind])(self.columns())

    def methods_sentence(self) -> str:
        """What a methods section says of this analysis, in one sentence."""
        text: str = _sentences().methods_of(self).text
        return text

    def references(self) -> tuple[str, ...]:
        """The sources of the methods that `methods_sentence` names, with their DOI."""
        references: tuple[str, ...] = _sentences().methods_of(self).references
        return references

    def _repr_html_(self) -> str:
        """For notebooks: the summary, and the table under it."""
        table = self.columns() if self._rows else {}
        parts = [f"<pre>{html.escape(str(self))}</pre>"]
        if table:
            parts.append(_html_table(table))
        return "".join(parts)

    def _values(self) -> dict[str, Any]:
        """Fields and properties by name; None for a property that does not exist for this result."""
        found = {name: getattr(self, name) for name in getattr(self, "__dataclass_fields__", ())}
        for base in reversed(type(self).__mro__):
            for name, value in vars(base).items():
                if isinstance(value, property) and not name.startswith("_") and name not in self._hidden:
                    found[name] = self._property(name)
        return {name: value for name, value in found.items() if not name.startswith("_")}

    def _property(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except DataError:
            return None


def _sentences() -> Any:
    """The module of the sentences, by its name: it knows every kind of result, and none of them needs it before."""
    return importlib.import_module("evisynth.synthesis.sentences")


def _of_results(label: str, rows: Mapping[str, Any]) -> dict[str, list[Any]]:
    """A row for each of several results: their single numbers."""
    parts = [
        {name: _plain(value) for name, value in one._values().items() if _is_single(value)}
        for one in rows.values()
    ]
    return {label: list(rows)} | {
        name: [part[name] for part in parts] for name in (parts[0] if parts else {})
    }


def _plain(value: Any) -> Any:
    """Numbers, text, lists and dictionaries."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Result):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _in_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_json(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | np.generic)


def _singular(name: str) -> str:
    """The name of a column: study for studies, weight for weights."""
    return _SINGULAR.get(name, name)


def _html_table(columns: Mapping[str, list[Any]]) -> str:
    rows = list(zip(*columns.values(), strict=True))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_shown(one))}</td>" for one in row) + "</tr>"
        for row in rows[:LONGEST]
    )
    more = f"<p>and {len(rows) - LONGEST} more rows</p>" if len(rows) > LONGEST else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
