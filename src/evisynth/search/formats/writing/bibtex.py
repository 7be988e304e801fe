r"""BibTeX, in UTF-8 with LaTeX's own signs escaped (\& for &, \textbackslash{} for a backslash).

Has no place for further abstracts. Letters come back composed (NFC), as readers of LaTeX give them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from evisynth.search.formats.writing.plain import ADDRESS, family_and_given, plain, without_semicolons
from evisynth.search.formats.writing.ris import code_of
from evisynth.search.normalise import unique
from evisynth.search.record import Record

ENTRIES = {  # RIS code of a record's type -> type of entry
    "JOUR": "article", "BOOK": "book", "CHAP": "incollection", "CPAPER": "inproceedings", "ABST": "inproceedings",
    "THES": "phdthesis", "RPRT": "techreport", "UNPB": "unpublished",
}  # fmt: skip
ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    sign: f"\\{sign}" for sign in "{}$&%#_"
}
SPECIAL = re.compile(r"[\\{}$&%#_~^]")
LIGATURE = re.compile(r"(?<=[-'`])(?=[-'`])")  # -- is a dash in LaTeX, -{}- two hyphens
PLAIN_NAME = re.compile(r"[^,;{}\\]+, [^,;{}\\]+")
KEY = re.compile(r"[^a-z0-9]")


def write(records: Iterable[Record]) -> bytes:
    """The records as BibTeX. Keys are first family name, year and the place in the file."""
    return "\n".join(_entry(held(record), place) for place, record in enumerate(records, start=1)).encode()


def held(record: Record) -> Record:
    """What BibTeX holds of a record: all but further abstracts; registry numbers stand in the note."""
    record = without_semicolons_in_keywords(plain(record))
    composed = {
        each.name: _composed(getattr(record, each.name)) for each in fields(Record) if each.name != "year"
    }
    record = replace(record, **composed)
    return replace(record, type=record.type or entry_type(record), other_abstracts=())


def without_semicolons_in_keywords(record: Record) -> Record:
    """Names may have semicolons here, since they can stand in braces; keywords may not."""
    return replace(without_semicolons(record), authors=record.authors)


def _composed(value: str | int | tuple[str, ...] | None) -> str | int | tuple[str, ...] | None:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, tuple):
        return tuple(unicodedata.normalize("NFC", text) for text in value)
    return value


def entry_type(record: Record) -> str:
    """The type of entry for a record."""
    return ENTRIES.get(code_of(record), "misc")


def escaped(text: str) -> str:
    """The text with LaTeX's signs written so that they print as they are."""
    text = LIGATURE.sub("{}", SPECIAL.sub(lambda sign: ESCAPES[sign[0]], text))
    return f"{{{text}}}" if text.lower() == "null" else text  # EBSCO's "null" is taken for nothing


def _entry(record: Record, place: int) -> str:
    family, _ = family_and_given(record.authors[0]) if record.authors else ("record", "")
    key = f"{KEY.sub('', _ascii(family)) or 'record'}{record.year or ''}-{place}"
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(record) if value)
    return f"@{entry_type(record)}{{{key},\n{lines}}}\n"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "title", escaped(record.title)
    yield "titleaddon", escaped(" || ".join(record.other_titles))
    yield "author", " and ".join(map(_author, record.authors))
    yield "year", str(record.year or "")
    yield "journal", escaped(record.journal)
    yield "shortjournal", escaped(record.journal_abbreviation)
    yield "volume", escaped(record.volume)
    yield "number", escaped(record.issue)
    yield "pages", escaped(record.pages)
    yield "abstract", escaped(record.abstract)
    yield "doi", _address(record.doi)
    yield "pmid", record.pmid
    yield "pmcid", record.pmcid
    yield "note", escaped("; ".join(record.registry_ids))
    yield "accession_number", escaped(record.accession)
    yield "database", escaped(record.database)
    yield "type", escaped(record.type)
    yield "language", escaped(record.language)
    yield "issn", ", ".join(record.issn)
    yield "keywords", escaped("".join(f"{word}; " for word in record.keywords).rstrip())
    yield "url", _address(" ".join(record.links[:1]))
    yield "link", _address(" ".join(record.links[1:]))
