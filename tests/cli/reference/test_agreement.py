import numpy as np
import pytest

from evisynth.cli.reference.agreement import better_likelihood, compared, unexplained


def wrong(got, want, rtol=1e-6, atol=1e-9):
    return compared("b", got, want, rtol=rtol, atol=atol)[1]


def test_a_number_agrees_within_its_tolerances_and_not_beyond():
    assert wrong(1.0000005, 1.0) is None
    assert wrong(1.000002, 1.0).error == pytest.approx(2e-6, rel=1e-3)
    assert wrong(5e-10, 0.0) is None
    assert wrong(5e-9, 0.0) is not None


def test_arrays_agree_element_by_element_and_in_their_length():
    assert wrong(np.array([1.0, 2.0]), [1.0, 2.0]) is None
    assert wrong(np.array([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 2.0], [3.0, 4.0]]) is None
    assert wrong([1.0, 2.5], [1.0, 2.0]).output == "b[2]"
    assert wrong([1.0], [1.0, 2.0]) is not None


def test_na_agrees_with_nothing_but_what_we_do_not_have():
    assert wrong(None, "NA") is None
    assert wrong(float("nan"), "NaN") is None
    assert wrong(0.0, "NA") is not None
    assert wrong(float("nan"), 0.0) is not None


def test_infinity_agrees_with_infinity_of_the_same_sign():
    assert wrong(np.inf, "Inf") is None
    assert wrong(-np.inf, "Inf") is not None
    assert wrong(1e300, "Inf") is not None


def test_text_and_truth_values_are_compared_too():
    assert wrong("left", "left") is None
    assert wrong(["intrcpt", "a"], ["intrcpt", "b"]) is not None
    assert wrong(np.array([True, False]), [True, False]) is None
    assert wrong(False, True) is not None


def test_the_gain_in_likelihood_is_known_where_both_have_one():
    assert better_likelihood(-3.0, {"ll": -3.5}) == pytest.approx(0.5)
    assert better_likelihood(-3.0, {}) is None
    assert better_likelihood(None, {"ll": -3.5}) is None


def test_a_gain_in_likelihood_explains_estimates_that_are_near_and_no_others():
    ours = {"b": 1.0, "se": 0.5, "tau2": 0.2, "se_tau2": np.nan}
    stored = {"se": 0.4, "tau2": 0.9, "se_tau2": "NA", "zval": 7.0}
    # sqrt(2 * 0.005) * 0.5 = 0.05
    assert unexplained(ours.get, stored | {"b": 1.05}, 0.005, rtol=1e-6, atol=0) == []
    assert unexplained(ours.get, stored | {"b": 1.2}, 0.005, rtol=1e-6, atol=0) == ["b"]
    assert unexplained(ours.get, stored | {"b": "NA"}, 0.005, rtol=1e-6, atol=0) == ["b"]
    assert unexplained(ours.get, stored | {"b": [1.0, 1.0]}, 0.005, rtol=1e-6, atol=0) == ["b"]
