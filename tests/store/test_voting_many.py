import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evisynth.store import models
from evisynth.store.history_reading import verify
from evisynth.store.screening_items import rebuild
from evisynth.store.voting import Refused, item_of, vote
from evisynth.store.voting_many import MOST, undo_votes, vote_many
from support.many_records import made_review, member

STAGE = "title-abstract"

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return made_review(30, 3)


def keys(*numbers):
    return [f"made:{number}" for number in numbers]


def kept(review):
    return sorted(
        models.ScreeningItem.objects.filter(review=review).values_list("stage", "group", "state", "votes")
    )


def test_many_are_decided_in_one_event_and_stand_as_if_one_by_one(review):
    one, two = member(review, "p1"), member(review, "p2")
    given = vote_many(one, keys(*range(1, 21)), "include")
    assert len(given.given) == 20
    vote_many(two, keys(*range(1, 11)), "include")
    assert models.Event.objects.filter(review=review).count() == 2
    assert item_of(review, STAGE, "made:1").state == "included"
    assert item_of(review, "full-text", "made:10").state == "waiting"
    assert item_of(review, STAGE, "made:11").state == "waiting"
    before = kept(review)
    rebuild(review)
    assert kept(review) == before


def test_what_is_decided_already_and_what_has_all_its_votes_is_left(review):
    one, two, three = (member(review, key) for key in ("p1", "p2", "p3"))
    vote(one, STAGE, "made:1", "exclude")
    vote(two, STAGE, "made:1", "exclude")
    vote(three, STAGE, "made:2", "include")
    given = vote_many(three, keys(1, 2, 3, 3), "include")
    assert (given.given, given.same, given.complete) == (("made:3",), ("made:2",), ("made:1",))


def test_undo_gives_back_the_earlier_votes_and_leaves_what_was_changed_since(review):
    one = member(review, "p1")
    vote(one, STAGE, "made:1", "maybe")
    given = vote_many(one, keys(1, 2, 3), "exclude")
    vote(one, STAGE, "made:3", "include")
    undone = undo_votes(one, given.event)
    assert set(undone.given) == {"made:1", "made:2"}
    assert undone.same == ("made:3",)
    active = models.Decision.objects.filter(review=review, active=True).values_list("record__key", "decision")
    assert dict(active) == {"made:1": "maybe", "made:3": "include"}
    assert models.Event.objects.filter(review=review).count() == 4
    before = kept(review)
    rebuild(review)
    assert kept(review) == before


def test_the_history_tells_of_every_decision_of_a_bulk(review):
    one = member(review, "p1")
    vote(one, STAGE, "made:1", "maybe", note="look")
    undo_votes(one, vote_many(one, keys(1, 2, 3), "exclude").event)
    assert verify(review).problems == ()
    assert models.Decision.objects.get(active=True).note == "look"


def test_undoing_a_bulk_takes_records_out_of_full_text_again(review):
    vote_many(member(review, "p1"), keys(1, 2), "include")
    given = vote_many(member(review, "p2"), keys(1, 2), "include")
    undo_votes(member(review, "p2"), given.event)
    assert not models.ScreeningItem.objects.filter(review=review, stage="full-text").exists()


def test_nobody_undoes_the_act_of_another(review):
    given = vote_many(member(review, "p1"), keys(1, 2), "include")
    with pytest.raises(Refused, match="no bulk decision of yours"):
        undo_votes(member(review, "p2"), given.event)


@pytest.mark.parametrize(
    ("chosen", "decision", "why"),
    [
        ([], "include", "0 records"),
        (keys(*range(MOST + 1)), "include", "from 1 to 500"),
        (keys(1, 99), "include", "made:99"),
        (keys(1), "perhaps", "no decision"),
    ],
)
def test_what_cannot_be_done_whole_is_not_done_at_all(review, chosen, decision, why):
    with pytest.raises(Refused, match=why):
        vote_many(member(review, "p1"), chosen, decision)
    assert not models.Decision.objects.filter(review=review).exists()


def test_many_cost_as_many_queries_as_few(review):
    one, two = member(review, "p1"), member(review, "p2")
    counts = []
    for who, numbers in ((one, (1, 2)), (two, range(3, 31))):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            vote_many(who, keys(*numbers), "include")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
