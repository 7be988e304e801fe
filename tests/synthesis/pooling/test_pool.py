import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from support.random_effects import SHARED, arguments, cases, disagreements, ids


def fits_rma_uni(case):
    return (
        case["fn"] == "rma.uni"
        and case.get("use") == ["yi", "vi"]
        and "b" in case["expect"]
        and "mods" not in case
    )


def outputs(pooled):
    common = pooled.model == "common effect"
    return {
        "k": pooled.k,
        "p": 1,
        "b": pooled.mu,
        "se": pooled.se,
        "zval": pooled.z,
        "pval": pooled.p,
        "ci_lb": pooled.ci_low,
        "ci_ub": pooled.ci_high,
        "ddf": pooled.ddf,
        "tau2": pooled.tau2,
        "se_tau2": pooled.se_tau2,
        "I2": pooled.I2 if common else pooled.I2_tau2,  # for EE and FE metafor's are from Q
        "H2": pooled.H2 if common else pooled.H2_tau2,
        "vt": pooled.vt,
        "QE": pooled.Q,
        "QEp": pooled.p_Q,
        "QE_df": pooled.df,
        "ll": pooled.ll,
    }


RMA_UNI = cases("random_effects_metafor.json", SHARED / "rma_uni.json", wanted=fits_rma_uni)  # metafor 5.1-12


@pytest.mark.parametrize(("case", "columns"), RMA_UNI, ids=ids(RMA_UNI))
def test_pooling_equals_rma_uni(case, columns):
    pooled = pool(columns["yi"], columns["vi"], **arguments(case, columns))
    want = dict(case["expect"])
    if "SJIT" in case["id"] and pooled.tau2 == 0:
        # SJIT goes on towards 0 and stops at 2e-14 or so there; we give the limit itself, see test_tau2_iteration.py.
        assert want.pop("I2") < 1e-8
    assert disagreements(outputs(pooled), want, case) == {}


COLUMNS = {
    "ai": "events1",
    "bi": "nonevents1",
    "ci": "events2",
    "di": "nonevents2",
    "ri": "r",
    "xi": "events",
    "ni": "n",
}


def fits_rma_uni_from_data(case):
    return case["fn"] == "rma.uni" and "measure" in case["args"]


FROM_DATA = cases(
    SHARED / "rma_uni.json", wanted=fits_rma_uni_from_data
)  # metafor 5.1-12, escalc within rma.uni


@pytest.mark.skipif(not FROM_DATA, reason="the reference numbers of all measures are not on this machine")
@pytest.mark.parametrize(("case", "columns"), FROM_DATA, ids=ids(FROM_DATA))
def test_pooling_effects_computed_from_data_equals_rma_uni(case, columns):
    used = {COLUMNS[name]: columns[name] for name in case["use"]}
    effects = effect_sizes(case["args"]["measure"], **used)
    there = effects.defined
    pooled = pool(effects.yi[there], effects.vi[there], **arguments(case, columns))
    assert disagreements(outputs(pooled), case["expect"], case) == {}


BCG = next(columns for case, columns in RMA_UNI if case["data"] == "a_bcg_yi")
studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=12)
tests = st.sampled_from(["z", "t", "HK", "HK-adhoc", "HK-ci", "HK-IQWiG6", "KR"])


@given(studies, st.sampled_from(["common", *TAU2_METHODS]))
def test_the_order_of_the_studies_does_not_matter(rows, method):
    yi, vi = np.array(rows).T
    there, back = pool(yi, vi, method=method), pool(yi[::-1], vi[::-1], method=method)
    assert (back.mu, back.se, back.tau2) == pytest.approx(
        (there.mu, there.se, there.tau2), rel=1e-9, abs=1e-9
    )


