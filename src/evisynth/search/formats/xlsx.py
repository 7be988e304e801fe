"""Excel workbooks (.xlsx) of databases and of Evisynth: the first sheet, read as a table.

A workbook is a ZIP archive from a stranger. Nothing of it is unpacked to the disk; what is unpacked in memory
is counted, and too much is refused. Office Open XML: ISO/IEC 29500.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import normpath
from typing import IO, TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.search.formats import csv_tables
from evisynth.search.formats.safe_xml import parse_xml, refuse_entities
from evisynth.search.normalise import one_line
from evisynth.search.record import Reading, ReadProblem

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "xlsx"
MOST_ENTRIES = 2_000  # of the archive; a workbook has some ten, and one for each picture
MOST_BYTES = 1_000_000_000  # of one part, unpacked
MOST_TIMES = 400  # larger unpacked than packed; sheets of repeated text reach some 100
MOST_REPEATED = (
    50  # characters of the table for each byte packed: cells share texts, those of a bomb one long one
)
STRING_SIZE = 50  # bytes that a string takes beside its characters
TOO_LARGE = (
    "The workbook's texts would have more than {:,} characters, from a file far smaller; "
    "that is no table of records. Save the table as CSV (UTF-8)."
)
ALWAYS_ALLOWED = 20_000_000  # bytes that need no look at the ratio
MOST_COLUMNS = 2_000
LONGEST_SHEET = 1_048_576  # rows
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
COLUMN = re.compile(r"([A-Z]{1,3})\d{1,7}")
HEAD = 64_000  # bytes in which a DOCTYPE would stand


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a ZIP archive that has the parts of a workbook."""
    return data.startswith(b"PK\x03\x04") and b"xl/workbook.xml" in data


def read_bytes(data: bytes) -> Reading:
    """Read the first sheet of a workbook as a table; further sheets that have cells are reported.

    Raises DataError where the archive is damaged, too large unpacked, or no table of records.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_large(archive)
            sheets = _sheets(archive)
            most = max(ALWAYS_ALLOWED, MOST_REPEATED * len(data))
            strings = _shared_strings(archive, most)
            table = _as_csv(_rows(archive, sheets[0][1], strings), most)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"The workbook is damaged or locked and cannot be unpacked ({error}); save the table as CSV (UTF-8)."
        ) from error
    reading = csv_tables.read(table)
    reading.format = FORMAT
    if len(sheets) > 1:
        names = ", ".join(name for name, _ in sheets[1:])
        message = f"The first sheet ({sheets[0][0]}) was read; these were not: {names}."
        reading.problems.insert(0, ReadProblem(0, "", message))
    return reading


def _refuse_large(archive: zipfile.ZipFile) -> None:
    """Raise DataError for an archive that says it is a bomb; what lies about its size is stopped on reading."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise DataError(f"The workbook has {len(entries)} parts; at most {MOST_ENTRIES} are read.")
    for entry in entries:
        most = max(ALWAYS_ALLOWED, MOST_TIMES * entry.compress_size)
        if entry.file_size > min(most, MOST_BYTES):
            raise DataError(
                f"The workbook's part {entry.filename} would be {entry.file_size:,} bytes unpacked from "
                f"{entry.compress_size:,}; that is no table of records. Save the table as CSV (UTF-8)."
            )


