import numpy as np
import pytest
from scipy.stats import binom, nchypergeom_fisher, poisson

from evisynth.synthesis.pooling.glmm.families import Binomial, Hypergeometric, Poisson

T = np.array([-3.0, -0.4, 0.0, 1.7])
Y, N = np.array([[0.0, 3.0], [7.0, 12.0]]), np.array([[9.0, 11.0], [7.0, 40.0]])
FAMILIES = {
    "binomial": Binomial(Y, N),
    "Poisson": Poisson(Y, N / 10),
    "hypergeometric": Hypergeometric(
        np.array([0.0, 3.0]), np.array([8.0, 9.0]), np.array([4.0, 7.0]), np.array([6.0, 5.0])
    ),
}


def at_all(family):
    k, J = family.shape
    return np.broadcast_to(T, (k, J, len(T))).copy()


def test_the_binomial_likelihood_is_scipys():
    value, _ = FAMILIES["binomial"].value_and_slope(at_all(FAMILIES["binomial"]))
    np.testing.assert_allclose(
        value, binom.logpmf(Y[..., None], N[..., None], 1 / (1 + np.exp(-T))), rtol=1e-12
    )


def test_the_poisson_likelihood_is_scipys():
    value, _ = FAMILIES["Poisson"].value_and_slope(at_all(FAMILIES["Poisson"]))
    np.testing.assert_allclose(value, poisson.logpmf(Y[..., None], N[..., None] / 10 * np.exp(T)), rtol=1e-12)


def test_the_noncentral_hypergeometric_likelihood_is_scipys():
    value, _ = FAMILIES["hypergeometric"].value_and_slope(at_all(FAMILIES["hypergeometric"]))
    for study, (a, n1, m, n2) in enumerate(((0, 8, 4, 6), (3, 9, 7, 5))):
        want = [nchypergeom_fisher(n1 + n2, n1, m, float(np.exp(t))).logpmf(a) for t in T]
        np.testing.assert_allclose(value[study, 0], want, rtol=1e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_each_derivative_is_the_slope_of_the_one_before(name):
    family, h = FAMILIES[name], 1e-5
    t = at_all(family)
    value, slope = family.value_and_slope(t)
    slopes = family.slopes(t)
    np.testing.assert_allclose(slopes.first, slope, rtol=1e-12, atol=1e-12)
    up, down = family.value_and_slope(t + h), family.value_and_slope(t - h)
    np.testing.assert_allclose((up[0] - down[0]) / (2 * h), slope, rtol=1e-7, atol=1e-7)
    above, below = family.slopes(t + h), family.slopes(t - h)
    np.testing.assert_allclose((above.first - below.first) / (2 * h), slopes.second, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose((above.second - below.second) / (2 * h), slopes.third, rtol=1e-5, atol=1e-6)
    assert value.shape == t.shape


@pytest.mark.parametrize("name", FAMILIES)
def test_no_parameter_has_a_larger_likelihood_than_the_best(name):
    family = FAMILIES[name]
    k, J = family.shape
    t = np.broadcast_to(np.linspace(-40, 40, 4001), (k, J, 4001))
    largest = family.value_and_slope(t)[0].max(axis=2)
    np.testing.assert_array_less(largest, family.best() + 1e-9)
    np.testing.assert_allclose(largest, family.best(), atol=2e-3)


def test_counts_of_millions_lose_no_digits():
    family = Poisson(np.array([[4e7]]), np.array([[1.0]]))
    here = np.log(4e7) + np.array([[[0.0, 1e-6]]])
    value, _ = family.value_and_slope(here)
    assert value[0, 0, 0] - value[0, 0, 1] == pytest.approx(4e7 * 1e-12 / 2, rel=1e-5)
