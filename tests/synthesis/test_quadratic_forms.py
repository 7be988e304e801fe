import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2

from evisynth.errors import DataError
from evisynth.synthesis import quadratic_forms
from evisynth.synthesis.quadratic_forms import chi_square_mixture_cdf


@pytest.mark.parametrize("k", [1, 2, 5, 12, 50, 400, 3000])
def test_equal_weights_are_chi_square(k):
    for below in (1e-6, 0.001, 0.3, 0.5, 0.975, 1 - 1e-9):
        x = chi2.ppf(below, k)
        assert chi_square_mixture_cdf(3 * x, np.full(k, 3.0)) == pytest.approx(below, abs=2e-13)


@pytest.mark.parametrize("weights", [(3.0, 0.01), (1.0, 0.5)])
@pytest.mark.parametrize("x", [0.01, 0.1, 1, 5])
def test_two_weights_are_a_convolution(weights, x):
    heavy, light = weights

    def density(root):
        return 2 * root * chi2.pdf(root**2, 1) * chi2.cdf((x - heavy * root**2) / light, 1)

    end = np.sqrt(x / heavy)
    exact = quad(density, 0, end, epsabs=1e-12, limit=500, points=[end * 0.999])[0]
    assert chi_square_mixture_cdf(x, weights) == pytest.approx(exact, abs=1e-9)  # of the quadrature


weights = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30)


@given(weights, st.floats(1e-6, 1e6))
def test_a_finer_and_another_contour_give_the_same(weights, x):
    with pytest.MonkeyPatch.context() as patched:
        found = chi_square_mixture_cdf(x, weights)
        patched.setattr(quadratic_forms, "STEP", 0.04)
        assert chi_square_mixture_cdf(x, weights) == pytest.approx(found, abs=1e-12)
        patched.setattr(quadratic_forms, "LEAN", 0.35)
        assert chi_square_mixture_cdf(x, weights) == pytest.approx(found, abs=1e-12)


@given(weights, st.floats(1e-3, 1e3), st.floats(1.01, 3))
def test_it_rises_from_0_to_1_and_has_no_units(weights, x, more):
    found = chi_square_mixture_cdf(x, weights)
    assert 0 <= found <= chi_square_mixture_cdf(more * x, weights) + 1e-12 <= 1 + 1e-12
    assert chi_square_mixture_cdf(1000 * x, 1000 * np.array(weights)) == pytest.approx(found, abs=1e-12)


def test_the_ends_are_0_and_1():
    assert chi_square_mixture_cdf(0, [1.0]) == 0
    assert chi_square_mixture_cdf(-2, [1.0]) == 0
    assert chi_square_mixture_cdf(1e-191, [1.0, 1.0]) == 0
    assert chi_square_mixture_cdf(1e200, [1.0, 1.0]) == pytest.approx(1, abs=1e-13)


def test_weights_are_above_0():
    with pytest.raises(DataError, match="at least one weight, and all above 0"):
        chi_square_mixture_cdf(1.0, [1.0, 0.0])
    with pytest.raises(DataError, match="at least one weight"):
        chi_square_mixture_cdf(1.0, [])
