import numpy as np
import pytest
from hypothesis import given

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import (
    ALL_EVENTS,
    NO_CORRECTION,
    NO_EVENTS,
    TwoByTwo,
    ZeroCells,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)
from support.milk import FULL, inner_group, tables

# metafor 5.1-12, escalc on these rows (metadat dat.bcg, Aronson 1948; Colditz 1994,
# doi:10.1001/jama.1994.03510330076038): yi and vi of RR.
ARONSON = TwoByTwo.from_rows([("Aronson 1948", 4, 123, 11, 139)])


def test_the_log_risk_ratio_of_aronson_equals_escalc():
    found = log_risk_ratio(ARONSON)
    assert found.yi[0] == pytest.approx(-0.889311333920205, rel=1e-13)
    assert found.vi[0] == pytest.approx(0.325584765003961, rel=1e-13)


def test_more_events_than_people_names_study_and_group():
    with pytest.raises(DataError, match=r"Aronson 1948, group 1: 130 events among 123 people\..*check both"):
        TwoByTwo.from_rows([("Aronson 1948", 130, 123, 11, 139)])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ((-1, 10, 0, 10), "Ho 2001, group 1: -1 events"),
        ((1, 10, 0, 0), "Ho 2001, group 2: 0 people"),
        ((float("nan"), 10, 0, 10), "Ho 2001, group 1: nan events"),
        ((1, float("inf"), 0, 10), "Ho 2001, group 1: 1 events among inf people"),
    ],
)
def test_an_impossible_number_names_study_and_group(row, says):
    with pytest.raises(DataError, match=says):
        TwoByTwo.from_rows([("Ho 2001", *row)])


def test_a_study_stands_in_a_table_once():
    with pytest.raises(DataError, match="Ho 2001 appears twice"):
        TwoByTwo.from_rows([("Ho 2001", 1, 10, 2, 10), (" Ho 2001 ", 1, 10, 2, 10)])


def test_a_study_without_a_name_is_refused():
    with pytest.raises(DataError, match="Study 2 has no name"):
        TwoByTwo.from_rows([("Ho 2001", 1, 10, 2, 10), (" ", 1, 10, 2, 10)])


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(DataError, match="n1 has shape"):
        TwoByTwo(("A", "B"), [1, 2], [10], [1, 2], [10, 10])


def test_text_in_a_column_is_refused():
    with pytest.raises(DataError, match="events1: every value must be a number"):
        TwoByTwo(("A",), ["many"], [10], [1], [10])


def test_a_table_may_be_empty():
    assert TwoByTwo.from_rows([]).k == 0


def test_the_arrays_of_a_table_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        FULL.events1[0] = 3


def test_effective_sizes_need_not_be_whole():
    table = TwoByTwo.from_rows([("Cluster 2010", 3.5, 20.25, 4.75, 21.5)])
    assert log_odds_ratio(table).yi[0] == pytest.approx(np.log(3.5 * 16.75 / (16.75 * 4.75)))


def test_a_zero_cell_gets_a_half_in_all_four_cells_and_is_flagged():
    found = log_risk_ratio(FULL)
    assert found.corrected.tolist() == [True, False, True, True, True]
    assert found.yi[0] == pytest.approx(np.log((11.5 / 31) / (0.5 / 31)))
    assert found.vi[0] == pytest.approx(1 / 11.5 - 1 / 31 + 1 / 0.5 - 1 / 31)


def test_a_zero_among_the_non_events_counts_as_a_zero_cell():
    table = TwoByTwo.from_rows([("A", 10, 10, 8, 10)])
    assert log_risk_ratio(table).yi[0] == pytest.approx(np.log((10.5 / 11) / (8.5 / 11)))


def test_a_correction_of_all_studies_touches_those_without_a_zero():
    found = log_odds_ratio(ARONSON, ZeroCells("all"))
    assert found.corrected.all()
    assert found.yi[0] == pytest.approx(np.log(4.5 * 128.5 / (119.5 * 11.5)))


def test_without_a_correction_a_ratio_with_a_zero_is_left_out_and_named():
    found = log_risk_ratio(FULL, NO_CORRECTION)
    assert np.isnan(found.yi[0])
    assert [study for study, _ in found.undefined] == [
        "Longo 2008",
        "Pajno 2010",
        "Salmivesi 2012",
        "Skripak 2008",
    ]
    assert "RR does not exist" in found.undefined[0][1]


@pytest.mark.parametrize("effects", [log_risk_ratio, log_odds_ratio])
def test_double_zero_and_all_event_studies_have_no_ratio(effects):
    table = TwoByTwo.from_rows([("None", 0, 10, 0, 12), ("All", 5, 5, 6, 6), ("Some", 1, 10, 2, 10)])
    found = effects(table)
    assert found.undefined == (("None", NO_EVENTS), ("All", ALL_EVENTS))
    assert found.defined.tolist() == [False, False, True]


def test_double_zero_studies_have_a_risk_difference():
    table = TwoByTwo.from_rows([("None", 0, 10, 0, 10)])
    found = risk_difference(table)
    assert found.yi[0] == 0
    assert found.vi[0] == pytest.approx(2 * 0.5 * 10.5 / 11**3)
    assert found.undefined == ()


def test_a_risk_difference_may_keep_its_counts_and_correct_the_variance_alone():
    table = TwoByTwo.from_rows([("A", 0, 20, 2, 20)])
    assert risk_difference(table, correct_estimate=False).yi[0] == pytest.approx(-0.1)
    assert risk_difference(table).yi[0] == pytest.approx(0.5 / 21 - 2.5 / 21)


@pytest.mark.parametrize(("to", "value"), [("only-zero", 0.0), ("all", -1.0), ("only-zero", float("nan"))])
def test_a_correction_is_above_zero(to, value):
    with pytest.raises(DataError, match="not above 0"):
        ZeroCells(to, value)


def test_an_unknown_zero_cell_rule_is_refused():
    with pytest.raises(DataError, match="is not a rule"):
        ZeroCells("sometimes")


def test_a_zero_cell_rule_says_what_it_does():
    assert str(ZeroCells()) == "0.5 is added to all four cells of each study with a zero cell"
    assert str(NO_CORRECTION) == "nothing is added to zero cells"


@given(tables(min_k=1))
def test_swapping_the_groups_flips_the_sign(table):
    for effects in (log_risk_ratio, log_odds_ratio, risk_difference):
        there, back = effects(table), effects(table.swapped())
        np.testing.assert_allclose(back.yi, -there.yi, atol=1e-12)
        np.testing.assert_allclose(back.vi, there.vi, rtol=1e-12)


@given(tables(inner_group, min_k=1))
def test_doubling_all_counts_keeps_the_effect_and_halves_the_variance(table):
    double = TwoByTwo(table.studies, 2 * table.events1, 2 * table.n1, 2 * table.events2, 2 * table.n2)
    for effects in (log_risk_ratio, log_odds_ratio, risk_difference):
        once, twice = effects(table), effects(double)
        np.testing.assert_allclose(twice.yi, once.yi, atol=1e-12)
        np.testing.assert_allclose(twice.vi, once.vi / 2, rtol=1e-10)


@given(tables(min_k=1))
def test_corrected_variances_are_always_above_zero(table):
    for effects in (log_risk_ratio, log_odds_ratio, risk_difference):
        found = effects(table)
        assert (found.vi[found.defined] > 0).all()
