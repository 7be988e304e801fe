from pathlib import Path

import pytest

from evisynth.errors import DataError
from evisynth.search.formats.endnote_xml import read, recognise

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"


def styled(text):
    return f'<style face="normal" font="default" size="100%">{text}</style>'


RECORD = (
    '<record><database name="my.enl">my.enl</database><rec-number>2</rec-number><ref-type name="Journal Article">17</ref-type>'
    f"<contributors><authors><author>{styled('Smith, Ann')}</author><author>{styled('Milk Study Group,')}</author></authors></contributors>"
    f'<titles><title>{styled("Growth of ")}<style face="italic">E. coli</style>{styled(" in milk")}</title>'
    f"<secondary-title>{styled('J Inv')}</secondary-title></titles>"
    f"<periodical><full-title>{styled('Journal of inventions')}</full-title><abbr-1>{styled('J Inv')}</abbr-1></periodical>"
    f"<pages>{styled('118-27')}</pages><volume>{styled('7')}</volume><number>{styled('2')}</number>"
    f"<keywords><keyword>{styled('Milk')}</keyword><keyword>{styled('Growth')}</keyword></keywords>"
    f"<dates><year>{styled('2016')}</year></dates><isbn>{styled('1234-5678&#xD;8765-432X')}</isbn>"
    f"<accession-num>{styled('27575854')}</accession-num><abstract>{styled('It grew &lt; 5%.')}</abstract>"
    f"<electronic-resource-num>{styled('https://doi.org/10.1000/ABC')}</electronic-resource-num>"
    f"<custom2>{styled('PMC4000000')}</custom2><notes>{styled('private')}</notes>"
    f"<urls><related-urls><url>{styled('https://example.org/1')}</url></related-urls></urls>"
    f"<remote-database-provider>{styled('NLM')}</remote-database-provider><language>{styled('eng')}</language></record>"
)


def library(*records):
    return f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{"".join(records)}</records></xml>'


def test_a_real_library_gives_all_its_records():
    path = EXPORTS / "endnote.xml"
    if not path.exists():
        pytest.skip("the shared export samples are not here")
    reading = read(path.read_text("utf-8"))
    assert (reading.found, len(reading.records), reading.lost) == (10, 10, 0)
    assert sum(len(record.authors) for record in reading.records) == 53
    assert all(
        record.title and record.year and record.journal and record.abstract for record in reading.records
    )
    assert sum(bool(record.doi) for record in reading.records) == 9


def test_a_record_is_read_out_of_its_styles():
    reading = read(library(RECORD))
    (record,) = reading.records
    assert record.title == "Growth of E. coli in milk"
    assert record.authors == ("Smith, Ann", "Milk Study Group")
    assert (record.year, record.volume, record.issue, record.pages) == (2016, "7", "2", "118-127")
    assert (record.journal, record.journal_abbreviation) == ("Journal of inventions", "J Inv")
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/abc", "27575854", "PMC4000000")
    assert record.abstract == "It grew < 5%."
    assert record.issn == ("1234-5678", "8765-432X")
    assert record.keywords == ("Milk", "Growth")
    assert (record.type, record.language, record.database) == ("Journal Article", "eng", "NLM")
    assert record.links == ("https://example.org/1",)
    assert record.raw == RECORD


def test_elements_that_are_not_used_are_noted_once():
    reading = read(library(RECORD, RECORD))
    assert len(reading.records) == 2
    assert [problem.message for problem in reading.problems] == [
        "Elements that are not used (they stay with the records as they are): notes."
    ]


def test_a_number_of_another_database_is_not_a_pubmed_number():
    record = RECORD.replace(styled("NLM"), styled("Elsevier"))
    assert read(library(record)).records[0].pmid == ""
    assert read(library(record)).records[0].accession == "27575854"


def test_a_cut_file_keeps_the_records_before_the_cut():
    cut = RECORD[: RECORD.index("<periodical>") + 20]
    reading = read(library(RECORD, RECORD).removesuffix("</records></xml>") + cut)
    assert (reading.found, len(reading.records), reading.lost) == (3, 3, 0)
    assert reading.records[2].title == "Growth of E. coli in milk"
    assert "Record 3 is damaged" in reading.problems[0].message


def test_a_file_that_declares_entities_is_refused():
    with pytest.raises(DataError, match="declares the entity"):
        read('<!DOCTYPE xml [<!ENTITY a "b">]><xml><records/></xml>')


def test_endnote_xml_is_recognised_and_other_xml_is_not():
    assert recognise(library(RECORD))
    assert not recognise("<PubmedArticleSet><PubmedArticle>")
    assert not recognise("<html><body><records></records></body></html>")
