import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.moderators.subgroups import between_groups, subgroups
from evisynth.synthesis.pooling.pool import pool
from support.random_effects import SHARED, cases, disagreements, ids


def has_subgroups(case):
    return case["fn"] == "metagen" and "bylevs" in case["expect"]


METAGEN = cases("random_effects_meta.json", SHARED / "meta_pkg.json", wanted=has_subgroups)  # meta 8.4-0


@pytest.mark.parametrize(("case", "columns"), METAGEN, ids=ids(METAGEN))
def test_subgroups_equal_those_of_metagen(case, columns):
    by, want = columns[case["note"].removeprefix("subgroups by column ")], dict(case["expect"])
    common = subgroups(columns["yi"], columns["vi"], by, method="common")
    random = subgroups(columns["yi"], columns["vi"], by, method="DL", common_tau2=case["args"]["tau.common"])
    assert list(random.groups) == want["bylevs"]
    groups = random.groups.values()
    got = {
        "sg_TE_common": [group.mu for group in common.groups.values()],
        "sg_se_common": [group.se for group in common.groups.values()],
        "sg_TE_random": [group.mu for group in groups],
        "sg_se_random": [group.se for group in groups],
        "sg_Q": [group.Q for group in groups],
        "Qb_common": common.Qb,
        "p_Qb_common": common.p_Qb,
        "Qb_random": random.Qb,
        "p_Qb_random": random.p_Qb,
        "df_Qb": random.df,
    }
    assert disagreements(got, {name: want[name] for name in got}, case) == {}
    # Of a group of one study meta has no tau2 and no I2; here its tau2 is 0 (or the common one) and I2 is None.
    for group, tau2, I2 in zip(groups, want["sg_tau2"], want["sg_I2"], strict=True):
        assert group.tau2 == pytest.approx(0 if tau2 == "NA" else tau2, rel=1e-7)
        assert group.I2 == (None if I2 == "NA" else pytest.approx(100 * I2, rel=1e-7))


YI, VI = [0.1, 0.5, 0.9, -0.2, 0.3, 0.8, 1.0], [0.1, 0.2, 0.1, 0.3, 0.1, 0.2, 0.2]
BY = ["b", "a", "b", "a", "a", "b", "c"]


def test_groups_are_in_the_order_of_the_data_and_one_study_stands_for_itself():
    found = subgroups(YI, VI, BY, studies="ABCDEFG", test="HK")
    assert list(found.groups) == ["b", "a", "c"]
    assert found.groups["b"].studies == ("A", "C", "F")
    alone = found.groups["c"]
    assert (alone.k, alone.mu, alone.method, alone.test, alone.I2) == (1, 1.0, "single study", "z", None)
    assert alone.se == pytest.approx(np.sqrt(0.2))
    assert found.tau2 is None
    assert found.overall.k == 7
    assert str(found).splitlines()[-1].startswith("difference between groups: chi2(2) = ")


def test_a_common_tau2_is_that_of_the_regression_on_the_group():
    found = subgroups(YI, VI, BY, common_tau2=True)
    fit = meta_regression(YI, VI, {"by": BY})
    assert found.tau2 == pytest.approx(fit.tau2)
    assert {group.tau2 for group in found.groups.values()} == {found.tau2}
    assert (found.Qb, found.p_Qb) == pytest.approx((fit.QM, fit.p_QM))
    assert found.groups["c"].se == pytest.approx(np.sqrt(0.2 + found.tau2))
    assert found.groups["b"].method == "inverse variance, tau2 REML common to the groups"


rows = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.01, 4), st.sampled_from("ab")), min_size=6, max_size=14
).filter(lambda rows: 2 <= sum(row[2] == "a" for row in rows) <= len(rows) - 2)


@given(rows)
def test_q_of_a_common_effect_is_the_sum_of_those_within_and_between(rows):
    yi, vi, by = zip(*rows, strict=True)
    found = subgroups(yi, vi, by, method="common")
    within = sum(group.Q for group in found.groups.values())
    assert within + found.Qb == pytest.approx(found.overall.Q, rel=1e-8, abs=1e-8)


def test_equal_groups_do_not_differ():
    assert between_groups([0.3, 0.3], [0.1, 0.5]) == (pytest.approx(0, abs=1e-20), 1)
    with pytest.raises(DataError, match="at least two; there is 1"):
        between_groups([0.3], [0.1])


@pytest.mark.parametrize(
    ("by", "how", "says"),
    [
        (["a"] * 7, {}, "in the group 'a'; subgroups need at least two"),
        (["a", "b"], {}, "7 studies and 2 groups"),
        (["a", None, "b", "b", "a", "a", "b"], {}, "Study 2 has no group"),
        (list("abcdefg"), {"common_tau2": True}, "7 studies in 7 groups"),
        (BY, {"method": "XX"}, "'XX' is not known"),
    ],
)
def test_what_gives_no_subgroups_is_refused(by, how, says):
    with pytest.raises(DataError, match=says):
        subgroups(YI, VI, by, **how)


def test_a_subgroup_is_what_pooling_it_alone_gives():
    found = subgroups(YI, VI, BY, method="PM", test="HK-adhoc", level=0.9).groups["a"]
    there = np.array(BY) == "a"
    alone = pool(np.array(YI)[there], np.array(VI)[there], method="PM", test="HK-adhoc", level=0.9)
    assert (found.mu, found.ci, found.tau2) == (alone.mu, alone.ci, alone.tau2)