@given(studies, st.sampled_from(["common", *TAU2_METHODS]), tests)
def test_exchanging_the_arms_flips_the_sign_and_nothing_else(rows, method, test):
    yi, vi = np.array(rows).T
    test = "z" if test == "KR" and method != "REML" else test
    there, back = pool(yi, vi, method=method, test=test), pool(-yi, vi, method=method, test=test)
    assert (-back.mu, back.se, back.tau2) == pytest.approx(
        (there.mu, there.se, there.tau2), rel=1e-9, abs=1e-12
    )
    assert back.p == pytest.approx(there.p, rel=1e-6, nan_ok=True)


@given(studies, st.sampled_from(["common", *TAU2_METHODS]), st.floats(0.1, 10))
def test_other_units_scale_everything(rows, method, unit):
    yi, vi = np.array(rows).T
    plain, scaled = pool(yi, vi, method=method), pool(unit * yi, unit**2 * vi, method=method)
    assert (scaled.mu, scaled.se) == pytest.approx((unit * plain.mu, unit * plain.se), rel=1e-7, abs=1e-9)
    assert scaled.tau2 == pytest.approx(unit**2 * plain.tau2, rel=1e-6, abs=1e-9)
    assert scaled.I2_tau2 == pytest.approx(plain.I2_tau2, rel=1e-6, abs=1e-6)


@given(studies, st.sampled_from([*TAU2_METHODS]), tests)
def test_limits_contain_the_effect_and_weights_are_percent(rows, method, test):
    yi, vi = np.array(rows).T
    pooled = pool(yi, vi, method=method, test="z" if test == "KR" and method != "REML" else test)
    assert pooled.tau2 >= 0
    assert pooled.ci_low <= pooled.mu <= pooled.ci_high
    assert pooled.weights.sum() == pytest.approx(100)
    assert min(yi) - 1e-9 <= pooled.mu <= max(yi) + 1e-9


@pytest.mark.parametrize("method", ["common", *TAU2_METHODS])
def test_equal_studies_have_that_effect_and_no_spread(method):
    pooled = pool([0.3] * 4, [0.1, 0.2, 0.3, 0.4], method=method)
    assert pooled.mu == pytest.approx(0.3)
    assert (pooled.tau2, pooled.Q, pooled.I2, pooled.I2_tau2) == pytest.approx((0, 0, 0, 0), abs=1e-12)


def test_hartung_knapp_of_equal_studies_has_no_width_and_an_infinite_statistic():
    pooled = pool([0.25] * 4, [0.25] * 4, test="HK")
    assert (pooled.se, pooled.z, pooled.p) == (0, np.inf, 0)
    assert pooled.ci_low == pooled.ci_high == 0.25


def test_equal_weights_give_the_plain_mean():
    pooled = pool([0.0, 1.0, 5.0], [0.1, 0.2, 0.9], method="DL", weights=[2, 2, 2])
    assert pooled.mu == pytest.approx(2)
    assert pooled.se == pytest.approx(np.sqrt((0.1 + 0.2 + 0.9 + 3 * pooled.tau2) / 9))
    assert pooled.method == "given weights, tau2 DL"


def test_a_study_of_weight_0_counts_for_nothing_in_the_effect_and_in_a_generalised_q():
    for method in ("GENQ", "GENQM"):
        without = pool([0.0, 1.0, 2.5], [0.1, 0.2, 0.1], method=method, weights=[1, 2, 3])
        found = pool([0.0, 1.0, 9.0, 2.5], [0.1, 0.2, 0.3, 0.1], method=method, weights=[1, 2, 0, 3])
        assert (found.mu, found.se, found.tau2) == pytest.approx(
            (without.mu, without.se, without.tau2), rel=1e-9
        )
        assert found.weights[2] == 0


