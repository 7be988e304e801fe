"""Which reports may be of one study, and why that is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.extraction.study_links import Described, Group, likeness, suggest

ARTICLE = Described("longo2008", "Oral tolerance induction in children with severe milk allergy",
                    ("Longo, G.", "Barbi, E.", "Berti, I.", "Ventura, A."), 2008)  # fmt: skip
ABSTRACT = Described(
    "longo2007", "Early outcome of tolerance induction", ("Longo, Giorgio", "Barbi, Egidio"), 2007
)
OTHER = Described("pajno2010", "Weekly up-dosing of milk", ("Pajno, G.B.", "Caminiti, L."), 2010)


def test_a_common_registry_number_is_enough_and_is_told():
    one = Described("a", trials=("NCT00000001", "NCT00000002"), year=1990)
    other = Described("b", trials=("NCT00000002",), year=2020)
    assert likeness(one, other) == (100, ("both name the trial NCT00000002",))


def test_two_registry_numbers_that_differ_speak_against_everything_else():
    one = Described("a", ARTICLE.title, ARTICLE.authors, 2008, ("NCT00000001",))
    other = Described("b", ARTICLE.title, ARTICLE.authors, 2008, ("NCT00000002",))
    assert likeness(one, other) == (0, ())


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("A", "A", "the only author is the same: A"),
        ("A", "ABC", "the only author of one is an author of the other: A"),
        ("AB", "BA", "both authors are the same: A, B"),
        ("AC", "ABD", "1 of 2 authors is the same: A"),
        ("ABC", "ABC", "all 3 authors are the same: A, B, C"),
        ("ABC", "ABCD", "all 3 authors of one are authors of the other: A, B, C"),
        ("ABCD", "ABCEFG", "3 of 4 authors are the same: A, B, C"),
    ],
)
def test_it_is_told_in_words_how_many_authors_are_the_same(one, other, told):
    reports = [
        Described(key, authors=tuple(f"{name}, X" for name in names))
        for key, names in (("1", one), ("2", other))
    ]
    assert likeness(*reports)[1] == (told,)


def test_half_of_the_authors_is_enough_however_their_given_names_are_written():
    score, reasons = likeness(ARTICLE, ABSTRACT)
    assert score == 40
    assert reasons == ("both authors of one are authors of the other: Longo, Barbi",)


def test_fewer_than_half_of_the_authors_is_not():
    few = Described("b", "Another thing", ("Longo, G.", "Else, A.", "Who, B."), 2008)
    assert likeness(ARTICLE, few) == (0, ())


def test_one_family_name_with_other_initials_is_another_person():
    assert likeness(ARTICLE, Described("b", "", ("Longo, Z.",), 2008)) == (0, ())


def test_like_titles_count_beside_a_common_author():
    longer = Described("b", ARTICLE.title + ": long-term", ("Longo, G.", "Else, A.", "Who, B."), 2010)
    _, reasons = likeness(ARTICLE, longer)
    assert [reason[:20] for reason in reasons] == ["the titles are alike"]


def test_like_titles_of_two_teams_do_not_count():
    # Reviews have many reports with nearly one title; the teams tell them apart.
    assert likeness(ARTICLE, Described("b", ARTICLE.title, ("Pajno, G.B.",), 2008)) == (0, ())


def test_like_titles_count_where_a_registration_names_no_author():
    assert likeness(ARTICLE, Described("b", ARTICLE.title, (), 2006))[0] == 40


def test_reports_many_years_apart_are_not_told_to_be_of_one_study():
    assert likeness(ARTICLE, Described("b", ARTICLE.title, ARTICLE.authors, 2015)) == (0, ())


def test_a_title_of_a_word_or_two_tells_nothing():
    assert likeness(Described("a", "Erratum"), Described("b", "Erratum")) == (0, ())


def test_a_report_without_anything_is_like_nothing():
    assert likeness(Described("a"), Described("b")) == (0, ())


def test_studies_are_suggested_by_the_most_similar_of_their_reports_the_strongest_first():
    groups = [
        Group("pajno", "Pajno 2010", (OTHER,)),
        Group("longo", "Longo 2008", (ARTICLE, OTHER)),
        Group("trial", "A trial", (), trials=("NCT00000001",)),
    ]
    report = Described("x", ABSTRACT.title, ABSTRACT.authors, 2007, ("NCT00000001",))
    assert [each.belongs for each in suggest(report, groups)] == ["trial", "longo"]
    assert [each.belongs for each in suggest(report, groups, most=1)] == ["trial"]


def test_a_report_is_not_suggested_because_it_is_itself_in_the_study():
    assert suggest(ARTICLE, [Group("longo", "", (ARTICLE,))]) == ()


@pytest.mark.parametrize("team", ["LEAP Study Team", "the leap study team", "Team of LEAP"])
def test_a_group_author_that_names_the_study_is_told(team):
    (found,) = suggest(Described("x", "Peanut early", (team,)), [Group("leap", "LEAP", ())])
    assert found.reasons == ("it names the study LEAP",)


@pytest.mark.parametrize(
    ("name", "title"), [("LEAP", "Leaping children"), ("IT", "Is it safe?"), ("", "Anything")]
)
def test_a_word_that_only_looks_like_a_name_is_not(name, title):
    assert suggest(Described("x", title), [Group("g", name, ())]) == ()


DESCRIBED = st.builds(
    Described,
    st.sampled_from("abc"),
    st.text(max_size=30),
    st.lists(st.sampled_from(["Longo, G.", "Barbi, E.", "Li", "", "王, 伟"]), max_size=4).map(tuple),
    st.one_of(st.none(), st.integers(1990, 2020)),
    st.lists(st.sampled_from(["NCT1", "NCT2"]), max_size=2).map(tuple),
)


@given(DESCRIBED, DESCRIBED)
def test_likeness_is_mutual_and_never_without_a_reason(one, other):
    score, reasons = likeness(one, other)
    back, told = likeness(other, one)
    assert score == pytest.approx(back)
    assert len(reasons) == len(told)
    assert (score > 0) == bool(reasons)
