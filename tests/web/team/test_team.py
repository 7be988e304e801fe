"""The pages of the team, as each of the cast sees and uses them."""

import re

import pytest
from django.core import mail
from django.test import Client

from evisynth.store import models
from evisynth.store.voting import vote
from support import cast


@pytest.fixture
def team(small):
    return f"/r/{small.slug}/team/"


def test_everybody_in_the_team_sees_who_is_in_it(team, owner, reviewer, reader, stranger, anonymous):
    for person in (owner, reviewer, reader):
        page = person.get(team).content.decode()
        assert "Reviewer B" in page
        assert "Adjudicator C" in page
    assert stranger.get(team).status_code == 404
    assert anonymous.get(team).status_code == 302


def test_addresses_are_for_owners_and_oneself(team, owner, reviewer, reader):
    assert "bob@example.org" in owner.get(team).content.decode()
    page = reader.get(team).content.decode()
    assert "bob@example.org" not in page
    assert "fay@example.org" in page


def test_only_an_owner_has_buttons_to_change_the_team(team, owner, reader):
    assert "Invite somebody" in owner.get(team).content.decode()
    page = reader.get(team).content.decode()
    assert "Invite somebody" not in page
    assert "/roles/" not in page


def test_votes_on_records_that_wait_are_counted_for_oneself_alone(unscreened):
    owner = cast.plays(unscreened, "ra", "Ann Owner")
    bob = cast.plays(unscreened, "rb", "Bob Reviewer")
    for record in ("medline:1", "medline:2"):
        vote(bob.member, "title-abstract", record, "include")
    vote(owner.member, "title-abstract", "medline:1", "include")

    def count(viewer, key):
        rows = viewer.get(f"/r/{unscreened.slug}/team/").context["rows"]
        return next(first for member, first, _ in rows if member.key == key)

    assert (count(bob, "rb"), count(bob, "ra")) == (2, 1)
    assert (count(owner, "rb"), count(owner, "ra")) == (1, 1)
    models.Review.objects.update(blinding="open")
    assert count(owner, "rb") == 2
    models.Review.objects.update(blinding="until own vote")
    vote(owner.member, "title-abstract", "medline:3", "include")
    assert count(bob, "ra") == 1
    assert count(owner, "rb") == 1


def test_a_link_is_shown_once_and_brings_somebody_in(team, owner):
    answer = owner.post(f"{team}invite/", {"name": "Nora", "email": "", "roles": ["reviewer"]}, follow=True)
    link = re.search(r'value="(http://testserver/accounts/join/[^"]+)"', answer.content.decode())[1]
    assert link not in owner.get(team).content.decode()
    models.User.objects.create_user("nora@example.org", "almond drops in winter", name="Nora New")
    nora = Client()
    nora.post("/accounts/login/", {"login": "nora@example.org", "password": "almond drops in winter"})
    assert nora.post(link.removeprefix("http://testserver")).status_code == 302
    assert nora.get(team).status_code == 200


def test_an_invitation_needs_a_role(team, owner):
    page = owner.post(f"{team}invite/", {"name": "Nora"})
    assert "Choose at least one role" in page.content.decode()
    assert not models.Invitation.objects.exists()


def test_a_withdrawn_link_brings_nobody_in(team, owner):
    answer = owner.post(f"{team}invite/", {"roles": ["reader"]}, follow=True)
    link = re.search(r'value="http://testserver(/accounts/join/[^"]+)"', answer.content.decode())[1]
    row = models.Invitation.objects.get()
    owner.post(f"{team}invitations/{row.pk}/withdraw/")
    assert Client().get(link).status_code == 410


def test_the_letter_of_an_invitation_holds_the_link(team, owner, settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    models.Review.objects.update(title="Drops\nBcc: all@example.org & <b>syrup</b>")
    owner.post(f"{team}invite/", {"email": "nora@example.org", "send": "on", "roles": ["reader"]})
    (letter,) = mail.outbox
    assert letter.to == ["nora@example.org"]
    assert "\n" not in letter.subject
    assert "/accounts/join/" in letter.body
    assert "& <b>syrup</b>" in letter.body


def test_a_part_of_the_folder_that_nobody_has_is_offered(small, team, owner):
    assert "Adjudicator C" in owner.get(f"{team}invite/?member=rc").content.decode()
    owner.post(f"{team}invite/", {"member": "rc"})
    assert models.Invitation.objects.get().member.key == "rc"
    assert models.Invitation.objects.get().roles == ["adjudicator"]
    answer = owner.post(f"{team}invite/", {"member": "other-ra", "roles": ["reader"]})
    assert "Select a valid choice" in answer.content.decode()
    assert small.slug in team


def test_roles_are_changed_and_hold_with_the_next_request(team, owner, reader):
    invite = f"{team}invite/"
    assert reader.get(invite).status_code == 403
    owner.post(f"{team}people/{reader.member.key}/roles/", {"roles": ["owner"]})
    assert reader.get(invite).status_code == 200
    reader.post(f"{team}people/{owner.member.key}/roles/", {"roles": ["reviewer"]})
    assert owner.get(invite).status_code == 403


def test_a_refused_change_of_roles_says_why_and_keeps_what_was_chosen(team, owner, reviewer):
    page = owner.post(f"{team}people/rb/roles/", {"roles": ["reader"]}).content.decode()
    assert "has decided about" in page
    assert re.search(r'value="reader"[^>]*checked', page)


def test_who_is_removed_is_out_with_the_next_request_and_can_come_back(team, owner, other_reviewer):
    key = other_reviewer.member.key
    assert other_reviewer.get(team).status_code == 200
    owner.post(f"{team}people/{key}/remove/")
    assert other_reviewer.get(team).status_code == 404
    assert "No longer in the team" in owner.get(team).content.decode()
    owner.post(f"{team}people/{key}/bring-back/")
    assert other_reviewer.get(team).status_code == 200


def test_removing_shows_what_is_at_stake(unscreened):
    owner = cast.plays(unscreened, "ra", "Ann Owner")
    bob = cast.plays(unscreened, "rb", "Bob Reviewer")
    vote(bob.member, "title-abstract", "medline:1", "include")
    address = f"/r/{unscreened.slug}/team/people/rb/remove/"
    page = owner.get(address).content.decode()
    assert "1 vote on records that still wait" in page
    assert "say what becomes" in owner.post(address).content.decode()
    owner.post(address, {"open_votes": "withdraw"})
    assert not models.Decision.objects.filter(person=bob.member, active=True).exists()
    assert bob.get(f"/r/{unscreened.slug}/team/").status_code == 404


def test_a_person_leaves_by_themselves_but_not_the_last_owner(team, owner, reader):
    assert reader.post(f"{team}leave/").status_code == 302
    assert reader.get(team).status_code == 404
    assert "needs an owner" in owner.post(f"{team}leave/").content.decode()
    assert owner.get(team).status_code == 200


def test_a_team_that_is_too_small_is_told(unscreened):
    owner = cast.plays(unscreened, "ra", "Ann Owner")
    models.Membership.objects.filter(review=unscreened).exclude(key="ra").update(left=True)
    page = owner.get(f"/r/{unscreened.slug}/team/").content.decode()
    assert "needs 2 votes, and the team has 1 who may vote" in page


def test_names_with_markup_are_shown_as_text(team, owner, reviewer):
    models.Membership.objects.filter(pk=reviewer.member.pk).update(name="<script>alert(1)</script>")
    page = owner.get(team).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_team_takes_few_queries(team, owner, django_assert_max_num_queries):
    owner.get(team)
    with django_assert_max_num_queries(22):
        owner.get(team)
