import pytest

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
from evisynth.search.formats.ictrp_xml import read, recognise

TRIAL = """  <Trial><Internal_Number>1
    </Internal_Number>
    <TrialID>ISRCTN12345678
    </TrialID>
    <Public_title>Milk drops
    </Public_title>
    <Scientific_title>Milk drops versus no drops in children:&#x0D;&lt;br&gt;a trial
    </Scientific_title>
    <Acronym>MIDROP</Acronym>
    <Date_registration3>20190131
    </Date_registration3>
    <Source_Register>ISRCTN
    </Source_Register>
    <web_address>https://example.org/1
    </web_address>
    <Secondary_ID>NCT00000001; 2019-000001-11; 2022-501234-12-00; U1111-1111
    </Secondary_ID>
    <Inclusion_Criteria>1. Children;&#x0D;&lt;br&gt;2. Consent
    </Inclusion_Criteria>
    <Condition>Milk allergy&lt;br&gt;Eczema
    </Condition>
    <Intervention>Drops</Intervention>
    <Phase>Phase 3</Phase>
  </Trial>
"""


def export(*trials):
    return (
        "<?xml version='1.0' encoding='UTF-8' ?>\n<Trials_downloaded_from_ICTRP>\n"
        + "".join(trials)
        + "</Trials_downloaded_from_ICTRP>\n"
    )


def test_a_trial_gives_all_its_fields():
    reading = read(export(TRIAL))
    (record,) = reading.records
    assert record.title == "Milk drops versus no drops in children: a trial"
    assert record.other_titles == ("Milk drops",)
    assert (record.year, record.accession, record.database) == (2019, "ISRCTN12345678", "ISRCTN")
    assert record.registry_ids == (
        "ISRCTN12345678",
        "NCT00000001",
        "EUCTR2019-000001-11",
        "CTIS2022-501234-12-00",
    )
    assert record.keywords == ("MIDROP", "Milk allergy", "Eczema")
    assert record.abstract == (
        "INTERVENTION: Drops CONDITION: Milk allergy Eczema INCLUSION CRITERIA: 1. Children; 2. Consent"
    )
    assert (record.type, record.links) == ("trial registration", ("https://example.org/1",))
    assert (record.number, record.line) == (1, 3)


def test_elements_that_are_not_used_are_noted_once():
    assert [problem.message for problem in read(export(TRIAL, TRIAL)).problems] == [
        "Elements that are not used (they stay with the records as they are): Phase."
    ]


def test_one_trial_in_two_registers_is_two_records_that_name_each_other():
    other = TRIAL.replace("<TrialID>ISRCTN12345678", "<TrialID>NCT00000001").replace(
        "<Secondary_ID>NCT00000001", "<Secondary_ID>ISRCTN12345678"
    )
    first, second = read(export(TRIAL, other)).records
    assert set(first.registry_ids) == set(second.registry_ids)
    assert (first.accession, second.accession) == ("ISRCTN12345678", "NCT00000001")


def test_what_means_none_is_no_number_and_no_title():
    text = export("<Trial><TrialID>ChiCTR0000000000</TrialID><Public_title>Tea</Public_title><Scientific_title>Nil"
                  "</Scientific_title><Secondary_ID>Nil Known</Secondary_ID></Trial>")  # fmt: skip
    (record,) = read(text).records
    assert (record.title, record.other_titles, record.registry_ids) == ("Tea", (), ("ChiCTR0000000000",))


def test_the_number_of_an_unknown_register_is_kept():
    text = export("<Trial><TrialID>NEW-2030-1</TrialID><Public_title>Tea</Public_title></Trial>")
    assert read(text).records[0].registry_ids == ("NEW-2030-1",)


def test_a_file_cut_in_the_middle_gives_what_is_there_and_says_so():
    whole = export(TRIAL, TRIAL, TRIAL)
    for cut in range(0, len(whole), 97):
        reading = read(whole[:cut])
        assert reading.found == len(reading.records) + reading.lost == whole[:cut].count("<Trial>")


def test_text_between_trials_is_reported():
    reading = read(export(TRIAL, "stray\n", TRIAL))
    assert [(problem.line, problem.text) for problem in reading.problems if problem.line > 1] == [
        (26, "stray")
    ]


def test_hostile_text_stays_text():
    title = "TY  - JOUR &lt;Trial&gt; ER  - \u202e=1+1"
    (record,) = read(
        export(f"<Trial><TrialID>X1</TrialID><Public_title>{title}</Public_title></Trial>")
    ).records
    assert record.title == "TY - JOUR <Trial> ER - \u202e=1+1"


def test_entities_are_refused():
    with pytest.raises(DataError, match="declares the entity"):
        read('<!DOCTYPE x [<!ENTITY a "b">]><Trials_downloaded_from_ICTRP/>')


def test_it_is_recognised_by_its_root_or_by_a_trial():
    assert recognise(export(TRIAL))
    assert recognise("<data><Trial><TrialID>1</TrialID>")
    assert not recognise("<trial><id>1</id></trial>")
    assert read_bytes(export(TRIAL).encode()).format == "ictrp-xml"
