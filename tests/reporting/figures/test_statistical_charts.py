"""What Baujat, radial, L'Abbe, GOSH, bubble, drapery and influence plots show, tested as data."""

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import gaussian_kde

from evisynth.errors import DataError
from evisynth.reporting.figures.albatross import albatross, p_ticks
from evisynth.reporting.figures.baujat import baujat, baujat_plot, most_striking
from evisynth.reporting.figures.bubble import bubble, bubble_plot
from evisynth.reporting.figures.drapery import drapery, drapery_plot, p_curve
from evisynth.reporting.figures.gosh import density, gosh, gosh_plot
from evisynth.reporting.figures.influence import influence, influence_plot
from evisynth.reporting.figures.labbe import labbe, labbe_plot, line_of_effect
from evisynth.reporting.figures.radial import radial, radial_plot
from evisynth.reporting.figures.scales import Scale
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.baujat import baujat as baujat_of
from evisynth.synthesis.sensitivity.gosh import gosh as gosh_of
from evisynth.synthesis.sensitivity.influence import influence as influence_of
from evisynth.synthesis.without_pooling.albatross import albatross as albatross_of

# ---------------------------------------------------------------- Baujat


def test_baujats_coordinates_are_those_of_the_analysis(pooled_of):
    pooled = pooled_of(8)
    found, plot = baujat_of(pooled), baujat_plot(pooled)
    assert plot.x == pytest.approx(found.x)
    assert plot.y == pytest.approx(found.y)
    assert baujat(found).data.studies == pooled.studies


def test_the_most_striking_study_is_named_first(pooled_of, texts):
    plotted = baujat(pooled_of(30))
    first = plotted.data.studies[most_striking(plotted.data)[0]]
    assert first in texts(plotted)
    assert plotted.alt.index(first) == plotted.alt.index("Author")


# ---------------------------------------------------------------- albatross


def test_an_albatross_plot_has_the_numbers_and_usual_p_values(texts):
    found = albatross_of([0.03, 0.2, 1e-6], [80, 60, 400], positive=[True, False, True], effects=[0.5])
    plotted = albatross(found)
    drawn = np.asarray(plotted.axes.collections[-1].get_offsets())
    assert drawn == pytest.approx(np.column_stack((found.x, np.log(found.n))))
    assert {"0.05", "1", "100", "Standardised mean difference 0.5"} <= set(texts(plotted))
    assert "2 above and 1 below no effect" in plotted.alt
    ticks = p_ticks(Scale("", -4, 4), 400)
    assert [tick.at for tick in ticks] == pytest.approx([-tick.at for tick in reversed(ticks)])


# ---------------------------------------------------------------- radial


def test_the_slope_of_a_radial_plot_is_the_effect(pooled_of):
    pooled = pooled_of(8)
    plot = radial_plot(pooled)
    assert plot.x == pytest.approx(1 / np.sqrt(pooled.vi + pooled.tau2))
    assert plot.z / plot.x == pytest.approx(pooled.yi)
    # Least squares through the origin in z and x is inverse-variance pooling (Galbraith 1988).
    assert np.sum(plot.z * plot.x) / np.sum(plot.x**2) == pytest.approx(pooled.mu)


def test_studies_outside_the_band_are_told():
    pooled = pool([0.0, 0.1, -0.1, 3.0], [0.01] * 4, method="common", studies=list("ABCD"))
    plotted = radial(pooled)
    assert plotted.data.outside.tolist() == [True, True, True, True]
    assert "Outside the 95% band: A, B, C, D." in plotted.alt


# ---------------------------------------------------------------- L'Abbe


def test_risks_are_events_over_people(table_of, pooled_of):
    table, pooled = table_of(5), pooled_of(5)
    plot = labbe_plot(table, pooled)
    assert plot.risk1 == pytest.approx(table.events1 / table.n1)
    assert plot.risk2 == pytest.approx(table.events2 / table.n2)
    assert plot.weights == pytest.approx(pooled.weights)
    assert labbe_plot(table).weights == pytest.approx(table.n1 + table.n2)


