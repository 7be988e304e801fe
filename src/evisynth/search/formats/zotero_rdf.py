"""Zotero RDF: items, and beside them the journals, attachments, notes and collections of a Zotero library.

Everything that has a name of its own (rdf:about) stands beside the others under the root; an item points to
its journal, which holds volume, issue, ISSN and the DOI.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.formats.safe_xml import (
    Piece,
    Rest,
    furniture,
    parse_damaged_xml,
    read_pieces,
    refuse_entities,
    text_of,
    with_namespaces,
)
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

FORMAT = "zotero-rdf"
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "dcterms": "http://purl.org/dc/terms/",
    "bib": "http://purl.org/net/biblio#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "link": "http://purl.org/rss/1.0/modules/link/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "vcard": "http://nwalsh.com/rdf/vCard#",
    "vcard2": "http://www.w3.org/2006/vcard/ns#",
}
DECLARED = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())
ROOT = re.compile(r"<rdf:RDF\b")
NODE = re.compile(r'<([a-z]\w*:\w+)\s[^<>]{0,4000}?\brdf:about="([^"<>]*)"')
ITEM_TYPE = re.compile(r"<z:itemType>([^<]{0,200})</z:itemType>")
NO_ITEMS = frozenset({"attachment", "note", "annotation"})
ASIDE = frozenset({"z:Attachment", "bib:Memo", "z:Collection"})  # by the name of their element
FURNITURE = furniture("rdf:RDF")
EXTRA = re.compile(r"\b(PMID|PMCID):\s*(\w+)")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is Zotero RDF."""
    return ROOT.search(head) is not None and NAMESPACES["z"] in head


def read(text: str) -> Reading:
    """Read Zotero RDF, one record for each item. Attachments, notes and collections are noted, not read.

    Raises DataError where the file declares entities.
    """
    text = unix_lines(text)
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    containers: dict[str, _Element] = {}
    lines: dict[str, int] = {}
    parts: list[Piece | Rest] = []
    aside: list[int] = []
    for name, part in _nodes(text):
        kind = _kind(name, part)
        if kind == "container":
            lines.setdefault(_keep_container(part, containers, reading), part.line)
        elif kind == "aside":
            aside.append(part.line)
        else:
            parts.append(part)
    used: set[str] = set()
    to_record = partial(_record, containers=containers, used=used)
    read_pieces(parts, to_record, FURNITURE, reading, namespaces=DECLARED)
    for name in containers.keys() - used:
        message = f"No item points to the journal or book {name!r}; not used."
        reading.problems.append(ReadProblem(lines[name], text_of(containers[name])[:200], message))
    if aside:
        message = f"Attachments, notes and collections of Zotero are no records; not used ({len(aside)})."
        reading.problems.append(ReadProblem(aside[0], "", message))
    return reading


def _nodes(text: str) -> Iterator[tuple[str, Piece | Rest]]:
    """The elements with a name of their own, with their tags, and what stands between them (tag "")."""
    starts = list(NODE.finditer(text))
    ends = [found.start() for found in starts[1:]] + [len(text)]
    first = starts[0].start() if starts else len(text)
    line = 1
    if first:
        yield "", Rest(text[:first], line)
    line += text.count("\n", 0, first)
    for found, limit in zip(starts, ends, strict=False):
        end_tag = f"</{found[1]}>"
        end = text.rfind(end_tag, found.end(), limit)  # the last: a part may hold another of its kind
        position = limit if end < 0 else end + len(end_tag)
        if end < 0 and (empty := re.match(r"[^<>]*/>", text[found.end() : limit])):
            position, end = found.end() + empty.end(), found.end()
        yield found[1], Piece(text[found.start() : position], line, closed=end >= 0)
        line += text.count("\n", found.start(), position)
        if position < limit:
            yield "", Rest(text[position:limit], line)
            line += text.count("\n", position, limit)


