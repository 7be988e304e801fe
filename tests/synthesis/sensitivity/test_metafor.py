"""Every diagnostic of metafor 5.1-12, from tests/reference and, where it is there, the shared collection."""

import numpy as np
import pytest

from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.profiles import METAFOR
from evisynth.synthesis.sensitivity.baujat import baujat
from evisynth.synthesis.sensitivity.blup import blups
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.gosh import gosh
from evisynth.synthesis.sensitivity.influence import influence
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out
from evisynth.synthesis.sensitivity.permutation import permutation_test
from evisynth.synthesis.sensitivity.residuals import residuals
from support.random_effects import SHARED, arguments, cases, disagreements, ids
from support.reference_cases import table_of

BOOK = ("sensitivity_metafor.json", SHARED / "diagnostics.json")


def with_feature(*names):
    found = cases(*BOOK, wanted=lambda case: set(names) & set(case["features"]))
    return pytest.mark.parametrize(("case", "columns"), found, ids=ids(found))


def fitted(case, columns):
    if "mods" in case:
        names = case["mods"].removeprefix("~").split("+")
        moderators = {name.strip(): columns[name.strip()] for name in names}
        return meta_regression(columns["yi"], columns["vi"], moderators, **arguments(case, columns))
    return pool(columns["yi"], columns["vi"], **arguments(case, columns))


def subject(case, columns):
    """What `leave_one_out` and `cumulative` take: a result, or a table and how it is pooled."""
    if case["fn"] == "rma.uni":
        return (fitted(case, columns),)
    table = table_of({name: np.array(columns[name], dtype=float) for name in case["use"]})
    if case["fn"] == "rma.peto":
        return table, pool_peto
    return table, lambda some: pool_mantel_haenszel(some, case["args"]["measure"], METAFOR)


def rows_of(found):
    from_q = found.whole.model == "common effect"
    return {
        "k": np.arange(1, len(found) + 1),
        "estimate": found.mu,
        "se": found.se,
        "zval": found.z,
        "tval": found.z,
        "pval": found.p,
        "ci_lb": found.ci_low,
        "ci_ub": found.ci_high,
        "Q": found.Q,
        "Qp": found.p_Q,
        "tau2": found.tau2,
        "I2": found.I2 if from_q else found.I2_tau2,
        "H2": found.H2 if from_q else found.H2_tau2,
    }


@with_feature("leave1out")
def test_leave_one_out_equals_leave1out(case, columns):
    assert disagreements(rows_of(leave_one_out(*subject(case, columns))), case["expect"], case) == {}


@with_feature("cumul")
def test_cumulative_equals_cumul(case, columns):
    by = columns["year"] if "order" in case["features"] else None
    got, want = rows_of(cumulative(*subject(case, columns), by=by)), dict(case["expect"])
    # metafor says of one study p = 1, I2 = 0 and H2 = 1, where we say nothing; and nothing of a study whose own
    # Mantel-Haenszel odds ratio is not a number, where we show the corrected effect that its forest plot has.
    for name in set(want) - {"k"}:
        got[name], want[name] = got[name][1:], want[name][1:]
    assert disagreements(got, want, case) == {}


@with_feature("influence")
def test_influence_equals_metafor(case, columns):
    found = influence(fitted(case, columns))
    assert disagreements({name: getattr(found, name) for name in case["expect"]}, case["expect"], case) == {}


@with_feature("blup")
def test_blups_equal_blup_and_ranef(case, columns):
    found = blups(fitted(case, columns))
    got = {
        "blup_pred": found.mu,
        "blup_se": found.se,
        "blup_pi_lb": found.pi_low,
        "blup_pi_ub": found.pi_high,
        "ranef_pred": found.u,
        "ranef_se": found.se_u,
    }
    assert disagreements(got, case["expect"], case) == {}


@with_feature("residuals")
def test_residuals_equal_rstandard_and_rstudent(case, columns):
    found = residuals(fitted(case, columns))
    got = {
        "resid": found.resid,
        "rstandard_z": found.rstandard,
        "rstandard_se": found.se,
        "rstudent_resid": found.deleted,
        "rstudent_z": found.rstudent,
        "rstudent_se": found.se_deleted,
        "weights_pct": found.weight,
        "hat": found.hat,
    }
    assert disagreements(got, case["expect"], case) == {}


@with_feature("baujat")
def test_baujat_equals_metafor(case, columns):
    found = baujat(fitted(case, columns))
    assert disagreements({"x": found.x, "y": found.y}, case["expect"], case) == {}


@with_feature("vif")
def test_vif_equals_metafor(case, columns):
    assert disagreements({"vif": list(fitted(case, columns).vif().values())}, case["expect"], case) == {}


@with_feature("gosh")
def test_gosh_equals_metafor(case, columns):
    found = gosh(fitted(case, columns))
    I2 = found.I2 if case["args"]["method"] == "EE" else found.I2_tau2
    listed = np.array(case["expect"]["mask"]) - 1  # masks count from 1, and stand in their order
    got = {
        "n_sets": len(found),
        "mask": found.masks[listed],
        "k": found.k[listed],
        "estimate": found.mu[listed],
        "I2": np.nan_to_num(I2[listed]),
        "QE": found.Q[listed],
        "tau2": found.tau2[listed],
        "mean_estimate": np.mean(found.mu),
        "mean_I2": np.mean(np.nan_to_num(I2)),
    }
    assert disagreements(got, case["expect"], case) == {}


@with_feature("permutest")
def test_permutation_test_equals_permutest(case, columns):
    found = permutation_test(fitted(case, columns))
    got = {"exact": found.arrangements, "pval": found.p, "QMp": found.p_QM, "zval": found.z}
    assert disagreements(got, case["expect"], case) == {}
