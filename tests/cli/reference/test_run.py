"""Stored calls of R through the mapping: those of tests/reference, and folders that are wrong on purpose."""

import json
from pathlib import Path

import pytest

from evisynth.cli.reference.run import run_folder
from evisynth.errors import DataError

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
SHARED = Path(__file__).resolve().parents[4] / "shared/reference/stats"
DATA = {
    "yi": [0.1, 0.5, "NA", -0.2, 0.9],
    "vi": [0.1, 0.2, 0.3, 0.1, 0.3],
    "x": [1, 2, 3, 4, 6],
    "b": ["r", "q", "q", "r", "q"],
}
POOLED = {"id": "one", "data": "d", "fn": "rma.uni", "use": ["yi", "vi"], "rtol": 1e-8, "atol": 1e-12}
COMMON = {"b": 0.136842105263158, "se": 0.187317162316339, "QE": 2.96929824561403}  # 26/190, sqrt(1/28.5)


@pytest.fixture
def ran(tmp_path):
    def run(*cases, family="made", columns=DATA):
        book = {
            "schema": 1,
            "family": family,
            "datasets": {"d": {"n": 5, "columns": columns}},
            "cases": cases,
        }
        (tmp_path / f"{family}.json").write_text(json.dumps(book))
        return run_folder(tmp_path)[0].cases

    return run


def test_a_call_that_agrees_is_counted_with_its_error(ran):
    weights = [1 / v for y, v in zip(DATA["yi"], DATA["vi"], strict=True) if y != "NA"]
    effects = [y for y in DATA["yi"] if y != "NA"]
    mean = sum(w * y for w, y in zip(weights, effects, strict=True)) / sum(weights)
    case = POOLED | {"args": {"method": "EE"}, "expect": {"b": mean, "k": 4, "se": sum(weights) ** -0.5}}
    (found,) = ran(case)
    assert (found.verdict, found.disagreements) == ("agrees", [])
    assert found.worst < 1e-12


def test_a_number_that_differs_disagrees_and_is_shown(ran):
    (found,) = ran(POOLED | {"args": {"method": "EE"}, "expect": {"k": 5}})
    assert found.verdict == "disagrees"
    assert str(found.disagreements[0]) == "k: 4 where R has 5"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fn": "rma.new"}, "function rma.new()"),
        ({"args": {"method": "XX"}}, "method = 'XX'"),
        ({"args": {"digits": 3}}, "argument digits = 3"),
        ({"args": {"test": "new"}}, "test = 'new'"),
        ({"use": ["yi", "wi"]}, "data argument"),
        ({"then": [{"fn": "plot"}]}, "plot()"),
        ({"mods": "~ spline(x)"}, "function spline()"),
        ({"expect": {"b": 0.2, "secret": 1}, "args": {"method": "EE"}}, "output secret"),
    ],
)
def test_what_cannot_be_expressed_is_said_and_never_counted_as_agreeing(ran, change, says):
    (found,) = ran(POOLED | {"args": {}, "expect": {"k": 4}} | change)
    assert found.verdict in ("not expressible", "disagrees")
    assert says in " ".join(found.reasons)


def test_an_output_without_counterpart_makes_a_case_that_agrees_otherwise_not_expressible(ran):
    (found,) = ran(POOLED | {"args": {"method": "EE"}, "expect": {"k": 4, "secret": 1}})
    assert found.verdict == "not expressible"


def test_a_call_that_the_data_do_not_allow_is_an_error_with_its_message(ran):
    (found,) = ran(POOLED | {"args": {}, "expect": {"k": 0}}, columns=DATA | {"vi": [0, 0, 0, 0, 0]})
    assert (found.verdict, "variance" in found.reasons[0]) == ("error", True)


def test_rows_that_lack_a_moderator_are_left_out(ran):
    columns = {
        "yi": [0.1, 0.5, 0.3, -0.2, 0.9],
        "vi": [0.1, 0.2, 0.3, 0.1, 0.3],
        "x": [1, 2, "NA", 4, 6],
    }
    (found,) = ran(
        POOLED | {"args": {"method": "FE"}, "mods": "~ x", "expect": {"k": 4, "p": 2}}, columns=columns
    )
    assert found.verdict == "agrees"


def test_another_family_may_be_asked_for_and_an_unknown_one_is_named(ran, tmp_path):
    ran(POOLED | {"expect": {"k": 4}})
    assert [one.family for one in run_folder(tmp_path, ["made"])] == ["made"]
    with pytest.raises(DataError, match="no family other; there are made"):
        run_folder(tmp_path, ["other"])


def test_a_folder_without_reference_numbers_is_refused(tmp_path):
    with pytest.raises(DataError, match="no JSON file"):
        run_folder(tmp_path)
    (tmp_path / "a.json").write_text('{"cases": []}')
    with pytest.raises(DataError, match=r"a\.json: not a file of reference numbers"):
        run_folder(tmp_path)


# Families in which everything agrees; the others have known differences, see docs/methods/reference-agreement.md.
AGREE = ("confint_predict", "conv", "mh_peto", "mv", "rma_reg", "rma_uni", "robust", "small_study")
KNOWN = {  # family: cases that do not agree, each explained on that page
    "diagnostics": 1,
    "escalc": 4,
    "glmm": 5,
    "meta_pkg": 2,
    "selmodel": 1,
}


@pytest.mark.skipif(
    not SHARED.exists(), reason="the reference numbers of all methods are not on this machine"
)
@pytest.mark.parametrize("family", [*AGREE, *KNOWN])
def test_stored_calls_agree_but_for_the_known_differences(family):
    (found,) = run_folder(SHARED, [family])
    assert found.count("error", "not expressible") == 0
    assert found.count("disagrees") == KNOWN.get(family, 0)


@pytest.mark.skipif(
    not SHARED.exists(), reason="the reference numbers of all methods are not on this machine"
)
def test_at_least_99_of_100_calls_agree_and_few_of_them_by_their_likelihood():
    found = run_folder(SHARED, [*AGREE, *KNOWN])
    agree, better = (sum(one.count(verdict) for one in found) for verdict in ("agrees", "better likelihood"))
    cases = sum(len(one.cases) for one in found)
    assert agree + better >= 0.99 * cases
    assert better <= 0.015 * cases
