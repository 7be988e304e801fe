"""What holds for every method of the registries, whatever the data; a method that is added is tested without a line here.

Laws of measures are in test_laws_of_every_measure.py; those of pooled counts with any zero cells beside their methods.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from evisynth.errors import DataError
from evisynth.synthesis.bias.selection import selection_model
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.binary import METHODS, pool_two_by_two
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.intervals import TESTS
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.rates import METHODS as OF_RATES
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.result import COMMON, MODELS, RANDOM
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS, WEIGHTED_TAU2_METHODS
from evisynth.synthesis.prediction import PREDICTION_METHODS
from evisynth.synthesis.profiles import PROFILES
from support.milk import inner_group, tables

few = settings(max_examples=15)  # of some 300 combinations
ESTIMATORS = [*TAU2_METHODS, *WEIGHTED_TAU2_METHODS]
TABLE_WAYS = [
    (method, measure, model)
    for method in METHODS
    for measure in ("RR", "OR", "RD")
    for model in MODELS
    if method != "Peto" or measure == "OR"
]
RATE_WAYS = [
    (method, measure, model)
    for method in OF_RATES
    for measure in ("IRR", "IRD")
    for model in MODELS
    if method != "Cochran" or (measure == "IRR" and model == COMMON)
]
LIKELIHOODS = ("UM.FS", "UM.RS", "CM.EL", "CM.AL")

studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=10)


# Estimators of tau2 and tests.


def how(method, k, test="z"):
    """The arguments that a method needs; the generalised Q has weights."""
    weights = {"weights": np.arange(1.0, k + 1)} if method in WEIGHTED_TAU2_METHODS else {}
    return {"method": method, "test": test, **weights}


@pytest.mark.parametrize("method", ESTIMATORS)
@few
@given(rows=studies, unit=st.floats(0.1, 10))
def test_every_tau2_is_0_or_more_whatever_the_sign_and_squares_the_unit(method, rows, unit):
    yi, vi = np.array(rows).T
    plain = pool(yi, vi, **how(method, len(yi)))
    turned, scaled = (
        pool(-yi, vi, **how(method, len(yi))),
        pool(unit * yi, unit**2 * vi, **how(method, len(yi))),
    )
    assert plain.tau2 >= 0
    assert turned.tau2 == pytest.approx(plain.tau2, rel=1e-9, abs=1e-12)
    assert scaled.tau2 == pytest.approx(unit**2 * plain.tau2, rel=1e-6, abs=1e-9 * unit**2)
    assert (turned.mu, scaled.mu) == pytest.approx((-plain.mu, unit * plain.mu), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("method", ESTIMATORS)
@few
@given(rows=studies, shift=st.floats(-5, 5))
def test_no_tau2_depends_on_where_the_effects_lie(method, rows, shift):
    yi, vi = np.array(rows).T
    plain, moved = pool(yi, vi, **how(method, len(yi))), pool(yi + shift, vi, **how(method, len(yi)))
    assert moved.tau2 == pytest.approx(plain.tau2, rel=1e-6, abs=1e-8)
    assert moved.mu == pytest.approx(plain.mu + shift, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("method", ESTIMATORS)
def test_by_every_tau2_equal_studies_do_not_differ(method):
    pooled = pool([0.4] * 3, [0.1, 0.2, 0.4], **how(method, 3))
    assert (pooled.mu, pooled.tau2) == pytest.approx((0.4, 0.0), abs=1e-12)


@pytest.mark.parametrize("method", ["common", *ESTIMATORS])
def test_one_study_is_refused_by_its_name_by_every_method(method):
    with pytest.raises(DataError, match="one: Abe 2001"):
        pool([0.1], [0.2], studies=["Abe 2001"], **how(method, 1))


@pytest.mark.parametrize("method", ["common", *ESTIMATORS])
@pytest.mark.parametrize("wrong", [0.0, -0.1, np.nan, np.inf])
def test_a_variance_that_cannot_be_is_refused_by_its_study_by_every_method(method, wrong):
    with pytest.raises(DataError, match="Bok 2004: variance"):
        pool([0.1, 0.2], [0.1, wrong], studies=["Abe 2001", "Bok 2004"], **how(method, 2))


@pytest.mark.parametrize("test", TESTS)
@few
@given(rows=studies)
def test_every_test_has_limits_around_the_effect_and_a_p_value_that_agrees_with_them(test, rows):
    yi, vi = np.array(rows).T
    pooled = pool(yi, vi, test=test)
    assert pooled.ci_low <= pooled.mu <= pooled.ci_high
    assert pooled.ci_high - pooled.mu == pytest.approx(pooled.mu - pooled.ci_low, rel=1e-9, abs=1e-9)
    # HK-ci and HK-IQWiG6 take another interval where the effects lie elsewhere; with part of a degree of freedom
    # (KR of two studies) limits are so far away that shifted effects have no digits left.
    if test not in ("HK-ci", "HK-IQWiG6") and 1e-6 < pooled.se and pooled.ci_high - pooled.ci_low < 1e4:
        at_limit = pool(yi - pooled.ci_low, vi, test=test)
        assert at_limit.p == pytest.approx(0.05, rel=1e-4)


@given(st.tuples(*[st.tuples(st.floats(-3, 3), st.floats(0.01, 4))] * 2))
def test_hartung_knapp_of_two_studies_is_half_their_weighted_distance_with_one_degree_of_freedom(rows):
    (y1, v1), (y2, v2) = rows
    pooled = pool([y1, y2], [v1, v2], test="HK")
    w1, w2 = 1 / (v1 + pooled.tau2), 1 / (v2 + pooled.tau2)
    # sum w (y - mu)^2 of two studies is w1 w2 / (w1 + w2) times their squared distance
    se = np.sqrt(w1 * w2) / (w1 + w2) * abs(y1 - y2)
    assert pooled.ddf == 1
    assert pooled.se == pytest.approx(se, rel=1e-9, abs=1e-9)
    assert pooled.ci_high - pooled.mu == pytest.approx(student.ppf(0.975, 1) * se, rel=1e-8, abs=1e-7)
    careful = pool([y1, y2], [v1, v2], test="HK-adhoc")
    assert careful.se == pytest.approx(max(se, (w1 + w2) ** -0.5), rel=1e-9)


@given(st.tuples(*[st.tuples(st.floats(-3, 3), st.floats(0.01, 4))] * 2))
def test_kenward_roger_of_two_studies_is_its_formula_written_out(rows):
    yi, vi = np.array(rows).T
    pooled = pool(yi, vi, test="KR")
    w = 1 / (vi + pooled.tau2)
    W = np.diag(w)
    P = W - np.outer(w, w) / w.sum()
    spread = 2 / np.trace(P @ P)
    variance = 1 / w.sum() + 2 * spread * (np.sum(w**3) - np.sum(w**2) ** 2 / w.sum()) / w.sum() ** 2
    assert pooled.se == pytest.approx(np.sqrt(variance), rel=1e-8)
    assert pooled.ddf == pytest.approx(2 / (spread * (np.sum(w**2) * variance) ** 2), rel=1e-7)
    assert pooled.se >= pool(yi, vi).se * (1 - 1e-12)


@pytest.mark.parametrize("method", PREDICTION_METHODS)
@few
@given(rows=st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 1)), min_size=4, max_size=9))
def test_every_prediction_interval_holds_the_effect(method, rows):
    yi, vi = np.array(rows).T
    limits = pool(yi, vi).prediction_interval(method)
    if limits is not None:
        assert limits[0] <= pool(yi, vi).mu <= limits[1]


def test_a_level_is_a_fraction_and_every_interval_has_it():
    narrow, wide = pool([0.1, 0.4], [0.1, 0.1], level=0.8), pool([0.1, 0.4], [0.1, 0.1], level=0.99)
    assert (narrow.ci_high - narrow.mu) / narrow.se == pytest.approx(norm.ppf(0.9))
    assert (wide.ci_high - wide.mu) / wide.se == pytest.approx(norm.ppf(0.995))
    with pytest.raises(DataError, match=r"0\.95 is usual"):
        pool([0.1, 0.4], [0.1, 0.1], level=95)


# Counts of people.


@pytest.mark.parametrize(("method", "measure", "model"), TABLE_WAYS)
@pytest.mark.parametrize("profile", PROFILES)
@few
@given(table=tables(inner_group, max_k=5), order=st.randoms())
def test_every_way_of_pooling_tables_ignores_the_order_and_turns_with_the_groups(
    method, measure, model, profile, table, order
):
    ways = {"measure": measure, "method": method, "model": model, "profile": profile}
    places = list(range(table.k))
    order.shuffle(places)
    found = pool_two_by_two(table, **ways)
    shuffled = pool_two_by_two(table.take(places), **ways)
    assert (shuffled.mu, shuffled.se) == pytest.approx((found.mu, found.se), rel=1e-7, abs=1e-8)
    assert found.ci_low <= found.mu <= found.ci_high
    assert found.tau2 >= 0
    turned = pool_two_by_two(table.swapped(), **ways)
    assert (-turned.mu, turned.se) == pytest.approx((found.mu, found.se), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("method", "measure"), [way[:2] for way in TABLE_WAYS if way[2] == COMMON])
@few
@given(table=tables(inner_group, max_k=5), times=st.integers(2, 20))
def test_more_people_with_the_same_risks_keep_the_common_effect_and_divide_its_variance(
    method, measure, table, times
):
    # Peto's variance has N - 1 people in it, so that for him the law holds as N grows.
    least, digits = (10_000, 1e-3) if method == "Peto" else (1, 1e-8)
    once, often = (
        pool_two_by_two(
            TwoByTwo(table.studies, **{name: more * column for name, column in table.columns.items()}),
            measure,
            method=method,
        )
        for more in (least, least * times)
    )
    assert often.mu == pytest.approx(once.mu, rel=digits, abs=1e-9)
    assert often.se**2 == pytest.approx(once.se**2 / times, rel=digits)


@pytest.mark.parametrize(("method", "measure", "model"), TABLE_WAYS)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_way_of_pooling_tables_names_the_one_study_it_has(method, measure, model, profile):
    table = TwoByTwo.from_rows([("Abe 2001", 3, 20, 5, 22)])
    with pytest.raises(DataError, match="one: Abe 2001"):
        pool_two_by_two(table, measure, method=method, model=model, profile=profile)


@pytest.mark.parametrize(("method", "measure", "model"), TABLE_WAYS)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_way_of_pooling_tables_without_any_event_says_so_or_finds_no_difference(
    method, measure, model, profile
):
    table = TwoByTwo.from_rows([("Abe 2001", 0, 20, 0, 22), ("Bok 2004", 0, 30, 0, 31)])

    def found():
        return pool_two_by_two(table, measure, method=method, model=model, profile=profile)

    if measure == "RD" and measure not in PROFILES[profile].uninformative_left_out:
        assert (found().mu, found().ci_low <= 0 <= found().ci_high) == (0, True)
        return
    with pytest.raises(DataError, match=r"no events|events in nobody|not positive"):
        found()


# Rates.


@pytest.mark.parametrize(("method", "measure", "model"), RATE_WAYS)
@few
@given(
    rows=st.lists(
        st.tuples(st.integers(1, 50), st.floats(5, 500), st.integers(1, 50), st.floats(5, 500)),
        min_size=2,
        max_size=5,
    )
)
def test_every_way_of_pooling_rates_ignores_the_order_and_turns_with_the_groups(method, measure, model, rows):
    def found(those, *, back=False):
        e1, t1, e2, t2 = np.array(those, dtype=float).T
        groups = (e2, t2, e1, t1) if back else (e1, t1, e2, t2)
        return pool_rates(
            TwoRates([f"S{at}" for at in range(len(those))], *groups), measure, method=method, model=model
        )

    one = found(rows)
    assert (found(rows[::-1]).mu, found(rows[::-1]).se) == pytest.approx(
        (one.mu, one.se), rel=1e-7, abs=1e-10
    )
    if method != "Cochran":  # whose weights are the events expected at the rates of group 2
        turned = found(rows, back=True)
        assert (-turned.mu, turned.se) == pytest.approx((one.mu, one.se), rel=1e-6, abs=1e-9)
    assert one.ci_low <= one.mu <= one.ci_high


@pytest.mark.parametrize(("method", "measure", "model"), RATE_WAYS)
def test_every_way_of_pooling_rates_without_any_event_says_so(method, measure, model):
    rates = TwoRates(["Abe 2001", "Bok 2004"], [0, 0], [10, 20], [0, 0], [11, 19])
    if measure == "IRD" and (method == "IV" or model == RANDOM):
        assert pool_rates(rates, measure, method=method, model=model).mu == 0
        return
    with pytest.raises(DataError, match=r"no events|not positive|variance"):
        pool_rates(rates, measure, method=method, model=model)


# Likelihoods of counts.


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@settings(max_examples=8)
@given(
    table=tables(
        lambda: st.integers(3, 30).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), max_k=4
    )
)
def test_twice_the_people_of_a_common_effect_halve_the_variance_by_the_unconditional_likelihood(
    likelihood, table
):
    found = pool_glmm("OR", likelihood=likelihood, model=COMMON, studies=table.studies, **table.columns)
    assert found.ci_low < found.mu < found.ci_high
    if (
        likelihood == "UM.FS"
    ):  # the others integrate or condition, where twice the people are more than twice as sure
        doubled = {name: 2 * column for name, column in table.columns.items()}
        often = pool_glmm("OR", likelihood=likelihood, model=COMMON, studies=table.studies, **doubled)
        assert often.mu == pytest.approx(found.mu, rel=1e-6, abs=1e-7)
        assert often.se**2 == pytest.approx(found.se**2 / 2, rel=1e-5)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("model", MODELS)
def test_every_likelihood_refuses_one_study_and_studies_without_events(likelihood, model):
    with pytest.raises(DataError, match="one: Abe 2001"):
        pool_glmm("OR", likelihood=likelihood, model=model, studies=["Abe 2001"],
                  events1=[3], n1=[20], events2=[5], n2=[22])  # fmt: skip
    with pytest.raises(DataError, match="no events in either group"):
        pool_glmm("OR", likelihood=likelihood, model=model, studies=["A", "B"],
                  events1=[0, 0], n1=[20, 30], events2=[0, 0], n2=[20, 30])  # fmt: skip


def test_a_method_that_does_not_pool_tables_is_refused_and_not_replaced():
    with pytest.raises(DataError, match="does not pool tables"):
        pool_two_by_two(
            TwoByTwo.from_rows([("A", 1, 9, 2, 9), ("B", 2, 9, 3, 9)]), "OR", method="GLMM", model=RANDOM
        )


@pytest.mark.parametrize("measure", ["generic", "RR"])
def test_a_selection_model_shows_its_effect_on_the_scale_of_its_measure(measure):
    yi, vi = [-0.9, -1.6, -0.3, -0.1, -1.4, 0.2, -0.8], [0.1, 0.2, 0.1, 0.05, 0.3, 0.2, 0.1]
    fit = selection_model(yi, vi, alternative="less", measure=measure)
    shown = np.exp(fit.b[0]) if measure == "RR" else fit.b[0]
    assert fit.estimate == pytest.approx(shown)
    assert ("risk ratio" in str(fit)) == (measure == "RR")
