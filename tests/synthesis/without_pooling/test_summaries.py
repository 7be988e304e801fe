import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.without_pooling.summaries import summarise_effects


def test_median_and_quartiles_are_those_of_r():
    # R's type 7 by hand: a quarter of the way from the 1st to the 6th lies 1.25 steps in, at 2 + 0.25 (4 - 2)
    got = summarise_effects([32, 1, 16, 2, 8, 4])
    assert (got.low, got.q1, got.median, got.q3, got.high) == (1, 2.5, 6, 14, 32)
    assert got.interquartile_range == 11.5


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20))
def test_the_five_numbers_stand_in_order_and_turn_with_the_signs(effects):
    got, turned = summarise_effects(effects), summarise_effects(-np.array(effects))
    assert got.low <= got.q1 <= got.median <= got.q3 <= got.high
    assert turned.q1 == pytest.approx(-got.q3, abs=1e-12)


def test_ratios_are_shown_as_ratios():
    got = summarise_effects(np.log([0.5, 0.8, 2.0]), measure="RR", studies=["A", "B", "C"])
    assert got.estimates["median"] == pytest.approx(0.8)
    assert str(got).startswith("Median risk ratio 0.8 (interquartile range ")
    assert "list the effects" in got.warnings[-1]


@pytest.mark.parametrize(
    ("effects", "studies", "message"),
    [
        ([], (), "each study needs one"),
        ([0.1, np.nan], (), "Study 2: effect nan"),
        ([0.1], ("A", "B"), "2 studies"),
    ],
)
def test_what_cannot_be_summarised_is_refused(effects, studies, message):
    with pytest.raises(DataError, match=message):
        summarise_effects(effects, studies=studies)