def _kind(name: str, part: Piece | Rest) -> str:
    """Whether a part is an item, a container (journal, series, book) that items point to, or none of both."""
    if isinstance(part, Rest):
        return "between"
    found = ITEM_TYPE.search(part.text)
    if name in ASIDE or (found and found[1].strip() in NO_ITEMS):
        return "aside"
    return "item" if found else "container"


def _keep_container(part: Piece | Rest, containers: "dict[str, _Element]", reading: Reading) -> str:
    """Put a journal or book under its name, which is returned; "" where it cannot be read."""
    try:
        element = parse_damaged_xml(with_namespaces(part.text, DECLARED))
    except DataError as error:
        message = f"A journal or book that items point to could not be read. {error}"
        reading.problems.append(ReadProblem(part.line, part.text[:200], message))
        return ""
    name = str(element.get(f"{{{NAMESPACES['rdf']}}}about", ""))
    containers[name] = element
    return name


def _record(element: "_Element", containers: "dict[str, _Element]", used: set[str]) -> Record:
    places = list(_containers(element, containers, used))
    volume, issue = (_place(element, places, f"prism:{name}") for name in ("volume", "number"))
    names = [
        *_texts(element, "dc:identifier"),
        *(name for at in places for name in _texts(at, "dc:identifier")),
    ]
    extra = dict(EXTRA.findall(" ".join(_texts(element, "dc:description"))))
    address = element.get(f"{{{NAMESPACES['rdf']}}}about", "")
    links = [*_texts(element, "dc:identifier/dcterms:URI/rdf:value"), address]
    return Record(
        title=_text(element, "dc:title") or _text(element, "z:shortTitle"),
        authors=_authors(element),
        year=year_of(_text(element, "dc:date")),
        journal=next((name for at in places if (name := _text(at, "dc:title"))), ""),
        journal_abbreviation=next((name for at in places if (name := _text(at, "dcterms:alternative"))), ""),
        volume=volume,
        issue=issue,
        pages=page_range(_text(element, "bib:pages")),
        abstract=_text(element, "dcterms:abstract"),
        doi=next(filter(None, map(clean_doi, [*names, *links])), ""),
        pmid=clean_pmid(extra.get("PMID", "")),
        pmcid=clean_pmcid(extra.get("PMCID", "")),
        registry_ids=registry_ids(*_texts(element, "dc:description"), *names),
        accession=_text(element, "dc:coverage") or _text(element, "z:archiveLocation"),
        database=_text(element, "z:archive") or _text(element, "z:libraryCatalog"),
        type=_text(element, "z:itemType"),
        language=_text(element, "z:language"),
        issn=issn_list(*(name for name in names if "ISSN" in name)),
        keywords=unique(_texts(element, "dc:subject")),
        links=unique(link for link in links if link.startswith(("http://", "https://", "ftp://"))),
    )


def _containers(
    element: "_Element", containers: "dict[str, _Element]", used: set[str]
) -> "Iterator[_Element]":
    """The journal, book or series of an item: inside the item, or where it points to."""
    for part in element.findall("dcterms:isPartOf", NAMESPACES):
        target = part.get(f"{{{NAMESPACES['rdf']}}}resource", "")
        if target in containers:
            used.add(target)
            yield containers[target]
        yield from part.iterchildren("*")


def _place(element: "_Element", places: "list[_Element]", path: str) -> str:
    return next((text for at in (element, *places) if (text := _text(at, path))), "")


def _authors(element: "_Element") -> tuple[str, ...]:
    names = []
    for person in element.findall("bib:authors/rdf:Seq/rdf:li/*", NAMESPACES):
        family = _text(person, "foaf:surname") or _text(person, "foaf:name")
        given = _text(person, "foaf:givenName") or _text(person, "foaf:givenname")
        names.append(f"{family}, {given}" if given else author_name(family))
    return tuple(filter(None, names))


def _text(element: "_Element", path: str) -> str:
    return text_of(element.find(path, NAMESPACES))


def _texts(element: "_Element", path: str) -> list[str]:
    return [text for text in map(text_of, element.findall(path, NAMESPACES)) if text]
