"""Imports of files: all of it comes in or nothing, known groups keep their rows, and decisions their records."""

import pytest
from django.db import transaction

from evisynth.store import importing, models
from evisynth.store.duplicate_decisions import keep_apart, merge
from evisynth.store.duplicates import find_duplicates
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.history import breaks
from evisynth.store.import_asking import Refused, ask_import
from evisynth.store.jobs import carry_out, take_up
from evisynth.store.screening_items import ready, rebuild
from evisynth.store.sources import add_source
from evisynth.store.staging import PREFIX, clear_leftovers, staging
from evisynth.store.uploads import keep, look_into
from evisynth.store.voting import vote
from support import cast
from support.small_review_texts import MEDLINE

pytestmark = pytest.mark.django_db

NEW = """\
TY  - JOUR
TI  - Honey against hiccups in sailors: a randomised trial
AU  - Omega, Olga
PY  - 2015
JO  - Journal of the Sea
VL  - 4
SP  - 12
AB  - Sailors with hiccups took honey or water.
ER  -
TY  - JOUR
TI  - Honey against hiccups in sailors: a randomised trial
AU  - Omega, O.
PY  - 2015
JO  - Journal of the Sea
VL  - 4
SP  - 12
ER  -
"""
FIELDS = {"name": "Embase", "kind": "database", "platform": "Ovid", "searched": "2015-01-01", "update": 0}


@pytest.fixture
def owner(tmp_path):
    review = cast.load(tmp_path)
    return cast.plays(review, "ra", "Ann Owner")


def uploaded(owner, text, name="embase.ris", **plan):
    content = text if isinstance(text, bytes) else text.encode()
    upload = keep(owner.member.review, owner.user, name, content)
    upload.plan = plan
    upload.save(update_fields=["plan"])
    look_into(upload, owner.user)
    if upload.preview_job:
        carry_out(take_up())
        upload.refresh_from_db()
    return upload


def imported(owner, *files, new=None):
    job = ask_import(owner.member, [(upload.pk, key) for upload, key in files], new or {})
    carry_out(take_up())
    job.refresh_from_db()
    return job


def rows(review):
    """All that groups, items and doubtful pairs are, by the rows of the groups."""
    groups = models.DuplicateGroup.objects.filter(review=review)
    pairs = models.DoubtfulPair.objects.filter(review=review)
    return (
        {
            g.pk: (g.best.key, str(g.merges), g.size, {*g.records.values_list("key", flat=True)})
            for g in groups
        },
        set(pairs.values_list("record_a__key", "record_b__key", "reason")),
        items(review),
    )


def items(review):
    found = models.ScreeningItem.objects.filter(review=review)
    return sorted(
        found.values_list(
            "group", "stage", "state", "reason", "votes", "settled", "year", "title", "shuffled"
        )
    )


def as_found_anew(review):
    """Whether the rows are what finding all groups and items anew gives."""
    before = rows(review)
    find_duplicates(review)
    rebuild(review)
    return rows(review) == before


def counts():
    names = (
        "Record",
        "ImportBatch",
        "SearchRun",
        "DuplicateGroup",
        "ScreeningItem",
        "DoubtfulPair",
        "Event",
        "Review",
    )
    return {name: getattr(models, name).objects.count() for name in names}


def chain_holds(review):
    return not list(breaks(list(models.Event.objects.filter(review=review).values())))


def test_a_file_comes_in_as_a_new_source_with_its_duplicates_found(owner):
    review = owner.member.review
    before = rows(review)[0]
    job = imported(owner, (uploaded(owner, NEW), "embase"), new={"embase": FIELDS})
    assert (job.state, job.error) == ("done", "")
    assert {name: job.result[name] for name in ("records", "publications", "there_before", "duplicates")} == {
        "records": 2, "publications": 1, "there_before": 0, "duplicates": 1,
    }  # fmt: skip
    search = models.SearchRun.objects.get(review=review, key="embase")
    assert (search.files, search.platform, search.position) == (["searches/embase/embase.ris"], "Ovid", 3)
    (group,) = models.DuplicateGroup.objects.filter(records__key="embase:1")
    assert group.size == 2
    (item,) = models.ScreeningItem.objects.filter(group=group)
    assert (item.review, item.state, item.stage) == (review, "waiting", "title-abstract")
    assert {row: value for row, value in rows(review)[0].items() if row != group.pk} == before
    assert as_found_anew(review)
    event = models.Event.objects.filter(review=review).last()
    assert (event.what, event.after["files"][0]["records"], event.who) == ("records imported", 2, "ra")
    assert chain_holds(review)
    assert not models.Upload.objects.exists()
    assert not models.Review.objects.filter(slug__startswith=PREFIX).exists()


