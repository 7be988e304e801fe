"""Saying whether a report is being sought, is there, or cannot be had."""

from evisynth.store import models

REPORT = "/r/small-review/full-text/medline:4/"


def say(person, retrieved, **more):
    return person.post(REPORT + "retrieval/", {"retrieved": retrieved, "reason": "", "note": "", **more})


def row():
    return models.Report.objects.get(key="marzipan-letter")


def test_an_owner_and_a_reviewer_say_what_became_of_a_report(owner, reviewer):
    assert say(owner, "sought").status_code == 302
    assert row().retrieved is None
    assert say(reviewer, "yes", note="in the post").status_code == 302
    assert (row().retrieved, row().note) == (True, "in the post")
    say(reviewer, "no", reason="burnt")
    assert (row().retrieved, row().reason) == (False, "burnt")


def test_others_may_not(adjudicator, reader, statistician, stranger):
    assert [say(person, "yes").status_code for person in (adjudicator, reader, statistician)] == [403] * 3
    assert say(stranger, "yes").status_code == 404
    assert row().retrieved is False


def test_get_is_refused(owner):
    assert owner.get(REPORT + "retrieval/").status_code == 405


def test_why_not_is_needed_and_what_was_typed_stays(owner):
    response = say(owner, "no", note="kept in the form")
    assert response.status_code == 422
    assert "Say why the report was not retrieved" in response.content.decode()
    assert "kept in the form" in response.content.decode()
    assert row().reason == "not in any library"


def test_a_word_that_says_nothing_is_refused(owner):
    assert say(owner, "perhaps").status_code == 422


def test_the_forms_are_for_those_who_may(adjudicator, reader, owner):
    assert "Retrieval" in owner.get(REPORT).content.decode()
    for person in (adjudicator, reader):
        assert "Retrieval" not in person.get(REPORT).content.decode()
