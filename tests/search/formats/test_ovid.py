import pytest

from evisynth.search.formats.ovid import parse_source, read, recognise_labelled, recognise_medline

LABELLED = """<1>
Unique Identifier
  29377890
Title
  Oral drops for milk allergy.[Article]
Source
  Journal of Invented Allergy.   12(3):101-9, September 2019.
Author
  Ito, Kenji 1;  Nunez, Ana B 1,2
Abstract
  Background: milk.
  Results: drops. NCT01234567.
ISSN
  1234-5678
Keyword Heading
  milk
  drops
Database
  Ovid MEDLINE(R)
DOI
  https://dx.doi.org/10.1234/jia.2019.7
References
  Ito K. 2001. First paper. 10.1234/other

  Ito K. 2002. Second paper.
Language
  English.

"""

TAGGED = """<3001. >
VN  - Ovid Technologies
DB  - Embase
UI  - 621381829
TI  - Oral drops for milk allergy.
SO  - Journal of Invented Allergy. 12 (3) (pp 101-109), 2019. Date of Publication: March 2019.
AU  - Ito K.
AU  - Nunez A.B.
AB  - Background: milk.
Method(s): drops.
MH  - *milk
MH  - human
IS  - 1234-5678
DO  - http://dx.doi.org/10.1234/jia.2019.7
LG  - English
PT  - Article
YR  - 2019

"""


def test_labelled_text_gives_all_its_fields():
    reading = read(LABELLED)
    assert (reading.format, reading.found, reading.problems) == ("ovid-text", 1, [])
    record = reading.records[0]
    assert (record.title, record.type) == ("Oral drops for milk allergy.", "Article")
    assert record.authors == ("Ito, Kenji", "Nunez, Ana B")
    assert (record.journal, record.year) == ("Journal of Invented Allergy", 2019)
    assert (record.volume, record.issue, record.pages) == ("12", "3", "101-109")
    assert record.abstract == "Background: milk. Results: drops. NCT01234567."
    assert (record.doi, record.pmid, record.accession) == ("10.1234/jia.2019.7", "29377890", "29377890")
    assert (record.registry_ids, record.issn) == (("NCT01234567",), ("1234-5678",))
    assert record.language == "English"


def test_tagged_text_gives_all_its_fields():
    reading = read(TAGGED)
    assert (reading.format, reading.found, reading.problems) == ("ovid-medline", 1, [])
    record = reading.records[0]
    assert record.authors == ("Ito, K.", "Nunez, A.B.")
    assert record.abstract == "Background: milk. Method(s): drops."
    assert (record.journal, record.year) == ("Journal of Invented Allergy", 2019)
    assert (record.volume, record.issue, record.pages) == ("12", "3", "101-109")
    assert (record.doi, record.accession, record.pmid) == ("10.1234/jia.2019.7", "621381829", "")
    assert (record.database, record.type, record.language) == ("Embase", "Article", "English")
    assert record.keywords == ("*milk", "human")


@pytest.mark.parametrize("text", [LABELLED, TAGGED])
def test_numbers_in_angle_brackets_start_records(text):
    reading = read(text + text + text)
    assert (reading.found, len(reading.records), reading.problems) == (3, 3, [])


@pytest.mark.parametrize("text", [LABELLED, TAGGED])
def test_a_search_strategy_around_the_records_is_reported(text):
    reading = read("Database: Invented\n\n" + text + "\nSearch Strategy:\n1 milk.mp.\n")
    assert len(reading.records) == 1
    assert reading.problems[0].line == 1
    assert reading.problems[1].text == "Search Strategy:"
    assert reading.records[0].year == 2019


@pytest.mark.parametrize("text", [LABELLED, TAGGED])
def test_a_number_and_nothing_else_is_a_lost_record(text):
    reading = read(text + "<2>\n\n")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("Lancet. 381(9866):557-62, 2013 Feb 16.", ("Lancet", "381", "9866", "557-562", 2013)),
        (
            "J Inv. 12 (3) (pp 101-109), 2019. Date of Publication: March 2019.",
            ("J Inv", "12", "3", "101-109", 2019),
        ),
        ("J Inv. 12 (3) (no pagination), 2019. Article Number: 7.", ("J Inv", "12", "3", "", 2019)),
        ("J Inv. 12 (Supplement 3) (no pagination), 2018.", ("J Inv", "12", "Supplement 3", "", 2018)),
        ("J Inv. Conference: 2nd Meeting. Spain. 12 (1) (pp 5), 2018.", ("J Inv", "12", "1", "5", 2018)),
        ("J Inv. 45:e12, 2001.", ("J Inv", "45", "", "e12", 2001)),
        ("J Inv. 2019.", ("J Inv", "", "", "", 2019)),
        ("", ("", "", "", "", None)),
    ],
)
def test_a_source_is_taken_apart(source, parts):
    assert parse_source(source) == parts


@pytest.mark.parametrize(
    "line",
    [
        "Ito K. Nunez A.B. van der Berg C.",
        "Ito K.; Nunez A.B.; van der Berg C.",
        "Ito K.;  Nunez A.B.;  van der Berg C.",
    ],
)
def test_authors_of_embase_are_divided(line):
    record = read(f"<1>\nTitle\n  A\nAuthors\n  {line}\n").records[0]
    assert record.authors == ("Ito, K.", "Nunez, A.B.", "van der Berg, C.")


def test_the_two_kinds_are_told_apart():
    assert recognise_labelled(LABELLED)
    assert not recognise_medline(LABELLED)
    assert recognise_medline(TAGGED)
    assert not recognise_labelled(TAGGED)
    assert not recognise_labelled("<html>\nTitle\n  x")


@pytest.mark.parametrize("text", [LABELLED, TAGGED])
def test_a_record_whose_number_is_missing_is_not_put_into_the_one_before(text):
    reading = read(text + text.partition("\n")[2].replace("milk", "water"))
    assert [record.title for record in reading.records] == [
        "Oral drops for milk allergy.",
        "Oral drops for water allergy.",
    ]
    assert "lacks the line that starts a record" in reading.problems[0].message


def test_full_names_are_used_and_headings_stand_one_on_a_line():
    text = LABELLED.replace(
        "Author\n  Ito, Kenji 1;", "Authors\n  Ito K; Nunez AB\nAuthors Full Name\n  Ito, Kenji 1;"
    )
    (record,) = read(text).records
    assert record.authors == ("Ito, Kenji", "Nunez, Ana B")
    assert record.keywords == ("milk", "drops")
