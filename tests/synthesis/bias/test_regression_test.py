import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.bias.regression_test import PREDICTORS, SMALL_IS_FAR, regression_test
from support.dependent_effects import cases, disagreements

# metafor 5.1-12 regtest
METAFOR = [
    one
    for one in cases("small_study_metafor.json", "small_study.json")
    if one.values[0]["features"][0].startswith("regtest")
]
OUR_PREDICTORS = {"ninv": "1/ni", "sqrtni": "sqrt(ni)", "sqrtninv": "1/sqrt(ni)"}
YI = [-0.8, -0.2, 0.1, 0.2, 0.3, 0.5, 0.6, 0.9, 1.1, 1.4]
VI = [0.3, 0.05, 0.01, 0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.3]
NI = [20, 90, 400, 390, 210, 120, 95, 50, 30, 20]


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_the_regression_test_is_metafors(case, columns):
    call = case["then"][0]
    got = regression_test(
        columns["yi"],
        columns["vi"],
        predictor=OUR_PREDICTORS.get(call["predictor"], call["predictor"]),
        model="additive" if call["model"] == "rma" else "multiplicative",
        ni=columns["ni"],
        test="HK" if case["args"].get("test") == "knha" else "z",
    )
    found = {"zval": got.statistic, "pval": got.p, "dfs": got.ddf}
    if got.limit_ci is not None:
        found |= {"est": got.limit, "ci_lb": got.limit_ci[0], "ci_ub": got.limit_ci[1]}
    assert disagreements(case, found) == {}


def test_eggers_slope_is_the_intercept_of_the_radial_plot():
    # Egger 1997: y / se regressed on 1 / se by least squares; the intercept measures asymmetry.
    se = np.sqrt(VI)
    X = np.column_stack((np.ones(len(se)), 1 / se))
    b = np.linalg.lstsq(X, np.array(YI) / se, rcond=None)[0]
    got = regression_test(YI, VI)
    assert got.slope == pytest.approx(b[0], rel=1e-12)
    assert got.limit == pytest.approx(b[1], rel=1e-12)


@pytest.mark.parametrize("model", ["multiplicative", "additive"])
@pytest.mark.parametrize("predictor", PREDICTORS)
def test_turning_signs_turns_the_statistic_and_units_do_not_matter(predictor, model):
    got = regression_test(YI, VI, ni=NI, predictor=predictor, model=model)
    turned = regression_test(-np.array(YI), VI, ni=NI, predictor=predictor, model=model)
    tenfold = regression_test(10 * np.array(YI), 100 * np.array(VI), ni=NI, predictor=predictor, model=model)
    assert turned.statistic == pytest.approx(-got.statistic, rel=1e-9)
    assert tenfold.p == pytest.approx(got.p, rel=1e-8)
    assert (got.limit is not None) == (predictor in SMALL_IS_FAR)


@settings(max_examples=40, deadline=None)
@given(
    slope=st.floats(-3, 3),
    limit=st.floats(-2, 2),
    vi=st.lists(st.floats(0.01, 2), min_size=4, max_size=12, unique_by=lambda v: round(v, 2)),
)
def test_effects_on_a_line_give_the_line(slope, limit, vi):
    se = np.sqrt(vi)
    got = regression_test(limit + slope * se, vi)
    assert got.slope == pytest.approx(slope, abs=1e-9)
    assert got.limit == pytest.approx(limit, abs=1e-9)


def test_ten_studies_have_no_warning_and_nine_have():
    assert regression_test(YI, VI).warnings == ()
    assert "Handbook 13.3.4.4" in regression_test(YI[1:], VI[1:]).warnings[0]


def test_the_limit_is_said_in_the_sentence():
    text = str(regression_test(YI, VI))
    assert text.startswith("Egger's regression test for funnel plot asymmetry: t(8) = ")
    assert "Effect in a study of endless size" in text


@pytest.mark.parametrize(("measure", "test"), [("OR", "Harbord"), ("SMD", "Pustejovsky")])
def test_measures_that_go_with_their_standard_error_are_warned_of(measure, test):
    assert test in regression_test(YI, VI, measure=measure).warnings[-1]
    assert regression_test(YI, VI, ni=NI, predictor="1/ni", measure=measure).warnings == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"predictor": "se"}, "Did you mean 'sei'"),
        ({"predictor": "ni"}, "needs ni"),
        ({"predictor": "1/ni", "ni": [*NI[1:], 0]}, "Study 10: 0 people"),
        ({"predictor": "1/ni", "ni": NI[1:]}, "each study needs one"),
        ({"model": "lm"}, "multiplicative and additive"),
        ({"vi": [0.1] * 10}, "is the same in all studies"),
        ({"yi": [0.1, 0.2], "vi": [0.1, 0.2]}, "at least 3 studies"),
        ({"yi": [np.nan, *YI[1:]]}, "Study 1: effect nan"),
    ],
)
def test_what_cannot_be_tested_is_refused(options, message):
    given_options = {"yi": YI, "vi": VI} | options
    with pytest.raises(DataError, match=message):
        regression_test(**given_options)
