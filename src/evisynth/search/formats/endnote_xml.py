"""EndNote XML: a library as EndNote (and Zotero, Reflib, DistillerSR in its footsteps) exports it.

Texts are wrapped in <style> elements, one for each run of one font; a whole library is often one line.
"""

import re
from typing import TYPE_CHECKING

from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.formats.safe_xml import furniture, pieces, read_pieces, refuse_entities, text_of
from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, ReadProblem, Record

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "endnote-xml"
START = re.compile(r"<records\b[^>]*>\s*(?:<record[\s>]|</records>)")
FURNITURE = furniture("xml", "records")
USED = frozenset(
    {
        "database",
        "source-app",
        "rec-number",
        "foreign-keys",
        "ref-type",
        "contributors",
        "titles",
        "periodical",
    }
    | {
        "alt-periodical",
        "pages",
        "volume",
        "number",
        "keywords",
        "dates",
        "isbn",
        "accession-num",
        "abstract",
    }
    | {"urls", "electronic-resource-num", "language"}
    | {f"custom{number}" for number in range(1, 8)}
    | {"remote-database-name", "remote-database-provider"}
)
DIGITS = re.compile(r"\d{1,8}")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is EndNote XML."""
    return START.search(head) is not None and (
        "<ref-type" in head or "<contributors" in head or "<titles" in head
    )


def read(text: str) -> Reading:
    """Read EndNote XML, one record for each <record>. Elements that are not used are noted once for the file.

    Raises DataError where the file declares entities.
    """
    text = unix_lines(text)
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    unused: set[str] = set()

    def to_record(element: "_Element") -> Record:
        unused.update(str(child.tag) for child in element if text_of(child))
        return _record(element)

    read_pieces(pieces(text, "record"), to_record, FURNITURE, reading)
    if left := sorted(unused - USED):
        message = f"Elements that are not used (they stay with the records as they are): {', '.join(left)}."
        reading.problems.append(ReadProblem(1, "", message))
    return reading


def _record(element: "_Element") -> Record:
    provider = _text(element, "remote-database-provider")
    database = _text(element, "remote-database-name") or provider
    accession = _text(element, "accession-num")
    from_nlm = re.search(r"NLM|PubMed|MEDLINE", f"{database} {provider}", re.IGNORECASE) is not None
    journal = _text(element, "periodical/full-title") or _text(element, "titles/secondary-title")
    reference = element.find("ref-type")
    titles = unique([_text(element, "titles/title"), *_texts(element, "titles/translated-title")])
    custom = [text for number in range(1, 8) if (text := _text(element, f"custom{number}"))]
    labelled = (clean_pmid(text) for text in custom if text.upper().startswith("PMID"))
    return Record(
        title=titles[0] if titles else "",
        other_titles=titles[1:],
        authors=tuple(
            filter(None, (author_name(name) for name in _texts(element, "contributors/authors/author")))
        ),
        year=year_of(_text(element, "dates/year") or _text(element, "dates/pub-dates/date")),
        journal=journal,
        journal_abbreviation=_text(element, "periodical/abbr-1") or _text(element, "alt-periodical/abbr-1"),
        volume=_text(element, "volume"),
        issue=_text(element, "number"),
        pages=page_range(_text(element, "pages")),
        abstract=_text(element, "abstract"),
        doi=clean_doi(_text(element, "electronic-resource-num")),
        pmid=clean_pmid(accession) if from_nlm and DIGITS.fullmatch(accession) else next(labelled, ""),
        pmcid=clean_pmcid(_text(element, "custom2")),
        registry_ids=registry_ids(accession, *custom),
        accession=accession,
        database=database,
        type=(reference.get("name") or text_of(reference)) if reference is not None else "",
        language=_text(element, "language"),
        issn=issn_list(_text(element, "isbn")),
        keywords=tuple(_texts(element, "keywords/keyword")),
        links=tuple(dict.fromkeys(_texts(element, "urls//url"))),
    )


def _text(element: "_Element", path: str) -> str:
    return text_of(element.find(path))


def _texts(element: "_Element", path: str) -> list[str]:
    return [text for text in map(text_of, element.findall(path)) if text]
