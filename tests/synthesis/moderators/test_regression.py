import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.design import design
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from support.random_effects import SHARED, arguments, cases, disagreements, ids


def fitted(case, columns):
    """The regression of a case, from its formula: names, factor(), +, * and 0 are all that the files have."""
    formula = case["mods"].removeprefix("~").strip()
    intercept = not formula.startswith("0 +")
    parts = [part.strip() for part in re.split(r"[+*]", formula.removeprefix("0 +"))]
    factors = [part[7:-1] for part in parts if part.startswith("factor(")]
    names = [part[7:-1] if part.startswith("factor(") else part for part in parts]
    btt = case["args"].get("btt")
    return meta_regression(
        columns["yi"],
        columns["vi"],
        {name: columns[name] for name in names},
        categories=factors,
        interactions=[names] if "*" in formula else [],
        intercept=intercept,
        btt=None if btt is None else [one - 1 for one in np.atleast_1d(btt).tolist()],
        **arguments(case, columns),
    )


def outputs(fit):
    common = fit.model == "common effect"
    return {
        "k": fit.k,
        "p": fit.design.p,
        "b": fit.b,
        "se": fit.se,
        "zval": fit.z,
        "pval": fit.p,
        "ci_lb": fit.ci_low,
        "ci_ub": fit.ci_high,
        "ddf": fit.ddf,
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "I2": fit.I2 if common else fit.I2_tau2,
        "H2": fit.H2 if common else fit.H2_tau2,
        "vt": fit.vt,
        "QE": fit.Q,
        "QEp": fit.p_Q,
        "QE_df": fit.df,
        "ll": fit.ll,
        "vcov": fit.vcov,
        "QM": fit.QM,
        "QM_df": [fit.omnibus.df] if fit.ddf is None else [fit.omnibus.df, fit.ddf],
        "QMp": fit.p_QM,
        "R2": fit.R2,
    }


def is_regression(case):
    return case["fn"] == "rma.uni" and "mods" in case and "coef_names" in case["expect"]


RMA_UNI = cases(
    "meta_regression_metafor.json", SHARED / "rma_reg.json", wanted=is_regression
)  # metafor 5.1-12


@pytest.mark.parametrize(("case", "columns"), RMA_UNI, ids=ids(RMA_UNI))
def test_meta_regression_equals_rma_uni(case, columns):
    fit, want = fitted(case, columns), dict(case["expect"])
    names = [
        re.sub(r"factor\((\w+)\)", r"\1", name).replace("intrcpt", "intercept")
        for name in want.pop("coef_names")
    ]
    assert [name.replace("=", "") for name in fit.names] == names
    assert disagreements(outputs(fit), want, case) == {}


def is_prediction(case):
    return case["fn"] == "rma.uni" and "mods" in case and "pred" in case["expect"]


PREDICT = cases(
    "meta_regression_metafor.json", SHARED / "confint_predict.json", wanted=is_prediction
)  # 5.1-12


@pytest.mark.parametrize(("case", "columns"), PREDICT, ids=ids(PREDICT))
def test_predictions_from_new_rows_equal_predict(case, columns):
    fit = fitted(case, columns)
    names = [coding.name for coding in fit.design.codings]
    found = fit.predict(dict(zip(names, np.transpose(case["then"][0]["newmods"]).tolist(), strict=True)))
    got = {"pred": found.mu, "se": found.se, "ci_lb": found.ci_low, "ci_ub": found.ci_high}
    assert disagreements(got | {"pi_lb": found.pi_low, "pi_ub": found.pi_high}, case["expect"], case) == {}


def is_vif(case):
    return case["fn"] == "rma.uni" and "vif" in case["expect"]


VIF = cases("meta_regression_metafor.json", SHARED / "diagnostics.json", wanted=is_vif)  # metafor 5.1-12, vif


@pytest.mark.parametrize(("case", "columns"), VIF, ids=ids(VIF))
def test_variance_inflation_factors_equal_vif(case, columns):
    assert disagreements({"vif": list(fitted(case, columns).vif().values())}, case["expect"], case) == {}


BCG = next(columns for case, columns in RMA_UNI if case["data"] == "a_bcg_yi")
YI, VI = BCG["yi"], BCG["vi"]


