import json
from pathlib import Path

import pytest

from evisynth.search.formats.ctgov_json import read, recognise

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"


def study(number="NCT00000001", **identity):
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": number,
                "orgStudyIdInfo": {"id": "SITE-7"},
                "secondaryIdInfos": [
                    {"id": "2015-001234-12", "type": "EUDRACT_NUMBER"},
                    {"id": "ISRCTN12345678", "type": "REGISTRY", "domain": "ISRCTN"},
                    {"id": "U01 AI000001", "type": "NIH"},
                ],
                "acronym": "MILKY",
                "briefTitle": "Milk for Children",
                "officialTitle": "A Randomized Trial of Milk in Children With Allergy",
                **identity,
            },
            "statusModule": {
                "startDateStruct": {"date": "2012-01"},
                "studyFirstSubmitDate": "2010-12-30",
                "studyFirstPostDateStruct": {"date": "2011-01-04", "type": "ESTIMATED"},
            },
            "descriptionModule": {"briefSummary": "Milk is given.\n\nChildren drink it."},
            "conditionsModule": {"conditions": ["Milk Allergy"], "keywords": ["desensitization"]},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Milk powder"}]},
        },
        "hasResults": False,
    }


def test_a_real_export_gives_all_its_trials():
    path = EXPORTS / "ctgov.json"
    if not path.exists():
        pytest.skip("the shared export samples are not here")
    reading = read(path.read_text("utf-8"))
    assert (reading.found, len(reading.records), reading.lost, reading.problems) == (5, 5, 0, [])
    assert [record.year for record in reading.records] == [2011, 2019, 2022, 2022, 2005]
    assert all(record.title and record.abstract and record.registry_ids for record in reading.records)


def test_a_trial_is_read_with_its_numbers_and_words():
    (record,) = read(json.dumps([study()], indent=1)).records
    assert record.title == "A Randomized Trial of Milk in Children With Allergy"
    assert record.other_titles == ("Milk for Children",)
    assert record.registry_ids == ("NCT00000001", "EUCTR2015-001234-12", "ISRCTN12345678")
    assert (record.accession, record.database, record.type) == (
        "NCT00000001",
        "ClinicalTrials.gov",
        "trial registration",
    )
    assert record.year == 2011
    assert record.abstract == "Milk is given. Children drink it."
    assert record.keywords == ("MILKY", "Milk Allergy", "desensitization", "Milk powder")
    assert json.loads(record.raw) == study()
    assert (record.number, record.line) == (1, 2)


def test_a_trial_without_official_title_has_its_brief_title():
    (record,) = read(json.dumps([study(officialTitle="")])).records
    assert (record.title, record.other_titles) == ("Milk for Children", ())


@pytest.mark.parametrize(
    "tree",
    [
        [study(), study("NCT00000002")],
        {"studies": [study(), study("NCT00000002")]},
        {"totalCount": 2, "studies": [study(), study()]},
    ],
)
def test_a_list_and_an_object_with_studies_give_the_same_trials(tree):
    reading = read(json.dumps(tree))
    assert (reading.found, len(reading.records), reading.problems) == (2, 2, [])


def test_one_study_on_its_own_is_read():
    assert [record.accession for record in read(json.dumps(study())).records] == ["NCT00000001"]


def test_a_page_of_several_is_reported():
    reading = read(json.dumps({"studies": [study()], "nextPageToken": "abc"}))
    assert len(reading.records) == 1
    assert "one page of several" in reading.problems[0].message


def test_a_file_cut_short_keeps_the_trials_before_the_cut_and_what_is_left_of_the_last():
    text = json.dumps([study(), study("NCT00000002"), study("NCT00000003")], indent=1)
    reading = read(text[: text.rindex('"conditions"')])
    assert [record.accession for record in reading.records] == ["NCT00000001", "NCT00000002", "NCT00000003"]
    assert (reading.found, reading.lost) == (3, 0)
    assert "Study 3 is damaged" in reading.problems[0].message


def test_a_broken_study_costs_no_other():
    texts = [json.dumps(study(f"NCT0000000{n}")) for n in (1, 2, 3)]
    texts[1] = texts[1].replace('"nctId": "NCT00000002"', '"nctId": NCT00000002"').replace("Title", "Tit\nle")
    reading = read("[" + ",\n".join(texts) + "]")
    assert [record.accession for record in reading.records] == ["NCT00000001", "NCT00000003"]
    assert (reading.found, reading.lost) == (3, 1)
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(2, True)]


def test_many_broken_studies_name_the_lines_on_which_they_break():
    broken = json.dumps(study()).replace('"acronym"', '\n"acronym" "x"')
    reading = read("[" + ",\n".join([broken] * 30) + "]")
    assert (reading.found, len(reading.records), reading.lost) == (30, 30, 0)
    assert [problem.line for problem in reading.problems] == list(range(1, 60, 2))
    assert all(f"Line {2 * n}:" in problem.message for n, problem in enumerate(reading.problems, start=1))


def test_text_beside_the_list_is_reported():
    reading = read(json.dumps([study()]) + "\nstray words\n" + json.dumps([study()]))
    assert (reading.found, len(reading.records)) == (2, 2)
    assert [(problem.line, problem.text) for problem in reading.problems] == [(2, "stray words")]


def test_values_of_the_wrong_kind_are_passed_over():
    odd = study()
    odd["protocolSection"]["conditionsModule"] = ["not", "a", "module"]
    odd["protocolSection"]["identificationModule"]["secondaryIdInfos"] = {"id": 7}
    (record,) = read(json.dumps([odd])).records
    assert record.keywords == ("MILKY", "Milk powder")


def test_studies_in_an_unknown_wrapping_in_two_lists_and_with_sorted_keys_are_all_found():
    one, two = json.dumps(study()), json.dumps(study("NCT00000002"), sort_keys=True)
    assert '"hasResults": false, "protocolSection"' in two
    for text, count in [(f'{{"data": [{one}]}}', 1), (f"[{one}]\n[{one}]", 2), (f"[{two}, {two}]", 2)]:
        reading = read(text)
        assert (reading.found, len(reading.records), reading.lost) == (count, count, 0)


@pytest.mark.parametrize("text", ["[]", "", "{}", '{"studies": []}', '{"studies": 3}', "[1, 2]"])
def test_json_without_studies_gives_no_record_and_no_error(text):
    reading = read(text)
    assert (reading.found, reading.records, reading.lost) == (0, [], 0)


def test_json_nested_without_end_is_a_lost_record():
    reading = read('[{"protocolSection": ' + "[" * 200_000)
    assert (reading.found, reading.records, reading.lost) == (1, [], 1)


def test_registry_json_is_recognised_and_other_json_is_not():
    assert recognise(json.dumps([study()]))
    assert not recognise('[{"title": "A trial", "DOI": "10.1000/1"}]')
    assert not recognise('the word "protocolSection": in a text')
