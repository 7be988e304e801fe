import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import NO_EVENTS
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates, rate_effects
from evisynth.synthesis.pooling.result import RANDOM
from evisynth.synthesis.profiles import META, METAFOR

# The numbers of R's metafor and meta are in test_counts_as_in_r.py.
THREE = TwoRates.from_rows([("A", 5, 100, 9, 110), ("B", 0, 40, 3, 45), ("C", 12, 200, 20, 180)])


def rows(least=0):
    one = st.tuples(st.integers(least, 60), st.floats(1, 500))
    return st.lists(st.tuples(one, one), min_size=2, max_size=8).map(
        lambda found: TwoRates.from_rows([(f"S{i}", *x, *y) for i, (x, y) in enumerate(found)])
    )


def test_one_stratum_has_the_rate_ratio_and_difference_that_is_seen():
    twice = TwoRates.from_rows([("A", 5, 100, 9, 110), ("B", 5, 100, 9, 110)])
    assert pool_rates(twice, "IRR").estimate == pytest.approx((5 / 100) / (9 / 110))
    assert pool_rates(twice, "IRD").mu == pytest.approx(5 / 100 - 9 / 110)


def test_a_study_without_events_has_no_rate_ratio_and_is_named():
    rates = TwoRates.from_rows([("A", 5, 100, 9, 110), ("B", 2, 40, 3, 45), ("Empty", 0, 30, 0, 20)])
    for method in ("MH", "IV", "Cochran"):
        pooled = pool_rates(rates, "IRR", method=method)
        assert pooled.studies == ("A", "B")
        assert pooled.dropped == (("Empty", NO_EVENTS),)
    assert pool_rates(rates, "IRD", profile=META).k == 3


def test_in_the_metafor_profile_a_study_without_events_counts_in_a_difference_but_not_in_its_q():
    rates = TwoRates.from_rows([("A", 5, 100, 9, 110), ("B", 2, 40, 3, 45), ("Empty", 0, 30, 0, 20)])
    pooled = pool_rates(rates, "IRD", profile=METAFOR)
    assert (pooled.k, pooled.df) == (3, 1)
    assert np.isnan(pooled.yi[2])


def test_the_mantel_haenszel_ratio_corrects_nothing_and_inverse_variance_names_what_it_corrects():
    x1, t1, x2, t2 = THREE.columns.values()
    T = t1 + t2
    assert pool_rates(THREE).mu == pytest.approx(np.log(np.sum(x1 * t2 / T) / np.sum(x2 * t1 / T)))
    assert rate_effects(THREE).corrected.tolist() == [False, True, False]


def test_a_ratio_over_nothing_does_not_exist():
    rates = TwoRates.from_rows([("A", 0, 100, 9, 110), ("B", 0, 40, 3, 45)])
    with pytest.raises(DataError, match="rate ratio does not exist"):
        pool_rates(rates)
    with pytest.raises(DataError, match="events in both groups"):
        pool_rates(rates, method="Cochran")
    assert pool_rates(rates, method="IV").estimate < 1
    with pytest.raises(DataError, match="variance of the pooled rate difference is 0"):
        pool_rates(TwoRates.from_rows([("A", 0, 10, 0, 11), ("B", 0, 4, 0, 5)]), "IRD", profile=META)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("A", -1, 10, 2, 10)], "A, events1: -1"),
        ([("A", 1, 0, 2, 10)], "A, time1: 0"),
        ([("A", 1, 10, 2, None)], "A: time2 missing"),
        ([("A", 1, 10, 2, 9), ("A", 1, 10, 2, 9)], "A: this study stands twice"),
    ],
)
def test_numbers_that_cannot_be_are_refused(rows, says):
    with pytest.raises(DataError, match=says):
        TwoRates.from_rows(rows)


def test_what_does_not_go_together_is_refused():
    with pytest.raises(DataError, match="does not pool IRD"):
        pool_rates(THREE, "IRD", method="Cochran")
    with pytest.raises(DataError, match="IRR or IRD, not RR"):
        pool_rates(THREE, "RR")
    with pytest.raises(DataError, match="has one: A"):
        pool_rates(THREE.take(np.array([True, False, False])))


METHODS = st.sampled_from([("MH", "IRR"), ("MH", "IRD"), ("IV", "IRR"), ("IV", "IRD")])


@given(rows(least=1), METHODS)
def test_exchanging_the_groups_flips_the_sign(rates, how):
    method, measure = how
    for model in ("common effect", RANDOM):
        one = pool_rates(rates, measure, method=method, model=model)
        other = pool_rates(rates.swapped(), measure, method=method, model=model)
        assert other.mu == pytest.approx(-one.mu, rel=1e-9, abs=1e-9)
        assert other.se == pytest.approx(one.se, rel=1e-9)


@given(rows(least=1), METHODS)
def test_another_unit_of_time_changes_no_ratio_and_divides_a_difference(rates, how):
    method, measure = how
    x1, t1, x2, t2 = rates.columns.values()
    days = TwoRates(rates.studies, x1, 365.25 * t1, x2, 365.25 * t2)
    one, other = pool_rates(rates, measure, method=method), pool_rates(days, measure, method=method)
    unit = 1.0 if measure == "IRR" else 365.25
    assert (other.mu * unit, other.se * unit) == pytest.approx((one.mu, one.se), rel=1e-9, abs=1e-12)
    assert pytest.approx(one.Q, rel=1e-9, abs=1e-9) == other.Q


@given(rows(), st.sampled_from(["MH", "IV", "Cochran"]), st.sampled_from(["IRR", "IRD"]))
def test_any_rates_are_pooled_or_refused_in_words(rates, method, measure):
    try:
        pooled = pool_rates(rates, measure, method=method)
    except DataError:
        return
    assert pooled.ci_low < pooled.mu < pooled.ci_high
    assert pooled.weights.sum() == pytest.approx(100)
    assert pooled.Q >= 0
