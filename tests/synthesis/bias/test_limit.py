import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.bias.limit import limit_meta_analysis
from evisynth.synthesis.bias.pet_peese import pet_peese
from evisynth.synthesis.heterogeneity import cochran_q

YI = np.array([0.42, -0.38, 0.61, 0.95, 0.05, 0.48, 0.33, 1.90])
VI = np.array([0.02, 0.03, 0.06, 0.09, 0.01, 0.05, 0.02, 0.16])


def test_the_adjusted_effect_is_the_generalised_radial_regression_at_no_error():
    got = limit_meta_analysis(YI, VI, method="DL")
    s = np.sqrt(VI + got.tau2)
    X = np.column_stack((np.ones(8), 1 / s))
    alpha, beta = np.linalg.lstsq(X, YI / s, rcond=None)[0]
    tau = np.sqrt(got.tau2)
    assert got.tau2 > 0
    assert (got.alpha, got.beta) == (pytest.approx(alpha, rel=1e-9), pytest.approx(beta, rel=1e-9))
    assert got.mu == pytest.approx(beta + tau * alpha, rel=1e-9)
    at = np.array([tau, 1.0])
    assert got.se == pytest.approx(np.sqrt(at @ np.linalg.inv(X.T @ X) @ at), rel=1e-9)


def test_limits_of_the_studies_average_to_the_adjusted_effect():
    got = limit_meta_analysis(YI, VI)
    assert np.mean(got.yi_limit) == pytest.approx(got.mu, rel=1e-9)  # as residuals of least squares sum to 0


def test_heterogeneity_is_divided():
    got = limit_meta_analysis(YI, VI)
    assert got.Q == pytest.approx(cochran_q(YI, VI))
    assert got.Q_small + got.Q_rest == pytest.approx(got.Q)
    assert 0 < got.p_Q_small < 1
    assert 0 < got.p_Q_rest < 1


def test_without_heterogeneity_the_limit_is_pets():
    calm = 0.3 + 0.5 * np.sqrt(VI) + 0.001 * YI
    got = limit_meta_analysis(calm, VI)
    assert got.tau2 == 0
    assert got.mu == pytest.approx(pet_peese(calm, VI).pet.mu, rel=1e-9)
    assert got.yi_limit == pytest.approx(np.full(8, got.mu))


def test_signs_turn_units_scale_and_order_does_not_matter():
    got = limit_meta_analysis(YI, VI, measure="OR")
    turned = limit_meta_analysis(-10 * YI[::-1], 100 * VI[::-1])
    assert turned.mu == pytest.approx(-10 * got.mu, rel=1e-7)
    assert turned.p == pytest.approx(got.p, rel=1e-7)
    assert "Limit meta-analysis: odds ratio" in str(got)
    assert "Harbord" in got.warnings[-1]


@pytest.mark.parametrize(
    ("yi", "vi", "method", "message"),
    [
        (YI[:2], VI[:2], "DL", "at least 3"),
        (YI, [0.1] * 8, "DL", "the same in all studies"),
        (YI, VI, "common", "random effects"),
    ],
)
def test_what_cannot_be_answered_is_refused(yi, vi, method, message):
    with pytest.raises(DataError, match=message):
        limit_meta_analysis(yi, vi, method=method)
