import pytest

from evisynth.search.formats.enw import read, recognise

RECORD = """%0 Journal Article
%T Oral drops for milk allergy
%A Ito, Kenji
%A Nunez, A B
%J Journal of Invented Allergy
%V 12
%N 3
%P 101-9
%@ 1234-5678
%D 2019
%R doi:10.1234/JIA.2019.7
%2 PMC1234567
%M 29377890
%~ MEDLINE
%G eng
%K milk
drops
%X Background: milk.
%U https://example.org/7
"""


def test_a_record_gives_all_its_fields():
    reading = read(RECORD)
    assert (reading.found, reading.problems) == (1, [])
    record = reading.records[0]
    assert record.title == "Oral drops for milk allergy"
    assert record.authors == ("Ito, Kenji", "Nunez, A B")
    assert (record.year, record.volume, record.issue, record.pages) == (2019, "12", "3", "101-109")
    assert (record.journal, record.issn) == ("Journal of Invented Allergy", ("1234-5678",))
    assert (record.doi, record.pmcid, record.accession) == ("10.1234/jia.2019.7", "PMC1234567", "29377890")
    assert record.keywords == ("milk", "drops")
    assert (record.abstract, record.database, record.language) == ("Background: milk.", "MEDLINE", "eng")
    assert (record.type, record.links) == ("Journal Article", ("https://example.org/7",))
    assert record.raw == RECORD.rstrip("\n")


@pytest.mark.parametrize("between", ["", "\n", "\n\n\n"])
def test_percent_zero_starts_a_record(between):
    reading = read(RECORD + between + RECORD)
    assert (reading.found, len(reading.records), reading.problems) == (2, 2, [])


def test_records_without_percent_zero_are_divided_by_blank_lines_and_noted():
    body = RECORD.partition("\n")[2]
    reading = read(body + "\n" + body)
    assert [record.title for record in reading.records] == ["Oral drops for milk allergy"] * 2
    assert ["no %0 line" in problem.message for problem in reading.problems] == [True, True]


def test_a_blank_line_within_an_abstract_starts_no_record():
    reading = read(RECORD.replace("Background: milk.", "Background: milk.\n\nResults: drops."))
    assert reading.found == 1
    assert reading.records[0].abstract == "Background: milk. Results: drops."


def test_a_type_and_nothing_else_is_a_lost_record():
    reading = read("%0 Journal Article\n\n" + RECORD)
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


def test_text_before_the_first_record_is_reported():
    reading = read("My references\n\n" + RECORD)
    assert [(problem.line, problem.text) for problem in reading.problems] == [(1, "My references")]


def test_a_pubmed_link_gives_the_pmid():
    record = read("%0 Journal Article\n%T A\n%U https://pubmed.ncbi.nlm.nih.gov/29377890/\n").records[0]
    assert record.pmid == "29377890"


def test_endnote_tagged_text_is_recognised_by_its_content():
    assert recognise(RECORD)
    assert not recognise("TY  - JOUR\nTI  - 50 %T cells\nER  - \n")


@pytest.mark.parametrize("line", range(3, 10))
def test_a_blank_line_between_two_tags_starts_no_record(line):
    lines = RECORD.split("\n")
    reading = read("\n".join([*lines[:line], "", *lines[line:]]))
    assert (reading.found, reading.problems) == (1, [])
    assert reading.records[0].doi == "10.1234/jia.2019.7"


def test_a_record_without_percent_zero_among_others_is_found_by_its_title():
    body = RECORD.partition("\n")[2].replace("%T Oral drops for milk allergy", "%T Water")
    reading = read(RECORD + "\n" + body + "\n" + RECORD)
    assert [record.title for record in reading.records][1] == "Water"
    assert reading.found == 3
