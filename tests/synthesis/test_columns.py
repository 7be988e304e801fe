import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.columns import column_names, numbers, rows_of, study_names, values
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.moderators.subgroups import subgroups
from evisynth.synthesis.pooling.pool import pool
from support.frames import KINDS, frame

TABLE = {
    "study": ["Abe 2001", "Bok 2004", "Chi 2008", "Dia 2010"],
    "yi": [0.1, None, 0.3, 0.4],
    "vi": [0.1, 0.2, 0.05, 0.1],
    "arm": ["a", "b", "a", ""],
    "year": [2001, 2004, 2008, 2010],
}


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_every_kind_of_frame_are_the_same(kind):
    data = frame(kind, TABLE)
    assert column_names(data) == tuple(TABLE)
    assert numbers(data, "yi").tolist() == pytest.approx([0.1, np.nan, 0.3, 0.4], nan_ok=True)
    assert values(data, "arm") == ["a", "b", "a", None]
    assert study_names(data, (), 4) == tuple(TABLE["study"])


@pytest.mark.parametrize("kind", KINDS)
def test_an_analysis_by_names_of_columns_is_that_of_the_values(kind):
    pooled = pool("yi", "vi", data=frame(kind, TABLE))
    alone = pool([0.1, 0.3, 0.4], [0.1, 0.05, 0.1])
    assert (pooled.mu, pooled.tau2, pooled.Q) == (alone.mu, alone.tau2, alone.Q)
    assert pooled.studies == ("Abe 2001", "Chi 2008", "Dia 2010")
    assert pooled.dropped == (("Bok 2004", "no value for yi"),)
    assert "left out: Bok 2004 (no value for yi)" in str(pooled)


def test_moderators_and_subgroups_are_columns_too():
    fit = meta_regression("yi", "vi", ["year"], data=TABLE, method="common")
    assert (fit.k, fit.names) == (3, ("intercept", "year"))
    assert fit.dropped == (("Bok 2004", "no value for yi"),)
    one = meta_regression("yi", "vi", "year", data=TABLE, method="common")
    assert one.b.tolist() == fit.b.tolist()
    groups = subgroups("yi", "vi", "half", data=TABLE | {"half": ["x", "x", "y", "y"]}, method="common")
    assert list(groups.groups) == ["x", "y"]
    assert groups.overall.dropped == (("Bok 2004", "no value for yi"),)


def test_effect_sizes_take_columns_that_are_named_and_those_that_have_their_names():
    table = {
        "trial": ["A", "B"],
        "ai": [4, 6],
        "n1": [123, 306],
        "ci": [11, 29],
        "n2": [139, 303],
    }
    named = effect_sizes("RR", data=table, events1="ai", n1="n1", events2="ci", n2="n2")
    own = effect_sizes("RR", data=table | {"events1": [4, 6], "events2": [11, 29]})
    plain = effect_sizes("RR", events1=[4, 6], n1=[123, 306], events2=[11, 29], n2=[139, 303])
    assert named.yi.tolist() == own.yi.tolist() == plain.yi.tolist()
    assert named.studies == ("A", "B")
    given = effect_sizes("HR", data={"estimate": [0.8], "ci_low": [0.5], "ci_high": [1.28]})
    assert given.yi[0] == pytest.approx(np.log(0.8))


def test_weights_may_be_a_column_or_values():
    table = TABLE | {"yi": [0.1, 0.2, 0.3, 0.4], "n": [10, 20, 30, 40]}
    by_name, by_value = (pool("yi", "vi", weights=weights, data=table) for weights in ("n", [10, 20, 30, 40]))
    assert by_name.mu == by_value.mu == pytest.approx(0.3)


def test_studies_without_a_name_are_counted():
    assert study_names({"yi": [1, 2]}, (), 2) == ("Study 1", "Study 2")
    assert study_names({"who": ["A", None]}, "who", 2) == ("A", "Study 2")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: pool("yii", "vi", data=TABLE), r"no column 'yii'.*Did you mean 'yi'"),
        (lambda: numbers({"yi": [1, "many"]}, "yi"), "Row 2, yi: 'many' is not a number"),
        (lambda: pool("yi", "vi", data=[1, 2]), "data is a list"),
        (
            lambda: rows_of({"a": [1, 2], "b": [1]}, a="a", b="b"),
            "b: 1 values where the other columns have 2",
        ),
        (lambda: pool("yi", "vi", data={"yi": [None, None], "vi": [1, 1]}), "at least two studies"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(call, says):
    with pytest.raises(DataError, match=says):
        call()
