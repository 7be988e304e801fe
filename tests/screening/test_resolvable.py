"""What a team can bring to its end."""

import pytest

from evisynth.screening.resolvable import People, can_be_resolved, conflicts_can_be_settled

TEAM = People(frozenset({"ann", "bob", "cleo"}), frozenset({"ann", "cleo"}))
PAIR = People(frozenset({"ann", "bob"}), frozenset({"ann"}))
ALONE = People(frozenset({"ann"}), frozenset({"ann"}))


@pytest.mark.parametrize(
    ("voters", "needed", "people", "can"),
    [
        ((), 2, TEAM, True),
        ((), 2, ALONE, False),
        (("ann",), 2, ALONE, False),  # she cannot vote twice
        (("gone",), 2, ALONE, True),  # a vote of somebody who left stays, and hers completes it
        ((), 1, ALONE, True),
        (("ann", "bob"), 3, PAIR, False),
    ],
)
def test_an_item_that_waits_needs_people_who_have_not_voted(voters, needed, people, can):
    assert can_be_resolved("waiting", voters, needed, "third person", people) is can


@pytest.mark.parametrize(
    ("voters", "rule", "people", "can"),
    [
        (("ann", "bob"), "third person", TEAM, True),
        (("ann", "bob"), "third person", PAIR, False),
        (("ann", "bob"), "either", PAIR, True),
        (("gone", "bob"), "third person", PAIR, True),
        (("ann", "bob"), "either", People(frozenset({"bob"}), frozenset()), True),
        (("ann", "bob"), "third person", People(frozenset({"bob", "eve"}), frozenset()), False),
    ],
)
def test_a_conflict_needs_somebody_who_may_settle_it(voters, rule, people, can):
    assert can_be_resolved("conflict", voters, 2, rule, people) is can


@pytest.mark.parametrize("state", ["included", "excluded"])
def test_an_item_that_is_done_needs_nobody(state):
    assert can_be_resolved(state, ("ann",), 2, "third person", People(frozenset(), frozenset()))


def test_a_pair_in_which_one_owns_the_review_has_nobody_for_its_conflicts():
    assert not conflicts_can_be_settled(2, "third person", PAIR)
    assert conflicts_can_be_settled(2, "either", PAIR)
    assert conflicts_can_be_settled(1, "third person", PAIR)


def test_somebody_who_can_abstain_settles_what_the_others_judge_differently():
    assert conflicts_can_be_settled(2, "third person", TEAM)
    assert not conflicts_can_be_settled(2, "third person", People(TEAM.deciders, frozenset()))
    assert not conflicts_can_be_settled(2, "either", People(frozenset(), frozenset()))
