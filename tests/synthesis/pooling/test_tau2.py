import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.tau2 import tau2_dersimonian_laird
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


@given(rows, st.floats(-3, 3))
def test_a_centre_other_than_the_mean_never_lowers_tau2(rows, centre):
    yi, vi = np.array(rows).T
    assert tau2_dersimonian_laird(yi, vi, centre) >= tau2_dersimonian_laird(yi, vi) - 1e-9
