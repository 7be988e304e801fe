import numpy as np
import pytest

from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.baujat import baujat

YI, VI = np.array([0.1, 0.8, -0.3, 1.2, 0.4]), np.array([0.04, 0.09, 0.02, 0.12, 0.05])


@pytest.mark.parametrize("how", [{"method": "common"}, {"test": "HK"}, {"test": "KR"}])
def test_a_regression_on_nothing_has_the_points_of_pooling(how):
    pooled = baujat(pool(YI, VI, **how))
    test = {} if how.get("test") == "KR" else how
    regression = baujat(meta_regression(YI, VI, np.ones((5, 1)), intercept=False, **test))
    assert pooled.x == pytest.approx(regression.x)
    assert pooled.y == pytest.approx(regression.y)


def test_parts_of_heterogeneity_sum_to_q_in_the_common_effect_model():
    pooled = pool(YI, VI, method="common")
    assert baujat(pooled).x.sum() == pytest.approx(pooled.Q)


def test_a_table_has_a_point_for_each_study_with_an_effect():
    table = TwoByTwo.from_rows(
        [("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 0, 9, 0, 9), ("D", 3, 231, 11, 220)]
    )
    found = baujat(table, lambda some: pool_two_by_two(some, "OR"))
    assert found.studies == ("A", "B", "D")
    assert found.x.sum() == pytest.approx(pool_two_by_two(table, "OR").Q)
    assert len(str(found).splitlines()) == 4
