from itertools import combinations

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.pooling.fits import fit_rows
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.gosh import gosh
from evisynth.synthesis.sensitivity.gosh_sums import subset_sums
from support.dividing import run

GENERATOR = np.random.default_rng(12)
YI, VI = GENERATOR.normal(0.2, 0.6, 16), GENERATOR.uniform(0.01, 0.6, 16)
COLUMNS = ("k", "mu", "tau2", "Q", "vt")


@pytest.mark.parametrize(
    "how",
    [{"method": method} for method in ("common", "DL", "REML", "PM")]
    + [
        {"tau2": 0.1},
        {"method": "DL", "tau2": 0.1},
        {"weights": [1, 2, 3, 4, 5]},
        {"method": "DL", "test": "HK"},
    ],
    ids=str,
)
def test_every_subset_is_pooled_as_if_it_were_all_there_is(how):
    found = gosh(pool(YI[:5], VI[:5], **how))
    assert found.masks.tolist() == list(range(1, 32))
    for size in range(2, 6):
        for chosen in map(list, combinations(range(5), size)):
            part = how | {"weights": np.take(how["weights"], chosen)} if "weights" in how else how
            want, at = pool(YI[chosen], VI[chosen], **part), sum(1 << j for j in chosen) - 1
            for name in (*COLUMNS, "df", "I2", "I2_tau2"):
                assert getattr(found, name)[at] == pytest.approx(getattr(want, name), rel=1e-9, abs=1e-10), (
                    name
                )


@pytest.mark.parametrize("method", ["common", "DL"])
def test_sums_by_doubling_equal_fits_of_each_subset(method):
    found = gosh(pool(YI, VI, method=method))
    fits = fit_rows(YI, VI, present=found.present, method=method)
    assert len(found) == 65535
    assert np.array_equal(found.present.sum(axis=1), found.k)
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(found, name), getattr(fits, name), rtol=1e-9, atol=1e-12)


def test_sums_are_exact_far_from_zero():
    near, far = (subset_sums(YI[:8] + shift, VI[:8], 0, 8) for shift in (0, 1e6))
    assert far.Q == pytest.approx(near.Q, rel=1e-6, abs=1e-6)


def test_subsets_of_one_study_are_that_study():
    found = gosh(pool(YI[:4], VI[:4], method="DL"))
    alone = [0, 1, 3, 7]
    assert found.mu[alone] == pytest.approx(YI[:4], rel=1e-14)
    assert (found.tau2[alone].tolist(), found.Q[alone].tolist()) == ([0] * 4, [0] * 4)
    assert np.isnan([found.I2[alone], found.I2_tau2[alone]]).all()


def test_drawn_subsets_have_each_study_in_half_of_them():
    pooled = pool(YI, VI)
    found = gosh(pooled, subsets=5000, seed=1)
    assert (len(found), found.exact, found.seed) == (5000, False, 1)
    assert found.k.min() >= 1
    assert np.abs(found.present.mean(axis=0) - 0.5).max() < 4 * 0.5 / np.sqrt(5000)
    one = found.present[7]
    assert found.mu[7] == pytest.approx(pool(YI[one], VI[one]).mu)
    assert found.has("Study 3").tolist() == found.present[:, 2].tolist()


def test_a_seed_gives_the_same_subsets_and_none_a_new_one():
    pooled = pool(YI, VI, method="DL")
    first = gosh(pooled, subsets=3000)
    assert gosh(pooled, subsets=3000, seed=first.seed).masks.tolist() == first.masks.tolist()
    assert gosh(pooled, subsets=3000).seed != first.seed


@pytest.mark.parametrize("how", [{}, {"subsets": 5000, "seed": 3}])
@pytest.mark.parametrize("method", ["common", "DL", "REML"])
def test_who_does_the_work_changes_nothing(how, method):
    pooled = pool(YI[:15], VI[:15], method=method)
    here, there = gosh(pooled, **how), gosh(pooled, **how, run=run)
    for name in ("bits", *COLUMNS):
        assert np.array_equal(getattr(here, name), getattr(there, name), equal_nan=True), name


def test_asking_for_as_many_as_there_are_gives_each_once():
    found = gosh(pool(YI[:4], VI[:4]), subsets=100, seed=1)
    assert (len(found), found.exact, found.seed) == (15, True, None)


def test_many_studies_ask_how_many_subsets_and_have_no_masks():
    yi, vi = np.linspace(-1, 1, 70), np.full(70, 0.1)
    with pytest.raises(DataError, match=r"70 studies have .* subsets; say how many"):
        gosh(pool(yi, vi))
    found = gosh(pool(yi, vi, method="common"), subsets=10, seed=1)
    with pytest.raises(DataError, match="64 bits"):
        _ = found.masks
    assert found.present.shape == (10, 70)
    with pytest.raises(DataError, match="at least one is needed"):
        gosh(pool(yi, vi), subsets=0)
    with pytest.raises(DataError, match="'X' is no study"):
        found.has("X")


def test_the_summary_shows_the_study_that_makes_the_heterogeneity():
    found = gosh(pool([0.1, 0.2, 0.15, 0.1, 3.0], np.full(5, 0.05), measure="OR"))
    with_it, without = found.quartiles(found.I2)
    assert with_it[4, 1] > 90
    assert without[4, 1] == 0
    text = str(found)
    assert text.startswith("31 subsets (all) of 5 studies")
    assert "odds ratio with" in text
