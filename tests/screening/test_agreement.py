import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.screening.agreement import Agreement, agreement

SNHL = Agreement(14, 3, 3, 1478)


def test_the_agreement_of_two_real_screeners_equals_statsmodels():
    # Kappa is the authors' own figure for their dual screening of 1498 records (dual_snhl_2024). Its standard error
    # and interval are statsmodels' (stats.inter_rater.cohens_kappa); the version was not recorded with the numbers,
    # nor was the program of the others.
    assert SNHL.n == 1498
    assert SNHL.kappa == pytest.approx(0.8215037534, abs=5e-11)
    assert SNHL.kappa_se == pytest.approx(0.071605, abs=5e-7)
    assert SNHL.kappa_ci == pytest.approx((0.6812, 0.9618), abs=5e-5)
    assert SNHL.observed == pytest.approx(0.995995, abs=5e-7)
    assert SNHL.positive == pytest.approx(0.823529, abs=5e-7)
    assert SNHL.negative == pytest.approx(0.997974, abs=5e-7)
    assert SNHL.pabak == pytest.approx(0.991989, abs=5e-7)
    assert SNHL.ac1 == pytest.approx(0.9959, abs=5e-5)


def test_kappa_of_a_small_table_by_hand():
    # Observed 35/50 = .7, expected .5 x .6 + .5 x .4 = .5: kappa (.7 - .5) / .5 = .4.
    found = Agreement(20, 5, 10, 15)
    assert found.observed == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    assert found.kappa == pytest.approx(0.4)


def test_pairs_are_counted_into_the_table():
    found = agreement(
        [
            ("include", "include"),
            ("include", "exclude"),
            ("exclude", "include"),
            ("exclude", "exclude"),
            ("exclude", "exclude"),
            ("include", None),
            (None, "exclude"),
            (None, None),
        ]
    )
    assert (found.both_include, found.only_first, found.only_second, found.both_exclude) == (1, 1, 1, 2)
    assert found.n == 5
    assert found.judged_by_one == 2


def test_maybe_is_counted_by_the_stated_rule():
    pairs = [("maybe", "include"), ("maybe", "exclude")]
    assert agreement(pairs).both_include == 1
    assert agreement(pairs, maybe_counts_as="exclude").both_exclude == 1
    assert agreement(pairs, maybe_counts_as="exclude").maybe_counts_as == "exclude"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (Agreement(0, 0, 0, 0), "no item was judged by both"),
        (Agreement(7, 0, 0, 0), "both included every item"),
        (Agreement(0, 0, 0, 7), "both excluded every item"),
    ],
)
def test_kappa_does_not_exist_and_says_why(table, why):
    assert (table.kappa, table.kappa_se, table.kappa_ci) == (None, None, None)
    assert table.undefined.startswith(why)


def test_nothing_judged_gives_no_figure_at_all():
    empty = agreement([])
    assert [empty.observed, empty.expected, empty.positive, empty.negative, empty.pabak, empty.ac1] == [
        None
    ] * 6


def test_positive_agreement_needs_an_include_and_negative_an_exclude():
    assert Agreement(0, 0, 0, 7).positive is None
    assert Agreement(7, 0, 0, 0).negative is None
    assert Agreement(0, 0, 0, 7).negative == 1


def test_when_one_always_excludes_kappa_is_0_and_exists():
    found = Agreement(0, 0, 4, 6)
    assert found.undefined == ""
    assert found.kappa == pytest.approx(0)


def test_perfect_agreement_has_kappa_1_without_error():
    found = Agreement(5, 0, 0, 20)
    assert found.kappa == pytest.approx(1)
    assert found.kappa_se == pytest.approx(0, abs=1e-8)


def test_an_unknown_decision_has_its_place():
    with pytest.raises(DataError, match="Pair 2: decision 'yes' is not known"):
        agreement([("include", "include"), ("include", "yes")])


def test_a_negative_count_is_refused():
    with pytest.raises(DataError, match="only_first: -1"):
        Agreement(1, -1, 0, 0)


def test_maybe_must_count_as_something():
    with pytest.raises(DataError, match="include or exclude"):
        agreement([], maybe_counts_as="maybe")


counts = st.tuples(*[st.integers(0, 500)] * 4)


@given(counts)
def test_exchanging_the_people_changes_nothing(cells):
    a, b, c, d = cells
    one, other = Agreement(a, b, c, d), Agreement(a, c, b, d)
    assert one.kappa == pytest.approx(other.kappa)
    assert one.kappa_se == pytest.approx(other.kappa_se)
    assert (one.positive, one.ac1, one.pabak) == (other.positive, other.ac1, other.pabak)


@given(counts)
def test_exchanging_include_and_exclude_exchanges_positive_and_negative(cells):
    a, b, c, d = cells
    one, other = Agreement(a, b, c, d), Agreement(d, c, b, a)
    assert one.kappa == pytest.approx(other.kappa)
    assert (one.positive, one.negative) == (other.negative, other.positive)


@given(counts)
def test_figures_stay_within_their_bounds(cells):
    found = Agreement(*cells)
    if found.kappa is not None:
        assert -1 - 1e-12 <= found.kappa <= 1 + 1e-12
        assert found.kappa_se >= 0
    for share in (found.observed, found.expected, found.positive, found.negative):
        assert share is None or 0 <= share <= 1 + 1e-12
