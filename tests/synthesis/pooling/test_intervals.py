import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from evisynth.errors import DataError
from evisynth.synthesis.pooling.intervals import check_test, critical_value, critical_values, two_sided_p
from evisynth.synthesis.pooling.pool import pool

studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=3, max_size=12)


def test_quantiles_are_those_of_the_normal_and_of_t():
    assert critical_value(0.95) == pytest.approx(norm.ppf(0.975), rel=1e-14)
    assert critical_value(0.9, 4) == pytest.approx(t.ppf(0.95, 4), rel=1e-12)
    found = critical_values(0.95, np.array([np.inf, 3.0, 0.0]))
    assert found[:2] == pytest.approx([norm.ppf(0.975), t.ppf(0.975, 3)])
    assert np.isnan(found[2])


def test_p_values_are_two_sided():
    found = two_sided_p(np.array([1.96, -1.96, 2.0, 2.0]), np.array([np.inf, np.inf, 5.0, 0.0]))
    assert found[:3] == pytest.approx([2 * norm.sf(1.96)] * 2 + [2 * t.sf(2, 5)])
    assert np.isnan(found[3])


@given(studies)
def test_the_ad_hoc_correction_never_narrows_and_the_others_lie_between(rows):
    yi, vi = np.array(rows).T
    z, hk, adhoc, either = (pool(yi, vi, test=test) for test in ("z", "HK", "HK-adhoc", "HK-ci"))
    assert adhoc.se == pytest.approx(max(z.se, hk.se), rel=1e-12)
    width = {name: one.ci_high - one.ci_low for name, one in (("z", z), ("HK", hk), ("either", either))}
    assert width["either"] == pytest.approx(max(width["z"], width["HK"]), rel=1e-9, abs=1e-12)


@given(studies)
def test_iqwig_keeps_t_and_takes_the_classical_standard_error_where_hartung_knapp_is_narrow(rows):
    yi, vi = np.array(rows).T
    dl, hk, iqwig = pool(yi, vi, method="DL"), pool(yi, vi, test="HK"), pool(yi, vi, test="HK-IQWiG6")
    narrow = hk.ci_high - hk.ci_low < dl.ci_high - dl.ci_low
    assert iqwig.ddf == len(yi) - 1
    assert iqwig.se == pytest.approx(pool(yi, vi).se if narrow else hk.se, rel=1e-9)


@given(studies)
def test_kenward_roger_never_lowers_the_standard_error(rows):
    yi, vi = np.array(rows).T
    assert pool(yi, vi, test="KR").se >= pool(yi, vi).se - 1e-12


def test_with_equal_variances_kenward_roger_adjusts_the_degrees_of_freedom_alone():
    kr = pool([0.0, 1.0, 2.0, 5.0], [0.5] * 4, test="KR")
    assert kr.se == pytest.approx(pool([0.0, 1.0, 2.0, 5.0], [0.5] * 4).se)
    assert kr.ddf == pytest.approx(3)


def test_an_unknown_test_is_refused_with_the_nearest():
    with pytest.raises(DataError, match=r"'HK-adhok' is not known.*Did you mean 'HK-adhoc'"):
        check_test("HK-adhok", "REML")
