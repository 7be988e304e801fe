from itertools import permutations, product

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.permutation import permutation_test
from support.dividing import run

YI, VI = np.array([0.1, 0.8, -0.3, 1.2, 0.5, 0.3]), np.array([0.04, 0.09, 0.02, 0.12, 0.05, 0.3])
YEAR = np.array([1990.0, 1995, 2001, 2003, 2004, 2010])


@pytest.mark.parametrize(
    "how", [{"method": "DL"}, {"test": "HK"}, {"method": "common"}, {"weights": np.arange(1, 7)}]
)
def test_the_exact_test_counts_every_sign(how):
    pooled = pool(YI, VI, **how)
    z = [pool(np.array(signs) * YI, VI, **how).z for signs in product((-1, 1), repeat=6)]
    found = permutation_test(pooled)
    assert sorted(found.z_null[:, 0]) == pytest.approx(sorted(z), rel=1e-8, abs=1e-9)
    assert found.p.tolist() == [np.mean(np.abs(z) >= abs(pooled.z) - 1e-8)]
    assert (found.p_QM, found.arrangements, found.exact) == (found.p[0], 64, True)
    assert found.se_p.tolist() == [0]


def test_the_exact_test_of_a_moderator_counts_every_order():
    fit = meta_regression(YI, VI, {"year": YEAR}, method="DL", test="HK")
    orders = [
        meta_regression(YI, VI, {"year": order}, method="DL", test="HK") for order in permutations(YEAR)
    ]
    found = permutation_test(fit)
    assert found.arrangements == 720
    t = np.array([one.z for one in orders])
    assert found.p == pytest.approx(np.mean(np.abs(t) >= np.abs(fit.z) - 1e-8, axis=0))
    assert found.p_QM == found.p[1]


def test_orders_that_are_the_same_count_once():
    found = permutation_test(meta_regression(YI, VI, {"group": list("aabbbb")}))
    assert found.arrangements == 15
    assert found.names == ("intercept", "group=b")


def test_several_coefficients_are_tested_together():
    fit = meta_regression(YI, VI, {"year": YEAR, "size": [1, 4, 2, 8, 5, 7]}, method="DL")
    found = permutation_test(fit)
    assert found.z_null.shape == (720, 3)
    assert found.p_QM == np.mean(found.QM_null >= fit.QM - 1e-8)


def test_drawn_orders_come_near_all_orders_and_their_p_is_never_zero():
    fit = meta_regression(YI, VI, {"year": YEAR}, method="DL")
    exact, drawn = permutation_test(fit), permutation_test(fit, draws=700, seed=4)
    assert (drawn.arrangements, drawn.exact, drawn.seed) == (701, False, 4)
    assert (np.abs(drawn.p - exact.p) < 4 * drawn.se_p).all()
    steep = meta_regression(np.arange(18) / 3, np.full(18, 0.1), {"x": np.arange(18)}, method="DL")
    assert permutation_test(steep, draws=100, seed=1).p[1] == 1 / 101


def test_drawn_p_values_are_those_of_all_signs_within_their_error():
    generator = np.random.default_rng(3)
    yi, vi = generator.normal(0.2, 0.5, 15), generator.uniform(0.02, 0.4, 15)
    pooled = pool(yi, vi, method="DL")
    exact, drawn = permutation_test(pooled), permutation_test(pooled, draws=20_000, seed=8)
    assert exact.arrangements == 2**15
    assert abs(exact.p[0] - drawn.p[0]) < 4 * drawn.se_p[0]


@pytest.mark.parametrize(("of_signs", "of_orders"), [(None, None), (5000, 500)])
def test_who_does_the_work_changes_nothing(of_signs, of_orders):
    generator = np.random.default_rng(3)
    yi, vi = generator.normal(0.2, 0.5, 13), generator.uniform(0.02, 0.4, 13)
    regression = meta_regression(yi, vi, {"group": list("aaaaaaaaabbbb")})
    for fit, draws in ((pool(yi, vi), of_signs), (regression, of_orders)):
        here, there = (permutation_test(fit, draws=draws, seed=2, run=by) for by in (map, run))
        assert here.exact == (draws is None)
        assert np.array_equal(here.z_null, there.z_null)
        assert np.array_equal(here.QM_null, there.QM_null)


def test_equal_effects_are_as_extreme_as_signs_can_be():
    assert permutation_test(pool(np.full(5, 0.4), np.full(5, 0.1))).p[0] == 2 / 32
    assert permutation_test(pool(np.full(5, 0.4), np.full(5, 0.1), test="HK")).p[0] == 2 / 32


def test_no_effect_at_all_is_never_extreme():
    assert permutation_test(pool(np.zeros(5), np.full(5, 0.1))).p[0] == 1


def test_too_many_arrangements_ask_how_many_to_draw():
    yi = np.linspace(-1, 1, 30)
    with pytest.raises(DataError, match=r"1\.07e\+09 arrangements; say how many"):
        permutation_test(pool(yi, np.full(30, 0.1)))
    with pytest.raises(DataError, match="Seed -1"):
        permutation_test(pool(yi, np.full(30, 0.1)), draws=10, seed=-1)


def test_it_prints_the_p_values_and_how_they_came_about():
    text = str(permutation_test(pool(YI, VI)))
    assert text.startswith("Permutation test, exact, all 64 arrangements")
    assert "QM" not in text
    drawn = str(permutation_test(meta_regression(YI, VI, {"year": YEAR}), draws=30, seed=7))
    assert "seed 7" in drawn
    assert drawn.splitlines()[-1].startswith("QM")