class _Counted(io.RawIOBase):
    """A part of the archive that ends with an error where it is longer than the archive says."""

    def __init__(self, inner: IO[bytes], size: int) -> None:
        self.inner, self.left = inner, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.inner.read(min(size, 1 << 20) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise DataError("A part of the workbook is longer than the archive says; it is not read.")
        return data


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each sheet, in the order of the workbook."""
    links = {}
    for link in _parsed(archive, "xl/_rels/workbook.xml.rels"):
        target = str(link.get("Target", ""))
        links[str(link.get("Id"))] = normpath(
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    sheets = []
    for sheet in _parsed(archive, "xl/workbook.xml").iter("{*}sheet"):
        key = next((str(value) for name, value in sheet.items() if str(name).endswith("}id")), "")
        if links.get(key) in archive.namelist():
            sheets.append((str(sheet.get("name", "")), links[key]))
    if not sheets:
        raise DataError("The workbook has no sheet that can be found; save the table as CSV (UTF-8).")
    return sheets


def _parsed(archive: zipfile.ZipFile, name: str) -> "_Element":
    with archive.open(name) as part:
        return parse_xml(_Counted(part, archive.getinfo(name).file_size).read().decode("utf-8", "replace"))


def _elements(archive: zipfile.ZipFile, name: str, tag: str) -> "Iterator[_Element]":
    """The elements of this name in a part, one after the other, each freed when it was used."""
    from lxml import etree  # noqa: PLC0415

    with archive.open(name) as start:
        refuse_entities(start.read(HEAD).decode("utf-8", "replace"))
    with archive.open(name) as part:
        counted = _Counted(part, archive.getinfo(name).file_size)
        parser = etree.iterparse(
            counted,
            tag=f"{{*}}{tag}",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        try:
            for _, element in parser:
                yield element
                element.clear()
                while (before := element.getprevious()) is not None:
                    before.getparent().remove(before)
        except etree.XMLSyntaxError as error:
            raise DataError(f"The workbook's part {name} cannot be read: {error.msg}.") from None


def _shared_strings(archive: zipfile.ZipFile, most: int) -> list[str]:
    """The texts that cells share. Raises DataError where they take more bytes than `most`."""
    name, strings, size = "xl/sharedStrings.xml", list[str](), 0
    for element in _elements(archive, name, "si") if name in archive.namelist() else ():
        strings.append(_text(element))
        size += STRING_SIZE + len(strings[-1])
        if size > most:
            raise DataError(TOO_LARGE.format(most))
    return strings


def _text(element: "_Element") -> str:
    """The text of a string: its runs put together; how to pronounce it (rPh) is left out."""
    runs = []
    for run in element.iter("{*}t"):
        parent = run.getparent()
        if parent is None or not str(parent.tag).endswith("}rPh"):
            runs.append(run.text or "")
    return CODED.sub(lambda code: chr(int(code[1], 16)), "".join(runs))


def _rows(archive: zipfile.ZipFile, name: str, strings: list[str]) -> Iterator[list[str]]:
    """The rows of a sheet; rows that the file leaves out are empty."""
    number = 0
    for row in _elements(archive, name, "row"):
        given = row.get("r", "")
        at = int(given) if given.isdecimal() and len(given) < 8 else number + 1
        if at > LONGEST_SHEET:
            raise DataError(f"The sheet has a row {at}; sheets end at row {LONGEST_SHEET}.")
        while number < at - 1:
            number += 1
            yield []
        number = max(number + 1, at)
        yield _cells(row, strings)


def _cells(row: "_Element", strings: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("{*}c"):
        found = COLUMN.fullmatch(cell.get("r", ""))
        place = _column(found[1]) if found else len(cells)
        if len(cells) <= place < MOST_COLUMNS:
            cells += [""] * (place - len(cells) + 1)
        if place < MOST_COLUMNS:
            cells[place] = one_line(_value(cell, strings))
    return cells


def _column(letters: str) -> int:
    """The place of column A, B ... AA, AB, from 0."""
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1


def _value(cell: "_Element", strings: list[str]) -> str:
    """The text of a cell; whole numbers without a fraction, errors of formulas as nothing."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.findtext("{*}v", default="")
    if kind == "s":
        return strings[int(value)] if value.isdecimal() and int(value) < len(strings) else ""
    if kind == "str":
        return CODED.sub(lambda code: chr(int(code[1], 16)), value)
    if kind == "n":
        return re.sub(r"\.0+$", "", value)
    return "" if kind == "e" else value


def _as_csv(rows: Iterator[list[str]], most: int) -> str:
    """The rows as CSV, each on the line of its number; empty cells that the file leaves out are put in.

    Raises DataError where the table has more characters than `most`.
    """
    out, width = io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        width = max(width, len(row))
        writer.writerow(row and row + [""] * (width - len(row)))
        if out.tell() > most:
            raise DataError(TOO_LARGE.format(most))
    return out.getvalue()
