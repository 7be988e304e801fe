import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.design import design
from evisynth.synthesis.pooling.covariance import sampling_covariance
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.robust import robust
from support.frames import KINDS, frame

TABLE = {
    "paper": ["Abe", "Abe", "Bok", "Bok", "Chi", "Chi", "Dia", "Eco", "Eco"],
    "effect": [1, 2, 1, 2, 1, 2, 1, 1, 2],
    "outcome": ["PD", "AL", "PD", "AL", "PD", "AL", "PD", "AL", "PD"],
    "yi": [0.1, 0.3, None, 0.2, 0.5, 0.6, 0.1, 0.2, 0.4],
    "vi": [0.1, 0.1, 0.1, 0.05, 0.1, 0.04, 0.1, None, 0.03],
    "year": [2001, 2001, 2004, 2004, 2008, 2008, 2010, 2012, 2012],
    "setting": ["a", "b", "a", "b", "a", None, "b", "a", "b"],
}
USED = [0, 1, 3, 4, 5, 6, 8]  # rows with yi and vi


def column(name, rows=USED):
    return [TABLE[name][row] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_a_data_frame_are_those_given_as_lists_without_the_rows_that_lack_a_value(kind):
    data = frame(kind, TABLE)
    found = multilevel(
        "yi", "vi", ["year"], data=data, random=[nested("paper", "effect")], studies="paper", method="ML"
    )
    X = np.column_stack((np.ones(7), column("year")))
    given = multilevel(
        column("yi"),
        column("vi"),
        X,
        random=[nested(paper=column("paper"), effect=column("effect"))],
        method="ML",
    )
    assert (found.b.tolist(), found.ll, list(found.sigma2)) == (
        given.b.tolist(),
        given.ll,
        list(given.sigma2),
    )
    assert found.names == ("intercept", "year")
    assert found.studies == tuple(column("paper"))
    assert found.dropped == (("Bok", "row 3: no value for yi"), ("Eco", "row 8: no value for vi"))
    assert str(found).endswith(
        "left out: Bok (row 3: no value for yi)\nleft out: Eco (row 8: no value for vi)"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_assumed_covariances_and_outcomes_of_a_frame_are_those_of_its_rows(kind):
    data = frame(kind, TABLE)
    V = sampling_covariance("vi", "paper", rho=0.6, data=data)
    found = multilevel(
        "yi", V, "outcome", data=data, random=[structured("outcome", "paper", "CS")], intercept=False
    )
    rows = sampling_covariance(column("vi"), column("paper"), rho=0.6)
    X = design({"outcome": column("outcome")}, intercept=False)
    given = multilevel(column("yi"), rows, X, random=[structured(column("outcome"), column("paper"), "CS")])
    assert found.names == ("outcome=AL", "outcome=PD") == given.names
    assert found.V.matrix() == pytest.approx(rows.matrix())
    assert (found.b.tolist(), found.ll) == (given.b.tolist(), given.ll)


def test_what_is_given_as_values_is_for_all_rows():
    random = [nested(paper=TABLE["paper"]), structured(TABLE["outcome"], TABLE["paper"], "CS")]
    given = multilevel("yi", "vi", data=TABLE, random=random, studies="paper")
    named = multilevel(
        "yi", "vi", data=TABLE, random=[nested("paper"), structured("outcome", "paper")], studies="paper"
    )
    assert (given.ll, given.sigma2) == (named.ll, named.sigma2)
    year = [2001, 2001, 2004, 2004, 2008, np.nan, 2010, 2012, 2012]
    X = np.column_stack((np.ones(9), year))
    assert multilevel("yi", "vi", X, data=TABLE, names=("intercept", "year")).dropped[1] == (
        "Study 6",
        "row 6: no value for X",
    )
    whole = design({"year": TABLE["year"]})
    assert multilevel("yi", "vi", whole, data=TABLE).names == ("intercept", "year")


def test_a_row_without_a_moderator_or_a_group_is_left_out_too():
    fit = multilevel("yi", "vi", ["setting"], data=TABLE, references={"setting": "b"}, studies="paper")
    assert fit.names == ("intercept", "setting=a")
    assert ("Chi", "row 6: no value for setting") in fit.dropped
    grouped = multilevel("yi", "vi", data=TABLE, random=[nested("setting")])
    assert ("Study 6", "row 6: no value for setting") in grouped.dropped
    assert grouped.k == 6


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"yi": "yj"}, "There is no column 'yj'"),
        ({"X": ["yeer"]}, "There is no column 'yeer'"),
        ({"random": [nested("papr")]}, "There is no column 'papr'"),
        ({"random": [nested(paper=["a", "b"])]}, "2 rows; the data have 9"),
        ({"V": [0.1, 0.2]}, r"Variances have shape \(2,\)"),
        ({"V": sampling_covariance([1.0, 1.0], ["a", "b"], rho=0.5)}, "V is for 2 effects; the data have 9"),
        ({"X": np.ones((3, 1))}, r"X has shape \(3, 1\); the data have 9 rows"),
        ({"X": {"year": [1]}}, "names of its columns"),
        ({"yi": [0.1, 0.2]}, r"numbers of shape \(2,\) for 9 rows"),
        ({"yi": "paper"}, "'Abe' is not a number"),
        ({"data": {**TABLE, "vi": [None] * 9}}, "nothing is left"),
        ({"studies": ["a"]}, "1 names of studies for 9 rows"),
        ({"data": None}, "yi = 'yi' names a column; give the data"),
        ({"random": [nested("paper")], "data": None, "yi": [0.1, 0.2], "V": [0.1, 0.2]}, "name columns"),
        ({"X": ["year"], "data": None, "yi": [0.1, 0.2], "V": [0.1, 0.2]}, "names columns"),
        ({"references": {"setting": "b"}}, "for moderators that are named"),
    ],
)
def test_what_cannot_be_read_is_named(changed, message):
    with pytest.raises(DataError, match=message):
        multilevel(**({"yi": "yi", "V": "vi", "data": TABLE} | changed))


def test_names_and_labels_do_not_mix_in_one_term():
    with pytest.raises(DataError, match="not both"):
        nested("paper", effect=[1, 2])


@pytest.mark.parametrize("kind", KINDS)
def test_clusters_of_a_frame_are_those_of_the_rows_that_were_fitted(kind):
    data = frame(kind, TABLE)
    fit = multilevel("yi", "vi", data=data, random=[nested("paper")], studies="paper")
    found = robust(fit, "paper", data=data, studies="paper")
    assert found.se.tolist() == robust(fit, column("paper")).se.tolist()
    assert found.n_clusters == 5