def test_the_line_of_a_labbe_plot_has_the_effect_everywhere():
    risk2 = np.array([0.1, 0.3, 0.6])
    assert line_of_effect("RR", np.log(0.5), risk2) == pytest.approx(risk2 / 2)
    assert line_of_effect("RD", -0.05, risk2) == pytest.approx(risk2 - 0.05)
    odds = line_of_effect("OR", 0.7, risk2)
    assert logit(odds) - logit(risk2) == pytest.approx([0.7] * 3)


def test_a_line_ends_where_there_is_no_risk():
    assert np.isnan(line_of_effect("RR", np.log(2), np.array([0.6]))).all()
    assert np.isnan(line_of_effect("RD", -0.2, np.array([0.1]))).all()


def test_an_effect_that_is_no_comparison_of_risks_has_no_line(table_of):
    with pytest.raises(DataError, match="SMD makes no risk of another"):
        labbe_plot(table_of(3), pool([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], measure="SMD"))


def test_a_table_without_any_event_can_be_drawn(table_of, clashes):
    table = table_of(3)
    none = type(table)(table.studies, 0 * table.events1, table.n1, 0 * table.events2, table.n2)
    assert clashes(labbe(none).figure) == []


# ---------------------------------------------------------------- GOSH


def test_gosh_shows_every_subset_that_has_a_spread(pooled_of):
    found = gosh_of(pooled_of(6))
    plot = gosh_plot(found, study="Author 1982")
    assert len(plot.effects) == 2**6 - 1 - 6
    assert plot.left_out == 6
    assert plot.marked.sum() == 2**5 - 1
    assert gosh_plot(found, spread="tau2").spread == pytest.approx(found.tau2)
    with pytest.raises(DataError, match="known are I2, tau2, Q"):
        gosh_plot(found, spread="H2")


def test_the_density_is_that_of_a_kernel():
    values = np.random.default_rng(5).normal(2.0, 0.5, 4000)
    middles, heights = density(values, -1.0, 5.0)
    kernel = gaussian_kde(values, bw_method="silverman")(middles)
    assert np.max(np.abs(heights - kernel)) < 0.06 * np.max(kernel)
    assert np.sum(heights) * (middles[1] - middles[0]) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[0.0] * 50, [0.0] * 40 + [3.0] * 10, [1.0]])
def test_the_density_of_values_that_hardly_differ_is_finite(values):
    _, heights = density(values, -0.5, 3.5)
    assert np.isfinite(heights).all()


def test_equal_studies_have_a_gosh_plot(clashes):
    assert clashes(gosh(gosh_of(pool([0.5] * 5, [0.1] * 5))).figure) == []


# ---------------------------------------------------------------- bubble


@pytest.fixture
def regression(pooled_of):
    pooled = pooled_of(12)
    moderators = {"year": np.arange(1990, 2002), "setting": ["home", "clinic", "home"] * 4}
    return meta_regression(pooled.yi, pooled.vi, moderators, measure="OR", studies=pooled.studies)


def test_the_line_of_a_bubble_plot_is_the_regression(regression):
    plot = bubble_plot(regression, "year")
    slope = np.diff(plot.line.mu) / np.diff(plot.grid)
    assert slope == pytest.approx(np.full(100, regression.b[regression.names.index("year")]))
    assert plot.x == pytest.approx(np.arange(1990, 2002))
    assert plot.weights == pytest.approx(1 / (regression.vi + regression.tau2))
    assert np.all(plot.line.pi_low <= plot.line.ci_low)
    assert plot.held in (("setting = home",), ("setting = clinic",))


def test_the_others_can_be_held_elsewhere(regression):
    lines = [bubble_plot(regression, "year", at={"setting": one}).line.mu for one in ("home", "clinic")]
    difference = lines[0] - lines[1]
    assert np.abs(difference) == pytest.approx(np.full(101, abs(regression.b[-1])))


