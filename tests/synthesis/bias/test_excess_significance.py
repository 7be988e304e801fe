from itertools import product

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom, norm

from evisynth.errors import DataError
from evisynth.synthesis.bias.excess_significance import excess_significance
from support.dependent_effects import cases, disagreements

# metafor 5.1-12 tes
METAFOR = [
    one
    for one in cases("small_study_metafor.json", "small_study.json")
    if one.values[0]["features"][0] == "tes"
]
YI = np.array([0.42, 0.38, 0.61, 0.75, 0.05, 0.48, 0.33, 0.90])
VI = np.array([0.02, 0.03, 0.06, 0.09, 0.01, 0.05, 0.02, 0.16])


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_the_test_of_excess_significance_is_metafors(case, columns):
    test = {"default": "chi2", "chi2": "chi2", "binom": "binomial"}[case["then"][0]["test"]]
    got = excess_significance(columns["yi"], columns["vi"], test=test)
    found = {
        "k": got.k,
        "O": got.observed,
        "E": got.expected,
        "OEratio": got.ratio,
        "pval": got.p,
        "X2": got.X2,
        "power": got.power,
        "theta": got.theta,
    }
    assert disagreements(case, found) == {}


def test_the_exact_p_value_sums_over_all_outcomes():
    got = excess_significance(YI, VI, test="exact", theta=0.3)
    total = sum(
        np.prod(np.where(outcome, got.power, 1 - got.power))
        for outcome in product([False, True], repeat=8)
        if sum(outcome) >= got.observed
    )
    assert got.p == pytest.approx(total, rel=1e-12)


def test_equal_power_makes_exact_and_binomial_the_same():
    exact, binomial = (excess_significance(YI, [0.04] * 8, test=test) for test in ("exact", "binomial"))
    assert exact.p == pytest.approx(binomial.p, rel=1e-12)
    assert binomial.p == pytest.approx(binom.sf(binomial.observed - 1, 8, binomial.power[0]), rel=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_power_is_the_share_of_significant_simulated_studies(alternative):
    rng = np.random.default_rng(3)
    got = excess_significance(YI, VI, theta=0.3, tau2=0.04, alternative=alternative)
    z = rng.normal(0.3, np.sqrt(VI + 0.04), (200_000, 8)) / np.sqrt(VI)
    p = {"two-sided": 2 * norm.sf(np.abs(z)), "greater": norm.sf(z), "less": norm.cdf(z)}[alternative]
    assert got.power == pytest.approx(np.mean(p <= 0.05, axis=0), abs=0.005)


def test_without_an_effect_power_is_alpha():
    assert excess_significance(YI, VI, theta=0.0, alpha=0.1).power == pytest.approx(
        np.full(8, 0.1), rel=1e-12
    )


def test_random_effects_bring_their_tau2_into_power():
    varied = 2 * YI
    got = excess_significance(varied, VI, method="REML")
    assert got.tau2 > 0
    assert not np.allclose(got.power, excess_significance(varied, VI, method="REML", tau2=0.0).power)


def test_no_significant_study_has_p_1():
    small = 0.1 * ndtri(0.6) * np.sqrt(VI)
    assert excess_significance(small, VI, test="binomial").p == 1
    assert excess_significance(small, VI, test="exact").p == pytest.approx(1)
    assert "0 of 8 studies significant" in str(excess_significance(small, VI))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test": "binom"}, "tests are chi2, binomial, exact"),
        ({"alternative": "both"}, "alternatives two-sided"),
        ({"alpha": 1.0}, "between 0 and 1"),
        ({"tau2": -1.0}, "a variance of 0 or more"),
        ({"theta": 1e6}, "nothing can exceed"),
        ({"yi": [0.1], "vi": [0.1]}, "at least 2 studies"),
    ],
)
def test_what_cannot_be_answered_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        excess_significance(**({"yi": YI, "vi": VI} | options))
