import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.grouping import (
    check_labels,
    connected,
    groups_of,
    numbered,
    numbered_in_order,
    size_classes,
)


def test_labels_are_numbered_as_they_come_or_in_order():
    assert numbered(["b", "a", "b"]).tolist() == [0, 1, 0]
    assert numbered_in_order(["b", "a", "b"])[0].tolist() == [1, 0, 1]
    assert numbered_in_order([np.int64(10), 9.5, 10])[1] == (9.5, 10)
    assert numbered_in_order(["x", 3])[1] == (3, "x")


@given(st.lists(st.integers(0, 5), min_size=1))
def test_each_row_is_in_one_group(labels):
    groups = groups_of(numbered(labels))
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(labels)))
    assert all(len({labels[row] for row in rows}) == 1 for rows in groups)
    assert len(groups) == len(set(labels))


def test_rows_hang_together_through_any_grouping():
    found = connected(6, [np.array([0, 0, 1, 2, 3, 4]), np.array([0, 1, 1, 2, 2, 3])])
    assert found.tolist() == [0, 0, 0, 1, 1, 2]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=50))
def test_padding_to_the_largest_of_a_lot_adds_at_most_a_third(sizes):
    seen = []
    for blocks, largest in size_classes(np.array(sizes)):
        lot = np.array(sizes)[blocks]
        assert lot.max() == largest
        assert largest <= np.ceil(4 / 3 * lot.min())
        seen += blocks.tolist()
    assert sorted(seen) == list(range(len(sizes)))


@pytest.mark.parametrize("missing", [None, "", float("nan")])
def test_a_missing_label_is_named(missing):
    with pytest.raises(DataError, match="Row 2 has no cluster"):
        check_labels("cluster", ["a", missing])
