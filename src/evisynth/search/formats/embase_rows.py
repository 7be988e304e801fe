"""CSV of Embase.com with a field a row ("CSV, fields by row"): "TITLE","..." then "AUTHOR NAMES","A.","B." ...

A row is the name of a field and its values, one a cell; TITLE starts a record. The names are those of the
columns of the table that Embase.com writes otherwise.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace

from evisynth.search.formats.csv_records import Table, places_of, record_of
from evisynth.search.formats.csv_tables import LONGEST_CELL, cells_at, lines_of
from evisynth.search.formats.csv_vendors import EMBASE, column_name
from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.record import Reading, ReadProblem

FORMAT = "embase-rows"
VENDOR = replace(EMBASE, authors="semicolon", lists=(";",))
START = re.compile(r'^\ufeff?"?TITLE"?,', re.MULTILINE)
FIELD = re.compile(
    r'^"?(?:AUTHOR NAMES|AUTHOR ADDRESSES|SOURCE|SOURCE TITLE|PUBLICATION YEAR|PUBLICATION TYPE|ABSTRACT|PUI)"?,',
    re.MULTILINE,
)
ROW = re.compile(r'"([A-Z][A-Z ()-]{1,60})","')
UNKNOWN = "Fields that are not used (they stay with the records as they are)"
LONGEST_NAME = 60

Row = tuple[list[str], int, int]  # cells, index of its first line, index after its last line


def recognise(head: str) -> bool:
    """Whether a file that begins like this has a field a row: a TITLE row and rows of other fields."""
    head = unix_lines(head)
    return START.search(head) is not None and FIELD.search(head) is not None


def read(text: str) -> Reading:
    """Read a CSV with a field a row, one record for each TITLE row. Rows before the first are reported."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    lines = lines_of(text)
    reading = Reading(format=FORMAT)
    record: list[Row] = []
    unknown: dict[str, None] = {}
    seen: set[str] = set()  # one of these again after a blank line: the TITLE row of a record is missing
    after_blank = False
    for row in _rows(lines):
        cells, start, end = row
        name = _name(cells)
        if name == "title" or (after_blank and name and name in seen):
            _keep(record, lines, reading, unknown)
            record, seen = [row], {name}
        elif record:
            record.append(row)
            seen.add(name)
        elif any(cell.strip() for cell in cells):
            shown = "\n".join(lines[start:end])[:200]
            reading.problems.append(ReadProblem(start + 1, shown, "Text before the first record; not used."))
        after_blank = not name
    _keep(record, lines, reading, unknown)
    if unknown:
        reading.problems.append(ReadProblem(1, "", f"{UNKNOWN}: {', '.join(unknown)}."))
    return reading


def _rows(lines: list[str]) -> Iterator[Row]:
    """The rows; one whose open quote swallowed rows of other fields is cut at the end of its line."""
    place = 0
    while place < len(lines):
        cells, height = cells_at(lines, place, ",")
        if height > 1 and any(map(_starts_field, lines[place + 1 : place + height])):
            cells, height = cells_at(lines[place : place + 1], 0, ",")
        yield cells, place, place + height
        place += height


def _starts_field(line: str) -> bool:
    found = ROW.match(line)
    return found is not None and column_name(found[1]) in VENDOR.columns


def _name(cells: list[str]) -> str:
    return column_name(cells[0][:LONGEST_NAME]) if cells else ""


def _keep(rows: list[Row], lines: list[str], reading: Reading, unknown: dict[str, None]) -> None:
    """Make the rows a record of the reading."""
    if not rows:
        return
    reading.found += 1
    start, end = rows[0][1], rows[-1][2]
    raw = "\n".join(lines[start:end]).rstrip("\n")
    values: dict[str, list[str]] = {}
    for cells, at, _ in rows:
        name, texts = _name(cells), [cell.strip() for cell in cells[1:] if cell.strip()]
        if len(cells) < 2 and cells and cells[0].strip():
            message = f"A row of record {reading.found} that is no field; it is not used."
            reading.problems.append(ReadProblem(at + 1, cells[0][:200], message))
        elif texts and name not in VENDOR.columns:
            unknown.setdefault(cells[0].strip())
        elif texts:
            values.setdefault(name, []).extend(texts)
    names = tuple(values)
    table = Table(VENDOR, ",", 0, names, names, places_of(names, VENDOR))
    record = record_of(table, ["; ".join(texts) for texts in values.values()], reading.found, start + 1, raw)
    if record.title or record.abstract or record.doi or record.pmid:
        reading.records.append(record)
    if not record.title:
        lost = not (record.abstract or record.doi or record.pmid)
        message = f"Record {reading.found} has no title{' and nothing to know it by' if lost else ''}."
        reading.problems.append(ReadProblem(start + 1, raw[:200], message, lost_record=lost))
