import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.model_matrix import checked_matrix, omnibus_columns, positions


class Given:
    names = ("intercept", "dose")
    matrix = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]])


def test_without_a_matrix_there_is_an_intercept():
    matrix, names = checked_matrix(None, (), 3)
    assert matrix.tolist() == [[1], [1], [1]]
    assert names == ("intercept",)


def test_a_named_matrix_keeps_its_names_unless_others_are_given():
    assert checked_matrix(Given(), (), 3)[1] == ("intercept", "dose")
    assert checked_matrix(Given(), ("a", "b"), 3)[1] == ("a", "b")
    assert checked_matrix(Given.matrix, (), 3)[1] == ("x1", "x2")


def test_an_omnibus_test_leaves_the_intercept_out_unless_it_is_alone():
    assert omnibus_columns(Given.matrix) == (1,)
    assert omnibus_columns(Given.matrix[:, :1]) == (0,)
    assert omnibus_columns(Given.matrix[:, 1:]) == (0,)


def test_coefficients_are_meant_by_name_or_place():
    assert positions(["dose", 0], Given.names) == (1, 0)
    with pytest.raises(DataError, match=r"'dos' to test; they are intercept, dose\. Did you mean 'dose'"):
        positions(["dos"], Given.names)


@pytest.mark.parametrize(
    ("X", "says"),
    [
        (np.ones(3), r"X has shape \(3,\)"),
        (np.ones((2, 1)), r"for 3 effects it is \(3, coefficients\)"),
        (np.ones((3, 2)), "Column x2 of X follows from the columns before it"),
        (np.zeros((3, 1)), "Column x1 of X follows"),
        ([[1.0], [np.nan], [1.0]], "Row 2, x1: nan is not a number"),
        (np.eye(3), "3 effects cannot give 3 coefficients"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(X, says):
    with pytest.raises(DataError, match=says):
        checked_matrix(X, (), 3)


def test_columns_of_very_different_size_are_not_taken_for_dependent():
    X = np.column_stack((np.ones(4), 1e-12 * np.arange(4), 1e12 * np.arange(4) ** 2))
    assert checked_matrix(X, (), 4)[0].shape == (4, 3)
