from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from evisynth.errors import DataError
from evisynth.synthesis.bias.rank_test import kendall_test, rank_test
from support.dependent_effects import cases, disagreements

# metafor 5.1-12 ranktest
METAFOR = [
    one
    for one in cases("small_study_metafor.json", "small_study.json")
    if one.values[0]["features"][0] == "ranktest"
]
YI = [-0.8, -0.2, 0.1, 0.2, 0.3, 0.5, 0.6, 0.9, 1.1, 1.4]
VI = [0.3, 0.05, 0.01, 0.015, 0.02, 0.04, 0.055, 0.1, 0.2, 0.35]


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_the_rank_test_is_metafors(case, columns):
    got = rank_test(columns["yi"], columns["vi"])
    assert disagreements(case, {"tau": got.tau, "pval": got.p}) == {}


@pytest.mark.parametrize("k", [3, 4, 6])
def test_exact_p_values_count_the_orders(k):
    found = [kendall_test(np.arange(k), np.array(order), title="t") for order in permutations(range(k))]
    far = [abs(one.S) for one in found]
    for one in found:
        assert one.exact
        assert one.p == pytest.approx(np.mean([size >= abs(one.S) for size in far]), rel=1e-14)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=30))
def test_tau_with_ties_is_scipys(pairs):
    x, y = np.array(pairs, dtype=float).T
    if min(np.ptp(x), np.ptp(y)) == 0:
        with pytest.raises(DataError, match="nothing to rank"):
            kendall_test(x, y, title="t")
        return
    got = kendall_test(x, y, exact=False, title="t")
    want = kendalltau(x, y, method="asymptotic")
    assert got.tau == pytest.approx(want.statistic, abs=1e-12)
    assert got.p == pytest.approx(want.pvalue, abs=1e-12)


def test_order_and_units_do_not_matter_and_signs_turn():
    got = rank_test(YI, VI)
    assert rank_test(YI[::-1], VI[::-1]).p == got.p
    assert rank_test(10 * np.array(YI), 100 * np.array(VI)).S == got.S
    assert rank_test(-np.array(YI), VI).S == -got.S


def test_fifty_studies_and_ties_take_the_normal_approximation():
    rng = np.random.default_rng(4)
    assert rank_test(rng.normal(size=49), rng.uniform(1, 2, 49)).exact
    assert not rank_test(rng.normal(size=50), rng.uniform(1, 2, 50)).exact
    assert not rank_test(YI, [*VI[:-1], VI[0]]).exact
    assert "z = " in str(rank_test(YI, VI, exact=False))


@pytest.mark.parametrize(
    ("yi", "vi", "exact", "message"),
    [
        (YI, [0.1] * 10, None, "nothing to rank"),
        (YI, [*VI[:-1], VI[0]], True, "no exact p value"),
        ([0.1, 0.2], [0.1, 0.2], None, "at least 3 studies"),
    ],
)
def test_what_cannot_be_ranked_is_refused(yi, vi, exact, message):
    with pytest.raises(DataError, match=message):
        rank_test(yi, vi, exact=exact)
