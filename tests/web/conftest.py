"""The fixed cast: every page is tried by each of them. `small` is the review in which they work."""

import pytest
from django.test import Client

from support import cast
from support.cast import Person


@pytest.fixture
def small(db, tmp_path):
    """A small review, all of it done: eight records, four reports, two studies."""
    return cast.load(tmp_path)


@pytest.fixture
def owner(small) -> Person:
    """Ann, an owner who also screens (person ra of the folder)."""
    return cast.plays(small, "ra", "Ann Owner")


@pytest.fixture
def reviewer(small) -> Person:
    """Bob, who screened everything (person rb)."""
    return cast.plays(small, "rb", "Bob Reviewer")


@pytest.fixture
def adjudicator(small) -> Person:
    """Cleo, who settles conflicts (person rc)."""
    return cast.plays(small, "rc", "Cleo Adjudicator")


@pytest.fixture
def other_reviewer(small) -> Person:
    """Dan, a reviewer who has decided nothing yet."""
    return cast.joins(small, "Dan Reviewer", "reviewer")


@pytest.fixture
def statistician(small) -> Person:
    return cast.joins(small, "Eve Statistician", "statistician")


@pytest.fixture
def reader(small) -> Person:
    return cast.joins(small, "Fay Reader", "reader")


@pytest.fixture
def removed(small) -> Person:
    """Gus, who was a reviewer and is no longer in the team."""
    gus = cast.joins(small, "Gus Gone", "reviewer")
    gus.member.left = True
    gus.member.save(update_fields=["left"])
    return gus


@pytest.fixture
def another(db, tmp_path):
    """The stranger's review. Nothing in it has an id that something in `small` has."""
    return cast.another_review(tmp_path / "another")


@pytest.fixture
def stranger(another) -> Person:
    """Sam, owner of another review."""
    return cast.plays(another, "other-ra", "Sam Stranger")


@pytest.fixture
def anonymous() -> Client:
    return Client()


@pytest.fixture
def unscreened(db, tmp_path):
    """The small review before anybody has decided about anything; take it in place of `small`, with cast.plays."""
    return cast.load(tmp_path / "unscreened", "unscreened", cast.unscreened)
