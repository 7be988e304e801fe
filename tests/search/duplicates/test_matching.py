from dataclasses import replace

import pytest

from evisynth.search.duplicates.evidence import Agreement, Title, compared, one_journal
from evisynth.search.duplicates.keys import journal_names, record_keys
from evisynth.search.duplicates.matching import verdict
from evisynth.search.record import Record

MILK = Record(
    title="Specific oral tolerance induction in children with severe cow's milk allergy: a randomised trial",
    authors=("Longo, Giorgio", "Barbi, Egidio", "Berti, Irene"),
    year=2008,
    journal="Journal of Allergy and Clinical Immunology",
    volume="121",
    issue="2",
    pages="343-347",
    doi="10.1016/j.jaci.2007.10.029",
    pmid="18158176",
)
BARE = replace(MILK, doi="", pmid="")
REGISTRATION = Record(
    title="Oral Immunotherapy for Milk",
    database="ClinicalTrials.gov",
    accession="NCT01234567",
    registry_ids=("NCT01234567",),
)


def evidence(a, b):
    return compared(record_keys(a), record_keys(b))


def decided(a, b):
    """The verdict, which must not depend on the order of the two."""
    found = verdict(evidence(a, b))
    assert found == verdict(evidence(b, a))
    return found


# ---- titles ----


@pytest.mark.parametrize(
    ("other", "relation"),
    [
        (
            "SPECIFIC ORAL TOLERANCE INDUCTION IN CHILDREN WITH SEVERE COW'S MILK ALLERGY - A RANDOMISED TRIAL.",
            Title.SAME,
        ),
        (
            "Specific oral tolerance induction in children with severe cows' milk allergy: randomized trial",
            Title.NEAR,
        ),
        (
            "Specific oral tolerence induction in children with severe cow's milk allergy: a randomised trial",
            Title.NEAR,
        ),
        ("Specific oral tolerance induction in children with severe cow's milk allergy", Title.CUT),
        ("Specific oral tolerance induction in children with severe cow's mi", Title.CUT),
        (
            "Specific oral tolerance induction in children with cow's milk allergy: a randomised trial",
            Title.MORE,
        ),
        (
            "Specific oral tolerance induction in adults with severe cow's milk allergy: a randomised trial",
            Title.SWAPPED,
        ),
        (
            "Specific oral tolerance induction in children without severe cow's milk allergy: a randomised trial",
            Title.SWAPPED,
        ),
        ("Prevalence of asthma in Iceland", Title.OTHER),
        ("", Title.OTHER),
    ],
)
def test_titles_relate(other, relation):
    assert evidence(MILK, replace(MILK, title=other)).title == relation


def test_opposites_and_numbers_are_no_misspellings():
    def relation(a, b):
        return evidence(Record(title=a), Record(title=b)).title

    assert (
        relation("Treatment of severe hypertension in adults", "Treatment of severe hypotension in adults")
        == Title.SWAPPED
    )
    assert (
        relation(
            "Results of milk immunotherapy after 12 months", "Results of milk immunotherapy after 24 months"
        )
        == Title.SWAPPED
    )


# ---- journals ----


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Journal of Allergy and Clinical Immunology", "J Allergy Clin Immunol"),
        ("Proceedings of the National Academy of Sciences", "Proc. Natl. Acad. Sci. U.S.A."),
        ("Proceedings of the National Academy of Sciences", "PNAS"),
        ("British Medical Journal", "BMJ"),
        ("Oncology (Williston Park, N.Y.)", "ONCOLOGY (WILLISTON PARK)"),
        ("Anales de Pediatría", "An Pediatr"),
        ("Deutsche Medizinische Wochenschrift", "Dtsch-Med-Wochenschr"),
        ("Chest", "CHEST"),
        ("Journal of clinical oncology : official journal of the American Society", "J Clin Oncol"),
        (
            "50th Annual Hawaii International Conference on System Sciences",
            "Hawaii International Conference on System Sciences",
        ),
    ],
)
def test_a_journal_and_its_abbreviation_are_one(a, b):
    assert any(one_journal(x, y) for x in journal_names(a) for y in journal_names(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Journal of Allergy and Clinical Immunology", "Clinical and Experimental Allergy"),
        ("Diabetes", "Diabetologia"),
        ("Diabetes", "Diabetes Care"),
        ("Journal of Clinical Oncology", "Clinical Oncology"),
        ("Allergy", "Annals of Allergy"),
    ],
)
def test_journals_with_similar_names_are_two(a, b):
    assert not any(one_journal(x, y) for x in journal_names(a) for y in journal_names(b))


# ---- rules ----


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (replace(MILK, pmid="", volume="", pages="", authors=()), "same DOI and similar title"),
        (
            Record(title="Specific oral tolerance induction in children with milk allergy", pmid=MILK.pmid),
            "same PMID",
        ),
        (
            replace(BARE, journal="J Allergy Clin Immunol", pages="343-7", title=BARE.title.upper()),
            "first page",
        ),
        (replace(BARE, journal="Allergologie", issue=""), "similar title, same volume and first page"),
        (replace(BARE, volume="", pages="", issue=""), "same title, same first author and year"),
        (
            replace(BARE, authors=("LONGO G",), journal="", volume="", pages=""),
            "same title, same first author and year",
        ),
        (replace(BARE, year=2007, volume="", pages=""), "same title, authors and journal, a year apart"),
        (
            replace(BARE, title=BARE.title.split(":")[0], volume="", pages=""),
            "similar title, same authors and year",
        ),
        (replace(BARE, authors=(), volume="", pages=""), "same long title and year"),
        (replace(BARE, title="[Tolerancia oral a la leche de vaca]"), "same authors, volume and pages"),
        (
            replace(BARE, title="Tolerancia oral", other_titles=(BARE.title,), pages=""),
            "same title, same first author and year",
        ),
    ],
)
def test_records_of_one_publication_merge_with_a_reason(other, reason):
    found = decided(BARE if other.doi == other.pmid == "" else MILK, other)
    assert found.merge
    assert reason in found.reason
    assert 0 <= found.score <= 1


