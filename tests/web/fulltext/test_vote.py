"""Voting on a report."""

import pytest

from evisynth.store import models
from evisynth.store.reports import retrieval, vote_in_full

REPORT = "/r/small-review/full-text/medline:4/"


@pytest.fixture(autouse=True)
def sought(owner):
    """The report of medline:4 waits for two votes."""
    retrieval(owner.member, "medline:4", None)


def votes():
    rows = models.Decision.objects.filter(
        stage="full-text", record__group__records__key="medline:4", active=True
    )
    return {
        row.person.key: (row.decision, row.reason and row.reason.key) for row in rows.select_related("person")
    }


def vote(person, choice, **more):
    return person.post(REPORT + "vote/", {"choice": choice, "note": "", "seen": "", **more})


@pytest.mark.parametrize(
    ("choice", "given"),
    [
        ("include", ("include", None)),
        ("maybe", ("maybe", None)),
        ("exclude:no-outcome", ("exclude", "no-outcome")),
    ],
)
def test_a_reviewer_votes_and_the_report_is_retrieved(reviewer, choice, given):
    response = vote(reviewer, choice)
    assert response.status_code == 302
    assert votes() == {"rb": given}
    assert models.Report.objects.get(key="marzipan-letter").retrieved is True


def test_an_owner_and_an_adjudicator_may_vote(owner, adjudicator):
    vote(owner, "include")
    vote(adjudicator, "include")
    assert votes() == {"ra": ("include", None), "rc": ("include", None)}


def test_a_reader_may_not_vote(reader, statistician):
    for person in (reader, statistician):
        assert vote(person, "include").status_code == 403
    assert votes() == {}


def test_a_stranger_finds_nothing_to_vote_on(stranger):
    assert vote(stranger, "include").status_code == 404


def test_get_is_refused(reviewer):
    assert reviewer.get(REPORT + "vote/").status_code == 405


@pytest.mark.parametrize(
    "choice", ["", "exclude", "exclude:", "exclude:nothing", "excluded", "include; drop"]
)
def test_what_is_no_decision_is_refused_and_the_note_stays(reviewer, choice):
    response = vote(reviewer, choice, note="long thoughts & <more>")
    assert response.status_code == 422
    assert "long thoughts &amp; &lt;more&gt;" in response.content.decode()
    assert votes() == {}


def test_a_record_that_is_not_in_full_text_is_not_there(reviewer):
    assert reviewer.get("/r/small-review/full-text/medline:3/").status_code == 404
    assert reviewer.post("/r/small-review/full-text/nothing/vote/", {"choice": "include"}).status_code == 404


def test_after_a_vote_comes_the_next_report_or_the_list(reviewer, other_reviewer):
    assert vote(reviewer, "include").headers["Location"] == "/r/small-review/full-text/"


def test_a_double_click_is_one_vote(reviewer):
    vote(reviewer, "include")
    vote(reviewer, "include")
    assert (
        models.Decision.objects.filter(
            stage="full-text", person=reviewer.member, record__key="medline:4"
        ).count()
        == 1
    )


def test_a_stale_tab_changes_nothing_and_says_so(reviewer):
    vote(reviewer, "include")
    response = vote(reviewer, "exclude:no-outcome", seen="", note="typed here")
    assert response.status_code == 409
    assert "In another window you voted include" in response.content.decode()
    assert "typed here" in response.content.decode()
    assert votes() == {"rb": ("include", None)}
    assert vote(reviewer, "exclude:no-outcome", seen="include").status_code == 302
    assert votes() == {"rb": ("exclude", "no-outcome")}


def test_a_report_that_got_all_its_votes_meanwhile_says_so(owner, reviewer, other_reviewer):
    vote(owner, "include")
    vote(reviewer, "include")
    response = vote(other_reviewer, "include")
    assert response.status_code == 409
    assert "has all its votes already" in response.content.decode()


def test_a_report_that_cannot_be_had_has_no_form_and_takes_no_vote(owner, reviewer):
    retrieval(owner.member, "medline:4", False, reason="in no library")
    assert 'id="decide"' not in reviewer.get(REPORT).content.decode()
    assert vote(reviewer, "include").status_code == 409


def test_an_own_vote_is_taken_back(reviewer):
    vote(reviewer, "include")
    assert reviewer.post(REPORT + "take-back/").status_code == 302
    assert votes() == {}
    response = reviewer.post(REPORT + "take-back/", follow=True)
    assert "You have no vote" in response.content.decode()


def test_others_see_a_vote_only_when_all_are_in(owner, reviewer, reader):
    vote(owner, "exclude:no-outcome", note="a secret for now")
    for person in (reviewer, reader):
        page = person.get(REPORT).content.decode()
        assert "a secret for now" not in page
        assert "when all votes are in" in page
    assert "a secret for now" in owner.get(REPORT).content.decode()
    vote(reviewer, "include")
    for person in (owner, reviewer, reader):
        assert "a secret for now" in person.get(REPORT).content.decode()


def test_who_voted_sees_the_other_vote_where_that_is_the_setting(small, owner, reviewer, reader):
    models.Review.objects.filter(pk=small.pk).update(blinding="until own vote", votes_full_text=3)
    vote(owner, "include", note="a secret for now")
    assert "a secret for now" not in reviewer.get(REPORT).content.decode()
    vote(reviewer, "include")
    assert "a secret for now" in reviewer.get(REPORT).content.decode()
    assert "a secret for now" not in reader.get(REPORT).content.decode()


def test_the_criteria_and_reasons_stand_beside_the_report(reviewer, small):
    page = reviewer.get(REPORT).content.decode()
    reasons = models.ExclusionReason.objects.filter(review=small)
    assert page.count('value="exclude:') == reasons.count()
    assert [page.index(f'value="exclude:{reason.key}"') for reason in reasons] == sorted(
        page.index(f'value="exclude:{reason.key}"') for reason in reasons
    )
    for text in small.include_criteria:
        assert text in page


def test_voting_costs_the_same_however_large_the_review_is(reviewer, django_assert_max_num_queries):
    with django_assert_max_num_queries(36):
        vote(reviewer, "include")


def test_text_of_people_is_text(owner, reviewer):
    script = "<script>alert(1)</script>"
    vote_in_full(owner.member, "medline:4", "include", note=script)
    vote_in_full(reviewer.member, "medline:4", "exclude", reason="no-outcome", note=script)
    page = reviewer.get(REPORT).content.decode()
    assert script not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
