"""The registry of measures, and the ways back to the scales that people read."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.scale import MEASURES, measure_named
from support.reference_cases import numbers

META = Path(__file__).resolve().parents[3] / "../shared/reference/stats/meta_pkg.json"
IN_META = {"PLOGIT": "PLO", "PAS": "PAS", "PFT": "PFT", "PLN": "PLN", "PRAW": "PR"}


def test_an_unknown_measure_is_offered_the_nearest():
    with pytest.raises(DataError, match="Did you mean RR"):
        measure_named("rr")


@pytest.mark.parametrize(
    "letters", ["RR", "OR", "HR", "IRR", "ROM", "PETO", "VR", "CVR", "MPORC", "generic ratio"]
)
def test_ratios_are_logs_shown_as_ratios_with_1_for_no_effect(letters):
    measure = measure_named(letters)
    assert measure.ratio
    assert measure.null == 1
    assert measure.analysis_scale == f"log {letters}"
    assert measure.back(np.log(2.5)) == pytest.approx(2.5)


@pytest.mark.parametrize("letters", ["RD", "MD", "SMD", "AS", "IRD", "COR", "MC", "generic"])
def test_differences_are_shown_as_they_are_with_0_for_no_effect(letters):
    measure = measure_named(letters)
    assert (measure.ratio, measure.null, measure.analysis_scale) == (False, 0, letters)
    assert measure.back(-0.3) == -0.3


@pytest.mark.parametrize(
    ("letters", "scale", "shown"),
    [
        ("PLO", "logit proportion", "proportion"),
        ("PFT", "Freeman-Tukey double arcsine of the proportion", "proportion"),
        ("IRS", "square root of the rate", "rate"),
        ("ZCOR", "Fisher's z of the correlation", "correlation"),
        ("MNLN", "log mean", "mean"),
        ("ABT", "negative log of the complement of reliability", "reliability"),
    ],
)
def test_a_summary_of_one_group_names_its_scale_and_has_no_value_of_no_effect(letters, scale, shown):
    measure = measure_named(letters)
    assert measure.analysis_scale == scale
    assert measure.shown == shown
    assert measure.ratio is False
    assert measure.null in (None, 0)


def test_a_log_mean_is_no_ratio_though_it_is_a_log():
    assert measure_named("MNLN").ratio is False
    assert measure_named("MNLN").back(np.log(12.5)) == pytest.approx(12.5)


PEOPLE = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("letters", ["PR", "PLN", "PLO", "PRZ", "PAS", "PFT"])
@given(people=PEOPLE)
def test_a_proportion_comes_back_from_its_scale(letters, people):
    events, n = people
    if letters in ("PLN", "PLO", "PRZ") and events in (0, n):
        return  # with a correction it is another proportion
    found = effect_sizes(letters, events=[events], n=[n], zero_cells=None)
    if found.corrected[0]:
        return
    assert found.estimates[0] == pytest.approx(events / n, abs=1e-7)


@pytest.mark.parametrize("letters", ["IR", "IRLN", "IRS", "IRFT"])
@given(events=st.integers(1, 500), time=st.floats(0.1, 1e5))
def test_a_rate_comes_back_from_its_scale(letters, events, time):
    assert effect_sizes(letters, events=[events], time=[time]).estimates[0] == pytest.approx(
        events / time, rel=1e-9
    )


@pytest.mark.parametrize("letters", ["IRS", "IRFT"])
def test_a_rate_of_0_comes_back_as_0(letters):
    assert effect_sizes(letters, events=[0], time=[12.5]).estimates[0] == 0


@pytest.mark.parametrize("letters", ["ARAW", "AHW", "ABT"])
@given(alpha=st.floats(-0.5, 0.99))
def test_a_reliability_comes_back_from_its_scale(letters, alpha):
    found = effect_sizes(letters, alpha=[alpha], items=[10], n=[100])
    assert found.estimates[0] == pytest.approx(alpha, abs=1e-12)


@given(r=st.floats(-0.99, 0.99))
def test_a_correlation_comes_back_from_fishers_z(r):
    assert effect_sizes("ZCOR", r=[r], n=[50]).estimates[0] == pytest.approx(r, abs=1e-12)


@given(r2=st.floats(0, 0.99))
def test_r_squared_comes_back_from_fishers_z(r2):
    assert effect_sizes("ZR2", r2=[r2], n=[50]).estimates[0] == pytest.approx(r2, abs=1e-12)


@pytest.mark.parametrize("letters", [name for name, one in MEASURES.items() if one.scale.name])
@given(low=st.floats(-3, 3), step=st.floats(0, 3))
def test_the_way_back_never_turns_an_order_around(letters, low, step):
    back = measure_named(letters).back_all(np.array([low, low + step]), 25.0)
    assert back[0] <= back[1] + 1e-15


@pytest.mark.parametrize(
    ("letters", "least", "most"), [("PAS", 0, 1), ("PFT", 0, 1), ("IRS", 0, None), ("IRFT", 0, None)]
)
def test_limits_beyond_the_scale_stop_at_its_end(letters, least, most):
    back = measure_named(letters).back_all(np.array([-1.0, 3.0]), 20.0)
    assert back[0] == least
    assert most is None or back[1] == most


@pytest.mark.parametrize("letters", ["PFT", "IRFT"])
def test_a_double_transformation_needs_the_size_behind_the_value(letters):
    with pytest.raises(DataError, match=r"or their harmonic mean for a pooled value"):
        measure_named(letters).back(0.7)
    with pytest.raises(DataError, match="above 0"):
        measure_named(letters).back(0.7, 0.0)


def test_the_size_that_leads_a_pooled_value_back_is_the_harmonic_mean_of_those_with_an_effect():
    found = effect_sizes("PFT", events=[3, None, 5], n=[10, 20, 40])
    assert found.harmonic_size == pytest.approx(2 / (1 / 10 + 1 / 40))
    np.testing.assert_allclose(found.estimates, [0.3, np.nan, 0.125])
    assert "Study 2: none, events missing" in str(found)
    assert effect_sizes("PLO", events=[3], n=[10]).harmonic_size is None


@pytest.mark.skipif(not META.exists(), reason="the shared reference numbers are not on this machine")
def test_pooled_proportions_come_back_as_in_meta():
    # meta 8.4-0, metaprop with method = "Inverse": back-transformed common and random estimates of ten cases.
    book, compared = json.loads(META.read_text(encoding="utf-8")), 0
    for case in book["cases"]:
        want, letters = case["expect"], IN_META.get(case.get("args", {}).get("sm"))
        if letters is None or "back_common" not in want:
            continue
        size = None
        if letters == "PFT":
            columns = book["datasets"][case["data"]]["columns"]
            size = effect_sizes("PFT", events=numbers(columns["xi"]), n=numbers(columns["ni"])).harmonic_size
        for model in ("common", "random"):
            back = measure_named(letters).back(want[f"TE_{model}"], size)
            assert back == pytest.approx(want[f"back_{model}"], rel=1e-12)
            compared += 1
    assert compared == 20
