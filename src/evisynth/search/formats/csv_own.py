"""Evisynth's own table, which `writing/csv_tables.py` and `writing/xlsx.py` write and `csv_tables` reads."""

from evisynth.search.formats.csv_vendors import Vendor, columns_of

BETWEEN_TEXTS = " || "  # in a cell of Evisynth's own table that holds several titles, abstracts or links
EVISYNTH = Vendor(  # what writing/csv_tables.py writes; its columns stand in this order
    "",
    frozenset({"record", "title", "other titles", "registry ids", "other abstracts"}),
    columns_of("""
        record: record
        title: title
        authors: authors
        year: year
        journal: journal
        journal_abbreviation: journal abbreviation
        volume: volume
        issue: issue
        pages: pages
        abstract: abstract
        doi: doi
        pmid: pmid
        pmcid: pmcid
        registry: registry ids
        accession: accession
        database: database
        type: type
        language: language
        issn: issn
        keywords: keywords
        other_titles: other titles
        other_abstracts: other abstracts
        links: links
    """),
    authors="exact",
    exact=True,
)
