import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.covariance import sampling_covariance
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.coefficients import CumulativeCoefficients, LeaveOneOutCoefficients
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out
from evisynth.synthesis.sensitivity.refits import components_of, units_of

YI, VI = np.array([0.1, 0.2, 0.15, 0.3, 2.5, 0.2, 0.05]), np.array([0.04, 0.09, 0.02, 0.12, 0.05, 0.03, 0.06])
YEAR = np.array([2004.0, 1995, 2001, 2003, 1990, 2010, 2015])
PAPER = ["A", "A", "B", "B", "C", "D", "D"]
COUNTS = {
    "events1": [0, 1, 2, 0, 5, 1],
    "n1": [116, 44, 208, 130, 151, 98],
    "events2": [3, 3, 9, 7, 6, 4],
    "n2": [117, 35, 195, 136, 157, 139],
}


@pytest.mark.parametrize("test", ["z", "t", "HK", "HK-adhoc"])
@pytest.mark.parametrize("method", ["common", "DL", "REML"])
def test_a_row_is_the_regression_without_the_study(method, test):
    found = leave_one_out(meta_regression(YI, VI, {"year": YEAR}, method=method, test=test))
    for at in range(7):
        y, v, year = (np.delete(one, at) for one in (YI, VI, YEAR))
        left = meta_regression(y, v, {"year": year}, method=method, test=test)
        for name in ("b", "se", "ci_low", "ci_high", "p"):
            assert getattr(found, name)[at] == pytest.approx(getattr(left, name), rel=1e-7), name
        assert found.components["tau2"][at] == pytest.approx(left.tau2, abs=1e-9)
        assert (found.k[at], found.Q[at]) == (6, pytest.approx(left.Q))


@pytest.mark.parametrize("likelihood", ["UM.FS", "UM.RS", "CM.EL"])
def test_a_row_is_the_glmm_without_the_study(likelihood):
    found = leave_one_out(pool_glmm("OR", likelihood=likelihood, **COUNTS))
    left = pool_glmm(
        "OR", likelihood=likelihood, **{name: held[:3] + held[4:] for name, held in COUNTS.items()}
    )
    assert found.studies == tuple(f"Study {at}" for at in range(1, 7))
    assert (found.b[3, 0], found.se[3, 0]) == (left.mu, left.se)
    assert (found.ci_low[3, 0], found.p[3, 0]) == pytest.approx((left.ci_low, left.p))
    assert found.components["tau2"][3] == left.tau2
    assert ("sigma2" in found.components) == (likelihood == "UM.RS")


def test_studies_left_out_of_a_glmm_and_its_moderators_stay_with_their_counts():
    none = {name: [*held, more] for (name, held), more in zip(COUNTS.items(), (0, 50, 0, 60), strict=True)}
    fit = pool_glmm("OR", moderators=[1, 2, 3, 4, 5, 7, 6], names=["dose"], **none)
    found = leave_one_out(fit)
    left = pool_glmm(
        "OR", moderators=[1, 2, 3, 4, 5], names=["dose"], **{name: held[:5] for name, held in COUNTS.items()}
    )
    assert found.b[5].tolist() == left.coefficients.tolist()
    assert found.names == ("intercept", "dose")


def dependent(**how):
    return multilevel(
        YI, VI, random=[nested(paper=PAPER, effect=[1, 2, 1, 2, 1, 1, 2])], studies=PAPER, **how
    )


def test_all_effects_of_a_study_are_left_out_together():
    found = leave_one_out(dependent(test="t"))
    assert (found.studies, found.k.tolist()) == (("A", "B", "C", "D"), [5, 5, 6, 5])
    left = multilevel(YI[2:], VI[2:], random=[nested(paper=PAPER[2:], effect=[1, 2, 1, 1, 2])], test="t")
    assert (found.b[0, 0], found.se[0, 0]) == (left.b[0], left.se[0])
    assert (found.ci_low[0], found.p[0]) == (pytest.approx(left.ci_low), pytest.approx(left.p))
    assert {name: one[0] for name, one in found.components.items()} == components_of(left)


def test_clusters_may_be_given_or_named():
    fit = multilevel(YI, VI, random=[nested(paper=PAPER)])
    assert len(leave_one_out(fit)) == 7
    named, given = leave_one_out(fit, cluster="paper"), leave_one_out(fit, cluster=PAPER)
    assert (
        named.b.tolist()
        == given.b.tolist()
        == leave_one_out(multilevel(YI, VI, random=[nested(paper=PAPER)], studies=PAPER)).b.tolist()
    )
    assert (named.studies, given.studies) == (
        ("paper 1", "paper 2", "paper 3", "paper 4"),
        ("A", "B", "C", "D"),
    )
    regression = leave_one_out(meta_regression(YI, VI, {"year": YEAR}), cluster=np.array(PAPER))
    assert regression.k.tolist() == [5, 5, 6, 5]


