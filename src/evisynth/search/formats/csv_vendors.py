"""Which column of a vendor's CSV holds what: data for `csv_tables`.

Column names are compared in lower case with single blanks. A vendor is recognised by its `signature`: all of
these columns are there. Vendors stand in order of how telling their signatures are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# The parts that a column can hold, beside the fields of a Record: first_page, last_page, page_count,
# article_number (pages are made of them), citation (the source in one line), registry (registry numbers among
# other text), full_authors (better than authors where filled), extra (Zotero's "PMID: ..." lines).
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor's table. `columns`: column name -> part. `authors`: how names are divided and written.

    Ways to write authors: "semicolon" (Family, Given; Family, Given), "comma" (Family GN, Family GN),
    "given first" (G Family, G Family), "bar" (Given Family|Given Family), "and" (Family, Given and Family,
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
        {name.strip(): part.strip() for part, names in lines for name in names.split("|")}
    )


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
        language: article language
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
COVIDENCE = Vendor(
    "Covidence",
    frozenset({"covidence #", "title"}),
    columns_of("""
        title: title
        authors: authors
        abstract: abstract
        year: published year
        journal: journal
        volume: volume
        issue: issue
        pages: pages
        accession: covidence # | accession number
        doi: doi
    """),
)
RAYYAN = Vendor(
    "Rayyan",
    frozenset({"key", "title", "authors", "pubmed_id"}),
    columns_of("""
        accession: key
        title: title
        year: year
        journal: journal
        issn: issn
        volume: volume
        issue: issue
        pages: pages
        authors: authors
        links: url
        language: language
        abstract: abstract
        doi: doi
        keywords: keywords
        pmid: pubmed_id
        pmcid: pmc_id
        type: type
    """),
    authors="and",
)
OPENALEX = Vendor(
    "OpenAlex",
    frozenset({"id", "display_name", "publication_year"}),
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
PUBLISH_OR_PERISH = Vendor(
    "Publish or Perish",
    frozenset({"cites", "authors", "title", "gsrank"}),
    columns_of("""
        authors: authors
        title: title
        year: year
        journal: source
        links: articleurl | fulltexturl
        type: type
        doi: doi
        issn: issn
        volume: volume
        issue: issue
        first_page: startpage
        last_page: endpage
        abstract: abstract
    """),
    authors="given first",
)
GOOGLE_SCHOLAR = Vendor(
    "Google Scholar",
    frozenset({"authors", "title", "publication", "number", "pages"}),
    columns_of("""
        authors: authors
        title: title
        journal: publication
        volume: volume
        issue: number
        pages: pages
        year: year
    """),
)
CTGOV = Vendor(
    "ClinicalTrials.gov",
    frozenset({"nct number"}),
    columns_of("""
        accession: nct number
        registry: other ids
        title: study title | title
        links: study url | url
        abstract: brief summary
        keywords: acronym | conditions | interventions
        year: first posted
    """),
    lists=("|",),
    type="trial registration",
)
ZOTERO = Vendor(
    "Zotero",
    frozenset({"key", "item type", "publication title", "title"}),
    columns_of("""
        type: item type
        year: publication year | date
        authors: author
        title: title
        journal: publication title
        issn: issn
        doi: doi
        links: url | link attachments
        abstract: abstract note
        pages: pages
        issue: issue
        volume: volume
        journal_abbreviation: journal abbreviation
        language: language
        database: archive | library catalog
        accession: archive location | call number | key
        keywords: manual tags | automatic tags
        extra: extra
    """),
)
WEB_OF_SCIENCE = Vendor(
    "Web of Science",
    frozenset({"pt", "au", "ti", "ut"}),
    columns_of("""
        type: dt | pt
        authors: au
        full_authors: af
        title: ti
        journal: so
        journal_abbreviation: j9 | ji
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
# A table of no known vendor. Its signature is only the title; the rest is what people call these columns.
GENERIC = Vendor(
    "",
    frozenset({"title"}),
    columns_of("""
        title: title | primary title | primary_title | article title | article_title
        title: document title | study title | study_title | public title | scientific title | ti
        title: t1 | título | titel | titre
        authors: authors | author | author(s) | author names | author_names | authors_list
        authors: first_authors | au | autor | autores
        year: year | publication year | publication_year | published year | published_year
        year: pub_year | pubyear | py | date | publication date | publication_date | published | año
        journal: journal | journal title | journal_title | journal name | journal_name
        journal: journal/book | source title | source_title | publication title | publication_title
        journal: publication name | publication | secondary_title | jo | jf | so | venue | booktitle
        journal: source
        journal_abbreviation: journal abbreviation | journal_abbreviation | abbreviated source title
        journal_abbreviation: ja
        volume: volume | vol | vl
        issue: issue | number | issue number | is
        pages: pages | page range | page_range | pp
        first_page: first page | first_page | start page | start_page | startpage | page start
        first_page: page_start | sp
        last_page: last page | last_page | end page | end_page | endpage | page end | page_end | ep
        article_number: article number | article_number | art. no.
        abstract: abstract | abstracts | abstract note | abstract_text | notes_abstract | summary
        abstract: brief summary | ab | resumen | resumo
        doi: doi | do | di
        pmid: pmid | pubmed id | pubmed_id | pubmedid | pubmed | medline pmid
        pmcid: pmcid | pmc id | pmc_id | pmc
        registry: registry | registry id | registry_id | trial id | trial_id | trialid | nct number
        registry: nct | clinical trial numbers | trial registration
        accession: id | key | record id | record_id | accession number | accession_number
        accession: accession | an | ut
        database: database | database name | database_name | db
        type: type | publication type | publication_type | document type | document_type | item type
        type: item_type | reference type | type_of_reference
        language: language | la
        issn: issn | isbn | isbn/issn | sn | eissn
        keywords: keywords | keyword | author keywords | subjects | mesh | mesh terms | de | kw
        links: url | urls | link | links | ur
    """),
    authors="any",
    lists=(";", "|", ","),
)
VENDORS = (
    CENTRAL,
    CTGOV,
    COVIDENCE,
    EMBASE,
    SCOPUS,
    PUBMED,
    CINAHL,
    OPENALEX,
    PUBLISH_OR_PERISH,
    ZOTERO,
    RAYYAN,
    WEB_OF_SCIENCE,
    GOOGLE_SCHOLAR,
)
