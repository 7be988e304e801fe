"""The table that records and their publications are exchanged in: one CSV row a record, plain or gzip.

Columns: id, author, title, year, journal, volume, number, pages, doi, abstract, isbn, pmid, database; also
accession, the number of the record in that database. Others are left out. `id` is any text, each once.
"""

import csv
import gzip
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from evisynth.errors import DataError, Problem
from evisynth.search.normalise import clean_pmid, issn_list, year_of
from evisynth.search.record import Record

NEEDED = frozenset(("id", "author", "title", "year", "journal"))
COLUMNS = (
    "id", "author", "title", "year", "journal", "volume", "number", "pages", "doi", "abstract", "isbn", "pmid",
    "database", "accession",
)  # fmt: skip
GZIP = b"\x1f\x8b"
# "Adeli K.Lewis G. F.": a new name starts where a word follows an initial's dot without a blank.
RUN_TOGETHER = re.compile(r"(?<=\s[^\W\d_]\.)(?=[^\W\d_]{2})")
WHOLE_NAME = re.compile(r"[^\W\d_]{2}.*\s")
LARGEST_FIELD = 10_000_000  # characters; Python's own limit is below some abstracts


def is_table(path: Path) -> bool:
    """Whether the file has the columns of this table."""
    try:
        with opened(path) as file:
            header = next(csv.reader([file.readline(LARGEST_FIELD)]), [])
    except (OSError, UnicodeDecodeError, EOFError, csv.Error):
        return False
    return {name.strip().lower() for name in header} >= NEEDED


def opened(path: Path) -> TextIO:
    """The file's text, unpacked where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_table(path: Path, problems: list[Problem] | None = None) -> dict[str, Record]:
    """The records of a table by their id; rows with fewer cells than the header are added to `problems`.

    Raises
    ------
    DataError : a row without id, an id used twice, a row with more cells than columns, text that is not UTF-8.
    """
    records: dict[str, Record] = {}
    short: list[int] = []
    try:
        with opened(path) as file:
            for line, name, record in rows(file, path.name, short):
                if not name:
                    raise DataError(f"{path.name}, line {line}: the row has no id; every record needs one.")
                if name in records:
                    raise DataError(
                        f"{path.name}, line {line}: the id {name} is used twice; ids must differ."
                    )
                records[name] = record
    except (UnicodeDecodeError, EOFError, OSError) as error:
        raise DataError(
            f"{path.name} cannot be read: {error}. A table is UTF-8 text, plain or gzip."
        ) from None
    if short and problems is not None:
        problems.append(Problem(str(path), short[0], "", _too_short(short)))
    return records


def _too_short(lines: list[int]) -> str:
    others = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return f"The row has fewer cells than the header{others}; those that are missing at its end were taken as empty."


def rows(file: TextIO, shown: str, short: list[int]) -> Iterator[tuple[int, str, Record]]:
    """Line, id and record of each row; `short` gets the lines of rows with fewer cells than the header."""
    limit = csv.field_size_limit(LARGEST_FIELD)
    try:
        reader = csv.reader(
            file, strict=True
        )  # a quote that is never closed would take the rest for one cell
        header = [name.strip().lower() for name in next(reader, [])]
        place = [header.index(name) if name in header else len(header) for name in COLUMNS]
        for number, row in enumerate(reader, start=1):
            if not row:
                continue
            if len(row) > len(header):
                raise DataError(
                    f"{shown}, line {reader.line_num}: {len(row)} cells, but the header has {len(header)} "
                    "columns. A text with commas stands in quotes."
                )
            if len(row) < len(header):
                short.append(reader.line_num)
            cells = [*row, *[""] * (len(header) + 1 - len(row))]
            values = [cells[at] for at in place]
            yield reader.line_num, values[0].strip(), as_record(values, number)
    except csv.Error as error:
        raise DataError(
            f"{shown}, line {reader.line_num}: {error}. A text with quotes or commas stands in quotes, "
            "and a quote within it is doubled."
        ) from None
    finally:
        csv.field_size_limit(limit)


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
