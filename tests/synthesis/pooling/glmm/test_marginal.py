import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from evisynth.synthesis.pooling.glmm.families import Binomial, Hypergeometric, Poisson
from evisynth.synthesis.pooling.glmm.marginal import integrated, with_hessian

Y, N = np.array([[0.0, 3.0], [7.0, 12.0], [2.0, 0.0]]), np.array([[9.0, 11.0], [7.0, 40.0], [30.0, 25.0]])
TWO_GROUPS = {"binomial": Binomial(Y, N), "Poisson": Poisson(Y, N / 10)}
ONE = Hypergeometric(np.array([0.0, 3.0]), np.array([8.0, 9.0]), np.array([4.0, 7.0]), np.array([6.0, 5.0]))
OFFSETS = np.array([[-0.7, 0.2], [0.4, -1.0], [-2.0, -1.5]])
HALF = np.array([[0.5], [-0.5]])
BOTH = np.array([[1.0, 0.5], [1.0, -0.5]])


def by_quad(family, o, z, s, study):
    def density(u):
        t = (o + z[:, 0] * s * u)[:, :, None] if np.ndim(u) else (o + z[:, 0] * s * u)[..., None]
        return float(np.exp(family.value_and_slope(t)[0][study].sum()) * norm.pdf(u))

    return np.log(quad(density, -10, 10, epsabs=0, epsrel=1e-11, limit=200)[0])


@pytest.mark.parametrize("name", TWO_GROUPS)
@pytest.mark.parametrize("points", [41, 321])
def test_the_quadrature_is_the_integral(name, points):
    family = TWO_GROUPS[name]
    value = integrated(family, OFFSETS, HALF, np.array([1.3]), points).value
    for study in range(3):
        assert value[study] == pytest.approx(by_quad(family, OFFSETS, HALF, 1.3, study), rel=1e-8)


def test_laplace_is_the_rule_with_one_point():
    # Gauss-Hermite with one point, written out: log L = g(m) + log(2 pi c^2) / 2 at the mode m.
    for family in TWO_GROUPS.values():
        laplace = integrated(family, OFFSETS, HALF, np.array([0.8]), 1)
        two = integrated(family, OFFSETS, np.hstack((HALF, HALF)), np.array([0.8, 1e-9]), 1)
        np.testing.assert_allclose(two.value, laplace.value, rtol=1e-10)
        one = np.sum(laplace.gradient[:, :2], axis=1)
        np.testing.assert_allclose(np.sum(two.gradient[:, :2], axis=1), one, rtol=1e-9)


@pytest.mark.parametrize("name", TWO_GROUPS)
@pytest.mark.parametrize(("Z", "points"), [(HALF, 1), (HALF, 2), (HALF, 7), (HALF, 321), (BOTH, 1)])
def test_the_gradient_is_that_of_the_rule(name, Z, points):
    family, s = TWO_GROUPS[name], np.array([1.3, 0.6])[: Z.shape[1]]
    gradient = integrated(family, OFFSETS, Z, s, points).gradient
    check_gradient(family, OFFSETS, Z, s, points, gradient)


@pytest.mark.parametrize("points", [1, 7, 321])
def test_the_gradient_of_the_conditional_likelihood_is_that_of_the_rule(points):
    o, Z, s = np.array([[-0.7], [0.4]]), np.ones((1, 1)), np.array([1.3])
    check_gradient(ONE, o, Z, s, points, integrated(ONE, o, Z, s, points).gradient)


def check_gradient(family, o, Z, s, points, gradient):
    J, h = o.shape[1], 1e-5
    for place in range(J + len(s)):
        ends = []
        for way in (h, -h):
            moved_o, moved_s = o.copy(), s.copy()
            if place < J:
                moved_o[:, place] += way
            else:
                moved_s[place - J] += way
            ends.append(integrated(family, moved_o, Z, moved_s, points).value)
        np.testing.assert_allclose((ends[0] - ends[1]) / (2 * h), gradient[:, place], rtol=2e-6, atol=1e-8)


def test_second_derivatives_are_symmetric_and_exact_without_random_effects():
    family = TWO_GROUPS["binomial"]
    _, hessian = with_hessian(family, OFFSETS, HALF, np.array([1.3]), 7)
    np.testing.assert_array_equal(hessian, hessian.transpose(0, 2, 1))
    _, plain = with_hessian(family, OFFSETS, HALF[:, :0], np.empty(0), 7)
    p = 1 / (1 + np.exp(-OFFSETS))
    np.testing.assert_allclose(np.diagonal(plain, axis1=1, axis2=2), -N * p * (1 - p), rtol=1e-12)
