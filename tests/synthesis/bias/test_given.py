import dataclasses

import numpy as np
import pytest

import evisynth as ev
from evisynth.errors import DataError
from evisynth.synthesis.bias.funnel import funnel
from evisynth.synthesis.bias.table_tests import TABLE_TESTS

YI = [-0.8, -0.2, 0.1, 0.2, 0.3, 0.5, 0.6, 0.9, 1.1, 1.4]
VI = [0.3, 0.05, 0.01, 0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.3]
NI = np.array([20, 90, 400, 390, 210, 120, 95, 50, 30, 20])
NAMES = tuple("ABCDEFGHIJ")
ROWS = [
    ("Abe", 4, 123, 11, 139),
    ("Bok", 6, 306, 29, 303),
    ("Chi", 3, 231, 11, 220),
    ("Dia", 0, 20, 0, 30),  # nobody had the event
    ("Eno", 10, 100, 30, 100),
    ("Fay", 2, 50, 9, 60),
]
TABLE = ev.TwoByTwo.from_rows(ROWS)
FIT = ev.pool(YI, VI, studies=NAMES, measure="MD")
LOOKS = {
    "Egger": ev.regression_test,
    "additive": lambda *what, **more: ev.regression_test(*what, model="additive", **more),
    "ranks": ev.rank_test,
    "trim and fill": ev.trim_and_fill,
    "selection": ev.selection_model,
    "Henmi-Copas": ev.henmi_copas,
    "limit": ev.limit_meta_analysis,
    "PET-PEESE": ev.pet_peese,
    "Rosenthal": ev.fail_safe_n,
    "general": lambda *what, **more: ev.fail_safe_n(*what, kind="general", **more),
    "excess": ev.excess_significance,
    "funnel": funnel,
}
KNOWS_MEASURE = [name for name in LOOKS if name not in ("Rosenthal", "general", "excess")]
POOLS = ["additive", "trim and fill", "limit", "general"]


def numbers(found):
    """Every field of a result, its arrays as lists."""
    held = found.to_dict() if hasattr(found, "to_dict") else dataclasses.asdict(found)
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in held.items()}


@pytest.mark.parametrize("look", LOOKS)
def test_a_fit_gives_what_its_effects_and_variances_give(look):
    names = {"studies": NAMES} | ({"measure": "MD"} if look in KNOWS_MEASURE else {})
    assert str(numbers(LOOKS[look](FIT))) == str(numbers(LOOKS[look](YI, VI, **names)))


@pytest.mark.parametrize("look", LOOKS)
def test_effects_of_a_table_and_a_mantel_haenszel_fit_are_looked_at_alike(look):
    effects = ev.effect_sizes("OR", studies=TABLE.studies, drop_no_events=True, **TABLE.columns)
    fit = ev.pool_mantel_haenszel(TABLE, "OR", ev.PROFILES["revman5"])
    more = {"method": "REML"} if look in POOLS else {"delta": [1, 0.5]} if look == "selection" else {}
    of_table, of_fit = LOOKS[look](effects, **more), LOOKS[look](fit, **more)
    assert of_fit.dropped == of_table.dropped == (("Dia", "no events in either group"),)
    assert "left out: Dia (no events in either group)" in str(of_fit)
    kept = effects.defined
    plain = LOOKS[look](
        effects.yi[kept],
        effects.vi[kept],
        studies=fit.studies,
        **more,
        **({"measure": "OR"} if look in KNOWS_MEASURE else {}),
    )
    assert _without_dropped(of_table) == _without_dropped(plain)


def _without_dropped(found):
    return [line for line in str(found).splitlines() if not line.startswith("left out")]


def test_a_study_that_counts_without_an_effect_of_its_own_is_left_out_and_named():
    fit = dataclasses.replace(FIT, yi=np.append(np.nan, YI[1:]))
    found = ev.regression_test(fit, predictor="1/ni", ni=NI)
    assert found.dropped == (("A", "no effect of its own"),)
    assert found.slope == ev.regression_test(YI[1:], VI[1:], predictor="1/ni", ni=NI[1:]).slope
    weights = {"function": "negexp", "X": np.column_stack((np.ones(10), NI))}
    of_fit = ev.selection_model(fit, precision=np.sqrt(VI), **weights)
    weights["X"] = weights["X"][1:]
    assert of_fit.ll == ev.selection_model(YI[1:], VI[1:], precision=np.sqrt(VI[1:]), **weights).ll


