"""The table of searches, and that of their runs."""

import pytest

from evisynth.reporting.derivations import all_derivations
from evisynth.reporting.parts import reading_notes
from evisynth.reporting.pictures import pictures_of
from evisynth.reporting.tables import TABLES
from evisynth.store.review_folder import carry_out
from support.small_review import SmallReview
from support.updated_review import UpdatedReview

pytestmark = pytest.mark.django_db


def texts(table):
    return [["".join(run.text for run in cell) for cell in row] for row in table.rows]


@pytest.fixture
def updated(tmp_path):
    return carry_out(UpdatedReview().write(tmp_path)).findings


def test_the_table_of_searches_has_a_heading_for_each_run(updated):
    rows = texts(TABLES["searches"](updated))
    assert [row[0] for row in rows if len(row) == 1] == [
        "The review's own searches", "Update 1", "The whole review",
    ]  # fmt: skip
    assert [(row[0], row[4]) for row in rows if len(row) > 1] == [
        ("MEDLINE", "5"), ("PubMed", "3"), ("MEDLINE", "4"), ("PubMed", "2"), ("All sources", "14"),
    ]  # fmt: skip


def test_a_review_that_searched_once_has_no_headings(findings):
    assert [len(row) for row in texts(TABLES["searches"](findings))] == [6, 6, 6]


def test_the_table_of_updates_has_a_row_a_run_whose_counts_add_up(updated):
    rows = texts(TABLES["updates"](updated))
    assert rows == [
        ["The review's own searches (2 October 2012)", "8", "0", "1", "7", "2", "2"],
        ["Update 1 (2 October 2014)", "6", "2", "1", "3", "2", "1"],
    ]
    for _, records, before, copies, new, *_ in rows:
        assert int(records) == int(before) + int(copies) + int(new)


def carried_out(small, tmp_path):
    return carry_out(small.write(tmp_path)).findings


def test_limits_that_nobody_gave_are_not_told_as_no_limits(findings):
    medline, pubmed, _ = texts(TABLES["searches"](findings))
    assert medline[3] == "1946 on; no limits"
    assert pubmed[3] == "limits not given"


@pytest.mark.parametrize(
    "export", [None, b"", b"%PDF-1.4", b"a,title\n"], ids=["not there", "empty", "refused", "no record"]
)
def test_a_source_that_was_not_read_is_not_told_as_one_that_found_nothing(tmp_path, export):
    small = SmallReview()
    small.row("searches.csv", source="pubmed").update(file="searches/other.csv", sha256="")
    if export is not None:
        small.exports["searches/other.csv"] = export
    findings = carried_out(small, tmp_path)
    table = TABLES["searches"](findings)
    rows = texts(table)
    assert (rows[1][4:], rows[2][4:]) == (["not read", "1 file"], ["5", "1 file"])
    assert "is not known" in "".join(run.text for run in table.notes[1])
    assert "not read: searches/other.csv" in all_derivations(findings)["source/pubmed"].how
    assert "(, )" not in str(reading_notes(findings)) + str(all_derivations(findings)["source/pubmed"].how)


def test_one_file_of_two_that_was_not_read_stands_beside_the_records_of_the_other(tmp_path):
    small = SmallReview()
    small.row("searches.csv", source="pubmed").update(
        file="searches/pubmed.nbib;searches/gone.nbib", sha256=""
    )
    assert texts(TABLES["searches"](carried_out(small, tmp_path)))[1][4:] == ["3", "1 file"]


def test_a_search_that_found_nothing_says_so_and_is_told_as_one(tmp_path):
    small = SmallReview()
    small.add("searches.csv", "trove,Trove,database,,2012-10-03,,none,,,none")
    checked = carry_out(small.write(tmp_path))
    assert checked.problems == ()
    assert texts(TABLES["searches"](checked.findings))[2] == [
        "Trove",
        "–",
        "2012-10-03",
        "no limits",
        "0",
        "0",
    ]
    assert [line.label for line in checked.findings.flow.databases] == ["MEDLINE", "PubMed", "Trove"]
    assert "The search found nothing" in all_derivations(checked.findings)["source/trove"].how


def test_the_diagram_of_an_update_says_that_its_boxes_are_those_of_the_last_run(updated):
    picture = pictures_of(updated)["prisma-flow"].picture
    assert "The boxes count Update 1, the last run of the searches;" in picture.caption
    assert "The boxes count the last run of the searches;" in picture.alt
