"""Background work on its page: how far it is, what came of it, and for whom."""

import pytest

from evisynth.store import models

JOBS = "/r/small-review/jobs/"


def job_of(person, **fields):
    given = {"kind": "import", "state": "running", "step": "Reading <file>", "done": 3, "total": 10} | fields
    return models.Job.objects.create(review=person.member.review, asked_by=person.user, **given)


@pytest.mark.parametrize("who", ["owner", "reviewer", "adjudicator", "statistician", "reader"])
def test_everybody_in_the_team_sees_how_far_work_is(request, owner, who):
    person = owner if who == "owner" else request.getfixturevalue(who)
    job = job_of(owner)
    page = person.get(f"{JOBS}{job.pk}/").content.decode()
    assert 'value="3" max="10"' in page
    assert "Reading &lt;file&gt;" in page
    assert "Importing records" in person.get(JOBS).content.decode()


def test_strangers_see_no_work_and_work_of_another_review_is_not_there(owner, stranger, anonymous):
    job = job_of(owner)
    assert stranger.get(f"{JOBS}{job.pk}/").status_code == 404
    assert stranger.get(f"/r/another-review/jobs/{job.pk}/").status_code == 404
    assert anonymous.get(f"{JOBS}{job.pk}/").status_code == 302


def test_a_part_of_the_page_asks_again_while_work_goes_on_and_no_longer_after(owner):
    job = job_of(owner)
    part = owner.get(f"{JOBS}{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part
    for state in ("done", "failed"):
        models.Job.objects.filter(pk=job.pk).update(state=state, error="Line 3: no number.", kind="other")
        part = owner.get(f"{JOBS}{job.pk}/", headers={"HX-Request": "true"}).content.decode()
        assert "hx-get" not in part
    assert "Line 3: no number." in part
