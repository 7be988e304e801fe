"""Ticks are inside their axis and do not meet; names beside points cover nothing."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.reporting.figures.chart import sizes_of
from evisynth.reporting.figures.labels import place_labels
from evisynth.reporting.figures.scales import (
    SMALL,
    Scale,
    effect_label,
    padded,
    ticks_across,
    ticks_along,
)
from evisynth.reporting.figures.typography import LINE, text_width, wrap_clauses


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(60, 500), st.booleans())
def test_ticks_lie_on_the_axis_and_do_not_meet(low, length, points, log):
    scale = Scale("", low / 1e5, (low + length) / 1e5, log=True) if log else Scale("", low, low + length)
    for ticks in (ticks_across(scale, points), ticks_along(scale, points)):
        slack = 1e-6 * (scale.high - scale.low) + 1e-9 * abs(scale.low)
        assert all(scale.low - slack <= tick.at <= scale.high + slack for tick in ticks)
        assert len({tick.words for tick in ticks}) == len(ticks)
    across = ticks_across(scale, points)
    per_unit = points / (scale.high - scale.low)
    for a, b in itertools.pairwise(across):
        wide = (text_width(a.words, SMALL) + text_width(b.words, SMALL)) / 2
        assert (b.at - a.at) * per_unit >= wide


def test_ratios_have_round_ticks():
    words = [tick.words for tick in ticks_across(Scale("", np.log(0.08), np.log(12), log=True), 300)]
    assert words == ["0.1", "0.2", "0.3", "0.5", "1", "2", "3", "5", "10"]


def test_a_narrow_range_of_ratios_has_ticks():
    words = [tick.words for tick in ticks_across(Scale("", np.log(0.91), np.log(1.12), log=True), 300)]
    assert {"0.95", "1", "1.05", "1.1"} <= set(words)


def test_an_axis_may_run_downwards():
    ticks = ticks_along(Scale("Standard error", 0.5, 0.0), 200)
    assert [tick.words for tick in ticks] == ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]


def test_equal_values_have_an_axis():
    low, high = padded([2.0, 2.0])
    assert low < 2 < high
    with pytest.raises(DataError, match="no finite value"):
        padded([np.nan])


@pytest.mark.parametrize(
    ("measure", "label"),
    [
        ("RR", "Risk ratio (log scale)"),
        ("MD", "Mean difference"),
        ("PLO", "Logit proportion"),
        ("PLN", "Proportion (log scale)"),
        ("ZCOR", "Fisher's z of the correlation"),
        ("generic", "Effect"),
    ],
)
def test_the_axis_of_effects_says_its_scale(measure, label):
    assert effect_label(measure) == label
    assert effect_label(measure, "Given") == "Given"


POINTS = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=40)


@settings(max_examples=50, deadline=None)
@given(POINTS)
def test_names_cover_no_name_and_no_other_point_and_stay_in_the_frame(points):
    x, y = np.array(points).T
    names = [f"Author {1980 + number}" for number in range(len(points))]
    placed = place_labels(x, y, names, width=300, height=200, size=8)
    boxes = []
    for label in placed:
        wide = text_width(label.words, 8)
        left = x[label.point] + label.right - {"left": 0, "center": 0.5, "right": 1}[label.align] * wide
        middle = y[label.point] + label.up
        box = (left, middle - 4 * LINE, left + wide, middle + 4 * LINE)
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= 300
        assert box[3] <= 200
        inside = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
        assert not np.delete(inside, label.point).any()
        for other in boxes:
            assert box[0] >= other[2] or other[0] >= box[2] or box[1] >= other[3] or other[1] >= box[3]
        boxes.append(box)


def test_a_point_alone_has_its_name_on_the_right():
    (label,) = place_labels(np.array([50.0]), np.array([50.0]), ["A"], width=200, height=100, size=8)
    assert (label.words, label.up, label.align) == ("A", 0, "left")


def test_the_area_of_a_circle_goes_with_the_weight():
    radii = sizes_of(np.array([50.0, 25.0, 0.0]))
    assert (radii[0] / radii[1]) ** 2 == pytest.approx(2)
    assert radii[2] == 2.0
    assert sizes_of(np.ones(100))[0] == pytest.approx(radii[0] / 2)
    assert sizes_of(np.zeros(3))[0] == radii[0]


def test_lines_break_after_semicolons_first():
    text = "Heterogeneity: Tau² = 0.09; Chi² = 12.06, df = 8 (P = 0.15); I² = 34%"
    assert wrap_clauses(text, 320, 9) == [
        "Heterogeneity: Tau² = 0.09; Chi² = 12.06, df = 8 (P = 0.15);",
        "I² = 34%",
    ]
    assert wrap_clauses(text, 1000, 9) == [text]
