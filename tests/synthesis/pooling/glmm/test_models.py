import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar
from scipy.special import gammaln
from scipy.stats import nchypergeom_fisher

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.result import COMMON
from support.counts_in_r import apart, cases, glmm_of, glmm_outputs, ids, numbers
from support.milk import FULL, PARTIAL, inner_group, tables

RMA_GLMM = cases("glmm_metafor.json", "glmm")  # metafor 5.1-12, rma.glmm
METAPROP = cases("counts_meta.json", "meta_pkg", lambda case: case["args"].get("method") == "GLMM")
BY_ID = {case["id"]: (case, columns) for case, columns in RMA_GLMM}


def not_compared(case, fit):
    """The outputs of rma.glmm that are not what they are called, or not to the digits printed; and why."""
    model, measure = case["args"].get("model"), case["args"]["measure"]
    out = set()
    if case["args"]["nAGQ"] > 1 and fit.tau2 > 0:
        # lme4 gives the likelihood at the modes of the random effects; see the test of it below.
        out |= {"ll"}
    if model == "UM.RS":
        # lme4's second derivatives by differences: standard errors 0.1 to 1.5% off; see the test of it below.
        out |= {"se", "zval", "pval", "ci_lb", "ci_ub", "QE_Wld", "QEp_Wld"}
    if (model, measure) == ("CM.EL", "OR"):
        # Second derivatives by differences again; see the test of it below.
        out |= {"QE_Wld", "QEp_Wld"}
    return out


# Cases in which rma.glmm stopped before the maximum: tau2 is 0, not 7e-5; the moved effect shows in an upper limit.
STOPPED_EARLY = {
    "a_hine-CM.EL-ML": {"tau2", "I2", "pval", "ci_lb"},
    "a_hine-CM.EL-EE": {"pval", "ci_lb"},
    "a_nw08-UM.FS": {"ci_ub", "I2"},
    "a_nw08-UM.RS": {"b", "tau2", "sigma2", "I2", "H2"},
}


@pytest.mark.parametrize(("case", "columns"), RMA_GLMM, ids=ids(RMA_GLMM))
def test_models_equal_rma_glmm(case, columns):
    fit = glmm_of(case, columns)
    found = set(apart(glmm_outputs(fit), case["expect"], case)) - not_compared(case, fit)
    assert found == STOPPED_EARLY.get(case["id"], set())


@pytest.mark.parametrize(("case", "columns"), RMA_GLMM, ids=ids(RMA_GLMM))
def test_the_likelihood_is_nowhere_below_that_of_rma_glmm(case, columns):
    fit = glmm_of(case, columns)
    if "ll" not in not_compared(case, fit):
        assert fit.log_likelihood > case["expect"]["ll"] - 1e-7


@pytest.mark.parametrize(("case", "columns"), METAPROP, ids=ids(METAPROP))
def test_the_logistic_model_equals_metaprop(case, columns):
    counts = {"events": columns["xi"], "n": columns["ni"]}
    common = pool_glmm("PLO", model=COMMON, **counts)
    fit = pool_glmm("PLO", points=7, **counts)  # metaprop leaves nAGQ at 7
    low, high = fit.prediction_interval("V")
    got = {
        "lower_predict": low,
        "upper_predict": high,
        "k": fit.k,
        "TE_common": common.mu,
        "seTE_common": common.se,
        "TE_random": fit.mu,
        "seTE_random": fit.se,
        "lower_random": fit.ci_low,
        "upper_random": fit.ci_high,
        "Q": [fit.QE_Wald, fit.QE_LRT],
        "p_Q": [fit.p_QE_Wald, fit.p_QE_LRT],
        "tau2": fit.tau2,
        "I2": fit.I2 / 100,
    }
    assert apart(got, {name: case["expect"][name] for name in got}, case) == {}


def log_binomial(x, n, t):
    return gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1) + x * t - n * np.logaddexp(0, t)


def trapezoid(log_density):
    """log of the mean of exp(log_density(u)) over a standard normal u, on a grid much finer than needed."""
    u = np.linspace(-12, 12, 20001)
    values = log_density(u) - u**2 / 2 - np.log(2 * np.pi) / 2
    top = values.max()
    return top + np.log(np.sum(np.exp(values - top)) * (u[1] - u[0]))


