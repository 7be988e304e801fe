import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS, se_tau2

GENERATOR = np.random.default_rng(6)
K, TAU2 = 9, np.array([0.3])
YI = GENERATOR.normal(0, 1, K)
VI = GENERATOR.uniform(0.1, 2, K)
X = np.column_stack((np.ones(K), GENERATOR.uniform(1940, 1990, K), GENERATOR.normal(0, 1, K)))


def projection(a, X):
    A = np.diag(a)
    return A - A @ X @ np.linalg.solve(X.T @ A @ X, X.T @ A)


@pytest.mark.parametrize("mask", [None, [True] * 3 + [False] + [True] * 5])
def test_moments_forms_and_slopes_are_those_of_the_matrix_p(mask):
    there = np.ones(K, bool) if mask is None else np.array(mask)
    rows = DesignRows.of(YI, VI, X, None if mask is None else there[None, :])
    y, w = YI[there], 1 / (VI[there] + TAU2)
    P, S = projection(w, X[there]), np.diag(1 / w)
    found = rows.moments(TAU2)
    assert found.yPPy[0] == pytest.approx(y @ P @ P @ y)
    assert found.yPPPy[0] == pytest.approx(y @ P @ P @ P @ y)
    assert (found.trP[0], found.trPP[0]) == pytest.approx((np.trace(P), np.trace(P @ P)), rel=1e-8)
    assert (found.trW[0], found.trWW[0]) == pytest.approx((w.sum(), (w**2).sum()))
    yPPy, trP, trW = rows.slopes(np.array([[0.3, 2.0]]))
    assert (yPPy[0, 0], trP[0, 0], trW[0, 0]) == pytest.approx((found.yPPy[0], found.trP[0], found.trW[0]))
    a = np.where(there, np.arange(1.0, K + 1), 0)
    Pa = projection(a[there], X[there])
    Q, trPa, trPV = rows.form(a[None, :])
    assert (Q[0], trPa[0], trPV[0]) == pytest.approx(
        (y @ Pa @ y, np.trace(Pa), np.trace(Pa @ np.diag(VI[there]))), rel=1e-8
    )
    assert rows.form_variance(a[None, :], TAU2)[0] == pytest.approx(2 * np.trace(Pa @ S @ Pa @ S), rel=1e-8)
    assert rows.form_weights(a, 0.3).sum() == pytest.approx(trPV[0] + 0.3 * trPa[0])


def test_coefficients_are_those_of_weighted_least_squares():
    b, vcov, squares = DesignRows.of(YI, VI, X).coefficients(TAU2)
    W = np.diag(1 / (VI + TAU2))
    want = np.linalg.solve(X.T @ W @ X, X.T @ W @ YI)
    assert b[0] == pytest.approx(want, rel=1e-6)  # the normal equations of years lose digits, ours do not
    assert vcov[0] == pytest.approx(np.linalg.inv(X.T @ W @ X), rel=1e-6)
    assert squares[0] == pytest.approx(YI @ projection(np.diag(W), X) @ YI)


def test_the_restricted_likelihood_does_not_depend_on_the_units_of_the_moderators():
    plain = DesignRows.of(YI, VI, X).log_likelihood(TAU2, restricted=True)
    other = DesignRows.of(YI, VI, X @ np.diag([1, 0.01, 7])).log_likelihood(TAU2, restricted=True)
    assert other == pytest.approx(plain, rel=1e-10)


@given(st.sampled_from([*TAU2_METHODS]), st.integers(0, 1000))
def test_a_column_of_ones_is_a_meta_analysis_without_moderators(method, seed):
    generator = np.random.default_rng(seed)
    yi, vi = generator.normal(0, 1, (3, 6)), generator.uniform(0.05, 1, (3, 6))
    plain, ones = Rows.of(yi, vi), DesignRows.of(yi, vi, np.ones((6, 1)))
    tau2, same = (TAU2_METHODS[method].estimate(rows) for rows in (plain, ones))
    assert same == pytest.approx(tau2, rel=1e-9, abs=1e-12)
    found = [se_tau2(rows, TAU2_METHODS[method], tau2) for rows in (plain, ones)]
    assert found[1] == pytest.approx(found[0], rel=1e-9)
    for restricted in (True, False):
        ll = [rows.log_likelihood(tau2, restricted=restricted) for rows in (plain, ones)]
        assert ll[1] == pytest.approx(ll[0], rel=1e-10)


def test_rows_may_have_a_model_matrix_each():
    several = np.stack([X, X[::-1]])
    both = DesignRows.of(YI, VI, several)
    tau2 = TAU2_METHODS["REML"].estimate(both)
    for at in range(2):
        alone = DesignRows.of(YI, VI, several[at])
        assert TAU2_METHODS["REML"].estimate(alone)[0] == pytest.approx(tau2[at], rel=1e-10, abs=1e-12)
        assert both.coefficients(tau2)[0][at] == pytest.approx(alone.coefficients(tau2[[at]])[0][0], rel=1e-8)


def test_rows_whose_studies_do_not_determine_the_coefficients_are_known():
    group = np.column_stack((np.ones(4), [0.0, 0, 0, 1]))
    rows = DesignRows.of(np.arange(4.0), np.ones(4), group, ~np.eye(4, dtype=bool))
    assert rows.estimable.tolist() == [True, True, True, False]
