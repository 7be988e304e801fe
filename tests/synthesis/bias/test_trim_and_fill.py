import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.bias.trim_and_fill import ESTIMATORS, trim_and_fill
from evisynth.synthesis.pooling.iteration import R_ITERATION
from evisynth.synthesis.pooling.pool import pool
from support.dependent_effects import cases, disagreements

# metafor 5.1-12 trimfill; meta 8.4-0 trimfill
METAFOR = [
    one
    for one in cases("small_study_metafor.json", "small_study.json")
    if one.values[0]["features"][0] == "trimfill"
]
META = [
    one
    for one in cases("small_study_meta.json", "meta_pkg.json")
    if one.values[0]["features"][0] == "trimfill"
]
YI = [-0.8, -0.2, 0.1, 0.2, 0.3, 0.5, 0.6, 0.9, 1.1, 1.4]
VI = [0.3, 0.05, 0.01, 0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.3]


def repeated(case, columns):
    call, method = case["then"][0], case["args"]["method"]
    return trim_and_fill(
        columns["yi"],
        columns["vi"],
        estimator=call["estimator"],
        side=None if call["side"] == "auto" else call["side"],
        method="common" if method == "EE" else method,
    )


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_trim_and_fill_is_metafors(case, columns):
    got = repeated(case, columns)
    filled = got.filled
    if got.k0:  # metafor pools with filled studies by its usual stopping rule, whatever that of the fit was
        filled = pool(
            filled.yi,
            filled.vi,
            method=filled.tau2_method or "common",
            test=filled.test,
            iteration=R_ITERATION,
        )
    assert got.side == case["expect"]["side"]
    assert (
        disagreements(
            case,
            {
                "k0": got.k0,
                "se_k0": got.se_k0,
                "p_k0": got.p_k0,
                "b": filled.mu,
                "se": filled.se,
                "ci_lb": filled.ci_low,
                "ci_ub": filled.ci_high,
                "tau2": filled.tau2,
                "QE": filled.Q,
                "I2": filled.I2 if filled.model == "common effect" else filled.I2_tau2,
                "k": got.k,
                "yi_f": np.sort(filled.yi),
            },
        )
        == {}
    )


@pytest.mark.parametrize(
    ("case", "columns"), [one for one in METAFOR if one.values[0]["args"]["method"] == "REML"]
)
def test_no_reml_fit_of_filled_studies_has_a_lower_likelihood_than_metafors(case, columns):
    filled = repeated(case, columns).filled
    theirs = pool(filled.yi, filled.vi, method="REML", tau2=case["expect"]["tau2"])
    assert filled.ll >= theirs.ll - 1e-12


@pytest.mark.parametrize(("case", "columns"), META)
def test_trimming_by_the_common_effect_gives_what_meta_gives(case, columns):
    got = trim_and_fill(columns["yi"], columns["vi"], method="DL", trimming="common")
    common = pool(got.filled.yi, got.filled.vi, method="common")
    assert (got.side == "left") == case["expect"]["left"]
    assert (
        disagreements(
            case,
            {
                "k0": got.k0,
                "TE_random": got.filled.mu,
                "seTE_random": got.filled.se,
                "TE_common": common.mu,
            },
        )
        == {}
    )


def test_an_iteration_holds_for_the_studies_without_and_with_the_filled_ones():
    y, v = YI[1:], VI[1:]
    got = trim_and_fill(y, v, side="left", iteration=R_ITERATION)
    assert got.k0 > 0
    assert got.observed.mu == pool(y, v, iteration=R_ITERATION).mu
    assert got.filled.tau2 == pool(got.filled.yi, got.filled.vi, iteration=R_ITERATION).tau2
    assert got.filled.tau2 != trim_and_fill(y, v, side="left").filled.tau2


effects = st.lists(
    st.tuples(st.floats(-2, 2).map(lambda y: round(y, 3)), st.floats(0.01, 1)), min_size=4, max_size=15
)


@settings(max_examples=60, deadline=None)
@given(studies=effects, estimator=st.sampled_from(ESTIMATORS), side=st.sampled_from(["left", "right"]))
def test_turning_all_signs_turns_the_sides(studies, estimator, side):
    y, v = np.array(studies).T
    assume(len(np.unique(y)) == len(y))
    other = "right" if side == "left" else "left"
    try:
        got = trim_and_fill(y, v, estimator=estimator, side=side, method="DL")
    except DataError as error:
        with pytest.raises(DataError, match=str(error)[:30]):
            trim_and_fill(-y, v, estimator=estimator, side=other, method="DL")
        return
    turned = trim_and_fill(-y, v, estimator=estimator, side=other, method="DL")
    assert (turned.k0, turned.filled.mu) == (got.k0, pytest.approx(-got.filled.mu, abs=1e-12))
    assert len(got.yi_filled) == len(got.mirrored) == got.k0 == got.k - len(y)
    if side == "left" and got.k0:
        assert np.max(got.yi_filled) <= got.centre <= np.min(2 * got.centre - got.yi_filled)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_units_and_order_of_studies_do_not_matter(estimator):
    got = trim_and_fill(YI, VI, estimator=estimator, method="DL")
    tenfold = trim_and_fill(10 * np.array(YI), 100 * np.array(VI), estimator=estimator, method="DL")
    backwards = trim_and_fill(YI[::-1], VI[::-1], estimator=estimator, method="DL")
    assert got.k0 == tenfold.k0 == backwards.k0
    assert tenfold.filled.mu == pytest.approx(10 * got.filled.mu, rel=1e-12)
    assert backwards.filled.mu == pytest.approx(got.filled.mu, rel=1e-12)


def test_equal_studies_lack_none():
    got = trim_and_fill([0.3] * 6, [0.1, 0.2, 0.3, 0.1, 0.2, 0.3], side="left", method="common")
    assert got.k0 == 0
    assert got.filled.mu == pytest.approx(0.3)
    assert "standard error unknown" in str(got)


def test_filled_studies_say_whose_mirror_they_are():
    got = trim_and_fill(
        [0.1, 0.15, 0.2, 0.9, 1.2], [0.01, 0.01, 0.02, 0.2, 0.3], studies=list("ABCDE"), side="left"
    )
    assert got.k0 > 0
    assert set(got.mirrored) <= {"C", "D", "E"}
    assert got.filled.studies[-1] == f"filled, mirror of {got.mirrored[-1]}"
    assert "fewer than 10" in str(got)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "L1"}, "L0, R0, Q0"),
        ({"side": "top"}, "neither left nor right"),
        ({"vi": [0.1] * 10}, "same standard error"),
        ({"yi": [0.1, 0.2], "vi": [0.1, 0.2]}, "at least 3 studies"),
    ],
)
def test_what_cannot_be_answered_is_refused(options, message):
    given_options = {"yi": YI, "vi": VI} | options
    with pytest.raises(DataError, match=message):
        trim_and_fill(**given_options)
