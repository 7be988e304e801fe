"""Conflicts: which there are, who may settle them, and what happens when somebody was quicker."""

import pytest

from evisynth.store import models
from evisynth.store.settling import (
    OPEN,
    REASONS,
    SETTLED,
    Changed,
    Counts,
    counts,
    for_me,
    items_of_kind,
    last_decision,
    settle_seen,
    settles,
    unsettle_seen,
    why_not,
)
from evisynth.store.voting import Refused, item_of, vote, withdraw
from support import cast

pytestmark = pytest.mark.django_db

FULL, FIRST = "full-text", "title-abstract"


def with_conflicts(small):
    """medline:2 in full text and medline:5 on title and abstract are in conflict; pubmed:2 has two reasons."""
    rows = small.tables["screening.csv"]
    small.tables["screening.csv"] = [row for row in rows if row["kind"] == "vote"]
    small.row("screening.csv", stage=FULL, record="pubmed:2", person="rb")["reason"] = "no-outcome"


@pytest.fixture
def review(tmp_path):
    return cast.load(tmp_path, change=with_conflicts)


@pytest.fixture
def people(review):
    return {row.key: row for row in models.Membership.objects.filter(review=review).select_related("review")}


@pytest.fixture
def adjudicator(people):
    return people["rc"]


def seen(review, stage, record):
    return last_decision(item_of(review, stage, record))


def state(review, stage, record):
    item = item_of(review, stage, record)
    return item.state, item.reason


def keys(items):
    return {(item.stage, item.group.best.key) for item in items}


def either(review, people):
    models.Review.objects.filter(pk=review.pk).update(consensus_by="either")
    for person in people.values():
        person.refresh_from_db()


def test_conflicts_of_both_stages_and_reasons_that_differ_are_listed_apart(review):
    assert keys(items_of_kind(review, OPEN)) == {(FIRST, "medline:5"), (FULL, "medline:2")}
    assert keys(items_of_kind(review, REASONS)) == {(FULL, "pubmed:2")}
    assert keys(items_of_kind(review, SETTLED)) == set()
    assert counts(review) == Counts(conflicts=2, reasons_differ=1, settled=0)


def test_two_exclusions_for_one_reason_are_not_listed(review, people):
    vote(people["rb"], FULL, "pubmed:2", "exclude", reason="not-randomised")
    assert keys(items_of_kind(review, REASONS)) == set()


def test_an_adjudicator_settles_and_a_reviewer_does_not_where_a_third_person_does(people, review):
    assert settles(people["rc"])
    assert settles(people["ra"])  # an owner
    assert not settles(people["rb"])
    assert keys(for_me(items_of_kind(review, OPEN), people["rc"])) == keys(items_of_kind(review, OPEN))
    assert keys(for_me(items_of_kind(review, OPEN), people["ra"])) == set()  # voted on both
    assert keys(for_me(items_of_kind(review, OPEN), people["rb"])) == set()


def test_an_owner_settles_what_two_others_voted_on(review, people):
    withdraw(people["ra"], FULL, "medline:2")
    vote(people["rc"], FULL, "medline:2", "include")
    assert keys(for_me(items_of_kind(review, OPEN), people["ra"])) == {(FULL, "medline:2")}
    assert keys(for_me(items_of_kind(review, OPEN), people["rc"])) == {(FIRST, "medline:5")}


def test_the_two_settle_where_the_rule_is_either(review, people):
    either(review, people)
    assert settles(people["rb"])
    assert len(for_me(items_of_kind(review, OPEN), people["rb"])) == 2
    settle_seen(people["rb"], FULL, "medline:2", "include", seen=seen(review, FULL, "medline:2"))
    assert state(review, FULL, "medline:2") == ("included", "")


def test_nobody_settles_who_has_left(people):
    people["rc"].left = True
    assert not settles(people["rc"])


def test_who_may_not_settle_is_told_why(review, people):
    item = item_of(review, FULL, "medline:2")
    assert "an adjudicator or an owner" in why_not(people["rb"], item)
    assert "a third person" in why_not(people["ra"], item)
    assert why_not(people["rc"], item) == ""
    for key in ("ra", "rb"):
        with pytest.raises(Refused):
            settle_seen(people[key], FULL, "medline:2", "include", seen=seen(review, FULL, "medline:2"))
    assert state(review, FULL, "medline:2")[0] == "conflict"


