import math

import numpy as np
import pytest

from evisynth.errors import DataError
from evisynth.synthesis.analysis import Recipe, analyse, input_hash
from evisynth.synthesis.analysis_subgroups import analyse_subgroups
from evisynth.synthesis.arms_or_given import CORRECTED, analyse_arms_or_given
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.study_table import GIVEN, StudyTable

NAN = math.nan
STUDIES = ("Abe", "Bok", "Chi", "Dia")
ARMS = {
    "events1": [11, 27, NAN, NAN],
    "n1": [30, 30, NAN, NAN],
    "events2": [4, 7, NAN, NAN],
    "n2": [30, 30, NAN, NAN],
}
# Chi by its 95% interval, Dia by the standard error of the log
EFFECTS = {
    "estimate": [NAN, NAN, 2.5, 1.8],
    "se": [NAN, NAN, NAN, 0.4],
    "ci_low": [NAN, NAN, 1.2, NAN],
    "ci_high": [NAN, NAN, 5.2, NAN],
    "level": [NAN, NAN, 0.95, 0.95],
}
OR = Recipe(measure="OR", method="IV", model="random effects", tau2_method="REML", profile="metafor")


def table(studies=STUDIES, **changed):
    return StudyTable.of(studies, {**ARMS, **EFFECTS, **changed})


def test_odds_ratios_of_arms_and_reported_ones_are_pooled_with_their_standard_errors():
    # by hand: log OR = log(ad/bc), variance 1/a + 1/b + 1/c + 1/d; the log interval over twice 1.959964 (Handbook 6.3.2)
    yi = [math.log(11 * 26 / (19 * 4)), math.log(27 * 23 / (3 * 7)), math.log(2.5), math.log(1.8)]
    vi = [1 / 11 + 1 / 19 + 1 / 4 + 1 / 26, 1 / 27 + 1 / 3 + 1 / 7 + 1 / 23,
          (math.log(5.2 / 1.2) / (2 * 1.959963984540054)) ** 2, 0.4**2]  # fmt: skip
    expected = pool(yi, vi, method="REML", measure="OR")
    found = analyse_arms_or_given(table(), OR)
    assert found.pooled.mu == pytest.approx(expected.mu, rel=1e-12)
    assert found.pooled.se == pytest.approx(expected.se, rel=1e-12)
    assert found.pooled.studies == STUDIES
    assert found.pooled.estimate == pytest.approx(math.exp(expected.mu), rel=1e-12)
    assert set(found.table.columns) == set(GIVEN)


@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_differences_of_means_are_mixed_too(measure):
    columns = {
        "mean1": [42, NAN], "sd1": [20, NAN], "n1": [30, NAN],
        "mean2": [50, NAN], "sd2": [22, NAN], "n2": [31, NAN],
        "estimate": [NAN, -0.5], "se": [NAN, 0.2], "ci_low": [NAN, NAN], "ci_high": [NAN, NAN], "level": [NAN, NAN],
    }  # fmt: skip
    recipe = Recipe(measure=measure, method="IV", profile="metafor")
    found = analyse_arms_or_given(StudyTable.of(("Abe", "Bok"), columns), recipe)
    of_arms = {name: values[:1] for name, values in columns.items() if name not in GIVEN}
    alone = analyse(StudyTable.of(("Abe",), of_arms), recipe).single
    assert found.pooled.yi == pytest.approx([alone.yi, -0.5], rel=1e-12)
    assert found.pooled.vi == pytest.approx([alone.vi, 0.04], rel=1e-12)


def test_arms_alone_are_the_analysis_of_the_arms_and_effects_alone_that_of_the_effects():
    empty = {name: [NAN, NAN] for name in GIVEN}
    arms = {name: values[:2] for name, values in ARMS.items()}
    found = analyse_arms_or_given(StudyTable.of(STUDIES[:2], arms | empty), OR)
    expected = analyse(TwoByTwo(STUDIES[:2], **{name: np.array(column) for name, column in arms.items()}), OR)
    assert str(found.pooled) == str(expected.pooled)
    assert found.input_hash == expected.input_hash
    given = {name: values[2:] for name, values in EFFECTS.items()}
    nothing = {name: [NAN, NAN] for name in ARMS}
    found = analyse_arms_or_given(StudyTable.of(STUDIES[2:], nothing | given), OR)
    assert found.input_hash == analyse(StudyTable.of(STUDIES[2:], given), OR).input_hash


def test_zero_cells_are_those_of_the_profile_and_a_study_without_events_is_dropped_with_its_reason():
    revman = Recipe(measure="OR", method="IV", profile="revman5")
    some = table(events1=[11, 0, NAN, NAN], events2=[0, 0, NAN, NAN])
    found = analyse_arms_or_given(some, revman)
    assert found.corrected == ("Abe",)
    assert found.dropped == (("Bok", "no events in either group"),)
    assert found.pooled.yi[0] == pytest.approx(math.log(11.5 * 30.5 / (19.5 * 0.5)), rel=1e-12)
    # the study that is left is told with what was done to its cells
    dropped = table(events1=[11, 0, NAN, NAN], events2=[0, 0, NAN, NAN], se=[NAN, NAN, NAN, 0.0]).take(
        np.array([True, True, False, True])
    )
    single = analyse_arms_or_given(dropped, revman).single
    assert (single.study, single.note) == ("Abe", CORRECTED)


def test_the_hash_is_that_of_the_numbers_as_they_were_given():
    found = analyse_arms_or_given(table(), OR)
    assert found.input_hash == input_hash(OR, table())
    order = [3, 1, 0, 2]
    turned = StudyTable.of(
        [STUDIES[at] for at in order],
        {name: [values[at] for at in order] for name, values in {**ARMS, **EFFECTS}.items()},
    )
    again = analyse_arms_or_given(turned, OR)
    assert again.input_hash == found.input_hash
    assert again.pooled.mu == pytest.approx(found.pooled.mu, rel=1e-12)
    assert analyse_arms_or_given(table(n1=[31, 30, NAN, NAN]), OR).input_hash != found.input_hash


def test_subgroups_divide_them():
    found = analyse_subgroups(analyse_arms_or_given(table(), OR), ["arms", "arms", "given", "given"])
    assert found.groups["arms"].pooled.studies == ("Abe", "Bok")
    assert found.df == 1


@pytest.mark.parametrize("method", ["MH", "Peto"])
def test_methods_that_pool_counts_are_refused(method):
    with pytest.raises(
        DataError, match=f"{method} pools counts, and some of the studies give the OR itself; IV"
    ):
        analyse_arms_or_given(table(), Recipe(measure="OR", method=method))
