"""Which column of a database's CSV holds what: data for `csv_tables`.

Column names are compared as `column_name` gives them. A vendor is recognised by its `signature`: all of
these columns are there. Vendors stand in order of how telling their signatures are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from evisynth.search.normalise import one_line

# The parts that a column can hold, beside the fields of a Record: first_page, last_page, page_count,
# article_number (pages are made of them), citation (the source in one line), registry (registry numbers among
# other text), full_authors (better than authors where filled), groups (authors that are groups), extra
# (Zotero's "PMID: ..." lines).
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor's table. `columns`: column name -> part. `authors`: how names are divided and written.

    Ways to write authors: "semicolon" (Family, Given; Family, Given), "comma" (Family GN, Family GN),
    "given first" (G Family, G Family), "given semicolon" and "bar" (the same with ; and |), "and" (Family, Given and Family,
    Given), "any" (found out from the signs in it), "exact" (semicolons, each name as it stands).
    `lists`: the signs between keywords, the first that occurs divides. `type`: where no column says it.
    `exact`: the cells hold what `writing` put there, so nothing in them is taken for a vendor's "N/A".
    """

    name: str
    signature: frozenset[str]
    columns: Columns
    authors: str = "semicolon"
    lists: tuple[str, ...] = (";",)
    type: str = ""
    exact: bool = False


def columns_of(table: str) -> Columns:
    """A table of lines "part: column | column" as column -> part."""
    lines = [line.split(":", 1) for line in table.strip().splitlines()]
    return MappingProxyType(
        {column_name(name): part.strip() for part, names in lines for name in names.split("|")}
    )


def column_name(text: str) -> str:
    """The name of a column as names are compared: in lower case, with single blanks, "_" as a blank."""
    return one_line(text.replace("_", " ")).casefold()


