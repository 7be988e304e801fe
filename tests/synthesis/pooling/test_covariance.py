import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.pooling.assumed_correlations import nearest_positive_definite
from evisynth.synthesis.pooling.covariance import (
    aggregate_effects,
    covariance_of,
    sampling_covariance,
)
from support.dependent_effects import cases, disagreements

METAFOR = [  # metafor 5.1-12, vcalc and aggregate
    one
    for one in cases("dependent_effects_metafor.json", "conv.json")
    if one.values[0]["fn"] in ("vcalc", "aggregate")
]


@pytest.mark.parametrize(("case", "columns"), METAFOR)
def test_covariances_and_aggregated_effects_equal_metafor(case, columns):
    V = sampling_covariance(columns["vi"], columns["study"], rho=0.6)
    if case["fn"] == "vcalc":
        whole = V.matrix()
        got = {"sum": whole.sum(), "logdet": np.linalg.slogdet(whole)[1], "corner": whole[:2, :2]}
    else:
        found = aggregate_effects(
            columns["yi"], V, columns["study"], weighted="unweighted" not in case["note"]
        )
        got = {"cluster": found.clusters, "yi": found.yi, "vi": found.vi}
    assert set(got) == set(case["expect"])
    assert disagreements(case, got) == {}


def test_effects_of_other_studies_and_other_samples_are_independent():
    V = sampling_covariance([1.0, 4.0, 9.0, 1.0], ["a", "a", "a", "b"], rho=0.5, sample=[1, 1, 2, 1]).matrix()
    assert V[0, 1] == pytest.approx(0.5 * 1 * 2)
    assert V[0, 2] == V[1, 2] == V[0, 3] == 0


def test_correlations_over_time_fall_with_the_distance():
    V = sampling_covariance([1.0, 1.0, 1.0], ["a"] * 3, time=[0, 1, 3], phi=0.8).matrix()
    assert V == pytest.approx(np.array([[1, 0.8, 0.512], [0.8, 1, 0.64], [0.512, 0.64, 1]]))


def test_a_number_holds_between_outcomes_and_time_within_one():
    V = sampling_covariance(
        [1.0] * 4, ["a"] * 4, rho=0.5, outcome=["x", "x", "y", "y"], time=[0, 1, 0, 1], phi=0.8
    )
    assert V.matrix()[0] == pytest.approx([1, 0.8, 0.5, 0.4])


def test_each_pair_of_outcomes_can_have_its_correlation():
    rho = {
        ("pain", "function"): 0.6,
        ("pain", "pain"): 0.9,
        ("function", "sleep"): 0.2,
        ("pain", "sleep"): 0.1,
    }
    V = sampling_covariance([1.0] * 4, ["a"] * 4, rho=rho, outcome=["pain", "function", "pain", "sleep"])
    assert V.matrix()[0] == pytest.approx([1, 0.6, 0.9, 0.1])
    with pytest.raises(DataError, match="b has effects on function and function; no correlation"):
        sampling_covariance([1.0] * 2, ["b"] * 2, rho=rho, outcome=["function", "function"])
    with pytest.raises(DataError, match="need the outcome"):
        sampling_covariance([1.0] * 2, ["b"] * 2, rho=rho)


CONTRADICTION = {("x", "y"): 0.9, ("y", "z"): 0.9, ("x", "z"): -0.9}


def test_correlations_that_contradict_each_other_name_the_study():
    call = {"vi": [1.0] * 4, "study": ["fine", "odd", "odd", "odd"], "outcome": ["x", "x", "y", "z"]}
    with pytest.raises(DataError, match=r"^odd: its covariances are not positive definite"):
        sampling_covariance(rho=CONTRADICTION, **call)
    V = sampling_covariance(rho=CONTRADICTION, nearest=True, **call)
    assert [study for study, _ in V.repaired] == ["odd"]
    assert 0.1 < V.repaired[0][1] < 1
    assert V.variances == pytest.approx([1, 1, 1, 1])
    assert np.linalg.eigvalsh(V.matrix())[0] > 0


