import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.profiles import METAFOR
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out

YI = np.array([-0.9, -1.6, -1.3, -0.2, 0.4, 0.1])
VI = np.array([0.33, 0.19, 0.02, 0.05, 0.53, 0.07])
TABLE = TwoByTwo.from_rows(
    [
        ("A", 4, 123, 11, 139),
        ("B", 6, 306, 29, 303),
        ("C", 3, 231, 11, 220),
        ("D", 0, 50, 0, 60),
        ("E", 8, 90, 5, 80),
    ]
)
NUMBERS = (
    "k",
    "mu",
    "se",
    "z",
    "p",
    "ci_low",
    "ci_high",
    "tau2",
    "Q",
    "df",
    "p_Q",
    "I2",
    "H2",
    "I2_tau2",
    "H2_tau2",
)


def check_row(found, at, pooled):
    for name in NUMBERS:
        want = getattr(pooled, name)
        got = getattr(found, name)[at]
        assert got == pytest.approx(np.nan if want is None else want, rel=1e-10, abs=1e-12, nan_ok=True), name
    assert found.estimates[at] == pytest.approx(pooled.estimate)
    assert found.estimates_ci[at] == pytest.approx(pooled.estimate_ci)


@pytest.mark.parametrize(
    "how",
    [{"method": method} for method in ("common", *TAU2_METHODS)]
    + [{"method": "DL", "test": test} for test in ("t", "HK", "HK-adhoc", "HK-ci", "HK-IQWiG6")]
    + [{"method": "REML", "test": "KR"}, {"tau2": 0.3}, {"tau2": 0.0, "test": "HK"}, {"level": 0.8}],
    ids=str,
)
def test_each_row_is_what_is_pooled_without_that_study(how):
    found = leave_one_out(pool(YI, VI, measure="OR", **how))
    assert found.studies == tuple(f"Study {place}" for place in range(1, 7))
    for at in range(6):
        check_row(found, at, pool(np.delete(YI, at), np.delete(VI, at), measure="OR", **how))


@pytest.mark.parametrize(
    "how", [{}, {"test": "t"}, {"method": "common"}, {"method": "GENQ"}, {"method": "GENQM"}], ids=str
)
def test_given_weights_stay_those_of_their_studies(how):
    weights = np.array([3.0, 1, 4, 1, 5, 9])
    found = leave_one_out(pool(YI, VI, weights=weights, **how))
    for at in range(6):
        left = pool(np.delete(YI, at), np.delete(VI, at), weights=np.delete(weights, at), **how)
        check_row(found, at, left)


def test_weights_that_are_the_inverse_variances_of_the_whole_stay_given():
    # tau2 is 0 in the whole and not without study 5, so that only the method's name tells that weights were given.
    yi, vi = np.array([-0.35, 0.35, -0.45, 0.45, 0.0]), np.array([0.1, 0.1, 0.4, 0.4, 0.05])
    whole = pool(yi, vi, method="DL", weights=1 / vi)
    found = leave_one_out(whole)
    assert whole.tau2 == 0 < found.tau2[4]
    check_row(found, 4, pool(yi[:4], vi[:4], method="DL", weights=1 / vi[:4]))


@pytest.mark.parametrize(
    "again",
    [
        lambda some: pool_two_by_two(some, "OR", method="MH"),
        lambda some: pool_mantel_haenszel(some, "RR", METAFOR),
        lambda some: pool_two_by_two(some, "RR", method="MH", model="random effects"),
        lambda some: pool_two_by_two(
            some, "OR", method="IV", model="random effects", tau2_method="REML", test="HK"
        ),
        lambda some: pool_two_by_two(some, "RD", method="SSW"),
        pool_peto,
    ],
    ids=["MH OR", "MH RR metafor", "MH random effects", "IV", "SSW RD", "Peto"],
)
def test_a_table_is_pooled_again_without_each_of_its_studies(again):
    found = leave_one_out(TABLE, again)
    assert found.not_pooled == ()
    for at in range(5):
        check_row(found, at, again(TABLE.take(np.arange(5) != at)))
    assert found.whole.mu == again(TABLE).mu


def test_rates_are_pooled_again_too():
    rates = TwoRates.from_rows([("A", 4, 100, 9, 110), ("B", 3, 80, 5, 70), ("C", 8, 200, 12, 190)])
    found = leave_one_out(rates, pool_rates)
    check_row(found, 1, pool_rates(rates.take(np.array([True, False, True]))))


