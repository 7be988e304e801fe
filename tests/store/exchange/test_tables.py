"""What the tables of the folder allow is what the stages know."""

from evisynth.errors import DataError
from evisynth.store.exchange import tables
from evisynth.synthesis.measures.scale import MEASURES
from evisynth.synthesis.pooling.intervals import TESTS
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.prediction import PREDICTION_METHODS
from evisynth.synthesis.profiles import PROFILES
from evisynth.synthesis.recipe import METHODS
from evisynth.synthesis.study_table import columns_of


def from_arms(measure):
    try:
        return bool(columns_of(measure))
    except DataError:
        return False


def choices(name):
    return set(next(column.choices for column in tables.ANALYSIS_COLUMNS if column.name == name))


def test_an_analysis_may_name_every_measure_of_arms_and_those_that_reports_give_alone():
    assert choices("measure") == {one for one in MEASURES if from_arms(one)} | {
        "HR",
        "generic",
        "generic ratio",
    }
    assert len(tables.MEASURES) == len(set(tables.MEASURES))


def test_an_analysis_may_name_every_estimator_test_profile_and_method():
    assert choices("tau2") == set(TAU2_METHODS)
    assert choices("test") == set(TESTS)
    assert choices("prediction") == set(PREDICTION_METHODS)
    assert choices("profile") == set(PROFILES)
    assert choices("method") == set(METHODS)
