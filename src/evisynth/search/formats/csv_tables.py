"""CSV, semicolon and tab tables of search exports, by the column maps of `csv_vendors`.

A table may have lines before its header, repeat its header, break lines inside quotes and leave quotes open.
A row whose cells do not fit the header is read as far as possible and reported.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.search.formats.csv_own import EVISYNTH
from evisynth.search.formats.csv_records import Table, places_of, record_of, value_of
from evisynth.search.formats.csv_registers import REGISTERS
from evisynth.search.formats.csv_tools import GENERIC, TOOLS
from evisynth.search.formats.csv_vendors import DATABASES, WEB_OF_SCIENCE, Vendor, column_name
from evisynth.search.record import Reading, ReadProblem

FORMAT = "csv"
KNOWN = (EVISYNTH, *REGISTERS, *DATABASES, *TOOLS)
DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 60  # lines; preambles of search histories are shorter
LONGEST_ROW = 5_000  # lines; an open quote may not swallow more
MOST_REPAIRS = 1_000  # rows cut again in one file, so that hostile quoting cannot make reading slow
FEW_REPAIRS = 100  # rows for which the next row is looked for further away than on the next line
LOOK_AHEAD = 200  # lines; longer summaries of trials are rare
LONGEST_CELL = 10_000_000  # characters; reference lists of Scopus exceed the csv module's 131,072
LONGEST_NAME = 200  # characters of a column's name
NOT_RECORDS = frozenset({"attachment", "note", "annotation"})


@dataclass(frozen=True, slots=True)
class Row:
    cells: list[str]
    start: int  # index of its first line
    end: int  # index after its last line


def recognise(head: str) -> bool:
    """Whether a file that begins like this is a table with a header that names a title and one thing more."""
    table = _find_table(lines_of(head))
    return table is not None and len(table.columns) > 1


def read(text: str, vendor: Vendor | None = None) -> Reading:
    """Read a table, one record for each row after the header that is not blank and not the header again.

    Whose table it is is found from its columns unless `vendor` names their meaning.
    Raises DataError where no line of the beginning is a header with a title column.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    lines = lines_of(text)
    table = _find_table(lines, (vendor,) if vendor else KNOWN)
    if table is None:
        raise DataError(
            f"No line of the first {min(len(lines), HEADER_WITHIN)} is a header with a column for the title. "
            "A table needs a header line; its title column may be called Title."
        )
    reading = Reading(format=FORMAT)
    _report_preamble(lines, table, reading)
    used = _Usage(table)
    for row in _rows(lines, table):
        raw = "\n".join(lines[row.start : row.end])
        if not any(cell.strip() for cell in row.cells):
            continue
        if _furniture(row, raw, table):
            message = "Not a row of the table (header or text of a page); not used."
            reading.problems.append(ReadProblem(row.start + 1, raw[:200], message))
            continue
        reading.found += 1
        _read_row(row, raw, table, reading)
        used.note(row.cells)
    used.report(reading)
    return reading


def lines_of(text: str) -> list[str]:
    r"""The lines of the text. Where "\n" ends them, a carriage return alone is a blank within a cell."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        text = text.replace("\r", " " if "\n" in text else "\n")
    return text.split("\n")


def _find_table(lines: Sequence[str], vendors: Sequence[Vendor] = KNOWN) -> Table | None:
    """The first line that is a known vendor's header, else the one that names most columns with a title."""
    best: Table | None = None
    for start, line in enumerate(lines[:HEADER_WITHIN]):
        for delimiter in DELIMITERS:
            if delimiter not in line and delimiter != ",":
                continue
            cells, _ = cells_at(lines, start, delimiter)
            table = _table_of(tuple(map(value_of, cells)), delimiter, start, vendors)
            if table is None:
                continue
            if table.vendor is not GENERIC:
                return table
            if best is None or len(table.columns) > len(best.columns):
                best = table
    return best


def _table_of(header: tuple[str, ...], delimiter: str, start: int, vendors: Sequence[Vendor]) -> Table | None:
    names = tuple(map(_name, header))
    present = frozenset(names)
    other = GENERIC if vendors is KNOWN else None
    vendor = next((vendor for vendor in vendors if vendor.signature <= present), other)
    if vendor is None:
        return None
    columns = places_of(names, vendor)
    return Table(vendor, delimiter, start, header, names, columns) if "title" in columns else None


def _name(cell: str) -> str:
    return column_name(value_of(cell).removeprefix("\ufeff"))


