import numpy as np
import pytest
from hypothesis import given
from scipy.stats import hypergeom

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS, TwoByTwo
from evisynth.synthesis.pooling.peto import observed_minus_expected, pool_observed_minus_expected, pool_peto
from evisynth.synthesis.pooling.result import RANDOM
from support.milk import PARTIAL, inner_group, tables

# The numbers of R's metafor and meta are in test_counts_as_in_r.py.


def test_expected_events_and_their_variance_are_hypergeometric():
    O_E, V = observed_minus_expected(TwoByTwo.from_rows([("A", 7, 20, 2, 25)]))
    law = hypergeom(45, 20, 9)
    assert O_E[0] == pytest.approx(7 - law.mean())
    assert V[0] == pytest.approx(law.var())


def test_the_pooled_odds_ratio_is_the_sum_of_o_minus_e_over_the_sum_of_v():
    pooled = pool_peto(PARTIAL)  # group 2 has no events in any study, and nothing is added
    O_E, V = observed_minus_expected(PARTIAL)
    assert pooled.mu == pytest.approx(O_E.sum() / V.sum())
    assert pooled.se == pytest.approx(V.sum() ** -0.5)
    assert (pooled.measure, pooled.method, pooled.k) == ("OR", "Peto", 5)
    np.testing.assert_allclose(pooled.weights, 100 * V / V.sum())


def test_studies_that_say_nothing_are_left_out_and_named():
    table = TwoByTwo.from_rows(
        [("A", 1, 10, 2, 10), ("B", 3, 20, 5, 20), ("Empty", 0, 9, 0, 9), ("Full", 9, 9, 8, 8)]
    )
    pooled = pool_peto(table)
    assert pooled.studies == ("A", "B")
    assert pooled.dropped == (("Empty", NO_EVENTS), ("Full", ALL_EVENTS))


def test_one_study_is_not_pooled():
    with pytest.raises(DataError, match=r"has one: A\..*Left out: Empty \(no events in either group\)"):
        pool_peto(TwoByTwo.from_rows([("A", 1, 10, 2, 10), ("Empty", 0, 9, 0, 9)]))


def test_log_rank_tests_are_pooled_as_hazard_ratios():
    pooled = pool_observed_minus_expected([-5.0, -3.0], [10.0, 12.0], measure="HR", studies=["A", "B"])
    assert pooled.estimate == pytest.approx(np.exp(-8 / 22))
    assert pooled.measure == "HR"


@pytest.mark.parametrize(
    ("O_E", "V", "says"),
    [
        ([1.0, 2.0], [1.0, 0.0], "Study 2: O - E 2 with variance 0"),
        ([np.nan, 2.0], [1.0, 2.0], "Study 1: O - E nan"),
        ([1.0, 2.0], [1.0], "each study needs one of both"),
    ],
)
def test_what_cannot_be_pooled_is_refused(O_E, V, says):
    with pytest.raises(DataError, match=says):
        pool_observed_minus_expected(O_E, V)


@given(tables(inner_group))
def test_exchanging_the_groups_flips_the_sign(table):
    for how in ({}, {"model": RANDOM}):
        one, other = pool_peto(table, **how), pool_peto(table.swapped(), **how)
        assert other.mu == pytest.approx(-one.mu, abs=1e-9)
        assert (other.se, other.Q, other.tau2) == pytest.approx((one.se, one.Q, one.tau2), rel=1e-9, abs=1e-9)


@given(tables())
def test_any_table_is_pooled_or_refused_in_words(table):
    try:
        pooled = pool_peto(table)
    except DataError:
        return
    assert pooled.ci_low < pooled.mu < pooled.ci_high
    assert pooled.weights.sum() == pytest.approx(100)
