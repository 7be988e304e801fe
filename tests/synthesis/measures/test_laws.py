"""What holds for every measure whatever the data: swapped groups, changed units, more people, the order of studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.formulas import (
    FORMULAS,
    ONE_PROPORTION,
    PAIRS,
    TWO_BY_TWO,
    TWO_MEANS,
    TWO_RATES,
)
from evisynth.synthesis.measures.scale import measure_named

few = settings(max_examples=25)  # of some 300 combinations of law and measure


def of_family(family):
    return [measure for measure, formula in FORMULAS.items() if formula.family is family]


counts = st.integers(1, 200).map(float)
sizes = st.integers(4, 300).map(float)
spreads = st.floats(0.2, 5)
means = st.floats(1, 50)
cells = st.fixed_dictionaries(dict.fromkeys(("events1", "nonevents1", "events2", "nonevents2"), counts))
rates = st.fixed_dictionaries({"events1": counts, "time1": spreads, "events2": counts, "time2": spreads})
two_means = st.fixed_dictionaries(
    {"mean1": means, "sd1": spreads, "n1": sizes, "mean2": means, "sd2": spreads, "n2": sizes}
)
changes = st.fixed_dictionaries(
    {"mean1": means, "sd1": spreads, "mean2": means, "sd2": spreads, "n": sizes, "r": st.floats(-0.9, 0.9)}
)
pairs = st.fixed_dictionaries(dict.fromkeys(("both", "only1", "only2", "neither"), counts))
DATA = {TWO_BY_TWO: cells, TWO_RATES: rates, TWO_MEANS: two_means, PAIRS: pairs}


def swapped(columns):
    """Group 2 as group 1."""
    other = {"1": "2", "2": "1"}
    return {
        name[:-1] + other[name[-1]] if name[-1] in other else name: value for name, value in columns.items()
    }


def agree(found, want, **tolerance):
    np.testing.assert_allclose(found.yi, want.yi, **tolerance)
    np.testing.assert_allclose(found.vi, want.vi, **tolerance)


# Measures with a value of no effect on the analysis scale change sign; a probability of superiority its side of 1/2.
# Glass' and Becker's divisors belong to one group or time, so theirs are another measure after a swap.
ONE_SIDED = {"SMD1", "SMD1H"}


@pytest.mark.parametrize(
    "measure",
    [
        *of_family(TWO_BY_TWO),
        *of_family(TWO_RATES),
        *sorted(set(of_family(TWO_MEANS)) - ONE_SIDED),
        *of_family(PAIRS),
    ],
)
@few
@given(data=st.data())
def test_swapping_the_groups_flips_the_effect_and_keeps_its_variance(measure, data):
    columns = data.draw(DATA[FORMULAS[measure].family])
    there, back = effect_sizes(measure, **columns), effect_sizes(measure, **swapped(columns))
    if np.isnan(there.yi[0]):
        assert np.isnan(back.yi[0])
        return
    centre = 0.5 if measure_named(measure).null == 0.5 else 0.0
    assert back.yi[0] - centre == pytest.approx(centre - there.yi[0], rel=1e-9, abs=1e-11)
    assert back.vi[0] == pytest.approx(there.vi[0], rel=1e-8, abs=1e-14)


# Where the formula has no n - 1, n - 2 or n - 3, twice the people halve the variance and leave the effect.
HALVED = {
    "RR",
    "OR",
    "RD",
    "AS",
    "PBIT",
    "OR2D",
    "OR2DL",
    "OR2DN",
    "PHI",
    "ZPHI",
    "YUQ",
    "YUY",
    "RTET",
    "ZTET",
}


@pytest.mark.parametrize("measure", sorted(HALVED))
@few
@given(columns=cells)
def test_twice_the_people_halve_the_variance(measure, columns):
    once, twice = (
        effect_sizes(measure, **columns),
        effect_sizes(measure, **{k: 2 * v for k, v in columns.items()}),
    )
    np.testing.assert_allclose(twice.yi, once.yi, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(twice.vi, once.vi / 2, rtol=1e-7)


@pytest.mark.parametrize("measure", of_family(PAIRS))
@few
@given(columns=pairs)
def test_twice_the_pairs_halve_the_variance(measure, columns):
    once, twice = (
        effect_sizes(measure, **columns),
        effect_sizes(measure, **{k: 2 * v for k, v in columns.items()}),
    )
    np.testing.assert_allclose(twice.yi, once.yi, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(twice.vi, once.vi / 2, rtol=1e-9)


@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PRZ", "PAS"])
@few
@given(events=st.integers(1, 99).map(float))
def test_twice_the_people_of_one_group_halve_the_variance(measure, events):
    once, twice = effect_sizes(measure, events=events, n=100), effect_sizes(measure, events=2 * events, n=200)
    np.testing.assert_allclose(twice.yi, once.yi, rtol=1e-12)
    np.testing.assert_allclose(twice.vi, once.vi / 2, rtol=1e-12)


@pytest.mark.parametrize("measure", ["IRR", "IRD", "IRSD"])
@few
@given(columns=rates, factor=st.floats(0.01, 400))
def test_another_unit_of_time_leaves_a_rate_ratio_and_divides_a_rate_difference(measure, columns, factor):
    times = {name: value * factor for name, value in columns.items() if name.startswith("time")}
    there, other = effect_sizes(measure, **columns), effect_sizes(measure, **{**columns, **times})
    divisor = {"IRR": 1.0, "IRD": factor, "IRSD": factor**0.5}[measure]
    np.testing.assert_allclose(other.yi, there.yi / divisor, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other.vi, there.vi / divisor**2, rtol=1e-9)


SCALED = {"MD"}  # in the unit of the measurement; every other measure of means has none


@pytest.mark.parametrize("measure", of_family(TWO_MEANS))
@few
@given(columns=two_means, factor=st.floats(0.01, 100))
def test_another_unit_of_measurement_changes_the_mean_difference_alone(measure, columns, factor):
    measured = {name: value * factor for name, value in columns.items() if not name.startswith("n")}
    there, other = effect_sizes(measure, **columns), effect_sizes(measure, **{**columns, **measured})
    times = factor if measure in SCALED else 1.0
    np.testing.assert_allclose(other.yi, there.yi * times, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(other.vi, there.vi * times**2, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    "measure", ["MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "SMCRPH", "ROMC", "VRC", "CVRC", "CLESCN"]
)
@few
@given(columns=changes, factor=st.floats(0.01, 100))
def test_another_unit_of_measurement_changes_the_mean_change_alone(measure, columns, factor):
    measured = {
        name: value * factor for name, value in columns.items() if name[:4] == "mean" or name[:2] == "sd"
    }
    there, other = effect_sizes(measure, **columns), effect_sizes(measure, **{**columns, **measured})
    times = factor if measure == "MC" else 1.0
    np.testing.assert_allclose(other.yi, there.yi * times, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(other.vi, there.vi * times**2, rtol=1e-7, atol=1e-12)


@few
@given(columns=changes)
def test_uncorrelated_times_differ_as_two_groups_of_the_same_size_do(columns):
    two_groups = {
        **{name: columns[name] for name in ("mean1", "sd1", "mean2", "sd2")},
        "n1": columns["n"],
        "n2": columns["n"],
    }
    for within, between in (("MC", "MD"), ("ROMC", "ROM"), ("CLESCN", "CLESN")):
        once = effect_sizes(within, **{**columns, "r": 0.0})
        agree(once, effect_sizes(between, **two_groups), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("measure", of_family(TWO_BY_TWO))
@few
@given(columns=cells, others=st.lists(cells, min_size=1, max_size=4), place=st.integers(0, 3))
def test_a_study_has_the_same_effect_beside_any_others_in_any_order(measure, columns, others, place):
    rows = [*others[:place], columns, *others[place:]]
    table = {name: [row[name] for row in rows] for name in columns}
    found, alone = effect_sizes(measure, **table), effect_sizes(measure, **columns)
    row = min(place, len(others))
    np.testing.assert_allclose(found.yi[row], alone.yi[0], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.vi[row], alone.vi[0], rtol=1e-9)


@few
@given(data=st.data())
@pytest.mark.parametrize("measure", sorted(FORMULAS))
def test_a_variance_is_never_negative_and_stands_where_an_effect_does(measure, data):
    family = FORMULAS[measure].family
    small = st.integers(0, 6).map(float)
    drawn = {}
    for name in family.columns:
        if name.startswith("nonevents"):
            continue
        if name in ("n", "n1", "n2"):
            drawn[name] = st.integers(6, 9).map(float) if family.sizes else st.integers(1, 9).map(float)
        elif name.startswith("time"):
            drawn[name] = st.floats(0.1, 9)
        else:
            drawn[name] = {"r": st.floats(-1, 1), "r2": st.floats(0, 1), "alpha": st.floats(-1, 1),
                           "items": st.integers(2, 9).map(float), "predictors": st.integers(1, 5).map(float)}.get(name, small)  # fmt: skip
    found = effect_sizes(measure, **{name: data.draw(strategy) for name, strategy in drawn.items()})
    assert np.isnan(found.yi[0]) == np.isnan(found.vi[0])
    assert np.isnan(found.yi[0]) == bool(found.undefined)
    assert np.isnan(found.vi[0]) or found.vi[0] >= 0


@pytest.mark.parametrize("letters", ["AS", "PAS", "PFT", "IRS", "IRFT", "IRSD"])
def test_transformations_that_steady_the_variance_bear_zero_events_without_a_correction(letters):
    columns = {
        "events1": 0,
        "n1": 20,
        "events2": 0,
        "n2": 25,
        "time1": 5.0,
        "time2": 6.0,
        "events": 0,
        "n": 20,
        "time": 5.0,
    }
    wanted = {name: columns[name] for name in FORMULAS[letters].family.columns if name in columns}
    found = effect_sizes(letters, **wanted)
    assert found.defined[0]
    assert not found.corrected[0]


@pytest.mark.parametrize(("letters", "vtypes"), [(m, f.vtypes) for m, f in FORMULAS.items() if f.vtypes])
@few
@given(data=st.data())
def test_the_first_variance_is_the_one_taken_without_a_word(letters, vtypes, data):
    family = FORMULAS[letters].family
    strategies = {**DATA, ONE_PROPORTION: st.fixed_dictionaries({"events": counts, "nonevents": counts})}
    if family in strategies:
        columns = data.draw(strategies[family])
    elif "mean1" in family.columns:
        columns = data.draw(changes)
    else:
        columns = {"r": data.draw(st.floats(-0.9, 0.9)), "n": data.draw(sizes)}
    agree(effect_sizes(letters, **columns), effect_sizes(letters, vtype=vtypes[0], **columns))
    for vtype in vtypes:
        np.testing.assert_array_equal(
            effect_sizes(letters, vtype=vtype, **columns).yi, effect_sizes(letters, **columns).yi
        )
