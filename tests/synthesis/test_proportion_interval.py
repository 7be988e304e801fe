import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.proportion_interval import METHODS, proportion_interval

# The numbers of R's metaprop are in pooling/test_counts_as_in_r.py.


def test_no_events_among_ten_leave_three_in_ten_possible():
    low, high = proportion_interval([0], [10])
    assert low[0] == 0
    assert high[0] == pytest.approx(1 - 0.025**0.1)  # the exact upper limit when nothing happened


def test_newcombes_example_of_a_score_interval():
    # 81 of 263: 0.2553 to 0.3662. Newcombe 1998, table I, method 3, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    low, high = proportion_interval([81], [263], method="WS")
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"events": [3], "n": [2]}, "Study 1: 3 events among 2 people"),
        ({"events": [3], "n": [np.nan]}, "Study 1: n missing"),
        ({"events": [1], "n": [2], "method": "XX"}, "'XX' is not known"),
        ({"events": [1], "n": [2], "level": 95}, "Confidence level 95"),
    ],
)
def test_what_has_no_interval_is_refused(call, says):
    with pytest.raises(DataError, match=says):
        proportion_interval(**call)


COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from(list(METHODS)))
def test_the_interval_contains_the_proportion_and_turns_round_with_it(counts, method):
    x, n = counts
    low, high = proportion_interval([x], [n], method=method)
    assert 0 <= low[0] <= x / n + 1e-12
    assert x / n - 1e-12 <= high[0] <= 1
    other = proportion_interval([n - x], [n], method=method)
    assert (1 - other[1][0], 1 - other[0][0]) == pytest.approx((low[0], high[0]), abs=1e-12)


@given(COUNTS, st.sampled_from(list(METHODS)))
def test_a_higher_level_is_wider(counts, method):
    x, n = counts
    narrow = proportion_interval([x], [n], method=method, level=0.8)
    wide = proportion_interval([x], [n], method=method, level=0.99)
    assert wide[0][0] <= narrow[0][0] + 1e-12
    assert wide[1][0] >= narrow[1][0] - 1e-12
