import pytest

from evisynth.search.formats.wos import CUT, read, recognise

RECORD = """PT J
AU Ito, K
   Nunez, AB
AF Ito, Kenji
   Nunez, Ana B.
CA Oral Drops Grp
TI Oral drops for milk
   allergy
SO JOURNAL OF INVENTED ALLERGY
LA English
DT Article; Proceedings Paper
DE milk; drops
ID MILK; RANDOMIZED-TRIAL;
   DOUBLE-BLIND
AB Background
   Milk. Registered as ISRCTN12345678.
   Results
   Drops.
C1 [Ito, Kenji] Somewhere.
CR Ito K, 2001, J INV, V1, P2, DOI 10.1234/other
SN 1234-5678
EI 8765-4321
J9 J INV ALLERGY
JI J. Inv. Allergy
PD JAN
PY 2019
VL 12
IS 3
BP 101
EP 109
DI 10.1234/JIA.2019.7
PG 9
UT WOS:000424022700066
PM 29377890
DA 2020-11-06
ER

"""
FILE = f"\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\n{RECORD}EF"


def test_a_record_gives_all_its_fields():
    reading = read(FILE)
    assert (reading.found, reading.problems) == (1, [])
    record = reading.records[0]
    assert record.title == "Oral drops for milk allergy"
    assert record.authors == ("Ito, Kenji", "Nunez, Ana B.", "Oral Drops Grp")
    assert (record.year, record.volume, record.issue, record.pages) == (2019, "12", "3", "101-109")
    assert (record.journal, record.journal_abbreviation) == ("JOURNAL OF INVENTED ALLERGY", "J. Inv. Allergy")
    assert record.abstract == "Background Milk. Registered as ISRCTN12345678. Results Drops."
    assert (record.doi, record.pmid, record.accession) == (
        "10.1234/jia.2019.7",
        "29377890",
        "WOS:000424022700066",
    )
    assert record.registry_ids == ("ISRCTN12345678",)
    assert record.issn == ("1234-5678", "8765-4321")
    assert record.keywords == ("milk", "drops", "MILK", "RANDOMIZED-TRIAL", "DOUBLE-BLIND")
    assert (record.database, record.type, record.language) == (
        "Web of Science",
        "Article; Proceedings Paper",
        "English",
    )
    assert record.line == 3
    assert record.raw == RECORD.rstrip("\n")


def test_the_article_number_is_the_pages_where_there_are_none():
    text = FILE.replace("BP 101\nEP 109\n", "AR e0006219\n")
    assert read(text).records[0].pages == "e0006219"


def test_short_names_are_used_where_there_are_no_full_ones():
    text = FILE.replace("AF Ito, Kenji\n   Nunez, Ana B.\n", "")
    assert read(text).records[0].authors[:2] == ("Ito, K", "Nunez, AB")


def test_a_missing_er_loses_neither_record_and_is_noted():
    reading = read(FILE.replace(RECORD, RECORD.replace("ER\n", "") + RECORD))
    assert (reading.found, len(reading.records)) == (2, 2)
    assert ["no ER line" in problem.message for problem in reading.problems] == [True]
    assert reading.records[0].doi == "10.1234/jia.2019.7"


def test_a_last_record_without_er_ends_before_the_end_of_the_file():
    reading = read(FILE.replace("ER\n\nEF", "EF"))
    assert reading.records[0].raw.endswith("DA 2020-11-06")


def test_several_exports_in_one_file_are_read():
    reading = read(FILE + "\n" + FILE)
    assert (reading.found, len(reading.records), reading.problems) == (2, 2, [])


def test_text_outside_the_records_is_reported():
    reading = read(FILE + "\nDownloaded by nobody\n")
    assert [(problem.line, problem.text) for problem in reading.problems] == [(41, "Downloaded by nobody")]


def test_a_type_and_nothing_else_is_a_lost_record():
    reading = read("PT J\nER\n\n" + RECORD)
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_make_no_difference(newline):
    assert read(FILE.replace("\n", newline)).records == read(FILE).records


def test_web_of_science_is_recognised_by_its_content():
    assert recognise(FILE)
    assert recognise(RECORD)
    assert not recognise("TY  - JOUR\nTI  - a\nER  - \n")


def test_a_record_whose_pt_line_is_missing_is_read_and_noted():
    reading = read(
        FILE.replace(RECORD, RECORD + RECORD.replace("PT J\n", "").replace("milk", "water") + RECORD)
    )
    assert [record.title for record in reading.records] == [
        "Oral drops for milk allergy",
        "Oral drops for water allergy",
        "Oral drops for milk allergy",
    ]
    assert (reading.found, reading.lost) == (3, 0)
    assert "no PT line" in reading.problems[0].message


def test_a_first_record_without_pt_line_is_read_after_the_header_of_the_file():
    reading = read(FILE.replace("PT J\n", ""))
    assert [record.line for record in reading.records] == [3]


def test_a_file_without_its_last_line_says_that_it_may_be_cut():
    text = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI Milk\nER\n\n"
    reading = read(text)
    assert [(problem.line, problem.message) for problem in reading.problems] == [(5, CUT)]
    assert read(text + "EF").problems == []
