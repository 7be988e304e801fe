import numpy as np
import pytest
from scipy.stats import linregress, nchypergeom_fisher

from evisynth.errors import DataError
from evisynth.synthesis.bias.rank_test import rank_test
from evisynth.synthesis.bias.regression_test import regression_test
from evisynth.synthesis.bias.table_tests import (
    TABLE_TESTS,
    _noncentral,
    pustejovsky_test,
    schwarzer_test,
    table_test,
)
from evisynth.synthesis.measures.two_by_two import NO_CORRECTION, TwoByTwo, log_odds_ratio
from support.dependent_effects import cases, disagreements
from support.reference_cases import table_of

# meta 8.4-0, metabias after metabin
META = [
    one
    for one in cases("small_study_meta.json", "meta_pkg.json")
    if one.values[0]["features"][0] == "metabias"
]
TABLE = TwoByTwo(
    tuple("ABCDEFG"),
    [4, 6, 3, 62, 33, 0, 8],
    [123, 306, 231, 13598, 5069, 40, 2545],
    [11, 29, 11, 248, 47, 3, 10],
    [139, 303, 220, 12867, 5808, 41, 629],
)
WITH_NOTHING = TwoByTwo(
    (*TABLE.studies, "none", "all"),
    np.append(TABLE.events1, [0, 10]),
    np.append(TABLE.n1, [20, 10]),
    np.append(TABLE.events2, [0, 12]),
    np.append(TABLE.n2, [20, 12]),
)


@pytest.mark.parametrize(("case", "columns"), META)
def test_the_tests_of_meta_are_repeated(case, columns):
    table = table_of({name: np.array(columns[name], dtype=float) for name in ("ai", "bi", "ci", "di")})
    kind = case["features"][1].removeprefix("method.bias:").lower()
    effects = log_odds_ratio(table)
    y, v = effects.yi[effects.defined], effects.vi[effects.defined]
    if kind == "begg":
        ranks = rank_test(y, v, exact=False)
        got = {"statistic": ranks.z, "p": ranks.p, "estimate": [ranks.S, ranks.se_S]}
    else:
        test = regression_test(y, v) if kind == "egger" else table_test(table, kind=kind)
        got = {"statistic": test.statistic, "p": test.p, "estimate": [test.slope, test.se], "df": test.ddf}
    assert disagreements(case, got) == {}


def weighted_slope(y, x, weights):
    """Slope by weighted least squares, from sums."""
    mean_x, mean_y = np.average(x, weights=weights), np.average(y, weights=weights)
    return np.sum(weights * (x - mean_x) * (y - mean_y)) / np.sum(weights * (x - mean_x) ** 2)


def test_each_regression_has_the_weights_and_predictor_of_its_paper():
    a, b, c, d = TABLE.cells
    n, y = TABLE.n1 + TABLE.n2, log_odds_ratio(TABLE).yi
    by_events = (a + c) * (b + d) / n
    size = 4 * TABLE.n1 * TABLE.n2 / n
    difference = np.arcsin(np.sqrt(a / TABLE.n1)) - np.arcsin(np.sqrt(c / TABLE.n2))
    v = 1 / (4 * TABLE.n1) + 1 / (4 * TABLE.n2)
    want = {
        "peters": weighted_slope(y, 1 / n, by_events),
        "macaskill": weighted_slope(y, n, by_events),
        "deeks": weighted_slope(y, 1 / np.sqrt(size), size),
        "ruecker": weighted_slope(difference, np.sqrt(v), 1 / v),
    }
    for kind, slope in want.items():
        assert table_test(TABLE, kind=kind).slope == pytest.approx(slope, rel=1e-9)


