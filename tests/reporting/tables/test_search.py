"""The table of searches, and that of their runs."""

import pytest

from evisynth.reporting.tables import TABLES
from evisynth.store.review_folder import carry_out
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
