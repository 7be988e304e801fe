"""A table as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet."""

import csv
import io
import re

from evisynth.reporting.document import Runs, Table
from evisynth.reporting.documents.text import clean_lines, is_heading_row

# What Excel, LibreOffice and Google Sheets take as the start of a formula, with their full-width twins.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?%?")


def table_csv(table: Table) -> str:
    r"""The table with its column titles first and \n line ends; a heading row has one cell.

    A cell that a spreadsheet would run as a formula gets a leading apostrophe; a number such as -0.5 stays.
    """
    table = table.as_csv or table
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutral(column.title) for column in table.columns])
    for row in table.rows:
        cells = row[:1] or ((),) if is_heading_row(table, row) else row
        writer.writerow([_cell(runs) for runs in cells])
    return out.getvalue()


def _cell(runs: Runs) -> str:
    return neutral("".join(run.text for run in runs))


def neutral(text: str) -> str:
    """The text of a cell, with a leading apostrophe where a spreadsheet would run it as a formula."""
    # Judged before and after cleaning: a removed NUL must not bring a formula to the front.
    cleaned = clean_lines(text)
    starts_formula = text.startswith(FORMULA_STARTS) or cleaned.startswith(FORMULA_STARTS)
    return f"'{cleaned}" if starts_formula and not NUMBER.fullmatch(cleaned) else cleaned
