"""JATS XML: whole articles, as PubMed Central (E-utilities, bulk download), Europe PMC and publishers give them.

A file is one <article>, or several in <pmc-articleset> or <articles>. Only the front matter is used; the text
of the article and its references stay with the record as they are. Parts of it (<sub-article>, <response>)
are no records of their own. Tags: Journal Article Tag Suite 1.3, NISO Z39.96.
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
    one_line,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

FORMAT = "jats-xml"
SET = re.compile(r"<(?:pmc-articleset|articles)[\s>]")
ARTICLE = re.compile(r"<article[\s>]")
FRONT = re.compile(r"<(?:article-meta|journal-meta|front)[\s>]")
FURNITURE = furniture("pmc-articleset", "articles")
NAMESPACES = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML" '
    'xmlns:ali="http://www.niso.org/schemas/ali/1.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LINK = "{http://www.w3.org/1999/xlink}href"
DATES = ("ppub", "pub", "epub", "collection", "epub-ppub", "")  # the year of the issue before that of the web
NOT_ABSTRACTS = frozenset({"graphical", "toc", "teaser", "web-summary", "precis"})
NOT_NOTES = frozenset({"fn", "xref", "label"})


def recognise(head: str) -> bool:
    """Whether a file that begins like this is JATS: a set of articles, or one with its front matter."""
    return SET.search(head) is not None or (
        ARTICLE.search(head) is not None and FRONT.search(head) is not None
    )


def read(text: str) -> Reading:
    """Read JATS, one record for each <article>. Raises DataError where the file declares entities."""
    text = unix_lines(text)
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    read_pieces(pieces(text, "article"), _record, FURNITURE, reading, namespaces=NAMESPACES)
    return reading


def _record(element: "_Element") -> Record:
    front = element.find("front")
    meta = _first(front, "article-meta")
    journal = _first(front, "journal-meta")
    title, *translated = _titles(meta)
    abstract, *others = _abstracts(meta)
    pmcid = clean_pmcid(_id(meta, "pmc", "pmcid"))
    return Record(
        title=title,
        authors=_authors(meta),
        year=_year(meta),
        journal=text_of(_first(journal, ".//journal-title")),
        journal_abbreviation=_abbreviation(journal),
        volume=text_of(_first(meta, "volume")),
        issue=text_of(_first(meta, "issue")),
        pages=page_range(text_of(_first(meta, "fpage")), text_of(_first(meta, "lpage")))
        or text_of(_first(meta, "elocation-id")),
        abstract=abstract,
        doi=clean_doi(_id(meta, "doi")),
        pmid=clean_pmid(_id(meta, "pmid")),
        pmcid=pmcid,
        registry_ids=registry_ids(title, abstract, *_texts(meta, "related-object")),
        accession=pmcid,
        database="PubMed Central" if pmcid else "",
        type=element.get("article-type", ""),
        language=element.get(LANGUAGE, ""),
        issn=issn_list(*_texts(journal, "issn")),
        keywords=unique(word for group in _all(meta, "kwd-group") for word in _words(group)),
        other_titles=unique(translated),
        other_abstracts=tuple(others),
        links=unique(item.get(LINK, "") for item in _all(meta, "self-uri")),
    )


def _first(element: "_Element | None", path: str) -> "_Element | None":
    return None if element is None else element.find(path)


def _all(element: "_Element | None", path: str) -> "Iterator[_Element]":
    return iter(()) if element is None else iter(element.findall(path))


def _texts(element: "_Element | None", path: str) -> list[str]:
    return [text for text in map(text_of, _all(element, path)) if text]


def _plain(element: "_Element | None") -> str:
    """The text of an element without its footnote marks."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in NOT_NOTES:
            parts.append(_plain(child))
        parts.append(child.tail or "")
    return one_line("".join(map(str, parts)))


