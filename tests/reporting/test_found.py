"""The small helpers of claims."""

import pytest

from evisynth.errors import DataError
from evisynth.reporting.found import Found, counted, in_a_row, long_date, pick, slug


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["PubMed", "PubMed, in process", "LILACS"], "PubMed; PubMed, in process; and LILACS"),
    ],
)
def test_names_are_listed_as_a_sentence_lists_them(names, told):
    assert in_a_row(names) == told


def test_no_names_are_none():
    assert counted([], "how")["names"].text == "none"
    assert counted([], "how")[""].text == "0"


def test_a_date_is_written_out():
    assert long_date("2012-10-01") == "1 October 2012"
    assert long_date("") == "not given"


def test_a_value_is_written_in_a_path_with_hyphens():
    assert slug("Double blind, placebo") == "double-blind-placebo"


def test_a_claim_that_does_not_exist_comes_with_the_nearest():
    with pytest.raises(DataError, match=r"no claim 'flow.screend'. Did you mean 'screened'"):
        pick("flow", "screend", {"screened": Found("1", "")})