def test_a_matrix_of_moderators_has_a_bubble_plot(pooled_of):
    pooled = pooled_of(8)
    matrix = np.column_stack((np.arange(8.0), np.arange(8) % 3))
    fit = meta_regression(pooled.yi, pooled.vi, matrix, names=("dose", "months"))
    plot = bubble_plot(fit, "months")
    assert plot.held == ("dose = 3.5",)
    assert plot.line.mu == pytest.approx(fit.b @ [np.ones(101), np.full(101, 3.5), plot.grid])


def test_a_bubble_plot_needs_a_number(regression):
    with pytest.raises(DataError, match="'setting' is no number in this meta-regression"):
        bubble(regression, "setting")
    with pytest.raises(DataError, match="'setting=home' is no number"):
        bubble(regression, "setting=home")
    with pytest.raises(DataError, match="several coefficients"):
        bubble(regression)


# ---------------------------------------------------------------- drapery


@pytest.mark.parametrize("test", ["z", "HK"])
def test_the_pooled_curve_cuts_the_level_at_the_interval(pooled_of, test):
    pooled = pooled_of(8, test=test)
    ends = np.array(pooled.ci)
    assert p_curve(ends, pooled.mu, pooled.se, pooled.ddf) == pytest.approx([0.05, 0.05])
    plot = drapery_plot(pooled)
    assert plot.pooled_p.max() == 1.0
    assert np.interp(ends, plot.effects, plot.pooled_p) == pytest.approx([0.05, 0.05], abs=0.01)


def test_the_curve_of_a_new_study_cuts_the_level_at_the_prediction_interval(pooled_of):
    pooled = pooled_of(8)
    plot = drapery_plot(pooled)
    limits = pooled.prediction_interval()
    assert np.interp(limits, plot.effects, plot.new_p) == pytest.approx([0.05, 0.05], abs=0.01)
    assert drapery_plot(pooled, prediction=False).new_p is None
    assert drapery_plot(pooled_of(8, method="common")).new_p is None


def test_each_study_has_its_top_at_its_effect(pooled_of):
    plot = drapery(pooled_of(8)).data
    tops = plot.effects[np.argmax(plot.studies_p, axis=1)]
    assert tops == pytest.approx(plot.yi)


# ---------------------------------------------------------------- influence


def test_the_panels_are_the_diagnostics(pooled_of):
    pooled = pooled_of(9)
    found, plot = influence_of(pooled), influence_plot(pooled)
    values = (found.rstudent, found.dffits, found.cook_d, found.cov_r, found.tau2_del, found.QE_del)
    for panel, expected in zip(plot.panels, (*values, found.hat, found.weight), strict=True):
        assert panel.values == pytest.approx(expected)
    usual = [panel.usual for panel in plot.panels]
    assert usual == pytest.approx([0, 0, 0, 1, pooled.tau2, pooled.Q, 1 / 9, 100 / 9])
    assert plot.flagged.tolist() == found.is_infl.tolist()


def test_an_influential_study_is_told_and_marked():
    pooled = pool([0.1, 0.2, 0.0, 0.15, 0.1, 3.0], [0.02] * 6, studies=list("ABCDEF"))
    plotted = influence(pooled)
    assert "Influential: F." in plotted.alt
    heavy = [text.get_text() for text in plotted.figure.axes[0].texts if text.get_fontweight() == "bold"]
    assert "F" in heavy
    assert influence(influence_of(pooled)).data.panels[5].usual is None


def test_a_panel_of_equal_values_is_not_drawn_at_the_size_of_their_rounding():
    plotted = influence(pool([0.3, -0.4, 0.5, 0.1, 0.9, 0.2, -0.1], [0.1] * 7))
    low, high = plotted.figure.axes[
        1 + [panel.words for panel in plotted.data.panels].index("hat")
    ].get_xlim()
    assert low < 1 / 7 < high
    assert high - low > 1e-3
