import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.prediction import PREDICTION_METHODS, prediction_interval
from support.random_effects import SHARED, arguments, cases, disagreements, ids

META_TESTS = {"classic": "z", "HK": "HK", "KR": "KR"}
ADHOC = {"se": "HK-adhoc", "ci": "HK-ci", "IQWiG6": "HK-IQWiG6"}
FEWER = {"V": 1, "HTS": 2, "HK": 1, "HK-PR": 2}


def is_prediction(case):
    first = (case.get("then") or [{}])[0]
    return case["fn"] == "rma.uni" and "mods" not in case and first.get("fn") == "predict"


PREDICT = cases(
    "random_effects_metafor.json", SHARED / "confint_predict.json", wanted=is_prediction
)  # 5.1-12


@pytest.mark.parametrize(("case", "columns"), PREDICT, ids=ids(PREDICT))
def test_prediction_intervals_equal_predict(case, columns):
    pooled = pool(columns["yi"], columns["vi"], **arguments(case, columns))
    low, high = pooled.prediction_interval("Riley" if case["then"][0].get("predtype") else "own")
    got = {"pred": pooled.mu, "se": pooled.se, "ci_lb": pooled.ci_low, "ci_ub": pooled.ci_high}
    assert disagreements(got | {"pi_lb": low, "pi_ub": high}, case["expect"], case) == {}


def has_prediction(case):
    return case["fn"] == "metagen" and "lower_predict" in case["expect"]


METAGEN = cases("random_effects_meta.json", SHARED / "meta_pkg.json", wanted=has_prediction)  # meta 8.4-0


@pytest.mark.parametrize(("case", "columns"), METAGEN, ids=ids(METAGEN))
def test_random_effects_and_their_prediction_intervals_equal_metagen(case, columns):
    args, want = case["args"], case["expect"]
    test = ADHOC.get(args.get("adhoc.hakn.ci"), META_TESTS[args.get("method.random.ci", "classic")])
    pooled = pool(columns["yi"], columns["vi"], method=args["method.tau"], test=test)
    # meta stops at tau2 changes of 1e-5; with its tau2 the other numbers have its digits.
    assert pooled.tau2 == pytest.approx(want["tau2"], rel=2e-3, abs=1e-9)
    if args["method.tau"] in ("PM", "REML"):
        pooled = pool(columns["yi"], columns["vi"], method=args["method.tau"], test=test, tau2=want["tau2"])
    method = args.get("method.predict", "V")
    low, high = pooled.prediction_interval(method)
    got = {
        "k": pooled.k,
        "TE_random": pooled.mu,
        "seTE_random": pooled.se,
        "lower_random": pooled.ci_low,
        "upper_random": pooled.ci_high,
        "stat_random": pooled.z,
        "p_random": pooled.p,
        "df_random": np.inf if pooled.ddf is None else pooled.ddf,
        "Q": pooled.Q,
        "df_Q": pooled.df,
        "p_Q": pooled.p_Q,
        "I2": pooled.I2 / 100,
        "lower_I2": pooled.I2_ci[0] / 100,
        "upper_I2": pooled.I2_ci[1] / 100,
        "H": max(1, np.sqrt(pooled.H2)),
        "lower_predict": low,
        "upper_predict": high,
    }
    common = pool(columns["yi"], columns["vi"], method="common")
    got |= {
        "TE_common": common.mu,
        "seTE_common": common.se,
        "lower_common": common.ci_low,
        "upper_common": common.ci_high,
        "z_common": common.z,
        "p_common": common.p,
    }
    assert disagreements(got, {name: want[name] for name in got}, case) == {}
    if method in FEWER:
        assert want["df_predict"] == pooled.k - FEWER[method]


studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=3, max_size=12)


@given(studies, st.sampled_from([*PREDICTION_METHODS]))
def test_a_prediction_interval_contains_the_confidence_interval_of_its_own_method(rows, method):
    yi, vi = np.array(rows).T
    test = {"HK": "HK", "HK-PR": "HK", "KR": "KR", "KR-PR": "KR"}.get(method, "z")
    pooled = pool(yi, vi, test=test)
    found = pooled.prediction_interval(method)
    if found is not None:
        assert found[0] <= pooled.ci_low + 1e-9
        assert pooled.ci_high - 1e-9 <= found[1]


def test_two_studies_have_no_interval_with_k_minus_2_degrees_of_freedom():
    pooled = pool([0.1, 0.9], [0.1, 0.1])
    assert pooled.prediction_interval() is None
    assert pooled.prediction_interval("V") is not None
    assert prediction_interval(0.0, 1.0, 1.0, 0.0) is None


def test_a_common_effect_has_no_prediction_interval():
    assert pool([0.1, 0.9, 0.4], [0.1] * 3, method="common").prediction_interval() is None


def test_without_spread_and_with_the_normal_it_is_the_confidence_interval():
    pooled = pool([0.3, 0.3, 0.3], [0.1] * 3)
    assert pooled.prediction_interval("own") == pytest.approx(pooled.ci)


def test_with_given_weights_the_interval_has_their_standard_error():
    pooled = pool([0.1, 0.9, 0.4], [0.1, 0.3, 0.2], method="DL", weights=[1, 1, 4])
    half = critical_value(0.95, 2) * np.sqrt(pooled.tau2 + pooled.se**2)
    assert pooled.prediction_interval("V") == pytest.approx((pooled.mu - half, pooled.mu + half))
    with pytest.raises(DataError, match="HK is defined for inverse-variance weights"):
        pooled.prediction_interval("HK-PR")


def test_an_unknown_method_and_a_level_that_is_no_fraction_are_refused():
    with pytest.raises(DataError, match="'HKS' is not known; known are own, HTS"):
        pool([0.1, 0.9, 0.4], [0.1] * 3).prediction_interval("HKS")
    with pytest.raises(DataError, match="Level 95 of a prediction interval"):
        prediction_interval(0.0, 1.0, 1.0, None, 95)


def test_every_method_names_who_proposed_it():
    assert all(method.source for method in PREDICTION_METHODS.values())
