import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.design import design, given_design, missing

ALLOC = ["random", "alternate", "systematic", "random", "alternate", "systematic"]
ABLAT = [44, 55, 42, 52, 13, 33]


def test_numbers_are_numbers_and_text_is_a_category_with_the_first_level_as_reference():
    made = design({"alloc": ALLOC, "ablat": ABLAT})
    assert made.names == ("intercept", "alloc=random", "alloc=systematic", "ablat")
    assert made.matrix[:2].tolist() == [[1, 1, 0, 44], [1, 0, 0, 55]]
    assert made.terms == {"intercept": (0,), "alloc": (1, 2), "ablat": (3,)}
    assert str(made) == "model matrix of 6 rows: intercept, alloc=random, alloc=systematic, ablat"


def test_another_reference_may_be_chosen():
    made = design({"alloc": ALLOC}, references={"alloc": "systematic"})
    assert made.names == ("intercept", "alloc=alternate", "alloc=random")


def test_numbers_may_stand_for_categories_in_the_order_of_the_numbers():
    made = design({"grade": [10, 2, 2, 10, 1, 1.0]}, categories=["grade"])
    assert made.names == ("intercept", "grade=2", "grade=10")


def test_true_and_false_are_a_category():
    made = design({"blinded": np.array([True, False, True])})
    assert made.names == ("intercept", "blinded=yes")
    assert made.matrix[:, 1].tolist() == [1, 0, 1]


def test_without_an_intercept_the_first_category_has_a_column_for_each_level():
    made = design({"ablat": ABLAT, "alloc": ALLOC}, intercept=False)
    assert made.names == ("ablat", "alloc=alternate", "alloc=random", "alloc=systematic")
    assert made.spans_constant
    assert not design({"ablat": ABLAT}, intercept=False).spans_constant
    assert design({"ablat": ABLAT}).spans_constant


def test_an_interaction_is_the_product_of_the_columns():
    made = design({"alloc": ALLOC, "ablat": ABLAT}, interactions=[("alloc", "ablat")])
    assert made.names[-2:] == ("alloc=random:ablat", "alloc=systematic:ablat")
    assert made.matrix[0].tolist() == [1, 1, 0, 44, 44, 0]
    assert made.terms["alloc:ablat"] == (4, 5)


def test_new_rows_are_coded_as_the_data_were():
    made = design({"alloc": ALLOC, "ablat": ABLAT}, interactions=[("alloc", "ablat")])
    assert made.rows({"alloc": ["systematic", "alternate"], "ablat": 10}).tolist() == [
        [1, 0, 1, 10, 0, 10],
        [1, 0, 0, 10, 0, 0],
    ]
    assert made.rows({"alloc": "random", "ablat": 3}).tolist() == [[1, 1, 0, 3, 3, 0]]


def test_a_given_matrix_gets_an_intercept_unless_it_is_not_wanted():
    made = given_design(np.column_stack((ABLAT, np.arange(6))), ["ablat", "place"])
    assert made.names == ("intercept", "ablat", "place")
    assert made.rows([[1, 2]]).tolist() == [[1, 1, 2]]
    assert given_design(ABLAT, intercept=False).names == ("x1",)


def test_coefficients_are_found_by_name_by_moderator_and_by_position():
    made = design({"alloc": ALLOC, "ablat": ABLAT})
    assert made.positions(["alloc"]) == (1, 2)
    assert made.positions(["alloc=random", 3, "alloc"]) == (1, 3, 2)
    with pytest.raises(DataError, match=r"'aloc' is no coefficient .* Did you mean 'alloc'"):
        made.positions(["aloc"])
    with pytest.raises(DataError, match="4 is no coefficient"):
        made.positions([4])


def test_missing_values_are_none_nan_and_empty_text():
    assert missing([None, float("nan"), "", 0, "0", False]).tolist() == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("moderators", "how", "says"),
    [
        ({}, {}, "at least one moderator"),
        ({"a": [1, 2, 3], "b": [1, 2]}, {}, "b: 2 values where the moderators have 3"),
        ({"a": ["x", "x", "x"]}, {}, "a is 'x' in all studies"),
        ({"a": [5, 5, 5]}, {}, "a says nothing that intercept do not say already"),
        ({"a": [1, 2, 4], "b": [2, 4, 8]}, {}, "b says nothing that intercept, a do not"),
        (
            {"a": ["x", "y", "x"]},
            {"references": {"a": "z"}},
            "the reference 'z' does not occur; there are x, y",
        ),
        ({"a": [1, 2, 3]}, {"references": {"a": 1}}, "a is a number and has no reference"),
        ({"a": [1, 2, 3]}, {"categories": ["b"]}, "no moderator 'b'; there are a"),
        ({"a": [1, 2, 3]}, {"interactions": [("a", "b")]}, "no moderator 'b'"),
        ({"a": [1, 2, 3]}, {"interactions": [("a", "a")]}, "of two moderators or more"),
        ({"a": [1, np.inf, 3]}, {}, "a: a value is missing or infinite"),
    ],
)
def test_what_gives_no_model_matrix_is_refused(moderators, how, says):
    with pytest.raises(DataError, match=says):
        design(moderators, **how)


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ({"alloc": "random"}, "the new rows have alloc. Give each"),
        ({"alloc": "randm", "ablat": 1}, "'randm' is no level of it.*Did you mean 'random'"),
        ({"alloc": ["random"] * 2, "ablat": [1, 2, 3]}, "alloc: 2 values where the new rows have 3"),
        ({"alloc": "random", "ablat": "much"}, "ablat: 'much' is not a number"),
        ([[1, 2]], "give the new rows as named columns"),
    ],
)
def test_new_rows_that_do_not_fit_are_refused(new, says):
    with pytest.raises(DataError, match=says):
        design({"alloc": ALLOC, "ablat": ABLAT}).rows(new)


@pytest.mark.parametrize(
    ("matrix", "names", "says"),
    [
        (np.ones((3, 0)), (), "a row for each study and a column"),
        ([[1.0, 2], [3, 4], [5, 7]], ["a"], "1 names for a model matrix of 2 columns"),
        ([1.0, 1.0, 1.0], (), "x1 says nothing"),
    ],
)
def test_a_given_matrix_is_checked(matrix, names, says):
    with pytest.raises(DataError, match=says):
        given_design(matrix, names)


def test_new_rows_of_a_given_matrix_have_its_columns():
    with pytest.raises(DataError, match="New rows of 2 columns; the model has 1"):
        given_design(ABLAT).rows([[1, 2]])
