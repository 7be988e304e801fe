"""Forest plots from results in one call: rows, subgroups, prediction, leave-one-out and cumulative analyses."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.patches import Polygon

from evisynth.errors import DataError
from evisynth.reporting.figures.forest import (
    ForestColumn,
    ForestGroup,
    forest,
    forest_alt,
    forest_figure,
    forest_plot,
)
from evisynth.reporting.figures.forest_data_axis import data_axis
from evisynth.synthesis.moderators.subgroups import subgroups
from evisynth.synthesis.pooling.glmm.models import pool_glmm
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out

LAYOUTS = ["revman", "metafor"]
DOMAINS = ("Randomisation", "Missing data")


def in_groups(pooled, count=3):
    names = ["Adults, who were followed for a long time " * 3, "Children", "Infants", "Elderly"][:count]
    by = [names[number % count] for number in range(pooled.k)]
    return subgroups(pooled.yi, pooled.vi, by, measure=pooled.measure, studies=pooled.studies)


def diamonds(figure):
    return [p for p in figure.axes[0].patches if isinstance(p, Polygon) and len(p.get_xy()) == 5]


def test_rows_are_the_studies_as_ratios(pooled_of, table_of):
    pooled, table = pooled_of(6), table_of(6)
    plot = forest_plot(pooled, table=table)
    assert [row.study for row in plot.rows] == list(pooled.studies)
    assert [row.estimate for row in plot.rows] == pytest.approx(np.exp(pooled.yi))
    assert [row.ci_low for row in plot.rows] == pytest.approx(
        np.exp(pooled.yi - 1.959963984540054 * np.sqrt(pooled.vi))
    )
    assert [row.weight_percent for row in plot.rows] == pytest.approx(pooled.weights)
    assert [row.events1 for row in plot.rows] == table.events1.tolist()
    assert plot.total.n2 == table.n2.sum()
    assert plot.total.estimate == pooled.estimate
    assert (plot.measure, plot.log_scale, plot.null) == ("Odds ratio", True, 1.0)


def test_the_prediction_interval_is_that_of_the_result(pooled_of):
    pooled = pooled_of(6)
    total = forest_plot(pooled).total
    assert (total.prediction_low, total.prediction_high) == pytest.approx(
        np.exp(pooled.prediction_interval())
    )
    assert forest_plot(pooled, prediction=False).total.prediction_low is None
    assert forest_plot(pooled_of(6, method="common")).total.prediction_low is None


def test_a_study_of_the_table_that_is_not_pooled_is_not_estimable(table_of):
    table = table_of(4)
    pooled = pool([0.1, 0.2, 0.4], [0.1, 0.2, 0.1], measure="OR", studies=table.studies[:3])
    assert forest_plot(pooled, table=table).rows[3].estimate is None
    with pytest.raises(DataError, match="Author 1980 is in the result but not in the table"):
        forest_plot(pooled, table=table.take(np.array([False, True, True, True])))


def test_subgroups_have_their_studies_and_diamonds(pooled_of, texts):
    pooled = pooled_of(9)
    result = in_groups(pooled)
    plot = forest_plot(result)
    assert [group.k for group in plot.groups] == [3, 3, 3]
    assert [row.study for row in plot.rows] == [
        name for group in result.groups.values() for name in group.studies
    ]
    for group, own in zip(plot.groups, result.groups.values(), strict=True):
        assert group.total.estimate == own.estimate
        assert (group.total.ci_low, group.total.ci_high) == own.estimate_ci
    assert sum(row.weight_percent for row in plot.rows) == pytest.approx(100)
    assert len(diamonds(forest_figure(plot))) == 4
    differ = f"Test for subgroup differences: Chi² = {result.Qb:.2f}, df = 2 (P = {result.p_Qb:.2f})"
    for layout in LAYOUTS:
        found = texts(forest(result, layout=layout))
        assert differ in found
        assert found.count("Subtotal (95% CI)") == 3
    assert f"Subtotal Children: odds ratio {result.groups['Children'].estimate:.2f}" in forest_alt(plot)


def test_a_subgroup_of_one_study_has_no_heterogeneity(pooled_of):
    pooled = pooled_of(4)
    result = subgroups(pooled.yi, pooled.vi, ["a", "a", "a", "b"], measure="OR", studies=pooled.studies)
    assert forest_plot(result).groups[1].heterogeneity[0] == "Heterogeneity: not applicable (one study)"


def test_events_of_subgroups_add_up(pooled_of, table_of):
    table = table_of(6)
    plot = forest_plot(in_groups(pooled_of(6)), table=table)
    assert sum(group.total.events1 for group in plot.groups) == plot.total.events1 == table.events1.sum()


def test_leaving_one_out_shows_each_result_without_a_study(pooled_of, texts):
    pooled = pooled_of(5)
    left = leave_one_out(pooled)
    plotted = forest(left)
    assert [row.estimate for row in plotted.data.rows] == pytest.approx(np.exp(left.mu))
    assert plotted.data.total.estimate == pooled.estimate
    assert {"Study left out", "None (95% CI)", "I²"} <= set(texts(plotted))
    assert plotted.alt.startswith("Leave-one-out plot. Odds ratio")
    assert "Without Author 1980: odds ratio" in plotted.alt


def test_a_cumulative_plot_ends_with_all_studies(pooled_of, texts):
    pooled = pooled_of(5)
    plotted = forest(cumulative(pooled))
    assert plotted.data.rows[-1].estimate == pytest.approx(pooled.estimate)
    assert plotted.data.total is None
    assert {"Study added", "k"} <= set(texts(plotted))
    assert "Up to Author 1984" in plotted.alt
    assert "not pooled" not in plotted.alt


def test_a_mixed_model_of_counts_has_studies_without_weights(table_of, clashes):
    table = table_of(6)
    fit = pool_glmm("OR", studies=table.studies, **table.columns)
    plotted = forest(fit, table=table)
    assert {row.weight_percent for row in plotted.data.rows} == {None}
    assert [row.estimate for row in plotted.data.rows] == pytest.approx(np.exp(fit.yi))
    assert plotted.data.total.estimate == fit.estimate
    assert plotted.data.total.events2 == table.events2.sum()
    assert f"likelihood ratio {fit.QE_LRT:.2f}, df = 5" in plotted.alt
    assert clashes(plotted.figure) == []
    assert forest(fit).data.rows[0].events1 is None


def test_a_test_with_degrees_of_freedom_says_so(pooled_of):
    lines = forest_plot(pooled_of(6, test="HK")).heterogeneity
    assert lines[1].startswith("Test for overall effect: t(5) = ")


def test_proportions_have_no_line_and_no_test_of_no_effect():
    plot = forest_plot(pool([-1.0, -0.5, -0.8], [0.1, 0.1, 0.2], measure="PLO"))
    assert plot.null is None
    assert len(plot.heterogeneity) == 1
    assert [row.estimate for row in plot.rows] == pytest.approx(1 / (1 + np.exp([1.0, 0.5, 0.8])))


def test_judgements_stand_beside_their_studies(pooled_of, texts):
    pooled = pooled_of(3)
    judgements = dict.fromkeys(pooled.studies[:2], ("low", "high"))
    for layout in LAYOUTS:
        found = texts(forest(pooled, judgements=judgements, domains=DOMAINS, layout=layout))
        assert {"A", "B", "(A) Randomisation", "High risk of bias"} <= set(found)
        assert found.count("+") == 3  # two studies and the legend
    with pytest.raises(DataError, match="Risk of bias of Nobody 2020: no such study"):
        forest_plot(pooled, judgements={"Nobody 2020": ("low",)}, domains=("A",))
    with pytest.raises(DataError, match="no events, people or risk of bias"):
        forest_plot(leave_one_out(pooled), judgements=judgements, domains=DOMAINS)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("k", [6, 40, 100])
@pytest.mark.parametrize("long_names", [False, True])
def test_no_text_overlaps_with_subgroups_and_risk_of_bias(
    k, long_names, layout, pooled_of, table_of, clashes
):
    pooled, table = pooled_of(k, long_names=long_names), table_of(k, long_names=long_names)
    judgements = dict.fromkeys(pooled.studies, ("some concerns", "high"))
    for width in [225, 400, 595] if layout == "metafor" else [None]:
        plotted = forest(
            in_groups(pooled), table=table, judgements=judgements, domains=DOMAINS, layout=layout, width=width,
            favours=("Favours the intervention", "Favours the comparator"), title="Recovery " * 12,
        )  # fmt: skip
        assert clashes(plotted.figure) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("analysis", [leave_one_out, cumulative])
def test_no_text_overlaps_in_leave_one_out_and_cumulative_plots(layout, analysis, pooled_of, clashes):
    for k in (3, 40):
        found = analysis(pooled_of(k, long_names=True))
        for width in [225, 400, 595] if layout == "metafor" else [None]:
            assert clashes(forest(found, layout=layout, width=width).figure) == []


def test_what_belongs_together_must_have_one_length(pooled_of):
    plot = forest_plot(pooled_of(3))
    with pytest.raises(DataError, match=r"subgroups of 1 [+] 1 studies for 3"):
        forest_figure(replace(plot, groups=(ForestGroup("a", 1), ForestGroup("b", 1))))
    with pytest.raises(DataError, match="column Dose: 1 cells for 3 studies"):
        forest_figure(replace(plot, columns=(ForestColumn("Dose", ("5 mg",)),)))


def test_an_unknown_layout_is_refused(pooled_of):
    with pytest.raises(DataError, match="Layout 'lancet' is not known; known are revman and metafor"):
        forest(pooled_of(3), layout="lancet")


def test_the_revman_layout_has_the_width_of_its_columns(pooled_of):
    with pytest.raises(DataError, match="as wide as its columns and cannot be made 300 points wide"):
        forest(pooled_of(3), width=300)


def test_one_wide_interval_does_not_squeeze_the_others():
    axis = data_axis(
        [0.5, 0.8, 1.2], [0.4, 0.6, 0.7, 0.9, 1e-4, 1e4], log_scale=True, left=0, right=200, no_effect=1.0
    )
    assert axis.low > 0.01
    assert axis.high < 20
    assert axis.x(1.2) - axis.x(0.5) > 30


def test_the_axis_around_data_holds_no_effect():
    axis = data_axis([5.0, 6.0], [4.0, 6.0, 5.5, 6.5], log_scale=False, left=0, right=200, no_effect=0.0)
    assert axis.holds(0.0)
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
