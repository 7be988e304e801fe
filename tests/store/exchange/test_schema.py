"""What a cell may hold, and what is said about one that holds something else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.documents.csv import FORMULA_STARTS, NUMBER
from evisynth.store.exchange.schema import Column, Unfit, guarded, number_in, parsed, unguarded, written

NUMBER_COLUMN = Column("value", "number")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_written_is_read_as_the_same_number(number):
    assert parsed(NUMBER_COLUMN, written(NUMBER_COLUMN, number)) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12,5", "decimal comma; '12.5' is right"),
        ("\u22125", "typographic minus; '-5' is right"),
        ("1,234", "separators of thousands"),
        ("1,234,567.8", "separators of thousands"),
        ("1.234.567", "separators of thousands"),
        ("1 234", "separators of thousands"),
        ("1\u00a0234", "separators of thousands"),
        ("1\u202f234", "separators of thousands"),
        ("1'234", "separators of thousands"),
        ("12 mg", "a number with a decimal point"),
        ("+5", "a number with a decimal point"),
        ("12%", "a number with a decimal point"),
        ("nan", "a number with a decimal point"),
        ("inf", "a number with a decimal point"),
        ("1e999", "beyond all numbers"),
        ("0x1F", "a number with a decimal point"),
        ("1_000", "a number with a decimal point"),
        ("٣", "a number with a decimal point"),
        ("1-2", "a number with a decimal point"),
        ("<1", "a number with a decimal point"),
    ],
)
def test_a_text_that_is_no_plain_number_is_refused_with_what_would_be_right(text, message):
    with pytest.raises(Unfit, match=message) as error:
        number_in(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["0", "-0.5", "12.", ".5", "1e-3", "007", "1E+2"])
def test_plain_numbers_are_numbers(text):
    assert number_in(text) == float(text)


@pytest.mark.parametrize(
    "text",
    ["2012-13-01", "2012-02-30", "20121001", "2012-W40-1", "1.10.2012", "2012", "2012-1-5", "yesterday"],
)
def test_a_wrong_date_is_refused_with_a_right_one(text):
    with pytest.raises(Unfit, match="a date such as 2012-10-01 is right"):
        parsed(Column("date", "date"), text)


@pytest.mark.parametrize(
    "text", ["2012-11-05T25:00:00Z", "09:30", "20121105T093000", "2012-11-05 half past nine"]
)
def test_a_wrong_time_is_refused_with_a_right_one(text):
    with pytest.raises(Unfit, match="2012-11-05T09:30:00Z is right"):
        parsed(Column("time", "time"), text)


def test_a_day_is_a_time_too():
    assert parsed(Column("time", "time"), "2012-11-05") == "2012-11-05"


@pytest.mark.parametrize("text", ["Longo 2008", "longo_2008", "-longo", "lóngo", "longo/2008", "../x"])
def test_an_id_has_small_letters_digits_and_hyphens(text):
    with pytest.raises(Unfit, match="an id has small letters"):
        parsed(Column("study", "id"), text)


def test_an_id_has_at_most_60_letters():
    assert parsed(Column("study", "id"), "x" * 60) == "x" * 60
    with pytest.raises(Unfit, match="has 61 letters; an id has at most 60"):
        parsed(Column("study", "id"), "x" * 61)


def test_a_word_that_is_not_known_is_refused_with_the_nearest():
    with pytest.raises(
        Unfit, match=r"found 'exlude'; one of include, exclude is right. Did you mean 'exclude'\?"
    ):
        parsed(Column("decision", "word", choices=("include", "exclude")), "exlude")


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("no", False), ("true", True), ("false", False)])
def test_yes_and_no_are_words(text, value):
    assert parsed(Column("pool", "yes/no"), text) is value


@pytest.mark.parametrize("text", ["Yes", "1", "y", "ja"])
def test_other_words_for_yes_are_refused(text):
    with pytest.raises(Unfit, match="yes or no is right"):
        parsed(Column("pool", "yes/no"), text)


def test_empty_means_not_given_and_a_zero_is_a_number():
    assert parsed(NUMBER_COLUMN, "") is None
    assert parsed(NUMBER_COLUMN, "0") == 0
    assert parsed(Column("votes", "whole", default=2), "") == 2
    assert written(NUMBER_COLUMN, 0.0) == "0"
    with pytest.raises(Unfit, match="is empty; it is needed"):
        parsed(Column("title", required=True), "  ")


def test_a_whole_number_is_whole():
    assert parsed(Column("down", "whole"), "1") == 1
    with pytest.raises(Unfit, match=r"found '1\.5'; a whole number is right"):
        parsed(Column("down", "whole"), "1.5")


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\ud800"])
def test_a_control_character_or_half_a_letter_is_refused_with_its_number(letter):
    with pytest.raises(Unfit, match=f"U\\+{ord(letter):04X}"):
        parsed(Column("note"), f"a{letter}b")


def test_a_list_in_a_cell_is_split_at_semicolons_and_one_in_yaml_is_not():
    column = Column("file", "texts")
    assert parsed(column, " a ; b;;") == ["a", "b"]
    assert parsed(column, ["a;b", "c", None]) == ["a;b", "c"]


def test_a_mapping_where_a_text_is_wanted_is_refused():
    with pytest.raises(Unfit, match="a text with a colon needs quotes"):
        parsed(Column("include", "texts"), [{"Studies": "randomised"}])
    with pytest.raises(Unfit, match="found a mapping where one value is expected"):
        parsed(Column("title"), {"a": "b"})
    with pytest.raises(Unfit, match="neither text nor a number"):
        parsed(Column("title"), b"bytes")


def test_a_date_of_yaml_is_a_date():
    assert parsed(Column("date", "date"), date(2012, 10, 1)) == date(2012, 10, 1)


@given(st.one_of(st.text(), st.text(alphabet="'=+-@\t\r5.x＝")))
def test_no_cell_runs_as_a_formula_and_each_comes_back_as_it_was(text):
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.startswith(FORMULA_STARTS) or NUMBER.fullmatch(cell)


def test_negative_numbers_stay_numbers():
    assert guarded("-0.5") == "-0.5"
    assert guarded("=1+1") == "'=1+1"