def test_the_likelihood_of_the_logistic_model_is_the_integral():
    _, columns = BY_ID["a_pritz-PLO-ML"]
    fit = pool_glmm("PLO", events=columns["xi"], n=columns["ni"])
    tau = np.sqrt(fit.tau2)
    parts = [
        trapezoid(lambda u, x=x, n=n: log_binomial(x, n, fit.mu + tau * u))
        for x, n in zip(columns["xi"], columns["ni"], strict=True)
    ]
    assert fit.log_likelihood == pytest.approx(sum(parts), abs=1e-9)


def test_with_several_points_rma_glmm_gives_the_likelihood_at_the_modes():
    case, columns = BY_ID["a_pritz-PLO-ML"]
    fit = glmm_of(case, columns)
    tau = np.sqrt(fit.tau2)
    at_modes = 0.0
    for x, n in zip(columns["xi"], columns["ni"], strict=True):
        u = minimize_scalar(lambda u, x=x, n=n: u**2 / 2 - log_binomial(x, n, fit.mu + tau * u)).x
        at_modes += log_binomial(x, n, fit.mu + tau * u)
    assert at_modes == pytest.approx(case["expect"]["ll"], abs=2e-4)  # of estimates that agree to 1e-5
    assert fit.log_likelihood < at_modes - 10


def test_the_wald_test_of_the_exact_conditional_model_is_that_of_the_conditional_estimates():
    # R's 11.857 comes from second derivatives by differences; 268.6 on dat.bcg even, where the exact value is 163.1.
    _, columns = BY_ID["a_nw07-CM.EL-ML"]
    estimates, weights = [], []
    for a, n1, c, n2 in zip(*(columns[name] for name in ("ai", "n1i", "ci", "n2i")), strict=True):
        low, high = max(0, a + c - n2), min(a + c, n1)
        if a in (low, high):
            continue
        law = nchypergeom_fisher(n1 + n2, n1, a + c, 1.0)

        def fall(t, a=a, law=law, n1=n1, c=c, n2=n2):
            law = nchypergeom_fisher(n1 + n2, n1, a + c, float(np.exp(t)))
            return -law.logpmf(a)

        t = minimize_scalar(fall, bounds=(-8, 8), method="bounded", options={"xatol": 1e-9}).x
        estimates.append(t)
        weights.append(nchypergeom_fisher(n1 + n2, n1, a + c, float(np.exp(t))).var())
    y, w = np.array(estimates), np.array(weights)
    Q = np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2)
    fit = glmm_of(*BY_ID["a_nw07-CM.EL-ML"])
    assert fit.QE_Wald == pytest.approx(Q, rel=1e-6)


def test_standard_errors_with_random_study_intercepts_are_those_of_the_laplace_likelihood():
    # dat.nielweise2008: R prints 0.2233, from rough differences.
    case, columns = BY_ID["a_nw08-UM.RS"]
    x = np.array([columns["x1i"], columns["x2i"]], dtype=float)
    time = np.array([columns["t1i"], columns["t2i"]], dtype=float)

    def log_likelihood(theta):
        mu, effect, s, tau = theta[0], theta[1], np.exp(theta[2]), np.exp(theta[3])
        A = np.array([[s, tau / 2], [s, -tau / 2]])
        total = 0.0
        for i in range(x.shape[1]):
            o = mu + np.array([effect / 2, -effect / 2]) + np.log(time[:, i])
            u = np.zeros(2)
            for _ in range(100):
                rate = np.exp(o + A @ u)
                u += np.linalg.solve(A.T @ (rate[:, None] * A) + np.eye(2), A.T @ (x[:, i] - rate) - u)
            rate = np.exp(o + A @ u)
            H = A.T @ (rate[:, None] * A) + np.eye(2)
            total += np.sum(x[:, i] * np.log(rate) - rate - gammaln(x[:, i] + 1))
            total += -u @ u / 2 - np.log(np.linalg.det(H)) / 2
        return total

    fit = glmm_of(case, columns)
    start = np.array([0.0, fit.mu, np.log(fit.sigma2) / 2, np.log(fit.tau2) / 2])
    best = minimize(lambda mu: -log_likelihood([mu[0], *start[1:]]), [1.0], method="Nelder-Mead",
                    options={"xatol": 1e-9, "fatol": 1e-13})  # fmt: skip
    start[0] = best.x[0]
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-9)
    H, width = np.zeros((4, 4)), 2e-3
    for i in range(4):
        for j in range(4):
            ends = [log_likelihood(start + width * (a * np.eye(4)[i] + b * np.eye(4)[j]))
                    for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]  # fmt: skip
            H[i, j] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * width**2)
    assert fit.se == pytest.approx(np.sqrt(np.linalg.inv(-H)[1, 1]), rel=1e-5)
    assert fit.se == pytest.approx(case["expect"]["se"], rel=0.02)


