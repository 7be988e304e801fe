"""Which column of a screening tool's, reference manager's or unknown table holds what, as `csv_vendors`."""

from evisynth.search.formats.csv_vendors import Vendor, columns_of

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
    frozenset({"key", "title", "authors", "pubmed id"}),
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
TOOLS = (COVIDENCE, RAYYAN, PUBLISH_OR_PERISH, ZOTERO, GOOGLE_SCHOLAR)
# A table of no known vendor. Its signature is only the title; the rest is what people call these columns.
GENERIC = Vendor(
    "",
    frozenset({"title"}),
    columns_of("""
        title: title | primary title | article title
        title: document title | study title | public title | scientific title | ti
        title: t1 | título | titel | titre
        authors: authors | author | author(s) | author names | authors_list
        authors: first_authors | au | autor | autores
        year: year | publication year | published year
        year: pub_year | pubyear | py | date | publication date | published | año
        journal: journal | journal title | journal name
        journal: journal/book | source title | publication title
        journal: publication name | publication | secondary_title | jo | jf | so | venue | booktitle
        journal: source
        journal_abbreviation: journal abbreviation | abbreviated source title
        journal_abbreviation: ja
        volume: volume | vol | vl
        issue: issue | number | issue number | is
        pages: pages | page range | pp
        first_page: first page | start page | startpage | page start
        first_page: page_start | sp
        last_page: last page | end page | endpage | page end | page_end | ep
        article_number: article number | art. no.
        abstract: abstract | abstracts | abstract note | abstract_text | notes_abstract | summary
        abstract: brief summary | ab | resumen | resumo
        doi: doi | do | di
        pmid: pmid | pubmed id | pubmedid | pubmed | medline pmid
        pmcid: pmcid | pmc id | pmc
        registry: registry | registry id | trial id | trialid | nct number
        registry: nct | clinical trial numbers | trial registration
        accession: id | key | record id | accession number
        accession: accession | an | ut
        database: database | database name | db
        type: type | publication type | document type | item type
        type: item_type | reference type | type_of_reference
        language: language | la
        issn: issn | isbn | isbn/issn | sn | eissn
        keywords: keywords | keyword | author keywords | subjects | mesh | mesh terms | de | kw
        links: url | urls | link | links | ur
    """),
    authors="any",
    lists=(";", "|", ","),
)
