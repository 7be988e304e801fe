import datetime as dt

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.profiles import METAFOR
from evisynth.synthesis.sensitivity.cumulative import cumulative

YI, VI = np.array([0.1, 0.8, -0.3, 1.2, 0.5]), np.array([0.04, 0.09, 0.02, 0.12, 0.05])
YEARS = [2001, 1999, 2010, 1999, 1985]
NAMES = tuple("ABCDE")
POOLED = pool(YI, VI, studies=NAMES, method="PM", test="HK")


def test_each_row_pools_the_studies_so_far():
    found = cumulative(POOLED)
    for at in range(1, 5):
        want = pool(YI[: at + 1], VI[: at + 1], method="PM", test="HK")
        for name in ("k", "mu", "se", "ci_low", "ci_high", "p", "tau2", "Q", "I2", "I2_tau2"):
            assert getattr(found, name)[at] == pytest.approx(getattr(want, name), rel=1e-10, abs=1e-12), name
    assert (found.studies, found.mu[-1]) == (NAMES, pytest.approx(POOLED.mu))


def test_it_begins_with_one_study_which_has_no_spread():
    found = cumulative(pool(YI, VI, studies=NAMES))
    assert (found.mu[0], found.se[0], found.tau2[0], found.Q[0]) == (0.1, 0.2, 0, 0)
    assert np.isnan([found.I2[0], found.H2[0], found.p_Q[0]]).all()
    assert np.isnan(cumulative(POOLED).se[0])  # Hartung-Knapp needs two


def test_the_order_follows_years_and_of_one_year_the_first_in_the_data():
    assert cumulative(POOLED, by=YEARS).studies == tuple("EBDAC")
    assert cumulative(POOLED, by=YEARS, descending=True).studies == tuple("CABDE")
    assert cumulative(POOLED, by=-VI).studies == tuple("DBEAC")
    days = [dt.date(year, 5, 1) for year in YEARS]
    assert cumulative(POOLED, by=days).studies == tuple("EBDAC")


def test_the_order_may_be_given():
    found = cumulative(POOLED, order=list("CADBE"))
    assert found.studies == tuple("CADBE")
    assert found.mu[1] == pytest.approx(pool(YI[[2, 0]], VI[[2, 0]], method="PM").mu)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"order": ["A", "B", "C"]}, "lacks D, E"),
        ({"order": list("AABCDE")}, "names a study twice"),
        ({"order": list("ABCDX")}, "'X' is no study"),
        ({"by": [1, 2]}, "each needs one"),
        ({"by": [1, 2, np.nan, 4, 5]}, "C: no value to order by"),
        ({"by": [1, 2, None, 4, 5]}, "C: no value to order by"),
        ({"by": YEARS, "order": NAMES}, "Give either"),
    ],
)
def test_an_order_that_leaves_something_open_is_refused(how, message):
    with pytest.raises(DataError, match=message):
        cumulative(POOLED, **how)


TABLE = TwoByTwo.from_rows(
    [("A", 0, 40, 0, 42), ("B", 0, 44, 3, 35), ("C", 2, 208, 9, 195), ("D", 5, 151, 6, 157)]
)


def test_a_table_begins_with_its_first_study_that_says_something():
    found = cumulative(TABLE, pool_peto)
    assert np.isnan(found.mu).tolist() == [True, False, False, False]
    assert [study for study, _ in found.not_pooled] == ["A"]
    assert found.mu[1:3].tolist() == [found.whole.yi[0], pool_peto(TABLE.take([0, 1, 2])).mu]
    assert "added" in str(found).splitlines()[1]


def test_a_study_with_a_zero_cell_alone_has_the_corrected_effect_of_the_forest_plot():
    # metafor's cumul has NA here, since the odds ratio of the study alone is 0.
    found = cumulative(TABLE, lambda some: pool_mantel_haenszel(some, "OR", METAFOR), order=list("BCDA"))
    assert (found.mu[0], found.se[0]) == (found.whole.yi[0], np.sqrt(found.whole.vi[0]))
