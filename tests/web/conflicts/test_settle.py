"""Settling a conflict, and taking that back."""

import pytest

from evisynth.store import models
from evisynth.store.settling import last_decision
from evisynth.store.voting import item_of, unsettle, vote, withdraw

CONFLICT = "/r/small-review/conflicts/full-text/medline:2/"
REASONS = "/r/small-review/conflicts/full-text/pubmed:2/"


@pytest.fixture(autouse=True)
def conflict(adjudicator):
    unsettle(adjudicator.member, "full-text", "medline:2")


def seen(small, record="medline:2"):
    return last_decision(item_of(small, "full-text", record))


def settle(small, person, choice, address=CONFLICT, **more):
    record = address.rstrip("/").rpartition("/")[2]
    given = {"choice": choice, "note": "", "seen": seen(small, record), **more}
    return person.post(address + "settle/", given)


def state(small, record="medline:2"):
    item = item_of(small, "full-text", record)
    return item.state, item.reason


def test_both_votes_stand_side_by_side_with_reasons_and_notes(small, reader, owner, reviewer):
    vote(owner.member, "full-text", "medline:2", "include", note="a note of Ann's")
    page = reader.get(CONFLICT).content.decode()
    reason = models.ExclusionReason.objects.get(review=small, key="no-outcome").text
    assert page.count("vote-of") == 2
    for text in ("a note of Ann&#x27;s", reason, *small.include_criteria):
        assert text in page


def columns(page):
    return [
        part.split("</h2>")[0].split(" <span")[0] for part in page.split('<article class="card vote-of')[1:]
    ]


def test_each_person_has_the_same_column_whoever_voted_first(small, owner, reviewer):
    in_order = [row.name for row in models.Membership.objects.filter(review=small, key__in=("ra", "rb"))]
    withdraw(owner.member, "full-text", "medline:2")
    vote(owner.member, "full-text", "medline:2", "include")  # now behind Bob's
    for address in (CONFLICT, REASONS):
        names = [text.rpartition("<h2>")[2] for text in columns(owner.get(address).content.decode())]
        assert names == in_order


def test_the_adjudicator_settles(small, adjudicator):
    assert settle(small, adjudicator, "include", note="talked to both").status_code == 302
    assert state(small) == ("included", "")
    page = adjudicator.get(CONFLICT).content.decode()
    assert "Settled by" in page
    assert "talked to both" in page


def test_the_adjudicator_excludes_with_one_reason(small, adjudicator):
    settle(small, adjudicator, "exclude:not-randomised")
    assert state(small) == ("excluded", "not-randomised")


def test_who_voted_or_does_not_settle_sees_it_and_may_not(small, owner, reviewer):
    assert "You voted on this one" in owner.get(CONFLICT).content.decode()
    assert "an adjudicator or an owner settles" in reviewer.get(CONFLICT).content.decode()
    for person in (owner, reviewer):
        assert 'id="decide"' not in person.get(CONFLICT).content.decode()
        assert settle(small, person, "include").status_code == 409
    assert state(small)[0] == "conflict"


def test_readers_may_not_and_strangers_find_nothing(small, reader, statistician, stranger):
    assert [settle(small, person, "include").status_code for person in (reader, statistician)] == [403, 403]
    assert settle(small, stranger, "include").status_code == 404
    assert stranger.get(CONFLICT).status_code == 404
    assert state(small)[0] == "conflict"


def test_get_is_refused(adjudicator):
    assert adjudicator.get(CONFLICT + "settle/").status_code == 405
    assert adjudicator.get(CONFLICT + "reopen/").status_code == 405


def test_the_two_settle_after_they_have_talked_where_the_review_says_so(small, owner, reviewer):
    models.Review.objects.filter(pk=small.pk).update(consensus_by="either")
    assert 'id="decide"' in owner.get(CONFLICT).content.decode()
    assert settle(small, reviewer, "include").status_code == 302
    assert state(small) == ("included", "")