def test_harbords_bias_is_the_intercept_of_score_over_its_error():
    a, b, c, d = TABLE.cells
    n = a + b + c + d
    Z = a - TABLE.n1 * (a + c) / n
    V = TABLE.n1 * TABLE.n2 * (a + c) * (b + d) / (n**2 * (n - 1))
    fit = linregress(np.sqrt(V), Z / np.sqrt(V))
    got = table_test(TABLE, kind="harbord")
    assert got.slope == pytest.approx(fit.intercept, rel=1e-9)
    assert got.se == pytest.approx(fit.intercept_stderr, rel=1e-9)


@pytest.mark.parametrize("model", ["multiplicative", "additive"])
@pytest.mark.parametrize("kind", TABLE_TESTS)
def test_swapping_groups_turns_the_sign(kind, model):
    got = table_test(TABLE, kind=kind, model=model)
    assert table_test(TABLE.swapped(), kind=kind, model=model).statistic == pytest.approx(
        -got.statistic, rel=1e-6
    )


@pytest.mark.parametrize("kind", TABLE_TESTS)
def test_studies_that_say_nothing_about_an_odds_ratio_are_named(kind):
    got = table_test(WITH_NOTHING, kind=kind)
    if kind == "ruecker":  # an arcsine difference exists for them
        assert (got.k, got.dropped) == (9, ())
        return
    assert got.statistic == pytest.approx(table_test(TABLE, kind=kind).statistic, rel=1e-12)
    assert [study for study, _ in got.dropped] == ["none", "all"]
    assert "left out: none (no events in either group)" in str(got)
    assert "fewer than 10" in got.warnings[0]


def test_moments_of_a_table_are_those_of_the_noncentral_distribution():
    a, b, c, d = 6, 30, 12, 25
    for odds_ratio in (0.4, 1.0, 3.0):
        want = nchypergeom_fisher(a + b + c + d, a + c, a + b, odds_ratio)
        mean, variance = _noncentral(np.array([a, b, c, d], dtype=float), odds_ratio)
        assert mean == pytest.approx(want.mean(), rel=1e-9)
        assert variance == pytest.approx(want.var(), rel=1e-9)


def test_schwarzers_test_swaps_and_leaves_out():
    got = schwarzer_test(WITH_NOTHING)
    assert (got.k, len(got.dropped)) == (7, 2)
    assert schwarzer_test(TABLE).p == got.p
    assert schwarzer_test(TABLE.swapped()).S == -got.S
    assert "left out: all" in str(got)


def test_schwarzers_test_counts_whole_people():
    with pytest.raises(DataError, match="A: cells that are not whole"):
        schwarzer_test(TwoByTwo(TABLE.studies, TABLE.events1 + 0.5, TABLE.n1 + 1, TABLE.events2, TABLE.n2))
    with pytest.raises(DataError, match="Mantel-Haenszel"):
        schwarzer_test(TwoByTwo(TABLE.studies, 0 * TABLE.n1, TABLE.n1, TABLE.events2, TABLE.n2))


def test_pustejovskys_test_is_eggers_on_sizes_alone():
    yi = np.array([0.2, 0.4, 0.3, 0.9, 1.2, 0.1])
    n1, n2 = np.array([100, 60, 80, 20, 12, 150]), np.array([90, 60, 85, 22, 12, 160])
    got = pustejovsky_test(yi, n1, n2)
    assert got.statistic == regression_test(yi, 1 / n1 + 1 / n2).statistic
    with pytest.raises(DataError, match="Study 1: 0 people"):
        pustejovsky_test(yi, [0, *n1[1:]], n2)
    with pytest.raises(DataError, match="at least 3"):
        pustejovsky_test(yi[:2], n1[:2], n2[:2])


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (TABLE, {"kind": "petters"}, "Did you mean 'peters'"),
        (WITH_NOTHING.take([0, 1, 7, 8]), {}, "has 2, and 2 that say nothing"),
        (TABLE, {"kind": "peters", "zero_cells": NO_CORRECTION}, "F: effect nan"),
    ],
)
def test_what_cannot_be_tested_is_refused(table, options, message):
    with pytest.raises(DataError, match=message):
        table_test(table, **options)
