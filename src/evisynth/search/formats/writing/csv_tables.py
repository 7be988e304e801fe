"""CSV: one row a record, one column a field, in UTF-8 with byte order mark so that spreadsheets read it as such.

Names, keywords and numbers are divided by semicolons, further titles and abstracts by " || ". A cell that a
spreadsheet would run as a formula has an apostrophe before it; reading it back takes it away.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from evisynth.search.formats.csv_own import BETWEEN_TEXTS, EVISYNTH
from evisynth.search.formats.formula_cells import guarded
from evisynth.search.formats.writing.plain import without_semicolons
from evisynth.search.record import Record

HEADER = tuple(EVISYNTH.columns)
TWO_BARS = re.compile(r"\|(?=\|)")


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as CSV holds them."""
    yield codecs.BOM_UTF8
    row = csv.writer(_Echo(), lineterminator="\n").writerow  # gives what `write` of the file gives
    for cells in chain([HEADER], rows(records)):
        yield row(cells)


class _Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> bytes:
        return text.encode()


def held(record: Record) -> Record:
    """What CSV holds of a plain record: all but semicolons within names and keywords, and || within other titles."""
    record = without_semicolons(record)
    return replace(
        record,
        other_titles=tuple(_bars_apart(title) for title in record.other_titles),
        other_abstracts=tuple(_bars_apart(text) for text in record.other_abstracts),
    )


def _bars_apart(text: str) -> str:
    return TWO_BARS.sub("| ", text)


def rows(records: Iterable[Record]) -> Iterator[list[str]]:
    """The cells of each record, made harmless, in the order of the header."""
    for place, record in enumerate(records, start=1):
        yield [guarded(cell) for cell in _cells(record, place)]


def _cells(record: Record, place: int) -> list[str]:
    return [
        str(place),
        record.title,
        "; ".join(record.authors),
        str(record.year or ""),
        record.journal,
        record.journal_abbreviation,
        record.volume,
        record.issue,
        record.pages,
        record.abstract,
        record.doi,
        record.pmid,
        record.pmcid,
        "; ".join(record.registry_ids),
        record.accession,
        record.database,
        record.type,
        record.language,
        "; ".join(record.issn),
        "; ".join(record.keywords),
        BETWEEN_TEXTS.join(record.other_titles),
        BETWEEN_TEXTS.join(record.other_abstracts),
        " ".join(record.links),
    ]
