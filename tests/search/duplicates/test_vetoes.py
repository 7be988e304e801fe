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
COCHRANE = replace(UNPLACED, journal="Cochrane Database Syst Rev", issue="4", pages="CD009542")
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
        (
            MILK,
            replace(
                MILK, doi="10.1016/j.jaci.2009.01.001", pmid="", title="Milk allergy in adults", pages="9"
            ),
            "different DOIs",
        ),
        (MILK, replace(MILK, pmid="18158177"), "different PMIDs"),
        (BARE, replace(BARE, title="Erratum: " + BARE.title, pages="567"), "an erratum and another text"),
        (BARE, replace(BARE, title=BARE.title + ": reply", pages="567"), "a reply and another text"),
        (BARE, replace(BARE, title="Reprint of: " + BARE.title, volume="122"), "a reprint and another text"),
        (
            BARE,
            replace(UNPLACED, title=BARE.title + " (vol 121, pg 343, 2008)"),
            "a notice or a reply and another text",
        ),
        (
            BARE,
            replace(UNPLACED, title=BARE.title + " - Correction"),
            "a notice or a reply and another text",
        ),
        (
            BARE,
            replace(UNPLACED, title=BARE.title + " - Authors' response"),
            "a notice or a reply and another text",
        ),
        (
            BARE,
            replace(BARE, title="RETRACTED: " + BARE.title, volume="122", pages="9"),
            "a retraction and another text",
        ),
        (BARE, replace(BARE, journal="Allergy", volume="63", pages="S12"), "printed at two places"),
        (BARE, replace(BARE, pages="S27"), "another page of one volume"),
        (
            replace(BARE, issue="8"),
            replace(BARE, issue="Suppl 105", pages="120"),
            "another page of one volume",
        ),
        (replace(BARE, issue="8"), replace(BARE, issue="S8", pages="120"), "another page of one volume"),
        (
            replace(BARE, issue="8"),
            replace(BARE, volume=f"{BARE.volume} Suppl 105", pages="120"),
            "another page of one volume",
        ),
        (BARE, replace(BARE, year=2011, pages=""), "published 3 years apart"),
        (BARE, replace(UNPLACED, title=BARE.title + ", follow-up"), "another report of one study"),
        (BARE, replace(UNPLACED, title=BARE.title + ": study protocol"), "another report of one study"),
        (
            BARE,
            replace(UNPLACED, journal="Congress of the European Academy"),
            "a conference paper and another text",
        ),
        (BARE, replace(UNPLACED, journal="medRxiv"), "a preprint and another text"),
        (BARE, replace(UNPLACED, journal="University of Trieste"), "a thesis and another text"),
        (
            BARE,
            replace(UNPLACED, journal="Dissertation Abstracts International"),
            "a thesis and another text",
        ),
        (COCHRANE, replace(COCHRANE, year=COCHRANE.year - 3), "two versions of one Cochrane review"),
        (COCHRANE, replace(COCHRANE, year=None, issue="5"), "two versions of one Cochrane review"),
        (
            replace(COCHRANE, doi="10.1002/14651858.CD009542.pub2", year=None),
            replace(COCHRANE, doi="10.1002/14651858.CD009542.pub3"),
            "two versions of one Cochrane review",
        ),
    ],
)
def test_a_veto_keeps_two_publications_apart_and_says_why(a, b, reason):
    found = decided(a, b)
    assert found.vetoed
    assert not found.merge
    assert found.reason == reason


@pytest.mark.parametrize("of_print", [{"journal": "medRxiv", "volume": "", "pages": ""}, {"year": 2011, "pages": ""}, {"volume": "7", "pages": "9"}])  # fmt: skip
def test_what_holds_for_print_gives_way_to_the_same_doi(of_print):
    assert not decided(BARE, replace(BARE, **of_print)).merge
    assert decided(MILK, replace(MILK, pmid="", **of_print)).merge


