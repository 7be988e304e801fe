import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import combine_pvalues, irwinhall

from evisynth.errors import DataError
from evisynth.synthesis.without_pooling.p_values import KINDS, combine_p_values, one_sided

P = [0.01, 0.2, 0.3, 0.04, 0.6]
SCIPY = {"fisher": "fisher", "stouffer": "stouffer", "tippett": "tippett", "logit": "mudholkar_george"}
p_values = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=15)


@pytest.mark.parametrize(("ours", "theirs"), SCIPY.items())
@given(p=p_values)
def test_combined_p_values_are_scipys(ours, theirs, p):
    got, want = combine_p_values(p, kind=ours), combine_pvalues(p, method=theirs)
    assert got.p == pytest.approx(want.pvalue, rel=1e-9)


def test_stouffer_with_weights_is_scipys():
    weights = [1, 2, 3, 4, 5]
    want = combine_pvalues(P, method="stouffer", weights=weights)
    assert combine_p_values(P, kind="stouffer", weights=weights).p == pytest.approx(want.pvalue, rel=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_edgington_is_the_distribution_of_a_sum_of_uniforms(p):
    assert combine_p_values(p, kind="edgington").p == pytest.approx(irwinhall(len(p)).cdf(sum(p)), abs=1e-9)


def test_edgington_of_many_studies_loses_no_digits():
    p = np.full(300, 0.4)
    got = combine_p_values(p, kind="edgington").p  # about the normal tail at (120 - 150) / 5 = -6
    assert 1e-11 < got < 1e-9
    assert combine_p_values(1 - p, kind="edgington").p == pytest.approx(1 - got, rel=1e-12)


def test_wilkinson_with_r_1_is_tippett_and_with_r_k_the_largest_to_the_k():
    assert combine_p_values(P, kind="wilkinson").p == combine_p_values(P, kind="tippett").p
    assert combine_p_values(P, kind="tippett").p == pytest.approx(1 - 0.99**5, rel=1e-12)
    assert combine_p_values(P, kind="wilkinson", r=5).p == pytest.approx(0.6**5, rel=1e-12)


def test_chi_square_with_two_degrees_each_is_fisher():
    got = combine_p_values(P, kind="chi2", df=[2] * 5)
    assert got.p == pytest.approx(combine_p_values(P).p, rel=1e-10)
    assert got.df == 10


@pytest.mark.parametrize("kind", KINDS)
def test_one_study_keeps_its_p_value(kind):
    tolerance = 0.05 if kind == "logit" else 1e-9  # whose t distribution is an approximation
    assert combine_p_values([0.03], kind=kind).p == pytest.approx(0.03, rel=tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_p_values_are_uniform_when_there_is_no_effect(kind):
    rng = np.random.default_rng(5)
    combined = [combine_p_values(rng.uniform(size=6), kind=kind).p for _ in range(2000)]
    assert np.mean(combined) == pytest.approx(0.5, abs=0.03)
    assert np.mean(np.array(combined) < 0.1) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_order_does_not_matter_and_a_smaller_p_value_lowers_the_result(kind):
    got = combine_p_values(P, kind=kind).p
    assert combine_p_values(P[::-1], kind=kind).p == pytest.approx(got, rel=1e-12)
    assert combine_p_values([0.001, *P[1:]], kind=kind).p < got


def test_one_sided_p_values_follow_the_direction():
    assert one_sided([0.04, 0.04], benefit=[True, False]) == pytest.approx([0.02, 0.98])
    with pytest.raises(DataError, match="each study needs both"):
        one_sided([0.04, 0.04], benefit=[True])


def test_the_sentence_warns():
    text = str(combine_p_values(P))
    assert text.startswith("Combined p value of 5 studies (Fisher): 0.0")
    assert "nothing about its size" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"p": []}, "at least one"),
        ({"p": [0.1, 1.2]}, "Study 2: p value 1.2"),
        ({"p": [0.1, np.nan]}, "Study 2: p value nan"),
        ({"p": [0.1, 0.0]}, "Study 2: p value of exactly 0"),
        ({"p": [1.0, 0.1], "kind": "stouffer"}, "exactly 1"),
        ({"kind": "fischer"}, "Did you mean 'fisher'"),
        ({"weights": [1] * 5}, "weights belong to stouffer"),
        ({"kind": "stouffer", "weights": [1, 1, 1, 1, 0]}, "above 0"),
        ({"kind": "stouffer", "df": [1] * 5}, "df belong to chi2"),
        ({"r": 2}, "r belongs to wilkinson"),
        ({"kind": "wilkinson", "r": 6}, "from 1 to 5"),
        ({"studies": ["A"]}, "1 names for 5"),
    ],
)
def test_what_cannot_be_combined_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        combine_p_values(**({"p": P} | options))
