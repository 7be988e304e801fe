"""Conversions against R's metafor 5.1-12: conv.2x2, conv.wald and conv.fivenum."""

import math

import pytest

from evisynth.extraction.conversions import (
    cells_from_chi_square,
    cells_from_odds_ratio,
    cells_from_phi,
    effect_from_ci,
    effect_from_p,
    effect_from_statistic,
    log_normal_from_five_numbers,
    log_normal_from_quartiles,
    mean_from_five_numbers,
    sd_from_five_numbers,
    sd_from_quartiles,
    sd_from_range,
    skewed,
)
from support.reference_cases import case_ids, load

CASES = load("conversions_metafor.json")
CELLS = {"ai": "events1", "bi": "nonevents1", "ci": "events2", "di": "nonevents2"}


def mean(row, kind, method="luo"):
    ends = {"smallest": row["min"], "largest": row["max"]}
    quartiles = {"q1": row["q1"], "q3": row["q3"]}
    given = {"case1": ends, "case2": quartiles, "case3": ends | quartiles}[kind]
    return mean_from_five_numbers(row["n"], row["median"], method=method, **given).value


def sd(row, kind, method="shi"):
    if kind == "case1":
        return sd_from_range(row["min"], row["max"], row["n"]).value
    if kind == "case2":
        return sd_from_quartiles(row["q1"], row["q3"], row["n"]).value
    five = {"smallest": row["min"], "q1": row["q1"], "q3": row["q3"], "largest": row["max"]}
    return sd_from_five_numbers(row["n"], median=row["median"], method=method, **five).value


def five_numbers(case, row):
    part = case["id"].partition("-")[2]  # case1, wan2014-case1, lnorm, skewtest ...
    kind = part if part.startswith("case") else part.rpartition("-")[2]
    if part == "lnorm":
        found = log_normal_from_five_numbers(row["n"], smallest=row["min"], q1=row["q1"], median=row["median"],
                                             q3=row["q3"], largest=row["max"])  # fmt: skip
        return {"mean": found["mean"], "sd": found["sd"]}
    if part == "lnorm-notransf":
        found = log_normal_from_quartiles(row["n"], q1=row["q1"], median=row["median"], q3=row["q3"])
        return {"mean": found["mean_log"], "sd": found["sd_log"]}
    if part == "skewtest":
        lopsided = skewed(
            row["n"], row["median"], smallest=row["min"], q1=row["q1"], q3=row["q3"], largest=row["max"]
        )
        return {"mean": math.nan if lopsided["skewed"] else mean(row, "case3")}
    if part.startswith("wan2014"):
        return {"mean": mean(row, kind, "hozo" if kind == "case1" else "wan"), "sd": sd(row, kind)}
    if part.startswith("bland"):
        return {"mean": mean(row, kind, "bland"), "sd": sd(row, kind, "bland")}
    return {"mean": mean(row, kind), "sd": sd(row, kind)}


def two_by_two(case, row):
    margins = {"n": row["ni"], "n1": row["n1i"], "events": row["n2i"]}
    if "ori" in row:
        found = cells_from_odds_ratio(row["ori"], **margins)
    elif "ri" in row:
        found = cells_from_phi(row["ri"], **margins)
    else:
        found = cells_from_chi_square(row["x2i"], **margins, yates=case["args"]["correct"])
    return {theirs: found[ours] for theirs, ours in CELLS.items()}


def wald(case, row):
    kind = case["id"].partition("-")[2]
    if kind == "z":
        found = effect_from_statistic(row["out"], row["zval"], ratio=True)
    elif kind == "p":
        found = effect_from_p(row["out"], row["pval"], ratio=True)
    else:
        level = 0.90 if kind == "ci90" else 0.95
        found = effect_from_ci(row["out"], row["ci_lb"], row["ci_ub"], level, ratio=True)
    return {"yi": found["yi"], "vi": found["vi"]}


OURS = {"conv.fivenum": five_numbers, "conv.2x2": two_by_two, "conv.wald": wald}


@pytest.mark.parametrize(("case", "columns"), CASES, ids=case_ids(CASES))
def test_conversions_equal_those_of_metafor(case, columns):
    k = len(next(iter(columns.values())))
    for place in range(k):
        row = {name: float(values[place]) for name, values in columns.items()}
        found = OURS[case["fn"]](case, row)
        for name, values in case["expect"].items():
            want = math.nan if values[place] == "NA" else values[place]
            assert found[name] == pytest.approx(want, rel=1e-12, nan_ok=True), (name, place)


def test_every_kind_of_conversion_is_compared():
    assert {case["fn"] for case, _ in CASES} == set(OURS)
    assert len(CASES) == 30
