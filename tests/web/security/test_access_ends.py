"""Who is no longer in the team, or has a lesser part, can do no more than that, whatever was prepared before."""

import pytest
from django.urls import reverse

from evisynth.store import models
from evisynth.store.folders import export_in_background
from evisynth.store.invitations import invite
from evisynth.store.jobs import Progress, ask, carry_out
from evisynth.store.studies_writing import change_study, make_study, told
from evisynth.store.team import change_roles, remove
from support import cast


def exported(person):
    job = ask("export", review=person.member.review, by=person.user, member=person.member.pk, unblinded=False)
    models.Job.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()
    export_in_background(job, Progress(job))
    return job


def test_a_folder_is_not_fetched_after_leaving(small, owner, reviewer):
    job = exported(reviewer)
    where = reverse("work-file", args=[job.pk])
    assert reviewer.get(where).status_code == 200
    remove(owner.member, "rb", "keep")
    assert reviewer.get(where).status_code == 404


def test_a_whole_folder_is_not_written_for_who_is_no_owner_any_more(small, owner, other_reviewer):
    job = ask("export", review=small, by=other_reviewer.user, member=other_reviewer.member.pk, unblinded=True)
    models.Job.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()
    carry_out(job)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "another part" in job.error


def test_an_export_takes_no_other_file_away(small, owner):
    kept = models.Upload.objects.create(
        review=small, by=owner.user, name=f"{small.slug}-folder.ris", content=b"x", sha256="0" * 64
    )
    first, second = exported(owner), exported(owner)
    assert models.Upload.objects.filter(pk=kept.pk).exists()
    assert not models.Upload.objects.filter(pk=models.Job.objects.get(pk=first.pk).result["file"]).exists()
    assert models.Upload.objects.filter(pk=models.Job.objects.get(pk=second.pk).result["file"]).exists()


@pytest.mark.parametrize("how", ["removed", "no owner any more"])
def test_links_that_a_former_owner_made_work_no_more(small, owner, how):
    second = cast.joins(small, "Olga Owner", "owner")
    _, token = invite(second.member, ["owner"])
    if how == "removed":
        remove(owner.member, second.member.key, "")
    else:
        change_roles(owner.member, second.member.key, ["reader"])
    assert second.post(reverse("join", args=[token])).status_code == 410
    second.member.refresh_from_db()
    assert second.member.left or second.member.roles == ["reader"]
    assert models.Event.objects.filter(review=small).latest("position").after["invitations withdrawn"] == 1


def test_who_became_a_reader_does_not_undo_what_they_did_to_studies(small, owner, other_reviewer):
    study = models.Study.objects.filter(review=small).earliest("position")
    was, seen = study.name, told(small, [study.key])[study.key]
    change_study(other_reviewer.member, study.key, seen, name="Another name")
    event = models.Event.objects.filter(review=small).latest("position")
    models.Membership.objects.filter(pk=other_reviewer.member.pk).update(roles=["reader"])
    where = reverse("history-undo", args=[small.slug, event.position])
    assert where not in other_reviewer.get(reverse("history", args=[small.slug])).content.decode()
    assert "Only" in other_reviewer.post(where, follow=True).content.decode()
    study.refresh_from_db()
    assert study.name == "Another name" != was


def test_an_event_that_says_too_little_is_no_error(small, owner):
    event = models.Event.objects.create(
        review=small, position=99, when="2026-01-01T00:00:00Z", who="ra", what="vote", before={"stage": 1},
        after={"items": 3}, previous="", hash="",
    )  # fmt: skip
    answer = owner.post(reverse("history-undo", args=[small.slug, event.position]), follow=True)
    assert "not enough to take it back" in answer.content.decode()


def test_a_part_in_a_review_is_looked_up_with_each_request(small, owner, other_reviewer):
    at = reverse("screening", args=[small.slug])
    assert other_reviewer.get(at).status_code == 200
    change_roles(owner.member, other_reviewer.member.key, ["reader"])
    assert other_reviewer.get(at).status_code == 403
    remove(owner.member, other_reviewer.member.key, "")
    assert other_reviewer.get(at).status_code == 404


def test_names_that_templates_know_otherwise_break_no_page(small, owner):
    """A study may be called Items, and a person I. T. E. M. S.: a template's `.items` would be these."""
    member = cast.joins(small, "I T E M S", "reader").member
    assert member.key == "items"
    make_study(owner.member, "Items")
    shown = owner.get(reverse("history", args=[small.slug])).content.decode()
    assert "I T E M S" in shown
    assert owner.get(reverse("study", args=[small.slug, "items"])).status_code == 200