def fit_table(table, likelihood="UM.FS", **how):
    return pool_glmm("OR", studies=table.studies, likelihood=likelihood, **table.columns, **how)


few = settings(max_examples=30)  # a fit takes 10 to 50 ms
LIKELIHOODS = st.sampled_from(["UM.FS", "UM.RS", "CM.EL", "CM.AL"])


def small():
    """(events, n) with at least one event and one non-event, few enough that every model is quick."""
    return st.integers(2, 40).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@few
@given(tables(small, max_k=5), LIKELIHOODS, st.randoms())
def test_the_order_of_the_studies_does_not_matter(table, likelihood, random):
    order = list(range(table.k))
    random.shuffle(order)
    one, other = outcome(table, likelihood), outcome(table.take(order), likelihood)
    assert other == pytest.approx(one, rel=1e-5, abs=1e-5)


def outcome(table, likelihood, **how):
    """The numbers of a fit; the likelihood alone where tau2 is so uncertain that rounding moves it."""
    fit = fit_table(table, likelihood, **how)
    return [fit.log_likelihood, fit.mu, fit.se, fit.QE_LRT]


@few
@given(tables(small, max_k=5), st.sampled_from(["UM.FS", "CM.EL", "CM.AL"]))
def test_exchanging_the_groups_flips_the_sign_and_nothing_else(table, likelihood):
    one, other = fit_table(table, likelihood), fit_table(table.swapped(), likelihood)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-8, abs=1e-8)
    assert other.mu == pytest.approx(-one.mu, abs=1e-5)
    assert (other.se, other.tau2) == pytest.approx((one.se, one.tau2), rel=1e-4, abs=1e-4)
    assert (other.QE_Wald, other.QE_LRT) == pytest.approx((one.QE_Wald, one.QE_LRT), rel=1e-6, abs=1e-6)


@few
@given(tables(inner_group, max_k=5))
def test_with_one_rate_ratio_for_all_conditioning_changes_nothing(table):
    rates = {"events1": table.events1, "time1": table.n1, "events2": table.events2, "time2": table.n2}
    whole = pool_glmm("IRR", likelihood="UM.FS", model=COMMON, **rates)
    given_events = pool_glmm("IRR", likelihood="CM.EL", model=COMMON, **rates)
    assert whole.mu == pytest.approx(given_events.mu, abs=1e-9)
    assert whole.se == pytest.approx(given_events.se, rel=1e-8)
    assert whole.QE_LRT == pytest.approx(given_events.QE_LRT, rel=1e-8, abs=1e-8)


@few
@given(tables(max_k=5), LIKELIHOODS)
def test_any_table_is_fitted_or_refused_in_words(table, likelihood):
    try:
        fit = fit_table(table, likelihood)
        common = fit_table(table, likelihood, model=COMMON)
    except DataError:
        return
    assert fit.ci_low < fit.mu < fit.ci_high
    assert fit.tau2 >= 0
    assert common.tau2 == 0
    assert fit.log_likelihood >= common.log_likelihood - 1e-9
    assert fit.QE_Wald >= 0
    assert fit.QE_LRT >= 0
    assert 0 <= fit.I2_tau2 < 100


