"""How far others are is told to who plans the work, and to the rest not even who has begun."""

import pytest

from evisynth.store import models
from evisynth.store.lists import listed
from evisynth.store.progress import progress_of
from evisynth.store.voting import vote
from support import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(tmp_path):
    return cast.load(tmp_path, change=cast.unscreened)


def member(review, key):
    return models.Membership.objects.get(review=review, key=key)


def people(review, key):
    """What this person sees of others on title and abstract: name -> votes."""
    stage, _ = progress_of(member(review, key))
    return {person.name: person.votes for person in stage.people}


def test_who_votes_blind_does_not_learn_that_somebody_has_begun(review):
    before = people(review, "rb")
    key = listed(review, "waiting").records[0].key
    vote(member(review, "ra"), "title-abstract", key, "include")
    assert people(review, "rb") == before
    assert before[member(review, "ra").name] is None


def test_an_owner_sees_how_many_votes_each_has_given(review):
    key = listed(review, "waiting").records[0].key
    vote(member(review, "rb"), "title-abstract", key, "include")
    seen = people(review, "ra")
    assert seen[member(review, "rb").name] == 1
    assert seen[member(review, "ra").name] == 0


def test_ones_own_votes_are_counted(review):
    key = listed(review, "waiting").records[0].key
    vote(member(review, "rb"), "title-abstract", key, "exclude")
    assert people(review, "rb")[member(review, "rb").name] == 1


def test_who_left_after_voting_is_told_to_an_owner_alone(review):
    key = listed(review, "waiting").records[0].key
    vote(member(review, "rc"), "title-abstract", key, "include")
    models.Membership.objects.filter(review=review, key="rc").update(left=True)
    name = member(review, "rc").name
    assert people(review, "ra")[name] == 1
    assert name not in people(review, "rb")
