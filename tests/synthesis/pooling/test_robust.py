import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.multilevel import multilevel, nested
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.robust import independent_fit, robust
from support.dependent_effects import cases, disagreements, fitted

ROBUST = cases("robust_metafor.json", "robust.json")  # metafor 5.1-12; CR2 by clubSandwich


def fit_of(case, columns):
    if case["fn"] == "rma.mv":
        return fitted(case, columns)
    yi, vi = np.array(columns["yi"]), np.array(columns["vi"])
    w = 1 / vi  # tau2 by DerSimonian and Laird
    Q = np.sum(w * (yi - np.sum(w * yi) / np.sum(w)) ** 2)
    tau2 = (Q - len(yi) + 1) / (np.sum(w) - np.sum(w**2) / np.sum(w))
    return independent_fit(yi, vi + tau2)


@pytest.mark.parametrize(("case", "columns"), ROBUST)
def test_robust_inference_equals_metafor_and_club_sandwich(case, columns):
    found = robust(fit_of(case, columns), columns["study"], kind=case["then"][0]["type"])
    got = {
        "b": found.b,
        "se": found.se,
        "tval": found.t,
        "pval": found.p,
        "dfs": found.df if found.kind == "CR2" else found.df[0],
        "ci_lb": found.ci_low,
        "ci_ub": found.ci_high,
        "vcov": found.vcov,
        "QM": found.F,
        "QMp": found.F_p,
        "n_clusters": found.n_clusters,
    }
    assert set(got) == set(case["expect"])
    assert disagreements(case, got) == {}


def example(seed=0, n=8, k=25):
    rng = np.random.default_rng(seed)
    cluster = np.concatenate((np.arange(n), rng.integers(0, n, k - n)))
    vi = rng.uniform(0.05, 0.3, k)
    yi = rng.normal(0.2, np.sqrt(vi)) + rng.normal(0, 0.3, n)[cluster]
    X = np.column_stack((np.ones(k), rng.normal(size=k), rng.normal(size=k)))
    return yi, vi, X, cluster


def written_out(linear, cluster):
    """CR2 from whole matrices (Pustejovsky & Tipton 2018): vcov, Satterthwaite df, and F with its df (HTZ)."""
    X, T = linear.X, linear.working.matrix()
    W = np.linalg.inv(T) if linear.weights is None else linear.weights.matrix()
    bread = np.linalg.inv(X.T @ W @ X)
    residual = np.eye(len(X)) - X @ bread @ X.T @ W
    parts, vcov = [], np.zeros_like(bread)
    for one in np.unique(cluster):
        rows = np.flatnonzero(cluster == one)
        D = np.linalg.cholesky(T[np.ix_(rows, rows)]).T
        B = D @ residual[rows] @ T @ residual[rows].T @ D.T
        values, vectors = np.linalg.eigh(B)
        A = D.T @ (vectors / np.sqrt(values)) @ vectors.T @ D
        adds = bread @ X[rows].T @ W[np.ix_(rows, rows)] @ A
        score = adds @ linear.residuals[rows]
        vcov += np.outer(score, score)
        parts.append(residual[rows].T @ adds.T)
    P = np.array([[one.T @ T @ other for other in parts] for one in parts])
    df = [np.trace(P[:, :, s, s]) ** 2 / np.sum(P[:, :, s, s] ** 2) for s in range(len(bread))]
    Omega = sum(P[i, i] for i in range(len(parts)))[1:, 1:]
    values, vectors = np.linalg.eigh(Omega)
    root = (vectors / np.sqrt(values)) @ vectors.T
    P = np.array([[root @ P[i, j][1:, 1:] @ root for j in range(len(parts))] for i in range(len(parts))])
    m = len(Omega)
    total = sum(
        np.sum(P[:, :, s, s] * P[:, :, t, t]) + np.sum(P[:, :, s, t] * P[:, :, t, s])
        for s in range(m)
        for t in range(m)
    )
    eta = m * (m + 1) / total
    Q = linear.b[1:] @ np.linalg.solve(vcov[1:, 1:], linear.b[1:])
    return vcov, df, (eta - m + 1) / (eta * m) * Q, eta - m + 1


@pytest.mark.parametrize("usual_weights", [True, False])
def test_cr2_is_that_of_its_definition_with_usual_and_with_other_weights(usual_weights):
    yi, vi, X, cluster = example()
    W = None if usual_weights else np.linspace(1, 3, len(yi))
    linear = independent_fit(yi, vi + 0.05, X, weights=W)
    found = robust(linear, cluster)
    vcov, df, F, rest = written_out(linear, cluster)
    assert found.vcov == pytest.approx(vcov, rel=1e-9)
    assert found.df == pytest.approx(np.array(df), rel=1e-9)
    assert (found.F, found.F_df[1]) == pytest.approx((F, rest), rel=1e-9)


def test_cr2_of_a_multilevel_model_with_correlated_errors_is_that_of_its_definition():
    yi, vi, X, cluster = example()
    within = np.equal.outer(cluster, cluster)
    V = np.where(within, 0.4, 0) * np.sqrt(np.outer(vi, vi)) + 0.6 * np.diag(vi)
    fit = multilevel(yi, V, X, names=("intercept", "a", "b"), random=[nested(study=cluster)])
    found = robust(fit, cluster)
    vcov, df, F, _ = written_out(fit.linear_fit(), cluster)
    assert found.vcov == pytest.approx(vcov, rel=1e-8)
    assert found.df == pytest.approx(np.array(df), rel=1e-8)
    assert pytest.approx(F, rel=1e-8) == found.F


