"""The studies of a review, and reports that are of none."""

import pytest

from evisynth.store import models
from evisynth.store.studies_writing import make_study, unlink
from support import cast

LIST = "/r/small-review/studies/"
WITHOUT = "/r/small-review/studies/without-study"


@pytest.fixture
def loose(small):
    """beta-report, which is included, is of no study, and nothing was taken from it."""
    for model in (models.ExtractedValue, models.Assessment):
        model.objects.filter(review=small, report__key="beta-report").delete()
    unlink(models.Membership.objects.get(review=small, key="rb"), "beta", "beta-report")


def shown(person, **asked):
    response = person.get(LIST, asked)
    assert response.status_code == 200
    return [study.key for study in response.context["page"].object_list]


def test_everybody_in_the_team_sees_the_studies_with_their_reports(owner, reviewer, adjudicator, reader):
    for person in (owner, reviewer, adjudicator, reader):
        assert shown(person) == ["alpha", "beta"]
        page = person.get(LIST).content.decode()
        assert "alpha-report" in page
        assert "no study yet" not in page


def test_a_stranger_finds_nothing(small, stranger):
    assert stranger.get(LIST).status_code == 404
    assert stranger.get(WITHOUT).status_code == 404


def test_studies_are_filtered_and_ordered(owner):
    make_study(owner.member, "Zeta 2020", status="ongoing")
    assert shown(owner, status="ongoing") == ["zeta-2020"]
    assert shown(owner, q="beta") == ["beta"]
    assert shown(owner, q="%_'") == []
    assert shown(owner, order="added") == ["zeta-2020", "beta", "alpha"]
    assert "No study fits" in owner.get(LIST, {"status": "awaiting"}).content.decode()


def test_an_included_report_without_a_study_is_told_until_it_has_one(loose, reader, reviewer):
    page = reader.get(LIST).content.decode()
    assert "1 included report belongs to no study yet" in page
    assert "Of these included studies no report is included" in page
    assert "beta-report" in reader.get(WITHOUT).content.decode()
    assert "belongs to no study yet" in reader.get("/r/small-review/full-text/medline:2/").content.decode()
    reviewer.post(f"{LIST}beta/link/", {"report": "beta-report", "back": "reports-without-study"})
    assert "no study yet" not in reader.get(LIST).content.decode()
    assert "Each included report belongs to a study" in reader.get(WITHOUT).content.decode()


def test_only_who_may_is_offered_to_link(loose, reader, adjudicator, reviewer):
    assert "A study of its own" in reviewer.get(WITHOUT).content.decode()
    for person in (reader, adjudicator):
        page = person.get(WITHOUT).content.decode()
        assert "A study of its own" not in page
        assert 'action="/r/small-review/studies' not in page


def test_a_report_is_linked_to_a_study_that_is_named(loose, reader, stranger, reviewer):
    sent = {"report": "beta-report", "study": "alpha"}
    link = "/r/small-review/studies/link"
    assert reader.post(link, sent).status_code == 403
    assert stranger.post(link, sent).status_code == 404
    assert reviewer.get(link).status_code == 405
    wrong = reviewer.post(link, sent | {"study": "no such"}, follow=True)
    assert "There is no study &#x27;no such&#x27;" in wrong.content.decode()
    reviewer.post(link, sent)
    assert models.StudyReport.objects.filter(study__key="alpha", report__key="beta-report").exists()


def test_a_review_without_studies_says_where_they_come_from(unscreened):
    ann = cast.plays(unscreened, "ra", "Ann Again")
    assert "There is no study yet" in ann.get(f"/r/{unscreened.slug}/studies/").content.decode()


def test_the_list_costs_the_same_however_long_it_is(owner, django_assert_num_queries):
    owner.get(LIST)  # the first request of a session writes it
    for words in ("", "alpha"):
        with django_assert_num_queries(9):
            owner.get(LIST, {"q": words})
