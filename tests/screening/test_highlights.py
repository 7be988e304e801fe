import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.screening.highlights import LOOKED_AT, Piece, highlighted


def found(text, include=(), exclude=()):
    return [(piece.text, piece.kind) for piece in highlighted(text, include, exclude) if piece.kind]


def test_a_word_is_found_whole_and_in_any_case():
    assert found("Oral immunotherapy; moral. ORAL", ["oral"]) == [("Oral", "include"), ("ORAL", "include")]


def test_a_star_stands_for_further_letters_and_never_for_a_space():
    assert found("randomised, Randomly and a random one", ["random*"]) == [
        ("randomised", "include"),
        ("Randomly", "include"),
        ("random", "include"),
    ]
    assert found("colour color", ["colo*r"]) == [("colour", "include"), ("color", "include")]
    assert found("a b", ["a*b"]) == []


def test_a_phrase_is_found_over_a_line_break():
    assert found("cow's\n  milk allergy", ["cow's milk"]) == [("cow's\n  milk", "include")]


def test_the_longer_of_two_words_counts():
    assert found("not randomised", ["randomised"], ["not randomised"]) == [("not randomised", "exclude")]
    assert found("animal model of asthma", ["animal model of asthma"], ["animal"]) == [
        ("animal model of asthma", "include")
    ]


def test_a_word_of_both_kinds_argues_against():
    assert found("mice", ["mice"], ["Mice"]) == [("mice", "exclude")]


def test_a_script_without_spaces_is_searched_inside():
    assert found("牛乳アレルギーの治療", ["アレルギー"]) == [("アレルギー", "include")]


def test_signs_of_patterns_are_letters():
    assert found("(a+b) and .* and [x]", ["(a+b)", "[x]"]) == [("(a+b)", "include"), ("[x]", "include")]


@pytest.mark.parametrize("word", ["", " ", "*", "***"])
def test_a_word_of_nothing_finds_nothing(word):
    assert found("anything at all", [word]) == []


def test_a_very_long_text_stays_whole():
    text = "milk " * LOOKED_AT
    assert "".join(piece.text for piece in highlighted(text, ["milk"], [])) == text


def test_no_words_leave_the_text_as_one_piece():
    assert highlighted("text", [], []) == [Piece("text")]
    assert highlighted("", ["a"], []) == []


@given(st.text(), st.lists(st.text(max_size=6)), st.lists(st.text(max_size=6)))
def test_pieces_make_the_text_again(text, include, exclude):
    assert "".join(piece.text for piece in highlighted(text, include, exclude)) == text
