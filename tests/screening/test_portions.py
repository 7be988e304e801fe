"""Portions cover what they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.screening.portions import Stretch, check_parts, coverage, equal_split, too_few

PEOPLE = [f"p{n}" for n in range(1, 41)]


@given(st.integers(1, 40), st.integers(1, 2))
def test_an_equal_split_gives_every_item_the_votes_it_needs_and_not_more(n, needed):
    if n < needed:
        return
    parts = equal_split(PEOPLE[:n], needed)
    check_parts(parts)
    assert coverage(parts) == [Stretch(0.0, 100.0, needed)]
    shares = [sum(end - start for start, end in own) for own in parts.values()]
    assert shares == pytest.approx([100 * needed / n] * n)


def test_three_people_two_votes():
    parts = equal_split(["a", "b", "c"], 2)
    third = 100 / 3
    assert parts == {
        "a": [(0.0, pytest.approx(2 * third))],
        "b": [(pytest.approx(third), 100.0)],
        "c": [(0.0, pytest.approx(third)), (pytest.approx(2 * third), 100.0)],
    }


def test_one_person_cannot_give_two_votes():
    with pytest.raises(DataError, match="choose at least 2"):
        equal_split(["a"], 2)


def test_who_is_named_twice_is_told():
    with pytest.raises(DataError, match="twice"):
        equal_split(["a", "a"], 1)


def test_a_gap_is_found():
    stretches = coverage({"a": [(0, 50)], "b": [(0, 40), (50, 100)]})
    assert stretches == [Stretch(0.0, 40, 2), Stretch(40, 100.0, 1)]
    assert too_few(stretches, 2) == 60


def test_people_without_a_part_screen_everything():
    assert coverage({"a": [(0, 50)]}, everywhere=1) == [Stretch(0.0, 50, 2), Stretch(50, 100.0, 1)]
    assert coverage({}, everywhere=2) == [Stretch(0.0, 100.0, 2)]


@pytest.mark.parametrize("own", [[(50, 40)], [(-1, 10)], [(0, 101)], [(0, 60), (50, 100)], [(10, 10)]])
def test_a_part_that_cannot_be_is_refused(own):
    with pytest.raises(DataError):
        check_parts({"a": own})
