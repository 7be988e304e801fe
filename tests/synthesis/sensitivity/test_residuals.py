import numpy as np
import pytest

from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.residuals import residuals

YI, VI = np.array([0.1, 0.8, -0.3, 1.2]), np.array([0.04, 0.09, 0.02, 0.12])


def test_a_deleted_residual_is_the_distance_from_what_the_others_give():
    found = residuals(pool(YI, VI, method="DL"))
    others = pool(YI[1:], VI[1:], method="DL")
    assert found.deleted[0] == pytest.approx(YI[0] - others.mu)
    assert found.se_deleted[0] == pytest.approx(np.sqrt(VI[0] + others.tau2 + others.se**2))


def test_in_the_common_effect_model_the_two_kinds_of_z_are_the_same():
    found = residuals(pool(YI, VI, method="common"))
    assert found.rstandard == pytest.approx(found.rstudent)


def test_two_studies_have_residuals_but_no_deleted_ones():
    found = residuals(pool(YI[:2], VI[:2], method="common"))
    assert found.rstandard[0] == pytest.approx(-found.rstandard[1])
    assert np.isnan(found.rstudent).all()
    assert len(str(found).splitlines()) == 3