def test_inverse_variance_weights_change_nothing_when_given():
    plain = pool(BCG["yi"], BCG["vi"], method="DL")
    given_weights = pool(BCG["yi"], BCG["vi"], method="DL", weights=1 / (np.array(BCG["vi"]) + plain.tau2))
    assert (given_weights.mu, given_weights.se) == pytest.approx((plain.mu, plain.se), rel=1e-12)
    assert given_weights.ll == pytest.approx(plain.ll, rel=1e-12)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"method": "REMl"}, "Did you mean 'REML'"),
        ({"method": "FE"}, "'FE' is not known; known are DL.* is called 'common'"),
        ({"test": "hakn"}, "Test 'hakn' is not known; known are z, t"),
        ({"method": "DL", "test": "KR"}, "Kenward-Roger test is defined for REML, not for DL"),
        ({"method": "GENQ"}, "needs weights"),
        ({"weights": [1, 2]}, "weights of shape"),
        ({"weights": [1, -2, 3]}, "B: weight -2"),
        ({"weights": [0, 2, 0]}, "At least two studies need a weight"),
        ({"weights": [1, 1, 1], "test": "HK"}, "inverse-variance weights"),
        ({"tau2": -1.0}, "tau2 is -1"),
        ({"method": "common", "tau2": 0.1}, "has no tau2"),
        ({"measure": "HR?"}, "Measure 'HR\\?' is not known"),
        ({"level": 95}, "not between 0 and 1"),
    ],
)
def test_what_does_not_go_together_is_refused(how, says):
    with pytest.raises(DataError, match=says):
        pool([0.1, 0.2, 0.4], [0.2, 0.3, 0.1], studies=("A", "B", "C"), **how)


def test_missing_effects_and_one_study_are_refused_by_name():
    with pytest.raises(DataError, match="B: effect nan"):
        pool([0.1, np.nan], [0.1, 0.1], studies=("A", "B"))
    with pytest.raises(DataError, match="one: A"):
        pool([0.1], [0.1], studies=("A",))
    with pytest.raises(DataError, match="B: variance 1e-200 cannot be computed with"):
        pool([0.1, 0.2], [0.1, 1e-200], studies=("A", "B"))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-80, 1e80)), min_size=2, max_size=6))
def test_variances_of_any_size_are_pooled(rows):
    yi, vi = np.array(rows).T
    for method in ("common", *TAU2_METHODS):
        pooled = pool(yi, vi, method=method)
        assert np.isfinite([pooled.mu, pooled.se, pooled.tau2, pooled.Q]).all()


def test_information_criteria_count_the_effect_and_tau2():
    pooled = pool(BCG["yi"], BCG["vi"], method="ML")
    assert pooled.parameters == 2
    assert pooled.AIC == pytest.approx(-2 * pooled.ll + 4)
    assert pooled.BIC == pytest.approx(-2 * pooled.ll + 2 * np.log(13))
    assert pooled.AICc == pytest.approx(-2 * pooled.ll + 4 * 13 / 10)
    assert pool(BCG["yi"], BCG["vi"], tau2=0.1).parameters == 1
    assert pool([0.1, 0.4, 0.2], [0.1, 0.1, 0.1]).AICc is None  # REML with n = 2


def test_a_result_prints_as_a_summary():
    text = str(pool(BCG["yi"], BCG["vi"], measure="RR", test="HK"))
    assert text == (
        "risk ratio 0.4894 (95% interval 0.3301 to 0.7257), p = 0.00192; random effects, inverse variance, tau2 REML, "
        "test HK, k = 13\nQ 152.23 on 12 df, p = 1.997e-26; I2 92.1% (from Q); tau2 0.3132, I2 92.2% (from tau2)"
    )


def test_a_first_fit_loads_no_large_part_of_scipy_that_it_does_not_need():
    code = (
        "import sys\n"
        "from evisynth.synthesis.batch import pool_many\n"
        "from evisynth.synthesis.moderators.regression import meta_regression\n"
        "from evisynth.synthesis.pooling.pool import pool\n"
        "pool([0.1, 0.4, 0.9], [0.1, 0.1, 0.2]).tau2_interval('QP')\n"
        "meta_regression([0.1, 0.4, 0.9], [0.1, 0.1, 0.2], {'x': [1, 2, 4]})\n"
        "print([name for name in ('scipy.optimize', 'scipy.stats', 'scipy.linalg', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
