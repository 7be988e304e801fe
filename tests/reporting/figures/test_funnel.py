"""Funnel plots: points, limits, contours and filled studies, as data; and what is drawn of them."""

from dataclasses import replace

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.reporting.figures.funnel import (
    contour_limits,
    funnel,
    funnel_alt,
    funnel_figure,
    funnel_plot,
    outside,
    pseudo_limits,
)
from evisynth.synthesis.bias.funnel import funnel as funnel_numbers
from evisynth.synthesis.bias.trim_and_fill import trim_and_fill
from evisynth.synthesis.pooling.pool import pool

Z = 1.959963984540054  # of the normal at 0.975
YI, VI = np.array([0.1, 0.4, 0.9, 1.5, 0.2]), np.array([0.01, 0.04, 0.09, 0.25, 0.02])


@pytest.fixture
def pooled():
    return pool(YI, VI, measure="RR", studies=list("ABCDE"))


def test_the_points_are_the_studies_on_the_analysis_scale(pooled):
    plot = funnel_plot(pooled)
    assert plot.studies == tuple("ABCDE")
    assert plot.yi == pytest.approx(YI)
    assert plot.sei == pytest.approx([0.1, 0.2, 0.3, 0.5, np.sqrt(0.02)])
    assert plot.centre == pooled.mu
    drawn = funnel(pooled).axes.collections[-1].get_offsets()
    assert np.asarray(drawn) == pytest.approx(np.column_stack((YI, plot.sei)))


def test_pseudo_limits_stand_around_the_pooled_effect(pooled):
    low, high = pseudo_limits(funnel_plot(pooled), np.array([0.0, 0.2]))
    assert low == pytest.approx([pooled.mu, pooled.mu - Z * 0.2])
    assert high == pytest.approx([pooled.mu, pooled.mu + Z * 0.2])


def test_pseudo_limits_can_include_the_variance_between_studies(pooled):
    low, high = pseudo_limits(funnel_plot(pooled, tau2=True), np.array([0.2]))
    assert pooled.tau2 > 0
    assert high - low == pytest.approx([2 * Z * np.sqrt(0.04 + pooled.tau2)])


def test_studies_outside_the_limits_are_counted(pooled):
    plot = funnel_plot(pooled)
    expected = np.abs(YI - pooled.mu) > Z * np.sqrt(VI)
    assert outside(plot).tolist() == expected.tolist()
    assert f"{expected.sum()} outside the 95% pseudo limits" in funnel_alt(plot)


def test_contours_stand_around_no_effect(pooled):
    plot = funnel_plot(pooled, contours=True)
    assert plot.contours == (0.1, 0.05, 0.01)
    low, high = contour_limits(plot, 0.05, np.array([0.3]))
    assert (low[0], high[0]) == pytest.approx((-Z * 0.3, Z * 0.3))


def test_a_measure_without_a_value_of_no_effect_has_no_contours():
    proportions = pool([-1.0, -0.5, -0.8], [0.1, 0.1, 0.2], measure="PLO")
    with pytest.raises(DataError, match="PLO has no value of no effect"):
        funnel(proportions, contours=True)
    assert funnel_plot(proportions).contours == ()


def test_contours_of_an_area_under_the_curve_stand_around_one_half():
    plot = funnel_plot(pool([0.6, 0.7, 0.8], [0.01, 0.01, 0.02], measure="AUCN"), contours=[0.05])
    low, high = contour_limits(plot, 0.05, np.array([0.1]))
    assert (low[0] + high[0]) / 2 == pytest.approx(0.5)


def test_filled_studies_are_drawn_apart(texts):
    found = trim_and_fill(YI, VI, measure="RR", studies=list("ABCDE"), estimator="R0", side="left")
    plotted = funnel(found)
    assert found.k0 > 0
    assert plotted.data.filled_yi == pytest.approx(found.yi_filled)
    assert plotted.data.filled_centre == found.filled.mu
    drawn = plotted.axes.collections[-1].get_offsets()
    assert np.asarray(drawn) == pytest.approx(np.column_stack((found.yi_filled, np.sqrt(found.vi_filled))))
    assert {"Filled in", "Pooled with filled in"} <= set(texts(plotted))
    assert f"Filled in: {found.k0} stud" in plotted.alt


def test_what_must_stand_beside_trim_and_fill_stands_below_it():
    found = trim_and_fill(YI, VI, measure="RR", side="left")
    assert funnel(found).data.notes == found.warnings


def test_the_axis_of_ratios_prints_ratios(pooled, texts):
    found = texts(funnel(pooled))
    assert "Risk ratio (log scale)" in found
    assert {"1", "2"} <= set(found)


def test_a_study_without_its_own_effect_is_told():
    whole = pool(YI, VI, measure="RR", studies=list("ABCDE"))
    without = replace(whole, yi=np.array([np.nan, *YI[1:]]), vi=np.array([np.nan, *VI[1:]]))
    plot = funnel_plot(without)
    assert plot.studies == tuple("BCDE")
    assert plot.notes == ("Without an effect of their own: A.",)


def test_the_numbers_of_a_funnel_plot_are_drawn_as_they_are():
    found = funnel_numbers(YI, VI, tau2=0.02, levels=[0.9], measure="RR", studies=list("ABCDE"), null=0.1)
    plot = funnel_plot(found, contours=True)
    assert (plot.centre, plot.tau2, plot.level, plot.contours) == (found.centre, 0.02, 0.9, (0.1, 0.05, 0.01))
    low, high = pseudo_limits(plot, found.se)
    assert low == pytest.approx(found.regions[0].low)
    assert high == pytest.approx(found.regions[0].high)
    low, high = contour_limits(plot, 0.01, found.se)
    assert low == pytest.approx(found.contours[-1].low)
    assert high == pytest.approx(found.contours[-1].high)


def test_equal_studies_can_be_drawn(clashes):
    assert clashes(funnel(pool([0.5, 0.5, 0.5], [0.1, 0.1, 0.1]), named=True).figure) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"yi": np.array([0.1])}, "5 studies, 1 effects"),
        ({"sei": np.array([0.1, 0.2, 0.0, 0.1, 0.1])}, "C: effect 0.9, standard error 0"),
        ({"contours": (0.1, 0.05, 0.01, 0.001)}, "up to 3 p values"),
        ({"contours": (1.5,)}, "between 0 and 1"),
    ],
)
def test_a_plot_that_cannot_be_drawn_is_refused(pooled, changes, message):
    with pytest.raises(DataError, match=message):
        funnel_figure(replace(funnel_plot(pooled), **changes))
