"""Agreement is shown over what both have judged, and only where votes are open."""

import pytest

from evisynth.store.agreeing import agreements
from evisynth.store.lists import listed
from evisynth.store.voting import vote
from support import cast


@pytest.fixture
def pair(db, tmp_path):
    review = cast.load(tmp_path, change=cast.unscreened)
    one, two = cast.plays(review, "ra", "Ann Owner"), cast.plays(review, "rb", "Bob Reviewer")
    return review, one, two


def test_each_cell_of_the_table_counts_what_was_voted(pair):
    review, one, two = pair
    keys = [record.key for record in listed(review, "waiting").records]
    plan = [("include", "include"), ("include", "exclude"), ("exclude", "exclude"), ("maybe", "include")]
    for key, (first, second) in zip(keys, plan, strict=False):
        vote(one.member, "title-abstract", key, first)
        vote(two.member, "title-abstract", key, second)
    vote(one.member, "title-abstract", keys[len(plan)], "include")
    [found] = agreements(review, "title-abstract")
    table = found.found
    assert (table.both_include, table.only_first, table.only_second, table.both_exclude) == (2, 1, 0, 1)
    assert table.n == len(plan)  # the item with one vote is in no figure


def test_agreement_tells_nothing_of_items_that_wait(pair):
    review, one, two = pair
    key = listed(review, "waiting").records[0].key
    vote(one.member, "title-abstract", key, "include")
    assert agreements(review, "title-abstract") == []
    assert "No two people have judged" in two.get(f"/r/{review.slug}/agreement/").content.decode()


def test_where_kappa_does_not_exist_the_page_says_why(pair):
    review, one, two = pair
    key = listed(review, "waiting").records[0].key
    for person in (one, two):
        vote(person.member, "title-abstract", key, "exclude")
    page = one.get(f"/r/{review.slug}/agreement/").content.decode()
    assert "both excluded every item" in page
