import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.profiles import PROFILES
from evisynth.synthesis.study_table import (
    StudyTable,
    columns_of,
    compares_groups,
    may_be_given,
    table_effects,
)

# Normand 1999, doi:10.1002/(SICI)1097-0258(19990215)18:3<321::AID-SIM28>3.0.CO;2-P, studies 1 to 3: length of stay.
STAY = {"mean1": [55.0, 27, 64], "sd1": [47.0, 7, 17], "n1": [155.0, 31, 75], "mean2": [75.0, 29, 119],
        "sd2": [64.0, 4, 29], "n2": [156.0, 32, 71]}  # fmt: skip
NAMES = ("A", "B", "C")
NONE = float("nan")


@pytest.mark.parametrize(
    ("profile", "options"),
    [
        ("revman5", {"vtype": "RM", "correct": "approximate"}),
        ("revman-web", {"vtype": "RM", "correct": "approximate"}),
        ("meta", {"vtype": "UB"}),
        ("metafor", {"vtype": "LS"}),
    ],
)
def test_a_standardised_mean_difference_is_that_of_the_profile(profile, options):
    found = table_effects(StudyTable.of(NAMES, STAY), "SMD", PROFILES[profile])
    expected = effect_sizes("SMD", **options, **STAY)
    assert found.yi.tolist() == expected.yi.tolist()
    assert found.vi.tolist() == expected.vi.tolist()


def test_a_mean_difference_is_the_same_in_every_profile():
    table = StudyTable.of(NAMES, STAY)
    found = [table_effects(table, "MD", profile) for profile in PROFILES.values()]
    assert all(one.yi.tolist() == [-20, -2, -55] for one in found)
    assert len({tuple(one.vi) for one in found}) == 1


def test_given_effects_go_by_their_standard_error_or_by_the_interval_at_its_own_level():
    table = StudyTable.of(NAMES, {"estimate": [0.7, 0.85, 0.6], "se": [NONE, 0.31, NONE], "ci_low": [0.45, NONE, 0.41],
                                  "ci_high": [1.09, NONE, 0.88], "level": [NONE, NONE, 0.9]})  # fmt: skip
    effects = table_effects(table, "HR", PROFILES["metafor"])
    assert effects.yi == pytest.approx(np.log([0.7, 0.85, 0.6]))
    half = [1.959963984540054, 1.6448536269514722]  # normal quantiles of 97.5% and 95%
    expected = [np.log(1.09 / 0.45) / (2 * half[0]), 0.31, np.log(0.88 / 0.41) / (2 * half[1])]
    assert effects.sei == pytest.approx(expected, rel=1e-12)


def test_a_given_difference_is_taken_as_it_is():
    table = StudyTable.of(NAMES[:2], {"estimate": [-3.0, 1.5], "se": [1.0, 2.0]})
    effects = table_effects(table, "MD", PROFILES["metafor"])
    assert (effects.yi.tolist(), effects.vi.tolist()) == ([-3.0, 1.5], [1.0, 4.0])


def test_a_given_ratio_below_0_has_no_effect_and_says_so():
    table = StudyTable.of(NAMES[:2], {"estimate": [-1.0, 0.8], "se": [0.2, 0.2]})
    effects = table_effects(table, "HR", PROFILES["metafor"])
    assert effects.defined.tolist() == [False, True]
    assert effects.undefined[0][0] == "A"
    assert "not above 0" in effects.undefined[0][1]


def test_means_without_any_spread_have_no_variance_and_no_effect():
    table = StudyTable.of(NAMES, STAY | {"sd1": [0.0, 7, 17], "sd2": [0.0, 4, 29]})
    effects = table_effects(table, "MD", PROFILES["metafor"])
    assert effects.undefined == (("A", "no spread: its MD has no variance"),)
    assert effects.defined.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("measure", "columns"),
    [
        ("RR", ("events1", "n1", "events2", "n2")),
        ("IRR", ("events1", "time1", "events2", "time2")),
        ("MD", ("mean1", "sd1", "n1", "mean2", "sd2", "n2")),
        ("PLO", ("events", "n")),
        ("SMD1", ("mean1", "n1", "mean2", "sd2", "n2")),
    ],
)
def test_what_a_measure_takes_of_arms(measure, columns):
    assert columns_of(measure) == columns


@pytest.mark.parametrize("measure", ["HR", "COR", "SMCC", "generic"])
def test_measures_that_arms_do_not_give_say_so(measure):
    with pytest.raises(DataError, match="cannot be computed from the numbers of arms"):
        columns_of(measure)


def test_a_proportion_compares_nothing_and_is_no_effect_that_a_report_gives():
    assert not compares_groups("PLO")
    assert compares_groups("HR")
    assert not may_be_given("PLO")
    assert may_be_given("HR")
    assert may_be_given("MD")
    with pytest.raises(DataError, match="is a ratio or a difference"):
        table_effects(StudyTable.of(("A",), {"estimate": [0.2], "se": [0.1]}), "PLO", PROFILES["metafor"])


@pytest.mark.parametrize(
    ("names", "columns", "says"),
    [
        (("A", "A"), {"events": [1, 2], "n": [3, 4]}, "A: this study stands twice"),
        (("A", "B"), {"events": [1, 2], "n": [3]}, "n has shape"),
    ],
)
def test_a_table_that_cannot_be_is_refused(names, columns, says):
    with pytest.raises(DataError, match=says):
        StudyTable.of(names, columns)
