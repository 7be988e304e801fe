import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.synthesis.maximise import Box, best_maximum, hessian, maximise

FREE = Box(np.full(2, -np.inf), np.full(2, np.inf), np.ones(2))


def banana(x):
    """Rosenbrock's function turned over: one maximum, 0 at (1, 1), at the end of a bent ridge."""
    a, b = x
    value = -((1 - a) ** 2) - 100 * (b - a * a) ** 2
    return value, np.array([2 * (1 - a) + 400 * a * (b - a * a), -200 * (b - a * a)])


def bowl(x):
    distance = np.array([2.0, -1.0]) - x
    return -float(distance @ distance), 2 * distance


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_the_top_is_found_from_anywhere(a, b):
    found = maximise(banana, np.array([a, b]), FREE)
    assert found.converged
    assert found.x == pytest.approx([1, 1], abs=1e-5)
    assert found.value == pytest.approx(0, abs=1e-11)


def test_a_bound_in_the_way_is_where_the_maximum_is():
    box = Box(np.array([0.0, 0.0]), np.array([1.5, np.inf]), np.ones(2))
    found = maximise(bowl, np.array([0.3, 3.0]), box)
    assert found.x.tolist() == [1.5, 0.0]
    assert box.held(found.x, found.gradient).all()


def test_a_start_at_a_bound_leaves_it_where_the_slope_leads_inside():
    box = Box(np.array([0.0, -5.0]), np.array([5.0, 5.0]), np.ones(2))
    assert maximise(bowl, np.array([0.0, 5.0]), box).x == pytest.approx([2, -1])


def test_a_parameter_with_equal_bounds_stays():
    box = Box(np.array([0.5, -np.inf]), np.array([0.5, np.inf]), np.ones(2))
    assert maximise(bowl, np.array([9.0, 9.0]), box).x == pytest.approx([0.5, -1])


def test_of_two_maxima_the_higher_one_is_taken():
    def hills(x):
        t = x[0]
        value = np.exp(-((t + 2) ** 2)) + 2 * np.exp(-((t - 2) ** 2))
        slope = -2 * (t + 2) * np.exp(-((t + 2) ** 2)) - 4 * (t - 2) * np.exp(-((t - 2) ** 2))
        return value, np.array([slope])

    box = Box(np.array([-10.0]), np.array([10.0]), np.ones(1))
    assert maximise(hills, np.array([-2.5]), box).x == pytest.approx([-2], abs=1e-3)
    assert best_maximum(hills, [np.array([-2.5]), np.array([1.4])], box).x == pytest.approx([2], abs=1e-3)


def test_impossible_places_are_stepped_back_from():
    def logarithm(x):
        if x[0] <= 0:
            return -np.inf, np.zeros(1)
        return np.log(x[0]) - x[0], np.array([1 / x[0] - 1])

    box = Box(np.array([-np.inf]), np.array([np.inf]), np.ones(1))
    assert maximise(logarithm, np.array([30.0]), box).x == pytest.approx([1])


def test_second_derivatives_are_right_inside_and_at_a_bound():
    box = Box(np.array([0.0, -5.0]), np.array([5.0, 5.0]), np.ones(2))
    free = np.array([True, True])
    for x in (np.array([0.0, 0.5]), np.array([0.7, 0.2])):
        a, b = x
        true = np.array([[-2 + 400 * b - 1200 * a * a, 400 * a], [400 * a, -200.0]])
        found = hessian(banana, x, banana(x)[1], box, free, central=True)
        assert found == pytest.approx(true, rel=1e-5, abs=1e-4)
