"""A record as every format can hold it: one line a text, no control characters, identifiers in their one form.

Readers give records in this form already; records that other code makes may not be.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    unique,
)
from evisynth.search.record import Record

# Characters that are no text: controls, halves of a pair, byte order marks, those that Unicode keeps for nobody.
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff]")
NOT_IN_ADDRESS = re.compile(r"""[\s<>"{}|\\^`]""")
ADDRESS = re.compile(r"(?:https?|ftp)://\S")
YEARS = range(1500, 2101)


def plain_text(text: str) -> str:
    """The text on one line, with single blanks, without characters that are none."""
    return one_line(text if text.isprintable() else NO_TEXT.sub("", text))  # NO_TEXT is nothing printable


def plain(record: Record) -> Record:
    """The record as every format can hold it, without its place in a file and its raw text."""
    titles = plain_texts([record.title, *record.other_titles])
    abstracts = plain_texts([record.abstract, *record.other_abstracts])
    journal, abbreviation = plain_text(record.journal), plain_text(record.journal_abbreviation)
    return Record(
        title=titles[0] if titles else "",
        authors=tuple(filter(None, (author_name(plain_text(name)) for name in record.authors))),
        year=record.year if record.year in YEARS else None,
        journal=journal or abbreviation,
        journal_abbreviation=abbreviation if journal else "",
        volume=plain_text(record.volume),
        issue=plain_text(record.issue),
        pages=page_range(plain_text(record.pages)),
        abstract=abstracts[0] if abstracts else "",
        doi=clean_doi(record.doi),
        pmid=clean_pmid(record.pmid),
        pmcid=clean_pmcid(record.pmcid),
        registry_ids=unique(
            each for text in map(plain_text, record.registry_ids) for each in (registry_ids(text) or (text,))
        ),
        accession=plain_text(record.accession),
        database=plain_text(record.database),
        type=plain_text(record.type),
        language=plain_text(record.language),
        issn=issn_list(*record.issn),
        keywords=plain_texts(record.keywords),
        other_titles=titles[1:],
        other_abstracts=abstracts[1:],
        links=unique(
            link for link in (address(plain_text(link)) for link in record.links) if ADDRESS.match(link)
        ),
    )


def plain_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return unique(map(plain_text, texts))


def address(link: str) -> str:
    """A web address without the signs that may not stand in one; they are written as %20 and so on."""
    return NOT_IN_ADDRESS.sub(lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), link)


def without_semicolons(record: Record) -> Record:
    """The record with commas for semicolons in names, keywords and registry numbers.

    Where a format divides these lists by semicolons, one within a part would divide it.
    """
    return replace(
        record,
        authors=tuple(filter(None, (author_name(_commas(name)) for name in record.authors))),
        keywords=plain_texts(_commas(word) for word in record.keywords),
        registry_ids=plain_texts(_commas(number) for number in record.registry_ids),
    )


def _commas(text: str) -> str:
    return plain_text(text.replace(";", ","))


def family_and_given(name: str) -> tuple[str, str]:
    """Family and given name; a group has no given name."""
    family, _, given = name.partition(", ")
    return family, given


def initials(given: str) -> str:
    """The initials of given names as PubMed writes them: "John A." is JA."""
    return "".join(part[0] for part in re.split(r"[\s.-]+", given) if part).upper()


def first_and_last_page(pages: str) -> tuple[str, str]:
    """First and last page of "343-347"; what is no single range is a first page as it stands."""
    found = re.fullmatch(r"([A-Za-z]{0,3}\d{1,9})-([A-Za-z]{0,3}\d{1,9})", pages)
    return (found[1], found[2]) if found else (pages, "")
