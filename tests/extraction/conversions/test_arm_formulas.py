"""Values that a report does not print but implies."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.extraction.conversions import (
    FORMULAS,
    derived,
    events_from_percentage,
    mean_from_five_numbers,
    sd_from_five_numbers,
    sd_from_iqr,
    sd_from_quartiles,
    sd_from_range,
    sd_from_se,
    se_from_sd,
)
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
        ("se = sd / sqrt(n)", {"sd": 10, "n": 16}, 2.5),
        ("sd = (q3 - q1) / 1.35", {"q1": 10, "q3": 37}, 20),
    ],
)
def test_a_formula_gives_what_its_inputs_imply(name, values, result):
    assert derived(name, values) == result


# metafor 5.1-12, conv.fivenum, first row of the made data "a_five" of tests/reference/conversions_metafor.json.
FIVE = {"min": 35.07, "q1": 46.02, "median": 50.12, "q3": 56.33, "max": 68.39, "n": 44}


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("mean = luo(min, median, max, n)", 50.4254449186841),
        ("sd = wan(min, max, n)", 7.5940709947969),
        ("mean = luo(q1, median, q3, n)", 50.8678511363636),
        ("sd = wan(q1, q3, n)", 7.90123974663524),
        ("mean = luo(min, q1, median, q3, max, n)", 50.9474023108768),
        ("sd = shi(min, q1, q3, max, n)", 7.7181730529149),
    ],
)
def test_means_and_spreads_of_medians_equal_conv_fivenum(name, result):
    assert derived(name, FIVE) == pytest.approx(result, rel=1e-13)


@pytest.mark.parametrize(
    ("conversion", "arguments"),
    [
        (events_from_percentage, {"n": 20, "percentage": 60}),
        (sd_from_se, {"se": 2.5, "n": 16}),
        (se_from_sd, {"sd": 10, "n": 16}),
        (sd_from_iqr, {"q1": 10, "q3": 37}),
        (sd_from_quartiles, {"q1": 10, "q3": 37, "n": 30}),
        (sd_from_range, {"smallest": 10, "largest": 37, "n": 30}),
        (sd_from_five_numbers, {"n": 30, "smallest": 1, "q1": 2, "q3": 4, "largest": 9}),
        (mean_from_five_numbers, {"n": 30, "median": 3, "smallest": 1, "q1": 2, "q3": 4, "largest": 9}),
        (mean_from_five_numbers, {"n": 30, "median": 3, "q1": 2, "q3": 4}),
        (mean_from_five_numbers, {"n": 30, "median": 3, "smallest": 1, "largest": 9}),
    ],
)
def test_a_conversion_and_the_formula_of_its_name_are_one(conversion, arguments):
    found = conversion(**arguments)
    formula = FORMULAS[found.formula]
    assert formula.source == found.source
    fields = {"smallest": "min", "largest": "max"}
    values = {fields.get(name, name): value for name, value in arguments.items()}
    assert derived(found.formula, values) == found.value
    assert formula.gives in found.values


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
        ("sd = wan(q1, q3, n)", {"q1": 5, "q3": 4, "n": 30}),
        ("mean = luo(q1, median, q3, n)", {"q1": 3, "median": 2, "q3": 4, "n": 30}),
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
