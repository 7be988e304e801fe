import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from evisynth.errors import DataError
from evisynth.synthesis.bias.selection import selection_model
from evisynth.synthesis.bias.selection_likelihood import SelectionLikelihood, SmoothSelector, StepSelector
from evisynth.synthesis.bias.selection_weights import SMOOTH, checked_steps
from support.dependent_effects import cases, disagreements, number

SELMODEL = cases("selection_metafor.json", "selmodel.json")  # metafor 5.1-12, selmodel
KINKED = ("beta", "power")  # p is bounded there, and R's integrate() loses digits at the kink


def options(case, columns):
    call = case["then"][0]
    found = {"function": call["type"], "alternative": call["alternative"].replace(".", "-")}
    if "steps" in call:
        found["steps"] = np.atleast_1d(call["steps"]).tolist()
    if "delta" in call:
        found["delta"] = call["delta"]
    if "prec" in call:
        found["precision"] = np.sqrt(columns["vi"])
    return found


def selector_of(z, function, *, alternative, steps=(), precision=None, **others):
    del others
    sides = 2 if alternative == "two-sided" else 1
    if function == "stepfun":
        return StepSelector(checked_steps(tuple(steps)), z, sides=sides)
    scaled = None if precision is None else precision / np.max(precision)
    return SmoothSelector(SMOOTH[function], z, scaled, sides=sides)


def likelihood_of(yi, vi, **call):
    y, v = np.array(yi), np.array(vi)
    sign = -1 if call["alternative"] == "less" else 1
    z = sign * y / np.sqrt(v)
    return SelectionLikelihood(sign * y, v, sign * np.ones((len(y), 1)), selector_of(z, **call))


def at_the_estimates_of(case):
    want = case["expect"]
    return np.concatenate(([want["b"], want["tau2"]], np.atleast_1d(want["delta"])))


@pytest.mark.parametrize(("case", "columns"), SELMODEL)
def test_the_likelihood_at_metafors_estimates_is_metafors(case, columns):
    likelihood = likelihood_of(columns["yi"], columns["vi"], **options(case, columns))
    value = likelihood(at_the_estimates_of(case))[0]
    kinked = case["then"][0]["type"] in KINKED
    assert value == pytest.approx(case["expect"]["ll"], abs=6e-4 if kinked else 5e-8)


@pytest.mark.parametrize(("case", "columns"), SELMODEL)
def test_no_fit_of_ours_has_a_lower_likelihood_than_metafors_estimates(case, columns):
    call = options(case, columns)
    fit = selection_model(columns["yi"], columns["vi"], **call)
    there = likelihood_of(columns["yi"], columns["vi"], **call)(at_the_estimates_of(case))[0]
    assert fit.converged
    assert fit.ll >= there - 1e-9
    if fit.ll - there < 1e-7 and case["then"][0]["type"] not in KINKED:  # else metafor stopped on the way
        got = {
            "b": fit.b,
            "se": fit.se,
            "tau2": fit.tau2,
            "delta": fit.delta,
            "se_delta": fit.se_delta,
            "ll": fit.ll,
            "LRT": fit.LRT,
            "LRTdf": fit.LRT_df,
            "LRTp": np.nan if fit.LRT_p is None else fit.LRT_p,
            "LRT_tau2": fit.LRT_tau2,
        }
        assert disagreements(case, got) == {}


def test_metafor_is_repeated_in_most_cases():
    same = 0
    for one in SELMODEL:
        case, columns = one.values
        call = options(case, columns)
        fit = selection_model(columns["yi"], columns["vi"], **call)
        same += abs(fit.b[0] - number(case["expect"]["b"])) <= 1e-4 + 1e-3 * abs(case["expect"]["b"])
    assert same >= len(SELMODEL) - 4


def written_out(yi, vi, b, tau2, weight, alternative):
    """The log likelihood with the mean weight from a fine sum; `weight` is a function of p."""

    def p_of(z):
        return {"greater": norm.sf(z), "less": norm.cdf(z), "two-sided": 2 * norm.sf(np.abs(z))}[alternative]

    total = 0.0
    for y, v in zip(yi, vi, strict=True):
        m, h = b / np.sqrt(v), np.sqrt(1 + tau2 / v)
        near_0 = np.logspace(-7, 1, 4001)  # where a two-sided p comes close to 1
        z = np.concatenate((np.linspace(m - 12 * h, m + 12 * h, 100_001), near_0, -near_0))
        z = np.unique(z)
        A = np.trapezoid(weight(p_of(z)) * norm.pdf(z, m, h), z)
        total += norm.logpdf(y, b, np.sqrt(v + tau2)) + np.log(weight(p_of(y / np.sqrt(v)))) - np.log(A)
    return total


def bounded(p):
    return np.clip(p, 1e-5, 1 - 1e-5)


