"""Tables as CSV: RFC 4180, and nothing in them runs in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.reporting.document import Column, Table, Text
from evisynth.reporting.documents import table_csv
from evisynth.reporting.documents.csv import FORMULA_STARTS, NUMBER


def one_cell(text):
    table = Table("t", "", (Column("a"), Column("b")), (((Text(text),), (Text("x"),)),))
    return list(csv.reader(io.StringIO(table_csv(table), newline="")))[1][0]


def test_titles_come_first_and_a_heading_row_has_one_cell(document):
    table = document.blocks[4]
    assert table_csv(table) == (
        "Study,Events,Risk ratio (95% CI)\nHigh dose\nLongo 2008" + ",11,0.52 (0.31 to 0.87)\n"
    )


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1 555", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "\x00=1"]
)
def test_a_formula_becomes_text(text):
    assert one_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["-0.5", "+3", "-1,5", "-1e-05", "-12%", "-.5", "0.52 (0.31 to 0.87)", "−0.5"]
)
def test_a_number_stays_as_it_is(text):
    assert one_cell(text) == text


def test_an_interval_that_begins_with_minus_becomes_text_without_loss():
    assert one_cell("-0.5 (-1.0 to 0.0)") == "'-0.5 (-1.0 to 0.0)"


def test_commas_quotes_and_line_ends_survive():
    assert one_cell('a, "b"\r\nc\nd') == 'a, "b"\nc\nd'


@given(st.text())
def test_no_cell_is_ever_a_formula(text):
    cell = one_cell(text)
    assert not cell.startswith(FORMULA_STARTS) or NUMBER.fullmatch(cell)


def test_a_row_with_too_many_cells_is_refused():
    table = Table("sizes", "", (Column("a"),), (((Text("1"),), (Text("2"),)),))
    with pytest.raises(DataError, match="Table sizes: a row has 2 cells, the table has 1 columns"):
        table_csv(table)
