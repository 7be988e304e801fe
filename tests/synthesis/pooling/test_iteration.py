import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.iteration import R_ITERATION, Iteration, rough_root


def test_the_defaults_of_r_are_those_of_its_help_pages():
    assert (R_ITERATION.threshold, R_ITERATION.start, R_ITERATION.rounds) == (1e-5, "HE", 100)
    assert R_ITERATION.tolerance == 2.0**-13  # .Machine$double.eps^0.25
    assert (R_ITERATION.reach(3), R_ITERATION.reach(30)) == (100, 300)


@pytest.mark.parametrize("name", ["threshold", "tolerance", "search_end", "rounds"])
def test_what_is_not_above_0_is_refused(name):
    with pytest.raises(DataError, match=f"{name}: 0; it must be a number above 0"):
        Iteration(**{name: 0})


@given(st.floats(0.001, 99.9), st.sampled_from([1e-3, 1e-7, 1e-12]), st.floats(0.2, 5))
def test_a_root_is_found_within_the_tolerance(root, tolerance, power):
    def function(x):
        return root**power - x**power

    found = rough_root(function, 0.0, 100.0, tolerance)
    assert abs(found - root) <= tolerance + 1e-12 * root


def test_a_root_at_an_end_or_met_exactly_is_given():
    assert rough_root(lambda x: x, 0.0, 1.0, 1e-8) == pytest.approx(0, abs=1e-8)
    assert rough_root(lambda x: x - 0.5, 0.0, 1.0, 1e-8) == 0.5


def test_a_function_that_is_flat_on_one_side_is_searched_by_halving():
    found = rough_root(lambda x: -1.0 if x > 3 else 1.0, 0.0, 100.0, 1e-9)
    assert found == pytest.approx(3, abs=1e-9)


def test_an_interpolated_step_must_be_shorter_than_half_the_step_before_it():
    # With the rule of Brent's book (half of the step before the last) another place within the tolerance is found.
    from scipy.optimize import brentq

    places = np.linspace(0.01, 5, 40)
    ours = [rough_root(lambda x, at=at: np.exp(-x) - np.exp(-at), 0.0, 100.0, 1e-4) for at in places]
    book = [
        brentq(lambda x, at=at: np.exp(-x) - np.exp(-at), 0.0, 100.0, xtol=1e-4, rtol=1e-15) for at in places
    ]
    assert ours != book
    assert ours == pytest.approx(places, abs=1e-4)