@pytest.mark.parametrize(
    "journal", ["University of Toronto Medical Journal", "Journal of the University of Chile"]
)
def test_a_journal_named_after_a_university_prints_no_theses(journal):
    found = decided(BARE, replace(UNPLACED, journal=journal))
    assert "thesis" not in found.reason


# ---- what looks like a veto and is none ----


def test_a_slip_in_the_doi_does_not_part_records_of_one_place():
    assert decided(replace(MILK, pmid=""), replace(MILK, pmid="", doi="10.1016/j.jaci.2007.10.02")).merge


def test_a_slip_in_the_year_does_not_part_records_of_one_journal_volume_and_page():
    assert decided(BARE, replace(BARE, year=2018)).merge


def test_an_article_marked_as_retracted_is_the_article_still():
    assert decided(BARE, replace(BARE, title="RETRACTED ARTICLE: " + BARE.title)).merge
    assert decided(BARE, replace(UNPLACED, title="RETRACTED: " + BARE.title)).merge


def test_two_titles_that_are_one_are_no_comment_on_each_other():
    # "Re-thinking" folds to the beginning of a letter: "Re: thinking".
    a = replace(BARE, title="Rethinking oral tolerance induction in severe allergy", pages="")
    assert decided(a, replace(a, title="Re-thinking oral tolerance induction in severe allergy")).merge


def test_a_lost_subtitle_with_the_phase_of_the_trial_makes_no_other_part():
    full = replace(UNPLACED, title=BARE.title + ". Results of a phase II trial of the children's network")
    assert decided(BARE, full).merge


# ---- parts ----


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Part I", "Part II"),
        ("(Part 1 of 2)", "(Part 2 of 2)"),
        ("(I)", "(II)"),
        ("2", "3"),
        ("", "II"),
        ("", "(Part 2)"),
        ("", "Part 2: results in adolescents"),
    ],
)
def test_parts_of_one_work_are_kept_apart(first, second):
    a, b = (
        replace(UNPLACED, title=f"Sleep in infants with milk allergy. {part}") for part in (first, second)
    )
    assert decided(a, b).reason == "different parts of one work"


# ---- titles that many texts share ----


def test_serial_editorials_of_consecutive_issues_are_kept_apart():
    editorial = Record(
        title="Editorial", authors=("Lee, A.",), year=2001, journal="MIS Quarterly", volume="25", issue="1"
    )
    assert decided(editorial, replace(editorial, issue="2")).vetoed
    assert decided(editorial, replace(editorial, journal="MIS Q.")).merge


def test_editorials_on_the_same_page_of_two_issues_are_told_apart_by_their_last_page():
    editorial = Record(
        title="Editorial", authors=("Lee, A.",), year=2001, journal="MIS Q", volume="25", pages="5-12"
    )
    assert decided(editorial, replace(editorial, pages="5-6")).vetoed
    assert decided(editorial, replace(editorial, pages="5")).merge


def test_a_column_in_another_issue_of_the_volume_is_another_text():
    column = replace(BARE, pages="", title="Notes from the desk of our milk allergy correspondent")
    assert decided(column, replace(column, issue="3")).reason == "another issue of one volume"


# ---- registrations ----


def test_a_registration_never_merges_with_a_report():
    report = replace(MILK, title=REGISTRATION.title, registry_ids=("NCT01234567",))
    assert decided(REGISTRATION, report).reason == "a trial's registration and a report"
    assert decided(REGISTRATION, replace(report, registry_ids=("NCT07654321",))).vetoed


def test_registrations_of_two_trials_with_one_title_stay_apart():
    other = replace(REGISTRATION, accession="NCT07654321", registry_ids=("NCT07654321",))
    assert decided(REGISTRATION, other).vetoed
    extension = replace(other, registry_ids=("NCT07654321", "NCT01234567"))
    assert decided(REGISTRATION, extension).reason == "two numbers of one registry"
