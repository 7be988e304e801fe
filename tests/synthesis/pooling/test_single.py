import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.single import single_study
from support.milk import FULL, PARTIAL, PEANUT


def test_the_peanut_trial_prints_as_a_single_study():
    # 16/19 against 0/9 with 0.5 added to all cells: (16.5/20) / (0.5/10) = 16.5 exactly.
    single = single_study(PEANUT)
    assert single.estimate == pytest.approx(16.5)
    assert single.estimate_ci == pytest.approx((1.10, 247.77), abs=5e-3)
    assert single.note == "0.5 added to all four cells because of a zero cell"
    assert (single.events1, single.n1, single.events2, single.n2) == (16, 19, 0, 9)


def test_a_study_without_a_zero_cell_has_no_note():
    single = single_study(FULL.take([1]))
    assert single.note == ""
    assert single.estimate == pytest.approx(27 / 7)


def test_a_single_study_without_events_is_not_estimable_and_says_why():
    single = single_study(TwoByTwo.from_rows([("Empty", 0, 9, 0, 9)]))
    assert not single.estimable
    assert single.note == "not estimable: no events in either group"
    assert (single.estimate, single.estimate_ci, single.ci, single.se, single.z, single.p) == (None,) * 6


def test_the_note_of_a_risk_difference_says_that_the_variance_alone_is_corrected():
    single = single_study(PEANUT, "RD")
    assert single.estimate == pytest.approx(16 / 19)
    assert "for the variance" in single.note


def test_a_single_study_result_needs_exactly_one_study():
    with pytest.raises(DataError, match="exactly one study; this table has 5"):
        single_study(FULL)


@pytest.mark.parametrize("table", [FULL, PARTIAL], ids=["full", "partial"])
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_a_study_alone_has_the_effect_that_it_has_in_a_meta_analysis(table, measure):
    pooled = pool_mantel_haenszel(table, measure)
    for at, study in enumerate(table.studies):
        single = single_study(table.take([at]), measure)
        assert single.study == study
        assert single.yi == pytest.approx(pooled.yi[at], rel=1e-12)
        assert single.vi == pytest.approx(pooled.vi[at], rel=1e-12)


def test_a_single_study_prints_its_effect_or_why_it_has_none():
    assert str(single_study(PEANUT)) == (
        f"{PEANUT.studies[0]}: risk ratio 16.5 (95% interval 1.099 to 247.8); "
        "0.5 added to all four cells because of a zero cell"
    )
    empty = single_study(TwoByTwo.from_rows([("Empty", 0, 9, 0, 9)]))
    assert str(empty) == "Empty: risk ratio, not estimable: no events in either group"