def test_the_generalised_factor_of_a_category_does_not_depend_on_its_reference():
    found = [
        meta_regression(
            YI, VI, {"alloc": BCG["alloc"], "ablat": BCG["ablat"]}, references={"alloc": level}
        ).vif()
        for level in ("random", "alternate", "systematic")
    ]
    assert found[1] == pytest.approx(found[0], rel=1e-9)
    assert found[2] == pytest.approx(found[0], rel=1e-9)
    assert list(found[0]) == ["alloc", "ablat"]


studies = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.01, 4), st.integers(-5, 5)), min_size=4, max_size=12
).filter(lambda rows: len({row[2] for row in rows}) > 1)


@given(studies, st.sampled_from(["common", *TAU2_METHODS]), st.sampled_from(["z", "t", "HK", "HK-adhoc"]))
def test_the_order_and_the_units_of_a_moderator_do_not_matter(rows, method, test):
    yi, vi, x = np.array(rows).T
    there = meta_regression(yi, vi, {"x": x}, method=method, test=test)
    back = meta_regression(yi[::-1], vi[::-1], {"x": 10 * x[::-1] + 1950}, method=method, test=test)
    assert (back.tau2, back.Q) == pytest.approx((there.tau2, there.Q), rel=1e-7, abs=1e-9)
    assert 10 * back.b[1] == pytest.approx(there.b[1], rel=1e-6, abs=1e-8)
    predicted = there.predict({"x": [0, 2]}).mu
    assert back.predict({"x": [1950, 1970]}).mu == pytest.approx(predicted, rel=1e-6, abs=1e-7)


@given(studies, st.sampled_from(["DL", "PM", "REML"]))
def test_intervals_contain_the_coefficients_and_r2_is_a_percentage(rows, method):
    yi, vi, x = np.array(rows).T
    fit = meta_regression(yi, vi, {"x": x}, method=method)
    assert np.all((fit.ci_low <= fit.b) & (fit.b <= fit.ci_high))
    assert fit.tau2 >= 0
    assert fit.R2 is None or 0 <= fit.R2 <= 100
    found = fit.predict({"x": x})
    assert np.all((found.pi_low <= found.ci_low) & (found.ci_high <= found.pi_high))


def test_a_category_without_an_intercept_gives_the_pooled_effects_of_the_groups():
    alloc = np.array(BCG["alloc"])
    fit = meta_regression(YI, VI, {"alloc": alloc}, intercept=False, method="common")
    for at, level in enumerate(("alternate", "random", "systematic")):
        there = alloc == level
        group = pool(np.array(YI)[there], np.array(VI)[there], method="common")
        assert (fit.b[at], fit.se[at]) == pytest.approx((group.mu, group.se), rel=1e-12)


def test_a_study_without_a_value_of_a_moderator_is_left_out_and_named():
    ablat = [None, float("nan"), *BCG["ablat"][2:]]
    names = [f"T{place}" for place in range(1, 14)]
    fit = meta_regression(YI, VI, {"ablat": ablat, "alloc": ["", *BCG["alloc"][1:]]}, studies=names)
    assert fit.k == 11
    assert fit.dropped == (("T1", "no value for ablat, alloc"), ("T2", "no value for ablat"))
    same = meta_regression(YI[2:], VI[2:], {"ablat": ablat[2:], "alloc": BCG["alloc"][2:]}, studies=names[2:])
    assert fit.b.tolist() == same.b.tolist()
    assert "left out: T1 (no value for ablat, alloc)" in str(fit)


def test_a_matrix_and_a_design_give_what_named_columns_give():
    columns = {"ablat": BCG["ablat"], "year": BCG["year"]}
    named = meta_regression(YI, VI, columns, test="HK")
    matrix = meta_regression(YI, VI, np.transpose(list(columns.values())), names=["ablat", "year"], test="HK")
    ready = meta_regression(YI, VI, design(columns), test="HK")
    assert matrix.b.tolist() == ready.b.tolist() == named.b.tolist()
    assert matrix.names == named.names
    assert matrix.predict([[10, 1950]]).mu == pytest.approx(named.predict({"ablat": 10, "year": 1950}).mu)


