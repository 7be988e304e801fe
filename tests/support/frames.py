"""One table in every kind of data frame that analyses take."""

import importlib
import importlib.util

import pytest


class Column:
    """A column as a library has it: a value that is missing is one of its own kind."""

    def __init__(self, held):
        self.held = held

    def to_list(self):
        return [type("NAType", (), {})() if one is None else one for one in self.held]


class Like:
    """A data frame that is none of those known, and has what they have in common."""

    def __init__(self, table):
        self.table, self.columns = table, list(table)

    def __getitem__(self, name):
        return Column(self.table[name])


def _installed(name):
    return pytest.param(
        name, marks=pytest.mark.skipif(not importlib.util.find_spec(name), reason=f"no {name}")
    )


def frame(kind, table):
    if kind == "dict":
        return table
    if kind == "like":
        return Like(table)
    library = importlib.import_module(kind)
    return library.table(table) if kind == "pyarrow" else library.DataFrame(table)


KINDS = ["dict", "like", _installed("pandas"), _installed("polars"), _installed("pyarrow")]
