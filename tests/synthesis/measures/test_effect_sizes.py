"""The door to the measures: columns, missing values, options, and what it refuses."""

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.effects import ALL_EVENTS, NO_EVENTS
from evisynth.synthesis.measures.formulas import FORMULAS
from evisynth.synthesis.measures.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ZeroCells
from support.milk import FULL

TABLE = {"events1": [4, 6], "n1": [123, 306], "events2": [11, 29], "n2": [139, 303]}
MEANS = {
    "mean1": [5.0, 6.0],
    "sd1": [2.0, 1.5],
    "n1": [20, 30],
    "mean2": [4.0, 6.5],
    "sd2": [2.5, 1.0],
    "n2": [22, 31],
}


def test_people_may_be_given_as_a_total_or_as_those_without_the_event():
    with_totals = effect_sizes("OR", **TABLE)
    with_cells = effect_sizes(
        "OR", events1=[4, 6], nonevents1=[119, 300], events2=[11, 29], nonevents2=[128, 274]
    )
    np.testing.assert_array_equal(with_totals.yi, with_cells.yi)
    np.testing.assert_array_equal(with_totals.vi, with_cells.vi)
    mixed = effect_sizes("OR", events1=[4, 6], nonevents1=[119, 300], events2=[11, 29], n2=[139, 303])
    np.testing.assert_array_equal(mixed.yi, with_cells.yi)


def test_totals_beside_those_without_the_event_must_add_up():
    good = effect_sizes("OR", nonevents1=[119, 300], **TABLE)
    np.testing.assert_array_equal(good.yi, effect_sizes("OR", **TABLE).yi)
    with pytest.raises(DataError, match=r"Study 2: 6 with and 301 without the event are not 306 people"):
        effect_sizes("OR", nonevents1=[119, 301], **TABLE)


@pytest.mark.parametrize(
    ("measure", "function"), [("RR", log_risk_ratio), ("OR", log_odds_ratio), ("RD", risk_difference)]
)
def test_a_table_gives_the_same_as_its_columns(measure, function):
    by_table, by_columns = function(FULL), effect_sizes(measure, studies=FULL.studies, **FULL.columns)
    np.testing.assert_array_equal(by_table.yi, by_columns.yi)
    np.testing.assert_array_equal(by_table.vi, by_columns.vi)
    np.testing.assert_array_equal(by_table.corrected, by_columns.corrected)


def test_a_missing_value_leaves_its_study_without_effect_and_says_which_it_was():
    found = effect_sizes(
        "RR",
        studies=["A", "B", "C"],
        events1=[4, None, 3],
        n1=[123, 306, np.nan],
        events2=[11, 29, 4],
        n2=[139, 303, 50],
    )
    assert found.undefined == (("B", "events1 missing"), ("C", "n1 missing"))
    assert found.defined.tolist() == [True, False, False]
    assert found.corrected.tolist() == [False, False, False]
    assert found.yi[0] == effect_sizes("RR", **TABLE).yi[0]


def test_all_values_may_be_missing():
    found = effect_sizes("MD", **{name: [np.nan] for name in MEANS})
    assert np.isnan(found.yi).all()
    assert found.undefined == (("Study 1", "mean1 and sd1 and n1 and mean2 and sd2 and n2 missing"),)


@pytest.mark.parametrize("measure", FORMULAS)
def test_no_studies_give_no_effects(measure):
    family = FORMULAS[measure].family
    columns = {name: [] for name in family.columns if not name.startswith("nonevents")}
    found = effect_sizes(measure, **columns)
    assert found.k == 0
    assert found.undefined == ()


def test_one_number_stands_for_all_studies():
    each = effect_sizes("MC", mean1=[5, 6], sd1=[2, 3], mean2=[4, 4], sd2=[2, 2], n=[20, 30], r=[0.5, 0.5])
    shared = effect_sizes("MC", mean1=[5, 6], sd1=[2, 3], mean2=[4, 4], sd2=[2, 2], n=[20, 30], r=0.5)
    np.testing.assert_array_equal(each.vi, shared.vi)
    assert effect_sizes("COR", r=0.3, n=50).k == 1


