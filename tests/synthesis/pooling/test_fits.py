import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.pooling.fits import fit_rows
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS

GENERATOR = np.random.default_rng(8)
K = 9
YI = GENERATOR.normal(0, 0.6, K)
VI = GENERATOR.uniform(0.02, 0.5, K)
OUTPUTS = (
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
    "vt",
)


def check_row(fits, at, pooled):
    for name in OUTPUTS:
        assert getattr(fits, name)[at] == pytest.approx(getattr(pooled, name), rel=1e-11, abs=1e-12), name
    assert fits.ddf[at] == pytest.approx(np.inf if pooled.ddf is None else pooled.ddf)


@pytest.mark.parametrize(
    ("method", "test"),
    [(method, "z") for method in ("common", *TAU2_METHODS)]
    + [
        ("DL", "t"),
        ("PM", "HK"),
        ("REML", "HK-adhoc"),
        ("REML", "HK-ci"),
        ("DL", "HK-IQWiG6"),
        ("REML", "KR"),
    ],
)
def test_leaving_out_by_a_mask_is_pooling_what_is_left(method, test):
    fits = fit_rows(YI, VI, present=~np.eye(K, dtype=bool), method=method, test=test)
    assert len(fits) == K
    for at in range(K):
        left = np.arange(K) != at
        check_row(fits, at, pool(YI[left], VI[left], method=method, test=test))


def test_permutations_and_resamples_are_rows_of_values():
    signs = GENERATOR.choice([-1.0, 1.0], (20, K))
    fits = fit_rows(signs * YI, VI, method="REML")
    draws = GENERATOR.integers(0, K, (20, K))
    resampled = fit_rows(YI[draws], VI[draws], method="DL")
    for at in range(20):
        check_row(fits, at, pool(signs[at] * YI, VI))
        check_row(resampled, at, pool(YI[draws[at]], VI[draws[at]], method="DL"))


def test_a_cumulative_meta_analysis_starts_with_one_study():
    fits = fit_rows(YI, VI, present=np.tri(K, dtype=bool), test="HK")
    assert (fits.mu[0], fits.tau2[0], fits.Q[0], fits.se_z[0]) == (YI[0], 0, 0, np.sqrt(VI[0]))
    assert np.isnan(
        [fits.se[0], fits.p[0], fits.ci_low[0], fits.I2[0], fits.H2[0], fits.I2_tau2[0], fits.p_Q[0]]
    ).all()
    check_row(fits, K - 1, pool(YI, VI, test="HK"))


def test_the_size_of_a_block_changes_nothing(monkeypatch):
    whole = fit_rows(YI, VI, present=~np.eye(K, dtype=bool))
    monkeypatch.setattr("evisynth.synthesis.pooling.kernels.BLOCK", 2 * K)
    cut = fit_rows(YI, VI, present=~np.eye(K, dtype=bool))
    for name in OUTPUTS:
        assert getattr(cut, name) == pytest.approx(getattr(whole, name), rel=1e-12)


def test_a_known_tau2_may_be_one_or_one_a_row():
    known = np.linspace(0, 1, K)
    fits = fit_rows(YI, VI, present=~np.eye(K, dtype=bool), tau2=known)
    assert fits.tau2.tolist() == known.tolist()
    left = np.arange(K) != 3
    check_row(fits, 3, pool(YI[left], VI[left], tau2=known[3]))
    assert fit_rows(YI, VI, tau2=0.5).tau2.tolist() == [0.5]


def test_a_row_without_studies_is_refused():
    with pytest.raises(DataError, match="Row 2 of the table has no study"):
        fit_rows(YI, VI, present=np.array([[True] * K, [False] * K]))


def test_fits_print_how_many_and_how():
    assert str(fit_rows(YI, VI, method="DL")) == "1 meta-analyses, DL, test z, k 9 to 9"