def test_two_effects_that_are_the_same_name_the_study():
    with pytest.raises(DataError, match=r"^b: its covariances are not positive definite"):
        sampling_covariance([1.0, 1.0, 1.0], ["a", "b", "b"], rho=1.0)


def test_the_nearest_correlation_matrix_is_that_of_higham():
    # Higham 2002, section 1: the nearest correlation matrix to this one, to 4 digits.
    A = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1.0]])
    near = np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    assert nearest_positive_definite(A) == pytest.approx(near, abs=5e-5)


@given(st.integers(0, 100))
def test_the_nearest_matrix_of_a_correlation_matrix_is_itself(seed):
    X = np.random.default_rng(seed).normal(size=(10, 4))
    R = np.corrcoef(X, rowvar=False)
    assert nearest_positive_definite(R) == pytest.approx(R, abs=1e-8)


def test_a_matrix_a_list_of_blocks_and_a_covariance_are_the_same_v():
    block = np.array([[1.0, 0.5], [0.5, 2.0]])
    whole = np.zeros((3, 3))
    whole[1:, 1:], whole[0, 0] = block, 3
    labels = ["a", "b", "b"]
    given_ways = [whole, [np.array([[3.0]]), block], covariance_of(whole, labels)]
    for one in given_ways:
        V = covariance_of(one, labels)
        assert V.matrix() == pytest.approx(whole)
        assert [rows.tolist() for rows, _ in V.blocks] == [[1, 2]]
        assert V.inverse().matrix() == pytest.approx(np.linalg.inv(whole))
        assert V.times(np.eye(3)) == pytest.approx(whole)
        assert V.variances.tolist() == [3, 1, 2]


def test_rows_that_covary_through_others_are_one_block():
    V = np.eye(5)
    V[0, 3] = V[3, 0] = V[3, 4] = V[4, 3] = 0.5
    found = covariance_of(V, list("abcde"))
    assert [rows.tolist() for rows, _ in found.blocks] == [[0, 3, 4]]
    assert not found.is_diagonal
    assert covariance_of(np.diag([1.0, 2.0]), ["a", "b"]).is_diagonal


@pytest.mark.parametrize(
    ("V", "says"),
    [
        ([0.1, np.nan, 0.1], r"b \(row 2\): variance nan"),
        ([0.1, 0.0, 0.1], r"b \(row 2\): variance 0 is not positive"),
        (np.ones((3, 2)), r"V has shape \(3, 2\); for 3 effects"),
        (np.array([[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]]), "a, b: V is not symmetric"),
        (np.array([[1, 2, 0], [2, 1, 0], [0, 0, 1.0]]), "a, b: its covariances are not positive definite"),
        (np.array([[1, np.inf, 0], [np.inf, 1, 0], [0, 0, 1.0]]), "a, b: a covariance is missing"),
        ([np.eye(2), np.eye(2)], "must be square and together have 3 rows"),
        (covariance_of([1.0], ["x"]), "V is for 1 effects; there are 3"),
    ],
)
def test_what_is_no_covariance_matrix_is_named(V, says):
    with pytest.raises(DataError, match=says):
        covariance_of(V, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rho": 1.2}, "Correlation 1.2 is not between -1 and 1"),
        ({"rho": None}, "Give rho"),
        ({"phi": 0.5}, "phi, the correlation over one unit of time, and time"),
        ({"time": [1, 2]}, "phi, the correlation over one unit of time, and time"),
        ({"study": ["a", None]}, "Row 2 has no study"),
        ({"vi": [0.1, -1]}, r"a \(row 2\): variance -1"),
    ],
)
def test_assumptions_that_cannot_be_are_refused(change, says):
    with pytest.raises(DataError, match=says):
        sampling_covariance(**({"vi": [0.1, 0.2], "study": ["a", "a"], "rho": 0.5} | change))


