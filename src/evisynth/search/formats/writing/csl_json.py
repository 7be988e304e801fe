"""CSL-JSON (input schema 1.0.2), as Zotero and pandoc read it. Holds every field.

What the schema has no variable for stands in `custom`, which it leaves to programs.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from evisynth.search.formats.writing.plain import family_and_given, without_semicolons
from evisynth.search.formats.writing.ris import code_of
from evisynth.search.record import Record

TYPES = {  # RIS code of a record's type -> type of CSL
    "JOUR": "article-journal", "BOOK": "book", "CHAP": "chapter", "THES": "thesis", "CPAPER": "paper-conference",
    "ABST": "paper-conference", "RPRT": "report", "PAT": "patent", "ELEC": "webpage", "DATA": "dataset",
    "NEWS": "article-newspaper", "UNPB": "manuscript",
}  # fmt: skip

Value = str | list[str] | list[dict[str, str]] | dict[str, list[list[int]]] | dict[str, list[str]]


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as CSL-JSON holds them."""
    between, end = "[", "[]\n"
    for place, record in enumerate(records, start=1):
        item = json.dumps(_item(record, place), ensure_ascii=False, indent=1)
        yield (
            between + f"\n{item}".replace("\n", "\n ")
        ).encode()  # no text of JSON has a line end of its own
        between, end = ",", "\n]\n"
    yield end.encode()


def held(record: Record) -> Record:
    """What CSL-JSON holds of a plain record: all but a semicolon within a keyword. One without type gets CSL's."""
    return replace(record, keywords=without_semicolons(record).keywords, type=record.type or csl_type(record))


def csl_type(record: Record) -> str:
    """The type of CSL for a record."""
    return TYPES.get(code_of(record), "document")


def _item(record: Record, place: int) -> dict[str, Value]:
    kind = csl_type(record)
    custom = {
        "registry_ids": record.registry_ids,
        "other_titles": record.other_titles,
        "other_abstracts": record.other_abstracts,
        "links": record.links[1:],
    }
    item: dict[str, Value] = {
        "id": str(place),
        "type": kind,
        "title": record.title,
        "author": [_name(name) for name in record.authors],
        "issued": {"date-parts": [[record.year]]} if record.year else "",
        "container-title": record.journal,
        "container-title-short": record.journal_abbreviation,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "abstract": record.abstract,
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "ISSN": ", ".join(record.issn),
        "language": record.language,
        "keyword": "".join(f"{word}; " for word in record.keywords).rstrip(),
        "genre": record.type if record.type != kind else "",
        "source": record.database,
        "archive_location": record.accession,
        "URL": record.links[0] if record.links else "",
        "custom": {name: list(values) for name, values in custom.items() if values},
    }
    return {name: value for name, value in item.items() if value}


def _name(name: str) -> dict[str, str]:
    family, given = family_and_given(name)
    return {"family": family, "given": given} if given else {"literal": family}
