from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.analysis import Recipe, analyse, input_hash
from evisynth.synthesis.measures.two_by_two import NO_EVENTS, TwoByTwo
from evisynth.synthesis.model_rule import ModelRule
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from support.milk import FULL, PARTIAL, PEANUT, tables
from support.reference_cases import load, table_of

BY_I2 = ModelRule("by-i2", "I2", 50, "common effect", "random effects")
PLAN = Recipe(measure="RR", method="MH", model="by-i2", rules=(BY_I2,))


@pytest.mark.parametrize(
    ("table", "printed", "step"),
    [
        (FULL, "6.61 (3.51 to 12.44)", "I2 is 7.49%, below 50%: common effect"),
        (PARTIAL, "9.34 (2.72 to 32.09)", "I2 is 0.00%, below 50%: common effect"),
    ],
    ids=["full serving", "partial serving"],
)
def test_the_milk_review_chooses_the_common_effect(table, printed, step):
    found = analyse(table, PLAN)
    assert (found.kind, found.model, found.steps) == ("meta-analysis", "common effect", (step,))
    assert isinstance(found.result, Pooled)
    low, high = found.result.estimate_ci
    assert f"{found.result.estimate:.2f} ({low:.2f} to {high:.2f})" == printed
    assert found.result is found.common
    assert found.random is not None
    assert found.random.model == "random effects"


def test_heterogeneous_studies_choose_random_effects():
    # meta 8.4-0, metabin with the settings of RevMan 5 on dat.bcg: I2 92%, TE_random.
    case, columns = next(
        pair for pair in load("revman5_settings_meta.json") if pair[0]["id"] == "a_bcg-rm5-RR-MH"
    )
    found = analyse(table_of(columns), PLAN)
    assert found.model == "random effects"
    assert found.result is found.random
    assert found.pooled.mu == pytest.approx(case["expect"]["TE_random"], rel=1e-11)


def test_the_peanut_review_reports_a_single_study_and_pools_nothing():
    found = analyse(PEANUT, PLAN)
    assert (found.kind, found.model, found.common, found.random) == ("single study", None, None, None)
    assert found.steps == ("one study, Varshney 2011: its own result is reported and nothing is pooled",)
    assert isinstance(found.result, SingleStudy)
    assert found.result.estimate == pytest.approx(16.5)


def test_an_outcome_without_studies_is_no_data_and_not_an_error():
    found = analyse(TwoByTwo.from_rows([]), PLAN)
    assert (found.kind, found.result, found.dropped) == ("no data", None, ())
    assert found.steps == ("no study gives data for this analysis: nothing is pooled",)


def test_studies_without_any_event_give_no_risk_ratio():
    found = analyse(TwoByTwo.from_rows([("A", 0, 10, 0, 10), ("B", 0, 9, 0, 9)]), PLAN)
    assert found.kind == "no data"
    assert found.steps == ("none of 2 studies informs the risk ratio: nothing is pooled",)
    assert found.dropped == (("A", NO_EVENTS), ("B", NO_EVENTS))


def test_one_study_left_beside_a_double_zero_is_a_single_study():
    found = analyse(TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("B", 0, 9, 0, 9)]), PLAN)
    assert found.kind == "single study"
    assert found.single is not None
    assert found.single.study == "A"
    assert found.dropped == (("B", NO_EVENTS),)


def test_a_single_double_zero_study_is_shown_as_not_estimable():
    found = analyse(TwoByTwo.from_rows([("B", 0, 9, 0, 9)]), PLAN)
    assert found.kind == "single study"
    assert found.single is not None
    assert not found.single.estimable


def test_a_recipe_may_pool_by_inverse_variance():
    found = analyse(FULL, replace(PLAN, method="IV", model="random effects", profile="metafor"))
    assert found.pooled.method == "inverse variance, tau2 DL"
    assert found.steps == ("fixed in the protocol: random effects",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"measure": "HR"}, "measure: 'HR'"),
        ({"method": "Peto"}, "method: 'Peto'"),
        ({"tau2_method": "XX"}, "tau2 method: 'XX'"),
        ({"profile": "revman"}, "Did you mean revman5"),
        ({"level": 95}, "Confidence level 95"),
        ({"model": "by-i3"}, "Did you mean 'by-i2'"),
        ({"rules": (replace(BY_I2, then="by-i2"),)}, "circle"),
    ],
)
def test_a_recipe_is_checked_before_any_data(change, says):
    with pytest.raises(DataError, match=says):
        analyse(TwoByTwo.from_rows([]), replace(PLAN, **change))


def test_the_input_hash_is_the_same_on_every_machine():
    assert analyse(FULL, PLAN).input_hash == input_hash(PLAN, FULL)
    assert input_hash(PLAN, FULL) == "a40ca0dc935a6dfb6414546db2f3161ac81395b3da4c62288f5b0a8c28e13770"


@given(tables(), st.randoms())
def test_the_input_hash_does_not_depend_on_the_order_of_studies(table, random):
    order = list(range(table.k))
    random.shuffle(order)
    assert input_hash(PLAN, table.take(order)) == input_hash(PLAN, table)


def test_the_input_hash_does_not_depend_on_the_order_of_rules_or_on_how_a_number_is_written():
    other = ModelRule("few", "k", 3, "common effect", "by-i2")
    one = replace(PLAN, rules=(BY_I2, other))
    assert input_hash(one, FULL) == input_hash(replace(PLAN, rules=(other, replace(BY_I2, below=50.0))), FULL)


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "OR"},
        {"method": "IV"},
        {"model": "common effect"},
        {"profile": "metafor"},
        {"level": 0.9},
        {"rules": (replace(BY_I2, below=40),)},
    ],
)
def test_any_change_of_the_recipe_changes_the_hash(change):
    assert input_hash(replace(PLAN, **change), FULL) != input_hash(PLAN, FULL)


def test_one_more_event_or_another_name_changes_the_hash():
    rows = [("Longo 2008", 11, 30, 0, 30), ("Pajno 2010", 10, 15, 0, 15)]
    more = [("Longo 2008", 12, 30, 0, 30), ("Pajno 2010", 10, 15, 0, 15)]
    named = [("Longo 2009", 11, 30, 0, 30), ("Pajno 2010", 10, 15, 0, 15)]
    hashes = {input_hash(PLAN, TwoByTwo.from_rows(each)) for each in (rows, more, named)}
    assert len(hashes) == 3
