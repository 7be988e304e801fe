import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.rates import TwoRates
from evisynth.synthesis.pooling.stratified_tests import (
    breslow_day,
    cochran_mantel_haenszel,
    cochran_mantel_haenszel_rates,
)
from support.milk import FULL, PARTIAL, inner_group, tables

# The numbers of R's metafor are in test_counts_as_in_r.py.


def test_the_variance_of_the_association_is_hypergeometric():
    row = ("A", 7, 20, 2, 25)
    test = cochran_mantel_haenszel(TwoByTwo.from_rows([row]), continuity_correction=False)
    law = hypergeom(45, 20, 9)
    assert test.statistic == pytest.approx((7 - law.mean()) ** 2 / law.var())
    assert (test.df, test.strata) == (1, 1)


def test_studies_that_say_nothing_do_not_count():
    rows = [("A", 7, 20, 2, 25), ("B", 3, 9, 4, 9)]
    more = [*rows, ("Empty", 0, 9, 0, 8), ("Full", 5, 5, 6, 6)]
    for test in (cochran_mantel_haenszel, breslow_day):
        one, other = test(TwoByTwo.from_rows(rows)), test(TwoByTwo.from_rows(more))
        assert (one.statistic, one.strata) == (other.statistic, other.strata)


def test_one_study_has_one_odds_ratio():
    test = breslow_day(TwoByTwo.from_rows([("A", 7, 20, 2, 25)]))
    assert test.statistic == pytest.approx(0, abs=1e-12)
    assert (test.df, test.p) == (0, None)


def test_without_any_event_there_is_no_test():
    empty = TwoByTwo.from_rows([("A", 0, 10, 0, 10)])
    for test in (cochran_mantel_haenszel, breslow_day):
        with pytest.raises(DataError, match="there is none"):
            test(empty)
    with pytest.raises(DataError, match="no study has any"):
        cochran_mantel_haenszel_rates(TwoRates.from_rows([("A", 0, 10, 0, 10)]))


def test_the_breslow_day_test_needs_an_odds_ratio():
    with pytest.raises(DataError, match="does not exist"):
        breslow_day(PARTIAL)


def test_a_test_prints_its_hypothesis():
    text = str(cochran_mantel_haenszel(FULL))
    assert text.startswith(
        "no association in any study (Cochran-Mantel-Haenszel, continuity correction): chi-square"
    )
    assert text.endswith("(5 studies)")


TESTS = st.sampled_from([cochran_mantel_haenszel, breslow_day, lambda table: breslow_day(table, tarone=True)])


@given(tables(inner_group), TESTS)
def test_exchanging_the_groups_changes_no_test(table, test):
    assert test(table.swapped()).statistic == pytest.approx(test(table).statistic, rel=1e-6, abs=1e-8)


@given(tables(inner_group), TESTS)
def test_the_order_of_the_studies_changes_no_test(table, test):
    order = list(range(table.k))[::-1]
    assert test(table.take(order)).statistic == pytest.approx(test(table).statistic, rel=1e-6, abs=1e-8)


@given(tables(inner_group))
def test_tarones_correction_only_takes_away(table):
    assert breslow_day(table, tarone=True).statistic <= breslow_day(table).statistic + 1e-12


@given(tables(inner_group))
def test_the_expected_events_give_the_common_odds_ratio(table):
    # With the same odds in all studies the test finds nothing: the first study, again and again.
    same = TwoByTwo(
        table.studies,
        *(np.full(table.k, column[0]) for column in table.columns.values()),
    )
    assert breslow_day(same).statistic == pytest.approx(0, abs=1e-7)