def test_records_found_again_join_their_groups_which_keep_row_state_and_votes(owner):
    review = owner.member.review
    before, state = rows(review)[0], items(review)
    job = imported(owner, (uploaded(owner, MEDLINE + NEW), "again"), new={"again": FIELDS | {"update": 1}})
    assert job.state == "done"
    assert job.result["there_before"] == MEDLINE.count("TY  - ")
    after = rows(review)[0]
    assert before.keys() < after.keys()
    assert len(after) == len(before) + 1
    assert [each for each in items(review) if each[0] in before] == state
    assert as_found_anew(review)


def test_files_are_added_to_a_source_and_numbered_on(owner):
    review = owner.member.review
    job = imported(
        owner,
        (uploaded(owner, NEW, "embase.ris"), "medline"),
        (uploaded(owner, NEW + "\n", "EMBASE.ris"), "medline"),
    )
    assert job.state == "done"
    search = models.SearchRun.objects.get(review=review, key="medline")
    assert search.files == [
        "searches/medline.ris",
        "searches/medline/embase.ris",
        "searches/medline/EMBASE-2.ris",
    ]
    assert len(search.sha256) == 3
    numbers = (
        models.Record.objects.filter(search=search).values_list("position", flat=True).order_by("position")
    )
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert models.SearchRun.objects.filter(key="medline").count() == 1
    assert as_found_anew(review)


