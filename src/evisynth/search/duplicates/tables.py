"""The table that records and their publications are exchanged in: one row a record, plain or gzip.

Commas, semicolons, tabs or bars divide its columns; UTF-8, or any encoding that exports come in.

Columns: id, author, title, year, journal, volume, number, pages, doi, abstract, isbn, pmid, database; also
accession, the number of the record in that database. Others are left out. `id` is any text, each once.
"""

import csv
import gzip
import html
import re
import zlib
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple, TextIO

from evisynth.errors import DataError
from evisynth.search.formats.encoding import decode
from evisynth.search.formats.formula_cells import unguarded
from evisynth.search.formats.parts import WIDE
from evisynth.search.normalise import clean_pmid, issn_list, year_of
from evisynth.search.record import Reading, ReadProblem, Record

NEEDED = frozenset(("id", "author", "title", "year", "journal"))
COLUMNS = (
    "id", "author", "title", "year", "journal", "volume", "number", "pages", "doi", "abstract", "isbn", "pmid",
    "database", "accession",
)  # fmt: skip
FORMAT = "table"
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
GZIP = b"\x1f\x8b"
LOOKED_AT = 100_000  # bytes that tell how a table is written
# "Adeli K.Lewis G. F.": a new name starts where a word follows an initial's dot without a blank.
RUN_TOGETHER = re.compile(r"(?<=\s[^\W\d_]\.)(?=[^\W\d_]{2})")
WHOLE_NAME = re.compile(r"[^\W\d_]{2}.*\s")
LARGEST_FIELD = 10_000_000  # characters; Python's own limit is below some abstracts


def is_table(path: Path) -> bool:
    """Whether the file has the columns of this table, whatever divides them and in any encoding."""
    return layout_of(path) is not None


class Layout(NamedTuple):
    """How a table is written."""

    encoding: str
    delimiter: str


def layout_of(path: Path) -> Layout | None:
    """How the table in a file is written; none where its first line does not name the columns of this table."""
    try:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
        if head.startswith(GZIP):
            head = zlib.decompressobj(wbits=31).decompress(
                head, LOOKED_AT
            )  # 31: gzip; a cut file is no error
    except (OSError, zlib.error):
        return None
    decoded = decode(head)
    first = decoded.text.lstrip("\ufeff").splitlines()[:1]
    for delimiter in SIGNS:
        header = next(csv.reader(first, delimiter=delimiter), [])
        if {name.strip().lower() for name in header} >= NEEDED:
            return Layout(decoded.encoding, delimiter)
    return None


def read_table(path: Path, told: Reading | None = None) -> dict[str, Record]:
    """The records of a table by their id. `told` gets its encoding, the records and what there is to note.

    Rows with fewer cells than the header are read and noted; so is an encoding that had to be guessed.

    Raises
    ------
    DataError : a row without id, an id used twice, a row with more cells than columns, wrong quotes; with the line.
    """
    told = Reading() if told is None else told
    layout = layout_of(path) or Layout("utf-8", ",")
    told.format, told.encoding = FORMAT, "utf-8"
    try:
        records = None if layout.encoding in WIDE else _streamed(path, layout.delimiter, told)
        if records is None:
            decoded = decode(gzip.decompress(data) if (data := path.read_bytes())[:2] == GZIP else data)
            told.encoding = decoded.encoding
            told.problems = [ReadProblem(0, "", decoded.assumed)] if decoded.assumed else []
            records = _by_id(StringIO(decoded.text, newline=""), str(path), layout.delimiter, told)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read: {error}. A table is text, plain or packed with gzip."
        ) from None
    told.found, told.records = len(records), list(records.values())
    return records


def _streamed(path: Path, delimiter: str, told: Reading) -> dict[str, Record] | None:
    """The records of a table in UTF-8, read line by line; none where it is not UTF-8."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    try:
        with (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            return _by_id(file, str(path), delimiter, told)
    except UnicodeDecodeError:
        return None


def _by_id(file: TextIO, shown: str, delimiter: str, told: Reading) -> dict[str, Record]:
    records: dict[str, Record] = {}
    for line, name, record in rows(file, shown, delimiter, told):
        if not name:
            raise DataError(f"{shown}:{line}: the row has no id; every record needs one.")
        if name in records:
            raise DataError(f"{shown}:{line}: the id {name} is used twice; ids must differ.")
        records[name] = record
    return records


def rows(file: TextIO, shown: str, delimiter: str, told: Reading) -> Iterator[tuple[int, str, Record]]:
    """First line, id and record of each row; rows with fewer cells than the header are noted in `told`."""
    limit = csv.field_size_limit(LARGEST_FIELD)
    line = 1
    try:
        # Strict: a quote that is never closed would take all further rows for one cell.
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        place = [header.index(name) if name in header else len(header) for name in COLUMNS]
        line = reader.line_num + 1
        for number, row in enumerate(reader, start=1):
            if row:
                _check_size(row, header, f"{shown}:{line}")
                if len(row) < len(header):
                    told.problems.append(_short(line, row, header))
                cells = [*row, *[""] * (len(header) + 1 - len(row))]
                values = [cells[at] for at in place]
                yield line, unguarded(values[0].strip()), as_record(values, number)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{shown}:{line}: the row that begins here cannot be read: {error}. A text with quotes or a "
            f"{SIGNS[delimiter]} stands in quotes, and a quote within it is doubled."
        ) from None
    finally:
        csv.field_size_limit(limit)


def _check_size(row: Sequence[str], header: Sequence[str], where: str) -> None:
    if len(row) > len(header):
        raise DataError(
            f"{where}: {len(row)} cells, but the header has {len(header)} columns. "
            "A text with the sign that divides the columns stands in quotes."
        )


def _short(line: int, row: Sequence[str], header: Sequence[str]) -> ReadProblem:
    message = (
        f"The row has {len(row)} cells where the header has {len(header)}; "
        "those that are missing at its end were taken as empty."
    )
    return ReadProblem(line, "", message)


def as_record(values: Sequence[str], number: int) -> Record:
    """The record of one row; `values` in the order of `COLUMNS`."""
    _, author, title, year, journal, volume, issue, pages, doi, abstract, isbn, pmid, database, accession = (
        values
    )
    return Record(
        title=title,
        authors=author_names(author),
        year=int(year) if len(year) == 4 and year.isdecimal() else year_of(year),
        journal=journal,
        volume=volume,
        issue=issue,
        pages=pages,
        abstract=abstract,
        doi=doi,
        pmid=pmid if pmid.isdecimal() else clean_pmid(pmid),
        accession=accession,
        database=database,
        issn=issn_list(isbn) if isbn else (),
        number=number,
    )


def author_names(text: str) -> tuple[str, ...]:
    """The names in a cell: separated by semicolons, by "and" as in BibTeX, or run together."""
    if "&" in text:
        text = html.unescape(text)  # the semicolon of "&uuml;" ends no name
    if ";" in text:
        names = text.split(";")
    elif " and " in text:
        names = text.split(" and ")
    else:
        names = RUN_TOGETHER.split(text)
        if not all(WHOLE_NAME.search(name) for name in names):
            names = [text]  # "J. R.Smith" is one name
    return tuple(name for name in map(str.strip, names) if name)
