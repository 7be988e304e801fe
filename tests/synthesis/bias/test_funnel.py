import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.bias.funnel import funnel

YI, VI = np.array([-0.5, 0.1, 0.2, 1.6]), np.array([0.09, 0.04, 0.01, 0.16])


def test_the_region_is_the_centre_and_the_quantile_times_the_standard_error():
    got = funnel(YI, VI, centre=0.2)
    region = got.regions[0]
    assert region.level == 0.95
    assert region.low[0] == region.high[0] == 0.2
    assert region.high == pytest.approx(0.2 + 1.959963984540054 * got.se)
    assert got.se[-1] >= np.max(got.sei)


def test_contours_surround_no_effect_and_agree_with_the_p_values():
    got = funnel(YI, VI, centre=0.2)
    assert [one.level for one in got.contours] == [0.9, 0.95, 0.99]
    for one in got.contours:
        at = np.interp(got.sei, got.se, one.high)
        assert np.array_equal(np.abs(YI) > at, got.p < 1 - one.level)


def test_the_centre_is_the_common_effect():
    assert funnel(YI, VI).centre == pytest.approx(np.sum(YI / VI) / np.sum(1 / VI))


def test_studies_outside_are_named_and_tau2_widens():
    got = funnel(YI, VI, centre=0.2, studies=list("ABCD"))
    assert got.outside() == ("A", "D")
    assert funnel(YI, VI, centre=0.2, tau2=1.0, studies=list("ABCD")).outside() == ()
    assert "2 outside the 95% pseudo confidence region: A, D" in str(got)


def test_ratios_have_no_effect_at_log_1_and_areas_under_a_curve_at_one_half():
    assert funnel(YI, VI, measure="RR").null == 0
    assert funnel(YI, VI, measure="AUCN").null == 0.5


def test_one_study_can_be_drawn_and_none_cannot():
    assert funnel([0.1], [0.1]).k == 1
    with pytest.raises(DataError, match="at least 1"):
        funnel([], [])
    with pytest.raises(DataError, match="tau2"):
        funnel(YI, VI, tau2=-1)
    with pytest.raises(DataError, match="level"):
        funnel(YI, VI, levels=[95])
