import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import NO_EVENTS, ONLY_ZERO, TwoByTwo
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.profiles import METAFOR, REVMAN5
from support.milk import FULL, PARTIAL, PEANUT, inner_group, tables
from support.reference_cases import case_ids, load, numbers, table_of

RMA_MH = load("mantel_haenszel_metafor.json")  # metafor 5.1-12, rma.mh
METABIN = load("revman5_settings_meta.json")  # meta 8.4-0, metabin with the settings of RevMan 5
METABIN_MH = [pair for pair in METABIN if pair[0]["args"]["method"] == "MH"]
# The seven-digit limits of the milk review were computed with the quantile rounded to 1.959964; ours is exact, and
# moves the eighth digit (PARTIAL's upper limit is 32.0928803, not 32.0928806).
ROUNDED_QUANTILE = 1.959964
DIGITS = 1e-11  # relative; the reference has 15 significant digits


def limits_with_rounded_quantile(pooled):
    half = ROUNDED_QUANTILE * pooled.se
    return math.exp(pooled.mu - half), math.exp(pooled.mu + half)


# RevMan 5 as the review printed it: full serving RR 6.61 (3.51 to 12.44), I2 7%; partial RR 9.34 (2.72 to 32.09),
# I2 0%. The longer digits come from RevMan 5's arithmetic on the rows of support/milk.py.
def test_full_serving_of_the_milk_review_prints_as_published():
    pooled = pool_mantel_haenszel(FULL)
    assert pooled.estimate == pytest.approx(6.6124085, abs=5e-8)
    assert limits_with_rounded_quantile(pooled) == pytest.approx((3.5149319, 12.4394862), abs=5e-8)
    assert pooled.estimate_ci == pytest.approx((3.51, 12.44), abs=5e-3)
    assert pytest.approx(4.3238562, abs=5e-8) == pooled.Q
    assert pooled.df == 4
    assert pytest.approx(7.49, abs=5e-3) == pooled.I2


def test_partial_serving_of_the_milk_review_prints_as_published():
    pooled = pool_mantel_haenszel(PARTIAL)
    assert pooled.estimate == pytest.approx(9.3391003, abs=5e-8)
    assert limits_with_rounded_quantile(pooled) == pytest.approx((2.7176992, 32.0928806), abs=5e-8)
    assert pooled.estimate_ci == pytest.approx((2.72, 32.09), abs=5e-3)
    assert pytest.approx(2.5652397, abs=5e-8) == pooled.Q
    assert pooled.I2 == 0


@pytest.mark.parametrize(("case", "columns"), RMA_MH, ids=case_ids(RMA_MH))
def test_the_metafor_profile_equals_rma_mh(case, columns):
    # "add" cases give the correction to the pooling too: add = c(0.5, 0.5), drop00 = c(TRUE, TRUE).
    profile = replace(METAFOR, pooling_zero_cells=ONLY_ZERO) if "add" in case["args"] else METAFOR
    pooled = pool_mantel_haenszel(table_of(columns), case["args"]["measure"], profile)
    want = case["expect"]
    assert pooled.mu == pytest.approx(want["b"], rel=DIGITS)
    assert pooled.se == pytest.approx(want["se"], rel=DIGITS)
    assert (pooled.ci_low, pooled.ci_high) == pytest.approx((want["ci_lb"], want["ci_ub"]), rel=DIGITS)
    assert pooled.z == pytest.approx(want["zval"], rel=DIGITS)
    assert pooled.p == pytest.approx(want["pval"], rel=DIGITS)
    assert pytest.approx(want["QE"], rel=DIGITS) == pooled.Q
    assert pooled.df == want["k_yi"] - 1
    assert pooled.p_Q == pytest.approx(want["QEp"], rel=DIGITS)
    assert pytest.approx(want["I2"], rel=DIGITS) == pooled.I2


@pytest.mark.parametrize(("case", "columns"), METABIN_MH, ids=case_ids(METABIN_MH))
def test_the_revman5_profile_equals_metabin_with_the_settings_of_revman_5(case, columns):
    table, measure, want = table_of(columns), case["args"]["sm"], case["expect"]
    common, random = pool_mantel_haenszel(table, measure), pool_random_effects_mh(table, measure)
    assert common.k == want["k"]
    assert common.mu == pytest.approx(want["TE_common"], rel=DIGITS)
    assert common.se == pytest.approx(want["seTE_common"], rel=DIGITS)
    assert pytest.approx(want["Q"], rel=DIGITS) == common.Q
    assert common.df == want["df_Q"]
    assert common.p_Q == pytest.approx(want["p_Q"], rel=DIGITS)
    assert pytest.approx(100 * want["I2"], rel=DIGITS) == common.I2  # meta gives a fraction
    assert random.tau2 == pytest.approx(want["tau2"], rel=DIGITS)
    assert random.mu == pytest.approx(want["TE_random"], rel=DIGITS)
    assert random.se == pytest.approx(want["seTE_random"], rel=DIGITS)
    assert (random.ci_low, random.ci_high) == pytest.approx(
        (want["lower_random"], want["upper_random"]), rel=DIGITS
    )
    wi = numbers(want["w_common"])
    np.testing.assert_allclose(common.weights, 100 * wi[wi > 0] / wi.sum(), rtol=DIGITS)


