"""The axis of a forest plot holds the data, is even around no effect, and prints values that can be read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.figures.forest_axis import choose_axis, effect_number, tick_label

RATIOS = st.floats(1e-6, 1e6)


@given(st.lists(RATIOS, min_size=1, max_size=5), st.lists(RATIOS, max_size=5))
def test_every_ratio_is_on_the_axis_and_the_axis_is_even(estimates, limits):
    axis = choose_axis(estimates, limits, log_scale=True, left=100, right=300)
    assert all(axis.holds(value) for value in estimates)
    assert axis.x(1) == pytest.approx(200)
    assert axis.low * axis.high == pytest.approx(1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_every_difference_is_on_the_axis_and_the_axis_is_even(values):
    axis = choose_axis(values, [], log_scale=False, left=0, right=200)
    assert all(axis.low <= value <= axis.high for value in values)
    assert axis.x(0) == pytest.approx(100)
    assert 3 <= len(axis.ticks) <= 7


@pytest.mark.parametrize("nothing", [0.0, 5e-324, -1e-310])
def test_a_difference_next_to_nothing_is_on_the_usual_axis(nothing):
    axis = choose_axis([nothing], [], log_scale=False, left=0, right=200)
    assert (axis.low, axis.high) == (-1, 1)


def test_equal_factors_are_equal_distances():
    axis = choose_axis([0.02, 50], [], log_scale=True, left=0, right=400)
    assert [axis.x(value) for value in (0.01, 0.1, 1, 10, 100)] == pytest.approx([0, 100, 200, 300, 400])


def test_a_value_beyond_the_axis_lies_on_its_end():
    axis = choose_axis([1.5], [0.0, math.inf], log_scale=True, left=0, right=400)
    assert (axis.x(0.0), axis.x(math.inf)) == (0, 400)
    assert not axis.holds(0.0)


def test_wide_intervals_do_not_stretch_the_axis_beyond_100():
    assert choose_axis([5], [1e-5, 1e5], log_scale=True, left=0, right=1).high == 100
    assert choose_axis([150], [], log_scale=True, left=0, right=1).high == 1000


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (6.6124085, "6.61"),
        (0.0, "0.00"),
        (0.0034, "0.0034"),
        (0.00002, "0.000020"),
        (-1e-12, "−1.0e−12"),
        (-0.0, "0.00"),
        (-0.5, "−0.50"),
        (1e7, "1e+07"),
        (math.inf, "∞"),
    ],
)
def test_an_effect_is_printed_with_two_decimals_unless_these_would_hide_it(value, printed):
    assert effect_number(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(0.05, "0.05"), (100, "100"), (-2.5, "−2.5"), (1e-6, "1e−6"), (1e6, "1e6")]
)
def test_a_tick_is_printed_without_idle_zeros(value, printed):
    assert tick_label(value) == printed
