from pathlib import Path

import pytest

from evisynth.errors import DataError
from evisynth.search.formats.pubmed_xml import read, recognise

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"

HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
ARTICLE = """<PubmedArticle>
<MedlineCitation Status="MEDLINE"><PMID Version="1">111</PMID>
<Article>
<Journal><ISSN IssnType="Print">1234-5678</ISSN>
<JournalIssue><Volume>7</Volume><Issue>2</Issue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue>
<Title>Journal of invented trials</Title><ISOAbbreviation>J Inv Trials</ISOAbbreviation></Journal>
<ArticleTitle>[Effect of H<sub>2</sub>O on <i>E. coli</i>: a trial].</ArticleTitle>
<Pagination><MedlinePgn>118-27</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>
<Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">To <b>test</b>.</AbstractText>
<AbstractText Label="UNLABELLED">It helped (<i>P</i> &lt; 0.05).</AbstractText><CopyrightInformation>© us</CopyrightInformation></Abstract>
<AuthorList>
<Author ValidYN="N"><LastName>Smiht</LastName><ForeName>Ann</ForeName></Author>
<Author ValidYN="Y"><LastName>Smith</LastName><ForeName>Ann B</ForeName><Initials>AB</Initials><Suffix>Jr</Suffix></Author>
<Author><LastName>Ödegård</LastName><Initials>K</Initials></Author>
<Author><CollectiveName>Milk Study Group</CollectiveName></Author>
</AuthorList>
<Language>ger</Language>
<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>
<AccessionNumberList><AccessionNumber>NCT01234567</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<PublicationTypeList><PublicationType>Journal Article</PublicationType><PublicationType>Randomized Controlled Trial</PublicationType></PublicationTypeList>
<VernacularTitle>Wirkung von Wasser.</VernacularTitle>
</Article>
<MeshHeadingList><MeshHeading><DescriptorName>Milk</DescriptorName><QualifierName>adverse effects</QualifierName></MeshHeading>
<MeshHeading><DescriptorName>Humans</DescriptorName></MeshHeading></MeshHeadingList>
<OtherAbstract Type="Publisher" Language="ger"><AbstractText>Es half.</AbstractText></OtherAbstract>
<KeywordList><Keyword>water</Keyword></KeywordList>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">111</ArticleId><ArticleId IdType="doi">10.1000/OWN.1</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">999</ArticleId><ArticleId IdType="pmc">PMC999</ArticleId>
<ArticleId IdType="doi">10.1000/other</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""
BOOK = """<PubmedBookArticle><BookDocument><PMID>222</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>Invented Press</PublisherName></Publisher><BookTitle>Reviews of allergy</BookTitle>
<PubDate><Year>2010</Year></PubDate></Book>
<ArticleTitle>Peanut allergy</ArticleTitle>
<AuthorList Type="authors"><Author><LastName>Roe</LastName><ForeName>Jo</ForeName></Author></AuthorList>
<PublicationType>Review</PublicationType>
<Abstract><AbstractText>About peanuts.</AbstractText></Abstract></BookDocument></PubmedBookArticle>
"""


def short(title, pmid="1"):
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>"
    )


@pytest.mark.parametrize(("name", "count"), [("pubmed_italics.xml", 1), ("pubmed_articleid.xml", 1)])
def test_real_exports_give_all_their_records(name, count):
    if not (EXPORTS / name).exists():
        pytest.skip("the shared export samples are not here")
    reading = read((EXPORTS / name).read_text("utf-8"))
    assert (reading.found, len(reading.records), reading.lost) == (count, count, 0)
    assert all(record.title and record.doi and record.authors for record in reading.records)


def test_inline_markup_does_not_cut_the_title_of_a_real_record():
    path = EXPORTS / "pubmed_italics.xml"
    if not path.exists():
        pytest.skip("the shared export samples are not here")
    (record,) = read(path.read_text("utf-8")).records
    assert record.title == "Genome-wide significant risk factors on chromosome 19 and the APOE locus."
    assert (record.pmid, record.pages) == ("29872490", "24590-24600")  # not those of its references


def test_an_article_is_read_with_all_its_parts():
    reading = read(HEAD + ARTICLE + "</PubmedArticleSet>\n")
    (record,) = reading.records
    assert reading.problems == []
    assert record.title == "[Effect of H2O on E. coli: a trial]."
    assert record.other_titles == ("Wirkung von Wasser.",)
    assert record.authors == ("Smith, Ann B Jr", "Ödegård, K", "Milk Study Group")
    assert (record.year, record.volume, record.issue, record.pages) == (1998, "7", "2", "118-127")
    assert (record.journal, record.journal_abbreviation) == ("Journal of invented trials", "J Inv Trials")
    assert record.abstract == "AIM: To test. It helped (P < 0.05)."
    assert record.other_abstracts == ("Es half.",)
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/own.1", "111", "")
    assert record.registry_ids == ("NCT01234567",)
    assert record.type == "Journal Article; Randomized Controlled Trial"
    assert record.keywords == ("Milk/adverse effects", "Humans", "water")
    assert (record.issn, record.language) == (("1234-5678",), "ger")
    assert (record.number, record.line) == (1, 4)
    assert record.raw == ARTICLE.rstrip("\n")


def test_a_book_chapter_is_a_record_with_its_book_as_journal():
    (record,) = read(HEAD + BOOK + "</PubmedArticleSet>").records
    assert (record.title, record.journal, record.year) == ("Peanut allergy", "Reviews of allergy", 2010)
    assert (record.authors, record.pmid, record.accession) == (("Roe, Jo",), "222", "NBK1")


def test_a_withdrawn_citation_is_reported_and_is_no_record():
    text = (
        HEAD
        + short("A trial")
        + "\n<DeleteCitation>\n<PMID Version='1'>333</PMID>\n</DeleteCitation>\n</PubmedArticleSet>"
    )
    reading = read(text)
    assert (reading.found, len(reading.records), reading.lost) == (1, 1, 0)
    assert [(problem.line, "333" in problem.message) for problem in reading.problems] == [(6, True)]


def test_a_damaged_record_is_read_as_far_as_possible_and_costs_no_other():
    damaged = short("Salt & <i>pressure").replace("</PubmedArticle>", "")
    reading = read(HEAD + short("One") + "\n" + damaged + "\n" + short("Three") + "</PubmedArticleSet>")
    assert [record.title for record in reading.records][::2] == ["One", "Three"]
    assert reading.records[1].title.startswith("Salt & pressure")
    assert (reading.found, reading.lost) == (3, 0)
    assert [problem.line for problem in reading.problems] == [5]
    assert "Record 2 is damaged" in reading.problems[0].message


def test_a_hostile_record_is_lost_and_its_neighbours_are_kept():
    bomb = f"<PubmedArticle>{'<a>' * 5_000}</PubmedArticle>"
    reading = read(HEAD + short("One") + bomb + short("Three") + "</PubmedArticleSet>")
    assert [record.title for record in reading.records] == ["One", "Three"]
    assert (reading.found, reading.lost) == (3, 1)
    assert "nested deeper" in next(problem.message for problem in reading.problems if problem.lost_record)


def test_a_record_without_title_is_kept_by_its_number_and_an_empty_one_is_lost():
    empty = "<PubmedArticle><MedlineCitation/></PubmedArticle>"
    reading = read(HEAD + short("", pmid="55") + empty + "</PubmedArticleSet>")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)
    assert reading.records[0].pmid == "55"


def test_text_between_records_is_reported():
    reading = read(HEAD + short("One") + "\nstray words\n</PubmedArticleSet>")
    assert [(problem.line, problem.text) for problem in reading.problems] == [(4, "stray words")]


def test_a_file_that_declares_entities_is_refused():
    with pytest.raises(DataError, match="declares the entity"):
        read('<!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet/>')


def test_pubmed_xml_is_recognised_and_other_xml_is_not():
    assert recognise(HEAD)
    assert not recognise("<xml><records><record><titles/></record></records></xml>")


def test_withdrawn_citations_are_told_with_their_lines_and_other_pmids_are_not_taken_for_them():
    text = (
        HEAD
        + short("One")
        + "\n<PMID>9</PMID>\n<DeleteCitation><PMID>1</PMID>\n\n<PMID>2</PMID></DeleteCitation>"
    )
    reading = read(text + "<DeleteCitation><PMID>3</PMID>")
    assert [(problem.line, problem.text) for problem in reading.problems if "withdrew" in problem.message] == [
        (6, "<PMID>1</PMID>"), (8, "<PMID>2</PMID>"),
    ]  # fmt: skip
    (left,) = [problem for problem in reading.problems if "withdrew" not in problem.message]
    assert "<PMID>9</PMID>" in left.text
    assert "<PMID>3</PMID>" in left.text
