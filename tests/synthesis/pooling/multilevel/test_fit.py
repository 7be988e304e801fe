import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from support.dependent_effects import cases, disagreements, fitted, log_likelihood, marginal_matrix

RMA_MV = cases("multilevel_metafor.json", "mv.json")  # metafor 5.1-12, rma.mv


def outputs(fit):
    return {
        "k": fit.k,
        "p": len(fit.b),
        "b": fit.b,
        "se": fit.se,
        "zval": fit.z,
        "pval": fit.p,
        "ci_lb": fit.ci_low,
        "ci_ub": fit.ci_high,
        "sigma2": list(fit.sigma2.values()),
        "tau2": [] if fit.tau2 is None else fit.tau2,
        "rho": [] if fit.rho is None else fit.rho,
        "QE": fit.Q,
        "QEp": fit.p_Q,
        "QM": fit.QM,
        "QMp": fit.p_QM,
        "AIC": fit.AIC,
    }


@pytest.mark.parametrize(("case", "columns"), RMA_MV)
def test_a_multilevel_model_equals_rma_mv_or_has_a_higher_likelihood(case, columns):
    fit = fitted(case, columns)
    assert fit.converged
    assert fit.ll >= case["expect"]["ll"] - 1e-8
    assert fit.ll == pytest.approx(case["expect"]["ll"], abs=1e-6)
    assert disagreements(case, outputs(fit)) == {}


@pytest.mark.parametrize(("case", "columns"), RMA_MV)
def test_the_log_likelihood_is_that_of_the_whole_matrix(case, columns):
    fit = fitted(case, columns)
    assert fit.ll == pytest.approx(log_likelihood(fit, marginal_matrix(fit)), abs=1e-9)
    assert fit.marginal_covariance().matrix() == pytest.approx(marginal_matrix(fit), abs=1e-14)


def schools(seed=1, k=40, districts=8):
    rng = np.random.default_rng(seed)
    district = np.concatenate((np.arange(districts), rng.integers(0, districts, k - districts)))
    vi = rng.uniform(0.01, 0.1, k)
    yi = 0.2 + rng.normal(0, 0.3, districts)[district] + rng.normal(0, np.sqrt(vi + 0.03))
    return yi, vi, district, np.arange(k)


def three_levels(yi, vi, district, school, **changed):
    return multilevel(yi, vi, random=[nested(district=district, school=school)], **changed)


def test_the_order_of_the_rows_does_not_matter():
    yi, vi, district, school = schools()
    order = np.random.default_rng(2).permutation(len(yi))
    fit = three_levels(yi, vi, district, school)
    mixed = three_levels(yi[order], vi[order], district[order], school[order])
    assert mixed.ll == pytest.approx(fit.ll, abs=1e-10)
    assert mixed.b == pytest.approx(fit.b, rel=1e-6)
    assert list(mixed.sigma2.values()) == pytest.approx(list(fit.sigma2.values()), rel=1e-4)


@given(st.floats(0.01, 100), st.sampled_from(["REML", "ML"]))
def test_other_units_change_all_results_by_the_factor(factor, method):
    yi, vi, district, school = schools(k=20, districts=5)
    fit = three_levels(yi, vi, district, school, method=method)
    scaled = three_levels(factor * yi, factor**2 * vi, district, school, method=method)
    assert scaled.b == pytest.approx(factor * fit.b, rel=1e-5)
    assert scaled.se == pytest.approx(factor * fit.se, rel=1e-5)
    assert list(scaled.sigma2.values()) == pytest.approx(
        [factor**2 * one for one in fit.sigma2.values()], rel=1e-3, abs=1e-7 * factor**2
    )


def test_a_constant_added_to_all_effects_moves_the_mean_alone():
    yi, vi, district, school = schools()
    fit, moved = three_levels(yi, vi, district, school), three_levels(yi + 1000, vi, district, school)
    assert moved.b - 1000 == pytest.approx(fit.b, abs=1e-8)
    assert moved.ll == pytest.approx(fit.ll, abs=1e-8)


@given(st.integers(0, 200))
def test_no_variance_is_negative_and_the_interval_holds_the_estimate(seed):
    yi, vi, district, school = schools(seed, k=12, districts=4)
    fit = three_levels(yi, vi, district, school)
    assert min(fit.sigma2.values()) >= 0
    assert fit.ci_low[0] < fit.b[0] < fit.ci_high[0]
    assert fit.prediction_interval[0] <= fit.ci_low[0]
    assert fit.prediction_interval[1] >= fit.ci_high[0]