def test_a_wald_test_of_one_coefficient_is_the_square_of_its_z():
    fit = meta_regression(YI, VI, {"ablat": BCG["ablat"], "year": BCG["year"]})
    found = fit.wald(["year"])
    assert (found.statistic, found.p) == pytest.approx((fit.z[2] ** 2, fit.p[2]))
    assert fit.wald(["ablat", "year"]).statistic == pytest.approx(fit.QM)
    hk = meta_regression(YI, VI, {"ablat": BCG["ablat"]}, test="HK")
    assert hk.wald(["ablat"]).p == pytest.approx(hk.p[1])
    with pytest.raises(DataError, match="names no coefficient"):
        fit.wald([])


def test_moderators_that_explain_everything_leave_knapp_and_hartung_without_width():
    fit = meta_regression([1.0, 2.0, 3.0, 4.0], [0.5] * 4, {"x": [1, 2, 3, 4]}, test="HK")
    assert fit.se == pytest.approx([0, 0], abs=1e-7)
    exact = meta_regression([0.0] * 4, [1.0] * 4, {"x": [0, 0, 0, 1]}, test="HK")
    assert exact.se.tolist() == [0, 0]
    assert np.isnan(exact.z).all()
    with pytest.raises(DataError, match="explain the effects entirely"):
        exact.wald([1])
    with pytest.raises(DataError, match="explain the effects entirely"):
        exact.vif()


def test_limits_of_the_residual_tau2_hold_the_quantiles_of_chi_square():
    fit = meta_regression(YI, VI, {"ablat": BCG["ablat"]})
    found = fit.tau2_interval()
    assert found.low < fit.tau2 < found.high
    exact = fit.tau2_interval("BJ")
    assert exact.low < fit.tau2 < exact.high
    assert fit.tau2_interval("PL").high > fit.tau2
    assert meta_regression(YI, VI, {"ablat": BCG["ablat"]}, method="common").tau2_interval() is None


def test_a_known_tau2_is_not_estimated():
    fit = meta_regression(YI, VI, {"ablat": BCG["ablat"]}, tau2=0.2)
    assert (fit.tau2, fit.tau2_method, fit.R2, fit.parameters) == (0.2, "", None, 2)


def test_information_criteria_count_the_coefficients_and_tau2():
    fit = meta_regression(YI, VI, {"ablat": BCG["ablat"]})
    assert fit.AIC == pytest.approx(-2 * fit.ll + 6)
    assert fit.BIC == pytest.approx(-2 * fit.ll + 3 * np.log(11))
    assert fit.AICc == pytest.approx(-2 * fit.ll + 2 * 3 * 11 / 7)


def test_a_regression_prints_its_coefficients():
    lines = str(meta_regression(YI, VI, {"ablat": BCG["ablat"]})).splitlines()
    assert lines[0] == "Meta-regression, random effects, REML, test z; k = 13"
    assert lines[2].split() == ["ablat", "-0.0291", "(-0.0432", "to", "-0.015),", "p", "=", "5.243e-05"]
    assert lines[3] == "  moderators: ablat: chi2(1) = 16.36, p = 5.243e-05"


@pytest.mark.parametrize(
    ("arguments", "how", "says"),
    [
        (
            ([0.1, 0.2], [0.1, 0.1], {"x": [1, 2]}),
            {},
            "2 studies cannot determine 2 coefficients.*3 are needed",
        ),
        (([0.1, 0.2, np.nan], [0.1] * 3, {"x": [1, 2, 4]}), {}, "Study 3: effect nan"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2]}), {}, "x: 2 values where the effects have 3"),
        (([0.1, 0.2, 0.3], [0.1] * 2, {"x": [1, 2, 4]}), {}, "effects of shape"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [None] * 3}), {}, "nothing is left to regress"),
        (
            ([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}),
            {"test": "KR"},
            "'KR' is not known in meta-regression",
        ),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}), {"method": "GENQ"}, "GENQ needs weights"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}), {"tau2": -0.1}, "tau2 is -0.1"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}), {"method": "common", "tau2": 1.0}, "has no tau2"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}), {"btt": []}, "names no coefficient"),
        (([0.1, 0.2, 0.3], [0.1] * 3, {"x": [1, 2, 4]}), {"btt": ["y"]}, "'y' is no coefficient"),
    ],
)
def test_what_cannot_be_regressed_is_refused(arguments, how, says):
    with pytest.raises(DataError, match=says):
        meta_regression(*arguments, **how)
