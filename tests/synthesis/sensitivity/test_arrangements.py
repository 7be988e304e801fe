from itertools import permutations

import numpy as np
import pytest

from evisynth.synthesis.sensitivity.arrangements import Arrangements


@pytest.mark.parametrize("values", [[3, 1, 2, 0], [1, 0, 1, 0, 1], [5, 5, 5], [2], [0, 1, 1, 2, 2, 2]])
def test_each_different_order_occurs_once(values):
    X = np.array(values, dtype=float)[:, None]
    arrangements = Arrangements.of(X)
    orders = arrangements.orders(0, arrangements.total)
    found = [tuple(X[order, 0].tolist()) for order in orders]
    assert sorted(found) == found
    assert set(found) == set(permutations(X[:, 0].tolist()))
    assert len(found) == arrangements.total


def test_any_part_of_them_can_be_asked_for():
    arrangements = Arrangements.of(np.arange(9.0)[:, None] % 4)
    whole = arrangements.orders(0, arrangements.total)
    assert arrangements.orders(1000, 1700).tolist() == whole[1000:1700].tolist()


def test_rows_are_alike_when_all_their_columns_are():
    assert Arrangements.of(np.array([[1.0, 0], [1, 1], [1, 0]])).total == 3
