import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from evisynth.errors import DataError
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.multilevel.profile import profile_limits
from support.dependent_effects import cases, fitted, log_likelihood

CASES = {one.id: one.values for one in cases("multilevel_metafor.json", "mv.json")}


def profile_of_the_whole_matrix(fit, district_variance):
    """The highest log likelihood at a variance between districts, straight from the definition."""
    district, school = fit.groups

    def below(school_variance):
        M = np.diag(fit.V.variances)
        M += district_variance * np.equal.outer(district.numbers, district.numbers)
        M += school_variance * np.equal.outer(school.numbers, school.numbers)
        return -log_likelihood(fit, M)

    return -minimize_scalar(below, bounds=(0, 0.5), method="bounded", options={"xatol": 1e-10}).fun


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_twice_the_log_likelihood_is_a_chi_square_quantile_lower_at_the_limits(level):
    fit = fitted(*CASES["a_konst-3level-REML-z"])
    low, high = profile_limits(fit, "district", level=level)
    assert low < fit.sigma2["district"] < high
    for limit in (low, high):
        fall = 2 * (fit.ll - profile_of_the_whole_matrix(fit, limit))
        assert fall == pytest.approx(chi2.ppf(level, 1), abs=1e-6)


def test_a_wider_level_gives_wider_limits():
    fit = fitted(*CASES["a_berkey-mv-UN-REML"])
    narrow, wide = (profile_limits(fit, "tau2", of="AL", level=level) for level in (0.8, 0.95))
    assert wide[0] < narrow[0] < fit.tau2[0] < narrow[1] < wide[1]


def test_two_outcomes_have_the_same_limits_with_a_correlation_of_their_own_or_a_common_one():
    case, columns = CASES["a_berkey-mv-UN-REML"]
    un, hcs = fitted(case, columns), fitted(case | {"args": {"struct": "HCS"}}, columns)
    assert hcs.structures[0].struct == "HCS"
    for component, of in (("tau2", "PD"), ("rho", None)):
        limits = profile_limits(hcs, component, of=of)
        assert profile_limits(un, component, of=of) == pytest.approx(limits, rel=1e-6)


def test_limits_stop_at_the_ends_of_the_range():
    fit = multilevel([0.1, 0.2, 0.15, 0.12], [0.1] * 4, random=[nested(study=[1, 2, 3, 4])])
    assert fit.sigma2["study"] == 0
    low, high = profile_limits(fit, "study")
    assert low == 0
    assert high > 0
    both = fitted(*CASES["a_ishak-long-diagV-CS"])
    assert profile_limits(both, "rho")[1] == 1


def test_the_correlation_of_schools_has_limits_around_it():
    _, columns = CASES["a_konst-3level-REML-z"]
    fit = multilevel(
        columns["yi"], columns["vi"], random=[structured(columns["school"], columns["district"])]
    )
    low, high = profile_limits(fit, "rho")
    assert 0 < low < fit.rho < high < 1


@pytest.mark.parametrize(
    ("component", "of", "says"),
    [
        ("village", None, "no component 'village'; it has tau2, rho"),
        ("tau2", None, "say of which of AL, PD; None is none"),
        ("tau2", "XX", "'XX' is none of them"),
    ],
)
def test_a_component_that_is_not_there_is_refused(component, of, says):
    with pytest.raises(DataError, match=says):
        profile_limits(fitted(*CASES["a_berkey-mv-UN-REML"]), component, of=of)


def test_what_has_no_limits_is_said():
    with pytest.raises(DataError, match="DIAG has no correlation"):
        profile_limits(fitted(*CASES["a_berkey-mv-DIAG-ML"]), "rho")
    rng = np.random.default_rng(1)
    fit = multilevel(
        rng.normal(size=30),
        np.full(30, 0.1),
        random=[structured(list("abc") * 10, np.repeat(np.arange(10), 3), "UN")],
    )
    with pytest.raises(DataError, match="UN with three levels"):
        profile_limits(fit, "rho")