def test_a_study_may_have_several_rows():
    found = effect_sizes("COR", studies=["A", "A"], r=[0.2, 0.3], n=[40, 40])
    assert found.studies == ("A", "A")


@pytest.mark.parametrize(
    ("measure", "columns", "says"),
    [
        (
            "RR",
            {"events1": [4, 130], "n1": [123, 123], "events2": [1, 1], "n2": [9, 9]},
            "Study 2, events1: 130 events",
        ),
        ("RR", {**TABLE, "events1": [4, -1]}, r"Study 2, events1: -1\. Counts are 0 or more"),
        ("RR", {**TABLE, "n2": [139, 0]}, r"Study 2, n2: 0\. A group needs at least one person"),
        ("RR", {**TABLE, "n2": [139, np.inf]}, r"Study 2, n2: inf\. It is a finite number"),
        ("MD", {**MEANS, "sd1": [2, -1]}, r"Study 2, sd1: -1\. A spread is 0 or more"),
        ("COR", {"r": [0.2, 1.2], "n": [20, 20]}, r"Study 2, r: 1\.2\. A correlation lies between -1 and 1"),
        ("IR", {"events": [1, 2], "time": [3, 0]}, r"Study 2, time: 0\. Person-time is above 0"),
        ("ABT", {"alpha": [0.8, 1.1], "items": [5, 5], "n": [30, 30]}, r"Study 2, alpha: 1\.1"),
        (
            "ABT",
            {"alpha": [0.8, 0.9], "items": [5, 1], "n": [30, 30]},
            r"Study 2, items: 1\. A scale has at least two",
        ),
        ("R2", {"r2": [0.8, -0.1], "n": [30, 30]}, r"Study 2, r2: -0\.1\. R squared lies between 0 and 1"),
    ],
)
def test_an_impossible_number_names_study_and_column(measure, columns, says):
    with pytest.raises(DataError, match=says):
        effect_sizes(measure, **columns)


@pytest.mark.parametrize(
    ("measure", "options", "says"),
    [
        ("XX", TABLE, "Measure 'XX' is not known"),
        ("RR", {**TABLE, "event1": [1, 2]}, r"RR takes no column 'event1'.*Did you mean 'events1'"),
        ("RR", {"events1": [1], "n1": [2]}, r"RR needs events1, events2, n1, n2; events2, n2 are not given"),
        ("RR", {**TABLE, "zero_cells": "all"}, "zero_cells is 'all'; give a rule as ZeroCells"),
        ("MD", {**MEANS, "zero_cells": NO_CORRECTION}, "MD has no cells to which"),
        ("MD", {**MEANS, "correct_estimate": False}, "MD has no cells to which"),
        ("MD", {**MEANS, "level": 0.9}, "level 0.9 is that of given intervals"),
        ("HR", {"estimate": [1], "se": [1], "vtype": "LS"}, "is taken as it is; leave the options out"),
        ("MD", {**MEANS, "vtype": "UB"}, r"MD: vtype 'UB' is not known; known are LS, HO"),
        ("OR", {**TABLE, "vtype": "UB"}, "it has one variance alone"),
        ("OR", {**TABLE, "correct": False}, "OR has no correction for bias"),
        ("MD", {**MEANS, "drop_no_events": True}, "MD compares no groups with events"),
        ("RR", {**TABLE, "studies": ["A"]}, "1 studies are named, and the columns have 2 rows"),
        ("RR", {**TABLE, "n1": [123]}, "n1 has shape"),
        ("RR", {**TABLE, "n1": ["many", 2]}, "n1: every value must be a number"),
        ("HR", TABLE, "HR takes no column 'events1'"),
        (
            "HR",
            {},
            "HR takes estimate, ci_low, ci_high; or estimate, se; or o_minus_e, variance; found no column",
        ),
    ],
)
def test_what_cannot_be_followed_is_told(measure, options, says):
    with pytest.raises(DataError, match=says):
        effect_sizes(measure, **options)