@given(st.integers(0, 50), st.sampled_from(["CR0", "CR1", "CR2"]))
def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter(seed, kind):
    yi, vi, X, cluster = example(seed)
    order = np.random.default_rng(seed).permutation(len(yi))
    found = robust(independent_fit(yi, vi, X), cluster, kind=kind)
    names = [f"study {one}" for one in cluster[order]]
    mixed = robust(independent_fit(yi[order], vi[order], X[order]), names, kind=kind)
    assert mixed.vcov == pytest.approx(found.vcov, rel=1e-9)
    assert mixed.df == pytest.approx(found.df, rel=1e-9)


def test_cr2_with_a_cluster_for_each_of_equal_effects_is_the_usual_standard_error():
    yi = np.array([0.1, 0.5, 0.2, 0.9, 0.4])
    found = robust(independent_fit(yi, np.full(5, 0.2)), range(5))
    assert found.se[0] == pytest.approx(np.std(yi, ddof=1) / np.sqrt(5))
    assert found.df[0] == pytest.approx(4)


def test_cr1_is_cr0_times_the_small_sample_factor():
    yi, vi, X, cluster = example()
    cr0, cr1 = (robust(independent_fit(yi, vi, X), cluster, kind=kind) for kind in ("CR0", "CR1"))
    assert cr1.vcov == pytest.approx(cr0.vcov * 8 / 5)
    assert cr1.df.tolist() == [5, 5, 5]


def test_a_coefficient_that_one_cluster_fixes_alone_leaves_the_others_defined():
    yi, vi, _, cluster = example()
    X = np.column_stack((np.ones(len(yi)), cluster == 3))  # the second coefficient
    found = robust(independent_fit(yi, vi, X), cluster)
    assert np.all(np.isfinite(found.vcov))
    assert found.se[0] > 0


def test_cr2_refuses_effects_that_covary_across_clusters_and_the_others_take_them():
    yi, vi, _, cluster = example()
    year = np.arange(len(yi)) % 3
    fit = multilevel(yi, vi, random=[nested(study=cluster), nested(year=year)])
    assert fit.sigma2["year"] >= 0
    with pytest.raises(DataError, match="CR2 needs clusters that hold whole sets"):
        robust(fit, cluster)
    assert robust(fit, cluster, kind="CR1").se[0] > 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cluster": [1, 2]}, "cluster has 2 rows; the fit has 25"),
        ({"cluster": [None] * 25}, "Row 1 has no cluster"),
        ({"cluster": [1, 2, 3] * 8 + [1]}, "3 clusters and 3 coefficients"),
        ({"kind": "CR3"}, "'CR3' is not known; known are CR0, CR1, CR2"),
        ({"level": 95}, "Confidence level 95"),
        ({"tested": ["x9"]}, "no coefficient 'x9'"),
        ({"tested": [3]}, "no coefficient 3"),
    ],
)
def test_what_cannot_be_done_is_named(change, says):
    yi, vi, X, cluster = example()
    call = {"fit": independent_fit(yi, vi, X, names=("a", "b", "c")), "cluster": cluster} | change
    with pytest.raises(DataError, match=says):
        robust(**call)


def test_the_summary_has_the_clusters_and_the_degrees_of_freedom():
    yi, vi, X, cluster = example()
    text = str(robust(independent_fit(yi, vi, X, names=("intercept", "a", "b")), cluster))
    assert "(CR2), 8 clusters" in text
    assert "Omnibus test: F(2, " in text


# Effects of two outcomes from each of four studies.
YI, VI = [0.1, 0.3, 0.2, 0.5, 0.7, -0.1, 0.4, 0.2], [0.04, 0.05, 0.03, 0.06, 0.04, 0.02, 0.05, 0.03]
STUDY = list("AABBCCDD")


@pytest.mark.parametrize("method", ["common", "REML", "DL"])
def test_a_pooled_effect_and_a_meta_regression_are_taken_as_the_fits_that_they_are(method):
    pooled = pool(YI, VI, method=method)
    plain = robust(independent_fit(YI, np.array(VI) + pooled.tau2), STUDY)
    found = robust(pooled, STUDY)
    assert (found.names, found.b[0]) == (("intercept",), pytest.approx(pooled.mu))
    assert (found.se[0], found.df[0]) == pytest.approx((plain.se[0], plain.df[0]))
    slopes = meta_regression(YI, VI, {"dose": [1, 2, 3, 4, 5, 6, 7, 9]}, method=method)
    by_study = robust(slopes, STUDY)
    assert by_study.names == ("intercept", "dose")
    assert by_study.b == pytest.approx(slopes.b)


def test_given_weights_are_those_of_the_sandwich():
    weights = np.arange(1.0, 9.0)
    found = robust(pool(YI, VI, weights=weights), STUDY, kind="CR0")
    share = weights / weights.sum()
    residuals = np.array(YI) - share @ YI
    of_studies = [share[at : at + 2] @ residuals[at : at + 2] for at in range(0, 8, 2)]
    assert found.se[0] == pytest.approx(np.sqrt(np.sum(np.square(of_studies))))


def test_a_result_that_is_no_weighted_mean_of_its_effects_is_refused():
    table = TwoByTwo.from_rows([("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 3, 231, 11, 220)])
    with pytest.raises(DataError, match="Mantel-Haenszel is no weighted mean"):
        robust(pool_mantel_haenszel(table, "RR"), list("ABC"))
    with pytest.raises(DataError, match="not a list"):
        robust(YI, STUDY)
