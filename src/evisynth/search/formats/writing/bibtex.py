r"""BibTeX, in UTF-8 with LaTeX's own signs escaped (\& for &, \textbackslash{} for a backslash).

Has no place for further abstracts and for more than four further titles. Letters come back composed (NFC), as
readers of LaTeX give them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from evisynth.search.formats.writing.plain import family_and_given, without_semicolons
from evisynth.search.formats.writing.ris import code_of
from evisynth.search.normalise import registry_ids
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
ENDS_A_NAME = re.compile(r"\s+and\s+", re.IGNORECASE)
FURTHER_TITLES = ("titleaddon", "translated-title", "title_english", "original-title")
KEY = re.compile(r"[^a-z0-9]")


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as BibTeX holds them. Keys are first family name, year and the place in the file."""
    between = ""
    for place, record in enumerate(records, start=1):
        yield (between + _entry(record, place)).encode()
        between = "\n"


def held(record: Record) -> Record:
    """What BibTeX holds of a plain record: all but further abstracts. A record without type gets that of its entry.

    Readers take from an accession number WOS:... that the database is Web of Science.
    """
    web_of_science = "Web of Science" if record.accession.startswith("WOS:") else ""
    record = replace(
        record,
        database=record.database or web_of_science,
        keywords=without_semicolons(record).keywords,
        registry_ids=registry_ids(record.accession, *without_semicolons(record).registry_ids),
        other_titles=record.other_titles[: len(FURTHER_TITLES)],
        other_abstracts=(),
    )
    names = (each.name for each in fields(Record) if each.name not in {"doi", "links"})
    record = replace(record, **{name: _composed(getattr(record, name)) for name in names})
    return replace(record, type=record.type or entry_type(record))


def _composed(value: Any) -> Any:
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
    yield from zip(FURTHER_TITLES, map(escaped, record.other_titles), strict=False)
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


def _author(name: str) -> str:
    """A name "Family, Given" as it is; any other in braces, so that no comma or "and" in it divides it."""
    text = escaped(name)
    if PLAIN_NAME.fullmatch(name) and not ENDS_A_NAME.search(name):
        return text
    return f"{{{'{}' if text.startswith(chr(92)) else ''}{text}}}"


def _address(text: str) -> str:
    """A DOI or address as it is, but for braces and backslashes, which would end or change the value."""
    return re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", text)
