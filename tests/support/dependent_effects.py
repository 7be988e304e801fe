"""Rebuilds the calls of rma.mv, robust, vcalc and selmodel that stand in the reference files."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from evisynth.synthesis.grouping import numbered_in_order
from evisynth.synthesis.pooling.covariance import sampling_covariance
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured

HERE = Path(__file__).resolve().parents[1] / "reference"
SHARED = Path(__file__).resolve().parents[2] / "../shared/reference/stats"


def cases(name, shared):
    """Parameters (case, columns) of the cases of tests/reference, then of the shared file where it is there."""
    books = [HERE / name, *([SHARED / shared] if SHARED.exists() else [])]
    found = {}
    for path in books:
        book = json.loads(path.read_text(encoding="utf-8"))
        for case in book["cases"]:
            found.setdefault(case["id"], (case, book["datasets"][case["data"]]["columns"]))
    return [pytest.param(*pair, id=key) for key, pair in found.items()]


def number(value):
    """A reference value or array; what R calls NA is NaN."""
    if isinstance(value, list):
        return np.array([number(one) for one in value])
    return float("nan") if value in ("NA", "NaN") else float(value)


def disagreements(case, got):
    """The outputs that differ by more than atol + rtol |want|; what the reference has as NA is not compared."""
    found = {}
    for name, value in got.items():
        if name not in case["expect"]:
            continue
        want = np.atleast_1d(number(case["expect"][name])).ravel()
        have = np.atleast_1d(np.asarray(value, dtype=float)).ravel()
        there = ~np.isnan(want)
        allowed = case["atol"] + case["rtol"] * np.abs(want[there])
        if want.shape != have.shape or not np.all(np.abs(have[there] - want[there]) <= allowed):
            found[name] = (have, want)
    return found


def model_matrix(formula, columns, k):
    """(matrix, names) of the few R formulas that the cases have."""
    if formula is None:
        return np.ones((k, 1)), ("intercept",)
    if formula == "~ I(year-1990)":
        return np.column_stack((np.ones(k), np.array(columns["year"]) - 1990)), ("intercept", "year - 1990")
    name = re.sub(r"factor\((\w+)\)", r"\1", formula.split()[-1])
    numbers, levels = numbered_in_order(columns[name])
    matrix = (numbers[:, None] == np.arange(len(levels))).astype(float)
    if "0 +" not in formula:
        matrix[:, 0] = 1
    return matrix, tuple(f"{name}={level}" for level in levels)


def known_covariance(case, columns):
    """V: variances, the 2 x 2 blocks of Berkey's trials, or Ishak's correlations 0.97^|time difference|."""
    if isinstance(case["use"], dict) and "V" in case["use"]:
        return np.array(columns["vi"])
    if case["data"] == "a_berkey":
        rows = np.column_stack((columns["v1i"], columns["v2i"]))
        return [rows[start : start + 2] for start in range(0, len(rows), 2)]
    return sampling_covariance(columns["vi"], columns["study"], time=columns["time"], phi=0.97)


def random_terms(case, columns):
    found = []
    for formula in case.get("random", ()):
        left, right = (part.strip() for part in formula.removeprefix("~").split("|"))
        if left == "1":
            found.append(nested(**{name: columns[name] for name in right.split("/")}))
            continue
        inner = re.sub(r"factor\((\w+)\)", r"\1", left)
        struct = case.get("args", {}).get("struct", "CS")
        found.append(structured(columns[inner], columns[right], struct))
    return found


def fitted(case, columns, **changed):
    """The multilevel() that repeats the rma.mv call of a case."""
    args = case.get("args", {})
    matrix, names = model_matrix(case.get("mods"), columns, len(columns["yi"]))
    options = {"method": args.get("method", "REML"), "test": args.get("test", "z")} | changed
    V = known_covariance(case, columns)
    random = random_terms(case, columns)
    return multilevel(columns["yi"], V, matrix, names=names, random=random, **options)


def marginal_matrix(fit):
    """M (k, k) written out from the definition."""
    M = fit.V.matrix()
    for group in fit.groups:
        M += fit.sigma2[group.name] * np.equal.outer(group.numbers, group.numbers)
    for one in fit.structures:
        inner, outer = one.term.inner, one.term.outer
        M += one.G[np.ix_(inner, inner)] * np.equal.outer(outer, outer)
    return M


def log_likelihood(fit, M):
    """The (restricted) log likelihood written out from the definition, for any M."""
    W = np.linalg.inv(M)
    A = fit.X.T @ W @ fit.X
    r = fit.yi - fit.X @ np.linalg.solve(A, fit.X.T @ W @ fit.yi)
    twice = np.linalg.slogdet(M)[1] + r @ W @ r
    if fit.method == "ML":
        return -0.5 * (len(fit.yi) * np.log(2 * np.pi) + twice)
    twice += np.linalg.slogdet(A)[1] - np.linalg.slogdet(fit.X.T @ fit.X)[1]
    return -0.5 * ((len(fit.yi) - len(fit.b)) * np.log(2 * np.pi) + twice)
