"""The queue of conflicts."""

import pytest

from evisynth.store import models
from evisynth.store.voting import unsettle, vote

LIST = "/r/small-review/conflicts/"


@pytest.fixture
def conflicts(adjudicator, reviewer):
    """medline:5 on title and abstract and medline:2 in full text are in conflict; pubmed:2 has two reasons."""
    unsettle(adjudicator.member, "title-abstract", "medline:5")
    unsettle(adjudicator.member, "full-text", "medline:2")
    vote(reviewer.member, "full-text", "pubmed:2", "exclude", reason="no-outcome")


def shown(person, **asked):
    response = person.get(LIST, asked)
    assert response.status_code == 200
    return [(item.stage, item.group.best.key) for item in response.context["page"].object_list]


def test_everybody_in_the_team_sees_the_conflicts(
    conflicts, owner, reviewer, adjudicator, reader, statistician
):
    for person in (owner, reviewer, adjudicator, reader, statistician):
        assert shown(person) == [("title-abstract", "medline:5"), ("full-text", "medline:2")]
        assert shown(person, kind="reasons differ") == [("full-text", "pubmed:2")]


def test_a_stranger_finds_nothing(small, stranger):
    assert stranger.get(LIST).status_code == 404


def test_only_who_may_settle_is_offered_it(conflicts, owner, reviewer, adjudicator):
    page = adjudicator.get(LIST)
    assert "Start to settle" in page.content.decode()
    assert len(page.context["to_settle"]) == 2
    page = owner.get(LIST)  # voted on both
    assert "Start to settle" not in page.content.decode()
    assert "no, I voted on it" in page.content.decode()
    assert "Mine to settle" not in reviewer.get(LIST).content.decode()


def test_the_two_may_settle_where_the_review_says_so(small, conflicts, reviewer, reader):
    models.Review.objects.filter(pk=small.pk).update(consensus_by="either")
    assert "Start to settle" in reviewer.get(LIST).content.decode()
    assert "Start to settle" not in reader.get(LIST).content.decode()


def test_conflicts_are_filtered_and_ordered(conflicts, adjudicator, owner):
    assert shown(adjudicator, stage="full-text") == [("full-text", "medline:2")]
    assert shown(adjudicator, q="no such word") == []
    assert len(shown(adjudicator, mine="yes")) == 2
    assert shown(owner, mine="yes") == []
    assert len(shown(adjudicator, order="newest", kind="nothing")) == 2


def test_what_was_settled_is_a_list_of_its_own(small, adjudicator):
    assert shown(adjudicator) == []
    assert "There is no conflict" in adjudicator.get(LIST).content.decode()
    assert shown(adjudicator, kind="settled") == [("title-abstract", "medline:5"), ("full-text", "medline:2")]


def test_the_list_costs_the_same_however_long_it_is(conflicts, adjudicator, django_assert_num_queries):
    adjudicator.get(LIST)  # the first request of a session writes it
    for stage in ("", "full-text"):  # two conflicts, and one
        with django_assert_num_queries(10):
            adjudicator.get(LIST, {"stage": stage})
