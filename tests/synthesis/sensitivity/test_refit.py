from dataclasses import replace

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.mantel_haenszel import pool_random_effects_mh
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.profiles import METAFOR, REVMAN5
from evisynth.synthesis.sensitivity.refit import recipe_of

YI, VI = np.array([0.1, 0.8, -0.3, 1.2]), np.array([0.04, 0.09, 0.02, 0.12])
TABLE = TwoByTwo.from_rows([("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 23, 231, 11, 220)])


@pytest.mark.parametrize("method", ["common", *TAU2_METHODS])
def test_a_recipe_makes_the_same_result(method):
    pooled = pool(YI, VI, method=method)
    again = recipe_of(pooled).fit(YI, VI)
    assert (again.mu[0], again.se[0], again.tau2[0]) == (pooled.mu, pooled.se, pooled.tau2)


def test_a_known_tau2_belongs_to_the_recipe():
    assert recipe_of(pool(YI, VI, tau2=0.3)).tau2 == 0.3
    assert recipe_of(pool(YI, VI)).tau2 is None


def test_random_effects_that_mantel_haenszel_enters_have_no_recipe():
    with pytest.raises(DataError, match="Give its table"):
        recipe_of(pool_random_effects_mh(TABLE, "OR", REVMAN5))


def test_random_effects_under_the_name_of_mantel_haenszel_without_it_are_dersimonian_and_laird():
    pooled = pool_random_effects_mh(TABLE, "OR", METAFOR)
    again = recipe_of(pooled).fit(pooled.yi, pooled.vi)
    assert (again.mu[0], again.tau2[0]) == pytest.approx((pooled.mu, pooled.tau2), rel=1e-12)


def test_a_result_whose_numbers_do_not_come_from_its_effects_has_no_recipe():
    with pytest.raises(DataError, match="not made of effects and variances alone"):
        recipe_of(replace(pool(YI, VI), Q=17.0))


@pytest.mark.parametrize("method", ["GENQ", "GENQM", "REML"])
def test_a_subset_of_studies_without_weight_has_no_mean(method):
    recipe = recipe_of(pool(YI, VI, weights=[0, 0, 1, 2], method=method))
    present = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]], dtype=bool)
    found = recipe.fit(YI, VI, present=present)
    assert np.isnan(found.mu).tolist() == [True, False, False, False]
    assert found.mu[[1, 3]] == pytest.approx(YI[[2, 3]])
    assert found.mu[2] == pytest.approx((YI[2] + 2 * YI[3]) / 3)
    assert found.k.tolist() == [2, 2, 2, 1]


def test_weights_by_expected_events_have_no_recipe():
    rates = TwoRates.from_rows([("A", 4, 100, 9, 110), ("B", 3, 80, 5, 70), ("C", 8, 200, 12, 190)])
    with pytest.raises(DataError, match="A result by weights by expected events"):
        recipe_of(pool_rates(rates, method="Cochran"))
