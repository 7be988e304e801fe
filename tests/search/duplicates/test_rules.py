from dataclasses import replace

import pytest

from evisynth.search.duplicates.evidence import compared
from evisynth.search.duplicates.keys import record_keys
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
UNPLACED = replace(BARE, volume="", issue="", pages="")
ALONE = replace(BARE, authors=("Longo, G.",))
ABSTRACT = (
    "Background. Children with severe allergy to milk react to traces of it, and avoidance fails in many."
)
REGISTRATION = Record(
    title="Oral Immunotherapy for Milk",
    database="ClinicalTrials.gov",
    accession="NCT01234567",
    registry_ids=("NCT01234567",),
)


def decided(a, b):
    """The verdict, which must not depend on the order of the two."""
    found = verdict(compared(record_keys(a), record_keys(b)))
    assert found == verdict(compared(record_keys(b), record_keys(a)))
    return found


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (MILK, replace(MILK, pmid="", volume="", pages="", authors=()), "same DOI and similar title"),
        (
            MILK,
            Record(title="Specific oral tolerance induction in children with milk allergy", pmid=MILK.pmid),
            "same PMID",
        ),
        (
            BARE,
            replace(BARE, journal="J Allergy Clin Immunol", pages="343-7", title=BARE.title.upper()),
            "similar title, same journal or volume and first page",
        ),
        (BARE, replace(BARE, journal="Allergologie", issue=""), "similar title, same volume and first page"),
        (BARE, UNPLACED, "same title, same first author and year"),
        (BARE, replace(UNPLACED, journal=""), "same title, same first author and year"),
        (BARE, replace(UNPLACED, journal="Journal of Allergy..."), "same title, same first author and year"),
        (BARE, replace(BARE, pages="334-347"), "same title, same first author and year"),
        (BARE, replace(BARE, pages="1-5", volume=""), "same title, same first author and year"),
        (BARE, replace(BARE, volume="2"), "same title, same first author and year"),
        (BARE, replace(UNPLACED, year=2007), "same title, authors and journal, a year apart"),
        (
            BARE,
            replace(UNPLACED, title=BARE.title.split(":")[0]),
            "similar title, same authors, journal and year",
        ),
        (BARE, replace(UNPLACED, authors=()), "same long title and year"),
        (
            replace(BARE, abstract=ABSTRACT, authors=("Anonymous",)),
            replace(UNPLACED, abstract=ABSTRACT, title=BARE.title.split(":")[0]),
            "same title and abstract",
        ),
        (
            BARE,
            replace(BARE, title="[Tolerancia oral a la leche de vaca]"),
            "title translated, same authors, volume and pages",
        ),
        (
            BARE,
            replace(BARE, title="Tolerancia oral", other_titles=(BARE.title,), pages=""),
            "same title, same first author and year",
        ),
        (
            BARE,
            replace(BARE, pages="343", title=BARE.title.replace("tolerance", "tlerabce")),
            "title misread, same authors and pages",
        ),
        (
            replace(BARE, database="Embase", accession="L351234567"),
            Record(title=BARE.title, database="EMBASE", accession="L351234567"),
            "same number in one database and similar title",
        ),
    ],
)
def test_records_of_one_publication_merge_with_a_reason(a, b, reason):
    found = decided(a, b)
    assert found.merge
    assert found.reason == reason
    assert 0 <= found.score <= 1


# ---- what is not enough ----


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (BARE, replace(UNPLACED, journal="Allergy")),  # may be a talk or a reprint
        (ALONE, replace(ALONE, journal="", volume="", issue="", pages="")),  # may be a thesis
        (BARE, replace(BARE, pages="912-915", issue="6")),
        (BARE, replace(BARE, volume="61", pages="")),
        (BARE, replace(BARE, year=2007, pages="911-918", volume="")),
        (BARE, replace(BARE, title=BARE.title.replace("children", "adults"), pages="")),
        (BARE, replace(BARE, pages="343", title=BARE.title.replace("children", "adults"))),
        (BARE, replace(UNPLACED, authors=("Meglio, Paolo", "Bartone, Elena"))),
        (Record(), Record()),
        (Record(year=2008), Record(year=2008, journal="Allergy")),
    ],
)
def test_without_a_rule_records_stay_apart(a, b):
    assert not decided(a, b).merge


def test_a_short_title_of_one_author_needs_a_place():
    column = replace(ALONE, title="Clinical pearls")
    unplaced = replace(column, volume="", issue="", pages="")
    assert not decided(column, unplaced).merge
    assert decided(column, replace(column, pages="")).merge
    assert decided(unplaced, replace(unplaced, journal="J Allergy Clin Immunol")).merge  # all there is


def test_a_short_title_of_three_authors_needs_none():
    assert decided(replace(BARE, title="Milk allergy"), replace(UNPLACED, title="Milk allergy")).merge


def test_a_word_that_stands_twice_in_one_title_makes_no_reply():
    a = replace(BARE, title="Fish, fish oil and milk allergy in young children")
    assert decided(a, replace(UNPLACED, title="Fish oil and milk allergy in young children")).merge


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


def test_two_abstracts_of_one_group_on_one_page_stay_apart():
    a = replace(BARE, pages="S27", title="Oral tolerance induction for milk allergy in young men")
    assert not decided(a, replace(a, title="Oral tolerance induction for milk allergy in young women")).merge
    assert not decided(a, replace(a, title="Sleep in parents of allergic children")).merge


# ---- registrations ----


def test_the_copy_of_a_registration_in_central_merges():
    copy = Record(
        title="Oral immunotherapy for milk allergy", database="CENTRAL", accession="CN-01234567", type="Trial registry record",
        journal="https://clinicaltrials.gov/show/NCT01234567", year=2011,
    )  # fmt: skip
    assert decided(REGISTRATION, copy).reason == "same trial registration number"


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
