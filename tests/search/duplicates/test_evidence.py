from dataclasses import replace

import pytest

from evisynth.search.duplicates.evidence import Agreement, compared, one_journal
from evisynth.search.duplicates.keys import journal_names, record_keys
from evisynth.search.record import Record

DIFFERENT, UNKNOWN, SAME = Agreement
MILK = Record(
    title="Specific oral tolerance induction in children with severe cow's milk allergy",
    authors=("Longo, Giorgio", "Barbi, Egidio", "Berti, Irene"),
    year=2008,
    journal="Journal of Allergy and Clinical Immunology",
    volume="121",
    pages="343-347",
)


def evidence(**changes):
    """What the milk record and the changed one have in common, in both orders."""
    a, b = record_keys(MILK), record_keys(replace(MILK, **changes))
    found, back = compared(a, b), compared(b, a)
    assert found._replace(a=b, b=a) == back
    return found


def between(a, b):
    return compared(record_keys(a), record_keys(b))


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


@pytest.mark.parametrize(
    ("journal", "agreement"),
    [
        ("J Allergy Clin Immunol", SAME),
        ("Journal of Allergy ...", UNKNOWN),
        ("Journal of …", UNKNOWN),
        ("Allergy", DIFFERENT),
        ("", UNKNOWN),
    ],
)
def test_a_name_that_the_export_cut_neither_agrees_nor_differs(journal, agreement):
    assert evidence(journal=journal).journal == agreement


# ---- volume, issue, pages ----


@pytest.mark.parametrize(
    ("volume", "agreement"), [("Vol. 121", SAME), ("122", DIFFERENT), ("2008", UNKNOWN), ("", UNKNOWN)]
)
def test_a_year_in_place_of_the_volume_says_nothing_about_it(volume, agreement):
    assert evidence(volume=volume).volume == agreement


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        ("2", "2", SAME),
        ("2", "3", DIFFERENT),
        ("52", "53", DIFFERENT),
        ("2", "2 Pt 1", SAME),
        ("7", "1766", UNKNOWN),
        ("54", "2", UNKNOWN),
        ("9" * 5000, "2", UNKNOWN),
        ("", "2", UNKNOWN),
    ],
)
def test_a_number_that_no_volume_has_is_no_issue(a, b, agreement):
    assert between(Record(issue=a), Record(issue=b)).issue == agreement


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        (Record(pages="343-7"), Record(pages="343"), SAME),
        (Record(pages="S27"), Record(pages="27"), SAME),
        (Record(pages="S27"), Record(pages="e27"), DIFFERENT),
        (Record(pages="343"), Record(pages="344"), DIFFERENT),
        (Record(pages="1-9"), Record(pages="343", volume="121"), UNKNOWN),  # put online before it was printed
        (Record(pages="1-9", volume="7"), Record(pages="343", volume="7"), DIFFERENT),
        (Record(pages="1-9", volume="7"), Record(pages="e43268", volume="7"), UNKNOWN),  # an article number
        (Record(pages="1-9", volume="7"), Record(pages="S12", volume="7"), DIFFERENT),  # an abstract
        (Record(), Record(pages="1"), UNKNOWN),
    ],
)
def test_pages_counted_from_one_say_nothing_about_a_text_without_volume(a, b, agreement):
    assert between(a, b).page == agreement
    assert between(b, a).page == agreement


# ---- authors ----


@pytest.mark.parametrize(
    ("authors", "agreement", "overlap"),
    [
        (("LONGO G", "BARBI E", "BERTI I"), SAME, 1),
        (("Longo, GBM", "Barbi, EFH", "Berti, ICA"), SAME, 1),
        (("Longo, Giorgio",), SAME, 1),
        (("Giorgio, Longo",), SAME, 1),
        (("Lungo, G.",), SAME, 0.5),
        (("Meglio, P.", "Longo, G."), SAME, 0.5),
        (("Meglio, Paolo",), DIFFERENT, 0),
        (("Anonymous",), UNKNOWN, 0.5),
        ((), UNKNOWN, 0.5),
    ],
)
def test_initials_and_anonymous_are_no_names(authors, agreement, overlap):
    found = evidence(authors=authors)
    assert (found.authors, found.author_overlap) == (agreement, overlap)


def test_unknown_fields_neither_agree_nor_differ():
    found = between(
        Record(title="Milk"), Record(title="Milk", volume="1", pages="2", journal="Allergy", doi="10.1000/1")
    )
    assert {found.journal, found.volume, found.page, found.doi, found.authors} == {UNKNOWN}
    assert found.years is None
    assert found.abstract is None
    assert not found.placed or found.b.volume
