"""Results in words."""

from evisynth.reporting.findings import Side, StudyRow
from evisynth.reporting.sentences import kappa_interval, occasions, side_told, spread_in_words, symbols
from evisynth.screening.agreement import Agreement


def side(events=None, n=None, event_count=None, **values):
    return Side("arm", events, n, event_count, (), tuple(values.items()))


def row(first=None, second=None, not_available=""):
    return StudyRow("a-2001", "A 2001", first, second, "", not_available)


def test_a_median_is_told_with_its_range():
    assert spread_in_words({"median": 280, "min": 0, "max": 1900}) == "median 280 (range 0 to 1900)"


def test_a_median_is_told_with_quartiles_and_range_where_a_report_has_both():
    told = spread_in_words({"median": 5.5, "q1": 2, "q3": 9, "min": 0, "max": 12})
    assert told == "median 5.5 (quartiles 2 to 9; range 0 to 12)"


def test_a_mean_is_told_with_its_sd_and_without_one():
    assert spread_in_words({"mean": 4.2, "sd": 1.1}) == "mean 4.2 (SD 1.1)"
    assert spread_in_words({"mean": 0}) == "mean 0"


def test_a_range_alone_is_told_and_half_a_range_is_not():
    assert spread_in_words({"min": 0, "max": 3}) == "range 0 to 3"
    assert spread_in_words({"median": 1, "min": 0}) == "median 1"
    assert spread_in_words({}) == ""


def test_people_and_events_are_told_apart():
    assert side_told(row(side(4, 30, 5)), "first") == "4 of 30 (5 events in all)"
    assert side_told(row(side(1, 15, 1)), "first") == "1 of 15 (1 event in all)"


def test_no_events_are_told_as_a_number():
    assert side_told(row(side(0, 18)), "first") == "0 of 18"
    assert occasions(0) == "0 events"


def test_a_group_without_data_is_told_with_its_reason():
    assert side_told(row(side(3, 9), None, "not reported"), "second") == "not reported"


def test_a_measurement_is_told_with_the_people_measured():
    assert side_told(row(side(None, 9, median=280)), "first") == "median 280, n = 9"


def test_squares_are_printed_as_squares_and_other_names_stay():
    assert symbols("I2 is 7%, tau2 is 0, Chi2; CO2") == "I² is 7%, tau² is 0, Chi²; CO2"


def test_the_interval_of_kappa_is_cut_off_where_kappa_ends():
    few = Agreement(both_include=4, only_first=0, only_second=2, both_exclude=32)
    assert few.kappa_ci[1] > 1
    assert kappa_interval(few) == "0.47 to 1.00"