@pytest.mark.parametrize("look", POOLS)
def test_effects_are_pooled_again_as_the_fit_was(look):
    fit, other = ev.pool(YI, VI, method="DL"), ev.pool(YI, VI, method="REML")
    assert str(LOOKS[look](fit)) == str(LOOKS[look](YI, VI, method="DL"))
    assert numbers(LOOKS[look](fit)) != numbers(LOOKS[look](other))
    assert str(LOOKS[look](fit, method="REML")) == str(LOOKS[look](other))


def test_the_test_and_the_level_of_the_fit_are_those_of_trim_and_fill():
    fit = ev.pool(YI, VI, method="PM", test="HK", level=0.9)
    found = ev.trim_and_fill(fit)
    assert (found.observed.mu, found.observed.ci) == (fit.mu, fit.ci)
    assert found.filled.test == "HK"
    assert ev.trim_and_fill(fit, level=0.95).observed.level == 0.95


@pytest.mark.parametrize("look", POOLS)
@pytest.mark.parametrize(
    "fit",
    [
        ev.pool_mantel_haenszel(TABLE, "OR", ev.PROFILES["revman5"]),
        ev.pool(YI, VI, tau2=0.1),
        ev.pool(YI, VI, weights=NI),
    ],
    ids=lambda fit: fit.method,
)
def test_how_other_fits_are_to_be_pooled_must_be_named(look, fit):
    with pytest.raises(DataError, match=f"made by {fit.method}. Name the method"):
        LOOKS[look](fit)
    LOOKS[look](fit, method="REML")


def test_a_meta_regression_has_its_moderators_in_a_selection_model_and_nowhere_else():
    years = np.arange(10.0)
    fit = ev.meta_regression(YI, VI, {"year": years})
    found = ev.selection_model(fit)
    again = ev.selection_model(YI, VI, np.column_stack((np.ones(10), years)), names=("intercept", "year"))
    assert found.names == again.names
    assert found.ll == again.ll
    with pytest.raises(
        DataError, match="no place for moderators, and this meta-regression has intercept, year"
    ):
        ev.regression_test(fit)


@pytest.mark.parametrize("kind", TABLE_TESTS)
def test_tests_of_tables_say_what_a_fit_does_not_carry(kind):
    fit = ev.pool_peto(TABLE)
    with pytest.raises(
        DataError, match="people of both groups of each study, which a Pooled by Peto does not"
    ):
        ev.table_test(fit, kind=kind)


def test_schwarzers_test_says_so_too():
    with pytest.raises(DataError, match="Schwarzer's test needs events and people of both groups"):
        ev.schwarzer_test(FIT)


def test_pustejovskys_test_takes_a_fit_of_standardised_differences_with_the_groups_beside_it():
    fit = ev.pool(YI, VI, measure="SMD", level=0.9)
    found = ev.pustejovsky_test(fit, NI / 2, NI / 2)
    assert str(found) == str(ev.pustejovsky_test(YI, NI / 2, NI / 2, level=0.9))
    with pytest.raises(DataError, match="is for standardised mean differences; these effects are MD"):
        ev.pustejovsky_test(FIT, NI, NI)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ev.regression_test(FIT, VI), "leave vi and studies out"),
        (lambda: ev.regression_test(FIT, studies=NAMES), "leave vi and studies out"),
        (
            lambda: ev.regression_test(FIT, measure="SMD"),
            "measure is SMD, and the effects of the result are MD",
        ),
        (lambda: ev.regression_test(YI), "needs vi, the sampling variances"),
        (
            lambda: ev.regression_test(FIT, predictor="1/ni"),
            "people in each study, which a fit does not carry",
        ),
        (lambda: ev.regression_test(TABLE), r"effect_sizes\('OR', studies=table.studies"),
        (
            lambda: ev.rank_test(ev.pool_glmm("OR", studies=TABLE.studies, **TABLE.columns)),
            "a Glmm has no indep",
        ),
        (lambda: ev.trim_and_fill(ev.pool(YI[:2], VI[:2])), "at least 3 studies; this analysis has 2"),
        (lambda: ev.limit_meta_analysis(ev.pool(YI, VI, method="common")), "is one of random effects"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_words(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_a_measure_can_be_named_where_the_fit_has_none():
    warned = ev.regression_test(ev.pool(YI, VI), measure="OR").warnings
    assert "Harbord" in warned[-1]
    assert warned == ev.regression_test(ev.pool(YI, VI, measure="OR")).warnings