EMBASE = Vendor(
    "Embase.com",
    frozenset({"title", "author names", "pui"}),
    columns_of("""
        title: title
        other_titles: original title
        authors: author names
        journal: source title
        year: publication year | date of publication
        volume: volume
        issue: issue
        first_page: first page
        last_page: last page
        citation: source
        type: publication type
        issn: issn
        abstract: abstract
        other_abstracts: original abstract
        keywords: author keywords | emtree drug index terms (major focus) | emtree drug index terms
        keywords: emtree medical index terms (major focus) | emtree medical index terms
        registry: clinical trial numbers
        language: article language | language of article
        pmid: medline pmid
        accession: pui | embase accession id
        doi: doi
        links: embase link | full text link | open url link
    """),
    authors="comma",
    lists=(";", ","),
)
CENTRAL = Vendor(
    "CENTRAL",
    frozenset({"central id", "title"}),
    columns_of("""
        accession: central id
        authors: author(s)
        title: title
        journal: source
        year: year
        abstract: abstract
        volume: volume
        issue: issue
        pages: pages
        database: database name
        pmid: pubmed id
        registry: ctgov id | ictrp id
        type: publication type
        keywords: keywords
        doi: doi
        links: url
        issn: issn
    """),
)
CINAHL = Vendor(
    "EBSCOhost",
    frozenset({"article title", "journal title", "accession number"}),
    columns_of("""
        title: article title
        authors: author
        journal: journal title
        issn: issn
        year: publication date
        volume: volume
        issue: issue
        first_page: first page
        page_count: page count
        accession: accession number
        doi: doi
        type: doctype
        keywords: subjects | keywords
        abstract: abstract
        links: plink
    """),
)
SCOPUS = Vendor(
    "Scopus",
    frozenset({"title", "source title", "eid"}),
    columns_of("""
        authors: authors
        full_authors: author full names
        title: title
        other_titles: titles | original title
        year: year
        journal: source title
        volume: volume
        issue: issue
        article_number: art. no.
        first_page: page start
        last_page: page end
        page_count: page count
        doi: doi
        links: link
        abstract: abstract
        keywords: author keywords | index keywords
        issn: issn
        pmid: pubmed id
        language: language of original document
        journal_abbreviation: abbreviated source title
        type: document type
        accession: eid
        database: source
    """),
    authors="any",
)
PUBMED = Vendor(
    "PubMed",
    frozenset({"pmid", "title", "citation", "journal/book"}),
    columns_of("""
        pmid: pmid
        title: title
        authors: authors
        citation: citation
        journal: journal/book
        year: publication year
        pmcid: pmcid
        doi: doi
    """),
    authors="comma",
)
OPENALEX = Vendor(
    "OpenAlex",
    frozenset({"id", "display name", "publication year"}),
    columns_of("""
        accession: id
        abstract: abstract
        authors: authorships.author.display_name | author
        title: display_name | title
        doi: doi
        pmid: ids.pmid | pmid
        pmcid: ids.pmcid
        language: language
        journal: primary_location.source.display_name | host_venue
        issn: primary_location.source.issn_l | primary_location.source.issn
        keywords: keywords.display_name
        volume: biblio.volume
        issue: biblio.issue
        first_page: biblio.first_page
        last_page: biblio.last_page
        year: publication_year | publication_date
        type: type
        links: primary_location.landing_page_url
    """),
    authors="bar",
    lists=("|",),
)
WEB_OF_SCIENCE = Vendor(
    "Web of Science",
    frozenset({"pt", "au", "ti", "ut"}),
    columns_of("""
        type: dt | pt
        authors: au
        full_authors: af
        groups: ca
        title: ti
        other_titles: z1
        other_abstracts: z4
        journal: so
        journal_abbreviation: ji | j9
        language: la
        keywords: de | id
        abstract: ab
        issn: sn | ei
        year: py
        volume: vl
        issue: is
        first_page: bp
        last_page: ep
        article_number: ar
        doi: di
        pmid: pm
        accession: ut
    """),
)
WEB_OF_SCIENCE_EXCEL = Vendor(
    "Web of Science",
    frozenset({"article title", "ut (unique wos id)"}),
    columns_of("""
        type: document type | publication type
        authors: authors | book authors
        full_authors: author full names | book author full names
        groups: group authors | book group authors
        title: article title
        journal: source title
        journal_abbreviation: journal iso abbreviation | journal abbreviation
        language: language
        keywords: author keywords | keywords plus
        abstract: abstract
        issn: issn | eissn
        year: publication year | early access date
        volume: volume
        issue: issue
        first_page: start page
        last_page: end page
        article_number: article number
        doi: doi | book doi
        links: doi link
        pmid: pubmed id
        accession: ut (unique wos id)
    """),
)
LENS = Vendor(
    "Lens",
    frozenset({"lens id", "title", "author/s"}),
    columns_of("""
        accession: lens id
        title: title
        year: publication year | date published
        type: publication type
        journal: source title
        issn: issns
        authors: author/s
        abstract: abstract
        volume: volume
        issue: issue number
        first_page: start page
        last_page: end page
        keywords: keywords | mesh terms
        links: external url | source urls
        pmid: pmid
        pmcid: pmcid
        doi: doi
    """),
    authors="given semicolon",
)
DIMENSIONS = Vendor(
    "Dimensions",
    frozenset({"publication id", "title", "pubyear"}),
    columns_of("""
        accession: publication id
        title: title
        authors: authors
        year: pubyear | publication date
        journal: source title | anthology title
        volume: volume
        issue: issue
        pages: pagination
        abstract: abstract
        doi: doi
        pmid: pmid
        pmcid: pmcid
        type: publication type | document type
        keywords: mesh terms
        links: dimensions url | source linkout
    """),
)
EUROPE_PMC = Vendor(  # names of the site; those of its web service are the same without blanks
    "Europe PMC",
    frozenset({"title", "author string", "pub year"}),
    columns_of("""
        accession: ext id | id
        title: title
        authors: author string | authorstring
        journal: journal title | journaltitle
        volume: journal volume | journalvolume
        issue: issue
        pages: page info | pageinfo
        year: pub year | pubyear | first publication date | firstpublicationdate
        issn: journal issn | journalissn
        abstract: abstract | abstract text | abstracttext
        doi: doi
        pmid: pmid
        pmcid: pmcid
        type: pub type | pubtype
    """),
    authors="comma",
)
EUROPE_PMC_SERVICE = replace(EUROPE_PMC, signature=frozenset({"title", "authorstring", "pubyear"}))
PROQUEST = Vendor(  # its XLS saved as CSV
    "ProQuest",
    frozenset({"title", "storeid"}),
    columns_of("""
        title: title
        abstract: abstract
        accession: storeid
        type: documenttype | articletype
        authors: authors
        doi: digitalobjectidentifier
        issn: issn
        issue: issue
        language: language
        pages: pages
        first_page: startpage
        journal: pubtitle
        year: year | pubdate
        volume: volume
        keywords: subjectterms | subjects | identifierkeywords
        links: documenturl
    """),
    lists=(";", ","),
)
DATABASES = (
    CENTRAL,
    EMBASE,
    SCOPUS,
    PUBMED,
    CINAHL,
    OPENALEX,
    WEB_OF_SCIENCE,
    WEB_OF_SCIENCE_EXCEL,
    LENS,
    DIMENSIONS,
    EUROPE_PMC,
    EUROPE_PMC_SERVICE,
    PROQUEST,
)