@pytest.mark.parametrize(
    ("case", "columns"),
    [pair for pair in METABIN if pair[0]["args"]["method"] == "Inverse"],
    ids=[case["id"] for case, _ in METABIN if case["args"]["method"] == "Inverse"],
)
def test_inverse_variance_in_the_revman5_profile_equals_metabin(case, columns):
    effects, want = REVMAN5.study_effects(table_of(columns), case["args"]["sm"]), case["expect"]
    common, random = pool_study_effects(effects), pool_study_effects(effects, tau2_method="DL")
    np.testing.assert_allclose(effects.yi, numbers(want["TE"]), rtol=DIGITS, atol=1e-15)
    assert (common.mu, common.se) == pytest.approx((want["TE_common"], want["seTE_common"]), rel=DIGITS)
    assert (random.mu, random.se) == pytest.approx((want["TE_random"], want["seTE_random"]), rel=DIGITS)
    assert (random.tau2, random.Q) == pytest.approx((want["tau2"], want["Q"]), rel=DIGITS)


def test_a_double_zero_study_is_left_out_of_a_risk_ratio_and_named():
    table = TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("B", 3, 20, 5, 20), ("Empty", 0, 9, 0, 9)])
    for profile in (REVMAN5, METAFOR):
        pooled = pool_mantel_haenszel(table, "RR", profile)
        assert pooled.studies == ("A", "B")
        assert pooled.dropped == (("Empty", NO_EVENTS),)
    assert pool_mantel_haenszel(table, "RD").studies == ("A", "B", "Empty")


def test_in_the_metafor_profile_an_all_event_study_counts_without_an_effect_of_its_own():
    table = TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("B", 3, 20, 5, 20), ("Full", 9, 9, 8, 8)])
    pooled = pool_mantel_haenszel(table, "RR", METAFOR)
    assert pooled.k == 3
    assert pooled.df == 1
    assert np.isnan(pooled.yi[2])
    assert pooled.weights[2] > 0


def test_heterogeneity_with_no_degrees_of_freedom_is_none():
    table = TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("Full", 9, 9, 8, 8)])
    pooled = pool_mantel_haenszel(table, "RR", METAFOR)
    assert (pooled.df, pooled.I2, pooled.H2, pooled.p_Q) == (0, None, None, None)


def test_one_study_is_not_pooled():
    for pool in (pool_mantel_haenszel, pool_random_effects_mh):
        with pytest.raises(DataError) as caught:
            pool(PEANUT)
        assert str(caught.value) == (
            "Pooling needs at least two studies; this analysis has one: Varshney 2011. "
            "Report it as a single-study result."
        )


def test_two_studies_of_which_one_has_no_events_are_not_pooled():
    table = TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("Empty", 0, 9, 0, 9)])
    with pytest.raises(DataError, match=r"has one: A\..*Left out: Empty \(no events in either group\)"):
        pool_mantel_haenszel(table)


def test_no_studies_are_not_pooled():
    with pytest.raises(DataError, match="this analysis has none"):
        pool_mantel_haenszel(TwoByTwo.from_rows([]))


def test_without_a_correction_a_ratio_over_nothing_does_not_exist():
    with pytest.raises(DataError, match="ratio does not exist"):
        pool_mantel_haenszel(PARTIAL, "RR", METAFOR)


def test_a_risk_ratio_of_groups_in_which_everyone_had_the_event_has_no_variance():
    table = TwoByTwo.from_rows([("A", 5, 5, 6, 6), ("B", 9, 9, 8, 8)])
    with pytest.raises(DataError, match="variance of the Mantel-Haenszel risk ratio is 0"):
        pool_mantel_haenszel(table, "RR", METAFOR)


def test_a_level_outside_0_to_1_is_refused():
    with pytest.raises(DataError, match="Confidence level 95"):
        pool_mantel_haenszel(FULL, level=95)


def test_a_measure_that_tables_do_not_give_is_refused():
    with pytest.raises(DataError, match="not generic"):
        pool_mantel_haenszel(FULL, "generic")


def test_equal_studies_have_no_heterogeneity():
    table = TwoByTwo.from_rows([(name, 3, 20, 6, 20) for name in "ABC"])
    pooled = pool_mantel_haenszel(table)
    assert pytest.approx(0, abs=1e-12) == pooled.Q
    assert pooled.I2 == 0
    assert pooled.estimate == pytest.approx(0.5)
    assert pooled.weights == pytest.approx([100 / 3] * 3)


MEASURES = st.sampled_from(["RR", "OR", "RD"])


@given(tables(inner_group), MEASURES, st.randoms())
def test_the_order_of_the_studies_does_not_matter(table, measure, random):
    order = list(range(table.k))
    random.shuffle(order)
    for pool in (pool_mantel_haenszel, pool_random_effects_mh):
        one, other = pool(table, measure), pool(table.take(order), measure)
        assert (other.mu, other.se, other.Q) == pytest.approx((one.mu, one.se, one.Q), rel=1e-9, abs=1e-9)
        assert other.weights == pytest.approx(one.weights[order])


@given(tables(inner_group), MEASURES)
def test_swapping_the_groups_flips_the_sign_of_the_pooled_effect(table, measure):
    one, other = pool_mantel_haenszel(table, measure), pool_mantel_haenszel(table.swapped(), measure)
    assert other.mu == pytest.approx(-one.mu, abs=1e-9)
    assert other.se == pytest.approx(one.se, rel=1e-9)


@given(tables(), MEASURES)
def test_any_table_is_pooled_or_refused_in_words(table, measure):
    for profile in (REVMAN5, METAFOR):
        for pool in (pool_mantel_haenszel, pool_random_effects_mh):
            try:
                pooled = pool(table, measure, profile)
            except DataError:
                continue
            assert pooled.se > 0
            assert pooled.ci_low < pooled.mu < pooled.ci_high
            assert pooled.weights.sum() == pytest.approx(100)
            assert pooled.I2 is None or 0 <= pooled.I2 < 100
            assert pooled.tau2 >= 0
