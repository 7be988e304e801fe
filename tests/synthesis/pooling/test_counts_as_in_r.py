"""Tables, rates and proportions against R's metafor and meta: stored cases, and all where the shared numbers are."""

import numpy as np
import pytest

from evisynth.synthesis.proportion_interval import proportion_interval
from support.counts_in_r import apart, cases, comparable, ids, mantel_haenszel_outputs, meta_outputs, numbers

META = "counts_meta.json"  # meta 8.4-0
RMA_MH = cases("rates_and_peto_metafor.json", "mh_peto")  # metafor 5.1-12, rma.mh and rma.peto
META_FUNCTIONS = ("metabin", "metainc", "metaprop", "metarate", "metacor", "metamean")


def pools(case):
    fixed = case["fn"] in META_FUNCTIONS and "TE_common" in case["expect"] and not case.get("note")
    return fixed and case["args"].get("method") != "GLMM"


# Their tau2 by REML is where meta's iteration stops, up to 1e-5 from the maximum, which shows where tau2 is small.
STOPPED_EARLY = {
    "a_bcg-exactMH-RD", "a_nw07-exactMH-RR", "a_nw07-exactMH-RD", "a_zeros-exactMH-OR", "a_zeros-exactMH-RD",
}  # fmt: skip
POOLED = cases(META, "meta_pkg", wanted=pools)


@pytest.mark.parametrize(("case", "columns"), RMA_MH, ids=ids(RMA_MH))
def test_tables_and_rates_equal_rma_mh_and_rma_peto(case, columns):
    want = dict(case["expect"])
    del want["k"]  # metafor counts studies that add nothing to a ratio; ours are in `dropped`
    assert apart(mantel_haenszel_outputs(case, columns), want, case) == {}


@pytest.mark.parametrize(("case", "columns"), POOLED, ids=ids(POOLED))
def test_tables_rates_and_single_groups_equal_meta(case, columns):
    got = meta_outputs(case, columns)
    found = apart(got, comparable(case, columns), case)
    if case["id"] in STOPPED_EARLY and found:
        assert got["tau2"] == pytest.approx(case["expect"]["tau2"], abs=1.1e-5)
        found = {name for name in found if "random" not in name and "predict" not in name} - {"tau2"}
    if case["id"] == "a_pritz-prop-PLN":
        # Everyone in a study has the event: meta takes 1 / x - 1 / (n + 0.5) as its variance, we follow metafor.
        assert "TE" in found
        return
    assert not found


def is_interval(case):
    return case["fn"] == "metaprop" and set(case["expect"]) == {"lower", "upper"}


INTERVALS = cases(META, "meta_pkg", wanted=is_interval)


@pytest.mark.parametrize(("case", "columns"), INTERVALS, ids=ids(INTERVALS))
def test_intervals_of_single_proportions_equal_metaprop(case, columns):
    low, high = proportion_interval(columns["xi"], columns["ni"], method=case["args"]["method.ci"])
    for ours, theirs in ((low, "lower"), (high, "upper")):
        logit = np.clip(numbers(case["expect"][theirs]), -36, 36)  # the limits are stored as logits
        np.testing.assert_allclose(ours, 1 / (1 + np.exp(-logit)), rtol=1e-9, atol=1e-12)
