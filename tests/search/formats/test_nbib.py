import pytest

from evisynth.search.formats.nbib import CUT, read, recognise

PUBMED = """PMID- 12345678
OWN - NLM
STAT- MEDLINE
IS  - 1234-5678 (Electronic)
IS  - 8765-4321 (Linking)
VI  - 12
IP  - 3
DP  - 2019 Jan-Feb
TI  - [Oral drops for milk
      allergy].
PG  - 101-9
LID - 10.1234/jia.2019.7 [doi]
LID - S0000-0000(19)1-2 [pii]
AB  - BACKGROUND: Milk. NCT01234567.
      RESULTS: Drops.
CI  - Copyright (c) 2019 Nobody.
FAU - Ito, Kenji
AU  - Ito K
AD  - Somewhere.
FAU - Nunez, A B
AU  - Nunez AB
CN  - Oral Drops Study Group
LA  - jpn
PT  - Journal Article
PT  - Randomized Controlled Trial
TT  - Miruku.
PL  - Japan
TA  - J Inv Allergy
JT  - Journal of invented allergy
SB  - IM
MH  - *Milk
MH  - Humans
OT  - drops
OAB - Publisher: Abstract available from the publisher.
OABL- jpn
PMC - PMC1234567
SI  - ClinicalTrials.gov/NCT07654321
AID - 10.1234/jia.2019.7 [doi]
PST - ppublish
SO  - J Inv Allergy. 2019 Jan-Feb;12(3):101-9. doi: 10.1234/jia.2019.7.
"""

PMC = """
PMC - PMC1234567
PMID- 12345678
VI  - 5
DP  - 2018
TI  - A first title.
LID - 18
AB  -
AU  - Ito K
TA  - MethodsX
JT  - MethodsX
SO  - MethodsX. 2018;5:18. doi:10.1234/mex.1.

PMC - PMC7654321
DP  - 2018
TI  - A second title.
FAU - Ito, Kenji
"""


def test_a_record_of_pubmed_gives_all_its_fields():
    reading = read(PUBMED)
    assert (reading.found, reading.problems) == (1, [])
    record = reading.records[0]
    assert record.title == "[Oral drops for milk allergy]."
    assert record.other_titles == ("Miruku.",)
    assert record.authors == ("Ito, Kenji", "Nunez, A B", "Oral Drops Study Group")
    assert (record.year, record.volume, record.issue, record.pages) == (2019, "12", "3", "101-109")
    assert (record.journal, record.journal_abbreviation) == ("Journal of invented allergy", "J Inv Allergy")
    assert record.abstract == "BACKGROUND: Milk. NCT01234567. RESULTS: Drops."
    assert record.other_abstracts == ()
    assert (record.pmid, record.pmcid, record.doi) == ("12345678", "PMC1234567", "10.1234/jia.2019.7")
    assert record.registry_ids == ("NCT07654321", "NCT01234567")
    assert record.issn == ("1234-5678", "8765-4321")
    assert record.keywords == ("*Milk", "Humans", "drops")
    assert (record.database, record.accession) == ("PubMed", "12345678")
    assert (record.type, record.language) == ("Journal Article; Randomized Controlled Trial", "jpn")


def test_records_of_pubmed_central_start_with_pmc():
    reading = read(PMC)
    assert [record.pmcid for record in reading.records] == ["PMC1234567", "PMC7654321"]
    assert [record.pmid for record in reading.records] == ["12345678", ""]
    assert [record.line for record in reading.records] == [2, 14]
    first = reading.records[0]
    assert (first.doi, first.pages, first.abstract, first.database) == (
        "10.1234/mex.1",
        "18",
        "",
        "PubMed Central",
    )


def test_records_need_no_blank_line_between_them():
    assert read(PUBMED + PUBMED).found == 2
    assert read(PUBMED + "\n\n" + PUBMED).found == 2


