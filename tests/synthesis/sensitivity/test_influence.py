import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.influence import influence
from evisynth.synthesis.sensitivity.residuals import residuals

YI, VI = np.array([0.1, 0.2, 0.15, 0.3, 2.5, 0.2, 0.05]), np.array([0.04, 0.09, 0.02, 0.12, 0.05, 0.03, 0.06])
YEAR = np.array([1990.0, 1995, 2001, 2003, 2004, 2010, 2015])


def regression(yi, vi, year, **how):
    return meta_regression(yi, vi, {"year": year}, **how)


def test_without_a_study_is_the_regression_of_the_others():
    found = influence(regression(YI, VI, YEAR, method="ML"))
    for at in range(7):
        left = regression(*(np.delete(column, at) for column in (YI, VI, YEAR)), method="ML")
        assert found.b_del[at] == pytest.approx(left.b, rel=1e-7)
        assert (found.tau2_del[at], found.QE_del[at]) == (
            pytest.approx(left.tau2, abs=1e-9),
            pytest.approx(left.Q),
        )


def test_leverages_sum_to_the_number_of_coefficients_and_weights_to_100():
    one, two = influence(pool(YI, VI)), influence(regression(YI, VI, YEAR))
    assert (one.hat.sum(), two.hat.sum(), one.weight.sum()) == pytest.approx((1, 2, 100))
    assert (one.p, two.p, two.dfbs.shape) == (1, 2, (7, 2))


def test_the_odd_study_stands_out():
    found = influence(pool(YI, VI))
    assert found.is_infl.tolist() == [False, False, False, False, True, False, False]
    marked = [line.split()[1] for line in str(found).splitlines() if line.endswith("*")]
    assert marked == ["5"]


def test_equal_studies_do_not_influence_anything():
    found = influence(pool(np.full(5, 0.3), np.full(5, 0.1)))
    assert np.abs([found.dffits, found.cook_d, found.rstudent]).max() < 1e-7
    assert not found.is_infl.any()


def test_the_test_of_the_analysis_does_not_matter():
    z, hk = influence(pool(YI, VI)), influence(pool(YI, VI, test="HK"))
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "dfbs"):
        assert getattr(z, name) == pytest.approx(getattr(hk, name), rel=1e-12), name


@given(st.floats(0.01, 100), st.floats(-1000, 1000))
def test_units_of_effects_and_moderators_do_not_matter(unit, shift):
    one = influence(regression(YI, VI, YEAR, method="DL"))
    other = influence(regression(unit * YI, unit**2 * VI, YEAR - shift, method="DL"))
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "hat", "weight", "QE_del"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-7), name
    assert other.tau2_del == pytest.approx(unit**2 * one.tau2_del, rel=1e-6, abs=1e-7 * unit**2)


def test_a_known_tau2_stays_known():
    assert influence(pool(YI, VI, tau2=0.2)).tau2_del.tolist() == [0.2] * 7
    assert influence(regression(YI, VI, YEAR, tau2=0.2)).tau2_del.tolist() == [0.2] * 7


def test_a_study_that_alone_determines_a_coefficient_cannot_be_left_out():
    fit = meta_regression(YI, VI, {"group": list("aaaaaab")}, studies=tuple("ABCDEFG"))
    found = influence(fit)
    assert found.not_fitted == ("G",)
    assert np.isnan([found.rstudent[6], found.cook_d[6], found.dfbs[6, 0]]).all()
    assert found.hat[6] == pytest.approx(1)
    assert found.is_infl[6]
    assert np.isnan(residuals(fit).rstandard[6])


def test_two_studies_are_too_few():
    with pytest.raises(DataError, match="3 are needed"):
        influence(pool(YI[:2], VI[:2]))


def test_results_by_other_weights_are_refused():
    with pytest.raises(DataError, match="inverse-variance weights"):
        influence(pool(YI, VI, weights=np.ones(7)))
    table = TwoByTwo.from_rows([("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 3, 231, 11, 220)])
    with pytest.raises(DataError, match="Give its table"):
        influence(pool_two_by_two(table, "OR"))
