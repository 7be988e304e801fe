"""Ids of reports, and what is taken as a report's file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.screening.reports import MOST_BYTES, file_name, pdf_doubts, pdf_refused, report_key
from evisynth.store.exchange.schema import ID, LONGEST_ID

WHOLE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("authors", "year", "key"),
    [
        (["Smith, John", "Jones, A"], 2010, "smith2010"),
        (["Müller-Østergård, K."], 1999, "mullerstergard1999"),
        (["García Álvarez, M"], None, "garciaalvarez"),
        (["World Health Organization"], 2001, "worldhealthorganization2001"),
        (["王, 伟"], 2020, "report2020"),
        ([], None, "report"),
    ],
)
def test_a_report_is_called_after_its_first_author_and_year(authors, year, key):
    assert report_key(authors, year, ()) == key


def test_a_further_report_of_the_same_author_and_year_has_a_letter():
    taken = {"smith2010"}
    assert report_key(["Smith, J"], 2010, taken) == "smith2010b"
    assert report_key(["Smith, J"], 2010, taken | {"smith2010b"}) == "smith2010c"


def test_letters_run_out_and_numbers_go_on():
    taken: set[str] = set()
    for _ in range(40):
        taken.add(report_key(["Li, X"], 2020, taken))
    assert len(taken) == 40
    assert {"li2020", "li2020z", "li2020-27", "li2020-40"} <= taken


@given(st.lists(st.text(), max_size=2), st.one_of(st.none(), st.integers(1, 9999)))
def test_every_id_of_a_report_can_stand_in_a_review_folder(authors, year):
    key = report_key(authors, year, ())
    assert ID.fullmatch(key)
    assert len(key) <= LONGEST_ID


def test_a_whole_pdf_is_taken_without_doubt():
    assert pdf_refused(WHOLE, len(WHOLE)) == pdf_doubts(WHOLE) == ""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "no PDF: it begins with '<html><scrip'"),
        (b"<!-- %PDF-1.4 -->", "no PDF"),
        (b"PK\x03\x04 docx", "no PDF"),
        (b"\xff\xfe\x00", "no PDF"),
    ],
)
def test_what_is_no_pdf_is_refused_whatever_it_is_called(content, why):
    assert why in pdf_refused(content, len(content))


def test_a_file_above_the_limit_is_refused_with_its_size():
    assert "100 MB" in pdf_refused(WHOLE, MOST_BYTES + 1)


def test_a_pdf_without_its_end_is_kept_with_a_doubt():
    assert pdf_refused(WHOLE[:20], 20) == ""
    assert "cut off" in pdf_doubts(WHOLE[:20])


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("smith.pdf", "smith.pdf"),
        ("SMITH 2010.PDF", "SMITH 2010.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\papers\\one.pdf", "one.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("étude 🌰.pdf", "étude.pdf"),
        ("...", "report.pdf"),
        ("", "report.pdf"),
    ],
)
def test_a_file_keeps_its_name_as_far_as_a_folder_can_hold_it(given_name, name):
    assert file_name(given_name) == name


def test_two_files_of_a_report_never_have_one_name():
    assert file_name("Smith.pdf", ["smith.pdf"]) == "Smith (2).pdf"
    assert file_name("smith.pdf", ["smith.pdf", "smith (2).pdf"]) == "smith (3).pdf"


@given(st.text(max_size=300))
def test_every_name_is_one_short_step_in_a_folder(given_name):
    name = file_name(given_name)
    assert re.fullmatch(r"[^/\\\x00-\x1f:*?\"<>|]+\.pdf", name)
    assert not name.startswith((".", "-", " ", "+"))
    assert len(name.encode()) <= 110
