import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.absolute import (
    absolute_effect,
    given_risk,
    median_comparator_risk,
    number_needed,
    number_needed_single_arm,
    pooled_comparator_risk,
)
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from support.milk import FULL, PARTIAL

TENTH = given_risk(0.1, "a register")


def test_the_milk_review_per_1000_children():
    # 7/90 = 77.8 per 1000; times 6.6124085 (3.5149319 to 12.4394862).
    pooled = pool_mantel_haenszel(FULL)
    found = absolute_effect("RR", pooled.estimate, pooled.estimate_ci, pooled_comparator_risk(FULL))
    assert found.assumed.source == "pooled comparator risk, 7 of 90 people in 5 studies"
    assert found.comparator_per_1000 == pytest.approx(77.8, abs=0.05)
    assert found.intervention_per_1000 == pytest.approx(514.3, abs=0.05)
    assert found.intervention_ci_per_1000 == pytest.approx((273.4, 967.5), abs=0.05)
    assert found.difference_text == "437 more per 1000 (from 196 more to 890 more)"
    assert found.warnings == ()


def test_a_comparator_without_events_gives_a_warning():
    pooled = pool_mantel_haenszel(PARTIAL)
    found = absolute_effect("RR", pooled.estimate, pooled.estimate_ci, pooled_comparator_risk(PARTIAL))
    assert found.difference == 0
    assert "take a risk from outside the studies" in found.warnings[0]


def test_a_risk_ratio_cannot_make_more_than_everyone():
    found = absolute_effect("RR", 3.0, (1.5, 8.0), given_risk(0.4, "a register"))
    assert found.intervention == 1
    assert found.intervention_ci == (pytest.approx(0.6), 1)
    assert [warning.split(" gives")[0] for warning in found.warnings] == ["The estimate", "The upper limit"]
    assert "1200 per 1000, which cannot be; 1000 is shown" in found.warnings[0]


def test_an_odds_ratio_is_turned_into_a_risk():
    # Handbook formula by hand: 0.1 x 2 / (1 - 0.1 + 0.1 x 2) = 0.2 / 1.1.
    found = absolute_effect("OR", 2.0, (1.0, 4.0), TENTH)
    assert found.intervention == pytest.approx(0.2 / 1.1)
    assert found.difference_ci[0] == pytest.approx(0, abs=1e-15)


def test_a_risk_difference_is_added_and_kept_within_bounds():
    found = absolute_effect("RD", -0.05, (-0.2, 0.1), TENTH)
    assert found.intervention == pytest.approx(0.05)
    assert found.intervention_ci == (0, pytest.approx(0.2))
    assert found.difference_text == "50 fewer per 1000 (from 100 fewer to 100 more)"


def test_no_difference_is_printed_as_0():
    assert absolute_effect("RR", 1.0, (0.5, 2.0), TENTH).difference_text == (
        "0 fewer per 1000 (from 50 fewer to 100 more)"
    )


def test_the_median_comparator_risk_is_that_of_the_middle_study():
    assert median_comparator_risk(FULL).risk == 0
    table = TwoByTwo.from_rows([("A", 0, 10, 1, 10), ("B", 0, 10, 3, 10), ("C", 0, 10, 9, 10)])
    assert median_comparator_risk(table).risk == pytest.approx(0.3)
    assert median_comparator_risk(table).source == "median comparator risk of 3 studies"


def test_a_comparator_risk_needs_a_study_or_a_source():
    with pytest.raises(DataError, match="no study to take"):
        pooled_comparator_risk(TwoByTwo.from_rows([]))
    with pytest.raises(DataError, match="needs its source"):
        given_risk(0.1, " ")


@pytest.mark.parametrize("risk", [-0.1, 1.1, 78.0, float("nan")])
def test_an_assumed_risk_is_a_fraction(risk):
    with pytest.raises(DataError, match="from 0 to 1"):
        given_risk(risk, "a register")


