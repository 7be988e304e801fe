import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.pooling.multilevel import nested, structured


def test_a_label_means_another_group_within_each_outer_group():
    study, effect = nested(study=["a", "a", "b", "b"], effect=[1, 2, 1, 2])
    assert study.numbers.tolist() == [0, 0, 1, 1]
    assert effect.numbers.tolist() == [0, 1, 2, 3]
    assert (study.name, effect.name) == ("study", "study/effect")
    assert effect.levels == 4


def test_levels_are_sorted_by_size_or_as_text():
    assert structured([10, 2, 10, 2], [1, 1, 2, 2]).levels == (2, 10)
    assert structured(["10", "2", "10", "2"], [1, 1, 2, 2]).levels == ("10", "2")
    assert structured(np.array([3.0, 1.0, 3.0]), [1, 1, 2]).inner.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (dict, "needs at least one column"),
        (lambda: nested(study=["a", None]), "Row 2 has no study"),
        (lambda: nested(study=["a", float("nan")]), "Row 2 has no study"),
        (lambda: nested(study=["a", "b"], effect=[1]), "effect has 1 rows, the groups before it 2"),
        (lambda: structured([1, 2], [1, 1], "XX"), "Structure 'XX' is not known; known are CS, HCS"),
        (lambda: structured([1, 2, 1], [1, 1]), "inner has 3 rows, outer 2"),
        (lambda: structured([1, ""], [1, 1]), "Row 2 has no inner"),
        (lambda: structured([1, 1], [1, 2]), "All rows have the level 1"),
        (lambda: structured([1, 2], [1, 2], "CS"), "No group has two of the levels"),
        (lambda: structured(["a", "b", "b", "c"], [1, 1, 2, 2], "UN"), "No group has both 'a' and 'c'"),
        (lambda: structured(["a", "b"], [1, 1], "CAR"), "CAR needs time points as numbers; 'a' is none"),
    ],
)
def test_terms_that_cannot_be_are_refused(call, says):
    with pytest.raises(DataError, match=says):
        nested() if call is dict else call()


def test_levels_that_never_meet_can_have_variances_of_their_own():
    assert structured([1, 2], [1, 2], "DIAG").q == 2
