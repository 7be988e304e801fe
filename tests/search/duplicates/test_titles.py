import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.duplicates.evidence import compared
from evisynth.search.duplicates.keys import record_keys
from evisynth.search.duplicates.titles import Title, one_spelling, own_words
from evisynth.search.record import Record

MILK = "Specific oral tolerance induction in children with severe cow's milk allergy: a randomised trial"


def relation(a, b):
    return compared(record_keys(Record(title=a)), record_keys(Record(title=b))).title


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (MILK.upper().replace(":", " -") + ".", Title.SAME),
        (MILK.replace("cow's", "cows'").replace(": a randomised", ": randomized"), Title.NEAR),
        (MILK.replace("tolerance", "tolerence"), Title.NEAR),
        (MILK.replace("in children", "ni children"), Title.NEAR),
        (MILK.replace("severe cow's", "sever ecow's"), Title.SAME),
        (MILK.replace("severe cow's", "severecow's").replace("randomised", "randomized"), Title.NEAR),
        (MILK.split(":", maxsplit=1)[0], Title.CUT),
        (MILK[:70], Title.CUT),
        (MILK.replace("severe ", ""), Title.MORE),
        (MILK.replace("children", "adults"), Title.SWAPPED),
        (MILK.replace("with severe", "without severe"), Title.SWAPPED),
        ("Prevalence of asthma in Iceland", Title.OTHER),
        ("", Title.OTHER),
    ],
)
def test_titles_relate(other, expected):
    assert relation(MILK, other) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Treatment of severe hypertension in adults", "Treatment of severe hypotension in adults"),
        ("Results of milk immunotherapy after 12 months", "Results of milk immunotherapy after 24 months"),
        ("Stroke care at home: a qualitative study", "Stroke care at home: a quantitative study"),
        ("Prednisone for severe asthma in adults", "Prednisolone for severe asthma in adults"),
        ("Hip abduction after total replacement", "Hip adduction after total replacement"),
        ("Typical courses of Wilson disease", "Atypical courses of Wilson disease"),
        ("Platform work of men in rural India", "Platform work of women in rural India"),
    ],
)
def test_a_word_that_means_something_else_is_no_misspelling(a, b):
    assert relation(a, b) == Title.SWAPPED


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("haemorrhage", "hemorrhage"),
        ("oesophageal", "esophageal"),
        ("programme", "program"),
        ("tumour", "tumor"),
        ("sulphate", "sulfate"),
        ("randomised", "randomized"),
        ("allregy", "allergy"),
        ("adn", "and"),
        ("ofi", "of"),
    ],
)
def test_spellings_and_slips_of_one_word(a, b):
    assert one_spelling(a, b)
    assert one_spelling(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("no", "on"),
        ("b12", "b13"),
        ("cats", "rats"),
        ("in", "on"),
        ("toe", "the"),
        ("septic", "aseptic"),
        ("type1", "type2"),
    ],
)
def test_short_words_numbers_and_first_letters_must_be_equal(a, b):
    assert not one_spelling(a, b)
    assert not one_spelling(b, a)


WORDS = st.lists(st.sampled_from(["in", "ni", "milk", "mlik", "milks", "egg", "eggs", "12", "without", "oesophagus", "esophagus"]), max_size=7)  # fmt: skip


@given(WORDS, WORDS)
def test_which_words_two_titles_have_alone_does_not_depend_on_their_order(a, b):
    only_a, only_b = own_words(" ".join(a), " ".join(b))
    assert own_words(" ".join(b), " ".join(a)) == (only_b, only_a)


@given(WORDS)
def test_a_title_has_no_word_that_itself_has_not(words):
    assert own_words(" ".join(words), " ".join(words)) == ([], [])


def test_long_titles_are_compared_quickly():
    assert relation("word " * 20_000, "words " * 20_000 + "more") in set(Title)
