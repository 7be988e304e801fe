import numpy as np
import pytest
from scipy.special import ndtr

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.without_pooling.albatross import albatross

P, N, UP = [0.04, 0.5, 0.001], [60, 100, 400], [True, False, True]


def at(contour, p):
    """People of the contour at a two-sided p value."""
    order = np.argsort(np.abs(contour.x))
    return np.interp(-np.log10(p), np.abs(contour.x)[order], contour.n[order])


def p_of(effects):
    return float(2 * ndtr(-abs(effects.yi[0]) / np.sqrt(effects.vi[0])))


def test_a_study_with_the_effect_of_a_contour_lies_on_it_for_odds_and_risk_ratios():
    # 30 of 150 against 20 of 100 x the effect, with 1.5 people in group 1 for each in group 2
    table = {"events1": [45], "n1": [150], "events2": [20], "n2": [100]}
    for measure, effect in (("RR", 1.5), ("OR", (0.3 / 0.7) / (0.2 / 0.8)), ("RD", 0.1)):
        p = p_of(effect_sizes(measure, **table))
        plot = albatross(
            [p], [250], positive=[True], effects=[effect], measure=measure, ratio=1.5, baseline_risk=0.2
        )
        assert at(plot.contours[0], p) == pytest.approx(250, rel=2e-3)


def test_a_study_lies_on_the_contour_of_its_correlation_and_mean_difference():
    r = effect_sizes("ZCOR", r=[0.3], n=[80])
    plot = albatross([p_of(r)], [80], positive=[True], effects=[0.3], measure="COR")
    assert at(plot.contours[0], p_of(r)) == pytest.approx(80, rel=2e-3)
    means = {"mean1": [3.0], "sd1": [2.0], "n1": [40], "mean2": [2.0], "sd2": [2.0], "n2": [20]}
    p = p_of(effect_sizes("MD", **means))
    plot = albatross([p], [60], positive=[True], effects=[1.0], measure="MD", ratio=2, sd=2.0)
    assert at(plot.contours[0], p) == pytest.approx(60, rel=2e-3)


def test_points_and_contours_below_no_effect_go_to_the_left():
    plot = albatross(P, N, positive=UP, effects=[-0.5, 0.2, 0.5])
    assert plot.x == pytest.approx([-np.log10(0.04), np.log10(0.5), 3])
    left, small, right = plot.contours
    assert np.all(left.x <= 0)
    assert np.all(right.x >= 0)
    assert left.n == pytest.approx(right.n)
    assert np.all(small.n > right.n)


def test_the_sentence_says_what_contours_suppose():
    text = str(albatross(P, N, positive=UP, effects=[1.5], measure="RR", baseline_risk=0.1))
    assert "3 studies (2 above, 1 below no effect), 60 to 400 people" in text
    assert "a risk of 0.1 in group 2" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"p": [0.0, 0.5, 0.1]}, "Study 1: p 0"),
        ({"n": [60, 0, 10]}, "Study 2: p 0.5 and 0 people"),
        ({"n": [60]}, "different lengths"),
        ({"measure": "HR"}, "has no contours"),
        ({"ratio": 0.0}, "above 0"),
        ({"effects": [0.0]}, "other than 0"),
        ({"measure": "MD"}, "need sd"),
        ({"measure": "COR", "effects": [1.2]}, "between -1 and 1"),
        ({"measure": "RR", "effects": [2.0]}, "need baseline_risk"),
        ({"measure": "RR", "effects": [2.0], "baseline_risk": 0.6}, "gives a risk of 1.2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        albatross(**({"p": P, "n": N, "positive": UP, "effects": [0.5]} | options))
