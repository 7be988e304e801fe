from itertools import permutations

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.moderators.fits import fit_designs
from evisynth.synthesis.moderators.regression import meta_regression
from support.random_effects import SHARED, cases, ids

GENERATOR = np.random.default_rng(5)
K = 8
YI, VI = GENERATOR.normal(0, 0.6, K), GENERATOR.uniform(0.02, 0.5, K)
X = np.column_stack((np.ones(K), GENERATOR.uniform(0, 60, K)))


@pytest.mark.parametrize(
    ("method", "test"), [("REML", "z"), ("DL", "HK"), ("PM", "HK-adhoc"), ("common", "t")]
)
def test_leaving_out_by_a_mask_is_regressing_what_is_left(method, test):
    fits = fit_designs(YI, VI, X, tested=[1], present=~np.eye(K, dtype=bool), method=method, test=test)
    assert len(fits) == K
    for at in range(K):
        left = np.arange(K) != at
        one = meta_regression(YI[left], VI[left], {"x": X[left, 1]}, method=method, test=test)
        assert fits.b[at] == pytest.approx(one.b, rel=1e-9)
        assert fits.se[at] == pytest.approx(one.se, rel=1e-9)
        assert fits.z[at] == pytest.approx(one.z, rel=1e-9)
        got = (fits.tau2[at], fits.QE[at], fits.QM[at], fits.vt[at])
        assert got == pytest.approx((one.tau2, one.Q, one.QM, one.vt), rel=1e-9, abs=1e-12)


def test_a_row_that_cannot_be_estimated_is_nan_and_the_others_are_not():
    group = np.column_stack((np.ones(4), [0.0, 0, 0, 1]))
    fits = fit_designs(np.arange(4.0), np.ones(4), group, tested=[1], present=~np.eye(4, dtype=bool))
    assert np.isnan(fits.b[:, 1]).tolist() == [False, False, False, True]
    assert np.isnan(fits.QM).tolist() == [False, False, False, True]


def test_a_matrix_of_its_own_with_equal_columns_is_nan_and_the_others_are_not():
    own = np.stack((X, np.column_stack((np.ones(K), np.ones(K)))))
    fits = fit_designs(YI, VI, own, tested=[1])
    assert np.isnan(fits.b[:, 1]).tolist() == [False, True]
    assert fits.b[0] == pytest.approx(meta_regression(YI, VI, {"x": X[:, 1]}).b, rel=1e-9)


def is_exact_permutation(case):
    return case["fn"] == "rma.uni" and "mods" in case and "permutest" in case["id"]


PERMUTEST = cases("meta_regression_metafor.json", SHARED / "diagnostics.json", wanted=is_exact_permutation)


@pytest.mark.parametrize(("case", "columns"), PERMUTEST, ids=ids(PERMUTEST))
def test_permuting_the_model_matrix_gives_the_exact_permutation_test(case, columns):
    # metafor 5.1-12, permutest(exact = TRUE): all orders of the rows of the model matrix.
    yi, vi = np.array(columns["yi"]), np.array(columns["vi"])
    design = np.column_stack((np.ones(len(yi)), columns[case["mods"].removeprefix("~ ")]))
    orders = np.array(list(permutations(range(len(yi)))))
    fits = fit_designs(yi, vi, design[orders], tested=[1], method=case["args"]["method"])
    observed = fits.z[0]  # the first order is that of the data
    p = np.mean(np.abs(fits.z) >= np.abs(observed) - 1e-8, axis=0)
    assert p == pytest.approx(case["expect"]["pval"], rel=1e-7)
    assert np.mean(fits.QM >= fits.QM[0] - 1e-8) == pytest.approx(case["expect"]["QMp"], rel=1e-7)


def test_fits_print_how_many_and_an_unknown_test_is_refused():
    assert str(fit_designs(YI, VI, X, tested=[1])) == "1 meta-regressions of 2 coefficients, REML, test z"
    with pytest.raises(DataError, match="'knha' is not known in meta-regression"):
        fit_designs(YI, VI, X, tested=[1], test="knha")
