import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from evisynth.synthesis.pooling.inverse_variance import pool_inverse_variance, pool_study_effects
from evisynth.synthesis.pooling.tau2 import tau2_dersimonian_laird
from support.reference_cases import case_ids, load, table_of

RMA_UNI = load("inverse_variance_metafor.json")  # metafor 5.1-12, rma.uni
EFFECTS = {"RR": log_risk_ratio, "OR": log_odds_ratio, "RD": risk_difference}
DIGITS = 1e-11  # relative; the reference has 15 significant digits


def effects_of(case, columns):
    """yi and vi; from cells as rma.uni takes them by default, which keeps double-zero studies (drop00 = FALSE)."""
    if "measure" not in case["args"]:
        return columns["yi"], columns["vi"]
    found = EFFECTS[case["args"]["measure"]](table_of(columns), uninformative=True)
    return found.yi, found.vi


@pytest.mark.parametrize(("case", "columns"), RMA_UNI, ids=case_ids(RMA_UNI))
def test_inverse_variance_pooling_equals_rma_uni(case, columns):
    yi, vi = effects_of(case, columns)
    tau2 = tau2_dersimonian_laird(yi, vi) if case["args"]["method"] == "DL" else None
    pooled, want = pool_inverse_variance(yi, vi, tau2), case["expect"]
    assert pooled.model == ("common effect" if tau2 is None else "random effects")
    assert pooled.tau2 == pytest.approx(want["tau2"], rel=DIGITS)
    assert (pooled.mu, pooled.se) == pytest.approx((want["b"], want["se"]), rel=DIGITS)
    assert (pooled.ci_low, pooled.ci_high) == pytest.approx((want["ci_lb"], want["ci_ub"]), rel=DIGITS)
    assert (pooled.z, pooled.p) == pytest.approx((want["zval"], want["pval"]), rel=DIGITS)
    assert (pooled.Q, pooled.p_Q) == pytest.approx((want["QE"], want["QEp"]), rel=DIGITS)
    # For EE, FE and DL metafor's I2 from tau2 and ours from Q are the same number.
    assert pytest.approx(want["I2"], rel=DIGITS, abs=1e-12) == pooled.I2


def test_a_tau2_of_0_is_still_random_effects():
    pooled = pool_inverse_variance([0.1, 0.2], [0.5, 0.5], 0.0)
    assert pooled.model == "random effects"
    assert pooled.tau2 == 0


def test_studies_without_names_are_numbered_and_refused_when_alone():
    with pytest.raises(DataError, match="one: Study 1"):
        pool_inverse_variance([0.1], [0.2])


@pytest.mark.parametrize(
    ("yi", "vi", "says"),
    [
        ([0.1, np.nan], [0.2, 0.3], "B: effect nan"),
        ([0.1, 0.2], [0.2, 0.0], "B: variance 0 is not positive"),
        ([0.1, 0.2], [0.2, np.inf], "B: variance inf"),
        ([0.1, 0.2, 0.3], [0.2, 0.3, 0.1], "2 studies, effects of shape"),
    ],
)
def test_what_cannot_be_pooled_is_named(yi, vi, says):
    with pytest.raises(DataError, match=says):
        pool_inverse_variance(yi, vi, studies=("A", "B"))


def test_a_negative_tau2_is_refused():
    with pytest.raises(DataError, match=r"tau2 is -0\.1"):
        pool_inverse_variance([0.1, 0.2], [0.5, 0.5], -0.1)


def test_an_unknown_tau2_method_is_refused():
    found = log_risk_ratio(
        table_of(RMA_UNI[0][1] | {key: np.array([2.0, 3.0]) for key in ("ai", "bi", "ci", "di")})
    )
    with pytest.raises(DataError, match="'XX' is not known; known are DL"):
        pool_study_effects(found, tau2_method="XX")


def test_ratios_are_shown_as_ratios_and_differences_as_they_are():
    ratio = pool_inverse_variance(np.log([2.0, 2.0]), [0.1, 0.1], measure="RR")
    assert ratio.estimate == pytest.approx(2)
    assert ratio.study_estimates == pytest.approx([2, 2])
    assert ratio.study_estimate_ci == pytest.approx(np.exp(ratio.study_ci))
    plain = pool_inverse_variance([2.0, 2.0], [0.1, 0.1])
    assert plain.estimate == plain.mu
    assert plain.estimate_ci == (plain.ci_low, plain.ci_high)
