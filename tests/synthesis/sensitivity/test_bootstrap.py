from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.bootstrap import bootstrap
from support.dividing import run

GENERATOR = np.random.default_rng(5)
K = 12
YI, VI = GENERATOR.gamma(2, 0.4, K), GENERATOR.uniform(0.02, 0.3, K)
X = np.arange(K) % 5


def test_a_mean_has_the_intervals_of_scipy():
    # With equal variances and one effect, pooling is the plain mean. scipy.stats.bootstrap, 100,000 samples each.
    found = bootstrap(pool(YI, np.full(K, 0.1), method="common"), draws=100_000, seed=1)
    for kind, method in (("percentile", "percentile"), ("basic", "basic"), ("BCa", "BCa")):
        theirs = scipy.stats.bootstrap(
            (YI,), np.mean, n_resamples=100_000, method=method, rng=np.random.default_rng(2), vectorized=True
        ).confidence_interval
        assert found.interval("mu", kind) == pytest.approx(tuple(theirs), abs=0.03 * found.se[0]), kind
    assert found.se[0] == pytest.approx(np.std(YI) / np.sqrt(K), rel=0.02)
    assert abs(found.bias[0]) < 4 * found.se[0] / np.sqrt(100_000)


def test_bca_leaves_a_symmetric_linear_statistic_as_it_is():
    yi = np.concatenate((YI, -YI))
    found = bootstrap(pool(yi, np.full(2 * K, 0.1), method="common"), draws=20_000, seed=3)
    assert found.interval("mu", "BCa") == pytest.approx(found.interval("mu"), abs=0.05 * found.se[0])


def test_a_parametric_bootstrap_of_one_effect_has_its_standard_error():
    pooled = pool(YI, VI, method="common", test="z")
    found = bootstrap(pooled, kind="parametric", draws=20_000, seed=1)
    assert found.se[0] == pytest.approx(pooled.se, rel=0.03)
    assert found.interval() == pytest.approx(pooled.ci, abs=0.06 * pooled.se)
    assert found.values("Q").mean() == pytest.approx(K - 1, rel=0.03)  # the model's own Q is chi-square


@pytest.mark.parametrize("how", [{}, {"method": "DL", "test": "HK"}, {"weights": np.arange(1.0, K + 1)}])
def test_each_sample_is_pooled_as_the_whole_was(how):
    found = bootstrap(pool(YI, VI, **how), draws=20, seed=6)
    stream = np.random.SeedSequence(6).spawn(1)[0]
    for row, places in zip(found.samples, np.random.default_rng(stream).integers(0, K, (20, K)), strict=True):
        part = how | {"weights": how["weights"][places]} if "weights" in how else how
        want = pool(YI[places], VI[places], **part)
        assert row == pytest.approx([want.mu, want.tau2, want.I2_tau2, want.Q], rel=1e-8, abs=1e-9)
    assert found.names == ("mu", "tau2", "I2_tau2", "Q")


def test_a_regression_is_fitted_to_each_sample():
    fit = meta_regression(YI, VI, {"x": X}, method="DL")
    found = bootstrap(fit, draws=3000, seed=1)
    assert found.names == ("intercept", "x", "tau2", "I2_tau2", "Q")
    assert found.observed == pytest.approx([*fit.b, fit.tau2, fit.I2_tau2, fit.Q])
    low, high = found.interval("x", "BCa")
    assert low < fit.b[1] < high
    parametric = bootstrap(fit, kind="parametric", draws=3000, seed=1)
    assert parametric.se[1] == pytest.approx(fit.se[1], rel=0.15)


def test_samples_that_do_not_determine_the_model_are_counted_and_do_not_count():
    fit = meta_regression(YI, VI, {"group": ["a"] * (K - 1) + ["b"]}, method="common")
    found = bootstrap(fit, draws=1000, seed=1)
    assert 300 < found.failed < 430  # (11/12)^12 = 0.35 of the samples lack the one study of group b
    assert len(found.values("group=b")) == 1000 - found.failed
    assert "not fitted" in str(found)


@pytest.mark.parametrize("kind", ["parametric", "non-parametric"])
def test_who_does_the_work_changes_nothing(kind):
    for fit in (pool(YI, VI), meta_regression(YI, VI, {"x": X}, method="DL")):
        here, there = (bootstrap(fit, kind=kind, draws=5000, seed=9, run=by) for by in (map, run))
        assert np.array_equal(here.samples, there.samples, equal_nan=True)


def test_more_draws_begin_with_the_same_ones():
    few, many = (bootstrap(pool(YI, VI, method="DL"), draws=draws, seed=1) for draws in (2048, 5000))
    assert np.array_equal(many.samples[:2048], few.samples)


def test_basic_limits_are_the_percentile_limits_reflected():
    found = bootstrap(pool(YI, VI), draws=500, seed=1)
    (low, high), mu = found.interval(), found.observed[0]
    assert found.interval(kind="basic") == pytest.approx((2 * mu - high, 2 * mu - low))
    narrow = found.interval(level=0.5)
    assert low < narrow[0] < narrow[1] < high


def test_what_cannot_be_answered_is_refused():
    pooled = pool(YI, VI)
    with pytest.raises(DataError, match="'jackknife' is not known"):
        bootstrap(pooled, kind="jackknife")
    with pytest.raises(DataError, match="0 draws"):
        bootstrap(pooled, draws=0)
    found = bootstrap(pooled, kind="parametric", draws=50, seed=1)
    with pytest.raises(DataError, match="goes with the non-parametric"):
        found.interval("mu", "BCa")
    with pytest.raises(DataError, match="'bca' is not known"):
        found.interval("mu", "bca")
    with pytest.raises(DataError, match="'tau' was not kept"):
        found.interval("tau")


def test_samples_that_all_lie_on_one_side_have_no_bca_limits():
    found = bootstrap(pool(YI, VI), draws=50, seed=1)
    below = replace(found, samples=np.minimum(found.samples, found.observed - 0.01))
    with pytest.raises(DataError, match="All samples of mu lie on one side"):
        below.interval("mu", "BCa")


def test_it_prints_each_quantity_with_its_limits():
    lines = str(bootstrap(pool(YI, VI), draws=100, seed=4)).splitlines()
    assert lines[0] == "Bootstrap, non-parametric, 100 samples, seed 4; 95% percentile intervals"
    assert [line.split()[0] for line in lines[2:]] == ["mu", "tau2", "I2_tau2", "Q"]
