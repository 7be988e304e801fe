"""RIS: one line a field, UTF-8 without byte order mark (which some readers take for a part of TY).

Holds every field. Lists are repeated tags: further abstracts are further AB lines, as LILACS has them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from evisynth.search.formats.writing.plain import first_and_last_page, without_semicolons
from evisynth.search.normalise import clean_doi, registry_ids, unique
from evisynth.search.record import Record

CODES = (  # words in a type -> code of the RIS specification
    ("meeting abstract", "ABST"), ("conference abstract", "ABST"), ("conference", "CPAPER"), ("proceeding", "CPAPER"),
    ("thesis", "THES"), ("dissertation", "THES"), ("chapter", "CHAP"), ("section", "CHAP"), ("book", "BOOK"),
    ("journal", "JOUR"), ("article", "JOUR"), ("review", "JOUR"), ("trial", "JOUR"), ("report", "RPRT"),
    ("patent", "PAT"), ("web", "ELEC"), ("dataset", "DATA"), ("preprint", "UNPB"), ("newspaper", "NEWS"),
)  # fmt: skip
CODE = re.compile(r"[A-Z][A-Z0-9]{2,9}")
SUBJECT = re.compile(
    r"\[\d{4}\]$"
)  # PsycINFO's M3 is a subject where it ends so; readers do not take it as type


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as RIS holds them."""
    return ("".join(f"{line}\n" for line in _lines(record)).encode() for record in records)


def held(record: Record) -> Record:
    """What RIS holds of a plain record: all but a semicolon within a name or keyword, which divides lists there.

    A record without type gets the code for an article or for other things; numbers of trials in title,
    abstract or links are found there by readers, and so they are among the registry numbers.
    """
    record = without_semicolons(record)
    texts = (record.title, *record.other_titles, record.abstract, *record.other_abstracts)
    same = record.journal_abbreviation == record.journal
    return replace(
        record,
        journal_abbreviation="" if same else record.journal_abbreviation,
        type=_type(record) or code_of(record),
        registry_ids=registry_ids(*texts, record.accession, *record.links, *record.registry_ids),
    )


def _type(record: Record) -> str:
    return "" if clean_doi(record.type) or SUBJECT.search(record.type) else record.type


def code_of(record: Record) -> str:
    """The RIS code for the type of a record; a type that is such a code stays as it is."""
    if CODE.fullmatch(record.type):
        return record.type
    named = record.type.lower()
    default = "JOUR" if record.journal else "GEN"
    return next((code for word, code in CODES if word in named), default)


def _lines(record: Record) -> Iterator[str]:
    code = code_of(record)
    yield f"TY  - {code}"
    first, last = first_and_last_page(record.pages)
    fields = [
        ("M3", record.type if record.type != code else ""),
        ("TI", record.title),
        *(("TT", title) for title in record.other_titles),
        *(("AU", name) for name in record.authors),
        ("PY", str(record.year or "")),
        ("JF", record.journal),
        ("JA", record.journal_abbreviation),
        ("VL", record.volume),
        ("IS", record.issue),
        ("SP", first),
        ("EP", last),
        *(("AB", text) for text in unique((record.abstract, *record.other_abstracts))),
        ("DO", record.doi),
        ("C3", f"PUBMED {record.pmid}" if record.pmid else ""),
        ("C2", record.pmcid),
        *(("C1", number) for number in record.registry_ids),
        ("AN", record.accession),
        ("DB", record.database),
        ("LA", record.language),
        *(("SN", number) for number in record.issn),
        *(("KW", word) for word in record.keywords),
        *(("UR", link) for link in record.links),
    ]
    yield from (f"{tag}  - {value}" for tag, value in fields if value)
    yield "ER  - "
