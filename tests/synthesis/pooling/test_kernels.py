import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.synthesis.pooling.kernels import BLOCK, Rows, blocks

GENERATOR = np.random.default_rng(20)
K = 7
YI = GENERATOR.normal(0, 1, K)
VI = GENERATOR.uniform(0.1, 2, K)
TAU2 = 0.3


def projection(a):
    """P_a for the column of ones, by its definition."""
    return np.diag(a) - np.outer(a, a) / a.sum()


@pytest.fixture
def rows():
    return Rows.of(YI, VI)


def test_moments_are_the_quadratic_forms_and_traces_of_the_matrix_p(rows):
    W = np.diag(1 / (VI + TAU2))
    P = projection(1 / (VI + TAU2))
    found = rows.moments(np.array([TAU2]))
    assert found.yPPy[0] == pytest.approx(YI @ P @ P @ YI)
    assert found.yPPPy[0] == pytest.approx(YI @ P @ P @ P @ YI)
    assert (found.trP[0], found.trPP[0]) == pytest.approx((np.trace(P), np.trace(P @ P)))
    assert (found.trW[0], found.trWW[0]) == pytest.approx((np.trace(W), np.trace(W @ W)))


def test_squares_are_the_generalised_q_and_how_fast_it_falls(rows):
    Q, fall = rows.squares(np.array([TAU2]))
    later, _ = rows.squares(np.array([TAU2 + 1e-6]))
    P = projection(1 / (VI + TAU2))
    assert Q[0] == pytest.approx(YI @ P @ YI)
    assert fall[0] == pytest.approx((Q[0] - later[0]) / 1e-6, rel=1e-5)


def test_slopes_at_several_tau2_are_those_of_the_moments(rows):
    places = np.array([[0.0, 0.1, 1.0, 10.0]])
    yPPy, trP, trW = rows.slopes(places)
    for at, tau2 in enumerate(places[0]):
        moments = rows.moments(np.array([tau2]))
        assert (yPPy[0, at], trP[0, at], trW[0, at]) == pytest.approx(
            (moments.yPPy[0], moments.trP[0], moments.trW[0])
        )


def test_a_form_has_its_expectation_and_its_variance(rows):
    a = np.arange(1.0, K + 1)
    P, S = projection(a), np.diag(VI + TAU2)
    Q, trP, trPV = rows.form(a[None, :])
    assert (Q[0], trP[0], trPV[0]) == pytest.approx((YI @ P @ YI, np.trace(P), np.trace(P @ np.diag(VI))))
    assert rows.form_variance(a[None, :], np.array([TAU2]))[0] == pytest.approx(2 * np.trace(P @ S @ P @ S))


def test_the_chi_square_weights_of_a_form_give_its_expectation_and_variance(rows):
    a = np.arange(1.0, K + 1)
    weights = rows.form_weights(a, TAU2)
    assert len(weights) == K - 1
    _, trP, trPV = rows.form(a[None, :])
    assert weights.sum() == pytest.approx(trPV[0] + TAU2 * trP[0])
    assert 2 * np.sum(weights**2) == pytest.approx(rows.form_variance(a[None, :], np.array([TAU2]))[0])


def test_the_likelihood_is_that_of_normal_effects_and_the_restricted_one_of_their_contrasts(rows):
    from scipy.stats import multivariate_normal

    S = np.diag(VI + TAU2)
    mu, _, _ = rows.centre(np.array([TAU2]))
    full = rows.log_likelihood(np.array([TAU2]), restricted=False)
    assert full[0] == pytest.approx(multivariate_normal(np.full(K, mu[0]), S).logpdf(YI))
    contrasts = np.linalg.svd(np.ones((1, K)))[2][1:]  # orthonormal, and orthogonal to the pooled effect
    restricted = rows.log_likelihood(np.array([TAU2]), restricted=True)
    assert restricted[0] == pytest.approx(
        multivariate_normal(np.zeros(K - 1), contrasts @ S @ contrasts.T).logpdf(contrasts @ YI)
    )


@given(st.lists(st.booleans(), min_size=K, max_size=K).filter(lambda mask: sum(mask) >= 2))
def test_an_empty_place_changes_nothing_but_the_rounding(mask):
    present = np.array(mask)
    padded, plain = Rows.of(YI, VI, present[None, :]), Rows.of(YI[present], VI[present])
    tau2 = np.array([TAU2])
    assert padded.k == plain.k
    for ours, theirs in zip(padded.moments(tau2), plain.moments(tau2), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12)
    for restricted in (False, True):
        ours, theirs = (one.log_likelihood(tau2, restricted=restricted) for one in (padded, plain))
        assert ours == pytest.approx(theirs, rel=1e-12)
    ours = padded.form(np.where(present, 1.0, 0.0)[None, :])
    assert [one[0] for one in ours] == pytest.approx(
        [one[0] for one in plain.form(np.ones((1, present.sum())))]
    )


def test_a_missing_value_in_an_empty_place_does_no_harm():
    rows = Rows.of(
        np.array([1.0, np.nan, 2.0]), np.array([1.0, 1.0, np.nan]), np.array([[True, False, False]])
    )
    assert rows.yi.tolist() == [[1, 0, 0]]
    assert rows.vi.tolist() == [[1, np.inf, np.inf]]


def test_ragged_rows_stand_one_after_another():
    rows = Rows.ragged(np.array([1.0, 2, 3, 4, 5]), np.ones(5), np.array([2, 3]))
    assert rows.yi.tolist() == [[1, 2, 0], [3, 4, 5]]
    assert rows.present.tolist() == [[True, True, False], [True, True, True]]
    assert rows.k.tolist() == [2, 3]


def test_blocks_cover_all_rows_once():
    cut = list(blocks(1000, 500))
    assert max(one.stop - one.start for one in cut) == BLOCK // 500
    assert [place for one in cut for place in range(one.start, one.stop)] == list(range(1000))
    assert list(blocks(0, 5)) == []
    assert len(list(blocks(3, 10**9))) == 3
