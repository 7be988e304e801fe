"""Forest plots: what is printed, what is drawn, and that nothing overlaps from 1 study to 100."""

from dataclasses import replace

import pytest
from matplotlib.patches import FancyBboxPatch, Polygon

from evisynth.errors import DataError
from evisynth.reporting.figures.forest import (
    ForestPlot,
    ForestRow,
    ForestTotal,
    draw_forest,
    forest_alt,
    forest_figure,
)

# Full serving, as in the two examples' table: RevMan 5 arithmetic, RR 6.61 [3.51, 12.44], I2 7%.
MILK = (
    ForestRow("Longo 2008", 11, 30, 0, 30, 5.4, 23.0, 1.4165, 373.4598, href="#longo"),
    ForestRow("Martorell 2011", 27, 30, 7, 30, 75.1, 3.8571, 1.9944, 7.4598),
    ForestRow("Pajno 2010", 10, 15, 0, 15, 5.4, 21.0, 1.3410, 328.8588),
    ForestRow("Salmivesi 2012", 14, 18, 0, 8, 7.3, 13.7368, 0.9183, 205.4904),
    ForestRow("Skripak 2008", 4, 13, 0, 7, 6.8, 5.1429, 0.3160, 83.7029),
)
TOTAL = ForestTotal(66, 106, 7, 90, 6.6124085, 3.5149319, 12.4394862)
PLOT = ForestPlot(
    title="Full serving tolerated",
    group1="MOIT",
    group2="Control",
    measure="Risk ratio",
    method="M-H, common effect, 95% CI",
    rows=MILK,
    total=TOTAL,
    heterogeneity=(
        "Heterogeneity: Chi² = 4.32, df = 4 (P = 0.36); I² = 7%",
        "Test for overall effect: Z = 5.86",
    ),
    favours_left="Favours control",
    favours_right="Favours MOIT",
)
NAMES = (
    "$x_1^2$ & <b>bold</b> \\frac{1}{2}",
    "A very long name of a multicentre randomised trial in many places of many countries, second report, 2019",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "שלום עולם 2012",
    "محمد 2015",
    "😀 2020",
)


def plot_of(k, *, long_names=False):
    rows = tuple(
        ForestRow(
            NAMES[i % len(NAMES)] if long_names else f"Author {1990 + i}",
            i,
            10_000 * (i + 1) if long_names else 50,
            2 * i,
            51,
            100 / k,
            0.2 + 0.05 * i,
            0.01 + 0.02 * i,
            4.0 + i,
            note=f"Note {i % 3}: " + "word " * 40 if long_names else "",
        )
        for i in range(k)
    )
    if not long_names:
        return replace(PLOT, rows=rows)
    words = "An intervention with quite a long name, given twice daily with food and water"
    return replace(
        PLOT,
        rows=rows,
        title=words * 4,
        group1=words,
        group2=words,
        measure="Ratio of the geometric means of something that is measured",
        method="IV, random effects (REML, Hartung-Knapp adjustment), 95% CI",
        heterogeneity=(words * 3,),
        favours_left=words * 2,
        favours_right=words * 2,
        notes=(words * 6,),
    )


def shapes(figure, kind):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, kind)]


def test_milk_prints_the_published_result(texts):
    found = texts(draw_forest(PLOT))
    for words in (
        "6.61 [3.51, 12.44]",
        "23.00 [1.42, 373.46]",
        "Total (95% CI)",
        "106",
        "90",
        "100.0%",
        "Total events",
        "66",
        "Favours MOIT",
        "75.1%",
        *PLOT.heterogeneity,
    ):
        assert words in found, words


def test_the_axis_has_the_usual_ticks_of_revman(texts):
    found = texts(draw_forest(PLOT))
    start = found.index("0.01")
    assert found[start : start + 5] == ["0.01", "0.1", "1", "10", "100"]


def test_the_area_of_a_square_goes_with_the_weight():
    sides = [box.get_width() for box in shapes(forest_figure(PLOT), FancyBboxPatch)]
    assert len(sides) == 5
    assert (sides[1] / sides[0]) ** 2 == pytest.approx(75.1 / 5.4)


def test_intervals_that_leave_the_axis_end_in_an_arrow():
    heads = [shape for shape in shapes(forest_figure(PLOT), Polygon) if len(shape.get_xy()) == 4]
    assert len(heads) == 3  # Longo, Pajno, Salmivesi; Skripak's 83.7 is on the axis


def test_without_a_pooled_result_there_is_no_diamond(texts):
    plot = replace(PLOT, total=None, heterogeneity=())
    assert [shape for shape in shapes(forest_figure(plot), Polygon) if len(shape.get_xy()) == 5] == []
    assert len([shape for shape in shapes(forest_figure(PLOT), Polygon) if len(shape.get_xy()) == 5]) == 1
    assert not [words for words in texts(draw_forest(plot)) if words.startswith("Total (")]
    assert "The studies are not pooled." in forest_alt(plot)


def test_a_study_without_an_effect_is_not_estimable(texts):
    row = ForestRow("Double-zero 2015", 0, 12, 0, 11, None, None, None, None)
    plot = replace(PLOT, rows=(*MILK, row))
    assert "Not estimable" in texts(draw_forest(plot))
    assert len(shapes(forest_figure(plot), FancyBboxPatch)) == 5
    assert "Double-zero 2015: not estimable; 0 of 12 against 0 of 11." in forest_alt(plot)


