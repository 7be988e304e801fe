"""PubMed XML: PubmedArticle and PubmedBookArticle, as E-utilities and the site's own download give them."""

import re
from typing import TYPE_CHECKING

from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.formats.safe_xml import Rest, furniture, pieces, read_pieces, refuse_entities, text_of
from evisynth.search.normalise import (
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    year_of,
)
from evisynth.search.record import Reading, ReadProblem, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

FORMAT = "pubmed-xml"
MARKER = re.compile(r"<Pubmed(?:Book)?Article[\s>]")
FURNITURE = furniture("Pubmed(?:Book)?ArticleSet", "BookDocumentSet", "DeleteCitation", "DeleteDocument")
WITHDRAWN = re.compile(r"<(DeleteCitation|DeleteDocument)>")
WITHDRAWN_PMID = re.compile(r"<PMID[^<>]*>\s*(\d+)\s*</PMID>")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is PubMed XML."""
    return "<PubmedArticleSet" in head or MARKER.search(head) is not None


def read(text: str) -> Reading:
    """Read PubMed XML, one record for each PubmedArticle and PubmedBookArticle.

    Citations that PubMed withdrew (DeleteCitation) are no records; each is reported by its PMID.
    Raises DataError where the file declares entities.
    """
    text = unix_lines(text)
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    parts = list(pieces(text, "PubmedArticle", "PubmedBookArticle"))
    for number, part in enumerate(parts):
        if isinstance(part, Rest) and WITHDRAWN.search(part.text):
            parts[number] = _without_withdrawn(part, reading)
    read_pieces(parts, _record, FURNITURE, reading)
    return reading


def _without_withdrawn(part: Rest, reading: Reading) -> Rest:
    """What stands between records without the PMIDs of withdrawn citations, each of which is reported."""
    kept, place, line = [], 0, part.line
    for block in WITHDRAWN.finditer(part.text):
        end = part.text.find(f"</{block[1]}>", block.end())
        for pmid in WITHDRAWN_PMID.finditer(part.text, block.end(), max(end, block.end())):
            kept.append(part.text[place : pmid.start()])
            line += part.text.count("\n", place, pmid.start())
            message = f"PubMed withdrew the citation with PMID {pmid[1]}; it is not a record."
            reading.problems.append(ReadProblem(line, pmid[0], message))
            place, line = pmid.end(), line + pmid[0].count("\n")
    return Rest("".join([*kept, part.text[place:]]), part.line)


def _record(element: "_Element") -> Record:
    return _book(element) if element.tag == "PubmedBookArticle" else _article(element)


def _article(element: "_Element") -> Record:
    citation = _first(element, "MedlineCitation")
    article = _first(citation, "Article")
    title, vernacular = text_of(_first(article, "ArticleTitle")), text_of(_first(article, "VernacularTitle"))
    pmid = clean_pmid(text_of(_first(citation, "PMID")) or _own_id(element, "pubmed"))
    abstract = _abstract(_first(article, "Abstract"))
    banks = _texts(article, "DataBankList/DataBank/AccessionNumberList/AccessionNumber")
    return Record(
        title=title or vernacular,
        other_titles=(vernacular,) if title and vernacular else (),
        authors=_authors(article, "AuthorList/Author"),
        year=_year(article, "Journal/JournalIssue/PubDate") or _year(article, "ArticleDate"),
        journal=text_of(_first(article, "Journal/Title")),
        journal_abbreviation=text_of(_first(article, "Journal/ISOAbbreviation"))
        or text_of(_first(citation, "MedlineJournalInfo/MedlineTA")),
        volume=text_of(_first(article, "Journal/JournalIssue/Volume")),
        issue=text_of(_first(article, "Journal/JournalIssue/Issue")),
        pages=_pages(article),
        abstract=abstract,
        other_abstracts=tuple(filter(None, (_abstract(other) for other in _all(citation, "OtherAbstract")))),
        doi=clean_doi(_own_id(element, "doi") or _location(article, "doi")),
        pmid=pmid,
        pmcid=clean_pmcid(_own_id(element, "pmc")),
        registry_ids=registry_ids(*banks, title, abstract),
        accession=pmid,
        database="PubMed",
        type="; ".join(_texts(article, "PublicationTypeList/PublicationType")),
        language="; ".join(_texts(article, "Language")),
        issn=issn_list(*_texts(article, "Journal/ISSN"), *_texts(citation, "MedlineJournalInfo/ISSNLinking")),
        keywords=_keywords(citation),
    )


def _book(element: "_Element") -> Record:
    document = _first(element, "BookDocument")
    book = _first(document, "Book")
    chapter, title = text_of(_first(document, "ArticleTitle")), text_of(_first(book, "BookTitle"))
    vernacular = text_of(_first(document, "VernacularTitle"))
    pmid = clean_pmid(text_of(_first(document, "PMID")) or _own_id(element, "pubmed"))
    own = {item.get("IdType"): text_of(item) for item in _all(document, "ArticleIdList/ArticleId")}
    return Record(
        title=chapter or title or vernacular,
        other_titles=(vernacular,) if vernacular and (chapter or title) else (),
        authors=_authors(document, "AuthorList/Author") or _authors(book, "AuthorList/Author"),
        year=_year(book, "PubDate") or _year(document, "ContributionDate"),
        journal=title if chapter else "",
        volume=text_of(_first(book, "Volume")),
        pages=_pages(document),
        abstract=_abstract(_first(document, "Abstract")),
        doi=clean_doi(own.get("doi", "") or _own_id(element, "doi")),
        pmid=pmid,
        pmcid=clean_pmcid(own.get("pmc", "") or _own_id(element, "pmc")),
        accession=own.get("bookaccession", "") or pmid,
        database="PubMed",
        type="; ".join(_texts(document, "PublicationType")) or "Book",
        language="; ".join(_texts(document, "Language")),
        keywords=tuple(_texts(document, "KeywordList/Keyword")),
    )


def _first(element: "_Element | None", path: str) -> "_Element | None":
    return None if element is None else element.find(path)


def _all(element: "_Element | None", path: str) -> "Iterator[_Element]":
    return iter(()) if element is None else iter(element.findall(path))


def _texts(element: "_Element | None", path: str) -> list[str]:
    return [text for text in map(text_of, _all(element, path)) if text]


def _own_id(element: "_Element", kind: str) -> str:
    """An id of the record itself: PubmedData/ReferenceList has ArticleIdLists of other articles."""
    for data in ("PubmedData", "PubmedBookData"):
        for item in element.findall(f"{data}/ArticleIdList/ArticleId"):
            if item.get("IdType") == kind:
                return text_of(item)
    return ""


def _location(article: "_Element | None", kind: str) -> str:
    ids = [item for item in _all(article, "ELocationID") if item.get("EIdType") == kind]
    return next((text_of(item) for item in ids if item.get("ValidYN") != "N"), "")


def _authors(element: "_Element | None", path: str) -> tuple[str, ...]:
    names = []
    for author in _all(element, path):
        if (
            author.get("ValidYN") == "N"
        ):  # a name that PubMed has since corrected; the right one stands beside it
            continue
        family, group = text_of(author.find("LastName")), text_of(author.find("CollectiveName"))
        given = text_of(author.find("ForeName")) or text_of(author.find("Initials"))
        given = " ".join(filter(None, (given, text_of(author.find("Suffix")))))
        names.append(group or ", ".join(filter(None, (family, given))))
    return tuple(filter(None, names))


def _year(element: "_Element | None", path: str) -> int | None:
    date = _first(element, path)
    return year_of(text_of(_first(date, "Year")) or text_of(_first(date, "MedlineDate")))


def _pages(element: "_Element | None") -> str:
    whole = text_of(_first(element, "Pagination/MedlinePgn"))
    start, end = (
        text_of(_first(element, "Pagination/StartPage")),
        text_of(_first(element, "Pagination/EndPage")),
    )
    return page_range(start, end) if start and end else page_range(whole or start)


def _abstract(abstract: "_Element | None") -> str:
    """The parts of an abstract with their labels, "METHODS: ..."; labels that say nothing are left out."""
    parts = []
    for part in _all(abstract, "AbstractText"):
        label, text = part.get("Label", ""), text_of(part)
        named = label and label.upper() not in {"UNLABELLED", "UNASSIGNED"}
        parts.append(f"{label}: {text}" if named and text else text)
    return " ".join(filter(None, parts))


def _keywords(citation: "_Element | None") -> tuple[str, ...]:
    words = []
    for heading in _all(citation, "MeshHeadingList/MeshHeading"):
        descriptor = text_of(heading.find("DescriptorName"))
        qualifiers = _texts(heading, "QualifierName")
        words += [f"{descriptor}/{qualifier}" for qualifier in qualifiers] or [descriptor]
    return tuple(dict.fromkeys(filter(None, [*words, *_texts(citation, "KeywordList/Keyword")])))
