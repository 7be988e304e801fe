"""The pairs that people decide about: side by side, with the rows of duplicates.csv that decide them."""

import csv
import io
from dataclasses import replace

import pytest

from evisynth.reporting.documents.csv import table_csv
from evisynth.reporting.findings import PairToCheck
from evisynth.reporting.tables.duplicates import SHOWN_PAIRS, arguments, review_band_table
from evisynth.search.record import Record

pytestmark = pytest.mark.django_db  # the findings come from a folder through the database

ONE = Record(
    title="Drops for hiccups.", authors=("Ito, Ken", "Mori, Tomo"), year=2001, journal="Allergy", volume="7", issue="2",
    pages="1-9", doi="10.1/a",
)  # fmt: skip
OTHER = replace(ONE, title="DROPS FOR  HICCUPS", journal="Meeting", volume="8", pages="S1", doi="", pmid="77")
PAIR = PairToCheck("medline:1", "embase:2", "alike, but printed at two places", 0.8123, (ONE, OTHER))


def texts(row):
    return ["".join(run.text for run in cell) for cell in row]


def bold(row):
    return [any(run.bold for run in cell) for cell in row]


def test_a_pair_stands_side_by_side_and_what_differs_is_bold(findings):
    table = review_band_table(replace(findings, review_band=(PAIR,)))
    head, *rows = table.rows
    assert texts(head) == ["medline:1 and embase:2"]
    shown = {texts(row)[0]: (texts(row)[1:], bold(row)[1]) for row in rows}
    assert shown["Title"] == (["Drops for hiccups.", "DROPS FOR  HICCUPS"], False)
    assert shown["First author"] == (["Ito K and 1 more", "Ito K and 1 more"], False)
    assert shown["Volume, issue and pages"] == (["7(2):1-9", "8(2):S1"], True)
    assert shown["DOI"] == (["10.1/a", "–"], False)
    assert shown["PMID"] == (["–", "77"], False)


def test_a_pair_says_what_speaks_for_one_publication_and_what_against():
    assert arguments(PAIR) == (
        "alike, 0.81 of 1; the same: title, first author, year",
        "printed at two places; different: journal, volume, issue and pages",
    )


def test_the_rows_to_paste_decide_the_pair(findings, tmp_path):
    rows = review_band_table(replace(findings, review_band=(PAIR,))).rows
    assert texts(rows[-1]) == [
        "Row for duplicates.csv", "medline:1,embase:2,merge,YOUR-ID,,", "medline:1,embase:2,keep apart,YOUR-ID,,",
    ]  # fmt: skip


def test_the_csv_has_a_row_a_pair_that_begins_like_duplicates_csv(findings):
    pairs = tuple(replace(PAIR, a=f"medline:{n}") for n in range(SHOWN_PAIRS + 3))
    table = review_band_table(replace(findings, review_band=pairs))
    rows = list(csv.DictReader(io.StringIO(table_csv(table))))
    assert len(rows) == SHOWN_PAIRS + 3
    assert list(rows[0])[:6] == ["record_a", "record_b", "decision", "person", "time", "reason"]
    assert (rows[0]["record_a"], rows[0]["record_b"], rows[0]["decision"]) == ("medline:0", "embase:2", "")
    assert (rows[0]["title a"], rows[0]["pmid b"], rows[0]["score"]) == ("Drops for hiccups.", "77", "0.8123")


def test_of_many_pairs_the_document_shows_the_likeliest_and_says_so(findings):
    pairs = tuple(replace(PAIR, a=f"medline:{n}") for n in range(SHOWN_PAIRS + 3))
    table = review_band_table(replace(findings, review_band=pairs))
    heads = [texts(row)[0] for row in table.rows if len(row) == 1]
    assert heads == [f"medline:{n} and embase:2" for n in range(SHOWN_PAIRS)]
    assert texts([table.notes[1]]) == ["The CSV has 3 further pairs."]


def test_a_review_without_such_pairs_has_an_empty_table(findings):
    assert review_band_table(replace(findings, review_band=())).rows == ()
