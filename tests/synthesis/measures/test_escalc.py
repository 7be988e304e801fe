"""Every measure against R's escalc: stored cases here, and all cases where the shared reference numbers are."""

import json
from pathlib import Path

import numpy as np
import pytest

from evisynth.synthesis.measures.formulas import FORMULAS
from evisynth.synthesis.measures.scale import MEASURES
from support.r_columns import differences, effects_of
from support.reference_cases import case_ids, load, numbers

ESCALC = load("effect_sizes_metafor.json")  # metafor 5.1-12, escalc
SHARED = Path(__file__).resolve().parents[3] / "../shared/reference/stats/escalc.json"
# Their reference values are where an optimiser stopped; test_association.py shows that ours are the exact ones.
STOPPED_EARLY = {"RTET", "ZTET"}


@pytest.mark.parametrize(("case", "columns"), ESCALC, ids=case_ids(ESCALC))
def test_effects_and_variances_equal_escalc(case, columns):
    agrees, worst = differences(case, columns, numbers)
    assert agrees
    assert worst < 1e-9


def test_every_measure_with_a_formula_has_a_stored_case():
    assert {case["args"]["measure"] for case, _ in ESCALC} == set(FORMULAS) - STOPPED_EARLY
    assert set(MEASURES) - set(FORMULAS) == {"HR", "generic", "generic ratio"}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reference numbers are not on this machine")
def test_all_shared_cases_of_escalc_agree():
    book = json.loads(SHARED.read_text(encoding="utf-8"))
    apart, compared = [], 0
    for case in book["cases"]:
        if case["args"]["measure"] in STOPPED_EARLY:
            continue
        columns = {name: numbers(values) for name, values in book["datasets"][case["data"]]["columns"].items()
                   if name in case["use"]}  # fmt: skip
        compared += 1
        if not differences(case, columns, numbers)[0]:
            apart.append(case["id"])
    assert apart == []
    assert compared == 302


def test_a_study_without_a_value_in_escalc_is_named_with_its_reason():
    case, columns = next(one for one in ESCALC if one[0]["id"] == "a_zeros-OR-to_none")
    found = effects_of(case, columns)
    gone = [f"Study {row + 1}" for row in np.flatnonzero(np.isnan(found.yi))]
    assert [study for study, _ in found.undefined] == gone
    assert found.undefined[0][1] == "a zero cell without a correction: its OR does not exist"