@pytest.mark.parametrize(
    ("measure", "estimate", "ci", "says"),
    [
        ("HR", 2.0, (1.0, 3.0), "not from HR"),
        ("RR", 2.0, (2.5, 3.0), "lies outside its interval"),
        ("RR", -0.5, (-1.0, 0.2), "a ratio is above 0"),
        ("OR", 2.0, (1.0, math.inf), "finite"),
    ],
)
def test_an_effect_that_cannot_be_is_refused(measure, estimate, ci, says):
    with pytest.raises(DataError, match=says):
        absolute_effect(measure, estimate, ci, TENTH)


@given(st.floats(0.001, 0.999), st.floats(0.01, 100))
def test_an_odds_ratio_stays_within_bounds_and_gives_itself_back(risk, OR):
    found = absolute_effect("OR", OR, (OR, OR), given_risk(risk, "a register"))
    assert found.warnings == ()
    odds = found.intervention / (1 - found.intervention)
    assert odds / (risk / (1 - risk)) == pytest.approx(OR, rel=1e-6)


def test_one_in_every_11_needed_epinephrine():
    # 10 of 106 children needed intramuscular epinephrine at least once: 106 / 10 = 10.6.
    found = number_needed_single_arm(10, 106)
    assert found.exact == pytest.approx(10.6)
    assert found.number == 11
    assert found.text == "one in every 11"


def test_a_group_in_which_nobody_or_everybody_had_the_event_has_words_of_its_own():
    assert number_needed_single_arm(0, 106).text == "none of 106"
    assert number_needed_single_arm(0, 106).number is None
    assert number_needed_single_arm(9, 9).text == "everyone"
    assert number_needed_single_arm(97, 106).text == "one in every 2"


def test_more_people_with_the_event_than_people_are_refused():
    with pytest.raises(DataError, match="11 people with the event among 10"):
        number_needed_single_arm(11, 10)


def test_an_interval_with_no_effect_in_it_runs_through_infinity():
    # As in Altman 1998, doi:10.1136/bmj.317.7168.1309: the two sides meet at infinity.
    found = number_needed(1 / 20, (-1 / 30, 1 / 12), event_is_good=True)
    assert str(found) == "NNTB 20 (NNTB 12 to infinity to NNTH 30)"


def test_the_estimates_own_side_comes_first():
    found = number_needed(-1 / 20, (-1 / 12, 1 / 30), event_is_good=True)
    assert str(found) == "NNTH 20 (NNTH 12 to infinity to NNTB 30)"


def test_fewer_bad_events_are_a_benefit():
    found = number_needed(-0.1, (-0.2, -0.05), event_is_good=False)
    assert str(found) == "NNTB 10 (NNTB 5 to NNTB 20)"
    assert number_needed(0.1, event_is_good=False).kind == "NNTH"


def test_a_limit_of_exactly_0_is_infinity():
    assert number_needed(0.1, (0.0, 0.2), event_is_good=True).ci_text == "NNTB 5 to infinity"


def test_a_difference_of_0_has_no_number():
    found = number_needed(0.0, (-0.1, 0.1), event_is_good=True)
    assert (found.kind, found.number, found.exact) == ("", None, math.inf)
    assert str(found) == "infinity (NNTB 10 to infinity to NNTH 10)"


def test_rounding_up_does_not_follow_the_noise_of_floats():
    assert 1 / (0.3 - 0.2) > 10
    assert number_needed(0.3 - 0.2, event_is_good=True).number == 10


@pytest.mark.parametrize(("difference", "ci"), [(1.5, None), (float("nan"), None), (0.1, (0.2, 0.3))])
def test_a_difference_that_cannot_be_is_refused(difference, ci):
    with pytest.raises(DataError, match="Risk difference"):
        number_needed(difference, ci, event_is_good=True)


@given(st.floats(-1, 1).filter(lambda difference: abs(difference) > 1e-6))
def test_the_number_needed_is_never_below_the_exact_one(difference):
    found = number_needed(difference, event_is_good=True)
    assert found.exact * (1 - 1e-8) <= found.number < found.exact + 1