def test_leaving_out_a_study_that_was_not_pooled_changes_nothing():
    found = leave_one_out(TABLE, pool_peto)
    assert (found.mu[3], found.k[3]) == (found.whole.mu, 4)
    assert found.whole.dropped[0][0] == "D"


def test_a_peto_result_knows_how_it_was_made():
    pooled = pool_peto(TABLE)
    assert leave_one_out(pooled).mu == pytest.approx(
        leave_one_out(TABLE, pool_peto).mu[[0, 1, 2, 4]], rel=1e-12
    )


@pytest.mark.parametrize("model", ["common effect", "random effects"])
def test_a_result_that_came_from_tables_asks_for_the_table(model):
    pooled = pool_two_by_two(TABLE, "OR", method="MH", model=model)
    with pytest.raises(DataError, match=r"Mantel-Haenszel.*Give its table"):
        leave_one_out(pooled)


def test_a_table_asks_how_it_is_pooled():
    with pytest.raises(DataError, match="needs to be told how"):
        leave_one_out(TABLE)
    with pytest.raises(DataError, match="either a result, or a table"):
        leave_one_out(pool_peto(TABLE), pool_peto)


def test_of_two_studies_each_stands_alone():
    found = leave_one_out(pool(YI[:2], VI[:2], method="REML"))
    assert found.mu == pytest.approx(YI[[1, 0]], rel=1e-14)
    assert found.se == pytest.approx(np.sqrt(VI[[1, 0]]), rel=1e-14)
    assert found.tau2.tolist() == [0, 0]
    assert np.isnan([found.I2, found.p_Q]).all()
    of_table = leave_one_out(TABLE.take([0, 1]), lambda some: pool_two_by_two(some, "OR"))
    assert of_table.mu.tolist() == of_table.whole.yi[[1, 0]].tolist()
    assert (of_table.k.tolist(), of_table.Q.tolist()) == ([1, 1], [0, 0])


def test_one_study_cannot_be_left_out_of_itself():
    with pytest.raises(DataError, match="at least two studies"):
        leave_one_out(TABLE.take([0]), pool_peto)


def test_a_row_that_cannot_be_pooled_says_why():
    table = TwoByTwo.from_rows([("A", 0, 40, 3, 40), ("B", 2, 30, 4, 30), ("C", 0, 50, 1, 50)])
    found = leave_one_out(table, lambda some: pool_mantel_haenszel(some, "OR", METAFOR))
    assert np.isnan(found.mu).tolist() == [False, True, False]
    ((study, reason),) = found.not_pooled
    assert (study, "does not exist" in reason) == ("B", True)
    assert "not pooled: B (The Mantel-Haenszel ratio does not exist" in str(found)


effects = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=3, max_size=8)


@given(effects, st.randoms(use_true_random=False))
def test_the_order_of_the_studies_does_not_matter(pairs, random):
    yi, vi = np.array(pairs).T
    order = list(range(len(yi)))
    random.shuffle(order)
    one, other = (
        leave_one_out(pool(yi, vi, method="DL")),
        leave_one_out(pool(yi[order], vi[order], method="DL")),
    )
    assert other.mu == pytest.approx(one.mu[order], rel=1e-9, abs=1e-9)


def test_it_prints_a_line_for_each_study_and_one_for_all():
    lines = str(leave_one_out(pool(YI, VI, measure="OR", studies=tuple("ABCDEF")))).splitlines()
    assert (
        lines[0]
        == "Leave-one-out; random effects, inverse variance, tau2 REML, test z, 95% intervals, I2 from Q"
    )
    assert lines[1].split() == ["without", "k", "odds", "ratio", "low", "high", "p", "tau2", "I2", "%", "Q"]
    assert [line.split()[0] for line in lines[2:]] == ["A", "B", "C", "D", "E", "F", "all"]
    assert lines[-1].split()[2] == "6"


def test_effects_that_need_sizes_to_be_turned_back_are_printed_as_they_were_analysed():
    lines = str(leave_one_out(pool(YI + 2, VI, measure="PFT"))).splitlines()
    assert "Freeman-Tukey double arcsine" in lines[1]
