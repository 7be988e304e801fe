import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, norm

from evisynth.errors import DataError
from evisynth.synthesis.bias.henmi_copas import _Pivot, henmi_copas
from support.dependent_effects import cases, disagreements

# metafor 5.1-12 hc
METAFOR = [
    one
    for one in cases("small_study_metafor.json", "small_study.json")
    if one.values[0]["features"][0] == "hc"
]
YI = np.array([0.42, 0.38, 0.61, 0.75, 0.05, 0.48, 0.33, 0.90])
VI = np.array([0.02, 0.03, 0.06, 0.09, 0.01, 0.05, 0.02, 0.16])


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_the_interval_is_metafors(case, columns):
    got = henmi_copas(columns["yi"], columns["vi"])
    found = {"b": got.mu, "se": got.se, "ci_lb": got.ci[0], "ci_ub": got.ci[1], "tau2": got.tau2}
    assert disagreements(case, found) == {}


@pytest.mark.parametrize("tau2", [0.0, 0.02, 1.0])
@pytest.mark.parametrize("vi", [VI, np.linspace(0.01, 0.4, 400)], ids=["few", "many"])
def test_the_distribution_is_that_of_the_paper_written_out_with_matrices(vi, tau2):
    w, k = 1 / vi, len(vi)
    W1, W2 = np.sum(w), np.sum(w**2)
    A, D = np.diag(w) - np.outer(w, w) / W1, np.diag(vi + tau2)
    VR = 1 + tau2 * W2 / W1
    S, m = D - D @ np.outer(w, w) @ D / (W1 * VR), D @ w / (np.sqrt(W1) * VR)
    AS = A @ S
    means, variances = (np.trace(AS), m @ A @ m), (2 * np.trace(AS @ AS), 4 * m @ AS @ A @ m)

    def density(r, u):
        mean, variance = (one + r**2 * two for one, two in (means, variances))
        q = (k - 1) + (W1 - W2 / W1) * (r**2 / u**2 - 1) * W1 / W2
        return gamma.cdf(q, mean**2 / variance, scale=variance / mean) * norm.pdf(r, scale=np.sqrt(VR))

    for u in (1.5, 2.2):
        want = 2 * quad(density, u, u + 12 * np.sqrt(VR), args=(u,), epsabs=1e-13, epsrel=1e-12, limit=300)[0]
        assert _Pivot(w, tau2).outside(u) == pytest.approx(want, rel=1e-10)


def test_simulated_studies_lie_inside_about_as_often_as_said():
    rng = np.random.default_rng(20)
    inside = []
    for _ in range(600):
        y = rng.normal(0.3, np.sqrt(0.05 + VI))
        low, high = henmi_copas(y, VI).ci
        inside.append(low <= 0.3 <= high)
    assert 0.92 < np.mean(inside) < 0.98


def test_signs_turn_and_units_scale():
    got = henmi_copas(YI, VI)
    assert henmi_copas(-YI, VI).ci == pytest.approx((-got.ci[1], -got.ci[0]), rel=1e-12)
    assert henmi_copas(10 * YI, 100 * VI).ci == pytest.approx((10 * got.ci[0], 10 * got.ci[1]), rel=1e-9)
    assert got.ci[0] < got.mu < got.ci[1]
    assert henmi_copas(YI, VI, level=0.99).u > got.u > henmi_copas(YI, VI, level=0.5).u


def test_equal_studies_and_two_studies_have_an_interval():
    assert henmi_copas([0.3] * 5, [0.1] * 5).tau2 == 0
    two = henmi_copas([0.1, 0.4], [0.1, 0.2], measure="RR")
    assert two.ci[0] < two.mu < two.ci[1]
    assert "risk ratio" in str(two)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(DataError, match="at least 2 studies"):
        henmi_copas([0.1], [0.1])
    with pytest.raises(DataError, match="between 0 and 1"):
        henmi_copas(YI, VI, level=95)
