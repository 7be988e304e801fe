"""Effects that reports give themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes

NORMAL_975 = 1.959963984540054


@given(st.floats(-3, 3), st.floats(0.01, 2))
def test_a_hazard_ratio_with_its_interval_gives_its_log_and_variance_back(log_hr, se):
    limits = np.exp([log_hr, log_hr - NORMAL_975 * se, log_hr + NORMAL_975 * se])
    found = effect_sizes("HR", estimate=limits[0], ci_low=limits[1], ci_high=limits[2])
    assert found.yi[0] == pytest.approx(log_hr, abs=1e-12)
    assert found.vi[0] == pytest.approx(se**2, rel=1e-9)


def test_log_rank_observed_less_expected_events_give_petos_hazard_ratio():
    found = effect_sizes("HR", o_minus_e=[-6.0], variance=[14.5])
    assert found.estimates[0] == pytest.approx(np.exp(-6 / 14.5))
    assert found.vi[0] == pytest.approx(1 / 14.5)


def test_an_adjusted_odds_ratio_is_taken_as_the_report_gives_it():
    # metafor 5.1-12, conv.wald on a made row (out = 0.9279, 95% 0.5142 to 1.6744).
    found = effect_sizes("OR", studies=["A"], estimate=[0.9279], ci_low=[0.5142], ci_high=[1.6744])
    assert found.yi[0] == pytest.approx(-0.0748313106230035, rel=1e-13)
    assert found.vi[0] == pytest.approx(0.0907084658838163, rel=1e-13)


def test_the_level_of_the_interval_counts():
    # metafor 5.1-12, conv.wald on the same row as if the interval were one of 90%.
    found = effect_sizes("generic ratio", estimate=[0.9279], ci_low=[0.5142], ci_high=[1.6744], level=0.90)
    assert found.vi[0] == pytest.approx(0.128792178833262, rel=1e-13)


def test_a_difference_is_taken_on_its_own_scale():
    found = effect_sizes("MD", estimate=[2.0], se=[0.5])
    assert (found.yi[0], found.vi[0]) == (2.0, 0.25)
    assert effect_sizes("generic", estimate=[2.0], ci_low=[1.0], ci_high=[3.0]).yi[0] == 2.0


def test_an_estimate_outside_its_interval_names_the_study():
    with pytest.raises(DataError, match=r"Lee 2004: the estimate 3 lies outside its interval 1 to 2"):
        effect_sizes("HR", studies=["Lee 2004"], estimate=[3], ci_low=[1], ci_high=[2])


def test_a_limit_of_0_leaves_a_ratio_without_value():
    found = effect_sizes("HR", estimate=[1.0, 2.0], ci_low=[0.0, 1.0], ci_high=[2.0, 4.0])
    assert found.undefined[0] == (
        "Study 1", "an estimate or limit that is not above 0, or no width: its HR does not exist")  # fmt: skip
    assert found.defined.tolist() == [False, True]


def test_a_missing_limit_is_named():
    found = effect_sizes("HR", estimate=[1.0], ci_low=[np.nan], ci_high=[2.0])
    assert found.undefined == (("Study 1", "ci_low missing"),)


@pytest.mark.parametrize(
    ("measure", "columns"),
    [
        ("OR", {"o_minus_e": [1], "variance": [2]}),
        ("HR", {"estimate": [1.0], "ci_low": [0.5]}),
        ("PLO", {"estimate": [0.1], "se": [0.5]}),
    ],
)
def test_a_way_that_a_measure_does_not_have_is_told(measure, columns):
    with pytest.raises(DataError, match=f"{measure} takes"):
        effect_sizes(measure, **columns)


def test_a_level_is_a_fraction():
    with pytest.raises(DataError, match="95 is not between 0 and 1"):
        effect_sizes("HR", estimate=[1.0], ci_low=[0.5], ci_high=[2.0], level=95)


def test_an_interval_that_is_uneven_on_the_analysis_scale_is_taken_by_its_width_and_told():
    found = effect_sizes(
        "HR", studies=["Even", "Rounded", "Uneven"], estimate=[0.72, 0.5, 0.7], ci_low=[0.55, 0.3, 0.69], ci_high=[0.94, 0.8, 0.9]
    )  # fmt: skip
    assert [study for study, _ in found.doubtful] == ["Uneven"]
    assert "on the log scale" in found.doubtful[0][1]
    assert found.sei[2] == pytest.approx(np.log(0.9 / 0.69) / (2 * 1.959963985))
    assert "to check: Uneven" in str(found)


def test_a_difference_is_even_on_its_own_scale():
    found = effect_sizes("MD", estimate=[1.0, 1.0], ci_low=[0.0, 0.5], ci_high=[2.0, 3.0])
    assert [study for study, _ in found.doubtful] == ["Study 2"]
