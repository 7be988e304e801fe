import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtr

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.pooling.iteration import R_ITERATION, Iteration
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2_limits import q_profile
from evisynth.synthesis.quadratic_forms import chi_square_mixture_cdf
from support.random_effects import SHARED, arguments, cases, disagreements, ids

BCG = np.array(  # events and people, vaccinated and not
    [(4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867), (33, 5069, 47, 5808),
     (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391), (29, 7499, 45, 7277), (17, 1716, 65, 1665),
     (186, 50634, 141, 27338), (5, 2498, 3, 2341), (27, 16913, 29, 17854)]
).T  # fmt: skip
EFFECTS = effect_sizes("RR", events1=BCG[0], n1=BCG[1], events2=BCG[2], n2=BCG[3])
BCG_YI, BCG_VI = EFFECTS.yi, EFFECTS.vi


def is_confint(case):
    return (
        case["fn"] == "rma.uni"
        and "mods" not in case
        and (case.get("then") or [{}])[0].get("fn") == "confint"
    )


CONFINT = cases(
    "random_effects_metafor.json", SHARED / "confint_predict.json", wanted=is_confint
)  # metafor 5.1-12


@pytest.mark.parametrize(("case", "columns"), CONFINT, ids=ids(CONFINT))
def test_limits_of_tau2_tau_i2_and_h2_equal_confint(case, columns):
    how = arguments(case, columns)
    pooled, kind = pool(columns["yi"], columns["vi"], **how), case["then"][0]["type"]
    found = pooled.tau2_interval(kind, weights=how.get("weights"))
    got = {
        "tau2": (pooled.tau2, *found.tau2),
        "tau": (pooled.tau, *found.tau),
        "I2": (pooled.I2_tau2, *found.I2),
        "H2": (pooled.H2_tau2, *found.H2),
    }
    if kind == "GENQ":  # metafor's are roots to its root finder's usual tolerance; one is 2 ** -14 exactly
        check_generalised_q_limits(columns, found, 1 / np.array(columns["vi"]))
        found = pooled.tau2_interval(kind, weights=how["weights"], iteration=R_ITERATION)
        got = {"tau2": (pooled.tau2, *found.tau2)}
        assert (
            disagreements(got, {"tau2": case["expect"]["tau2"]}, case | {"rtol": 1e-7, "atol": 1e-12}) == {}
        )
        return
    assert disagreements(got, case["expect"], case) == {}


def check_generalised_q_limits(columns, found, a):
    """At the limits the observed form lies at the upper and the lower tail of its distribution."""
    row = Rows.of(np.array(columns["yi"]), np.array(columns["vi"]))
    Q = row.form(a[None, :]).Q[0]
    for limit, tail in ((found.low, 0.975), (found.high, 0.025)):
        at = chi_square_mixture_cdf(Q, row.form_weights(a, limit))
        assert at == pytest.approx(tail, abs=1e-9) if limit > 0 else at <= tail


def of_meta(case):
    return (
        case["fn"] == "metagen"
        and "lower_tau2" in case["expect"]
        and "-tauci-" in case["id"]
        and "-PL" not in case["id"]
    )


# meta 8.4-0. Its cases of method.tau.ci = "PL" are left out: they have the limits of QP.
METAGEN = cases("random_effects_meta.json", SHARED / "meta_pkg.json", wanted=of_meta)


@pytest.mark.parametrize(("case", "columns"), METAGEN, ids=ids(METAGEN))
def test_limits_of_tau2_equal_those_of_metagen(case, columns):
    pooled = pool(columns["yi"], columns["vi"], method=case["args"]["method.tau"])
    found = pooled.tau2_interval(case["args"]["method.tau.ci"], iteration=R_ITERATION)
    got = {
        "lower_tau2": found.low,
        "upper_tau2": found.high,
        "lower_tau": found.tau[0],
        "upper_tau": found.tau[1],
    }
    want = {name: case["expect"][name] for name in got}
    assert disagreements(got, want, case | {"rtol": 1e-7, "atol": 1e-12}) == {}
    exact = pooled.tau2_interval(case["args"]["method.tau.ci"])
    assert exact.tau2 == pytest.approx(found.tau2, abs=2 * R_ITERATION.tolerance)


studies = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=3, max_size=12)


