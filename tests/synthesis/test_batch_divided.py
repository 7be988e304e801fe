import numpy as np

from evisynth.synthesis.batch import pool_many
from support.dividing import run


def test_who_does_the_work_changes_nothing():
    generator = np.random.default_rng(4)
    groups = generator.integers(0, 4000, 80_000)
    yi, vi = generator.normal(0.2, 0.5, 80_000), generator.uniform(0.02, 0.4, 80_000)
    vi[:3] = np.nan
    for method in ("common", "REML"):
        here, there = (pool_many(yi, vi, groups, method=method, run=by) for by in (map, run))
        assert here.names == there.names
        assert here.not_pooled == there.not_pooled != ()
        for name in ("k", "mu", "se", "tau2", "Q", "se_tau2", "ll"):
            assert np.array_equal(getattr(here, name), getattr(there, name), equal_nan=True), name
