import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.formats.formula_cells import guarded, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-0.5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "\uff1d1"])
def test_a_formula_gets_an_apostrophe_and_loses_it_again(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Milk", "'tis", "5 - 3", "O'Brien = 1"])
def test_other_text_stays_as_it_is(text):
    assert guarded(text) == unguarded(text) == text


@given(st.text(alphabet="'=+-@a \t", max_size=6))
def test_every_text_comes_back_and_none_is_a_formula(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t")
