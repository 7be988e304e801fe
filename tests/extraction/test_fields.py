"""What one value and the values of one arm may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.extraction.fields import COUNTS, FIELDS, arm_problems, value_problems


@pytest.mark.parametrize("field", COUNTS)
def test_a_count_is_a_whole_number_from_0_up(field):
    assert value_problems(field, 0) == []
    assert value_problems(field, 11.0) == []
    assert value_problems(field, -1) != []
    assert value_problems(field, 1.5) != []


@pytest.mark.parametrize("field", ["sd", "se", "person_time"])
def test_a_spread_and_a_time_are_not_negative(field):
    assert value_problems(field, 0) == []
    assert "is not negative" in value_problems(field, -0.1)[0]


@pytest.mark.parametrize(("percentage", "sound"), [(0, True), (100, True), (-0.1, False), (100.1, False)])
def test_a_percentage_is_between_0_and_100(percentage, sound):
    assert (value_problems("percentage", percentage) == []) is sound


def test_a_mean_may_be_negative():
    assert value_problems("mean", -3.5) == []


@pytest.mark.parametrize(
    ("numbers", "field", "message"),
    [
        ({"patients_with_event": 12, "n": 11}, "patients_with_event", "12 people with the event among 11"),
        ({"n": 31, "randomised": 30}, "n", "31 people analysed of 30 randomised"),
        ({"withdrawn": 31, "randomised": 30}, "withdrawn", "31 people left of 30 randomised"),
        ({"patients_with_event": 5, "event_count": 4}, "patients_with_event", "but only 4 events in all"),
        ({"q1": 5, "median": 4}, "q1", "the first quartile 5 is above the median 4"),
        ({"min": 5, "max": 4}, "min", "the smallest value 5 is above the largest value 4"),
    ],
)
def test_values_of_one_arm_that_cannot_be_true_together_are_told(numbers, field, message):
    found = arm_problems(numbers)
    assert found[0][0] == field
    assert message in found[0][1]
    assert found[0][1].endswith("Check both against the report.")


def test_equal_numbers_contradict_nothing():
    numbers = dict.fromkeys(FIELDS, 4.0)
    assert arm_problems(numbers) == []


def test_people_with_the_event_may_be_everybody_randomised():
    assert arm_problems({"patients_with_event": 30, "n": 30, "randomised": 30, "event_count": 90}) == []


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3).map(sorted), st.integers(0, 50))
def test_numbers_in_their_order_never_contradict(ordered, more):
    events, n, randomised = ordered
    assert (
        arm_problems(
            {"patients_with_event": events, "n": n, "randomised": randomised, "event_count": events + more}
        )
        == []
    )


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.integers(0, 9).map(float)))
def test_a_contradiction_names_a_value_that_is_there(numbers):
    assert {field for field, _ in arm_problems(numbers)} <= set(numbers)
