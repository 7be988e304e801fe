import pytest

from evisynth.errors import DataError
from evisynth.synthesis.pooling.inverse_variance import pool_inverse_variance
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.pooling.result import critical_value
from support.milk import FULL


def test_the_95_percent_quantile_is_that_of_the_tables():
    assert critical_value(0.95) == pytest.approx(1.959964, abs=5e-7)  # R 4.2.2, qnorm(0.975)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_a_level_is_a_fraction_between_0_and_1(level):
    with pytest.raises(DataError, match="not between 0 and 1"):
        critical_value(level)


def test_a_wider_level_gives_a_wider_interval_around_the_same_effect():
    narrow = pool_inverse_variance([0.1, 0.4], [0.1, 0.2], level=0.9)
    wide = pool_inverse_variance([0.1, 0.4], [0.1, 0.2], level=0.99)
    assert wide.mu == narrow.mu
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high
    assert wide.study_ci[0, 0] < narrow.study_ci[0, 0]


def test_effects_that_were_pooled_without_a_likelihood_have_no_criteria():
    pooled = pool_mantel_haenszel(FULL)
    assert (pooled.ll, pooled.AIC, pooled.BIC, pooled.AICc, pooled.I2_tau2, pooled.H2_tau2) == (None,) * 6
    assert pooled.prediction_interval() is None
    assert pooled.tau2_interval() is None


def test_random_effects_by_mantel_haenszel_have_a_prediction_interval():
    pooled = pool_random_effects_mh(FULL)
    low, high = pooled.prediction_interval()
    assert low < pooled.ci_low < pooled.ci_high < high
    assert pooled.tau == pytest.approx(pooled.tau2**0.5)
