"""Taking a review along: whole, or as far as its blinding allows."""

import csv
import io
import zipfile

import pytest

from evisynth.store import models
from evisynth.store.blind_export import NOTICE
from evisynth.store.exchange.export import export_review
from evisynth.store.jobs import carry_out, take_up
from evisynth.store.lists import BOXES, listed
from evisynth.store.voting import vote
from support import cast


@pytest.fixture
def review(db, tmp_path):
    return cast.load(tmp_path, change=cast.unscreened)


@pytest.fixture
def ann(review):
    return cast.plays(review, "ra", "Ann Owner")


@pytest.fixture
def bob(review):
    return cast.plays(review, "rb", "Bob Reviewer")


def worked():
    """Let a worker do what waits."""
    job = take_up()
    carry_out(job)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def folder_of(person, review, **asked):
    """The files of the folder that a person gets, by name."""
    answer = person.post(f"/r/{review.slug}/export/folder/", asked)
    job = worked()
    assert answer.url == f"/r/{review.slug}/jobs/{job.pk}/"
    assert "Download" in person.get(answer.url).content.decode()
    packed = person.get(f"/work/{job.pk}/file/").content
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return {
            name.partition("/")[2]: files.read(name).decode("utf-8", "replace") for name in files.namelist()
        }


def test_the_folder_is_the_one_that_the_command_line_exports(reader, small, tmp_path):
    export_review(small, tmp_path / "same")
    same = {
        path.relative_to(tmp_path / "same").as_posix(): path.read_bytes().decode("utf-8", "replace")
        for path in (tmp_path / "same").rglob("*")
        if path.is_file()
    }
    assert folder_of(reader, small) == same


def test_votes_that_are_not_open_are_left_out_and_it_is_said(review, ann, bob):
    key = listed(review, "waiting").records[0].key
    vote(ann.member, "title-abstract", key, "maybe", note="very secret")
    files = folder_of(bob, review)
    assert "very secret" not in "".join(files.values())
    assert "history.jsonl" not in files
    assert "1 votes of others" in files[NOTICE]
    assert "very secret" in folder_of(ann, review)["screening.csv"]


def test_an_owner_can_take_everything_and_the_history_tells(review, ann, bob):
    key = listed(review, "waiting").records[0].key
    vote(bob.member, "title-abstract", key, "maybe", note="very secret")
    assert "very secret" not in "".join(folder_of(ann, review).values())
    assert "very secret" in folder_of(ann, review, unblinded="yes")["screening.csv"]
    assert models.Event.objects.filter(review=review, what__startswith="whole copy taken").count() == 1


def test_a_reviewer_cannot_take_what_is_not_open(review, bob):
    assert bob.post(f"/r/{review.slug}/export/folder/", {"unblinded": "yes"}).status_code == 403


def test_nobody_gets_the_file_that_another_asked_for(small, reader, reviewer):
    answer = reader.post(f"/r/{small.slug}/export/folder/")
    file = f"/work/{worked().pk}/file/"
    assert reader.get(file).status_code == 200
    assert reviewer.get(file).status_code == 404
    assert "Download" not in reviewer.get(answer.url).content.decode()


def test_the_table_of_decisions_has_what_is_open(review, ann, bob):
    records = listed(review, "waiting").records
    first, second = records[0].key, records[1].key
    vote(ann.member, "title-abstract", first, "include", note="=HYPERLINK(1)")
    vote(bob.member, "title-abstract", first, "include")
    vote(ann.member, "title-abstract", second, "exclude")

    def table(person):
        text = person.get(f"/r/{review.slug}/export/decisions.csv").content.decode("utf-8-sig")
        return [(row["record"], row["person"], row["note"]) for row in csv.DictReader(io.StringIO(text))]

    both = [(first, "Ann Owner", "'=HYPERLINK(1)"), (first, "Bob Reviewer", "")]
    names = {person.key: person.name for person in models.Membership.objects.filter(review=review)}
    both = [(key, names["ra" if who.startswith("Ann") else "rb"], note) for key, who, note in both]
    assert table(bob) == both
    assert table(ann) == [*both, (second, names["ra"], "")]


@pytest.mark.parametrize("kind", ["csv", "ris", "xlsx", "nbib", "bib", "xml", "json"])
def test_every_list_comes_in_every_format(reader, small, kind):
    for box in BOXES:
        answer = reader.get(f"/r/{small.slug}/export/list/{box}.{kind}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