def test_one_effect_of_a_cluster_stays_as_it_is():
    found = aggregate_effects([0.3, 0.1, 0.2], [0.1, 0.2, 0.3], ["b", "a", "a"], weighted=False)
    assert found.clusters == ("a", "b")
    assert found.yi == pytest.approx([0.15, 0.3])
    assert found.vi == pytest.approx([0.5 / 4, 0.1])
    assert found.sizes.tolist() == [2, 1]


@given(st.floats(-0.3, 0.95), st.integers(0, 100))
def test_weights_from_the_covariances_give_the_smallest_variance(rho, seed):
    rng = np.random.default_rng(seed)
    vi, yi = rng.uniform(0.1, 1, 6), rng.normal(size=6)
    study = ["a", "a", "a", "b", "b", "b"]
    V = sampling_covariance(vi, study, rho=rho)
    best, plain = (aggregate_effects(yi, V, study, weighted=one) for one in (True, False))
    assert np.all(best.vi <= plain.vi * (1 + 1e-12))


def test_effects_of_different_clusters_that_covary_are_not_aggregated():
    V = sampling_covariance([0.1, 0.1], ["a", "a"], rho=0.5)
    with pytest.raises(DataError, match="Effects of x and y covary"):
        aggregate_effects([0.1, 0.2], V, ["x", "y"])


def test_aggregated_effects_print_a_line_for_each_cluster():
    lines = str(
        aggregate_effects([0.2, 0.5, 0.3], [0.04, 0.09, 0.05], ["A", "A", "B"], weighted=False)
    ).splitlines()
    assert lines[0] == "One effect for each of 2 clusters, from 3 effects"
    assert lines[1] == "A: 0.35 (variance 0.0325), from 2"


FRAME = {
    "study": ["A", "A", "B", "B", None],
    "vi": [0.1, 0.2, None, 0.1, 0.1],
    "yi": [0.3, 0.1, 0.2, None, 0.4],
    "time": [1, 3, 1, 2, 1],
}


def test_some_of_the_rows_have_the_covariances_that_they_had():
    V = sampling_covariance([0.1, 0.2, 0.3, 0.4], ["A", "B", "A", "A"], rho=0.4)
    kept = np.array([True, True, False, True])
    assert V.take(kept).matrix().tolist() == V.matrix()[np.ix_(kept, kept)].tolist()
    assert V.take(np.array([True, True, False, False])).is_diagonal


def test_a_row_of_a_frame_that_lacks_a_value_has_no_variance_and_says_why():
    V = sampling_covariance("vi", "study", time="time", phi=0.9, data=FRAME)
    assert np.isnan(V.variances).tolist() == [False, False, True, False, True]
    assert V.lacking == {2: ("vi",), 4: ("study",)}
    assert V.matrix()[0, 1] == pytest.approx(0.9**2 * np.sqrt(0.1 * 0.2))
    with pytest.raises(DataError, match=r"row 3\): no value for vi, so V lacks it"):
        covariance_of(V, ["A", "A", "B", "B", "?"])


def test_effects_of_a_frame_are_aggregated_without_the_rows_that_lack_a_value():
    V = sampling_covariance("vi", "study", rho=0.5, data=FRAME)
    found = aggregate_effects("yi", V, "study", data=FRAME)
    given = aggregate_effects([0.3, 0.1], V.take(np.arange(5) < 2), ["A", "A"])
    assert (found.yi.tolist(), found.vi.tolist()) == (given.yi.tolist(), given.vi.tolist())
    assert found.dropped == (
        ("B", "row 3: no value for vi"),
        ("B", "row 4: no value for yi"),
        ("Study 5", "row 5: no value for study"),
    )
    with pytest.raises(DataError, match="name of one of its columns"):
        aggregate_effects("yi", "vi", ["A"] * 5, data=FRAME)
