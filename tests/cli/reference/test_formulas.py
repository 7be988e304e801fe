import numpy as np
import pytest

from evisynth.cli.reference.case import NotExpressible
from evisynth.cli.reference.formulas import complete, design_of, evaluate, parsed, terms_of
from evisynth.errors import DataError

COLUMNS = {
    "a": np.array([1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 22.0]),
    "year": np.array([1990.0, 1991.0, 1995.0, 1999.0, 2000.0, 2004.0, 2007.0, 2009.0]),
    "b": ["x", "z", "y", "x", "y", "z", "x", "y"],
    "g": np.array([2.0, 10.0, 2.0, 2.0, 10.0, 10.0, 2.0, 10.0]),
    "old": [True, False, True, True, False, False, True, False],
}


def matrix(formula):
    design = design_of(formula, COLUMNS)
    return dict(zip(design.names, design.matrix.T.tolist(), strict=True))


# Names and columns as model.matrix() of R 4 gives them with treatment contrasts.
@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("~ a", ["intercept", "a"]),
        ("~ a + year", ["intercept", "a", "year"]),
        ("~ b", ["intercept", "by", "bz"]),
        ("~ 0 + b", ["bx", "by", "bz"]),
        ("~ b - 1", ["bx", "by", "bz"]),
        ("~ b + factor(g) - 1", ["bx", "by", "bz", "factor(g)10"]),
        ("~ factor(g)", ["intercept", "factor(g)10"]),
        ("~ old", ["intercept", "oldTRUE"]),
        ("~ a:factor(g)", ["intercept", "a:factor(g)2", "a:factor(g)10"]),
        ("~ a * factor(g)", ["intercept", "a", "factor(g)10", "a:factor(g)10"]),
        ("~ a*year", ["intercept", "a", "year", "a:year"]),
        ("~ (a + year)^2", ["intercept", "a", "year", "a:year"]),
        ("~ (a + year)^2 - a:year", ["intercept", "a", "year"]),
        ("~ a:year + a", ["intercept", "a", "a:year"]),
        ("~ factor(g)/a", ["intercept", "factor(g)10", "factor(g)2:a", "factor(g)10:a"]),
        ("~ I(year-1990)", ["intercept", "I(year - 1990)"]),
        ("~ I(a^2)", ["intercept", "I(a^2)"]),
        ("~ log(a) + sqrt(year)", ["intercept", "log(a)", "sqrt(year)"]),
        ("~ 1", ["intercept"]),
    ],
)
def test_a_formula_has_the_columns_that_r_gives_it(formula, names):
    assert list(matrix(formula)) == names


def test_values_of_functions_and_products():
    assert matrix("~ I(year - 1990)")["I(year - 1990)"] == [0, 1, 5, 9, 10, 14, 17, 19]
    assert matrix("~ I(a^2)")["I(a^2)"] == [1, 4, 9, 25, 64, 169, 400, 484]
    assert matrix("~ log(a)")["log(a)"] == pytest.approx(np.log(COLUMNS["a"]).tolist())
    both = matrix("~ a * factor(g)")
    assert both["a:factor(g)10"] == [0, 2, 0, 0, 8, 13, 0, 22]


def test_interactions_of_categories_have_the_first_vary_fastest():
    columns = COLUMNS | {"c": ["p", "q", "q", "q", "p", "p", "p", "q"]}
    assert design_of("~ b:c - 1", columns).names == ("bx:cp", "by:cp", "bz:cp", "bx:cq", "by:cq", "bz:cq")


def test_arithmetic_follows_the_order_of_r():
    assert evaluate(parsed("-2^2 + 3 * (1 + 1)"), {}) == 2.0
    assert evaluate(parsed("2^3^2"), {}) == 512.0
    assert evaluate(parsed("sqrt(g)"), {"g": np.array([4.0])}).tolist() == [2.0]


def test_the_intercept_comes_and_goes():
    assert terms_of("~ a + 0")[0] == [("a",)]
    assert terms_of("~ 0 + a + 1")[0] == [(), ("a",)]


def test_a_design_predicts_new_rows_in_the_order_of_its_columns():
    rows = design_of("~ a + year", COLUMNS).rows([[3.0, 2000.0]])
    assert rows.tolist() == [[1.0, 3.0, 2000.0]]


def test_rows_that_lack_a_column_of_the_formula_are_found():
    columns = {"a": np.array([1.0, np.nan, 3.0]), "b": ["x", "y", None]}
    assert complete("~ a + factor(b)", columns).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("~ a +", "too early"),
        ("~ poly(a, 2)", "missing"),
        ("~ (a", "too early"),
        ("~ a b", "not read"),
        ("~ lag(a)", "lag"),
        ("~ height", "no column height"),
        ("~ 0", "no term"),
    ],
)
def test_what_is_not_read_is_said(formula, says):
    with pytest.raises(NotExpressible, match=says):
        design_of(formula, COLUMNS)


def test_columns_that_depend_on_each_other_are_refused():
    with pytest.raises(DataError, match="depends on theirs"):
        design_of("~ a + I(2 * a)", COLUMNS)
