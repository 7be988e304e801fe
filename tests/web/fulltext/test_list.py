"""The list of reports in full text."""

import pytest

from evisynth.store import models
from evisynth.store.reports import retrieval, vote_in_full
from evisynth.store.voting import withdraw

LIST = "/r/small-review/full-text/"


def shown(person, **asked):
    response = person.get(LIST, asked)
    assert response.status_code == 200
    return [item.group.best.key for item in response.context["page"].object_list]


def test_everybody_in_the_team_sees_the_reports(owner, reviewer, adjudicator, reader, statistician):
    for person in (owner, reviewer, adjudicator, reader, statistician):
        assert sorted(shown(person, show="all")) == ["medline:1", "medline:2", "medline:4", "pubmed:2"]


def test_a_stranger_finds_no_list(small, stranger):
    assert stranger.get(LIST).status_code == 404


def test_a_reader_has_no_list_of_own_work(reader):
    page = reader.get(LIST)
    assert "For me to read" not in page.content.decode()
    assert page.context["show"] == "all"


def test_who_decides_begins_with_what_waits_for_them(owner, reviewer):
    assert shown(owner) == []
    assert "No report waits for your vote" in owner.get(LIST).content.decode()
    retrieval(owner.member, "medline:4", None)
    assert shown(owner) == shown(reviewer) == ["medline:4"]


def test_reports_are_filtered_and_ordered(owner):
    assert shown(owner, show="not-retrieved") == ["medline:4"]
    assert shown(owner, show="all", q="night-report") == ["pubmed:2"]
    assert shown(owner, show="all", q="<script>") == []
    assert shown(owner, show="no such list") == shown(owner, show="all")
    assert len(shown(owner, show="all", order="newest")) == 4


def test_an_empty_list_says_what_to_do(unscreened):
    from support import cast

    ann = cast.plays(unscreened, "ra", "Ann Again")
    page = ann.get(f"/r/{unscreened.slug}/full-text/")
    assert "No record is included on title and abstract yet" in page.content.decode()


@pytest.mark.parametrize("blinding", ["until complete", "until own vote"])
def test_nothing_in_the_list_tells_that_somebody_else_voted(small, owner, reviewer, reader, blinding):
    models.Review.objects.filter(pk=small.pk).update(blinding=blinding)
    retrieval(owner.member, "medline:4", True)
    pages = {person: person.get(LIST, {"show": "all"}).content.decode() for person in (reviewer, reader)}
    vote_in_full(owner.member, "medline:4", "exclude", reason="no-outcome", note="for nobody yet")
    for person, before in pages.items():
        after = person.get(LIST, {"show": "all"}).content.decode()
        assert _without_tokens(after) == _without_tokens(before)
    withdraw(owner.member, "full-text", "medline:4")


def _without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_the_list_costs_the_same_however_long_it_is(owner, django_assert_num_queries):
    owner.get(LIST)  # the first request of a session writes it
    for words in ("", "night-report"):  # four reports, and one
        with django_assert_num_queries(11):
            owner.get(LIST, {"show": "all", "q": words})
