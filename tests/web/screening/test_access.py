"""Who may see and do what while screening."""

import pytest
from django.urls import reverse

from evisynth.store import models

SEEN = {"screening-list": (), "screening-record": ("medline:1",), "screening-keys": ()}
OF_DECIDING = ("vote", "undo", "next", "back", "postpone", "note", "note-remove", "label", "label-remove", "decide-many",
               "undo-many")  # fmt: skip

pytestmark = pytest.mark.django_db


def rows():
    kinds = (models.Decision, models.Note, models.RecordLabel, models.Postponed, models.Event)
    return [kind.objects.count() for kind in kinds]


@pytest.mark.parametrize("name", SEEN)
def test_everybody_in_the_team_sees_lists_and_records_and_nobody_else(
    name, small, reader, owner, stranger, removed, anonymous
):
    address = reverse(name, args=[small.slug, *SEEN[name]])
    assert reader.get(address).status_code == owner.get(address).status_code == 200
    assert stranger.get(address).status_code == removed.get(address).status_code == 404
    assert anonymous.get(address).status_code == 302
    assert reader.delete(address).status_code == 405


def test_who_may_decide_screens_and_others_may_not(
    small, owner, reviewer, adjudicator, other_reviewer, reader, statistician
):
    address = reverse("screening", args=[small.slug])
    for person in (owner, reviewer, adjudicator, other_reviewer):
        assert person.get(address).status_code == 200
    for person in (reader, statistician):
        assert person.get(address).status_code == 403


@pytest.mark.parametrize("name", OF_DECIDING)
def test_only_who_may_decide_acts_and_only_by_post(
    name, small, other_reviewer, reader, stranger, removed, anonymous
):
    address = reverse(f"screening-{name}", args=[small.slug])
    fields = {"record": "medline:1", "decision": "include", "note": "x", "label_name": "x", "what": "include",
              "confirmed": "yes"}  # fmt: skip
    before = rows()
    assert reader.post(address, fields).status_code == 403
    assert stranger.post(address, fields).status_code == removed.post(address, fields).status_code == 404
    assert anonymous.post(address, fields).status_code == 302
    assert other_reviewer.get(address).status_code == 405
    assert other_reviewer.again(csrf=True).post(address, fields).status_code == 403
    assert rows() == before


def test_a_reader_gets_no_boxes_to_decide(small, reader):
    text = reader.get(reverse("screening-list", args=[small.slug])).content.decode()
    assert 'type="checkbox"' not in text
    assert "My vote</th>" not in text
