import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.influence import influence

RNG = np.random.default_rng(3)
K = 14
VI = RNG.uniform(0.02, 0.2, K)
YEAR = RNG.integers(-10, 10, K).astype(float)
YI = 0.02 * YEAR + RNG.normal(0, 0.5, K) + RNG.normal(0, np.sqrt(VI))
X = np.column_stack((np.ones(K), YEAR))
PAPER = np.repeat(np.arange(7), 2)
SHARED = ("cook_d", "cov_r", "hat", "dfbs", "b_del")


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_a_multilevel_model_of_one_effect_a_study_has_the_diagnostics_of_the_regression(method):
    # the diagnostics of regressions are those of metafor, see test_metafor
    one = influence(meta_regression(YI, VI, {"year": YEAR}, method=method))
    other = influence(
        multilevel(YI, VI, X, names=("intercept", "year"), random=[nested(study=np.arange(K))], method=method)
    )
    for name in SHARED:
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=2e-5, abs=1e-7), name
    assert other.components["sigma2 study"] == pytest.approx(one.tau2_del, abs=1e-6)
    assert other.Q_del == pytest.approx(one.QE_del)


def test_a_regression_by_clusters_of_one_study_is_that_by_study():
    fit = meta_regression(YI, VI, {"year": YEAR}, test="HK")
    one, other = influence(fit), influence(fit, cluster=np.arange(K))
    for name in SHARED:
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-12), name


def test_leverages_of_clusters_sum_to_the_number_of_coefficients():
    fit = multilevel(YI, VI, X, random=[nested(paper=PAPER, effect=np.arange(K))])
    found = influence(fit, cluster="paper")
    assert found.hat.sum() == pytest.approx(2)
    assert found.k.tolist() == [2] * 7
    assert influence(meta_regression(YI, VI, {"year": YEAR}), cluster=PAPER).hat.sum() == pytest.approx(2)


def test_cooks_distance_is_the_squared_move_of_the_coefficients_in_their_covariance():
    fit = multilevel(YI, VI, X, random=[nested(paper=PAPER)])
    found = influence(fit, cluster="paper")
    moved = fit.b - found.b_del
    assert found.cook_d == pytest.approx(np.einsum("ip,pq,iq->i", moved, np.linalg.inv(fit.vcov), moved))


def test_an_odd_cluster_stands_out():
    odd = np.where(PAPER == 3, 4.0, 0.1 + 0.01 * np.arange(K))
    found = influence(multilevel(odd, VI, random=[nested(paper=PAPER)]), cluster="paper")
    assert found.is_infl.tolist() == [paper == 3 for paper in range(7)]
    marked = [line for line in str(found).splitlines() if line.endswith("*")]
    assert len(marked) == 1
    assert found.columns()["is_infl"] == found.is_infl.tolist()


@given(st.floats(0.01, 100))
def test_units_of_effects_do_not_matter(unit):
    one = influence(meta_regression(YI, VI, {"year": YEAR}, method="DL"), cluster=PAPER)
    other = influence(meta_regression(unit * YI, unit**2 * VI, {"year": YEAR}, method="DL"), cluster=PAPER)
    for name in ("cook_d", "cov_r", "hat", "dfbs"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6, abs=1e-9), name


def test_a_study_without_which_nothing_is_determined_says_why():
    alloc = ["a"] * 13 + ["b"]
    plain = influence(meta_regression(YI, VI, {"alloc": alloc}))
    assert plain.not_fitted == ("Study 14",)
    ((study, reason),) = plain.reasons
    assert (study, reason.split(" says")[0]) == ("Study 14", "alloc=b")
    assert "not fitted without Study 14: alloc=b says nothing" in str(plain)
    last = np.column_stack((np.ones(K), np.arange(K) == 13))
    found = influence(multilevel(YI, VI, last, random=[nested(paper=PAPER)]))
    assert [study for study, _ in found.not_fitted] == ["Effect 14"]
    assert np.isnan(found.cook_d).tolist() == [False] * 13 + [True]
    assert not found.is_infl[13]


def test_where_a_level_is_gone_standard_errors_of_all_data_are_unknown():
    outcome = ["p", "q"] * 6 + ["r", "p"]
    fit = multilevel(YI, VI, random=[structured(outcome, PAPER, "DIAG")])
    found = influence(fit)
    assert np.isnan(found.dfbs[12, 0])
    assert np.isfinite(found.cook_d).all()
    assert np.isnan(found.components["tau2 r"]).tolist() == [at == 12 for at in range(K)]


def test_a_glmm_has_no_leverages():
    fit = pool_glmm("PLO", events=[3, 5, 2, 9, 30], n=[40, 50, 30, 80, 60])
    found = influence(fit)
    assert np.isnan(found.hat).all()
    assert found.is_infl.tolist() == [False, False, False, False, True]
    left = pool_glmm("PLO", events=[3, 5, 2, 9], n=[40, 50, 30, 80])
    assert found.b_del[4, 0] == left.mu
    assert found.dfbs[4, 0] == pytest.approx((fit.mu - left.mu) / left.se)


def test_a_pooled_effect_has_no_clusters():
    with pytest.raises(DataError, match="one a study"):
        influence(pool(YI, VI), cluster=PAPER)