def _id(meta: "_Element | None", *kinds: str) -> str:
    ids = _all(meta, "article-id")
    return next((text_of(item) for item in ids if item.get("pub-id-type") in kinds), "")


def _titles(meta: "_Element | None") -> list[str]:
    """The title with its subtitle, and those in further languages; at least one, "" where there is none."""
    groups = [_first(meta, "title-group"), *_all(meta, "title-group/trans-title-group")]
    titles = []
    for group, name in zip(groups, ["article-title", *["trans-title"] * len(groups)], strict=False):
        subtitle = "subtitle" if name == "article-title" else "trans-subtitle"
        parts = [_plain(_first(group, name)), *map(_plain, _all(group, subtitle))]
        titles.append(": ".join(filter(None, parts)))
    titles += map(_plain, _all(meta, "title-group/trans-title"))
    return [titles[0], *filter(None, titles[1:])]


def _authors(meta: "_Element | None") -> tuple[str, ...]:
    """People and groups that wrote the article, in order; no editors, and not the members of a group."""
    names = []
    for person in _all(meta, "contrib-group/contrib"):
        if person.get("contrib-type", "author") not in {"author", "collab"}:
            continue
        collab = _first(person, "collab")
        name = _first(person, "name")
        name = _first(person, "name-alternatives/name") if name is None else name
        family = text_of(_first(name, "surname"))
        given = " ".join(
            filter(None, (text_of(_first(name, "given-names")), text_of(_first(name, "suffix"))))
        )
        if family or given:
            names.append(", ".join(filter(None, (family, given))))
        elif collab is not None:
            names.append(_group(collab))
        else:
            names.append(author_name(text_of(_first(person, "string-name"))))
    return tuple(filter(None, names))


def _group(collab: "_Element") -> str:
    """The name of a group: its own text, without the list of members that may stand inside."""
    named = _first(collab, "institution")
    named = _first(collab, "named-content") if named is None else named
    return text_of(named) or " ".join((collab.text or "").split())


def _year(meta: "_Element | None") -> int | None:
    years: dict[str, int | None] = {}
    for date in _all(meta, "pub-date"):
        kind = date.get("pub-type") or date.get("date-type") or ""
        years.setdefault(kind, year_of(text_of(_first(date, "year")) or date.get("iso-8601-date", "")))
    return next((years[kind] for kind in [*DATES, *years] if years.get(kind)), None)


def _abbreviation(journal: "_Element | None") -> str:
    ids = {item.get("journal-id-type"): text_of(item) for item in _all(journal, "journal-id")}
    return (
        text_of(_first(journal, ".//abbrev-journal-title"))
        or ids.get("iso-abbrev")
        or ids.get("nlm-ta")
        or ""
    )


def _abstracts(meta: "_Element | None") -> list[str]:
    """The abstract and those in further languages; at least one, "" where there is none.

    Sections get their titles as labels, "Methods: ...". Pictures and summaries for the table of contents are
    no abstracts.
    """
    found = (
        " ".join(filter(None, _sections(abstract)))
        for abstract in [*_all(meta, "abstract"), *_all(meta, "trans-abstract")]
        if abstract.get("abstract-type") not in NOT_ABSTRACTS
    )
    return list(filter(None, found)) or [""]


def _sections(part: "_Element") -> "Iterator[str]":
    title = _plain(_first(part, "title")).rstrip(":.")
    texts = []
    for child in part:
        if child.tag == "sec":
            texts.append(" ".join(filter(None, _sections(child))))
        elif child.tag not in {"title", "label", "object-id"}:
            texts.append(_plain(child))
    text = " ".join(filter(None, texts))
    named = title and part.tag == "sec"
    yield f"{title}: {text}" if named and text else text


def _words(group: "_Element") -> "Iterator[str]":
    """The keywords of a group; a group of abbreviations is none."""
    if group.get("kwd-group-type") != "abbreviations":
        yield from _texts(group, "kwd")
        yield from _texts(group, "compound-kwd/compound-kwd-part")
