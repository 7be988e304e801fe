import pytest

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
from evisynth.search.formats.zotero_rdf import NAMESPACES, read, recognise

ROOT = (
    "<rdf:RDF\n" + "\n".join(f' xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items()) + ">\n"
)
ARTICLE = """    <bib:Article rdf:about="https://example.org/1">
        <z:itemType>journalArticle</z:itemType>
        <dcterms:isPartOf rdf:resource="urn:issn:1234-5678"/>
        <bib:authors><rdf:Seq>
            <rdf:li><foaf:Person><foaf:surname>Ito</foaf:surname><foaf:givenName>Kenji</foaf:givenName></foaf:Person></rdf:li>
            <rdf:li><foaf:Person><foaf:surname>Milk Trial Group</foaf:surname></foaf:Person></rdf:li>
        </rdf:Seq></bib:authors>
        <link:link rdf:resource="#item_2"/>
        <dc:subject>milk</dc:subject>
        <dc:title>Milk &amp; drops</dc:title>
        <dcterms:abstract>Background:
Milk.</dcterms:abstract>
        <dc:date>12/2012</dc:date>
        <z:language>en</z:language>
        <z:libraryCatalog>PubMed</z:libraryCatalog>
        <dc:description>PMID: 123
PMCID: PMC77</dc:description>
        <bib:pages>501-8</bib:pages>
    </bib:Article>
"""
JOURNAL = """    <bib:Journal rdf:about="urn:issn:1234-5678">
        <prism:volume>14</prism:volume>
        <dc:title>Journal of Milk</dc:title>
        <dc:identifier>DOI 10.1000/MILK</dc:identifier>
        <prism:number>6</prism:number>
        <dcterms:alternative>J Milk</dcterms:alternative>
        <dc:identifier>ISSN 1234-5678</dc:identifier>
    </bib:Journal>
"""
ASIDE = """    <z:Attachment rdf:about="#item_2">
        <z:itemType>attachment</z:itemType>
        <dc:title>Ito.pdf</dc:title>
    </z:Attachment>
    <bib:Memo rdf:about="#item_3"><rdf:value>&lt;p&gt;read this&lt;/p&gt;</rdf:value></bib:Memo>
"""
CHAPTER = """    <bib:BookSection rdf:about="#item_9">
        <z:itemType>bookSection</z:itemType>
        <dcterms:isPartOf><bib:Book><dc:identifier>ISBN 1</dc:identifier><prism:volume>2</prism:volume>
        <dcterms:isPartOf><bib:Series><dc:title>Series</dc:title></bib:Series></dcterms:isPartOf>
        <dc:title>Book of milk</dc:title></bib:Book></dcterms:isPartOf>
        <dc:title>Drops</dc:title>
    </bib:BookSection>
"""


def library(*parts):
    return ROOT + "".join(parts) + "</rdf:RDF>\n"


def test_an_item_gives_its_fields_and_those_of_its_journal():
    reading = read(library(ARTICLE, JOURNAL))
    assert reading.problems == []
    (record,) = reading.records
    assert record.title == "Milk & drops"
    assert record.authors == ("Ito, Kenji", "Milk Trial Group")
    assert (record.journal, record.journal_abbreviation, record.year) == ("Journal of Milk", "J Milk", 2012)
    assert (record.volume, record.issue, record.pages) == ("14", "6", "501-508")
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/milk", "123", "PMC77")
    assert (record.abstract, record.keywords, record.language) == ("Background: Milk.", ("milk",), "en")
    assert (record.database, record.type, record.issn) == ("PubMed", "journalArticle", ("1234-5678",))
    assert record.links == ("https://example.org/1",)
    assert (record.number, record.line) == (1, 12)
    assert record.raw == ARTICLE.strip()


def test_a_journal_may_stand_before_or_after_its_item():
    assert read(library(JOURNAL, ARTICLE)).records[0].journal == "Journal of Milk"


def test_attachments_and_notes_are_no_records_and_that_is_said():
    reading = read(library(ARTICLE, JOURNAL, ASIDE))
    assert (reading.found, len(reading.records)) == (1, 1)
    assert [problem.message for problem in reading.problems] == [
        "Attachments, notes and collections of Zotero are no records; not used (2)."
    ]


def test_a_journal_to_which_no_item_points_is_reported():
    reading = read(library(ARTICLE.replace("urn:issn:1234-5678", "urn:issn:0000-0000"), JOURNAL))
    assert reading.records[0].journal == ""
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (
            12 + ARTICLE.count("\n"),
            "No item points to the journal or book 'urn:issn:1234-5678'; not used.",
        )
    ]


def test_a_chapter_has_its_book_inside():
    (record,) = read(library(CHAPTER)).records
    assert (record.title, record.journal, record.volume, record.type) == (
        "Drops",
        "Book of milk",
        "2",
        "bookSection",
    )


def test_an_item_without_journal_is_read():
    text = '<rdf:Description rdf:about="#i"><z:itemType>webpage</z:itemType><dc:title>Milk</dc:title></rdf:Description>'
    assert [record.title for record in read(library(text)).records] == ["Milk"]


def test_a_file_cut_in_the_middle_gives_what_is_there_and_says_so():
    whole = library(ARTICLE, JOURNAL, CHAPTER, ARTICLE)
    for cut in range(len(ROOT), len(whole), 61):
        reading = read(whole[:cut])
        assert reading.found == len(reading.records) + reading.lost
    assert read(whole[: len(whole) - 300]).found == 3


def test_a_damaged_item_costs_no_other():
    reading = read(library(ARTICLE.replace("&amp;", "&"), CHAPTER))
    assert [record.title for record in reading.records] == ["Milk & drops", "Drops"]
    assert "Record 1 is damaged" in reading.problems[0].message


def test_entities_are_refused():
    with pytest.raises(DataError, match="declares the entity"):
        read('<!DOCTYPE x [<!ENTITY a "b">]>' + library(ARTICLE))


def test_it_is_recognised_by_zoteros_namespace():
    assert read_bytes(library(ARTICLE).encode()).format == "zotero-rdf"
    assert not recognise("<rdf:RDF xmlns='x'></rdf:RDF>")
