import dataclasses
import importlib
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import evisynth as ev
from evisynth.errors import DataError
from evisynth.synthesis import __all__ as public
from evisynth.synthesis.results import Result

YI, VI = [0.1, 0.5, 0.3, -0.2, 0.9, 0.4], [0.1, 0.2, 0.05, 0.1, 0.3, 0.04]
ROWS = [("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 3, 231, 11, 220), ("D", 8, 200, 3, 190)]
TABLE = ev.TwoByTwo.from_rows(ROWS)
POOLED = ev.pool(YI, VI, measure="RR", test="HK")
THREE_LEVELS = ev.multilevel(YI, VI, random=[ev.nested(study=list("aabbcc"), effect=list(range(6)))])


def every_kind():
    yield POOLED
    yield ev.pool(YI, VI, method="common")
    yield ev.pool_mantel_haenszel(TABLE, "OR", ev.PROFILES["revman5"])
    yield ev.pool_peto(TABLE)
    yield ev.pool_glmm("OR", studies=TABLE.studies, **TABLE.columns)
    yield ev.meta_regression(YI, VI, {"year": [1, 2, 3, 4, 5, 6.5]})
    yield ev.location_scale(YI, VI, scale={"n": [100, 50, 200, 90, 30, 250]})
    yield ev.subgroups(YI, VI, list("aababb"))
    yield THREE_LEVELS
    yield ev.robust(THREE_LEVELS, list("aabbcc"))
    yield ev.selection_model(YI, VI, delta=[1, 0.5])
    yield ev.trim_and_fill(YI, VI)
    yield ev.regression_test(YI, VI)
    yield ev.rank_test(YI, VI)
    yield ev.leave_one_out(POOLED)
    yield ev.cumulative(POOLED)
    yield ev.influence(POOLED)
    yield ev.gosh(POOLED)
    yield ev.permutation_test(POOLED)
    yield ev.henmi_copas(YI, VI)
    yield ev.fail_safe_n(YI, VI)
    yield ev.pool_many([YI, YI], [VI, VI])
    yield ev.effect_sizes("RR", studies=TABLE.studies, **TABLE.columns)


@pytest.mark.parametrize("result", list(every_kind()), ids=lambda one: type(one).__name__)
def test_every_kind_of_result_prints_shows_exports_and_has_a_sentence(result):
    assert isinstance(result, Result)
    held = result.to_dict()
    for field in dataclasses.fields(result):
        assert field.name in held
    assert json.loads(result.to_json(indent=1)).keys() == held.keys()
    table = result.columns()
    assert len({len(column) for column in table.values()}) == 1
    assert result._repr_html_().startswith("<pre>")
    sentence = result.methods_sentence()
    assert sentence.endswith(f"(Evisynth {ev.__version__}).")
    assert str(result)


def test_numbers_are_not_rounded():
    held = json.loads(POOLED.to_json())
    assert held["mu"] == POOLED.mu
    assert held["I2"] == POOLED.I2
    assert held["estimate_ci"] == list(POOLED.estimate_ci)
    assert held["weights"] == POOLED.weights.tolist()


def test_what_is_no_number_in_json_is_null_or_a_word():
    alone = ev.pool([0.3, 0.3], [0.1, 0.1], test="HK")
    assert math.isinf(alone.z)
    assert json.loads(alone.to_json())["z"] == "inf"
    assert json.loads(ev.pool(YI, VI, method="common").to_json())["se_tau2"] is None


def test_the_table_of_a_pooled_effect_has_a_row_a_study():
    table = POOLED.columns()
    assert list(table) == [
        "study",
        "yi",
        "vi",
        "sei",
        "weight",
        "estimate",
        "estimate_ci_low",
        "estimate_ci_high",
    ]
    assert table["estimate"] == pytest.approx(np.exp(YI))
    assert sum(table["weight"]) == pytest.approx(100)


def test_the_table_of_a_regression_has_a_row_a_coefficient_and_that_of_subgroups_a_row_a_group():
    fit = ev.meta_regression(YI, VI, {"year": [1, 2, 3, 4, 5, 6.5]})
    assert list(fit.columns()) == ["name", "b", "se", "z", "p", "ci_low", "ci_high"]
    groups = ev.subgroups(YI, VI, list("aababb")).columns()
    assert groups["group"] == ["a", "b"]
    assert groups["k"] == [3, 3]


def test_the_sentence_names_measure_model_estimator_and_interval_with_their_sources():
    assert POOLED.methods_sentence() == (
        "Risk ratios of 6 studies were pooled in a random-effects model by inverse variance; the between-study variance tau2 "
        "was estimated by restricted maximum likelihood; 95% confidence intervals are by the Hartung-Knapp method "
        f"(Evisynth {ev.__version__})."
    )
    assert "Hartung & Knapp 2001, doi:10.1002/sim.791" in POOLED.references()
    of_tables = ev.pool_mantel_haenszel(TABLE, "RD", ev.PROFILES["revman5"])
    assert "by the Mantel-Haenszel method" in of_tables.methods_sentence()
    assert "those of RevMan 5" in of_tables.methods_sentence()
    assert "DerSimonian-Laird estimator" in ev.pool(YI, VI, method="DL").methods_sentence()


def test_every_estimator_and_test_has_a_source_or_needs_none():
    from evisynth.synthesis.pooling.intervals import TESTS
    from evisynth.synthesis.pooling.tau2 import TAU2_METHODS, WEIGHTED_TAU2_METHODS
    from evisynth.synthesis.sentences import INTERVALS, TAU2_SOURCES

    assert set(TAU2_SOURCES) == {*TAU2_METHODS, *WEIGHTED_TAU2_METHODS}
    assert set(INTERVALS) == set(TESTS)


def test_a_result_without_a_sentence_says_so():
    with pytest.raises(DataError, match="no sentence about Tau2Interval"):
        POOLED.tau2_interval().methods_sentence()


def test_a_notebook_shows_no_markup_of_the_data():
    shown = ev.pool(YI, VI, studies=["<b>", *"bcdef"])._repr_html_()
    assert "<td>&lt;b&gt;</td>" in shown


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_the_table_becomes_a_data_frame_where_the_library_is_installed(kind):
    if importlib.util.find_spec(kind) is None:
        with pytest.raises(DataError, match=f"{kind} is not installed"):
            POOLED.to_frame(kind)
        return
    frame = POOLED.to_frame(kind)
    assert len(frame) == POOLED.k
    assert next(iter(frame["study"])) is not None


def test_another_kind_of_frame_is_not_known():
    with pytest.raises(DataError, match="'excel' are not known"):
        POOLED.to_frame("excel")


@pytest.mark.parametrize("name", public)
def test_a_public_name_is_reached_from_the_package(name):
    assert getattr(ev, name) is not None
    assert name in dir(ev)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'pol'"):
        ev.pol  # noqa: B018 - the access is what is tested


FIRST_FIT = """
import sys
import evisynth as ev
assert not [name for name in sys.modules if name.startswith(("numpy", "django", "evisynth.store", "evisynth.cli"))]
ev.pool([0.1, 0.5, 0.3], [0.1, 0.2, 0.05])
assert not [name for name in sys.modules if name.startswith(("django", "pandas", "scipy.optimize", "scipy.stats"))]
"""


def test_the_first_fit_of_a_new_process_loads_neither_pages_nor_a_database_nor_slow_parts_of_scipy():
    subprocess.run([sys.executable, "-c", FIRST_FIT], check=True)


def test_every_public_name_stands_in_the_library_page():
    page = (Path(__file__).resolve().parents[2] / "docs/library.md").read_text(encoding="utf-8")
    assert [name for name in public if f"`{name}`" not in page] == []
