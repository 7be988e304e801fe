import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.screening.decisions import Consensus, ItemState, Vote, first_reason, state, who_may_settle

REASONS = ("wrong population", "wrong intervention", "wrong design")


def votes(*decisions):
    return [Vote(f"person {place}", *given.split(":")) for place, given in enumerate(decisions, start=1)]


def test_an_item_without_votes_waits_for_two():
    assert state([]) == ItemState("waiting", missing=2)


def test_an_item_with_one_vote_waits_for_one_more():
    assert state(votes("include")) == ItemState("waiting", missing=1)


def test_where_one_vote_is_enough_one_vote_decides():
    assert state(votes("exclude"), needed=1).state == "excluded"


def test_two_includes_are_included():
    assert state(votes("include", "include")) == ItemState("included")


def test_an_include_and_an_exclude_are_a_conflict():
    assert state(votes("include", "exclude")) == ItemState("conflict")


def test_two_exclusions_agree_whatever_their_reasons():
    found = state(votes("exclude:wrong design", "exclude:wrong population"), ordered_reasons=REASONS)
    assert found == ItemState("excluded", "wrong population")


def test_at_titles_and_abstracts_exclusions_need_no_reason():
    assert state(votes("exclude", "exclude")) == ItemState("excluded", "")


def test_the_reason_of_one_is_used_when_the_other_gives_none():
    assert state(votes("exclude", "exclude:wrong design"), ordered_reasons=REASONS).reason == "wrong design"


def test_a_consensus_may_give_another_reason_to_an_agreed_exclusion():
    pair = votes("exclude:wrong design", "exclude:wrong population")
    settled = Consensus("person 3", "exclude", "wrong intervention")
    assert state(pair, consensus=settled, ordered_reasons=REASONS).reason == "wrong intervention"


def test_a_consensus_without_a_reason_keeps_the_first_of_the_voters():
    pair = votes("include", "exclude:wrong design")
    settled = Consensus("person 3", "exclude")
    assert state(pair, consensus=settled, ordered_reasons=REASONS) == ItemState("excluded", "wrong design")


def test_a_consensus_to_include_carries_no_reason():
    pair = votes("include", "exclude:wrong design")
    assert state(pair, consensus=Consensus("person 3", "include", "x")) == ItemState("included")


def test_a_reason_outside_the_list_comes_last_and_alphabetically():
    pair = votes("exclude:zebra", "exclude:wrong design")
    assert first_reason(pair, REASONS) == "wrong design"
    assert first_reason(votes("exclude:zebra", "exclude:ape"), REASONS) == "ape"


def test_a_reason_given_with_an_include_is_not_an_exclusion_reason():
    assert first_reason([Vote("a", "include", "wrong design")], REASONS) == ""


def test_include_and_maybe_agree_where_maybe_counts_as_include():
    assert state(votes("include", "maybe")).state == "included"
    assert state(votes("maybe", "maybe")).state == "included"
    assert state(votes("exclude", "maybe")).state == "conflict"


def test_exclude_and_maybe_agree_where_maybe_counts_as_exclude():
    assert state(votes("exclude", "maybe"), maybe_counts_as="exclude").state == "excluded"
    assert state(votes("include", "maybe"), maybe_counts_as="exclude").state == "conflict"


def test_a_third_vote_that_differs_makes_a_conflict():
    assert state(votes("include", "include", "exclude")).state == "conflict"


def test_a_person_who_votes_twice_is_named():
    with pytest.raises(DataError, match="Ana has two votes on one item"):
        state([Vote("Ana", "include"), Vote("Ana", "exclude")])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: state([Vote("Ana", "perhaps")]), "Ana: decision 'perhaps' is not known"),
        (lambda: state([], needed=0), "at least one"),
        (lambda: state([], maybe_counts_as="maybe"), "include or exclude"),
        (lambda: state([], consensus=Consensus("Ben", "maybe")), "Consensus of Ben: 'maybe' settles nothing"),
    ],
)
def test_a_vote_that_cannot_be_is_refused(call, says):
    with pytest.raises(DataError, match=says):
        call()


def test_a_third_person_settles_where_the_rule_says_so():
    assert who_may_settle("third person", ["Ana", "Ben"], "Cem")
    assert not who_may_settle("third person", ["Ana", "Ben"], "Ana")


def test_either_voter_may_settle_where_the_rule_says_so():
    assert who_may_settle("either", ["Ana", "Ben"], "Ana")
    assert who_may_settle("either", ["Ana", "Ben"], "Cem")


def test_a_consensus_needs_a_person_and_a_known_rule():
    with pytest.raises(DataError, match="nobody is named"):
        who_may_settle("either", ["Ana"], " ")
    with pytest.raises(DataError, match="'anyone' is not a rule"):
        who_may_settle("anyone", ["Ana"], "Ben")


vote = st.tuples(st.sampled_from(["include", "exclude", "maybe"]), st.sampled_from(["", "x", "y", *REASONS]))


@given(st.lists(vote, max_size=5), st.integers(1, 3), st.sampled_from(["include", "exclude"]), st.randoms())
def test_the_order_of_the_votes_does_not_matter(given_votes, needed, maybe, random):
    people = [Vote(f"person {place}", *one) for place, one in enumerate(given_votes)]
    shuffled = people.copy()
    random.shuffle(shuffled)
    found = [state(each, needed, None, maybe, REASONS) for each in (people, shuffled)]
    assert found[0] == found[1]
