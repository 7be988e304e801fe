"""Reports in full text: their rows, files and votes."""

import hashlib
from io import BytesIO

import pytest

from evisynth.errors import DataError
from evisynth.screening.reports import MOST_BYTES
from evisynth.store import models
from evisynth.store.gather import gather
from evisynth.store.report_lists import SHOWN, counted, listed
from evisynth.store.report_parts import PART, pieces
from evisynth.store.reports import add_file, remove_file, retrieval, vote_in_full
from evisynth.store.voting import Refused, vote, withdraw
from support import cast

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\nalmond\n%%EOF\n"


def not_sought(small):
    """Nobody has said anything about the report of medline:4 yet, and nothing was read in full text."""
    rows = small.tables["reports.csv"]
    small.tables["reports.csv"] = [row for row in rows if row["record"] != "medline:4"]


@pytest.fixture
def review(tmp_path):
    return cast.load(tmp_path, change=not_sought)


@pytest.fixture
def member(review):
    return models.Membership.objects.get(review=review, key="ra")


@pytest.fixture
def second(review):
    return models.Membership.objects.get(review=review, key="rb")


def row_of(record):
    return models.Report.objects.filter(record__key=record).first()


def last_event(review):
    return models.Event.objects.filter(review=review).latest("position")


def test_a_file_of_many_parts_is_given_back_as_a_whole_and_in_part(review):
    content = PDF + bytes(range(256)) * (PART // 100)  # two whole parts and some
    member = models.Membership.objects.get(review=review, key="ra")
    file = add_file(member, "medline:4", "long.pdf", BytesIO(content)).file
    assert file.parts.count() == len(content) // PART + 1
    assert b"".join(pieces(file)) == content
    assert b"".join(pieces(file, PART - 3, PART + 4)) == content[PART - 3 : PART + 5]
    assert all(len(piece) <= PART for piece in pieces(file))
    file.parts.filter(start=PART).delete()
    with pytest.raises(DataError, match="the part at byte"):
        list(pieces(file))


def test_a_report_has_no_row_until_somebody_says_something_about_it(review):
    assert models.ScreeningItem.objects.filter(stage="full-text", group__records__key="medline:4").exists()
    assert row_of("medline:4") is None


def test_seeking_makes_the_row_with_an_id_of_author_and_year(review, member):
    report = retrieval(member, "medline:4", None)
    record = report.record
    family = record.fields["authors"][0].partition(",")[0].lower()
    assert report.key == f"{family}{record.year}"
    assert report.retrieved is None
    event = last_event(review)
    assert (event.what, event.who, event.before) == ("report", "ra", None)
    assert event.after["retrieved"] == "being sought"


def test_a_report_being_sought_is_counted_apart_in_the_flow(review, member):
    before = gather(review).flow
    assert (before.not_sought_yet, before.being_sought) == (1, 0)
    retrieval(member, "medline:4", None)
    flow = gather(review).flow
    assert (flow.not_sought_yet, flow.being_sought, flow.not_retrieved, flow.sought) == (0, 1, 0, 4)
    assert flow.problems() == ()


def test_not_retrieved_needs_its_reason(review, member):
    with pytest.raises(Refused, match="Say why"):
        retrieval(member, "medline:4", False, reason="  ")
    assert row_of("medline:4") is None
    report = retrieval(member, "medline:4", False, reason="in no library")
    assert (report.retrieved, report.reason) == (False, "in no library")
    assert gather(review).flow.not_retrieved == 1


def test_a_reason_is_dropped_when_the_report_is_found_after_all(member):
    retrieval(member, "medline:4", False, reason="in no library")
    assert retrieval(member, "medline:4", True, reason="in no library").reason == ""


def test_saying_the_same_again_is_no_event(review, member):
    retrieval(member, "medline:4", None)
    events = models.Event.objects.filter(review=review).count()
    retrieval(member, "medline:4", None)
    assert models.Event.objects.filter(review=review).count() == events


def test_a_file_makes_the_report_retrieved_and_is_kept_with_its_hash(review, member):
    retrieval(member, "medline:4", False, reason="in no library")
    added = add_file(member, "medline:4", "../letter.pdf", BytesIO(PDF))
    report = row_of("medline:4")
    assert (report.retrieved, report.reason) == (True, "")
    assert (added.file.name, added.file.sha256) == ("letter.pdf", hashlib.sha256(PDF).hexdigest())
    assert b"".join(pieces(models.ReportFile.objects.get(pk=added.file.pk))) == PDF
    assert last_event(review).after == {
        "report": report.key, "file": "letter.pdf", "sha256": added.file.sha256,
    }  # fmt: skip


def test_a_file_that_is_no_pdf_leaves_nothing_behind(review, member):
    with pytest.raises(Refused, match="no PDF"):
        add_file(member, "medline:4", "x.pdf", BytesIO(b"<html>"))
    with pytest.raises(Refused, match="100 MB"):
        add_file(member, "medline:4", "x.pdf", BytesIO(PDF + bytes(MOST_BYTES)))
    assert row_of("medline:4") is None
    assert not models.ReportFile.objects.exists()


def test_the_same_file_is_not_kept_twice(member):
    add_file(member, "medline:4", "one.pdf", BytesIO(PDF))
    with pytest.raises(Refused, match=r"this very file already, as one\.pdf"):
        add_file(member, "medline:4", "two.pdf", BytesIO(PDF))


def test_two_files_of_one_name_are_told_apart(member):
    add_file(member, "medline:4", "one.pdf", BytesIO(PDF))
    assert add_file(member, "medline:4", "ONE.pdf", BytesIO(PDF + b"2")).file.name == "ONE (2).pdf"


def test_the_history_keeps_the_hash_of_a_removed_file(review, member):
    added = add_file(member, "medline:4", "one.pdf", BytesIO(PDF))
    assert remove_file(member, "medline:4", added.file.pk) == "one.pdf"
    assert not models.ReportFile.objects.exists()
    assert last_event(review).before["sha256"] == added.file.sha256
    with pytest.raises(Refused, match="not there any more"):
        remove_file(member, "medline:4", added.file.pk)


def test_a_report_whose_file_is_here_cannot_be_called_not_retrieved(member):
    add_file(member, "medline:4", "one.pdf", BytesIO(PDF))
    with pytest.raises(Refused, match="remove it first"):
        retrieval(member, "medline:4", False, reason="lost")


def test_a_vote_says_that_the_report_was_read(review, member):
    given, new = vote_in_full(member, "medline:4", "include", note="clear")
    assert new
    assert given.row.note == "clear"
    assert row_of("medline:4").retrieved is True
    _, again = vote_in_full(member, "medline:4", "maybe")
    assert not again


def test_nobody_votes_on_a_report_that_cannot_be_had(review, member):
    retrieval(member, "medline:4", False, reason="in no library")
    with pytest.raises(Refused, match="in no library"):
        vote_in_full(member, "medline:4", "include")
    assert not models.Decision.objects.filter(stage="full-text", record__key="medline:4").exists()


def test_an_exclusion_has_exactly_one_of_the_reasons(review, member):
    for reason in ("", "not-a-reason"):
        with pytest.raises(Refused, match="one of the review's reasons"):
            vote_in_full(member, "medline:4", "exclude", reason=reason)
    assert row_of("medline:4") is None
    given, _ = vote_in_full(member, "medline:4", "exclude", reason="no-outcome")
    assert given.row.reason.key == "no-outcome"


def test_a_record_that_is_excluded_again_needs_no_vote_in_full_text(review, member, second):
    vote_in_full(member, "medline:4", "include")
    for person in (member, second):
        vote(person, "title-abstract", "medline:4", "exclude")
    with pytest.raises(Refused, match="excluded on title and abstract now"):
        vote_in_full(second, "medline:4", "include")


def test_a_record_that_is_excluded_before_anybody_touched_it_leaves_no_report(review, member, second):
    for person in (member, second):
        vote(person, "title-abstract", "medline:4", "exclude")
    assert row_of("medline:4") is None
    assert not models.ScreeningItem.objects.filter(
        stage="full-text", group__records__key="medline:4"
    ).exists()


def keys(items):
    return list(items.values_list("group__best__key", flat=True))


def test_each_list_has_what_its_name_says(review, member):
    assert counted(member) == {
        "mine": 1, "all": 4, "sought": 1, "not-retrieved": 0, "waiting": 0, "conflict": 0, "included": 2,
        "excluded": 1, "dropped": 0,
    }  # fmt: skip
    assert keys(listed(member, "mine")) == keys(listed(member, "sought")) == ["medline:4"]
    assert {name: listed(member, name).count() for name in SHOWN} == counted(member)


def test_a_report_leaves_the_list_of_who_voted_and_stays_in_that_of_the_other(review, member, second):
    vote_in_full(member, "medline:4", "include")
    assert keys(listed(member, "mine")) == []
    assert keys(listed(second, "mine")) == ["medline:4"]
    withdraw(member, "full-text", "medline:4")
    assert keys(listed(member, "mine")) == ["medline:4"]


def test_a_report_that_cannot_be_had_waits_for_nobody(review, member):
    retrieval(member, "medline:4", False, reason="in no library")
    assert keys(listed(member, "mine")) == []
    assert keys(listed(member, "not-retrieved")) == ["medline:4"]


def test_words_and_orders(review, member):
    key = models.Report.objects.get(record__key="pubmed:2").key
    assert keys(listed(member, "all", words=key)) == ["pubmed:2"]
    assert keys(listed(member, "all", words="no such word")) == []
    years = list(listed(member, "all", order="newest").values_list("year", flat=True))
    assert years == sorted(years, reverse=True)
    titles = list(listed(member, "all", order="title").values_list("title", flat=True))
    assert titles == sorted(titles)
