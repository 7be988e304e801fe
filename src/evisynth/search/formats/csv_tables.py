"""CSV, semicolon and tab tables of search exports, by the column maps of `csv_vendors`.

A table may have lines before its header, repeat its header, break lines inside quotes and leave quotes open.
A row whose cells do not fit the header is read as far as possible and reported.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.search.formats.csv_authors import authors_of
from evisynth.search.formats.csv_own import BETWEEN_TEXTS, EVISYNTH
from evisynth.search.formats.csv_vendors import GENERIC, VENDORS, WEB_OF_SCIENCE, Vendor
from evisynth.search.formats.formula_cells import unguarded
from evisynth.search.normalise import (
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    year_of,
)
from evisynth.search.record import Reading, ReadProblem, Record

FORMAT = "csv"
KNOWN = (EVISYNTH, *VENDORS)
DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 60  # lines; preambles of search histories are shorter
LONGEST_ROW = 5_000  # lines; an open quote may not swallow more
MOST_REPAIRS = 1_000  # rows cut again in one file, so that hostile quoting cannot make reading slow
LONGEST_CELL = 10_000_000  # characters; reference lists of Scopus exceed the csv module's 131,072
MISSING = frozenset({"na", "n/a", "null", "nan", "none"})
FORMULA = re.compile(r'=\s*"(.*)"', re.DOTALL)  # ="19326203" keeps a spreadsheet from making it a number
URL = re.compile(r"(?:https?|ftp)://[^\s\"<>]+")
VOLUME_PAGES = re.compile(r";\s*([^;:()]*?)\s*(?:\(([^()]*)\))?:\s*([^.;]+)")  # 2020 Feb;63(2):103640.
ARTICLE_NUMBER = re.compile(r"Article Number:\s*([\w.-]*\w)")
EXTRA = re.compile(r"\b(PMID|PMCID):\s*(\w+)")
LEFT_OVER_U2 = re.compile(r"\bU2\s+-\s+(L\d+)")  # Rayyan keeps lines of the RIS in its url
TYPED = re.compile(r"^[A-Z_]+: ")  # "DRUG: Venetoclax" of ClinicalTrials.gov
NOT_RECORDS = frozenset({"attachment", "note", "annotation"})


@dataclass(frozen=True, slots=True)
class Table:
    """Where the header is and what its columns hold."""

    vendor: Vendor
    delimiter: str
    header_line: int  # its index among the lines
    header: tuple[str, ...]  # as the file has it
    names: tuple[str, ...]  # in lower case
    columns: dict[str, tuple[int, ...]]  # part -> columns, the preferred one first


@dataclass(frozen=True, slots=True)
class Row:
    cells: list[str]
    start: int  # index of its first line
    end: int  # index after its last line


def recognise(head: str) -> bool:
    """Whether a file that begins like this is a table with a header that names a title and one thing more."""
    table = _find_table(head.split("\n"))
    return table is not None and len(table.columns) > 1


def read(text: str, vendor: Vendor | None = None) -> Reading:
    """Read a table, one record for each row after the header that is not blank and not the header again.

    Whose table it is is found from its columns unless `vendor` names their meaning.
    Raises DataError where no line of the beginning is a header with a title column.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    lines = text.split("\n")
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


def _find_table(lines: Sequence[str], vendors: Sequence[Vendor] = KNOWN) -> Table | None:
    """The first line that is a known vendor's header, else the one that names most columns with a title."""
    best: Table | None = None
    for start, line in enumerate(lines[:HEADER_WITHIN]):
        for delimiter in DELIMITERS:
            if delimiter not in line and delimiter != ",":
                continue
            cells, _ = _cells(lines, start, delimiter)
            table = _table_of(tuple(map(_value, cells)), delimiter, start, vendors)
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
    columns: dict[str, tuple[int, ...]] = {}
    for name, part in vendor.columns.items():
        places = tuple(place for place, other in enumerate(names) if other == name)
        if places:
            columns[part] = columns.get(part, ()) + places
    return Table(vendor, delimiter, start, header, names, columns) if "title" in columns else None


def _name(cell: str) -> str:
    return one_line(_value(cell).removeprefix("\ufeff")).casefold()


def _value(cell: str) -> str:
    """The cell as text: spreadsheet formula and blanks around it removed."""
    cell = cell.strip()
    formula = FORMULA.fullmatch(cell)
    return formula[1].replace('""', '"').strip() if formula else cell