WEIGHTS = {
    "beta": lambda p, d: bounded(p) ** (d[0] - 1) * (1 - bounded(p)) ** (d[1] - 1),
    "power": lambda p, d: (1 - bounded(p)) ** d[0],
    "halfnorm": lambda p, d: np.exp(-d[0] * p**2),
    "negexp": lambda p, d: np.exp(-d[0] * p),
    "logistic": lambda p, d: 2 * np.exp(-d[0] * p) / (1 + np.exp(-d[0] * p)),
    "stepfun": lambda p, d: np.array(d)[np.searchsorted([0.025, 0.5], p)],
}
YI, VI = np.array([0.9, 0.1, -0.3, 0.4]), np.array([0.04, 0.02, 0.0004, 0.5])


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("size", [0.2, 1.5, 6.0])
@pytest.mark.parametrize("function", WEIGHTS)
def test_the_likelihood_is_that_of_its_definition(function, size, alternative):
    count = {"beta": 2, "stepfun": 3}.get(function, 1)
    delta = size * np.linspace(1, 0.7, count)
    likelihood = likelihood_of(YI, VI, function=function, alternative=alternative, steps=(0.025, 0.5))
    value = likelihood(np.concatenate(([0.15, 0.06], delta)))[0]
    want = written_out(YI, VI, 0.15, 0.06, lambda p: WEIGHTS[function](p, delta), alternative)
    # The fine sum has an error of its own where the weight jumps.
    assert value == pytest.approx(want, abs=2e-3 if function == "stepfun" else 1e-6)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("precision", [False, True])
@pytest.mark.parametrize("function", WEIGHTS)
def test_the_slope_of_the_likelihood_is_that_of_its_differences(function, precision, alternative):
    count = {"beta": 2, "stepfun": 3}.get(function, 1)
    call = {"function": function, "alternative": alternative, "steps": (0.025, 0.5)}
    likelihood = likelihood_of(YI, VI, **call, precision=np.sqrt(VI) if precision else None)
    x = np.array([0.2, 0.1, 0.8, 0.6, 0.5])[: 2 + count]
    steps = np.eye(len(x)) * 1e-6
    differences = [(likelihood(x + one)[0] - likelihood(x - one)[0]) / 2e-6 for one in steps]
    assert likelihood(x)[1] == pytest.approx(np.array(differences), rel=1e-5, abs=1e-6)


def reported_studies(seed=4, k=80, share=0.15):
    """Effects of mean 0 and tau2 0.02 of which the others than significant ones are reported in `share` of cases."""
    rng = np.random.default_rng(seed)
    yi, vi = [], []
    while len(yi) < k:
        v = rng.uniform(0.01, 0.2)
        y = rng.normal(0, np.sqrt(v + 0.02))
        if norm.sf(y / np.sqrt(v)) <= 0.025 or rng.uniform() < share:
            yi.append(y)
            vi.append(v)
    return np.array(yi), np.array(vi)


def test_selection_that_was_made_is_found_and_corrected_for():
    yi, vi = reported_studies(seed=8)
    fit = selection_model(yi, vi, steps=[0.025])
    assert fit.b_unselected[0] > 0.1
    assert fit.ci_low[0] < 0 < fit.ci_high[0]
    assert abs(fit.delta[1] - 0.15) < 2 * fit.se_delta[1]
    assert fit.LRT_p < 0.01
    assert fit.counts == (int(np.sum(norm.sf(yi / np.sqrt(vi)) <= 0.025)), 80 - fit.counts[0])


@settings(max_examples=20)
@given(st.integers(0, 30), st.sampled_from(["stepfun", "halfnorm", "negexp"]))
def test_effects_of_the_other_sign_with_the_other_alternative_give_the_other_sign(seed, function):
    yi, vi = reported_studies(seed, k=30, share=0.4)
    fit = selection_model(yi, vi, function=function, steps=[0.5])
    other = selection_model(-yi, vi, function=function, steps=[0.5], alternative="less")
    assert other.ll == pytest.approx(fit.ll, abs=1e-9)
    assert other.b == pytest.approx(-fit.b, abs=1e-5)


@settings(max_examples=20)
@given(st.floats(0.05, 20))
def test_other_units_change_the_effect_and_not_the_selection(factor):
    yi, vi = reported_studies(k=40, share=0.4)
    fit = selection_model(yi, vi, function="negexp")
    scaled = selection_model(factor * yi, factor**2 * vi, function="negexp")
    assert scaled.b == pytest.approx(factor * fit.b, rel=1e-4, abs=1e-5 * factor)
    assert scaled.delta == pytest.approx(fit.delta, rel=1e-3)
    assert pytest.approx(fit.LRT, abs=1e-6) == scaled.LRT


def test_the_order_of_the_studies_does_not_matter():
    yi, vi = reported_studies()
    order = np.random.default_rng(1).permutation(len(yi))
    fit, mixed = selection_model(yi, vi), selection_model(yi[order], vi[order])
    assert mixed.ll == pytest.approx(fit.ll, abs=1e-9)
    assert mixed.b == pytest.approx(fit.b, abs=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        {"steps": [0.025, 0.5], "delta": [1, 1, 1]},
        {"function": "beta", "delta": [1, 1]},
        {"function": "negexp", "delta": [0]},
        {"function": "power", "delta": [0]},
    ],
)
def test_a_constant_weight_is_no_selection(call):
    yi, vi = reported_studies()
    fit = selection_model(yi, vi, **call)
    assert fit.ll == pytest.approx(fit.ll_unselected, abs=1e-9)
    assert fit.b == pytest.approx(fit.b_unselected, abs=1e-6)
    assert (fit.LRT_df, fit.LRT_p) == (0, None)
    assert np.all(np.isnan(fit.se_delta))


