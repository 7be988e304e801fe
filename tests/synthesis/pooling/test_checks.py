import pytest

from evisynth.errors import DataError
from evisynth.synthesis.bias.regression_test import regression_test
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.multilevel import multilevel
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out

VI = [0.1, 0.1, 0.2, 0.1]


@pytest.mark.parametrize(
    "analysis",
    [
        pool,
        regression_test,
        multilevel,
        lambda yi, vi, **how: meta_regression(yi, vi, {"x": [1, 2, 3, 5]}, **how),
    ],
    ids=["pool", "regression_test", "multilevel", "meta_regression"],
)
def test_what_is_no_number_is_refused_by_its_study(analysis):
    with pytest.raises(DataError, match=r"C: effect 'n\.r\.' is not a number"):
        analysis([0.1, 0.2, "n.r.", 0.3], VI, studies=list("ABCD"))


def test_a_variance_that_is_no_number_is_refused_by_its_study():
    with pytest.raises(DataError, match=r"B: variance '<0.1' is not a number"):
        pool([0.1, 0.2], [0.1, "<0.1"], studies=["A", "B"])


def test_numbers_that_stand_as_text_are_numbers():
    assert pool(["0.1", "0.3"], VI[:2]).mu == pytest.approx(0.2)


def test_a_result_in_the_place_of_effects_is_told_what_it_holds():
    effects = effect_sizes("RR", events1=[1, 2], n1=[10, 10], events2=[3, 4], n2=[10, 10])
    with pytest.raises(DataError, match=r"A StudyEffects is given .* give its yi and its vi"):
        pool(effects, VI[:2])


def test_one_study_that_is_left_has_no_heterogeneity_and_not_its_rounding():
    assert leave_one_out(pool([-1.585, -0.889], [0.1946, 0.3256])).Q.tolist() == [0, 0]