def test_what_was_imported_goes_through_the_folder(owner, tmp_path):
    review = owner.member.review
    add_source(owner.member, "empty", FIELDS | {"no_hits": True})
    imported(
        owner,
        (uploaded(owner, MEDLINE + NEW), "embase"),
        new={"embase": FIELDS | {"strategy": "1. honey/\r\n2. or 1"}},
    )
    export_review(review, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    assert problems == []
    export_review(again, tmp_path / "two")
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
    ready(again)
    known = dict(models.Record.objects.filter(review=review).values_list("key", "fields"))
    assert dict(models.Record.objects.filter(review=again).values_list("key", "fields")) == known


def test_people_s_decisions_hold_for_records_that_come_later(owner):
    review = owner.member.review
    merge(owner.member, "medline:2", "medline:5")
    keep_apart(owner.member, "medline:1", "pubmed:1")
    imported(owner, (uploaded(owner, MEDLINE), "again"), new={"again": FIELDS})
    group = {record.key: record.group_id for record in models.Record.objects.filter(review=review)}
    assert group["medline:2"] == group["medline:5"] == group["again:2"] == group["again:5"]
    assert group["medline:1"] != group["pubmed:1"]
    assert as_found_anew(review)


def test_a_decision_made_while_an_import_compares_makes_it_compare_again(owner, monkeypatch):
    review = owner.member.review
    compared, times = importing.Import.compared, []

    def meanwhile(self):
        found = compared(self)
        if not times:
            merge(owner.member, "medline:2", "medline:5")
        times.append(1)
        return found

    monkeypatch.setattr(importing.Import, "compared", meanwhile)
    job = imported(owner, (uploaded(owner, MEDLINE), "again"), new={"again": FIELDS})
    assert (job.state, len(times)) == ("done", 2)
    assert as_found_anew(review)


def test_an_import_that_is_disturbed_each_time_holds_others_off_at_last(owner, monkeypatch):
    review = owner.member.review
    compared, seen = importing.Import.compared, []

    def meanwhile(self):
        seen.append(compared(self))
        if len(seen) < importing.ATTEMPTS:
            (merge, keep_apart)[len(seen) % 2](owner.member, "medline:2", "medline:5")
        return seen[-1]

    monkeypatch.setattr(importing.Import, "compared", meanwhile)
    job = imported(owner, (uploaded(owner, MEDLINE), "again"), new={"again": FIELDS})
    assert (job.state, len(seen)) == ("done", importing.ATTEMPTS)
    assert as_found_anew(review)


def test_votes_meanwhile_do_not_disturb_an_import_and_stay(tmp_path, monkeypatch):
    review = cast.load(tmp_path, change=cast.unscreened)
    owner = cast.plays(review, "ra", "Ann Owner")
    stage = importing.Import.stage

    def meanwhile(self, compared):
        stage(self, compared)
        vote(owner.member, "title-abstract", "medline:1", "include")

    monkeypatch.setattr(importing.Import, "stage", meanwhile)
    assert imported(owner, (uploaded(owner, MEDLINE), "again"), new={"again": FIELDS}).state == "done"
    assert models.ScreeningItem.objects.get(group__records__key="again:1").votes == 1
    assert as_found_anew(review)


@pytest.mark.parametrize("at", ["read", "compared", "stage", "move", "_apply", "_result"])
def test_an_import_that_fails_anywhere_leaves_nothing_and_its_file_waits_again(owner, monkeypatch, at):
    upload = uploaded(owner, MEDLINE + NEW)
    before, all_rows = counts(), rows(owner.member.review)
    done = getattr(importing.Import, at)

    def fails(self, *given):
        done(self, *given)
        raise MemoryError

    monkeypatch.setattr(importing.Import, at, fails)
    job = imported(owner, (upload, "again"), new={"again": FIELDS})
    assert job.state == "failed"
    assert (counts(), rows(owner.member.review)) == (before, all_rows)
    monkeypatch.undo()
    assert imported(owner, (upload, "again"), new={"again": FIELDS}).state == "done"


def test_what_a_dead_worker_left_is_deleted_and_what_others_are_at_is_not(owner):
    review = owner.member.review
    before = counts()
    dead = models.Job.objects.create(kind="import", review=review, state="running")
    alive = models.Job.objects.create(kind="import", review=review, state="running")
    left = []
    for job in (dead, alive):
        hidden = staging(job)
        left.append((hidden, hidden.__enter__()))
        search = models.SearchRun.objects.create(
            review=left[-1][1], position=1, key="x", name="x", kind="database"
        )
        batch = models.ImportBatch.objects.create(
            review=left[-1][1], position=0, search=search, file="x", content=b""
        )
        record = models.Record.objects.create(
            review=left[-1][1], position=1, key="x:1", search=search, batch=batch, fields={}
        )
        group = models.DuplicateGroup.objects.create(review=left[-1][1], position=1, best=record)
        models.Record.objects.filter(pk=record.pk).update(group=group)
    assert clear_leftovers([alive.pk]) == 1
    assert clear_leftovers([]) == 1
    assert counts() == before


@pytest.mark.parametrize(
    ("text", "plan", "message"),
    [
        ("TY  - JOUR\nER  - \nno format at all", {"format": "bibtex"}, "gave no record|cannot be imported"),
        ("just some words\nand more of them", {}, "cannot be imported"),
        (NEW, {"encoding": "klingon"}, "cannot be imported"),
        (NEW, {"mapping": "a: ["}, "cannot be imported"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(owner, text, plan, message):
    upload = uploaded(owner, text, **plan)
    with pytest.raises(Refused, match=message):
        ask_import(owner.member, [(upload.pk, "new")], {"new": FIELDS})
    assert not models.Job.objects.filter(kind="import").exists()


def test_files_of_one_source_are_read_in_one_way(owner):
    forced, plain = uploaded(owner, NEW, encoding="latin-1"), uploaded(owner, NEW + "\n", "b.ris")
    with pytest.raises(Refused, match="read otherwise"):
        ask_import(owner.member, [(forced.pk, "medline")], {})
    with pytest.raises(Refused, match="read otherwise"):
        ask_import(owner.member, [(forced.pk, "new"), (plain.pk, "new")], {"new": FIELDS})
    job = imported(owner, (forced, "new"), new={"new": FIELDS})
    assert job.state == "done"
    assert models.SearchRun.objects.get(key="new").forced_encoding == "latin-1"


def test_a_mapping_is_kept_with_the_source_and_read_again_from_the_folder(owner, tmp_path):
    mapping = "kind: table\nauthors: semicolon\nfields:\n  title: Heading\n  authors: Who\n"
    text = "Heading,Who\nHoney for sailors,Omega O\n"
    upload = uploaded(owner, text, "odd.csv", mapping=mapping)
    assert imported(owner, (upload, "odd"), new={"odd": FIELDS}).state == "done"
    export_review(owner.member.review, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    assert problems == []
    assert models.Record.objects.get(review=again, key="odd:1").title == "Honey for sailors"


def test_somebody_who_left_the_team_imports_nothing(owner):
    upload = uploaded(owner, NEW)
    job = ask_import(owner.member, [(upload.pk, "new")], {"new": FIELDS})
    models.Membership.objects.filter(pk=owner.member.pk).update(left=True)
    before = counts()
    carry_out(take_up())
    job.refresh_from_db()
    assert job.state == "failed"
    assert "no longer in the review" in job.error
    assert counts() == before


def test_an_import_of_a_finished_job_writes_nothing_twice(owner):
    job = imported(owner, (uploaded(owner, NEW), "embase"), new={"embase": FIELDS})
    before = counts()
    models.Job.objects.filter(pk=job.pk).update(tries=9)  # taken over by another worker
    stale = models.Job.objects.get(pk=job.pk)
    stale.tries = 1
    with transaction.atomic():
        carry_out(stale)
    assert counts() == before