@given(studies)
def test_at_the_limits_the_generalised_q_is_at_the_quantiles_of_chi_square(rows):
    yi, vi = np.array(rows).T
    table = Rows.of(yi, vi)
    low, high, empty = q_profile(table, 0.9)
    for limit, tail in ((low, 0.95), (high, 0.05)):
        at = chdtr(len(yi) - 1, table.squares(limit)[0])[0]
        assert at == pytest.approx(tail, abs=1e-9) if limit[0] > 0 else at <= tail + 1e-12
    assert empty[0] == (high[0] == 0)


@given(studies, st.sampled_from(["QP", "BJ", "J", "PL"]))
def test_a_higher_level_has_wider_limits(rows, kind):
    yi, vi = np.array(rows).T
    pooled = pool(yi, vi)
    narrow, wide = (pooled.tau2_interval(kind, level=level) for level in (0.8, 0.99))
    assert wide.low <= narrow.low + 1e-9
    assert narrow.high <= wide.high + 1e-9
    if kind == "PL":
        assert narrow.low <= pooled.tau2 <= narrow.high


def test_studies_that_differ_less_than_chance_have_an_empty_interval_that_says_so():
    found = pool([0.3] * 9, [0.5] * 9).tau2_interval()
    assert (found.low, found.high, found.empty) == (0, 0, True)
    assert "less than chance" in str(found)
    assert not pool([0.3, 0.5, 0.9], [0.1] * 3).tau2_interval().empty


def test_what_has_no_interval_says_why():
    assert pool([0.3, 0.4], [0.1, 0.1], method="common").tau2_interval() is None
    pooled = pool([0.3, 0.9, 0.2], [0.1, 0.1, 0.2], method="DL")
    with pytest.raises(DataError, match="goes with ML or REML; tau2 was estimated by DL"):
        pooled.tau2_interval("PL")
    with pytest.raises(DataError, match="needs weights"):
        pooled.tau2_interval("GENQ")
    with pytest.raises(DataError, match="'QPP' is not known"):
        pooled.tau2_interval("QPP")
    with pytest.raises(DataError, match="level 95 is not between"):
        pooled.tau2_interval(level=95)


def test_with_the_iteration_of_r_the_limits_are_those_that_meta_prints():
    # meta 8.4-0, metagen(sm = "MD", method.tau = "REML") on the BCG log risk ratios; Colditz 1994.
    pooled = pool(BCG_YI, BCG_VI, method="REML")
    rough = pooled.tau2_interval(iteration=R_ITERATION)
    assert rough.tau2 == pytest.approx((0.119695312816638, 1.11148626221544), rel=1e-12)
    assert pooled.tau2_interval().tau2 == pytest.approx(rough.tau2, abs=2 * R_ITERATION.tolerance)
    assert pooled.tau2_interval().tau2 != pytest.approx(rough.tau2, rel=1e-6)


def test_a_finer_tolerance_gives_the_limits_themselves():
    pooled, fine = pool(BCG_YI, BCG_VI, method="DL"), Iteration(tolerance=1e-13)
    for kind in ("QP", "BJ", "J"):
        limits = pooled.tau2_interval(kind, iteration=fine)
        assert limits.tau2 == pytest.approx(pooled.tau2_interval(kind).tau2, rel=1e-9)


def test_a_limit_beyond_the_search_is_its_end_and_says_so():
    # meta 8.4-0, metamean(sm = "MRAW", method.tau = "DL"): upper_tau2 370.64... is ten times the estimate by Jackson's Q.
    pooled = pool([0, 60], [1, 1], method="DL", tau2=1.0)
    found = pooled.tau2_interval(iteration=R_ITERATION)
    assert (found.high, found.beyond) == (100, True)
    assert "above the end of the search" in str(found)
    assert pooled.tau2_interval().high > 100
    wide = pooled.tau2_interval(iteration=Iteration(search_end=1e9))
    assert not wide.beyond
    assert wide.high == pytest.approx(pooled.tau2_interval().high, rel=1e-6)


def test_an_iteration_does_not_go_with_the_profile_likelihood():
    with pytest.raises(DataError, match="An iteration goes with QP"):
        pool(BCG_YI, BCG_VI).tau2_interval("PL", iteration=R_ITERATION)
