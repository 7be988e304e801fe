from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.analysis import Recipe, analyse, input_hash, told_hash
from evisynth.synthesis.measures.two_by_two import NO_EVENTS, TwoByTwo
from evisynth.synthesis.model_rule import ModelRule
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.study_table import StudyTable
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


# ---------------------------------------------------------------- other measures, methods and tests

MEANS = StudyTable.of(
    ("A", "B", "C"),
    {"mean1": [5, 6, 7], "sd1": [1, 2, 1.5], "n1": [20, 30, 25], "mean2": [6, 6.5, 9], "sd2": [1, 2, 1], "n2": [20, 31, 26]},
)  # fmt: skip
RATES = [("A", 12, 40.5, 20, 39.0), ("B", 3, 20.0, 9, 21.5), ("C", 0, 31.0, 4, 30.5)]
MD = Recipe(measure="MD", method="IV", model="random effects", tau2_method="REML", profile="metafor")


def rates_table():
    rates = TwoRates.from_rows(RATES)
    return rates, StudyTable(rates.studies, rates.columns)


@pytest.mark.parametrize("model", ["common effect", "random effects"])
@pytest.mark.parametrize("method", ["MH", "IV"])
@pytest.mark.parametrize("profile", ["revman5", "metafor", "meta"])
def test_rates_are_pooled_as_by_the_library(method, model, profile):
    rates, table = rates_table()
    found = analyse(table, Recipe("IRR", method, model, profile=profile)).result
    from evisynth.synthesis.profiles import PROFILES

    expected = pool_rates(rates, method=method, model=model, profile=PROFILES[profile], tau2_method="DL")
    assert (found.mu, found.se, found.Q) == (expected.mu, expected.se, expected.Q)


@pytest.mark.parametrize("model", ["common effect", "random effects"])
def test_petos_method_is_that_of_the_library(model):
    found = analyse(FULL, Recipe("OR", "Peto", model)).result
    expected = pool_peto(FULL, model=model)
    assert (found.mu, found.se) == (expected.mu, expected.se)


def test_a_single_study_by_petos_method_has_its_own_o_less_e():
    found = analyse(TwoByTwo.from_rows([("A", 1, 10, 4, 12), ("B", 0, 9, 0, 9)]), Recipe("OR", "Peto"))
    O_E, V = 1 - 10 * 5 / 22, 10 * 12 * 5 * 17 / (22**2 * 21)
    assert found.single.yi == pytest.approx(O_E / V)
    assert found.single.vi == pytest.approx(1 / V)
    assert found.dropped == (("B", NO_EVENTS),)


def test_the_test_is_of_random_effects_and_a_common_effect_keeps_the_normal():
    found = analyse(MEANS, replace(MD, test="HK"))
    assert (found.random.test, found.random.ddf) == ("HK", 2)
    assert (found.common.test, found.common.ddf) == ("z", None)


def test_a_prediction_interval_is_on_the_scale_that_people_read():
    ratios = analyse(MEANS, replace(MD, measure="ROM", prediction="HTS"))
    low, high = ratios.pooled.prediction_interval("HTS")
    assert ratios.prediction == pytest.approx((ratios.pooled.back(low), ratios.pooled.back(high)))
    assert ratios.prediction[0] > 0
    assert analyse(MEANS, MD).prediction is None
    assert analyse(MEANS, replace(MD, model="common effect", prediction="HTS")).prediction is None


def test_one_study_of_means_is_reported_with_its_own_effect():
    found = analyse(MEANS.take(np.array([True, False, False])), MD)
    assert (found.kind, found.single.estimate, found.single.events1) == ("single study", -1, None)
    assert found.single.vi == pytest.approx(1 / 20 + 1 / 20)


def test_one_study_without_a_rate_in_a_group_says_what_was_added():
    _, table = rates_table()
    found = analyse(table.take(np.array([False, False, True])), Recipe("IRR", "MH"))
    assert found.single.note == "0.5 added to its events because of a zero cell"


def test_a_proportion_by_double_arcsine_is_led_back_by_the_harmonic_mean():
    table = StudyTable.of(("A", "B"), {"events": [5, 9], "n": [20, 30]})
    found = analyse(table, Recipe("PFT", "IV"))
    low, high = found.result.estimate_ci
    assert 0.25 < found.result.estimate < 0.3
    assert low < found.result.estimate < high
    assert found.result.study_estimates == pytest.approx([0.25, 0.3], rel=1e-3)
    assert analyse(table.take(np.array([True, False])), Recipe("PFT", "IV")).single.estimate == pytest.approx(
        0.25, rel=1e-3
    )


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        (FULL, {"measure": "MD", "method": "IV"}, "measure: 'MD'; two-by-two tables give RR, OR or RD"),
        (MEANS, {"measure": "MD", "method": "MH"}, "measure: 'MD' is pooled by IV"),
        (MEANS, {"measure": "OR", "method": "Peto"}, "method: Peto pools events and people"),
        (
            StudyTable.of(("A",), {"estimate": [1.0], "se": [1.0]}),
            {"measure": "OR", "method": "MH"},
            "IV is right",
        ),
        (MEANS, {"measure": "MD", "method": "IV", "test": "KR"}, "defined for REML, not for DL"),
        (MEANS, {"measure": "MD", "method": "IV", "prediction": "X"}, "Prediction method 'X' is not known"),
    ],
)
def test_a_recipe_that_does_not_go_with_the_data_is_refused(table, change, says):
    with pytest.raises(DataError, match=says):
        analyse(table, replace(Recipe(), **change))


def test_the_hash_of_other_tables_depends_on_every_number_and_on_no_order():
    order = np.array([2, 0, 1])
    turned = StudyTable(
        tuple(MEANS.studies[at] for at in order), {name: of[order] for name, of in MEANS.columns.items()}
    )
    assert input_hash(MD, turned) == input_hash(MD, MEANS)
    more = StudyTable(MEANS.studies, dict(MEANS.columns) | {"sd1": np.array([1.0, 2.0, 1.6])})
    changed = {
        input_hash(MD, more),
        input_hash(replace(MD, test="HK"), MEANS),
        input_hash(replace(MD, prediction="V"), MEANS),
    }
    assert len(changed | {input_hash(MD, MEANS)}) == 4


def test_what_is_told_study_by_study_has_a_hash_of_its_plan_and_data():
    rows = [("a", "", "11/30", "0/30"), ("b", "", "1/3", "0/3")]
    assert told_hash(["rash", True], rows) == told_hash(["rash", True], rows[::-1])
    assert told_hash(["rash", True], rows) != told_hash(["rash", False], rows)
    assert told_hash(["rash", True], rows) != told_hash(["rash", True], rows[:1])