@few
@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0.5, 50)), min_size=2, max_size=6))
def test_another_unit_of_time_moves_a_log_rate_by_the_log_of_the_unit(rows):
    events, time = np.array(rows).T
    try:
        years = pool_glmm("IRLN", events=events, time=time)
    except DataError:
        return
    days = pool_glmm("IRLN", events=events, time=365.25 * time)
    assert days.mu == pytest.approx(years.mu - np.log(365.25), abs=1e-6)
    assert (days.se, days.tau2) == pytest.approx((years.se, years.tau2), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("likelihood", ["UM.FS", "UM.RS", "CM.EL", "CM.AL"])
def test_equal_studies_have_no_heterogeneity(likelihood):
    fit = pool_glmm("OR", likelihood=likelihood, events1=[3] * 4, n1=[20] * 4, events2=[6] * 4, n2=[20] * 4)
    assert fit.tau2 == 0
    assert fit.QE_Wald == pytest.approx(0, abs=1e-9)
    assert fit.QE_LRT == pytest.approx(0, abs=1e-9)
    assert fit.I2 == fit.I2_tau2 == 0


def test_more_points_change_the_result_less_and_less():
    _, columns = BY_ID["a_pritz-PLO-ML"]
    counts = {"events": columns["xi"], "n": columns["ni"]}
    exact = pool_glmm("PLO", **counts).tau2
    away = [abs(pool_glmm("PLO", points=points, **counts).tau2 - exact) for points in (1, 7, 15, 31)]
    assert away[0] > away[1] > away[2] > away[3]
    assert away[3] < 1e-8


def test_zero_cells_need_no_correction():
    fit = fit_table(FULL.take([0, 1, 2]))  # group 2 has events in one study alone
    assert np.isfinite(fit.mu)
    assert fit.k == 3


def test_studies_that_say_nothing_are_left_out_and_named():
    fit = pool_glmm(
        "OR", studies=["A", "B", "Empty", "Full"],
        events1=[1, 3, 0, 5], n1=[10, 20, 9, 5], events2=[2, 5, 0, 6], n2=[10, 20, 9, 6],
    )  # fmt: skip
    assert fit.studies == ("A", "B")
    assert fit.dropped == (("Empty", NO_EVENTS), ("Full", ALL_EVENTS))


def test_no_events_in_a_group_of_all_studies_together_are_an_error_that_says_so():
    with pytest.raises(DataError, match=r"No study has an event in group 2: the pooled OR is infinite"):
        fit_table(PARTIAL)
    with pytest.raises(DataError, match=r"No study has an event in group 1: the pooled IRR is infinite"):
        pool_glmm("IRR", events1=[0, 0], time1=[10, 20], events2=[3, 4], time2=[10, 20])
    with pytest.raises(DataError, match="No study has an event: the pooled PLO is infinite"):
        pool_glmm("PLO", events=[0, 0], n=[10, 20])
    with pytest.raises(DataError, match="No study has an event-free person"):
        pool_glmm("PLO", events=[10, 20], n=[10, 20])


def test_a_likelihood_that_rises_without_end_is_an_error():
    with pytest.raises(DataError, match="rises without end"):  # each study has events in one group alone
        pool_glmm(
            "IRR",
            likelihood="CM.EL",
            events1=[0, 9, 0, 8],
            time1=[10] * 4,
            events2=[7, 0, 9, 0],
            time2=[10] * 4,
        )
    with pytest.raises(DataError, match="rises without end"):  # the moderator tells events from none
        pool_glmm("PLO", model=COMMON, events=[0, 0, 5, 6], n=[5, 6, 5, 6], moderators=[1, 2, 3, 4])


def test_a_large_standard_deviation_is_still_integrated():
    # Rare and certain events side by side; 161 evenly spaced points do what 121 Gauss-Hermite points do not.
    x, n = [0, 0, 25, 0, 27, 24, 52, 0, 53], [31, 29, 34, 40, 36, 46, 52, 13, 53]
    fit = pool_glmm("PLO", events=x, n=n)
    tau = np.sqrt(fit.tau2)
    assert 8 < tau < 10
    parts = [
        trapezoid(lambda u, x=x, n=n: log_binomial(x, n, fit.mu + tau * u)) for x, n in zip(x, n, strict=True)
    ]
    assert fit.log_likelihood == pytest.approx(sum(parts), abs=1e-8)


def test_moderators_have_names_and_a_test_of_their_own():
    case, columns = BY_ID["a_bruin-mods"]
    fit = glmm_of(case, columns)
    assert fit.names == ("intercept", "scq")
    assert fit.QM == pytest.approx(numbers(case["expect"]["zval"])[1] ** 2, rel=1e-3)
    with pytest.raises(DataError, match=r"moderators \(scq\) has no single pooled effect"):
        _ = fit.mu


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"measure": "RR"}, "are for OR, IRR, PLO, IRLN, not RR"),
        ({"likelihood": "UM"}, "'UM' is not there for OR: UM.FS"),
        ({"model": "fixed"}, "Model 'fixed' is not known"),
        ({"points": 0}, "it takes 1 to 100"),
        ({"likelihood": "UM.RS", "points": 7}, "Laplace"),
        ({"events1": [1, 2.5, 3], "likelihood": "CM.EL"}, "Study 2: counts 2.5, 3, 20, 20; .* whole numbers"),
        ({"events1": [1, np.nan, 3]}, "Study 2"),
        ({"moderators": [1, 1, 1]}, "a moderator is constant"),
        ({"moderators": [1, np.nan, 2], "names": ["dose"]}, "Study 2: dose is missing"),
        ({"moderators": [1, 2]}, "each of 3 studies needs a row"),
        ({"level": 95}, "Confidence level 95"),
        ({"time": [1, 2, 3]}, "OR needs the columns events1, n1, events2, n2"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, says):
    call = {"measure": "OR", "events1": [1, 2, 3], "n1": [20] * 3, "events2": [2, 3, 4], "n2": [20] * 3}
    with pytest.raises(DataError, match=says):
        pool_glmm(**(call | change))


