import pytest

from evisynth.errors import DataError
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.frames import Lookup, labels_of_fit
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.robust import robust

TABLE = {
    "study": ["Abe", "Abe", "Bok", "Chi", "Dia"],
    "yi": [0.1, 0.4, None, 0.3, 0.2],
    "vi": [0.1, 0.1, 0.2, 0.1, 0.3],
    "year": [2000, 2001, 2003, 2004, 2009],
    "lab": ["x", "y", "x", "x", None],
}


def test_each_row_tells_all_that_it_lacks_once():
    look = Lookup.of(TABLE)
    look.numbers("yi", "yi")
    look.numbers("yi", "yi")
    assert look.labels("lab")[4] is None
    assert look.dropped == (("Bok", "row 3: no value for yi"), ("Dia", "row 5: no value for lab"))
    assert look.kept.tolist() == [True, True, False, True, False]


def test_numbers_given_as_values_are_copied():
    mine = [1.0, 2.0, 3.0, 4.0, float("nan")]
    look = Lookup.of(TABLE)
    assert look.numbers(mine, "yi") is not mine
    assert look.dropped == (("Dia", "row 5: no value for yi"),)


def test_rows_of_a_fit_are_found_by_name_and_order():
    assert labels_of_fit(TABLE, "lab", (), ("Abe", "Abe", "Chi")) == ["x", "y", "x"]
    assert labels_of_fit(TABLE, "study", (), ("Abe", "Chi")) == ["Abe", "Chi"]


@pytest.mark.parametrize(
    ("used", "message"),
    [
        (("Abe", "Chi"), "Abe has rows with different values of lab"),
        (("Chi", "Abe"), "Abe is in the fit and not, in the same order"),
        (("Chi", "Dia"), "Dia: no value for lab"),
        (("Eco",), "Eco is in the fit and not"),
    ],
)
def test_a_row_that_could_be_another_or_is_not_there_is_named(used, message):
    with pytest.raises(DataError, match=message):
        labels_of_fit(TABLE, "lab", (), used)


def test_clusters_come_from_the_data_of_a_pooled_result_and_of_a_regression():
    pooled = pool("yi", "vi", data=TABLE)
    by_study = robust(pooled, "study", data=TABLE)
    assert by_study.se.tolist() == robust(pooled, ["Abe", "Abe", "Chi", "Dia"]).se.tolist()
    regression = meta_regression("yi", "vi", "year", data=TABLE)
    found = robust(regression, "study", data=TABLE, kind="CR1")
    assert found.vcov.tolist() == robust(regression, ["Abe", "Abe", "Chi", "Dia"], kind="CR1").vcov.tolist()


def test_a_cluster_by_name_needs_the_data_and_data_a_name():
    pooled = pool("yi", "vi", data=TABLE)
    with pytest.raises(DataError, match="give the data that have it"):
        robust(pooled, "study")
    with pytest.raises(DataError, match="the name of one of its columns"):
        robust(pooled, ["a", "b", "c", "d"], data=TABLE)
