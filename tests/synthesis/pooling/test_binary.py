from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.binary import METHODS, pool_two_by_two
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.pooling.result import COMMON, RANDOM
from evisynth.synthesis.profiles import META, METAFOR, PROFILES, REVMAN5, REVMAN_WEB
from support.milk import FULL, inner_group, tables

# The numbers of R's meta are in test_counts_as_in_r.py.
BOTH = st.sampled_from([COMMON, RANDOM])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_door_leads_to_mantel_haenszel_unchanged(profile):
    one, other = pool_two_by_two(FULL, profile=profile), pool_mantel_haenszel(FULL, "RR", profile)
    assert (one.mu, one.se, one.Q, one.method) == (other.mu, other.se, other.Q, other.method)


def test_random_effects_take_estimator_and_test_of_the_profile():
    web = pool_two_by_two(FULL, model=RANDOM, profile=REVMAN_WEB)
    assert (web.tau2_method, web.test, web.ddf) == ("REML", "HK", 4)
    assert web.I2_tau2 is not None
    old = pool_two_by_two(FULL, model=RANDOM, profile=REVMAN5)
    assert (old.mu, old.se) == (pool_random_effects_mh(FULL).mu, pool_random_effects_mh(FULL).se)
    asked = pool_two_by_two(FULL, model=RANDOM, profile=REVMAN_WEB, tau2_method="DL", test="z")
    assert (asked.mu, asked.tau2, asked.Q) == (old.mu, old.tau2, old.Q)


def test_a_hartung_knapp_interval_is_about_the_tau2_that_mantel_haenszel_moves():
    hk = pool_random_effects_mh(FULL, test="HK")
    z = pool_random_effects_mh(FULL)
    assert (hk.tau2, hk.Q, hk.mu, hk.tau2_method) == (z.tau2, z.Q, pytest.approx(z.mu), "DL")
    assert hk.ddf == 4


def test_the_meta_profile_adds_to_the_events_alone_of_a_risk_ratio():
    effects = META.study_effects(FULL, "RR")
    a, n1, c, n2 = 11.5, 30.5, 0.5, 30.5  # Longo 2008
    assert effects.yi[0] == pytest.approx(np.log((a / n1) / (c / n2)))
    assert effects.vi[0] == pytest.approx(1 / a - 1 / n1 + 1 / c - 1 / n2)
    assert effects.yi[1] == METAFOR.study_effects(FULL, "RR").yi[1]  # without a zero cell nothing moves
    assert META.pooling_cells(FULL, "RR").b.tolist() == FULL.cells.b.tolist()
    assert META.pooling_cells(FULL, "OR").b[0] == FULL.cells.b[0] + 0.5


def test_q_of_the_meta_profile_is_measured_from_the_estimate_only_with_dersimonian_and_laird():
    iv = pool_study_effects(META.study_effects(FULL, "OR"))
    assert pool_mantel_haenszel(FULL, "OR", META).Q == pytest.approx(iv.Q)
    centred = pool_mantel_haenszel(FULL, "OR", replace(META, tau2_method="DL"))
    assert centred.Q > iv.Q  # the inverse-variance mean has the least Q


def test_sample_sizes_as_weights_do_not_depend_on_events():
    pooled = pool_two_by_two(FULL, "OR", method="SSW")
    size = FULL.n1 * FULL.n2 / (FULL.n1 + FULL.n2)
    np.testing.assert_allclose(pooled.weights, 100 * size / size.sum())
    effects = REVMAN5.study_effects(FULL, "OR")
    assert pooled.mu == pytest.approx(np.sum(size * effects.yi) / size.sum())
    assert pooled.se == pytest.approx(np.sqrt(np.sum(size**2 * effects.vi)) / size.sum())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"method": "GLMM"}, "'GLMM' does not pool tables; known are MH"),
        ({"model": "random"}, "Did you mean 'random effects'"),
        ({"method": "Peto"}, r"pools odds ratios \(OR\), not RR"),
        ({"measure": "MD"}, "give RR, OR or RD, not MD"),
        ({"model": RANDOM, "tau2_method": "XL"}, "tau2 method 'XL' is not known"),
        ({"level": 95}, "95"),
    ],
)
def test_what_cannot_be_pooled_is_refused(change, says):
    with pytest.raises(DataError, match=says):
        pool_two_by_two(FULL, **change)


@given(tables(inner_group), st.sampled_from(list(METHODS)), BOTH, st.sampled_from(list(PROFILES.values())))
def test_exchanging_the_groups_flips_the_sign_by_every_method(table, method, model, profile):
    one = pool_two_by_two(table, "OR", method=method, model=model, profile=profile)
    other = pool_two_by_two(table.swapped(), "OR", method=method, model=model, profile=profile)
    assert other.mu == pytest.approx(-one.mu, abs=1e-8)
    assert (other.se, other.Q, other.tau2) == pytest.approx((one.se, one.Q, one.tau2), rel=1e-6, abs=1e-8)


@given(tables(inner_group), st.sampled_from(["RR", "OR", "RD"]), st.sampled_from(list(PROFILES.values())))
def test_without_zero_cells_all_profiles_have_the_same_mantel_haenszel_estimate(table, measure, profile):
    one = pool_two_by_two(table, measure, profile=profile)
    assert one.mu == pytest.approx(pool_two_by_two(table, measure).mu, rel=1e-12, abs=1e-14)


@given(tables(), st.sampled_from(list(METHODS)), BOTH, st.sampled_from(list(PROFILES.values())))
def test_any_table_is_pooled_or_refused_in_words(table, method, model, profile):
    try:
        pooled = pool_two_by_two(table, "OR", method=method, model=model, profile=profile)
    except DataError:
        return
    assert pooled.ci_low <= pooled.mu <= pooled.ci_high
    assert pooled.weights.sum() == pytest.approx(100)
    assert pooled.tau2 >= 0