def test_covariances_and_structures_go_with_their_rows():
    outcome = ["p", "q", "p", "q", "p", "p", "q"]
    V = sampling_covariance(VI, PAPER, rho=0.5)
    fit = multilevel(YI, V, random=[structured(outcome, PAPER, "DIAG")], studies=PAPER)
    found = leave_one_out(fit)
    rest = [0, 1, 4, 5, 6]
    left = multilevel(
        YI[rest],
        sampling_covariance(VI[rest], [PAPER[at] for at in rest], rho=0.5),
        random=[structured([outcome[at] for at in rest], [PAPER[at] for at in rest], "DIAG")],
    )
    assert found.b[1].tolist() == left.b.tolist()
    assert list(found.components) == ["tau2 p", "tau2 q"]


def test_a_fit_that_is_not_determined_says_why_and_the_others_come():
    alloc = ["a", "a", "a", "a", "a", "a", "b"]
    found = leave_one_out(meta_regression(YI, VI, {"alloc": alloc}))
    assert np.isnan(found.b[:, 0]).tolist() == [False] * 6 + [True]
    ((study, reason),) = found.not_fitted
    assert study == "Study 7"
    assert reason.startswith("alloc=b says nothing that intercept do not say already")
    assert "not fitted: Study 7 (alloc=b says nothing" in str(found)
    X = np.column_stack((np.ones(7), [0, 0, 0, 0, 1, 0, 0]))
    several = leave_one_out(multilevel(YI, VI, X, random=[nested(paper=PAPER)], studies=PAPER))
    assert [study for study, _ in several.not_fitted] == ["C"]
    assert np.isfinite(several.b[[0, 1, 3]]).all()
    empty = pool_glmm("OR", **{**COUNTS, "events1": [0, 0, 0, 0, 5, 0]})
    assert [study for study, _ in leave_one_out(empty).not_fitted] == ["Study 5"]


def test_models_grow_in_the_order_wanted():
    fit = meta_regression(YI, VI, {"year": YEAR})
    found = cumulative(fit, by=YEAR)
    order = np.argsort(YEAR)
    assert found.studies == tuple(f"Study {at + 1}" for at in order)
    assert [study for study, _ in found.not_fitted] == ["Study 5", "Study 2"]
    assert found.not_fitted[0][1].startswith("1 study cannot determine 2 coefficients")
    four = order[:4]
    left = meta_regression(YI[four], VI[four], {"year": YEAR[four]})
    assert found.b[3] == pytest.approx(left.b, rel=1e-7)
    assert found.b[-1] == pytest.approx(fit.b, rel=1e-7)
    assert cumulative(fit, by=YEAR, descending=True).studies == found.studies[::-1]


def test_clusters_grow_by_the_first_of_their_values():
    fit = dependent()
    assert cumulative(fit, by=YEAR).studies == ("C", "A", "B", "D")
    assert cumulative(fit, by=YEAR, descending=True).studies == ("D", "A", "B", "C")
    assert cumulative(fit, order=["D", "C", "B", "A"]).k.tolist() == [2, 3, 5, 7]
    assert cumulative(fit).b[-1] == pytest.approx(fit.b)
    with pytest.raises(DataError, match=r"7 rows and \(4,\) values"):
        cumulative(fit, by=[1, 2, 3, 4])
    with pytest.raises(DataError, match=r"A \(row 2\): no value to order by"):
        cumulative(fit, by=[1, np.nan, 3, 4, 5, 6, 7])


def test_the_work_may_be_done_elsewhere():
    asked = []

    def elsewhere(function, *iterables):
        asked.append(function)
        return map(function, *iterables)

    fit = dependent()
    assert leave_one_out(fit, run=elsewhere).b.tolist() == leave_one_out(fit).b.tolist()
    assert len(asked) == 1


def test_a_table_has_a_row_for_each_fit():
    found = leave_one_out(dependent())
    assert isinstance(found, LeaveOneOutCoefficients)
    assert isinstance(cumulative(dependent()), CumulativeCoefficients)
    columns = found.columns()
    assert columns["study"] == ["A", "B", "C", "D"]
    assert columns["b intercept"] == found.b[:, 0].tolist()
    assert columns["sigma2 paper"] == found.components["sigma2 paper"].tolist()
    assert found.to_dict()["k"] == [5, 5, 6, 5]
    assert str(found).splitlines()[1].split()[:3] == ["without", "k", "intercept"]
    assert str(cumulative(dependent())).startswith("Cumulative")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (
            lambda: leave_one_out(dependent(), cluster="papr"),
            "no random effect 'papr'; it has paper, paper/effect",
        ),
        (lambda: leave_one_out(dependent(), cluster=["a"]), "cluster has 1 rows; the fit has 7"),
        (lambda: leave_one_out(dependent(), cluster=[*PAPER[:6], None]), "Row 7 has no cluster"),
        (lambda: leave_one_out(dependent(), cluster=["a"] * 7), "All rows belong to a"),
        (lambda: leave_one_out(pool(YI, VI), cluster=PAPER), "one a study"),
        (lambda: cumulative(pool(YI, VI), cluster=PAPER), "one a study"),
    ],
)
def test_what_cannot_be_left_out_is_refused(what, message):
    with pytest.raises(DataError, match=message):
        what()


def test_a_group_is_called_by_its_study_where_that_is_its_own():
    assert units_of(dependent(), "paper").labels == ("A", "B", "C", "D")
    assert units_of(dependent(), "paper/effect").labels[0] == "paper/effect 1"
