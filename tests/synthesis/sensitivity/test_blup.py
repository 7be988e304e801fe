import numpy as np
import pytest

from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.blup import blups

YI, VI = np.array([0.1, 0.8, -0.3, 1.2]), np.array([0.04, 0.09, 0.02, 0.12])


def test_predicted_effects_lie_between_the_study_and_the_pooled_effect():
    pooled = pool(YI, VI, measure="OR", test="HK")
    found = blups(pooled)
    assert (np.minimum(YI, pooled.mu) <= found.mu).all()
    assert (found.mu <= np.maximum(YI, pooled.mu)).all()
    assert found.mu == pytest.approx(pooled.mu + found.shrinkage * (YI - pooled.mu))
    assert ((found.pi_low < found.mu) & (found.mu < found.pi_high)).all()
    assert ((found.u_low < found.u) & (found.u < found.u_high)).all()
    assert found.estimates == pytest.approx(np.exp(found.mu))
    assert str(found).splitlines()[0].split()[1:3] == ["odds", "ratio"]


def test_without_spread_all_true_effects_are_the_pooled_one():
    pooled = pool(YI, VI, method="common")
    found = blups(pooled)
    assert found.mu.tolist() == [pooled.mu] * 4
    assert found.se == pytest.approx([pooled.se] * 4)
    assert (found.u.tolist(), found.se_u.tolist()) == ([0] * 4, [0] * 4)
