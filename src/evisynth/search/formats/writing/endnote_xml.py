"""EndNote XML, as EndNote itself exports a library; custom fields hold PMID, PMCID and registry numbers.

Has no place for further abstracts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from evisynth.search.formats.writing.ris import code_of
from evisynth.search.normalise import clean_pmid, registry_ids
from evisynth.search.record import Record

KINDS = {  # RIS code of a record's type -> EndNote's name and number of a type
    "JOUR": ("Journal Article", 17), "BOOK": ("Book", 6), "CHAP": ("Book Section", 5), "THES": ("Thesis", 32),
    "CPAPER": ("Conference Paper", 47), "ABST": ("Conference Paper", 47), "RPRT": ("Report", 27),
    "PAT": ("Patent", 25), "ELEC": ("Web Page", 12), "DATA": ("Dataset", 59), "NEWS": ("Newspaper Article", 23),
}  # fmt: skip
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n<records>\n'


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as EndNote XML holds them."""
    yield HEAD.encode()
    for place, record in enumerate(records, start=1):
        yield _record(record, place).encode()
    yield b"</records>\n</xml>\n"


def held(record: Record) -> Record:
    """What EndNote XML holds of a plain record: all but further abstracts. One without type gets EndNote's."""
    return replace(
        record,
        type=record.type or KINDS.get(code_of(record), ("Generic", 13))[0],
        registry_ids=registry_ids(record.accession, *record.registry_ids),
        other_abstracts=(),
    )


def _record(record: Record, place: int) -> str:
    _, number = KINDS.get(code_of(record), ("Generic", 13))
    pmid_apart = record.pmid and clean_pmid(record.accession) != record.pmid
    parts = [
        f"<rec-number>{place}</rec-number>",
        f"<ref-type name={quoteattr(record.type)}>{number}</ref-type>",
        _list("contributors/authors", "author", record.authors),
        _group("titles", _titles(record)),
        _group(
            "periodical", _elements(("full-title", record.journal), ("abbr-1", record.journal_abbreviation))
        ),
        *_elements(("pages", record.pages), ("volume", record.volume), ("number", record.issue)),
        _list("keywords", "keyword", record.keywords),
        _group("dates", _elements(("year", str(record.year or "")))),
        *_elements(("isbn", " ".join(record.issn)), ("accession-num", record.accession)),
        *_elements(("abstract", record.abstract), ("electronic-resource-num", record.doi)),
        *_elements(("custom1", f"PMID: {record.pmid}" if pmid_apart else "")),
        *_elements(("custom2", record.pmcid), ("custom3", "; ".join(record.registry_ids))),
        _list("urls/related-urls", "url", record.links),
        *_elements(("remote-database-name", record.database), ("language", record.language)),
    ]
    return f"<record>{''.join(parts)}</record>\n"


def _titles(record: Record) -> Iterator[str]:
    yield from _elements(("title", record.title), ("secondary-title", record.journal))
    yield from _elements(*(("translated-title", title) for title in record.other_titles))


def _elements(*named: tuple[str, str]) -> Iterator[str]:
    """One element for each text that is not empty."""
    return (f"<{name}>{escape(text)}</{name}>" for name, text in named if text)


def _list(path: str, name: str, texts: Iterable[str]) -> str:
    parts = "".join(_elements(*((name, text) for text in texts)))
    for outer in reversed(path.split("/")):
        parts = _group(outer, [parts])
    return parts


def _group(name: str, parts: Iterable[str]) -> str:
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""
