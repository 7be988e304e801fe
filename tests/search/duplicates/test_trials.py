from evisynth.search.duplicates import StudyLink, duplicate_groups, study_links
from evisynth.search.record import Record

REGISTRATION = Record(
    title="Oral Immunotherapy for Milk Allergy",
    database="ClinicalTrials.gov",
    accession="NCT01234567",
    registry_ids=("NCT01234567", "EUCTR2011-001234-12-GB"),
)
REPORT = Record(
    title="A randomised trial of oral immunotherapy", journal="Allergy", registry_ids=("NCT01234567",)
)
EUROPEAN = Record(title="A trial with milk", journal="Allergy", registry_ids=("EUCTR2011-001234-12",))
NUMBERS = ("euctr201100123412", "nct01234567")


def test_a_registration_and_the_reports_that_name_its_numbers_are_one_study():
    links = study_links({"ct": REGISTRATION, "a": REPORT, "b": EUROPEAN, "other": Record(title="Milk")})
    assert links == (StudyLink(NUMBERS, ("ct",), ("a", "b")),)


def test_a_registration_and_its_report_are_linked_but_not_merged():
    records = {"ct": REGISTRATION, "a": REPORT}
    assert len(duplicate_groups(records).groups) == 2
    assert len(study_links(records)) == 1


def test_two_reports_of_one_trial_are_linked_without_its_registration():
    assert study_links({"a": REPORT, "b": REPORT}) == (StudyLink(("nct01234567",), (), ("a", "b")),)


def test_a_report_of_two_trials_is_linked_to_both_and_does_not_make_them_one():
    second = Record(
        title="Egg", database="ClinicalTrials.gov", accession="NCT07654321", registry_ids=("NCT07654321",)
    )
    both = Record(title="Two trials", journal="Allergy", registry_ids=("NCT01234567", "NCT07654321"))
    links = study_links({"ct1": REGISTRATION, "ct2": second, "a": both})
    assert [(link.registrations, link.reports) for link in links] == [(("ct1",), ("a",)), (("ct2",), ("a",))]


def test_a_review_that_names_many_trials_is_linked_to_none():
    numbers = tuple(f"NCT0000000{digit}" for digit in range(6))
    trials = {f"ct{n}": Record(title=f"Trial {n}", database="ClinicalTrials.gov", accession=number, registry_ids=(number,)) for n, number in enumerate(numbers)}  # fmt: skip
    assert (
        study_links(trials | {"review": Record(title="Review", journal="Allergy", registry_ids=numbers)})
        == ()
    )


def test_a_trial_with_one_record_needs_no_link():
    assert study_links({"ct": REGISTRATION}) == ()
    assert study_links({}) == ()