def test_stronger_supposed_selection_takes_more_away():
    yi, vi = reported_studies()
    found = [selection_model(yi, vi, delta=[1, weight]).b[0] for weight in (1, 0.5, 0.1)]
    assert found[0] > found[1] > found[2]


def test_one_delta_can_be_given_and_the_others_estimated():
    yi, vi = reported_studies()
    fit = selection_model(yi, vi, steps=[0.025, 0.5], delta=[1, 0.5, None])
    assert fit.delta[1] == 0.5
    assert fit.free == (False, False, True)
    assert np.isnan(fit.se_delta[1])
    assert fit.se_delta[2] > 0


def test_moderators_take_part():
    yi, vi = reported_studies()
    X = np.column_stack((np.ones(80), np.arange(80) % 2))
    fit = selection_model(yi, vi, X, names=("intercept", "odd"))
    assert fit.names == ("intercept", "odd")
    assert fit.vcov.shape == (2, 2)
    assert "odd: " in str(fit)


def test_without_heterogeneity_tau2_is_0_and_its_standard_error_unknown():
    vi = np.linspace(0.1, 0.4, 12)
    fit = selection_model(np.linspace(0.25, 0.35, 12), vi, function="negexp")
    assert fit.tau2 == 0
    assert np.isnan(fit.se_tau2)
    assert fit.LRT_tau2 == 0
    assert fit.ci_low[0] < fit.b[0] < fit.ci_high[0]


def test_standard_errors_are_those_of_the_curvature_of_the_likelihood():
    _, columns = next(one.values for one in SELMODEL if one.id == "a_hack-sel-negexp")
    fit = selection_model(columns["yi"], columns["vi"], function="negexp")
    likelihood = likelihood_of(columns["yi"], columns["vi"], function="negexp", alternative="greater")
    x = np.concatenate((fit.b, [fit.tau2], fit.delta))
    h = np.diag([1e-4, 1e-5, 1e-3])
    second = [
        [
            sum(
                sign * likelihood(x + one * h[i] + two * h[j])[0]
                for one, two, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
            )
            / (4 * h[i, i] * h[j, j])
            for j in range(3)
        ]
        for i in range(3)
    ]
    se = np.sqrt(np.diag(np.linalg.inv(-np.array(second))))
    assert (fit.se[0], fit.se_tau2, fit.se_delta[0]) == pytest.approx(tuple(se), rel=1e-4)


def test_the_weight_function_can_be_drawn():
    yi, vi = reported_studies()
    steps = selection_model(yi, vi, steps=[0.025, 0.5], delta=[1, 0.6, 0.2])
    assert steps.relative_weights([0.001, 0.025, 0.03, 0.5, 0.9]).tolist() == [1, 1, 0.6, 0.6, 0.2]
    smooth = selection_model(yi, vi, function="negexp", delta=[2.0])
    assert smooth.relative_weights([0.1, 0.7]) == pytest.approx(np.exp([-0.2, -1.4]))


def test_the_summary_has_the_intervals_and_the_test():
    text = str(selection_model(*reported_studies()))
    assert "0 < p <= 0.025: weight 1.0000" in text
    assert "Test of no selection: chi-square(1)" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"function": "betta"}, "'betta' is not known; known are stepfun, beta.*Did you mean 'beta'"),
        ({"alternative": "bigger"}, "Alternative 'bigger' is not known"),
        ({"steps": []}, "a step function needs p values"),
        ({"steps": [0.5, 0.025]}, "in rising order"),
        ({"steps": [1e-9, 0.5]}, "No study has a p value above 0 and up to 1e-09"),
        ({"delta": [1, None, None]}, "3 deltas are given; this weight function has 2"),
        ({"delta": [None, 0.5]}, "first interval of a step function"),
        ({"delta": [1, -0.5]}, "delta -0.5 is not 0 or above"),
        ({"precision": np.ones(80)}, "stepfun takes no measure of precision"),
        ({"function": "negexp", "precision": np.ones(3)}, r"precision has shape \(3,\)"),
        ({"yi": [0.1, np.nan]}, "Study 2: effect nan"),
        ({"yi": [0.9, 0.1], "vi": [0.01, 0.1]}, "2 studies cannot give the 3 parameters"),
        ({"yi": [0.9, 0.1], "vi": [[0.1, 0.05], [0.05, 0.1]]}, "aggregate those that covary"),
        ({"level": 95}, "Confidence level 95"),
    ],
)
def test_what_cannot_be_fitted_is_named(change, says):
    yi, vi = reported_studies()
    call = {"yi": yi, "vi": vi} | change
    if "yi" in change and "vi" not in change:
        call["vi"] = vi[: len(change["yi"])]
    with pytest.raises(DataError, match=says):
        selection_model(**call)
