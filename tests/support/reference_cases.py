"""Reads tests/reference: numbers of other programs with the data, call and version they came from."""

import json
from pathlib import Path

import numpy as np

from evisynth.synthesis.measures.two_by_two import TwoByTwo

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def load(name):
    """(case, data) of each case of a file; data are the columns as arrays."""
    book = json.loads((REFERENCE / name).read_text(encoding="utf-8"))
    columns = {
        key: {column: np.array(values, dtype=float) for column, values in entry["columns"].items()}
        for key, entry in book["datasets"].items()
    }
    return [(case, columns[case["data"]]) for case in book["cases"]]


def case_ids(cases):
    return [case["id"] for case, _ in cases]


def table_of(columns):
    """A table from the cells ai, bi, ci, di; the studies are called S1, S2, ..."""
    names = tuple(f"S{place}" for place in range(1, len(columns["ai"]) + 1))
    n1, n2 = columns["ai"] + columns["bi"], columns["ci"] + columns["di"]
    return TwoByTwo(names, columns["ai"], n1, columns["ci"], n2)


def numbers(value):
    """A reference array: the strings NA, NaN and Inf of R become NaN and infinity."""
    return np.array([float("nan") if one in ("NA", "NaN") else float(one) for one in value])
