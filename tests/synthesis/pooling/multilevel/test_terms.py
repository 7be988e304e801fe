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


def test_named_columns_are_read_when_the_data_are_there():
    table = {"study": ["a", "a", "b"], "effect": [1, 2, 1]}
    outer, inner = nested("study", "effect").of(table.__getitem__)
    assert (outer.name, inner.name, inner.numbers.tolist()) == ("study", "study/effect", [0, 1, 2])
    named, given = (
        structured("effect", "study", "AR").of(table.__getitem__),
        structured([1, 2, 1], ["a", "a", "b"], "AR"),
    )
    assert (named.struct, named.levels, named.inner.tolist()) == ("AR", given.levels and (1, 2), [0, 1, 0])


def test_a_level_that_is_left_without_effect_is_gone():
    term = structured(["p", "q", "r", "p", "q"], ["a", "a", "a", "b", "b"], "UN")
    some = term.take(np.array([True, True, False, True, True]))
    assert (some.levels, some.inner.tolist(), some.outer.tolist()) == (("p", "q"), [0, 1, 0, 1], [0, 0, 1, 1])
    times = structured([1, 2, 6, 1, 2], ["a", "a", "a", "b", "b"], "CAR").take(
        np.array([True, False, True, True, False])
    )
    assert (times.levels, times.times) == ((1, 6), (1.0, 6.0))


def test_steps_between_levels_are_kept_when_one_is_gone():
    kept = np.array([True, False, True, True, False])
    steps = structured([1, 2, 3, 1, 2], ["a", "a", "a", "b", "b"], "AR").take(kept)
    assert (steps.levels, steps.inner.tolist()) == ((1, 2, 3), [0, 2, 0])
    with pytest.raises(DataError, match="a level between others has no effect left"):
        structured([1, 2, 3, 1, 2], ["a", "a", "a", "b", "b"], "HAR").take(kept)
