import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.zero_cells import ZeroCells

ROWS = {"events1": [0, 4], "n1": [10, 20], "events2": [2, 6], "n2": [10, 20]}


@pytest.mark.parametrize(
    ("to", "touched"),
    [("only-zero", [True, False]), ("if-any", [True, True]), ("all", [True, True]), ("none", [False, False])],
)
def test_a_rule_says_which_studies_are_corrected(to, touched):
    assert effect_sizes("OR", zero_cells=ZeroCells(to), **ROWS).corrected.tolist() == touched


def test_a_correction_of_all_if_any_does_nothing_without_a_zero():
    without = {name: column[1:] for name, column in ROWS.items()}
    assert effect_sizes("OR", zero_cells=ZeroCells("if-any"), **without).corrected.tolist() == [False]


def test_the_value_of_the_correction_is_added_to_all_four_cells():
    found = effect_sizes("OR", zero_cells=ZeroCells("only-zero", 0.1), **ROWS)
    assert found.yi[0] == pytest.approx(np.log(0.1 * 8.1 / (10.1 * 2.1)))


def test_a_rule_says_in_words_what_it_does():
    assert str(ZeroCells("if-any")) == (
        "0.5 is added to all four cells of every study once any of them has a zero cell"
    )


def test_an_unknown_rule_is_told_with_those_there_are():
    with pytest.raises(DataError, match="only-zero, if-any, all and none"):
        ZeroCells("if0all")
