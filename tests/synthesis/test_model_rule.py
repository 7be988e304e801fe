import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.model_rule import ModelRule, check_rules, choose_model

BY_I2 = ModelRule("by-i2", "I2", 50, "common effect", "random effects")


def statistics(I2=0.0, tau2=0.0, k=5.0, p_Q=0.5):
    return {"I2": I2, "tau2": tau2, "k": k, "p_Q": p_Q}


def test_a_low_i2_chooses_the_common_effect_and_says_so():
    choice = choose_model([BY_I2], "by-i2", statistics(I2=7.489985))
    assert choice.model == "common effect"
    assert choice.steps == ("I2 is 7.49%, below 50%: common effect",)


def test_a_high_i2_chooses_random_effects_and_says_so():
    choice = choose_model([BY_I2], "by-i2", statistics(I2=71.2))
    assert choice.model == "random effects"
    assert choice.steps == ("I2 is 71.20%, not below 50%: random effects",)


def test_an_i2_of_exactly_the_bound_is_not_below_it():
    assert choose_model([BY_I2], "by-i2", statistics(I2=50.0)).model == "random effects"


def test_a_step_has_enough_decimals_to_be_seen_as_true():
    step = choose_model([BY_I2], "by-i2", statistics(I2=49.9996)).steps[0]
    assert step == "I2 is 49.9996%, below 50%: common effect"


def test_a_fixed_model_needs_no_statistics():
    choice = choose_model([], "random effects", {})
    assert choice.model == "random effects"
    assert choice.steps == ("fixed in the protocol: random effects",)


def test_a_rule_may_lead_to_another_rule():
    few = ModelRule("few", "k", 3, "common effect", "by-i2")
    choice = choose_model([few, BY_I2], "few", statistics(I2=60, k=7))
    assert choice.steps == ("k is 7, not below 3: by-i2", "I2 is 60.00%, not below 50%: random effects")


@pytest.mark.parametrize(
    ("statistic", "below", "value", "shown"),
    [("tau2", 0.1, 0.04321, "tau2 is 0.0432, below 0.1"), ("p_Q", 0.1, 0.2, "p_Q is 0.2000, not below 0.1")],
)
def test_a_rule_may_ask_for_another_statistic(statistic, below, value, shown):
    rule = ModelRule("r", statistic, below, "common effect", "random effects")
    assert choose_model([rule], "r", statistics() | {statistic: value}).steps[0].startswith(shown)


def test_a_statistic_that_does_not_exist_is_not_guessed():
    for missing in (None, float("nan")):
        with pytest.raises(DataError, match="'by-i2' asks for I2, which this analysis does not have"):
            choose_model([BY_I2], "by-i2", statistics() | {"I2": missing})


def test_an_unknown_target_is_offered_the_nearest_name():
    rule = ModelRule("r", "I2", 50, "common efect", "random effects")
    assert check_rules([rule]) == [
        "Rule 'r', then: 'common efect' is neither a model nor a rule. Did you mean 'common effect'?"
    ]


def test_an_unknown_start_is_offered_the_nearest_name():
    with pytest.raises(DataError, match="Did you mean 'by-i2'"):
        choose_model([BY_I2], "by-I2", statistics())


def test_a_cycle_is_shown_once_from_its_first_rule():
    rules = [
        ModelRule("a", "I2", 50, "common effect", "b"),
        ModelRule("b", "k", 5, "c", "random effects"),
        ModelRule("c", "k", 5, "a", "random effects"),
    ]
    assert check_rules(rules) == ["The rules go round in a circle and never reach a model: a → b → c → a."]


def test_a_rule_that_leads_to_itself_is_a_cycle():
    assert check_rules([ModelRule("a", "I2", 50, "a", "common effect")]) == [
        "The rules go round in a circle and never reach a model: a → a."
    ]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([BY_I2, BY_I2], "given twice"),
        ([ModelRule("common effect", "I2", 50, "random effects", "random effects")], "name of a model"),
        ([ModelRule("", "I2", 50, "random effects", "random effects")], "has no id"),
        ([ModelRule("r", "I3", 50, "random effects", "random effects")], "'I3' is not known"),
        ([ModelRule("r", "I2", float("nan"), "random effects", "random effects")], "bound nan"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(rules, says):
    assert any(says in message for message in check_rules(rules))


def test_wrong_rules_are_not_followed():
    with pytest.raises(DataError, match="cannot be followed"):
        choose_model([ModelRule("a", "I2", 50, "a", "a")], "a", statistics())


def test_a_rule_reads_as_a_sentence():
    assert str(BY_I2) == "common effect if I2 is below 50%, otherwise random effects"


names = st.sampled_from(["a", "b", "c", "d", "common effect", "random effects"])
rule = st.builds(
    ModelRule, st.sampled_from("abcd"), st.sampled_from(["I2", "k"]), st.floats(0, 100), names, names
)


@given(st.lists(rule, max_size=4, unique_by=lambda rule: rule.id), st.floats(0, 100))
def test_rules_without_messages_always_reach_a_model(rules, value):
    if check_rules(rules):
        return
    for one in rules:
        choice = choose_model(rules, one.id, statistics(I2=value, k=round(value)))
        assert choice.model in ("common effect", "random effects")
        assert len(choice.steps) <= len(rules)