def test_only_studies_without_an_effect_can_be_drawn(texts):
    row = ForestRow("Double-zero 2015", 0, 12, 0, 11, None, None, None, None)
    assert "Not estimable" in texts(draw_forest(replace(PLOT, rows=(row,), total=None)))


def test_zero_events_are_printed_as_0(texts):
    assert texts(draw_forest(PLOT)).count("0") == 4


def test_the_row_of_a_study_carries_its_link(hrefs):
    assert hrefs(draw_forest(PLOT)) == [("Longo 2008", "#longo")]


def test_equal_notes_share_a_number(texts):
    rows = (replace(MILK[0], note="Open."), replace(MILK[1], note="Blinded."), replace(MILK[2], note="Open."))
    found = texts(draw_forest(replace(PLOT, rows=rows)))
    for words in ("Longo 2008 (1)", "Martorell 2011 (2)", "Pajno 2010 (1)", "(1) Open.", "(2) Blinded."):
        assert words in found


def test_differences_stand_on_an_even_axis_around_0(texts):
    rows = (ForestRow("A 2001", None, 20, None, 22, 100.0, -3.0, -6.0, 0.0),)
    total = ForestTotal(None, 20, None, 22, -3.0, -6.0, 0.0)
    plot = replace(PLOT, rows=rows, total=total, log_scale=False, measure="Mean difference", heterogeneity=())
    found = texts(draw_forest(plot))
    assert "−3.00 [−6.00, 0.00]" in found
    assert [words for words in found if words in {"−10", "−5", "0", "5", "10"}] == [
        "−10",
        "−5",
        "0",
        "5",
        "10",
    ]
    assert "Events" not in found
    assert "Total events" not in found


def test_the_prediction_interval_has_a_row(texts):
    plot = replace(PLOT, total=replace(TOTAL, prediction_low=2.1, prediction_high=20.8))
    assert {"Prediction interval", "[2.10, 20.80]"} <= set(texts(draw_forest(plot)))
    assert "95% prediction interval 2.10 to 20.80." in forest_alt(plot)


def test_risk_of_bias_stands_beside_the_plot(texts, clashes):
    rows = tuple(replace(row, judgements=("low", "high", "unclear")) for row in MILK)
    plot = replace(PLOT, rows=rows, domains=("Randomisation", "Blinding", "Missing data"))
    found = texts(draw_forest(plot))
    assert {"Risk of bias", "(A) Randomisation", "High risk of bias"} <= set(found)
    assert found.count("+") == 6  # five studies and the legend
    assert clashes(forest_figure(plot)) == []


@pytest.mark.parametrize("k", [1, 2, 5, 40, 100])
@pytest.mark.parametrize("long_names", [False, True])
def test_no_text_overlaps_and_none_leaves_the_page(k, long_names, clashes):
    assert clashes(forest_figure(plot_of(k, long_names=long_names))) == []


@pytest.mark.parametrize(
    ("estimate", "low", "high"),
    [(1e-9, 0.0, 1e9), (5e7, 1e3, float("inf")), (0.0012, 0.0004, 0.0031), (1.0, 1.0, 1.0)],
)
def test_extreme_ratios_can_be_drawn(estimate, low, high, clashes):
    row = ForestRow("Extreme 2001", 1, 10, 2, 10, 100.0, estimate, low, high)
    plot = replace(PLOT, rows=(row,), total=ForestTotal(1, 10, 2, 10, estimate, low, high))
    assert clashes(forest_figure(plot)) == []


def test_drawing_twice_gives_the_same_bytes():
    assert draw_forest(PLOT) == draw_forest(PLOT)


def test_the_alternative_text_tells_the_result():
    words = forest_alt(PLOT)
    assert "Risk ratio (M-H, common effect, 95% CI), MOIT against Control, 5 studies." in words
    assert (
        "Longo 2008: risk ratio 23.00 (95% CI 1.42 to 373.46); 11 of 30 against 0 of 30; weight 5.4%."
        in words
    )
    assert "Total: risk ratio 6.61 (95% CI 3.51 to 12.44)." in words
    assert "Below 1: Favours control; above 1: Favours MOIT." in words


def test_the_alternative_text_of_many_studies_stays_short():
    assert "And 75 further studies." in forest_alt(plot_of(100))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"estimate": -0.3, "ci_low": -0.5, "ci_high": 0.1}, "not their logs"),
        ({"ci_low": None}, "both limits"),
        ({"estimate": 400.0}, "not between"),
        ({"judgements": ("low",)}, "1 judgements for 2 domains"),
    ],
)
def test_a_row_that_cannot_be_drawn_is_refused(changes, message):
    plot = replace(PLOT, rows=(replace(MILK[0], **changes),), domains=("A", "B"))
    with pytest.raises(DataError, match=f"Longo 2008.*{message}"):
        forest_figure(plot)


def test_a_plot_without_studies_is_refused():
    with pytest.raises(DataError, match="no study"):
        forest_figure(replace(PLOT, rows=()))
