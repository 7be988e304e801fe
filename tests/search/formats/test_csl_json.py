import json

import pytest

from evisynth.search.formats import read_bytes
from evisynth.search.formats.csl_json import read, recognise

ITEM = {
    "id": "ito2019",
    "type": "article-journal",
    "title": "Milk\n drops",
    "author": [
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der", "suffix": "Jr."},
        {"literal": "Milk Trial Group"},
    ],
    "issued": {"date-parts": [[2019, 3, 1]]},
    "container-title": "Journal of Milk",
    "container-title-short": "J Milk",
    "volume": 12,
    "issue": "3",
    "page": "343-7",
    "abstract": "Background: milk.",
    "DOI": "https://doi.org/10.1000/MILK",
    "PMID": "123",
    "PMCID": "PMC77",
    "ISSN": "1234-5678, 0000-006X",
    "language": "en",
    "keyword": "milk, drops",
    "source": "PubMed",
    "archive_location": "L1",
    "URL": "https://example.org/1",
    "note": "NCT00000001",
}


def test_an_item_gives_all_its_fields():
    reading = read(json.dumps([ITEM], indent=2))
    (record,) = reading.records
    assert (reading.found, reading.problems) == (1, [])
    assert record.title == "Milk drops"
    assert record.authors == ("van der Berg, Jan Jr.", "Milk Trial Group")
    assert (record.year, record.journal, record.journal_abbreviation) == (2019, "Journal of Milk", "J Milk")
    assert (record.volume, record.issue, record.pages) == ("12", "3", "343-347")
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/milk", "123", "PMC77")
    assert (record.abstract, record.language, record.type) == ("Background: milk.", "en", "article-journal")
    assert (record.issn, record.keywords) == (("1234-5678", "0000-006X"), ("milk", "drops"))
    assert (record.database, record.accession, record.links) == ("PubMed", "L1", ("https://example.org/1",))
    assert record.registry_ids == ("NCT00000001",)
    assert (record.number, record.line) == (1, 2)


@pytest.mark.parametrize(
    "issued", [{"date-parts": [["2019"]]}, {"raw": "2019-03"}, {"literal": "March 2019"}, "2019", {"date-parts": [[None]]}]
)  # fmt: skip
def test_a_date_is_read_in_each_of_its_forms(issued):
    year = None if issued == {"date-parts": [[None]]} else 2019
    assert read(json.dumps([ITEM | {"issued": issued}])).records[0].year == year


@pytest.mark.parametrize("whole", [[ITEM, ITEM], {"items": [ITEM, ITEM]}])
def test_items_stand_in_a_list_or_under_items(whole):
    reading = read(json.dumps(whole))
    assert (reading.found, len(reading.records), reading.problems) == (2, 2, [])


def test_one_item_alone_is_a_file():
    assert len(read(json.dumps(ITEM)).records) == 1


def test_the_lists_of_crossref_are_read():
    item = {
        "type": "journal-article",
        "title": ["Milk"],
        "container-title": ["J Milk"],
        "ISSN": ["1234-5678"],
    }
    (record,) = read(json.dumps([item])).records
    assert (record.title, record.journal, record.issn) == ("Milk", "J Milk", ("1234-5678",))


def test_a_file_cut_in_the_middle_gives_what_is_there_and_says_so():
    whole = json.dumps([ITEM, ITEM, ITEM], indent=1)
    for cut in range(1, len(whole), 53):
        reading = read(whole[:cut])
        assert reading.found == len(reading.records) + reading.lost
        assert reading.found >= whole[:cut].count('"id"')
    cut = read(whole[:-30])
    assert (len(cut.records), cut.lost) == (3, 0)
    assert "Item 3 is damaged; only its title and DOI could be read." in cut.problems[0].message


def test_a_broken_item_gives_its_title_and_doi_and_costs_no_other():
    broken = '{"id": "x", "DOI": "10.1000/X", "title": ["Milk: \\"a trial\\""], "volume": 7 "b"}'
    reading = read("[" + json.dumps(ITEM) + "," + broken + "," + json.dumps(ITEM) + "]")
    assert (reading.found, len(reading.records), reading.lost) == (3, 3, 0)
    assert (reading.records[1].title, reading.records[1].doi) == ('Milk: "a trial"', "10.1000/x")
    assert "JSON is broken" in reading.problems[0].message


def test_a_broken_item_without_title_and_doi_is_lost():
    reading = read("[" + json.dumps(ITEM) + ',{"id": "x", "volume": "a" "b"},' + json.dumps(ITEM) + "]")
    assert (reading.found, len(reading.records), reading.lost) == (3, 2, 1)


def test_many_broken_items_name_the_lines_on_which_they_break():
    broken = '{"id": "x",\n "title": "Milk", "volume": 7 "b"},\n'
    reading = read("[\n" + broken * 50 + json.dumps(ITEM) + "]")
    assert (reading.found, len(reading.records), reading.lost) == (51, 51, 0)
    assert [problem.line for problem in reading.problems] == list(range(2, 102, 2))
    assert [problem.message.split("Line ")[1].split(":")[0] for problem in reading.problems] == [
        str(line) for line in range(3, 103, 2)
    ]


def test_text_beside_the_list_is_reported_and_its_frame_is_not():
    item = json.dumps(ITEM)
    for frame in (
        f'{{"items": [{item}], "total": 1}}',
        f'{{"status": "ok", "message": {{"items": [{item}]}}}}',
    ):
        assert read(frame).problems == []
    reading = read(f"[{item}]\nstray words\n[{item}]")
    assert len(reading.records) == 2
    assert [(problem.line, problem.text) for problem in reading.problems] == [(2, "stray words")]


def test_what_is_no_item_is_reported():
    reading = read('[1, "text", {"id": "a", "title": "Milk", "type": "book"}, {}]')
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)
    assert sum("Not an item" in problem.message for problem in reading.problems) == 2


def test_deep_nesting_is_reported_and_nothing_hangs():
    reading = read('[{"id": ' + "[" * 200_000)
    assert (reading.found, reading.lost) == (1, 1)


def test_values_of_wrong_kinds_are_nothing():
    item = ITEM | {
        "author": 5,
        "issued": [1],
        "title": "Milk",
        "ISSN": {"a": 1},
        "volume": None,
        "keyword": 7,
        "custom": [],
    }
    (record,) = read(json.dumps([item])).records
    assert (record.title, record.authors, record.year, record.issn) == ("Milk", (), None, ())


def test_other_json_is_not_taken_for_it():
    assert recognise(json.dumps([ITEM]))
    assert not recognise('{"protocolSection": {}}')
    assert not recognise('[{"name": "x", "type": "person"}]')
    assert read_bytes(json.dumps([ITEM]).encode()).format == "csl-json"
