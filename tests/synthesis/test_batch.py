import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.batch import pool_many
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS

OUTPUTS = (
    *("k", "mu", "se", "z", "p", "ci_low", "ci_high", "tau2", "se_tau2", "Q", "df", "p_Q"),
    *("I2", "H2", "I2_tau2", "H2_tau2", "vt", "ll"),
)


def some_meta_analyses(m=60, seed=3):
    generator = np.random.default_rng(seed)
    sizes = generator.integers(2, 41, m)
    vi = [generator.uniform(0.01, 0.6, k) for k in sizes]
    return [generator.normal(0.2, np.sqrt(v + generator.choice([0, 0.05, 0.3]))) for v in vi], vi


@pytest.mark.parametrize(
    ("method", "test"),
    [(method, "z") for method in ("common", *TAU2_METHODS)]
    + [
        ("DL", "t"),
        ("PM", "HK"),
        ("REML", "HK-adhoc"),
        ("REML", "HK-ci"),
        ("REML", "HK-IQWiG6"),
        ("REML", "KR"),
    ],
)
def test_a_batch_gives_the_numbers_of_pool(method, test):
    yi, vi = some_meta_analyses()
    many = pool_many(yi, vi, method=method, test=test, level=0.9)
    predicted = many.prediction_interval()
    assert many.names == tuple(range(1, 61))
    for at, (y, v) in enumerate(zip(yi, vi, strict=True)):
        one = pool(y, v, method=method, test=test, level=0.9)
        for name in OUTPUTS:
            want = getattr(one, name)
            want = np.nan if want is None else want
            got = getattr(many, name)[at]
            assert got == pytest.approx(want, rel=1e-12, abs=1e-12, nan_ok=True), (name, at)
        interval = one.prediction_interval()
        if interval is None:
            assert np.isnan(predicted[0][at])
        else:
            assert (predicted[0][at], predicted[1][at]) == pytest.approx(interval, rel=1e-12, abs=1e-12)


@given(st.integers(0, 10**6))
def test_reml_of_a_batch_and_of_pool_agree_whatever_the_data(seed):
    yi, vi = some_meta_analyses(12, seed)
    many = pool_many(yi, vi)
    for at, (y, v) in enumerate(zip(yi, vi, strict=True)):
        assert many.tau2[at] == pytest.approx(pool(y, v).tau2, rel=1e-10, abs=1e-13)


def test_long_columns_are_grouped_in_the_order_of_first_appearance():
    yi, vi = some_meta_analyses(5)
    of = np.repeat(["e", "a", "d", "b", "c"], [len(one) for one in yi])
    lists, columns = pool_many(yi, vi), pool_many(np.concatenate(yi), np.concatenate(vi), of)
    assert columns.names == ("e", "a", "d", "b", "c")
    assert columns.mu.tolist() == lists.mu.tolist()
    shuffled = np.random.default_rng(0).permutation(len(of))
    mixed = pool_many(np.concatenate(yi)[shuffled], np.concatenate(vi)[shuffled], of[shuffled])
    at = [mixed.names.index(name) for name in columns.names]
    assert mixed.mu[at] == pytest.approx(columns.mu, rel=1e-12)


def test_what_cannot_be_pooled_is_nan_and_named_and_the_rest_is_pooled():
    many = pool_many(
        [[0.1, 0.2], [0.3], [0.1, np.nan, 0.4], [0.1, 0.2], [], [0.4, 0.6]],
        [[0.1, 0.2], [0.1], [0.1, 0.1, 0.1], [0.1, 0.0], [], [0.2, 0.1]],
    )
    assert many.not_pooled == (
        (2, "1 studies; pooling needs at least two"),
        (3, "study 2: effect nan, variance 0.1"),
        (4, "study 2: effect 0.2, variance 0"),
        (5, "0 studies; pooling needs at least two"),
    )
    assert np.isnan(many.mu).tolist() == [False, True, True, True, True, False]
    assert np.isnan(many.ci_low).sum() == np.isnan(many.p).sum() == 4
    assert many.k.tolist() == [2, 1, 3, 2, 0, 2]
    assert many.mu[5] == pytest.approx(pool([0.4, 0.6], [0.2, 0.1]).mu)
    assert str(many) == "6 meta-analyses, REML, test z, k 0 to 3; 4 not pooled"


def test_nothing_to_pool_is_still_an_answer():
    many = pool_many([[0.1], [0.2]], [[0.1], [0.1]])
    assert np.isnan(many.mu).all()
    assert len(many.not_pooled) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([[0.1, 0.2]], []), "1 lists of effects and 0 of variances"),
        (([], []), "0 lists of effects"),
        (([[0.1, 0.2], [0.3, 0.4]], [[0.1, 0.1], [0.1]]), "Meta-analysis 2: 2 effects and 1 variances"),
        (([0.1, 0.2], [0.1, 0.2], ["a"]), "have to be one length"),
    ],
)
def test_lists_and_columns_of_different_length_are_refused(arguments, says):
    with pytest.raises(DataError, match=says):
        pool_many(*arguments)


def test_methods_that_need_weights_and_unknown_ones_are_refused():
    with pytest.raises(DataError, match="GENQ needs weights"):
        pool_many([[0.1, 0.2]], [[0.1, 0.1]], method="GENQ")
    with pytest.raises(DataError, match="'XX' is not known"):
        pool_many([[0.1, 0.2]], [[0.1, 0.1]], method="XX")
    with pytest.raises(DataError, match="Kenward-Roger"):
        pool_many([[0.1, 0.2]], [[0.1, 0.1]], method="DL", test="KR")
