import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtr

from evisynth.errors import DataError
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.tau2 import (
    TAU2_METHODS,
    WEIGHTED_TAU2_METHODS,
    form_quantile_root,
    generalised_q,
    generalised_q_median,
    se_tau2,
    tau2_dersimonian_laird,
    tau2_method_named,
)
from evisynth.synthesis.quadratic_forms import chi_square_mixture_cdf
from support.reference_cases import load


def test_dersimonian_laird_tau2_on_the_bcg_trials_equals_metan():
    # Stata metan, as recorded in the tests of metafor 5.1-12. Data: Colditz 1994, doi:10.1001/jama.1994.03510330076038.
    columns = next(data for case, data in load("inverse_variance_metafor.json") if case["data"] == "a_bcg_yi")
    tau2 = tau2_dersimonian_laird(columns["yi"], columns["vi"])
    assert tau2 == pytest.approx(0.3088, abs=5e-5)  # half its last digit


def test_one_study_has_no_tau2():
    with pytest.raises(DataError, match="at least two studies"):
        tau2_dersimonian_laird(np.array([0.1]), np.array([0.2]))


def test_a_variance_of_0_is_refused():
    with pytest.raises(DataError, match="Study 2: variance 0 is not positive"):
        tau2_dersimonian_laird(np.array([0.1, 0.2]), np.array([0.2, 0.0]))


def test_equal_studies_have_a_tau2_of_0():
    assert tau2_dersimonian_laird(np.array([0.3, 0.3]), np.array([0.1, 0.2])) == 0


rows = st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-3, 10)), min_size=2, max_size=20)


@given(rows)
def test_tau2_is_never_below_0(rows):
    yi, vi = np.array(rows).T
    assert tau2_dersimonian_laird(yi, vi) >= 0
    for method in TAU2_METHODS.values():
        assert method.estimate(Rows.of(yi, vi))[0] >= 0


@given(rows, st.floats(-3, 3))
def test_a_centre_other_than_the_mean_never_lowers_tau2(rows, centre):
    yi, vi = np.array(rows).T
    assert tau2_dersimonian_laird(yi, vi, centre) >= tau2_dersimonian_laird(yi, vi) - 1e-9


@given(rows)
def test_dersimonian_laird_in_a_table_is_that_of_one_analysis(rows):
    yi, vi = np.array(rows).T
    table = TAU2_METHODS["DL"].estimate(Rows.of(yi, vi))
    assert table[0] == pytest.approx(tau2_dersimonian_laird(yi, vi), rel=1e-9, abs=1e-12)


@given(rows, st.sampled_from(["PM", "EB", "SJIT", "DLIT", "PMM"]))
def test_the_iterated_moment_estimators_solve_their_equation_or_are_0(rows, name):
    yi, vi = np.array(rows).T
    table, df = Rows.of(yi, vi), len(yi) - 1
    tau2 = TAU2_METHODS[name].estimate(table)
    Q = table.squares(tau2)[0][0]
    if tau2[0] > 0:
        assert (chdtr(df, Q) if name == "PMM" else Q) == pytest.approx(0.5 if name == "PMM" else df, rel=1e-9)
    else:
        assert (chdtr(df, Q) <= 0.5) if name == "PMM" else (df >= Q)


def test_with_equal_variances_moment_estimators_and_reml_are_the_sample_variance_less_v():
    yi, vi = np.array([0.0, 1.0, 2.0, 5.0]), np.full(4, 0.5)
    want = np.var(yi, ddof=1) - 0.5
    for name in ("DL", "HE", "PM", "EB", "REML", "SJIT", "DLIT"):
        assert TAU2_METHODS[name].estimate(Rows.of(yi, vi))[0] == pytest.approx(want, rel=1e-12)
    assert TAU2_METHODS["ML"].estimate(Rows.of(yi, vi))[0] == pytest.approx(np.var(yi) - 0.5, rel=1e-12)


def test_a_row_with_one_study_has_a_tau2_of_0_by_every_method():
    table = Rows.ragged(np.array([0.5, 0.1, 0.9]), np.array([0.2, 0.1, 0.1]), np.array([1, 2]))
    for method in TAU2_METHODS.values():
        tau2 = method.estimate(table)
        assert tau2[0] == 0
        assert tau2[1] > 0


def test_the_generalised_q_with_inverse_variances_is_dersimonian_laird_and_with_equal_weights_hedges():
    yi, vi = np.array([0.0, 1.0, 2.0, 5.0]), np.array([0.1, 0.5, 0.3, 0.2])
    table = Rows.of(yi, vi)
    assert generalised_q(table, 1 / table.vi)[0] == pytest.approx(TAU2_METHODS["DL"].estimate(table)[0])
    assert generalised_q(table, np.ones((1, 4)))[0] == pytest.approx(TAU2_METHODS["HE"].estimate(table)[0])


def test_the_median_unbiased_generalised_q_puts_the_observed_one_at_the_median():
    yi, vi = np.array([0.0, 1.0, 2.0, 5.0]), np.array([0.1, 0.5, 0.3, 0.2])
    table, a = Rows.of(yi, vi), np.array([1.0, 2.0, 3.0, 4.0])
    tau2 = generalised_q_median(table, a[None, :])[0]
    Q = table.form(a[None, :]).Q[0]
    assert chi_square_mixture_cdf(Q, table.form_weights(a, tau2)) == pytest.approx(0.5, abs=1e-10)
    assert form_quantile_root(table, a, Q, 0.1) > tau2 > form_quantile_root(table, a, Q, 0.9)
    assert form_quantile_root(table, a, 1e-6, 0.5) == 0


def test_standard_errors_of_reml_come_from_the_information():
    yi, vi = np.array([0.0, 1.0, 2.0, 5.0]), np.full(4, 0.5)
    tau2 = TAU2_METHODS["REML"].estimate(Rows.of(yi, vi))
    found = se_tau2(Rows.of(yi, vi), TAU2_METHODS["REML"], tau2)
    assert found[0] == pytest.approx(np.sqrt(2 / 3) * (tau2[0] + 0.5))  # of a sample variance with 3 df


def test_an_unknown_estimator_is_refused_with_a_hint():
    with pytest.raises(DataError, match=r"'reml' is not known; .* Did you mean 'REML'"):
        tau2_method_named("reml")
    with pytest.raises(DataError, match="called 'common'"):
        tau2_method_named("EE")
    assert tau2_method_named("GENQ") is WEIGHTED_TAU2_METHODS["GENQ"]
