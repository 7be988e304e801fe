"""The history tells everything, hides what is not open yet, and shows when somebody changed it."""

import re

import pytest

from evisynth.store import models
from evisynth.store.history_reading import verify
from evisynth.store.lists import listed
from evisynth.store.voting import settle, vote, withdraw
from evisynth.store.voting_many import vote_many
from support import cast


@pytest.fixture
def review(db, tmp_path):
    return cast.load(tmp_path, change=cast.unscreened)


@pytest.fixture
def ann(review):
    return cast.plays(review, "ra", "Ann Owner")


@pytest.fixture
def bob(review):
    return cast.plays(review, "rb", "Bob Reviewer")


@pytest.fixture
def cleo(review):
    return cast.plays(review, "rc", "Cleo Adjudicator")


@pytest.fixture
def key(review):
    return listed(review, "waiting").records[0].key


def without_token(text):
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+', r"\1", text)


def page(person, review, **asked):
    return person.get(f"/r/{review.slug}/history/", asked).content.decode()


def test_what_another_voted_is_hidden_while_the_item_waits(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "maybe", note="very secret")
    shown = page(bob, review)
    assert "very secret" not in shown
    assert "maybe" not in shown
    assert "not open to you yet" in shown
    assert "very secret" in page(ann, review)


def test_asking_for_a_record_does_not_tell_that_another_voted_on_it(review, ann, bob, cleo, key):
    before = page(bob, review, record=key)
    vote(ann.member, "title-abstract", key, "maybe")
    withdraw(ann.member, "title-abstract", key)
    vote(ann.member, "title-abstract", key, "include")
    assert without_token(page(bob, review, record=key)) == without_token(before)
    assert page(ann, review, record=key).count("vote withdrawn") == 1
    vote(bob.member, "title-abstract", key, "exclude")
    settle(cleo.member, "title-abstract", key, "include")
    assert page(bob, review, record=key).count("<time") == 5  # three of Ann's, one's own, and the consensus


def test_the_votes_are_told_once_all_are_in(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "maybe", note="very secret")
    vote(bob.member, "title-abstract", key, "include")
    assert "very secret" in page(bob, review)


@pytest.mark.parametrize(("blinding", "seen"), [("until own vote", True), ("until complete", False)])
def test_who_has_voted_sees_others_where_the_review_says_so(review, ann, bob, key, blinding, seen):
    models.Review.objects.filter(pk=review.pk).update(blinding=blinding, votes_title_abstract=3)
    vote(ann.member, "title-abstract", key, "maybe", note="very secret")
    assert "very secret" not in page(bob, review)
    vote(bob.member, "title-abstract", key, "include")
    assert ("very secret" in page(bob, review)) is seen


def test_events_can_be_asked_for_by_person_and_by_record(review, ann, bob, key):
    other = listed(review, "waiting").records[1].key
    vote(ann.member, "title-abstract", key, "include")
    vote(bob.member, "title-abstract", other, "include")
    assert "Bob Reviewer</td>" not in page(bob, review, who=ann.member.key)
    of_record = page(ann, review, record=key)
    assert key in of_record
    assert other not in of_record


def test_a_vote_is_taken_back_by_a_further_event(review, ann, key):
    vote(ann.member, "title-abstract", key, "include")
    event = models.Event.objects.get(review=review, what="vote")
    answer = ann.post(f"/r/{review.slug}/history/{event.position}/undo/", follow=True)
    assert "Taken back" in answer.content.decode()
    assert [row.what for row in models.Event.objects.filter(review=review)][-2:] == ["vote", "vote withdrawn"]
    assert not models.Decision.objects.filter(review=review, active=True).exists()


def test_taking_back_a_changed_vote_brings_the_one_before(review, ann, key):
    vote(ann.member, "title-abstract", key, "include", note="first")
    vote(ann.member, "title-abstract", key, "exclude")
    last = models.Event.objects.filter(review=review).last()
    ann.post(f"/r/{review.slug}/history/{last.position}/undo/")
    active = models.Decision.objects.get(review=review, active=True)
    assert (active.decision, active.note) == ("include", "first")
    assert models.Decision.objects.filter(review=review).count() == 3


def test_a_settlement_is_taken_back_and_the_conflict_is_open_again(review, ann, bob, cleo, key):
    vote(ann.member, "title-abstract", key, "include")
    vote(bob.member, "title-abstract", key, "exclude")
    settle(cleo.member, "title-abstract", key, "include")
    last = models.Event.objects.filter(review=review).last()
    cleo.post(f"/r/{review.slug}/history/{last.position}/undo/")
    assert models.ScreeningItem.objects.get(stage="title-abstract", group__best__key=key).state == "conflict"


def test_nobody_takes_back_what_another_did(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "include")
    event = models.Event.objects.get(review=review, what="vote")
    answer = bob.post(f"/r/{review.slug}/history/{event.position}/undo/", follow=True)
    assert "Only what you did yourself" in answer.content.decode()
    assert models.Decision.objects.filter(review=review, active=True).count() == 1


def test_an_untouched_history_holds(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "include")
    vote(bob.member, "title-abstract", key, "include")
    assert verify(review).problems == ()
    assert "follow one another unchanged" in ann.post(f"/r/{review.slug}/history/verify/").content.decode()


def test_an_event_that_somebody_changed_is_named(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "include")
    vote(bob.member, "title-abstract", key, "include")
    first = models.Event.objects.filter(review=review, what="vote").first()
    first.after |= {"decision": "exclude"}
    first.save()
    assert any(problem.startswith(f"Event {first.position} ") for problem in verify(review).problems)


def test_an_event_that_is_gone_is_noticed(review, ann, bob, key):
    vote(ann.member, "title-abstract", key, "include")
    vote(bob.member, "title-abstract", key, "include")
    models.Event.objects.filter(review=review, what="vote").first().delete()
    assert verify(review).problems


def test_a_decision_changed_behind_the_history_is_noticed(review, ann, key):
    vote(ann.member, "title-abstract", key, "include")
    models.Decision.objects.filter(review=review).update(decision="exclude")
    found = verify(review).problems
    assert any("is in no event" in problem for problem in found)
    assert any("which is not there" in problem for problem in found)


def test_a_bulk_decision_is_found_by_each_of_its_records_once_that_is_open(review, ann, bob, key):
    other = listed(review, "waiting").records[1].key
    vote_many(ann.member, [key, other], "exclude")
    assert "votes" in page(ann, review, record=other)
    assert "Nothing has happened here" in page(bob, review, record=other)
    vote(bob.member, "title-abstract", other, "exclude")
    assert "votes" in page(bob, review, record=other)
    assert "Nothing has happened here" in page(bob, review, record=key)
