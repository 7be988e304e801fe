"""Values that a report does not print but implies, one by one."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.extraction.conversions import (
    cells_from_chi_square,
    cells_from_odds_ratio,
    cells_from_phi,
    change_correlation,
    change_sd,
    combined_groups,
    d_from_t,
    design_effect,
    effect_from_ci,
    effect_from_p,
    effect_from_statistic,
    effective_size,
    events_from_percentage,
    events_from_rate,
    intracluster_correlation,
    log_normal_from_five_numbers,
    log_ratio_from_ci,
    mean_from_five_numbers,
    person_time,
    sd_from_ci,
    sd_from_difference,
    sd_from_five_numbers,
    sd_from_iqr,
    sd_from_range,
    sd_from_se,
    skewed,
)

numbers = st.floats(-50, 50)
spreads = st.floats(0.1, 20)


# ---------------------------------------------------------------- what a conversion is


def test_a_conversion_names_its_formula_and_source():
    found = sd_from_se(2.5, 16)
    assert found.value == found["sd"] == 10
    assert str(found) == "sd = 10, by sd = se x sqrt(n) (Cochrane Handbook 6.5, section 6.5.2.2)"


def test_what_was_rounded_is_said():
    assert "rounded to whole people" in str(events_from_percentage(30, 36.7))


def test_a_conversion_with_several_values_is_asked_by_name():
    found = combined_groups(10, 1.0, 1.0, 10, 2.0, 1.0)
    with pytest.raises(DataError, match="gives n, mean, sd; name the one"):
        _ = found.value
    with pytest.raises(DataError, match="not median"):
        _ = found["median"]


# ---------------------------------------------------------------- the Cochrane Handbook's own examples


def test_the_handbooks_interval_of_a_small_group():
    # Section 6.5.2.2: 95% interval 30.0 to 34.2 of 25 people; t = 2.064, standard deviation 5.09.
    assert sd_from_ci(30.0, 34.2, 25).value == pytest.approx(5.09, abs=0.005)


def test_the_handbooks_p_value_of_a_difference_in_means():
    # Section 6.5.2.3: difference 3.8, P = 0.008, 25 and 22 people; t = 2.78, SE = 1.37, SD = 4.69.
    found = effect_from_p(3.8, 0.008, df=45)
    assert found["yi"] / found["se"] == pytest.approx(2.78, abs=0.005)
    assert found["se"] == pytest.approx(1.37, abs=0.005)
    assert sd_from_difference(found["se"], 25, 22).value == pytest.approx(4.69, abs=0.01)


def test_the_handbooks_p_value_of_a_risk_difference():
    # Section 6.3.1: P = 0.008 of a risk difference of 0.03; z = 2.652, SE = 0.011.
    found = effect_from_p(0.03, 0.008)
    assert found["yi"] / found["se"] == pytest.approx(2.652, abs=5e-4)
    assert found["se"] == pytest.approx(0.011, abs=5e-4)


def test_the_handbooks_correlation_of_changes():
    # Section 6.5.2.8: standard deviations 4.0, 3.8 and 1.2 of changes; 4.4, 4.0 and 1.4: correlation 0.95 in both arms.
    assert change_correlation(4.0, 3.8, 1.2).value == pytest.approx(0.95, abs=0.005)
    assert change_correlation(4.4, 4.0, 1.4).value == pytest.approx(0.95, abs=0.005)


def test_the_handbooks_cluster_randomised_trial():
    # Section 23.1.4: ICC 0.02, (295 + 330) / (10 + 11) children a class; 295 become 187.2, 63 with the event 40.0.
    effect = design_effect((295 + 330) / (10 + 11), 0.02).value
    assert effect == pytest.approx(1.576, abs=0.001)
    assert effective_size(295, effect).value == pytest.approx(187.2, abs=0.1)
    assert effective_size(63, effect).value == pytest.approx(40.0, abs=0.05)


def test_the_quartiles_of_a_normal_variable_are_1_35_standard_deviations_apart():
    z = statistics.NormalDist().inv_cdf(0.75)
    assert sd_from_iqr(-z, z).value == pytest.approx(1, abs=0.001)


# ---------------------------------------------------------------- laws


@given(st.lists(numbers, min_size=2, max_size=20), st.lists(numbers, min_size=2, max_size=20))
def test_two_groups_combined_are_as_all_their_people(one, two):
    parts = [
        part
        for group in (one, two)
        for part in (len(group), statistics.fmean(group), statistics.stdev(group))
    ]
    found = combined_groups(*parts)
    assert found["n"] == len(one) + len(two)
    assert found["mean"] == pytest.approx(statistics.fmean(one + two), abs=1e-9)
    assert found["sd"] == pytest.approx(statistics.stdev(one + two), rel=1e-6, abs=1e-6)


@given(spreads, spreads, st.floats(-0.99, 0.99))
def test_the_spread_of_changes_and_their_correlation_lead_to_each_other(sd1, sd2, r):
    assert change_correlation(sd1, sd2, change_sd(sd1, sd2, r).value).value == pytest.approx(r, abs=1e-8)


@given(numbers, spreads, st.sampled_from([0.9, 0.95, 0.99]), st.sampled_from([None, 5.0, 40.0]))
def test_an_interval_leads_back_to_its_standard_error(estimate, se, level, df):
    z = statistics.NormalDist().inv_cdf(0.5 + level / 2)
    if df is None:
        found = effect_from_ci(estimate, estimate - z * se, estimate + z * se, level)
        assert found["se"] == pytest.approx(se, rel=1e-9)
    else:  # t intervals are wider than normal ones, so that their standard error is smaller
        assert effect_from_ci(estimate, estimate - se, estimate + se, level, df=df)["se"] < se / z


@given(st.floats(0.05, 20), st.floats(0.05, 1.5))
def test_a_ratio_with_its_interval_gives_its_log_and_standard_error(ratio, se):
    z = statistics.NormalDist().inv_cdf(0.975)
    found = log_ratio_from_ci(ratio, ratio * math.exp(-z * se), ratio * math.exp(z * se))
    assert found["yi"] == pytest.approx(math.log(ratio))
    assert found["se"] == pytest.approx(se, rel=1e-9)


@given(st.floats(0.01, 5), st.floats(0.1, 5))
def test_a_statistic_and_its_p_value_give_the_same_standard_error(effect, z):
    p = 2 * statistics.NormalDist().cdf(-z)
    by_statistic, by_p = effect_from_statistic(effect, z), effect_from_p(effect, p)
    assert by_p["se"] == pytest.approx(by_statistic["se"], rel=1e-6)
    assert effect_from_p(-effect, p)["se"] == by_p["se"]


tables = st.lists(st.integers(1, 400), min_size=4, max_size=4).map(
    lambda cells: [float(cell) for cell in cells]
)


@given(tables)
def test_the_cells_come_back_from_their_odds_ratio_phi_and_chi_square(cells):
    a, b, c, d = cells
    n, n1, events = a + b + c + d, a + b, a + c
    margins = {"n": n, "n1": n1, "events": events}
    difference = a * d - b * c
    product = n1 * (c + d) * events * (b + d)
    phi = difference / math.sqrt(product)
    for found in (
        cells_from_odds_ratio(a * d / (b * c), **margins),
        cells_from_phi(phi, **margins),
        cells_from_chi_square(n * phi**2, **margins, yates=False, more_in_group1=difference >= 0),
    ):
        assert list(found.values.values()) == cells
    if abs(difference) >= n / 2:  # else the corrected chi-square is 0 whatever the cells
        corrected = n * (abs(difference) - n / 2) ** 2 / product
        found = cells_from_chi_square(corrected, **margins, more_in_group1=difference > 0)
        assert list(found.values.values()) == cells


@given(st.integers(5, 2000), numbers, spreads)
def test_five_numbers_that_lie_symmetrically_have_the_median_as_mean(n, median, step):
    five = {
        "smallest": median - 2 * step,
        "q1": median - step,
        "q3": median + step,
        "largest": median + 2 * step,
    }
    assert mean_from_five_numbers(n, median, **five).value == pytest.approx(median, abs=1e-9)
    assert skewed(n, median, **five)["skewed"] == 0


@pytest.mark.parametrize("numbers_given", ["range", "quartiles", "all"])
def test_a_normal_sample_is_called_skewed_about_one_time_in_twenty(numbers_given):
    normal, n, called = random.Random(20230), 41, 0
    for _ in range(1500):
        people = sorted(normal.gauss(10, 2) for _ in range(n))
        ends = {"smallest": people[0], "largest": people[-1]}
        quartiles = {"q1": people[10], "q3": people[30]}
        five = {"range": ends, "quartiles": quartiles, "all": ends | quartiles}[numbers_given]
        called += skewed(n, people[20], **five)["skewed"] == 1
    assert 0.03 < called / 1500 < 0.07


@given(st.integers(5, 2000), st.floats(0.1, 10), st.floats(0.01, 100))
def test_another_unit_changes_a_spread_from_five_numbers_by_its_factor(n, step, factor):
    five = {"smallest": 0.0, "q1": step, "q3": 2.5 * step, "largest": 6 * step}
    scaled = {name: value * factor for name, value in five.items()}
    for method in ("shi", "wan"):
        there, other = (sd_from_five_numbers(n, method=method, **values).value for values in (five, scaled))
        assert other == pytest.approx(there * factor, rel=1e-9)


def test_a_log_normal_sample_of_many_people_comes_back():
    # Quantiles of exp(N(1, 0.5)) as a sample of 10,001 has them; its mean is exp(1.125), its SD that times sqrt(e^0.25 - 1).
    normal, n = statistics.NormalDist(1, 0.5), 10_001
    low, q1, median, q3, high = (
        math.exp(normal.inv_cdf(p)) for p in (0.625 / (n + 0.25), 0.25, 0.5, 0.75, (n - 0.375) / (n + 0.25))
    )
    found = log_normal_from_five_numbers(n, smallest=low, q1=q1, median=median, q3=q3, largest=high)
    assert found["mean"] == pytest.approx(math.exp(1.125), rel=0.005)
    assert found["sd"] == pytest.approx(math.exp(1.125) * math.sqrt(math.exp(0.25) - 1), rel=0.01)


def test_events_rates_and_person_time_belong_together():
    time = person_time(40, 1.5)
    assert time.value == 60
    assert "as if nobody left" in time.note
    assert events_from_rate(0.2, time.value).value == pytest.approx(12)


def test_a_t_value_gives_the_standardised_difference_of_its_groups():
    # d = (m1 - m2) / sd and t = (m1 - m2) / (sd sqrt(1/n1 + 1/n2)); here m1 - m2 = 2, sd = 4.
    t = 2 / (4 * math.sqrt(1 / 10 + 1 / 15))
    assert d_from_t(t, 10, 15).value == pytest.approx(0.5)


def test_the_intracluster_correlation_is_the_share_between_clusters():
    assert intracluster_correlation(1, 49).value == 0.02


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sd_from_se(-1, 10), "se is -1; it must be 0 or more"),
        (lambda: sd_from_se(1, 0), "n is 0; it must be above 0"),
        (lambda: sd_from_se(math.nan, 10), "se is nan; it must be given as a number"),
        (lambda: sd_from_ci(5, 4, 10), "ci_low 5 is above ci_high 4"),
        (lambda: sd_from_ci(4, 5, 1), "n is 1; it must be 2 or more"),
        (lambda: sd_from_ci(4, 5, 10, 95), "level is 95; it must lie between 0 and 1"),
        (lambda: sd_from_range(5, 4, 10), "min 5 is above max 4"),
        (lambda: effect_from_ci(3, 1, 2), "The estimate 3 lies outside its interval 1 to 2"),
        (lambda: log_ratio_from_ci(1, 0, 2), "a ratio and its limits are above 0"),
        (lambda: effect_from_ci(1, 1, 1), "the standard error comes out as 0"),
        (lambda: effect_from_statistic(0.5, -2), "both must have the same sign"),
        (lambda: effect_from_statistic(0.0, 0.0), "both must have the same sign and not be 0"),
        (lambda: effect_from_p(0.5, 0), "p is 0; it must lie between 0 and 1"),
        (lambda: effect_from_p(0.0, 0.5), "An effect of 0 has a p value of 1"),
        (lambda: change_correlation(1, 1, 5), "a correlation of -11.5, which does not exist"),
        (lambda: change_sd(1, 1, 2), "r is 2; a correlation lies between -1 and 1"),
        (lambda: events_from_percentage(20, 62.5), "62.5% of 20 people is no whole number"),
        (lambda: events_from_percentage(20, 105), "105% of 20 people"),
        (lambda: cells_from_phi(0.9, 100, 20, 70), "which cannot be"),
        (lambda: cells_from_odds_ratio(2, 100, 100, 20), "both must be below the total"),
        (lambda: cells_from_odds_ratio(-1, 100, 50, 20), "odds_ratio is -1; it must be above 0"),
        (lambda: cells_from_chi_square(-1, 100, 50, 20), "chi_square is -1; it must be 0 or more"),
        (lambda: mean_from_five_numbers(30, 5), "a median is converted with min and max"),
        (lambda: mean_from_five_numbers(30, 5, q1=4), "Found q1, median; a median is converted"),
        (lambda: mean_from_five_numbers(30, 5, q1=6, q3=7), "q1 6 is above median 5"),
        (lambda: mean_from_five_numbers(3, 5, q1=4, q3=7), "n is 3; it must be 5 or more"),
        (lambda: mean_from_five_numbers(30, 5, q1=4, q3=7, method="bland"), "'bland' gives no mean from q1, median, q3"),
        (lambda: sd_from_five_numbers(30, smallest=1, q1=2, q3=4, largest=5, method="bland"), "'bland' gives no sd"),
        (lambda: design_effect(0.5, 0.02), "cluster_size is 0.5; it must be 1 or more"),
        (lambda: design_effect(20, 2), "icc is 2; it must lie between -1 and 1"),
        (lambda: person_time(0, 1), "n is 0; it must be above 0"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_told(call, says):
    with pytest.raises(DataError, match=says):
        call()