def test_results_are_shown_on_the_scale_people_read():
    fit = pool_glmm("PLO", events=[3, 4, 9], n=[10, 12, 20])
    assert fit.estimate == pytest.approx(1 / (1 + np.exp(-fit.mu)))
    assert 0 < fit.estimate_ci[0] < fit.estimate < fit.estimate_ci[1] < 1
    rate = pool_glmm("IRLN", model=COMMON, events=[3, 4], time=[10, 12])
    assert rate.estimate == pytest.approx(7 / 22)


def test_a_common_effect_predicts_nothing_and_hartung_knapp_is_for_weighted_means():
    assert fit_table(FULL, model=COMMON).prediction_interval() is None
    with pytest.raises(DataError, match="defined for weighted means"):
        fit_table(FULL).prediction_interval("HK")


def test_one_study_is_not_pooled():
    with pytest.raises(DataError, match=r"has one: A\..*Left out: Empty"):
        pool_glmm("OR", studies=["A", "Empty"], events1=[1, 0], n1=[10, 9], events2=[2, 0], n2=[10, 9])


def test_a_fit_prints_what_it_found():
    text = str(fit_table(FULL))
    assert text.startswith(
        "OR, random effects, 5 studies; generalised linear mixed model (UM.FS: unconditional,"
    )
    assert "intercept: " in text
    assert "likelihood ratio" in text


@pytest.mark.parametrize(("case", "columns"), RMA_GLMM, ids=ids(RMA_GLMM))
def test_the_likelihood_at_the_modes_is_what_rma_glmm_prints_with_several_points(case, columns):
    args = case["args"]
    if args["nAGQ"] == 1 or (args.get("model"), args["measure"]) == ("CM.EL", "OR"):
        pytest.skip("R integrates here, and prints the likelihood")
    fit = glmm_of(case, columns)
    wanted = case["expect"]["ll"]
    assert fit.log_likelihood_at_modes == pytest.approx(wanted, rel=case["rtol"], abs=case["atol"])
    if fit.tau2 == 0:
        assert fit.log_likelihood_at_modes == pytest.approx(fit.log_likelihood, abs=1e-9)