def test_a_conflict_is_settled_with_a_reason_and_opened_again(review, adjudicator):
    at = seen(review, FULL, "medline:2")
    settle_seen(adjudicator, FULL, "medline:2", "exclude", reason="no-outcome", note="asked", seen=at)
    assert state(review, FULL, "medline:2") == ("excluded", "no-outcome")
    assert keys(items_of_kind(review, SETTLED)) == {(FULL, "medline:2")}
    unsettle_seen(adjudicator, FULL, "medline:2", seen=seen(review, FULL, "medline:2"))
    assert state(review, FULL, "medline:2") == ("conflict", "")
    what = list(
        models.Event.objects.filter(review=review).order_by("-position").values_list("what", flat=True)
    )
    assert what[:2] == ["consensus withdrawn", "consensus"]


def test_an_exclusion_in_full_text_needs_its_reason_here_too(review, adjudicator):
    with pytest.raises(Refused, match="one of the review's reasons"):
        settle_seen(adjudicator, FULL, "medline:2", "exclude", seen=seen(review, FULL, "medline:2"))


def test_who_comes_second_learns_what_the_first_did_and_changes_nothing(review, people, adjudicator):
    at = seen(review, FIRST, "medline:5")
    either(review, people)
    settle_seen(people["ra"], FIRST, "medline:5", "exclude", note="other age", seen=at)
    with pytest.raises(Changed, match=r"settled this meanwhile: exclude, noting: other age\."):
        settle_seen(adjudicator, FIRST, "medline:5", "include", seen=at)
    assert state(review, FIRST, "medline:5")[0] == "excluded"
    settle_seen(adjudicator, FIRST, "medline:5", "include", seen=seen(review, FIRST, "medline:5"))
    assert state(review, FIRST, "medline:5")[0] == "included"


def test_a_vote_that_changed_meanwhile_is_told(review, people, adjudicator):
    at = seen(review, FULL, "medline:2")
    vote(people["rb"], FULL, "medline:2", "include")
    with pytest.raises(Changed, match="changed a vote on this meanwhile; it is included now"):
        settle_seen(adjudicator, FULL, "medline:2", "exclude", reason="no-outcome", seen=at)


def test_who_took_back_a_vote_is_not_told_while_the_item_waits(review, people, adjudicator):
    at = seen(review, FULL, "medline:2")
    withdraw(people["rb"], FULL, "medline:2")
    with pytest.raises(Changed, match="is waiting for votes; there is nothing to settle"):
        settle_seen(adjudicator, FULL, "medline:2", "include", seen=at)


def test_a_settlement_taken_back_twice_is_told(review, adjudicator):
    at = seen(review, FULL, "medline:2")
    settle_seen(adjudicator, FULL, "medline:2", "include", seen=at)
    at = seen(review, FULL, "medline:2")
    unsettle_seen(adjudicator, FULL, "medline:2", seen=at)
    with pytest.raises(Changed, match="took back meanwhile"):
        unsettle_seen(adjudicator, FULL, "medline:2", seen=at)


def test_different_reasons_count_with_the_first_until_another_is_chosen(review, adjudicator):
    assert state(review, FULL, "pubmed:2") == ("excluded", "not-randomised")
    at = seen(review, FULL, "pubmed:2")
    settle_seen(adjudicator, FULL, "pubmed:2", "exclude", reason="no-outcome", seen=at)
    assert state(review, FULL, "pubmed:2") == ("excluded", "no-outcome")
    assert counts(review).reasons_differ == 0
    unsettle_seen(adjudicator, FULL, "pubmed:2", seen=seen(review, FULL, "pubmed:2"))
    assert state(review, FULL, "pubmed:2") == ("excluded", "not-randomised")
    assert counts(review).reasons_differ == 1


def test_what_two_excluded_is_not_included_by_a_third(review, adjudicator):
    with pytest.raises(Refused, match="only the reason can be chosen"):
        settle_seen(adjudicator, FULL, "pubmed:2", "include", seen=seen(review, FULL, "pubmed:2"))
    with pytest.raises(Refused, match="Choose one of the review's reasons"):
        settle_seen(adjudicator, FULL, "pubmed:2", "exclude", seen=seen(review, FULL, "pubmed:2"))


def test_what_is_agreed_cannot_be_settled(review, adjudicator):
    with pytest.raises(Refused, match="is no conflict; it is included"):
        settle_seen(adjudicator, FULL, "medline:1", "exclude", reason="no-outcome",
                    seen=seen(review, FULL, "medline:1"))  # fmt: skip
