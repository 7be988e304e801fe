import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.design import design
from evisynth.synthesis.moderators.location_scale import location_scale
from evisynth.synthesis.moderators.subgroups import subgroups
from evisynth.synthesis.pooling.pool import pool
from support.random_effects import SHARED, cases, disagreements, ids


def is_location_scale(case):
    return case["fn"] == "rma.uni" and "alpha" in case["expect"]


RMA_UNI = cases("meta_regression_metafor.json", SHARED / "rma_reg.json", wanted=is_location_scale)  # 5.1-12


@pytest.mark.parametrize(("case", "columns"), RMA_UNI, ids=ids(RMA_UNI))
def test_a_location_scale_model_equals_rma_with_scale(case, columns):
    name = case["note"].removeprefix("scale model: ~ ")
    fit = location_scale(columns["yi"], columns["vi"], scale={name: columns[name]})
    got = {
        "b": fit.b,
        "se": fit.se,
        "alpha": fit.alpha,
        "se_alpha": fit.se_alpha,
        "QM": fit.omnibus.statistic,
        "QMp": fit.omnibus.p,
        "QS": fit.omnibus_scale.statistic,
        "QSp": fit.omnibus_scale.p,
        "tau2": fit.tau2,
        "ll": fit.ll,
    }
    assert disagreements(got, case["expect"], case) == {}


GENERATOR = np.random.default_rng(17)
GROUP = np.repeat(["calm", "wild"], [15, 18])
VI = GENERATOR.uniform(0.02, 0.2, 33)
YI = GENERATOR.normal(np.where(GROUP == "wild", 0.6, 0.1), np.sqrt(VI + np.where(GROUP == "wild", 0.9, 0.05)))


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_with_the_group_in_both_parts_it_is_each_group_on_its_own(method):
    fit = location_scale(YI, VI, scale={"group": GROUP}, moderators={"group": GROUP}, method=method)
    alone = subgroups(YI, VI, GROUP, method=method).groups
    assert fit.tau2[0] == pytest.approx(alone["calm"].tau2, rel=1e-7)
    assert fit.tau2[-1] == pytest.approx(alone["wild"].tau2, rel=1e-7)
    assert fit.b == pytest.approx([alone["calm"].mu, alone["wild"].mu - alone["calm"].mu], rel=1e-7)
    assert fit.predict_tau2({"group": ["wild", "calm"]}) == pytest.approx([fit.tau2[-1], fit.tau2[0]])


def test_the_fit_is_a_maximum_and_its_likelihood_ratio_is_over_one_tau2_for_all():
    scale = {"size": np.log(1 / VI)}
    fit = location_scale(YI, VI, scale=scale, method="ML")
    assert fit.ll_equal == pytest.approx(pool(YI, VI, method="ML").ll)
    assert fit.likelihood_ratio == pytest.approx(2 * (fit.ll - fit.ll_equal))
    assert 0 <= fit.p_likelihood_ratio <= 1
    for nudge in ([0.05, 0], [0, 0.05], [-0.05, 0.02]):
        tau2 = np.exp(fit.scale.matrix @ (fit.alpha + nudge))
        ll = -0.5 * np.sum(
            np.log(2 * np.pi * (VI + tau2))
            + (YI - np.average(YI, weights=1 / (VI + tau2))) ** 2 / (VI + tau2)
        )
        assert ll < fit.ll


def test_units_of_a_scale_moderator_do_not_matter():
    plain = location_scale(YI, VI, scale={"x": VI})
    other = location_scale(YI, VI, scale={"x": 1000 * VI + 1950})
    assert other.tau2 == pytest.approx(plain.tau2, rel=1e-6)
    assert 1000 * other.alpha[1] == pytest.approx(plain.alpha[1], rel=1e-6)
    assert other.omnibus_scale.statistic == pytest.approx(plain.omnibus_scale.statistic, rel=1e-5)


def test_a_study_without_a_moderator_is_left_out_and_named():
    names = [f"T{at}" for at in range(33)]
    fit = location_scale(
        YI, VI, scale={"x": [None, *VI[1:]]}, moderators={"group": ["calm", "", *GROUP[2:]]}, studies=names
    )
    assert fit.k == 31
    assert fit.dropped == (("T0", "no value for x"), ("T1", "no value for group"))
    text = str(fit)
    assert "left out: T1 (no value for group)" in text
    assert text.startswith("Location-scale model, REML; k = 31\n  effect\n    intercept ")


def test_a_design_may_be_given():
    fit = location_scale(YI, VI, scale=design({"group": GROUP}))
    assert fit.alpha == pytest.approx(location_scale(YI, VI, scale={"group": GROUP}).alpha)
    with pytest.raises(DataError, match="A design of 33 rows for 32 studies"):
        location_scale(YI[1:], VI[1:], scale=design({"group": GROUP}))


def test_a_group_that_does_not_differ_has_no_log_tau2_and_the_error_says_so():
    yi = np.where(GROUP == "calm", 0.1, YI)
    with pytest.raises(DataError, match=r"has no maximum: .* log tau2 goes to minus infinity"):
        location_scale(yi, VI, scale={"group": GROUP})


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"method": "DL"}, "by ML or REML, not by 'DL'"),
        ({"scale": {"x": [1, 2]}}, "x: 2 values where there are 33 studies"),
        ({"scale": {"x": np.ones(33)}}, "x says nothing"),
        ({"level": 95}, "not between 0 and 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(how, says):
    with pytest.raises(DataError, match=says):
        location_scale(YI, VI, **({"scale": {"group": GROUP}} | how))


def test_too_few_studies_are_refused():
    with pytest.raises(DataError, match=r"3 studies for 1 \+ 2 coefficients; 4 are needed"):
        location_scale(YI[:3], VI[:3], scale={"x": VI[:3]})
