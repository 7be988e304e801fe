"""Removing a source in the background: all of it goes or none, and what is asked meanwhile is refused or stops it."""

import pytest

from evisynth.store import models, removing
from evisynth.store.import_asking import Refused as ImportRefused
from evisynth.store.import_asking import ask_import
from evisynth.store.jobs import carry_out, take_up
from evisynth.store.removing import ask_removal
from evisynth.store.sources import Refused, add_source, change_source
from evisynth.store.staging import PREFIX
from evisynth.store.uploads import keep, look_into
from evisynth.store.voting import vote
from support import cast

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Embase", "kind": "database"}


@pytest.fixture
def owner(tmp_path):
    return cast.plays(cast.load(tmp_path, "unscreened", cast.unscreened), "ra", "Ann Owner")


def uploaded(owner, content):
    upload = keep(owner.member.review, owner.user, "again.ris", content)
    look_into(upload, owner.user)
    return upload


def with_twice(owner):
    """A second source with the records of medline, and others: each is a duplicate of one of medline."""
    add_source(owner.member, "twice", FIELDS)
    export = models.ImportBatch.objects.get(search__key="medline")
    ask_import(owner.member, [(uploaded(owner, bytes(export.content) + b"\n").pk, "twice")], {})
    carry_out(take_up())


def state(review):
    groups = models.DuplicateGroup.objects.filter(review=review).order_by("pk")
    items = models.ScreeningItem.objects.filter(review=review).order_by("pk")
    return (
        list(groups.values_list("pk", "best__key", "merges", "size", "reason", "score")),
        list(items.values_list("group_id", "stage", "state", "title", "year", "shuffled")),
        list(models.Record.objects.filter(review=review).order_by("pk").values_list("key", "group_id")),
        list(models.SearchRun.objects.filter(review=review).values_list("key", flat=True)),
        sorted(
            models.DoubtfulPair.objects.filter(review=review).values_list("record_a__key", "record_b__key")
        ),
    )


def test_groups_with_records_of_other_sources_are_as_they_were_before_it_came(owner):
    before = state(owner.member.review)
    with_twice(owner)
    assert state(owner.member.review) != before
    ask_removal(owner.member, "twice")
    job = take_up()
    carry_out(job)
    job.refresh_from_db()
    assert (job.state, job.result["records"]) == ("done", 5)
    assert state(owner.member.review) == before
    assert not models.Review.objects.filter(slug__startswith=PREFIX).exists()
    event = models.Event.objects.filter(review=owner.member.review).latest("position")
    assert (event.what, event.before["records"]) == ("source removed", 5)


def test_groups_of_its_records_alone_go_with_it(owner):
    review = owner.member.review
    ask_removal(owner.member, "pubmed")
    carry_out(take_up())
    left = models.Record.objects.filter(review=review)
    assert {record.search.key for record in left} == {"medline"}
    groups = models.DuplicateGroup.objects.filter(review=review)
    assert set(groups.values_list("pk", flat=True)) == set(left.values_list("group_id", flat=True))
    items = models.ScreeningItem.objects.filter(review=review)
    assert set(items.values_list("group_id", flat=True)) == set(groups.values_list("pk", flat=True))
    assert all(group.best.search.key == "medline" for group in groups)
    assert models.Record.objects.exclude(review=review).count() == 0


def test_a_vote_that_comes_before_it_lets_all_of_it_stay(owner):
    ask_removal(owner.member, "pubmed")
    record = models.Record.objects.filter(group__best__search__key="pubmed").earliest("pk")
    vote(owner.member, "title-abstract", record.key, "include")
    before = state(owner.member.review)
    job = take_up()
    carry_out(job)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "There are votes on records of" in job.error
    assert state(owner.member.review) == before
    assert not models.Review.objects.filter(slug__startswith=PREFIX).exists()


def test_what_breaks_off_before_its_end_removes_nothing(owner, monkeypatch):
    def broken(*_):
        raise RuntimeError("no more")

    with_twice(owner)
    before = state(owner.member.review)
    monkeypatch.setattr(removing, "regroup", broken)
    ask_removal(owner.member, "twice")
    carry_out(take_up())
    assert state(owner.member.review) == before
    monkeypatch.undo()
    ask_removal(owner.member, "twice")
    carry_out(take_up())
    assert "twice" not in state(owner.member.review)[3]


def test_a_worker_that_dies_after_it_leaves_rows_that_the_next_removal_deletes(owner, monkeypatch):
    with_twice(owner)
    monkeypatch.setattr(removing, "clear", lambda _: None)
    ask_removal(owner.member, "twice")
    carry_out(take_up())
    assert models.Review.objects.filter(slug__startswith=PREFIX).count() == 1
    monkeypatch.undo()
    ask_removal(owner.member, "pubmed")
    carry_out(take_up())
    assert not models.Review.objects.filter(slug__startswith=PREFIX).exists()


def test_meanwhile_it_cannot_be_changed_filled_or_removed_again(owner):
    with_twice(owner)
    upload = uploaded(owner, b"TY  - JOUR\nTI  - Another one\nER  - \n")
    ask_removal(owner.member, "twice")
    with pytest.raises(Refused, match="being removed"):
        change_source(owner.member, "twice", FIELDS | {"note": "x"})
    with pytest.raises(Refused, match="being removed already"):
        ask_removal(owner.member, "twice")
    with pytest.raises(ImportRefused, match="is being removed"):
        ask_import(owner.member, [(upload.pk, "twice")], {})


def test_a_source_into_which_files_are_being_imported_is_not_removed(owner):
    add_source(owner.member, "other", FIELDS)
    upload = uploaded(owner, b"TY  - JOUR\nTI  - Another one\nER  - \n")
    ask_import(owner.member, [(upload.pk, "other")], {})
    with pytest.raises(Refused, match="being imported"):
        ask_removal(owner.member, "other")
