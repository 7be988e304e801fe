import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evisynth.errors import DataError
from evisynth.synthesis.without_pooling.directions import (
    EffectDirection,
    direction_of,
    direction_table,
    study_direction,
    vote_count,
)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_the_sign_test_and_its_exact_interval_are_scipys(benefit, harm, mixed):
    votes = ["benefit"] * benefit + ["harm"] * harm + ["mixed"] * mixed
    if not benefit + harm:
        with pytest.raises(DataError, match=r"no study|nothing to count"):
            vote_count(votes)
        return
    got, want = vote_count(votes), binomtest(benefit, benefit + harm)
    interval = want.proportion_ci(method="exact")
    assert (got.k, got.mixed) == (benefit + harm, mixed)
    assert got.p == pytest.approx(want.pvalue, rel=1e-12)
    assert (got.low, got.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert got.low <= got.proportion <= got.high


def test_wilsons_interval_is_scipys():
    got = vote_count(["benefit"] * 8 + ["harm"] * 2, interval="WS")
    want = binomtest(8, 10).proportion_ci(method="wilson")
    assert (got.low, got.high) == pytest.approx((want.low, want.high), rel=1e-12)


def test_the_sentence_has_all_that_a_reader_needs():
    text = str(vote_count(["benefit"] * 9 + ["harm", "mixed"]))
    assert text.startswith(
        "9 of 10 studies favoured the intervention: 90% (95% interval 55% to 100%, Clopper-Pearson"
    )
    assert "sign test p = 0.0215 (1 more had no clear direction)." in text
    assert "nothing about how large" in text


def test_five_votes_cannot_reach_significance_and_the_result_says_so():
    assert vote_count(["benefit"] * 5).p > 0.05
    assert "cannot reach" in vote_count(["benefit"] * 5).warnings[-1]
    assert vote_count(["benefit"] * 6).p < 0.05
    assert len(vote_count(["benefit"] * 6).warnings) == 1


@pytest.mark.parametrize(
    ("estimate", "measure", "higher_is_better", "direction"),
    [
        (0.8, "RR", True, "harm"),
        (0.8, "RR", False, "benefit"),
        (1.0, "OR", True, "mixed"),
        (0.0, "MD", True, "mixed"),
        (-0.01, "MD", False, "benefit"),
        (0.01, "MD", True, "benefit"),
    ],
)
def test_direction_is_the_side_of_no_effect(estimate, measure, higher_is_better, direction):
    assert direction_of(estimate, measure=measure, higher_is_better=higher_is_better) == direction


@pytest.mark.parametrize(
    ("directions", "direction"),
    [
        (["benefit"] * 7 + ["harm"] * 3, "benefit"),
        (["benefit"] * 6 + ["harm"] * 3, "mixed"),
        (["harm"] * 3 + ["mixed"], "harm"),
        (["mixed"], "mixed"),
    ],
)
def test_a_study_takes_the_direction_of_seventy_percent(directions, direction):
    assert study_direction(directions) == direction


def test_a_table_has_studies_by_outcomes_and_counts_votes():
    table = direction_table(
        [
            EffectDirection("Ames 2001", "pain", "benefit", measures=3, n=120),
            EffectDirection("Ames 2001", "sleep", "harm"),
            EffectDirection("Bose 2010", "pain", "mixed"),
        ]
    )
    assert table.rows() == (
        ("Study", "pain", "sleep"),
        ("Ames 2001", "▲ (3)", "▼"),
        ("Bose 2010", "◄►", ""),
    )
    assert table.votes("pain").k == 1
    assert table.cell("Bose 2010", "sleep") is None
    assert str(table).splitlines()[1] == "Ames 2001  ▲ (3)  ▼"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vote_count(["better"]), "'better' is not known"),
        (lambda: vote_count([]), "no study"),
        (lambda: study_direction(["benefit"], agreement=0.5), "above 0.5"),
        (lambda: direction_of(np.nan), "missing"),
        (lambda: direction_of(0.4, measure="PR"), "no direction"),
        (lambda: direction_table([EffectDirection("A", "x", "harm")] * 2), "more than one direction"),
        (lambda: direction_table([EffectDirection("A", "x", "harm")]).votes("y"), "not in the table"),
        (lambda: direction_table([]), "no study"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(DataError, match=message):
        call()
