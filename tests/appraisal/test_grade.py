import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.appraisal.grade import DOWN, LEVELS, QUALIFIERS, UP, Certainty, effect_statement
from evisynth.errors import DataError

LOW = Certainty(
    down={"risk-of-bias": 1, "imprecision": 1},
    reasons={"risk-of-bias": "two of five trials were open", "imprecision": "few events"},
)


def test_randomised_trials_start_high_and_other_evidence_low():
    assert Certainty().level == "high"
    assert Certainty(start="low").level == "low"


def test_two_levels_down_from_high_are_low():
    assert (LOW.level, LOW.symbols, LOW.qualifier) == ("low", "⊕⊕◯◯", "may")
    assert LOW.problems == ()
    assert LOW.warnings == ()


def test_each_step_is_a_footnote_with_its_reason():
    assert LOW.footnotes == ("Risk of bias, −1: two of five trials were open", "Imprecision, −1: few events")


@pytest.mark.parametrize(
    ("level", "symbols"),
    [("high", "⊕⊕⊕⊕"), ("moderate", "⊕⊕⊕◯"), ("low", "⊕⊕◯◯"), ("very low", "⊕◯◯◯")],
)
def test_every_level_has_its_symbols(level, symbols):
    steps = 3 - LEVELS.index(level)
    assert Certainty(down={"risk-of-bias": steps}).symbols == symbols


def test_certainty_does_not_fall_below_very_low_or_rise_above_high():
    assert Certainty(down={"risk-of-bias": 3, "imprecision": 2}).level == "very low"
    assert Certainty(start="low", up={"large-effect": 2, "dose-response": 1}).level == "high"


def test_a_step_without_a_reason_is_a_problem():
    found = Certainty(down={"imprecision": 2}, reasons={"imprecision": " "})
    assert found.problems == ("Imprecision: −2 without a reason; every step needs one.",)


def test_a_reason_without_a_step_is_welcome():
    assert Certainty(reasons={"inconsistency": "I2 is 7%"}).problems == ()


def test_raising_after_lowering_is_a_warning_only():
    found = Certainty(
        start="low",
        down={"imprecision": 1},
        up={"large-effect": 1},
        reasons={"imprecision": "few events", "large-effect": "RR above 2"},
    )
    assert found.level == "low"
    assert "advises against raising it then" in found.warnings[0]
    assert found.problems == ()


def test_raising_from_high_is_a_warning_only():
    found = Certainty(up={"dose-response": 1}, reasons={"dose-response": "steps"})
    assert "meant for observational evidence" in found.warnings[0]


def test_risk_of_bias_may_take_three_levels_and_the_others_two():
    assert [factor.most for factor in DOWN] == [3, 2, 2, 2, 2]
    assert [factor.most for factor in UP] == [2, 1, 1]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"start": "moderate"}, "starts high or low"),
        ({"down": {"imprecision": 3}}, "imprecision: 3 levels; from 0 to 2"),
        ({"down": {"imprecision": -1}}, "-1 levels"),
        ({"down": {"large-effect": 1}}, "down: 'large-effect' is not known"),
        ({"up": {"imprecision": 1}}, "up: 'imprecision' is not known"),
        ({"reasons": {"luck": "bad"}}, "reason for 'luck'"),
    ],
)
def test_what_grade_does_not_know_is_refused(fields, says):
    with pytest.raises(DataError, match=says):
        Certainty(**fields)


def test_what_may_be_said_follows_the_level():
    said = [effect_statement(level, "increases", "tolerance") for level in reversed(LEVELS)]
    assert said == [
        "increases tolerance",
        "probably increases tolerance",
        "may increase tolerance",
        "may increase tolerance, but the evidence is very uncertain",
    ]
    assert effect_statement("low", "little or no difference", "symptoms") == (
        "may make little or no difference to symptoms"
    )


def test_an_effect_without_wording_is_refused():
    with pytest.raises(DataError, match="'cures' has no wording"):
        effect_statement("low", "cures", "allergy")


def test_every_level_has_a_meaning_and_a_qualifier():
    assert set(QUALIFIERS) == set(LEVELS)
    assert all(Certainty(down={"risk-of-bias": steps}).meaning for steps in range(4))


steps = st.fixed_dictionaries({factor.id: st.integers(0, factor.most) for factor in DOWN})


@given(steps)
def test_one_more_step_down_never_raises_the_level(down):
    level = LEVELS.index(Certainty(down=down).level)
    for factor in DOWN:
        if down[factor.id] < factor.most:
            lower = Certainty(down=down | {factor.id: down[factor.id] + 1})
            assert LEVELS.index(lower.level) <= level