def test_the_number_of_one_database_merges():
    a = replace(BARE, database="Embase", accession="L351234567")
    assert decided(a, Record(title=BARE.title, database="EMBASE", accession="L351234567")).reason.startswith(
        "same number"
    )


# ---- vetoes ----


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (
            replace(
                MILK, doi="10.1016/j.jaci.2009.01.001", pmid="", title="Milk allergy in adults", pages="9"
            ),
            "different DOIs",
        ),
        (replace(MILK, pmid="18158177"), "different PMIDs"),
        (replace(BARE, title="Erratum: " + BARE.title, pages="567"), "an erratum and another text"),
        (replace(BARE, title=BARE.title + ": reply", pages="567"), "a reply and another text"),
        (replace(BARE, journal="Allergy", volume="63", pages="S12"), "printed at two places"),
        (replace(BARE, pages="S27"), "another page of one volume"),
        (replace(BARE, year=2011), "published 3 years apart"),
        (replace(BARE, title=BARE.title + ", follow-up", pages="", volume=""), "another report of one study"),
        (
            replace(BARE, journal="Congress of the European Academy", volume="", pages=""),
            "a conference paper and a journal",
        ),
    ],
)
def test_a_veto_keeps_two_publications_apart_and_says_why(other, reason):
    found = decided(BARE if other.doi == other.pmid == "" else MILK, other)
    assert found.vetoed
    assert not found.merge
    assert reason in found.reason


def test_a_slip_in_the_doi_does_not_part_records_of_one_place():
    assert decided(replace(MILK, pmid=""), replace(MILK, pmid="", doi="10.1016/j.jaci.2007.10.02")).merge


def test_parts_of_one_work_are_kept_apart():
    a, b = (
        replace(BARE, title=f"Sleep in infants with milk allergy. Part {part}", pages="")
        for part in ("I", "II")
    )
    assert decided(a, b).reason == "different parts of one work"


def test_serial_editorials_of_consecutive_issues_are_kept_apart():
    editorial = Record(
        title="Editorial", authors=("Lee, A.",), year=2001, journal="MIS Quarterly", volume="25", issue="1"
    )
    assert decided(editorial, replace(editorial, issue="2")).vetoed
    assert decided(editorial, replace(editorial, journal="MIS Q.")).merge


def test_a_column_in_another_issue_of_the_volume_is_another_text():
    column = replace(BARE, pages="", title="Notes from the desk of our milk allergy correspondent")
    assert decided(column, replace(column, issue="3")).reason == "another issue of one volume"


def test_one_doi_for_a_whole_supplement_does_not_merge_its_abstracts():
    a = Record(
        title="Incretins and aneurysms in mice", doi="10.2337/db15", pages="A134", authors=("Kohashi, K.",)
    )
    b = Record(
        title="A cotransporter inhibitor prevents plaques",
        doi="10.2337/db15",
        pages="A134-A135",
        authors=("Terasaki, M.",),
    )
    assert not decided(a, b).merge


# ---- registrations ----


def test_a_registration_never_merges_with_a_report():
    report = replace(MILK, title=REGISTRATION.title, registry_ids=("NCT01234567",))
    assert decided(REGISTRATION, report).reason == "a trial's registration and a report"


def test_the_copy_of_a_registration_in_central_merges():
    copy = Record(
        title="Oral immunotherapy for milk allergy", database="CENTRAL", accession="CN-01234567", type="Trial registry record",
        journal="https://clinicaltrials.gov/show/NCT01234567", year=2011,
    )  # fmt: skip
    assert decided(REGISTRATION, copy).reason == "same trial registration number"


def test_registrations_of_two_trials_with_one_title_stay_apart():
    other = replace(REGISTRATION, accession="NCT07654321", registry_ids=("NCT07654321",))
    assert decided(REGISTRATION, other).vetoed
    extension = replace(other, registry_ids=("NCT07654321", "NCT01234567"))
    assert decided(REGISTRATION, extension).reason == "two numbers of one registry"


def test_one_trial_in_two_registries_merges_by_its_secondary_number():
    other = Record(
        title="Leche oral",
        database="ICTRP",
        accession="EUCTR2011-001234-12-ES",
        registry_ids=("EUCTR2011-001234-12-ES", "NCT01234567"),
    )
    assert decided(REGISTRATION, other).merge


def test_two_reports_of_one_trial_are_not_merged_by_its_number():
    a = replace(BARE, registry_ids=("NCT01234567",))
    b = Record(
        title="Quality of life after milk immunotherapy",
        registry_ids=("NCT01234567",),
        authors=MILK.authors,
        year=2008,
    )
    assert not decided(a, b).merge


# ---- missing fields ----


def test_records_that_say_nothing_are_not_merged_by_a_rule():
    assert not decided(Record(), Record()).merge
    assert not decided(Record(year=2008), Record(year=2008, journal="Allergy")).merge


def test_unknown_fields_neither_agree_nor_differ():
    found = evidence(
        Record(title="Milk"), Record(title="Milk", volume="1", pages="2", journal="Allergy", doi="10.1000/1")
    )
    assert {found.journal, found.volume, found.page, found.doi, found.authors} == {Agreement.UNKNOWN}
    assert found.years is None
    assert found.abstract is None
