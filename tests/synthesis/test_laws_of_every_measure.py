"""What holds for every measure, whatever the data; a measure that is added is tested without a line here.

Laws of the measures' own arithmetic (swapped groups, units, more people) are in measures/test_laws.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.synthesis.bias.henmi_copas import henmi_copas
from evisynth.synthesis.bias.limit import limit_meta_analysis
from evisynth.synthesis.bias.pet_peese import pet_peese
from evisynth.synthesis.bias.trim_and_fill import trim_and_fill
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.formulas import FORMULAS
from evisynth.synthesis.measures.scale import MEASURES, measure_named
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.pool import pool

few = settings(max_examples=15)  # of some 250 combinations


def rows_of(family):
    """Numbers for every column of a family that all its measures can do with."""
    count = st.integers(1, 60).map(float)
    kinds = {
        "time": st.floats(2, 50), "mean": st.floats(1, 20), "sd": st.floats(0.5, 4), "t": st.floats(-4, 4),
        "r": st.floats(-0.8, 0.8), "r2": st.floats(0.1, 0.8), "predictors": st.integers(1, 3).map(float),
        "alpha": st.floats(0.1, 0.9), "items": st.integers(3, 12).map(float), "n": st.integers(90, 300).map(float),
    }  # fmt: skip
    wanted = [name for name in family.columns if not (family.sizes and name.startswith("nonevents"))]
    return st.fixed_dictionaries({name: kinds.get(name.rstrip("12") or name, count) if name != "r2" else kinds["r2"]
                                  for name in wanted})  # fmt: skip


def table_of(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("measure", sorted(FORMULAS))
@few
@given(data=st.data())
def test_a_study_has_the_same_effect_by_every_measure_beside_any_others_in_any_order(measure, data):
    rows = data.draw(st.lists(rows_of(FORMULAS[measure].family), min_size=2, max_size=5))
    order = data.draw(st.permutations(range(len(rows))))
    found = effect_sizes(measure, **table_of(rows))
    other = effect_sizes(measure, **table_of([rows[at] for at in order]))
    np.testing.assert_allclose(other.yi, found.yi[list(order)], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(other.vi, found.vi[list(order)], rtol=1e-8)
    alone = effect_sizes(measure, **table_of(rows[:1]))
    np.testing.assert_allclose(alone.yi[0], found.yi[0], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("measure", sorted(FORMULAS))
@few
@given(data=st.data())
def test_by_every_measure_an_interval_holds_its_effect_on_the_scale_people_read(measure, data):
    found = effect_sizes(measure, **data.draw(rows_of(FORMULAS[measure].family)))
    if not found.defined[0]:
        return
    size = None if found.sizes is None else found.sizes[0]
    ends = measure_named(measure).back_all(found.intervals()[0], size)
    assert min(ends) <= found.estimates[0] <= max(ends)


@pytest.mark.parametrize("measure", sorted(FORMULAS))
def test_by_every_measure_a_study_without_its_numbers_has_no_effect_and_a_reason(measure):
    family = FORMULAS[measure].family
    wanted = [name for name in family.columns if not (family.sizes and name.startswith("nonevents"))]
    found = effect_sizes(measure, studies=["A"], **{name: [None] for name in wanted})
    assert np.isnan(found.yi[0])
    assert "missing" in dict(found.undefined)["A"]


@pytest.mark.parametrize("measure", [one for one in MEASURES if MEASURES[one].scale.size == ""])
def test_the_way_back_of_every_measure_rises_with_the_effect(measure):
    grid = np.linspace(-1.5, 1.5, 41)
    low = {"PAS", "IRS"}  # squares, defined from 0 up
    grid = grid[grid >= 0] if measure in low or "ZR2" == measure else grid
    shown = MEASURES[measure].back_all(grid)
    assert np.all(np.diff(shown) >= 0)


@pytest.mark.parametrize("measure", MEASURES)
def test_results_of_every_measure_are_printed_and_saved_where_sizes_are_not_known_on_the_analysis_scale(
    measure,
):
    yi, vi = [0.31, 0.52, 0.43, 0.35, 0.3], [0.01, 0.02, 0.04, 0.01, 0.03]
    pooled = pool(yi, vi, measure=measure)
    name = MEASURES[measure].analysis_scale if MEASURES[measure].scale.size else MEASURES[measure].name
    assert str(pooled).startswith(name)
    assert pooled.to_dict()["mu"] == pooled.mu
    for bias in (henmi_copas, limit_meta_analysis, pet_peese, trim_and_fill):
        assert name in str(bias(yi, vi, measure=measure))
    regression = meta_regression(yi, vi, {"dose": [1, 2, 3, 5, 4]}, measure=measure)
    assert "dose" in str(regression)
    assert "prediction" in str(regression.predict({"dose": [2]}))


@pytest.mark.parametrize("measure", ["PFT", "IRFT"])
def test_effects_that_know_their_sizes_are_pooled_with_the_way_back(measure):
    columns = {"events": [4, 9, 2], ("n" if measure == "PFT" else "time"): [50.0, 60.0, 45.0]}
    effects = effect_sizes(measure, **columns)
    pooled = pool_study_effects(effects, tau2_method="REML")
    size = 3 / (1 / 50 + 1 / 60 + 1 / 45)
    assert pooled.estimate == pytest.approx(MEASURES[measure].back(pooled.mu, size))
    assert 2 / 45 < pooled.estimate < 9 / 60
    assert f" {pooled.estimate:.4g} (" in str(pooled)
