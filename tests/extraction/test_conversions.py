"""Values that a report does not print but implies."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.extraction.conversions import FORMULAS, derived
from evisynth.extraction.fields import FIELDS


@pytest.mark.parametrize(
    ("name", "values", "result"),
    [
        ("patients = n x percentage", {"n": 20, "percentage": 60}, 12),
        ("patients = n x percentage", {"n": 30, "percentage": 36.7}, 11),
        ("patients = n x percentage", {"n": 30, "percentage": 0}, 0),
        ("patients = randomised - withdrawn", {"randomised": 19, "withdrawn": 3}, 16),
        ("patients = randomised - withdrawn", {"randomised": 9, "withdrawn": 9}, 0),
        ("n = randomised", {"randomised": 28}, 28),
        ("n = randomised - withdrawn", {"randomised": 28, "withdrawn": 0}, 28),
        ("sd = se x sqrt(n)", {"se": 2.5, "n": 16}, 10),
    ],
)
def test_a_formula_gives_what_its_inputs_imply(name, values, result):
    assert derived(name, values) == result


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_without_an_input_says_which(name):
    with pytest.raises(DataError, match=f"needs {' and '.join(FORMULAS[name].inputs)} of the same arm"):
        derived(name, {})


def test_an_unknown_formula_is_told_with_those_there_are():
    with pytest.raises(
        DataError, match=r"There is no formula 'n = guess'\. Known are: patients = n x percentage"
    ):
        derived("n = guess", {})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("patients = n x percentage", {"n": 20, "percentage": 62.5}),
        ("patients = n x percentage", {"n": 0, "percentage": 0}),
        ("patients = randomised - withdrawn", {"randomised": 9, "withdrawn": 10}),
    ],
)
def test_inputs_that_contradict_each_other_are_told(name, values):
    with pytest.raises(DataError, match="check both against the report"):
        derived(name, values)


def test_every_formula_gives_and_takes_known_fields_and_has_a_source():
    for formula in FORMULAS.values():
        assert {formula.gives, *formula.inputs} <= set(FIELDS)
        assert formula.source


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_a_count_comes_back_from_its_percentage_with_one_decimal(of):
    n, count = of
    if n <= 500:  # beyond, one decimal no longer tells neighbouring counts apart
        assert (
            derived("patients = n x percentage", {"n": n, "percentage": round(100 * count / n, 1)}) == count
        )


@given(st.floats(0.001, 1e6), st.integers(1, 10**6))
def test_the_spread_of_people_leads_back_to_the_standard_error(se, n):
    assert derived("sd = se x sqrt(n)", {"se": se, "n": n}) / math.sqrt(n) == pytest.approx(se)
