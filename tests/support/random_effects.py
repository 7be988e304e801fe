"""Cases of rma.uni and metagen: from tests/reference, and all of them where the shared reference numbers are."""

import json
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SHARED = Path(__file__).resolve().parents[3] / "shared/reference/stats"
METHODS = {"EE": "common", "FE": "common", "CE": "common"}
TESTS = {"knha": "HK", "adhoc": "HK-adhoc"}


def cases(*names, wanted):
    """(case, columns) of each wanted case of the files in tests/reference or, when absolute, elsewhere.

    A shared case that stands in tests/reference too is left out. `columns` are lists of rows with yi and vi.
    """
    found, seen = [], set()
    for name in names:
        path = REFERENCE / name
        if not path.exists():
            continue
        book = json.loads(path.read_text(encoding="utf-8"))
        for case in book["cases"]:
            family = case.get("family", path.stem)
            if (family, case["id"]) not in seen and wanted(case):
                seen.add((family, case["id"]))
                columns = usable(book["datasets"][case["data"]]["columns"])
                found.append((case | {"family": family}, columns))
    return found


def ids(found):
    return [f"{case['family']}:{case['id']}" for case, _ in found]


def usable(columns):
    """The columns without the rows that lack yi or vi; NA in the others becomes None."""
    kept = range(len(next(iter(columns.values()))))
    if "yi" in columns:
        kept = [at for at in kept if "NA" not in (columns["yi"][at], columns["vi"][at])]
    return {
        name: [None if values[at] == "NA" else values[at] for at in kept] for name, values in columns.items()
    }


def as_numbers(value):
    """A reference value as a flat array: NA and NaN of R become NaN, Inf infinity."""
    flat = np.ravel(np.array(value, dtype=object)).tolist()
    return np.array([np.nan if one in ("NA", "NaN") else float(one) for one in flat])


def disagreements(got, want, case):
    """{name: (ours, theirs)} of the outputs that do not agree within the tolerances of the case."""
    wrong = {}
    for name, expected in want.items():
        theirs, ours = as_numbers(expected), np.ravel(np.asarray(got[name], dtype=float))
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - theirs) <= case["atol"] + case["rtol"] * np.abs(theirs)
        if not np.all(near | (ours == theirs)):
            wrong[name] = (got[name], expected)
    return wrong


def arguments(case, columns):
    """The arguments of `pool` or `meta_regression` that repeat a case of rma.uni."""
    args, note = case["args"], case.get("note") or ""
    method, test = args.get("method", "REML"), args.get("test", "z")
    how = {"method": METHODS.get(method, method), "test": TESTS.get(test, test)}
    weights = {
        "weights = ni": lambda: columns["ni"],
        "weights = sqrt(ni)": lambda: np.sqrt(columns["ni"]),
        "weights = 1/vi": lambda: 1 / np.array(columns["vi"]),
    }
    if note in weights:
        how["weights"] = weights[note]()
    if args.get("weighted") is False:
        how["weights"] = np.ones(len(columns["yi"]))
    if "tau2" in args:
        how["tau2"] = args["tau2"]
    if "level" in args:
        how["level"] = args["level"] / 100
    return how