def test_short_names_are_used_where_a_full_one_is_missing():
    text = "PMID- 1\nTI  - A\nFAU - Ito, Kenji\nAU  - Ito K\nAU  - Nunez AB\n"
    assert read(text).records[0].authors == ("Ito, K", "Nunez, AB")


def test_the_year_comes_from_the_electronic_date_where_dp_has_none():
    assert read("PMID- 1\nTI  - A\nDP  - Spring\nDEP - 20180330\n").records[0].year == 2018


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_make_no_difference(newline):
    assert read(PUBMED.replace("\n", newline)).records == read(PUBMED).records


def test_text_around_the_records_is_reported():
    reading = read("Search results\n\n" + PUBMED + "\nEnd of results\nBye\n")
    assert [problem.line for problem in reading.problems] == [1, 44]
    assert reading.problems[1].message.endswith("(2 lines)")
    assert reading.records[0].doi == "10.1234/jia.2019.7"


def test_a_number_without_a_citation_is_a_lost_record():
    reading = read("PMID- 1\nOWN - NLM\n\n" + PUBMED)
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


def test_unknown_tags_are_noted_once():
    reading = read(PUBMED + "XYZ - a\nXYZ - b\n")
    assert ["XYZ (2 times" in problem.message for problem in reading.problems] == [True]


def test_nbib_is_recognised_by_its_content():
    assert recognise(PUBMED)
    assert recognise(PMC)
    assert not recognise("TY  - JOUR\nTI  - a\nER  - \n")
    assert not recognise("PMID,Title\n1,a\n")


PAIR = "PMID- 1\nOWN - NLM\nTI  - Milk\nFAU - Ito, Kenji\n\nPMID- 2\nOWN - NLM\nTI  - Water\nFAU - Rao, C\n"


def test_a_record_whose_pmid_line_is_missing_is_not_put_into_the_one_before():
    reading = read(PAIR.replace("PMID- 2\n", ""))
    assert [(record.title, record.authors, record.pmid) for record in reading.records] == [
        ("Milk", ("Ito, Kenji",), "1"),
        ("Water", ("Rao, C",), ""),
    ]
    assert (reading.found, reading.lost) == (2, 0)
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (6, "This record lacks the line that starts a record; it was taken to start after a blank line.")
    ]


def test_two_titles_without_a_blank_line_between_them_are_noted():
    reading = read(PAIR.replace("\nPMID- 2\n", ""))
    assert len(reading.records) == 1
    assert "two titles" in reading.problems[0].message


def test_a_file_of_pubmed_that_begins_in_the_middle_of_a_record_is_not_taken_for_one_of_pmc():
    reading = read("MH  - Milk\nPMC - PMC7\nSO  - J. 2001\n\n" + PAIR)
    assert [record.title for record in reading.records] == ["Milk", "Water"]
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (1, "This line is outside a record; it is not used. (3 lines)")
    ]


def test_many_blank_lines_are_read_at_once():
    assert read(PAIR + "\n" * 300_000).found == 2


WHOLE = "PMID- 1\nOWN - NLM\nSTAT- MEDLINE\nTI  - Milk\nSO  - Allergy. 2001;7:1-9.\n\n"


def test_a_file_of_pubmed_that_is_cut_in_its_last_record_says_so():
    for cut in ("STAT- MEDLINE\nTI  - Mi", "STAT- MEDLINE\nTI  - Milk\nSO"):
        reading = read(WHOLE + f"PMID- 2\nOWN - NLM\n{cut}")
        assert (reading.found, len(reading.records)) == (2, 2)
        assert [(problem.line, problem.message) for problem in reading.problems] == [(7, CUT)]


def test_a_whole_file_of_pubmed_and_one_of_another_program_are_not_taken_for_cut():
    assert read(WHOLE).problems == []
    assert read("PMID- 2\nOWN - NLM\nTI  - Milk\n").problems == []  # no STAT: not as PubMed writes it