def test_studies_with_no_events_or_events_in_everyone_may_be_left_out():
    columns = {"events1": [0, 5, 1], "n1": [10, 5, 10], "events2": [0, 6, 2], "n2": [12, 6, 10]}
    kept = effect_sizes("RR", **columns)
    assert kept.defined.all()
    found = effect_sizes("RR", drop_no_events=True, **columns)
    assert found.undefined == (("Study 1", NO_EVENTS), ("Study 2", ALL_EVENTS))
    assert found.corrected.tolist() == [False, False, False]
    rates = effect_sizes(
        "IRR", drop_no_events=True, events1=[0, 1], time1=[5, 5], events2=[0, 2], time2=[5, 5]
    )
    assert rates.undefined == (("Study 1", NO_EVENTS),)


def test_a_study_left_out_for_having_no_events_does_not_call_for_a_correction_of_all():
    columns = {"events1": [0, 4], "n1": [10, 20], "events2": [0, 6], "n2": [12, 20]}
    found = effect_sizes("OR", zero_cells=ZeroCells("if-any"), drop_no_events=True, **columns)
    assert found.corrected.tolist() == [False, False]
    assert effect_sizes("OR", zero_cells=ZeroCells("if-any"), **columns).corrected.tolist() == [True, True]


def test_the_correction_of_a_proportion_adds_to_events_and_non_events():
    found = effect_sizes("PLO", events=[0, 10, 4], n=[10, 10, 10])
    np.testing.assert_allclose(found.yi, np.log([0.5 / 10.5, 10.5 / 0.5, 4 / 6]))
    assert found.corrected.tolist() == [True, True, False]


def test_the_variance_alone_may_be_corrected():
    # meta 8.4-0, metaprop sm = PRAW on metadat dat.pritz1997, study 5: 10 of 10 gives 1 with seTE 0.0628044799734325.
    found = effect_sizes("PR", events=[10], n=[10], correct_estimate=False)
    assert found.yi[0] == 1
    assert np.sqrt(found.vi[0]) == pytest.approx(0.0628044799734325, rel=1e-13)


NORMAND_1 = {"mean1": [55], "sd1": [47], "n1": [155], "mean2": [75], "sd2": [64], "n2": [156]}


def test_the_standardised_mean_difference_of_review_manager_is_that_of_meta_with_approximate_formulas():
    # meta 8.4-0, metacont sm = SMD, exact.smd = FALSE on metadat dat.normand1999, study 1.
    found = effect_sizes("SMD", vtype="RM", correct="approximate", **NORMAND_1)
    assert found.yi[0] == pytest.approx(-0.355169757748004, rel=1e-13)
    assert found.sei[0] == pytest.approx(0.114312195141539, rel=1e-13)


def test_the_exact_formulas_of_meta_give_the_variance_without_bias():
    # meta 8.4-0, metacont sm = SMD (exact.smd = TRUE by default) on the same study.
    found = effect_sizes("SMD", vtype="UB", **NORMAND_1)
    assert found.yi[0] == pytest.approx(-0.355169640940107, rel=1e-13)
    assert found.sei[0] == pytest.approx(0.114311637170361, rel=1e-13)


def test_hedges_factor_may_be_the_approximate_one_of_review_manager():
    study = {"mean1": [5], "sd1": [2], "n1": [10], "mean2": [4], "sd2": [2], "n2": [10]}
    assert effect_sizes("SMD", correct="approximate", **study).yi[0] == pytest.approx(
        0.5 * (1 - 3 / (4 * 20 - 9))
    )


def test_the_variances_of_meta_of_cohens_d_and_glass_delta_come_out():
    # meta 8.4-0, metacont sm = SMD, method.smd = Cohen and Glass, on the same study.
    d, g = effect_sizes("SMD", correct=False, **NORMAND_1), effect_sizes("SMD", vtype="UB", **NORMAND_1)
    assert d.yi[0] == pytest.approx(-0.356034619171092, rel=1e-13)
    assert g.sei[0] == pytest.approx(0.114311637170361, rel=1e-13)  # meta gives d the variance of Hedges' g
    delta = {name: values for name, values in NORMAND_1.items() if name != "sd1"}
    found = effect_sizes("SMD1", vtype="DF", correct=False, **delta)
    assert found.yi[0] == pytest.approx(-0.3125, rel=1e-13)
    assert found.sei[0] == pytest.approx(0.114790633218798, rel=1e-13)