def _cells(lines: Sequence[str], start: int, delimiter: str, plain: bool = False) -> tuple[list[str], int]:
    """The cells of the row that starts at a line, and how many lines it has."""
    upto = (lines[place] + "\n" for place in range(start, min(len(lines), start + LONGEST_ROW)))
    reader = csv.reader(upto, delimiter=delimiter, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    try:
        return next(reader, []), max(1, reader.line_num)
    except csv.Error:  # a cell beyond LONGEST_CELL
        return [lines[start]], 1


def _rows(lines: Sequence[str], table: Table) -> Iterator[Row]:
    """The rows after the header. An open quote that swallowed further rows is cut at the end of its line."""
    plain = table.vendor is WEB_OF_SCIENCE and table.delimiter == "\t"  # its tab export quotes nothing
    _, height = _cells(lines, table.header_line, table.delimiter, plain=plain)
    place, width, repairs = table.header_line + height, len(table.names), 0
    while place < len(lines):
        cells, height = _cells(lines, place, table.delimiter, plain=plain)
        if height > 1 and repairs < MOST_REPAIRS and _quotes_wrong(lines, place, height, cells, table):
            repairs += 1
            again = _one_line_row(lines[place], table)
            following, _ = _cells(lines, place + 1, table.delimiter)
            if len(again) == width or len(following) == width or place + height >= len(lines):
                cells, height = again, 1
        yield Row(cells, place, place + height)
        place += height


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
    closed, _ = _cells([line], 0, table.delimiter)
    plain, _ = _cells([line], 0, table.delimiter, plain=True)
    return plain if len(plain) == len(table.names) != len(closed) else closed


def _report_preamble(lines: Sequence[str], table: Table, reading: Reading) -> None:
    for place, line in enumerate(lines[: table.header_line]):
        if line.strip():
            reading.problems.append(ReadProblem(place + 1, line[:200], "Text before the table; not used."))


def _furniture(row: Row, raw: str, table: Table) -> bool:
    """Whether a row is no record: the header again, lines of a preamble, Zotero's attachments and notes."""
    if tuple(map(_name, row.cells)) == table.names:
        return True
    if len(row.cells) <= 2 < len(table.names) and re.match(
        r'\s*("?SEARCH QUERY"?|-{3,}|©|"?Copyright\b)', raw
    ):
        return True
    kinds = [row.cells[place] for place in table.columns.get("type", ()) if place < len(row.cells)]
    return table.vendor.name == "Zotero" and any(kind in NOT_RECORDS for kind in kinds)


def _read_row(row: Row, raw: str, table: Table, reading: Reading) -> None:
    line, cells, width = row.start + 1, row.cells, len(table.names)
    if len(cells) > width:
        cells = _rejoined(cells, table)
    record = _record(_Cells(table, cells), table.vendor, reading.found, line, raw)
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


class _Cells:
    """The cells of one row by the part of the record that they hold."""

    def __init__(self, table: Table, cells: list[str]) -> None:
        self.table, self.cells = table, cells

    def all(self, part: str) -> list[str]:
        """The filled cells of a part, the preferred column first, as they are."""
        places = (place for place in self.table.columns.get(part, ()) if place < len(self.cells))
        if self.table.vendor.exact:
            return [unguarded(self.cells[place]) for place in places if self.cells[place]]
        values = (_value(self.cells[place]) for place in places)
        return [value for value in values if value and (part == "title" or value.casefold() not in MISSING)]

    def one(self, part: str) -> str:
        return one_line(next(iter(self.all(part)), ""))

    def texts(self, part: str) -> tuple[str, ...]:
        """Whole texts, one a column; in Evisynth's own table several stand in one cell."""
        values = self.all(part)
        if self.table.vendor.exact:
            values = [text for value in values for text in value.split(BETWEEN_TEXTS)]
        return tuple(map(one_line, values))

    def words(self, part: str, signs: tuple[str, ...]) -> tuple[str, ...]:
        """The parts of lists, in order and each once."""
        found: list[str] = []
        for value in self.all(part):
            sign = next((sign for sign in signs if sign in value), signs[0])
            words = map(one_line, value.split(sign))
            found += words if self.table.vendor.exact else (TYPED.sub("", word) for word in words)
        return tuple(dict.fromkeys(word for word in found if word))


def _record(cells: _Cells, vendor: Vendor, number: int, line: int, raw: str) -> Record:
    links = [link for value in cells.all("links") for link in URL.findall(value)]
    extra = dict(EXTRA.findall(" ".join(cells.all("extra"))))
    left_over = LEFT_OVER_U2.search(" ".join(cells.all("links")))
    accession = left_over[1] if left_over else cells.one("accession").removeprefix("https://openalex.org/")
    volume, issue, pages = _place_in_journal(cells)
    pmid = clean_pmid(cells.one("pmid") or extra.get("PMID", ""))
    names = next((authors_of(cell, "semicolon") for cell in cells.all("full_authors")), ())
    return Record(
        title=cells.one("title"),
        other_titles=cells.texts("other_titles"),
        authors=names or authors_of(cells.one("authors"), vendor.authors),
        year=next(filter(None, (year_of(value) for value in cells.all("year"))), None),
        journal=cells.one("journal"),
        journal_abbreviation=cells.one("journal_abbreviation"),
        volume=volume,
        issue=issue,
        pages=pages,
        abstract=cells.one("abstract"),
        other_abstracts=cells.texts("other_abstracts"),
        doi=clean_doi(cells.one("doi")),
        pmid=pmid,
        pmcid=clean_pmcid(cells.one("pmcid") or extra.get("PMCID", "")),
        registry_ids=cells.words("registry", (";",))
        if vendor.exact
        else registry_ids(accession, *cells.all("registry"), " ".join(cells.all("extra"))),
        accession=accession or (pmid if vendor.name == "PubMed" else ""),
        database=cells.one("database") or vendor.name,
        type=cells.one("type") or vendor.type,
        language=cells.one("language"),
        issn=issn_list(*cells.all("issn")),
        keywords=cells.words("keywords", vendor.lists),
        links=tuple(dict.fromkeys(links)),
        number=number,
        line=line,
        raw=raw,
    )


def _place_in_journal(cells: _Cells) -> tuple[str, str, str]:
    """Volume, issue and pages, from their columns or out of a citation in one line."""
    volume, issue, pages = cells.one("volume"), cells.one("issue"), cells.one("pages")
    citation = cells.one("citation")
    if (found := VOLUME_PAGES.search(citation)) and not cells.table.columns.get("volume"):
        volume, issue, pages = volume or found[1], issue or found[2] or "", pages or found[3].strip()
    first, last, count = cells.one("first_page"), cells.one("last_page"), cells.one("page_count")
    if first and not last and first.isdecimal() and count.isdecimal() and int(count) > 0:
        last = str(int(first) + int(count) - 1)
    article = cells.one("article_number") or next(iter(ARTICLE_NUMBER.findall(citation)), "")
    return volume, issue, page_range(pages) or page_range(first, last) or article
