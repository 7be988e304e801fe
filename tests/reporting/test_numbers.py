"""How numbers are printed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting import numbers


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (5, "5"),
        (2111, "2111"),
        (9999, "9999"),
        (10_000, "10,000"),
        (1_234_567, "1,234,567"),
        (-12_345, "-12,345"),
    ],
)
def test_a_count_has_commas_from_five_figures_on(number, text):
    assert numbers.whole(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "zero"), (5, "five"), (12, "twelve"), (13, "13"), (1.5, "2"), (-1, "-1")]
)
def test_small_counts_are_words(number, text):
    assert numbers.in_words(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(6.614, "6.61"), (0.0, "0.00"), (0.01, "0.01"), (0.0034, "0.0034"), (-0.0034, "-0.0034"), (1e-12, "1e-12"),
     (None, "not estimable"), (math.inf, "not estimable"), (math.nan, "not estimable"), (123.456, "123.46")],
)  # fmt: skip
def test_an_effect_has_two_decimals_and_never_rounds_to_nothing(number, text):
    assert numbers.effect(number) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "P < 0.001"), (0.00099, "P < 0.001"), (0.001, "P = 0.001"), (0.0049, "P = 0.005"), (0.04, "P = 0.04"),
     (1.0, "P = 1.00"), (None, "P not defined"), (math.nan, "P not defined")],
)  # fmt: skip
def test_a_p_value_is_never_0(p, text):
    assert numbers.p_value(p) == text


@given(st.floats(0, 1))
def test_no_p_value_is_printed_as_nothing(p):
    assert numbers.p_value(p) not in {"P = 0.00", "P = 0.000"}


@pytest.mark.parametrize(
    ("number", "text"),
    [(11.0, "11"), (0.0, "0"), (36.7, "36.7"), (1234.5678, "1234.5678"), (0.1 + 0.2, "0.3"), (10 / 3, "3.33333"), (12_000.0, "12,000")],
)  # fmt: skip
def test_an_extracted_value_is_printed_as_people_wrote_it(number, text):
    assert numbers.value(number) == text


@pytest.mark.parametrize(("share", "text"), [(0, "0%"), (1, "100%"), (0.616, "62%"), (0.344, "34%")])
def test_a_share_is_a_whole_percentage(share, text):
    assert numbers.percent(share) == text
