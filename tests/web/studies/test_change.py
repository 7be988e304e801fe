"""What is done to studies in their pages, by whom, and what a stale page does."""

import pytest

from evisynth.store import models
from evisynth.store.studies_writing import link, make_study

ALPHA = "/r/small-review/studies/alpha/"
NEW = "/r/small-review/studies/new"
DONE = {  # what is asked for in a page -> what is sent
    "link/": {"report": "night-report"},
    "unlink/": {"report": "marzipan-letter"},
    "primary/": {"report": "marzipan-letter"},
    "merge/": {"other": "gamma-2003"},
    "split/": {"report": "marzipan-letter", "name": "Delta 2004"},
    "remove/": {},
}


@pytest.fixture(autouse=True)
def studies(reviewer):
    """Alpha has a second report, and Gamma has none."""
    link(reviewer.member, "alpha", "marzipan-letter")
    make_study(reviewer.member, "Gamma 2003")


def all_links():
    rows = models.StudyReport.objects.order_by("study__key", "report__key")
    return list(rows.values_list("study__key", "report__key", "role"))


def last():
    return models.Event.objects.filter(review__slug="small-review").latest("position")


@pytest.mark.parametrize("act", DONE)
def test_owners_and_reviewers_do_it_and_take_it_back(owner, reviewer, act):
    before, keys = all_links(), set(models.Study.objects.values_list("key", flat=True))
    address = ALPHA if act != "remove/" else ALPHA.replace("alpha", "gamma-2003")
    assert owner.post(address + act, DONE[act]).status_code == 302
    assert (all_links(), set(models.Study.objects.values_list("key", flat=True))) != (before, keys)
    response = reviewer.post(f"/r/small-review/studies/undo/{last().position}", {"study": "alpha"})
    assert response.status_code == 302
    assert all_links() == before
    assert set(models.Study.objects.values_list("key", flat=True)) == keys


@pytest.mark.parametrize("act", [*DONE, "change/"])
def test_others_may_not(adjudicator, reader, statistician, stranger, act):
    before, events = all_links(), models.Event.objects.count()
    sent = DONE.get(act, {"name": "X", "status": "ongoing"})
    assert [person.post(ALPHA + act, sent).status_code for person in (adjudicator, reader, statistician)] == [
        403
    ] * 3
    assert stranger.post(ALPHA + act, sent).status_code == 404
    assert all_links() == before
    assert models.Event.objects.count() == events


@pytest.mark.parametrize("act", [*DONE, "change/"])
def test_get_is_refused(owner, act):
    assert owner.get(ALPHA + act).status_code == 405


def test_what_is_refused_is_told_on_the_page(owner):
    response = owner.post(ALPHA + "unlink/", {"report": "alpha-report"})
    assert response.status_code == 409
    assert "were taken from alpha-report" in response.content.decode()
    response = owner.post(ALPHA + "link/", {"report": "no-such-report"})
    assert "There is no report &#x27;no-such-report&#x27;" in response.content.decode()


def test_a_study_that_somebody_merged_away_is_not_there(owner, reviewer):
    owner.post(ALPHA + "merge/", {"other": "gamma-2003"})
    assert reviewer.get("/r/small-review/studies/gamma-2003/").status_code == 404
    response = reviewer.post(ALPHA + "merge/", {"other": "gamma-2003"})
    assert response.status_code == 409
    assert "somebody merged or removed it meanwhile" in response.content.decode()


def test_a_study_is_changed(owner):
    page = owner.get(ALPHA)
    sent = {"name": "ALPHA", "status": "awaiting", "registration": "NCT00000001", "design": "open", "note": "n",
            "seen": page.context["seen"]}  # fmt: skip
    assert owner.post(ALPHA + "change/", sent).status_code == 302
    study = models.Study.objects.get(review__slug="small-review", key="alpha")
    assert (study.name, study.status, study.published) == ("ALPHA", "awaiting", False)


def test_a_stale_page_changes_nothing_and_keeps_what_was_typed(owner, reviewer):
    sent = {"name": "Typed by Ann", "status": "included", "seen": owner.get(ALPHA).context["seen"]}
    reviewer.post(ALPHA + "unlink/", {"report": "marzipan-letter"})
    response = owner.post(ALPHA + "change/", sent)
    assert response.status_code == 409
    assert "Somebody changed Alpha 2001 meanwhile" in response.content.decode()
    assert 'value="Typed by Ann"' in response.content.decode()
    for broken in ("", "[]", "{", "null"):
        assert owner.post(ALPHA + "change/", sent | {"seen": broken}).status_code == 409


def test_a_name_that_is_taken_or_missing_is_refused(owner):
    seen = owner.get(ALPHA).context["seen"]
    taken = owner.post(ALPHA + "change/", {"name": "Beta 2002", "status": "included", "seen": seen})
    assert taken.status_code == 409
    assert "has the name Beta 2002 already" in taken.content.decode()
    assert owner.post(ALPHA + "change/", {"name": "", "status": "included", "seen": seen}).status_code == 422


def test_a_new_study_takes_its_reports_with_it(owner, reader, adjudicator, stranger):
    form = owner.get(NEW, {"report": "night-report", "name": "Night 2003"}).content.decode()
    assert 'value="Night 2003"' in form
    assert 'name="report" value="night-report"' in form
    sent = {"name": "Night 2003", "status": "included", "report": ["night-report"]}
    assert [person.post(NEW, sent).status_code for person in (reader, adjudicator)] == [403, 403]
    assert stranger.post(NEW, sent).status_code == 404
    assert owner.post(NEW, sent).headers["Location"] == "/r/small-review/studies/night-2003/"
    assert ("night-2003", "night-report", "primary") in all_links()
    again = owner.post(NEW, sent)
    assert again.status_code == 422
    assert "has the name Night 2003 already" in again.content.decode()


def test_an_event_of_another_kind_or_none_is_not_undone_here(owner, reader):
    assert owner.post("/r/small-review/studies/undo/999").status_code == 404
    response = owner.post("/r/small-review/studies/undo/1", follow=True)
    assert "not about studies" in response.content.decode()
    assert reader.post("/r/small-review/studies/undo/1").status_code == 403


def test_a_study_and_its_reports_lead_to_each_other(reader):
    assert 'href="/r/small-review/full-text/medline:1/"' in reader.get(ALPHA).content.decode()
    assert f'href="{ALPHA}"' in reader.get("/r/small-review/full-text/medline:1/").content.decode()


def test_a_reader_sees_a_study_without_its_forms(reader):
    page = reader.get(ALPHA).content.decode()
    assert "Alpha 2001" in page
    assert ALPHA + "change/" not in page
    assert "Undo" not in page


def test_text_of_people_is_text(owner):
    owner.post(NEW, {"name": "<script>alert(1)</script>", "status": "included"})
    page = owner.get("/r/small-review/studies/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
