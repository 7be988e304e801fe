import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.synthesis.pooling import likelihood
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.likelihood import maximise

GENERATOR = np.random.default_rng(4)


def hard_tables(m, k):
    """Effects with heavy tails and variances over several orders of magnitude: many have two maxima."""
    vi = np.exp(GENERATOR.normal(-2, 2.5, (m, k)))
    return Rows.of(GENERATOR.standard_t(2, (m, k)) * np.sqrt(vi), vi)


def slope(rows, tau2, restricted):
    at = rows.moments(tau2)
    return (at.yPPy - (at.trP if restricted else at.trW)) / at.trW


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("k", [2, 3, 20])
def test_the_slope_is_0_at_a_maximum_and_falls_at_0(k, restricted):
    rows = hard_tables(500, k)
    tau2 = maximise(rows, restricted=restricted)
    found = slope(rows, tau2, restricted)
    assert np.abs(found[tau2 > 0]).max() < 1e-13
    assert found[tau2 == 0].max() <= 0


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("k", [3, 20])
def test_of_several_maxima_the_highest_is_found(k, restricted):
    rows = hard_tables(1000, k)
    best = rows.log_likelihood(maximise(rows, restricted=restricted), restricted=restricted)
    for tau2 in [0, *np.geomspace(1e-4, 1e4, 200)]:
        at = rows.log_likelihood(np.full(1000, tau2), restricted=restricted)
        assert np.all(at <= best + 1e-9)


TWO_PRECISE_ONES_AGREE_FAR_FROM_THE_OTHERS = ([6, 6, 0, -2], [0.01, 0.01, 10, 1], 0.0, 16.598)
TWO_AGREE_AND_THE_OTHERS_ARE_TOO_IMPRECISE_TO_MATTER = ([-5, -5, 1, 1], [10, 10, 0.01, 0.01], 4.45, 0.0)


@pytest.mark.parametrize(
    ("yi", "vi", "other", "best"),
    [TWO_PRECISE_ONES_AGREE_FAR_FROM_THE_OTHERS, TWO_AGREE_AND_THE_OTHERS_ARE_TOO_IMPRECISE_TO_MATTER],
)
def test_of_a_maximum_at_0_and_one_above_the_higher_is_taken(yi, vi, other, best):
    rows = Rows.of(np.array(yi, dtype=float), np.array(vi))
    around = np.array([other * 0.8, other, other * 1.2] if other else [0.0, 1e-4])
    heights = [rows.log_likelihood(np.array([tau2]), restricted=True)[0] for tau2 in around]
    assert max(heights) == heights[1 if other else 0]  # the other one is a maximum too
    tau2 = maximise(rows, restricted=True)
    assert tau2[0] == pytest.approx(best, abs=5e-4)
    assert rows.log_likelihood(tau2, restricted=True)[0] > max(heights) + 1


def test_one_study_and_equal_studies_have_a_tau2_of_0():
    rows = Rows.ragged(np.array([0.4, 0.3, 0.3, 0.3]), np.array([0.1, 0.2, 0.3, 0.4]), np.array([1, 3]))
    for restricted in (True, False):
        assert maximise(rows, restricted=restricted).tolist() == [0, 0]


def test_two_studies_have_the_tau2_of_their_difference():
    # With equal variances REML is the sample variance less v: (2^2 / 2) - 0.5.
    assert maximise(Rows.of(np.array([0.0, 2.0]), np.array([0.5, 0.5])), restricted=True)[0] == pytest.approx(
        1.5
    )
    assert maximise(Rows.of(np.array([0.0, 2.0]), np.array([0.5, 0.5])), restricted=False)[
        0
    ] == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(1e-6, 1e6)), min_size=2, max_size=8))
def test_no_data_make_it_fail(rows):
    yi, vi = np.array(rows).T
    for restricted in (True, False):
        tau2 = maximise(Rows.of(yi, vi), restricted=restricted)
        assert np.isfinite(tau2[0])
        assert tau2[0] >= 0


def test_a_row_does_not_depend_on_the_others_nor_on_the_size_of_a_block(monkeypatch):
    rows = hard_tables(50, 10)
    together = maximise(rows, restricted=True)
    alone = [maximise(rows.take([at]), restricted=True)[0] for at in range(50)]
    assert together == pytest.approx(alone, rel=1e-12)
    monkeypatch.setattr("evisynth.synthesis.pooling.kernels.BLOCK", 100)
    assert maximise(rows, restricted=True) == pytest.approx(together, rel=1e-12)


def test_bisection_alone_would_arrive_too(monkeypatch):
    rows = hard_tables(200, 10)
    newton = maximise(rows, restricted=True)
    monkeypatch.setattr(likelihood, "_curvature", lambda at, **_: np.full(len(at.trP), np.nan))
    assert maximise(rows, restricted=True) == pytest.approx(newton, rel=1e-9)
