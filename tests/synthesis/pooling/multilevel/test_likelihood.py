import numpy as np
import pytest

from evisynth.synthesis.pooling.covariance import covariance_of, sampling_covariance
from evisynth.synthesis.pooling.multilevel import nested, structured
from evisynth.synthesis.pooling.multilevel.dense import DenseBlocks
from evisynth.synthesis.pooling.multilevel.likelihood import Likelihood
from evisynth.synthesis.pooling.multilevel.terms import STRUCTURES
from evisynth.synthesis.pooling.multilevel.woodbury import RandomIntercepts

RNG = np.random.default_rng(12)
K = 30
STUDY = np.concatenate((np.arange(7), RNG.integers(0, 7, K - 7)))
TIME = np.arange(K) % 3 * 1.5
VI = RNG.uniform(0.02, 0.2, K)
YI = RNG.normal(0.3, 0.5, K)
X = np.column_stack((np.ones(K), RNG.normal(size=K)))
NAMES = [f"row {row}" for row in range(K)]
INDEPENDENT = covariance_of(VI, NAMES)
CORRELATED = sampling_covariance(VI, STUDY, rho=0.4)
NESTED = nested(study=STUDY, arm=np.arange(K) // 2, effect=np.arange(K))
CROSSED = (*nested(study=STUDY), *nested(year=np.arange(K) % 4))
TERMS = {"nested": NESTED, "crossed": CROSSED, "study": NESTED[:1], "effect": NESTED[2:]}


def numerical(objective, x, width=1e-6):
    steps = np.eye(len(x)) * width
    return np.array([(objective(x + step)[0] - objective(x - step)[0]) / (2 * width) for step in steps])


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("groups", TERMS.values(), ids=TERMS)
@pytest.mark.parametrize("V", [INDEPENDENT, CORRELATED], ids=["independent", "correlated"])
def test_the_slope_of_the_likelihood_of_random_intercepts_is_that_of_its_differences(V, groups, restricted):
    likelihood = Likelihood(YI, X, V, tuple(groups), (), restricted=restricted)
    x = np.linspace(0.05, 0.3, len(groups))
    assert likelihood(x)[1] == pytest.approx(numerical(likelihood, x), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("struct", STRUCTURES)
def test_the_slope_of_the_likelihood_of_a_structure_is_that_of_its_differences(struct):
    term = structured(TIME, STUDY, struct)
    likelihood = Likelihood(YI, X, CORRELATED, nested(effect=np.arange(K)), (term,), restricted=True)
    x = likelihood.starts()[0] * 1.1
    assert likelihood(x)[1] == pytest.approx(numerical(likelihood, x), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("groups", TERMS.values(), ids=TERMS)
def test_both_ways_to_the_likelihood_give_the_same(groups):
    columns = np.column_stack((X, YI))
    short = RandomIntercepts(columns, VI, tuple(groups))
    whole = DenseBlocks(columns, INDEPENDENT, tuple(groups), (), np.zeros(K, dtype=np.intp))
    sigma2 = np.linspace(0.1, 0.7, len(groups))
    one, other = short.forms(sigma2, []), whole.forms(sigma2, [])
    assert one.S == pytest.approx(other.S, rel=1e-12)
    assert one.logdet == pytest.approx(other.logdet, rel=1e-12)
    weight = np.array([[1.0, 0.2, -0.1], [0.2, 0.5, 0.3], [-0.1, 0.3, 2.0]])
    assert short.slopes(weight)[0] == pytest.approx(whole.slopes(weight)[0], rel=1e-11)


def test_blocks_of_many_sizes_are_padded_without_a_trace():
    study = np.repeat(np.arange(9), [1, 2, 3, 4, 5, 6, 7, 1, 1])
    k = len(study)
    order = np.random.default_rng(1).permutation(k)
    columns = np.random.default_rng(2).normal(size=(k, 2))
    V = sampling_covariance(np.linspace(0.1, 1, k), study[order], rho=0.3)
    groups = nested(study=study[order])
    blocks = DenseBlocks(columns, V, groups, (), groups[0].numbers)
    whole = DenseBlocks(columns, V, groups, (), np.zeros(k, dtype=np.intp))
    assert blocks.forms(np.array([0.5]), []).S == pytest.approx(whole.forms(np.array([0.5]), []).S, rel=1e-12)
    weight = np.array([[0.3, 0.1], [0.1, 1.0]])
    assert blocks.slopes(weight)[0] == pytest.approx(whole.slopes(weight)[0], rel=1e-11)
    assert len(blocks.lots) > 3


def test_three_levels_need_one_number_for_each_cluster():
    short = RandomIntercepts(np.column_stack((X, YI)), VI, nested(study=STUDY, effect=np.arange(K)))
    assert [lot.K.shape for lot in short.lots] == [(7, 1, 1)]


def test_impossible_variances_have_no_likelihood():
    likelihood = Likelihood(YI, X, INDEPENDENT, nested(effect=np.arange(K)), (), restricted=True)
    assert likelihood(np.array([-1.0]))[0] == -np.inf
    dense = Likelihood(YI, X, CORRELATED, nested(effect=np.arange(K)), (), restricted=True)
    assert dense(np.array([-1.0]))[0] == -np.inf
