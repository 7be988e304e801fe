"""An Excel workbook with one sheet: the cells of the CSV, as text, with a frozen header.

Office Open XML (ISO/IEC 29500) at its smallest: cells hold their text themselves. The bytes are the same for
the same records: no time, no name of a user or program is in them.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import IO
from xml.sax.saxutils import escape

from evisynth.errors import DataError
from evisynth.search.formats.csv_own import BETWEEN_TEXTS
from evisynth.search.formats.writing import csv_tables
from evisynth.search.formats.writing.csv_tables import HEADER, rows
from evisynth.search.record import Record

MOST_ROWS = 1_048_576  # of a sheet; the header is one
LARGEST_SHEET = (
    zipfile.ZIP64_LIMIT
)  # bytes before packing; more needs an extension of ZIP that not all programs read
PIECE = 1_000_000  # bytes
LONGEST_CELL = 32_767  # UTF-16 units in a cell; with more Excel says that the file is damaged
CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NUMBERS = frozenset({HEADER.index("record"), HEADER.index("year")})
WIDTHS = {"title": 60, "authors": 40, "abstract": 60, "journal": 30}

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Records" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # Style 1: text (format 49, "@"), so that editing a cell does not make it a formula. Style 2: the header.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    "<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="
    '"1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    "</cellXfs></styleSheet>",
}


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as a workbook holds them. All records are taken before the first piece is given.

    Raises DataError for more records than a sheet has rows, and for a sheet that Excel could not open.
    """
    with tempfile.TemporaryFile() as file:  # sizes, known at the end, stand at the beginning of an archive
        _write(file, records)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(file: IO[bytes], records: Iterable[Record]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as workbook:
        for name, text in _PARTS.items():
            workbook.writestr(_dated(name), _XML + text)
        with workbook.open(_dated("xl/worksheets/sheet1.xml"), "w") as sheet:
            size = sheet.write(_XML.encode())
            for text in _sheet(chain([HEADER], rows(records))):
                size += sheet.write(text.encode())
                if size > LARGEST_SHEET:
                    raise DataError(
                        f"The sheet would be larger than {LARGEST_SHEET / 1e9:.1f} GB, which Excel does not open. "
                        "Write CSV instead."
                    )


def _dated(name: str) -> zipfile.ZipInfo:
    """An entry of the archive with the same date and system always."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    return entry


def held(record: Record) -> Record:
    """What a workbook holds of a plain record: what CSV does; texts and lists only to the length that a cell has."""
    record = csv_tables.held(record)
    return replace(
        record,
        title=_short(record.title),
        abstract=_short(record.abstract),
        journal=_short(record.journal),
        authors=_short_list(record.authors, "; "),
        keywords=_short_list(record.keywords, "; "),
        registry_ids=_short_list(record.registry_ids, "; "),
        other_titles=_short_list(record.other_titles, BETWEEN_TEXTS),
        other_abstracts=_short_list(record.other_abstracts, BETWEEN_TEXTS),
        links=_short_list(record.links, " "),
    )


def _short(text: str) -> str:
    """The text as far as it fits into a cell with an apostrophe before it."""
    room = LONGEST_CELL - 1
    if len(text) <= room // 2:
        return text
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", errors="ignore").rstrip()


def _short_list(parts: tuple[str, ...], between: str) -> tuple[str, ...]:
    """As many of the parts as fit into a cell, whole; a first one that is too long by itself is cut."""
    kept: list[str] = []
    room = LONGEST_CELL - 1
    for part in parts:
        room -= len(part.encode("utf-16-le")) // 2 + len(between)
        if room < 0:
            break
        kept.append(part)
    return tuple(kept) if kept or not parts else (_short(parts[0]),)


def _sheet(table: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
    yield 'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for place, name in enumerate(HEADER, start=1):
        yield f'<col min="{place}" max="{place}" width="{WIDTHS.get(name, 14)}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, cells in enumerate(table, start=1):
        if number > MOST_ROWS:
            raise DataError(
                f"A sheet of a workbook has room for {MOST_ROWS - 1:,} records; here are more. Write CSV instead."
            )
        row = "".join(_cell(cell, place, number) for place, cell in enumerate(cells) if cell)
        yield f'<row r="{number}">{row}</row>'
    yield "</sheetData></worksheet>"


def _cell(text: str, place: int, row: int) -> str:
    address = f"{chr(65 + place)}{row}"
    if row > 1 and place in NUMBERS:
        return f'<c r="{address}"><v>{text}</v></c>'
    style = 2 if row == 1 else 1
    return f'<c r="{address}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(_kept(text))}</t></is></c>'


def _kept(text: str) -> str:
    """The text with _x0041_ written so that it stays: programs read that as the character of this number."""
    return CODED.sub("_x005F_", text)