def cells_at(
    lines: Sequence[str], start: int, delimiter: str, *, plain: bool = False, most: int = LONGEST_ROW
) -> tuple[list[str], int]:
    """The cells of the row that starts at a line, and how many lines, at most so many, it has."""
    upto = (lines[place] + "\n" for place in range(start, min(len(lines), start + most)))
    reader = csv.reader(upto, delimiter=delimiter, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    try:
        return next(reader, []), max(1, reader.line_num)
    except csv.Error:  # a cell beyond LONGEST_CELL
        return lines[start].split(delimiter), 1


def _rows(lines: Sequence[str], table: Table) -> Iterator[Row]:
    """The rows after the header. A row that an open quote made swallow others is cut where the next begins."""
    plain = table.vendor is WEB_OF_SCIENCE and table.delimiter == "\t"  # its tab export quotes nothing
    _, height = cells_at(lines, table.header_line, table.delimiter, plain=plain)
    place, repairs = table.header_line + height, 0
    while place < len(lines):
        if not lines[place] or lines[place].isspace():
            place += 1
            continue
        cells, height = cells_at(lines, place, table.delimiter, plain=plain)
        if height > 1 and repairs < MOST_REPAIRS and _quotes_wrong(lines, place, height, cells, table):
            repairs += 1
            ahead = LOOK_AHEAD if repairs < FEW_REPAIRS else 2
            cells, height = _cut(lines, place, height, table, ahead) or (cells, height)
        yield Row(cells, place, place + height)
        place += height


def _cut(
    lines: Sequence[str], place: int, height: int, table: Table, ahead: int
) -> tuple[list[str], int] | None:
    """A row whose quotes are wrong, cut before the next line that starts a whole row: cells and lines.

    None where no line that it swallowed, of so many looked at, does.
    """
    first = _one_line_row(lines[place], table)
    if len(first) == len(table.names):
        return first, 1
    for after in range(1, min(height, ahead)):
        if lines[place + after].strip():
            cells, size = cells_at(lines, place + after, table.delimiter, most=LOOK_AHEAD)
            if not _quotes_wrong(lines, place + after, size, cells, table):
                return cells_at(lines[place : place + after], 0, table.delimiter) if after > 1 else (first, 1)
    return (first, 1) if place + height >= len(lines) else None


def _quotes_wrong(lines: Sequence[str], place: int, height: int, cells: list[str], table: Table) -> bool:
    if len(cells) != len(table.names):
        return True
    block = (line + "\n" for line in lines[place : place + height])
    try:
        next(csv.reader(block, delimiter=table.delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _one_line_row(line: str, table: Table) -> list[str]:
    """One line as a row, its open quote closed at the line's end or, if that fits better, taken as text."""
    closed, _ = cells_at([line], 0, table.delimiter)
    plain, _ = cells_at([line], 0, table.delimiter, plain=True)
    return plain if len(plain) == len(table.names) != len(closed) else closed


def _report_preamble(lines: Sequence[str], table: Table, reading: Reading) -> None:
    for place, line in enumerate(lines[: table.header_line]):
        if line.strip():
            reading.problems.append(ReadProblem(place + 1, line[:200], "Text before the table; not used."))


def _furniture(row: Row, raw: str, table: Table) -> bool:
    """Whether a row is no record: the header again, lines of a preamble, Zotero's attachments and notes."""
    begins = len(row.cells[0]) <= LONGEST_NAME and _name(row.cells[0]) == table.names[0]  # asked first: fast
    if begins and tuple(map(_name, row.cells)) == table.names:
        return True
    if len(row.cells) <= 2 < len(table.names) and re.match(
        r'\s*("?SEARCH QUERY"?|"?About the data\b|-{3,}|©|"?Copyright\b)', raw
    ):
        return True
    kinds = [row.cells[place] for place in table.columns.get("type", ()) if place < len(row.cells)]
    return table.vendor.name == "Zotero" and any(kind in NOT_RECORDS for kind in kinds)


def _read_row(row: Row, raw: str, table: Table, reading: Reading) -> None:
    line, cells, width = row.start + 1, row.cells, len(table.names)
    if len(cells) > width:
        cells = _rejoined(cells, table)
    record = record_of(table, cells, reading.found, line, raw)
    problem = "" if record.title else "has no title"
    lost = not (record.title or record.abstract or record.doi or record.pmid)
    surplus = [cell for cell in cells[width:] if cell.strip()]
    if len(cells) < width or surplus or len(cells) != len(row.cells):
        problem = f"has {len(row.cells)} cells where the header has {width}; check its fields"
    if lost:
        problem = (
            f"{problem} and nothing to know it by" if problem.startswith("has no") else f"{problem}: no title"
        )
    if problem:
        message = f"Row {reading.found} {problem}."
        reading.problems.append(ReadProblem(line, raw[:200], message, lost_record=lost))
    if not lost:
        reading.records.append(record)


def _rejoined(cells: list[str], table: Table) -> list[str]:
    """Cells cut at delimiters in unquoted text (a blank follows) joined; unchanged if that does not fit."""
    joined: list[str] = []
    for cell in cells:
        if joined and cell[:1] == " ":
            joined[-1] += table.delimiter + cell
        else:
            joined.append(cell)
    return joined if len(joined) == len(table.names) else cells


class _Usage:
    """Which columns have content and are not used: they are noted once for the file."""

    def __init__(self, table: Table) -> None:
        taken = {place for places in table.columns.values() for place in places}
        self.table, self.unused, self.filled = table, set(range(len(table.names))) - taken, set[int]()

    def note(self, cells: list[str]) -> None:
        self.filled.update(
            place for place in self.unused - self.filled if place < len(cells) and cells[place].strip()
        )

    def report(self, reading: Reading) -> None:
        table, line = self.table, self.table.header_line + 1
        if table.vendor is GENERIC:
            known = ", ".join(table.header[place] for places in table.columns.values() for place in places)
            message = f"The table is of no known database; read by the names of its columns: {known}."
            reading.problems.append(ReadProblem(line, "", message))
        if self.filled:
            names = ", ".join(table.header[place] or f"(column {place + 1})" for place in sorted(self.filled))
            message = f"Columns that are not used (they stay with the records as they are): {names}."
            reading.problems.append(ReadProblem(line, "", message))