@pytest.mark.parametrize("choice", ["", "maybe", "exclude", "exclude:nothing"])
def test_what_settles_nothing_is_refused_and_the_note_stays(small, adjudicator, choice):
    response = settle(small, adjudicator, choice, note="my long note")
    assert response.status_code == 422
    assert "my long note" in response.content.decode()
    assert state(small)[0] == "conflict"


def test_who_is_second_sees_what_the_first_did_and_keeps_what_was_typed(small, adjudicator, owner):
    at = seen(small)
    models.Review.objects.filter(pk=small.pk).update(consensus_by="either")
    settle(small, owner, "exclude:no-outcome", note="no numbers")
    response = settle(small, adjudicator, "include", note="I think otherwise", seen=at)
    page = response.content.decode()
    assert response.status_code == 409
    assert "settled this meanwhile: exclude" in page
    assert "noting: no numbers" in page
    assert "I think otherwise" in page
    assert state(small) == ("excluded", "no-outcome")
    assert settle(small, adjudicator, "include").status_code == 302
    assert state(small) == ("included", "")


def test_a_form_without_what_was_seen_changes_nothing(small, adjudicator):
    assert settle(small, adjudicator, "include", seen="").status_code == 409
    assert state(small)[0] == "conflict"


def test_a_settlement_is_taken_back(small, adjudicator, owner, reader):
    settle(small, adjudicator, "include")
    back = {"seen": seen(small)}
    assert owner.post(CONFLICT + "reopen/", back).status_code == 409
    assert reader.post(CONFLICT + "reopen/", back).status_code == 403
    assert adjudicator.post(CONFLICT + "reopen/", back).status_code == 302
    assert state(small)[0] == "conflict"
    assert adjudicator.post(CONFLICT + "reopen/", back).status_code == 409
    what = list(
        models.Event.objects.filter(review=small).order_by("-position").values_list("what", flat=True)
    )
    assert what[:2] == ["consensus withdrawn", "consensus"]


def test_after_one_conflict_comes_the_next_that_is_mine(small, adjudicator):
    unsettle(adjudicator.member, "title-abstract", "medline:5")
    response = settle(small, adjudicator, "include")
    assert response.headers["Location"] == "/r/small-review/conflicts/title-abstract/medline:5/"


def test_different_reasons_are_shown_and_another_may_be_chosen(small, reviewer, adjudicator):
    vote(reviewer.member, "full-text", "pubmed:2", "exclude", reason="no-outcome")
    page = adjudicator.get(REASONS).content.decode()
    assert "reasons differ" in page
    assert "Choose the reason" in page
    assert settle(small, adjudicator, "include", REASONS).status_code == 409
    assert settle(small, adjudicator, "exclude:no-outcome", REASONS).status_code == 302
    assert state(small, "pubmed:2") == ("excluded", "no-outcome")


def test_an_item_that_waits_again_shows_no_vote(small, owner, reviewer, adjudicator):
    vote(owner.member, "full-text", "medline:2", "include", note="hidden again")
    withdraw(reviewer.member, "full-text", "medline:2")
    page = adjudicator.get(CONFLICT).content.decode()
    assert "hidden again" not in page
    assert "It waits for votes" in page
    assert "vote-of" not in page
    assert settle(small, adjudicator, "include").status_code == 409


def test_what_is_agreed_has_nothing_to_settle(adjudicator):
    page = adjudicator.get("/r/small-review/conflicts/full-text/medline:1/").content.decode()
    assert "There is nothing to settle here" in page


@pytest.mark.parametrize("rest", ["nowhere/medline:2/", "full-text/medline:3/", "full-text/nothing/"])
def test_what_is_no_item_is_not_there(adjudicator, rest):
    assert adjudicator.get(f"/r/small-review/conflicts/{rest}").status_code == 404
    assert (
        adjudicator.post(f"/r/small-review/conflicts/{rest}settle/", {"choice": "include"}).status_code == 404
    )


def test_text_of_people_is_text(small, adjudicator):
    settle(small, adjudicator, "include", note="<script>alert(1)</script>")
    page = adjudicator.get(CONFLICT).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