def test_three_levels_with_a_covariance_matrix_of_0_beside_the_variances_are_the_same():
    yi, vi, district, school = schools()
    fit = three_levels(yi, vi, district, school)
    within = district[:, None] == district
    almost = np.diag(vi) + 1e-14 * (within & ~np.eye(len(yi), dtype=bool))
    dense = three_levels(yi, almost, district, school)  # goes through the general code
    assert not dense.V.is_diagonal
    assert dense.ll == pytest.approx(fit.ll, abs=1e-9)
    assert dense.b == pytest.approx(fit.b, rel=1e-6)


def test_compound_symmetry_of_schools_in_districts_is_the_three_level_model():
    # Konstantopoulos 2011: tau2 = sigma2(district) + sigma2(school), rho = sigma2(district) / tau2.
    yi, vi, district, school = schools()
    levels = three_levels(yi, vi, district, school)
    fit = multilevel(yi, vi, random=[structured(school, district, "CS")])
    assert fit.ll == pytest.approx(levels.ll, abs=1e-10)
    between, within = levels.sigma2.values()
    assert fit.tau2 == pytest.approx(between + within, rel=1e-5)
    assert fit.rho == pytest.approx(between / (between + within), rel=1e-5)


def test_an_unstructured_matrix_of_three_outcomes_is_at_least_as_good_as_fewer_parameters():
    rng = np.random.default_rng(5)
    studies, outcomes = 30, 3
    study, outcome = np.repeat(np.arange(studies), outcomes), np.tile(["a", "b", "c"], studies)
    G = np.array([[0.3, 0.15, 0.1], [0.15, 0.2, -0.05], [0.1, -0.05, 0.4]])
    u = rng.multivariate_normal(np.zeros(3), G, studies).ravel()
    vi = rng.uniform(0.01, 0.05, len(u))
    yi = u + rng.normal(0, np.sqrt(vi))
    found = {
        struct: multilevel(yi, vi, random=[structured(outcome, study, struct)])
        for struct in ("UN", "HCS", "DIAG", "CS", "ID")
    }
    assert found["UN"].ll >= found["HCS"].ll >= found["CS"].ll >= found["ID"].ll
    assert found["HCS"].ll >= found["DIAG"].ll >= found["ID"].ll
    assert np.linalg.eigvalsh(found["UN"].structures[0].G)[0] >= 0
    assert found["UN"].structures[0].pairs == (("a", "b"), ("a", "c"), ("b", "c"))
    assert np.shape(found["UN"].rho) == (3,)
    assert found["UN"].components == 6
    assert found["UN"].ll == pytest.approx(
        log_likelihood(found["UN"], marginal_matrix(found["UN"])), abs=1e-9
    )


def test_crossed_random_effects_equal_the_likelihood_of_the_whole_matrix():
    yi, vi, district, school = schools(k=60)
    year = np.random.default_rng(3).integers(0, 6, len(yi))
    fit = multilevel(yi, vi, random=[nested(district=district), nested(year=year), nested(school=school)])
    assert fit.ll == pytest.approx(log_likelihood(fit, marginal_matrix(fit)), abs=1e-9)
    assert set(fit.sigma2) == {"district", "year", "school"}


def test_two_structures_have_two_names():
    rng = np.random.default_rng(8)
    study = np.repeat(np.arange(12), 4)
    outcome, time = np.tile([0, 0, 1, 1], 12), np.tile([1.0, 2.0, 1.0, 2.0], 12)
    vi = rng.uniform(0.02, 0.1, len(study))
    yi = rng.normal(0, 0.4, 12)[study] + rng.normal(0, np.sqrt(vi))
    fit = multilevel(yi, vi, random=[structured(outcome, study, "CS"), structured(time, study, "AR")])
    assert fit.gamma2 == fit.structures[1].tau2
    assert fit.phi == fit.structures[1].rho
    assert fit.ll == pytest.approx(log_likelihood(fit, marginal_matrix(fit)), abs=1e-9)
    with pytest.raises(DataError, match="at most two"):
        multilevel(yi, vi, random=[structured(outcome, study)] * 3)


def test_without_random_effects_it_is_generalised_least_squares():
    V = np.array([[0.1, 0.04, 0], [0.04, 0.2, 0], [0, 0, 0.3]])
    yi = np.array([0.1, 0.5, 0.3])
    fit = multilevel(yi, V)
    W = np.linalg.inv(V)
    assert fit.b[0] == pytest.approx(np.sum(W @ yi) / np.sum(W))
    assert fit.se[0] == pytest.approx(1 / np.sqrt(np.sum(W)))
    assert pytest.approx((yi - fit.b[0]) @ W @ (yi - fit.b[0])) == fit.Q
    assert fit.total_variance == 0


