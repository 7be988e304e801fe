import json

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.analysis import Recipe, analyse
from evisynth.synthesis.analysis_subgroups import analyse_subgroups
from evisynth.synthesis.moderators.subgroups import subgroups
from evisynth.synthesis.study_table import StudyTable
from support.milk import FULL
from support.reference_cases import REFERENCE

GIVEN = StudyTable.of(tuple("ABCDE"), {"estimate": [1.0, 2, 0.5, 3, 2.5], "se": [0.4, 0.5, 0.3, 0.6, 0.5]})
RECIPE = Recipe(measure="MD", method="IV", model="random effects", tau2_method="REML", profile="metafor")
LABELS = ["x", "x", "x", "y", "y"]


def test_subgroups_of_an_analysis_are_those_of_the_library():
    found = analyse_subgroups(analyse(GIVEN, RECIPE), LABELS)
    effects = (GIVEN.columns["estimate"], GIVEN.columns["se"] ** 2)
    expected = subgroups(*effects, LABELS, method="REML", measure="MD")
    assert list(found.groups) == ["x", "y"]
    for name, group in found.groups.items():
        assert group.pooled.mu == pytest.approx(expected.groups[name].mu, rel=1e-12)
    assert (found.Qb, found.df, found.p) == pytest.approx((expected.Qb, 1, expected.p_Qb))


def test_subgroups_agree_with_r_meta():
    # R package meta 8.4-0, metagen on dat.bcg with subgroup alloc, a tau2 for each subgroup, DL.
    book = json.loads((REFERENCE / "random_effects_meta.json").read_text(encoding="utf-8"))
    case = next(case for case in book["cases"] if case["id"] == "a_bcg_yi-sub-alloc-separate")
    data = book["datasets"]["a_bcg_yi"]["columns"]
    names = tuple(f"S{at}" for at in range(len(data["yi"])))
    table = StudyTable.of(names, {"estimate": data["yi"], "se": np.sqrt(data["vi"])})
    labels = data["alloc"]
    found = analyse_subgroups(
        analyse(table, Recipe("generic", "IV", "random effects", tau2_method=case["args"]["method.tau"])),
        labels,
    )
    assert found.Qb == pytest.approx(case["expect"]["Qb_random"], rel=case["rtol"])


def test_the_model_chosen_for_all_is_that_of_each_subgroup():
    whole = analyse(FULL, Recipe())
    found = analyse_subgroups(whole, ["a", "a", "b", "b", "c"])
    assert [group.kind for group in found.groups.values()] == [
        "meta-analysis",
        "meta-analysis",
        "single study",
    ]
    assert found.groups["a"].pooled.model == "common effect"
    assert found.groups["a"].pooled.method == "Mantel-Haenszel"
    assert found.df == 2


@pytest.mark.parametrize("labels", [["x", "y"], ["x", "x", "x", "y", ""]])
def test_each_study_needs_its_label(labels):
    with pytest.raises(DataError, match="5 studies and"):
        analyse_subgroups(analyse(GIVEN, RECIPE), labels)


def test_one_study_is_not_divided():
    with pytest.raises(DataError, match="Only a meta-analysis is divided"):
        analyse_subgroups(analyse(GIVEN.take(np.arange(5) == 0), RECIPE), ["x"])
