import itertools

import pytest

from evisynth.errors import DataError
from evisynth.screening.blinding import BLINDING, may_see_votes

SETTLED = ("conflict", "included", "excluded")


@pytest.mark.parametrize(("state", "voted"), list(itertools.product(("waiting", *SETTLED), (False, True))))
def test_until_complete_shows_votes_of_complete_items_alone_whoever_voted(state, voted):
    assert may_see_votes(state, voted, "until complete") == (state != "waiting")


def test_until_own_vote_shows_a_waiting_item_to_those_who_voted():
    assert may_see_votes("waiting", True, "until own vote")
    assert not may_see_votes("waiting", False, "until own vote")


@pytest.mark.parametrize(("state", "blinding"), list(itertools.product(SETTLED, BLINDING)))
def test_a_complete_item_is_open_to_who_did_not_vote(state, blinding):
    assert may_see_votes(state, False, blinding)


def test_open_shows_everything_to_everybody():
    assert may_see_votes("waiting", False, "open")


def test_an_unknown_setting_opens_nothing():
    with pytest.raises(DataError, match="until complete"):
        may_see_votes("included", True, "blind")