def test_glass_delta_with_two_people_in_group_2_does_not_exist():
    found = effect_sizes("SMD1", mean1=[5], n1=[10], mean2=[4], sd2=[2], n2=[2])
    assert found.undefined == (
        ("Study 1", "too few people, or a standard deviation of 0: its SMD1 does not exist"),
    )


def test_a_standard_deviation_of_0_leaves_the_mean_difference_and_not_the_standardised_one():
    study = {"mean1": [5], "sd1": [0], "n1": [10], "mean2": [4], "sd2": [0], "n2": [10]}
    assert effect_sizes("MD", **study).vi[0] == 0
    assert np.isnan(effect_sizes("SMD", **study).yi[0])


def test_a_ratio_of_means_of_different_signs_does_not_exist():
    found = effect_sizes("ROM", mean1=[5, -5], sd1=[1, 1], n1=[9, 9], mean2=[-4, -4], sd2=[1, 1], n2=[9, 9])
    assert found.defined.tolist() == [False, True]
    assert found.undefined[0][1].endswith("its ROM does not exist")


def test_a_group_of_one_person_has_no_variance_of_fishers_z():
    found = effect_sizes("ZCOR", r=[0.1, 0.1, 0.1], n=[2, 3, 4])
    assert found.defined.tolist() == [False, False, True]
    assert found.vi[2] == 1


def test_the_arrays_of_effects_cannot_be_changed():
    found = effect_sizes("RR", **TABLE)
    with pytest.raises(ValueError, match="read-only"):
        found.yi[0] = 1


def test_the_columns_given_are_left_as_they_were():
    columns = {name: np.array(values, dtype=float) for name, values in TABLE.items()}
    effect_sizes("RR", **columns)
    for name, values in TABLE.items():
        np.testing.assert_array_equal(columns[name], values)
        columns[name][0] = 1  # still writable


def test_effects_are_told_in_words():
    found = effect_sizes("RR", studies=["A", "B", "C"], zero_cells=ZeroCells(), events1=[4, 0, None], n1=[123, 10, 9],
                         events2=[11, 2, 1], n2=[139, 10, 9])  # fmt: skip
    assert str(found).splitlines() == [
        "risk ratio (RR) with 95% interval; 2 of 3 studies",
        "A: 0.4109 (0.1343 to 1.257)",
        "B: 0.2 (0.0108 to 3.705), zero cell corrected",
        "C: none, events1 missing",
    ]


@pytest.mark.parametrize(
    "measure", ["RR", "PETO", "IRR", "SMD", "ROM", "PLO", "PFT", "ZCOR", "SMCRP", "ABT", "RTET"]
)
def test_many_studies_are_computed_at_once_and_each_as_alone(measure):
    # 10,000 studies; a few of them once more, one by one
    random = np.random.default_rng(20240)
    n = random.integers(20, 200, 10_000).astype(float)
    every = {"events1": random.integers(0, 20, n.size), "n1": n, "events2": random.integers(0, 20, n.size), "n2": n + 5,
             "time1": n / 3, "time2": n / 4, "events": random.integers(0, 20, n.size), "n": n, "mean1": 9 + n / 50,
             "sd1": 1 + n / 99, "mean2": 8 + n / 40, "sd2": 2 + n / 90, "r": np.sin(n) * 0.9, "alpha": np.cos(n) ** 2 / 2,
             "items": 7.0}  # fmt: skip
    columns = {name: every[name] for name in FORMULAS[measure].family.columns if name in every}
    found = effect_sizes(measure, **columns)
    for row in (0, 17, 9_999):
        alone = effect_sizes(
            measure, **{name: np.broadcast_to(column, n.shape)[[row]] for name, column in columns.items()}
        )
        np.testing.assert_allclose(found.yi[row], alone.yi[0], rtol=1e-14)
        np.testing.assert_allclose(found.vi[row], alone.vi[0], rtol=1e-14)