def test_effects_without_spread_have_no_variance_components():
    fit = three_levels(np.full(6, 0.3), np.full(6, 0.1), [1, 1, 2, 2, 3, 3], range(6))
    assert list(fit.sigma2.values()) == [0, 0]
    assert fit.b[0] == pytest.approx(0.3)
    assert fit.Q == pytest.approx(0, abs=1e-12)


def test_i2_of_the_levels_adds_up_to_the_total():
    fit = three_levels(*schools())
    parts = fit.I2
    assert parts["district"] + parts["district/school"] == pytest.approx(parts["total"])
    assert 0 < parts["total"] < 100


def test_i2_of_a_plain_random_effects_model_is_that_from_tau2_and_the_typical_variance():
    yi, vi, _, school = schools()
    fit = multilevel(yi, vi, random=[nested(study=school)])
    w = 1 / vi
    typical = (len(yi) - 1) * np.sum(w) / (np.sum(w) ** 2 - np.sum(w**2))
    tau2 = fit.sigma2["study"]
    assert fit.I2["study"] == pytest.approx(100 * tau2 / (tau2 + typical))


def test_levels_with_variances_of_their_own_have_no_single_i2_or_prediction_interval():
    yi, vi, district, _ = schools()
    half = np.arange(len(yi)) % 2
    fit = multilevel(yi, vi, random=[structured(half, district, "DIAG")])
    assert fit.I2 is None
    assert fit.prediction_interval is None
    assert fit.total_variance is None


def test_weights_add_up_to_100_and_give_the_mean():
    yi, vi, district, school = schools()
    fit = three_levels(yi, vi, district, school)
    assert np.sum(fit.weights) == pytest.approx(100)
    assert fit.weights @ yi / 100 == pytest.approx(fit.b[0])


def test_tests_of_chosen_coefficients_take_names_or_places():
    yi, vi, district, school = schools()
    X = np.column_stack((np.ones(40), np.arange(40), np.arange(40) ** 2))
    names = ("intercept", "dose", "dose squared")
    fit = three_levels(yi, vi, district, school, X=X, names=names)
    assert fit.tested == (1, 2)
    one = three_levels(yi, vi, district, school, X=X, names=names, tested=["dose squared"])
    assert one.QM == pytest.approx(one.z[2] ** 2)
    with pytest.raises(DataError, match="no coefficient 'dosis'"):
        three_levels(yi, vi, district, school, X=X, names=names, tested=["dosis"])


def test_the_summary_names_what_was_estimated():
    text = str(three_levels(*schools()))
    assert "Multilevel model (REML), 40 effects" in text
    assert "sigma2 district/school" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"yi": [0.1, np.nan, 0.3, 0.2]}, r"Effect 2 \(row 2\): effect nan"),
        ({"V": [0.1, 0.2, -0.1, 0.2]}, r"Effect 3 \(row 3\): variance -0.1"),
        ({"V": [0.1, 0.2]}, "Variances have shape"),
        ({"X": np.ones((4, 4))}, "4 effects cannot give 4 coefficients"),
        ({"X": np.ones((4, 2)), "names": ("a", "b")}, "Column b of X follows"),
        ({"X": np.ones((4, 1)), "names": ("a", "b")}, "1 columns and 2 names"),
        ({"X": [[1.0], [np.inf], [1.0], [1.0]]}, "Row 2, x1: inf"),
        ({"random": [nested(study=[1, 1, 1, 1])]}, "All rows have the same study"),
        ({"random": [nested(study=[1, 1, 2])]}, "study has 3 rows"),
        ({"random": [nested(a=[1, 1, 2, 2]), nested(b=["x", "x", "y", "y"])]}, "a and b group the rows"),
        ({"random": [nested(a=[1, 1, 2, 2]), nested(a=[1, 2, 2, 1])]}, "Two random effects are called 'a'"),
        ({"method": "DL"}, "'DL' with test 'z' is not known"),
        ({"level": 95}, "Confidence level 95"),
    ],
)
def test_what_cannot_be_fitted_is_named(change, says):
    call = {"yi": [0.1, 0.2, 0.3, 0.2], "V": [0.1, 0.2, 0.1, 0.2]} | change
    with pytest.raises(DataError, match=says):
        multilevel(**call)
