import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import (
    cochran_q,
    h2_from_q,
    h_interval_from_q,
    i2_from_q,
    i2_interval_from_q,
    p_of_q,
)


def test_q_of_two_studies_by_hand():
    # Weights 1 and 1, mean 1: (0 - 1)^2 + (2 - 1)^2 = 2; measured from 0: 4.
    yi, vi = np.array([0.0, 2.0]), np.array([1.0, 1.0])
    assert cochran_q(yi, vi) == 2
    assert cochran_q(yi, vi, centre=0.0) == 4


def test_i2_and_h2_of_the_milk_review():
    assert i2_from_q(4.3238562, 4) == pytest.approx(7.49, abs=5e-3)
    assert h2_from_q(4.3238562, 4) == pytest.approx(1.08096405)


def test_i2_is_0_when_q_is_at_most_its_degrees_of_freedom():
    assert i2_from_q(0.0, 3) == 0
    assert i2_from_q(3.0, 3) == 0


def test_with_no_degrees_of_freedom_nothing_is_said_about_heterogeneity():
    assert (i2_from_q(0.0, 0), h2_from_q(0.0, 0), p_of_q(0.0, 0)) == (None, None, None)


def test_the_p_value_of_q_is_the_upper_tail_of_chi_square():
    # metafor 5.1-12, rma.mh on dat.nielweise2007 with OR: QE 16.8636572911234, df 16, QEp 0.394472398976947.
    assert p_of_q(16.8636572911234, 16) == pytest.approx(0.394472398976947, rel=1e-12)


def test_a_negative_q_is_refused():
    with pytest.raises(DataError, match="must be 0 or more"):
        i2_from_q(-1.0, 2)


def test_limits_of_h_and_i2_are_those_of_higgins_and_thompson():
    # meta 8.4-0, metagen on dat.bcg (log risk ratios): H 3.56175294017769 (2.92557528518954 to 4.33626988547742),
    # I2 0.921173468545621 (0.883163794740589 to 0.946817666259083); and a made set with Q 5.90502629699396, 24 df.
    assert h_interval_from_q(152.233008082373, 12) == pytest.approx(
        (2.92557528518954, 4.33626988547742), rel=1e-12
    )
    assert i2_interval_from_q(152.233008082373, 12) == pytest.approx(
        (88.3163794740589, 94.6817666259083), rel=1e-12
    )
    assert i2_interval_from_q(5.90502629699396, 24) == pytest.approx((0, 43.8857124850443), rel=1e-12)


def test_limits_of_h_need_more_than_two_studies_unless_they_differ():
    assert h_interval_from_q(1.5, 1) is None
    assert i2_interval_from_q(1.5, 1) is None
    assert h_interval_from_q(0.0, 0) is None
    low, high = h_interval_from_q(9.0, 1)
    assert 1 <= low < 3 < high


def test_a_level_of_an_interval_is_a_fraction():
    with pytest.raises(DataError, match="Level 95 of an interval"):
        h_interval_from_q(9.0, 3, 95)
