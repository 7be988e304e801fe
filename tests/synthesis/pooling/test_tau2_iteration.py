import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.fits import fit_rows
from evisynth.synthesis.pooling.iteration import R_ITERATION, Iteration
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.pooling.tau2_iteration import estimate, iterates
from support.random_effects import SHARED, cases, disagreements, ids

# Raudenbush 1985, effects of what teachers expect on what pupils reach.
YI = [0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07,
      -0.07]  # fmt: skip
VI = [0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912, 0.0497, 0.0835, 0.0841,
      0.0253, 0.0279, 0.0193, 0.0088, 0.0303]  # fmt: skip


@pytest.mark.parametrize(("method", "theirs"), [("REML", 0.0188263480558419), ("PM", 0.0517582050915071)])
def test_with_the_iteration_of_r_tau2_is_that_which_meta_prints(method, theirs):
    # meta 8.4-0, metagen(sm = "MD", method.tau = method) on these studies; the solutions themselves differ by 4e-4.
    assert pool(YI, VI, method=method, iteration=R_ITERATION).tau2 == pytest.approx(theirs, rel=1e-12)
    assert pool(YI, VI, method=method).tau2 != pytest.approx(theirs, rel=1e-4)


def iterated_by_meta(case):
    return (
        case["fn"] == "metagen"
        and case["args"].get("method.tau") in ("REML", "PM")
        and "tau2" in case["expect"]
    )


META = cases("random_effects_meta.json", SHARED / "meta_pkg.json", wanted=iterated_by_meta)  # meta 8.4-0


@pytest.mark.parametrize(("case", "columns"), META, ids=ids(META))
def test_every_tau2_that_meta_iterates_comes_out_to_the_last_digit(case, columns):
    fit = pool(columns["yi"], columns["vi"], method=case["args"]["method.tau"], iteration=R_ITERATION)
    want = {"tau2": case["expect"]["tau2"]}
    assert disagreements({"tau2": fit.tau2}, want, case | {"rtol": 1e-10, "atol": 1e-14}) == {}


def sjit_of_metafor(case):
    return (
        case["fn"] == "rma.uni" and case["args"].get("method") == "SJIT" and case.get("use") == ["yi", "vi"]
    )


SJIT = cases("random_effects_metafor.json", SHARED / "rma_uni.json", wanted=sjit_of_metafor)  # metafor 5.1-12


@pytest.mark.parametrize(("case", "columns"), SJIT, ids=ids(SJIT))
def test_sjit_on_its_way_to_0_is_where_metafor_was_with_a_threshold_of_1e_13(case, columns):
    fit = pool(
        columns["yi"], columns["vi"], method="SJIT", iteration=Iteration(threshold=1e-13, rounds=10_000)
    )
    assert fit.tau2 == pytest.approx(case["expect"]["tau2"], rel=1e-8)
    assert fit.tau2 > 0


rows = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 2)), min_size=3, max_size=10)
ITERATED = [name for name, method in TAU2_METHODS.items() if iterates(method)]


@given(rows, st.sampled_from(["EB", "PM", "PMM", "SJIT", "DLIT"]))
def test_a_fine_iteration_arrives_at_the_solution(studies, name):
    table = Rows.of(*np.array(studies).T)
    fine = Iteration(threshold=1e-12, tolerance=1e-13, rounds=1_000_000)
    found, exact = estimate(table, TAU2_METHODS[name], fine), TAU2_METHODS[name].estimate(table)
    # Steps of SJIT towards 0 become shorter and shorter when y'Py is near its expectation there.
    assert found == pytest.approx(exact, abs=1e-5 if name == "SJIT" else 1e-8)


@given(rows, st.sampled_from(["REML", "ML"]))
def test_scoring_stops_where_the_likelihood_is_no_higher_than_the_maximum_or_says_that_it_goes_round(
    studies, name
):
    table = Rows.of(*np.array(studies).T)
    try:
        found = estimate(table, TAU2_METHODS[name], R_ITERATION)
    except DataError as error:
        assert "still changes" in str(error)  # noqa: PT017 - either may be
        return
    exact = TAU2_METHODS[name].estimate(table)
    top, there = (table.log_likelihood(tau2, restricted=name == "REML") for tau2 in (exact, found))
    assert there <= top + 1e-12


def test_scoring_that_goes_round_for_ever_is_told_and_the_estimate_exists():
    yi, vi = [0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0, 0.0625]
    with pytest.raises(DataError, match="the estimate itself exists"):
        pool(yi, vi, iteration=R_ITERATION)
    assert pool(yi, vi).tau2 >= 0


def test_closed_forms_are_not_touched_and_results_say_what_was_stopped():
    assert pool(YI, VI, method="DL", iteration=R_ITERATION).method == "inverse variance, tau2 DL"
    assert pool(YI, VI, method="DL", iteration=R_ITERATION).tau2 == pool(YI, VI, method="DL").tau2
    assert pool(YI, VI, iteration=R_ITERATION).method == "inverse variance, tau2 REML (iterated to 1e-05)"
    assert pool(YI, VI, method="PM", iteration=R_ITERATION).method.endswith("PM (iterated to 0.00012)")
    assert pool(YI, VI, method="common", iteration=R_ITERATION).method == "inverse variance"


@pytest.mark.parametrize("name", ITERATED)
def test_rows_of_a_table_are_iterated_each_on_its_own(name):
    present = np.ones((4, len(YI)), dtype=bool)
    present[1, ::2] = present[2, 10:] = present[3, 1:] = False
    yi, vi = np.array(YI), np.array(VI)
    many = fit_rows(yi, vi, present=present, method=name, iteration=R_ITERATION).tau2
    one = [fit_rows(yi[at], vi[at], method=name, iteration=R_ITERATION).tau2[0] for at in present]
    assert many == pytest.approx(one, rel=1e-12)
    assert many[3] == 0  # a single study has none


def test_an_iteration_that_does_not_arrive_says_so():
    with pytest.raises(DataError, match="still changes by more than 1e-05 after 2 steps"):
        pool(YI, VI, iteration=Iteration(rounds=2))
    with pytest.raises(DataError, match="tau2 by PM is above 100"):
        pool([0, 0.05, 300, -250, 190], [1e-4, 1e-4, 1e4, 1e4, 1e4], method="PM", iteration=R_ITERATION)
