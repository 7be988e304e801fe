"""Two extractions of one value, and what stands."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from evisynth.extraction.consensus import Cell, Entry, field_agreement

A11 = Entry("ra", value="11", number=11.0)
B11 = Entry("rb", value="11.0", number=11.0)
B12 = Entry("rb", value="12", number=12.0)
NONE_REPORTED = Entry("rb", missing="not reported")
SETTLED = Entry("rc", value="12", number=12.0)


def cell(*extractions: Entry, consensus: Entry | None = None, asked: int = 2, field: str = "n") -> Cell:
    return Cell("alpha", "cure", "week-12", "drops", field, extractions, consensus, asked)


def test_two_that_agree_stand():
    assert (cell(A11, B11).state, cell(A11, B11).final) == ("agreed", A11)


def test_two_that_differ_wait_for_a_consensus():
    for other in (B12, NONE_REPORTED, Entry("rb", derivation="n = randomised")):
        assert (cell(A11, other).state, cell(A11, other).final) == ("conflict", None)


def test_a_consensus_settles_it_and_both_extractions_stay():
    settled = cell(A11, B12, consensus=SETTLED)
    assert (settled.state, settled.final, settled.differs) == ("settled", SETTLED, True)
    assert settled.extractions == (A11, B12)


def test_one_alone_stands_only_where_one_is_asked_for():
    assert (cell(A11).state, cell(A11).final) == ("single", None)
    assert (cell(A11, asked=1).state, cell(A11, asked=1).final) == ("agreed", A11)


def test_nothing_extracted_is_empty():
    assert (cell().state, cell().final) == ("empty", None)


def test_a_third_who_differs_makes_a_conflict():
    assert cell(A11, B11, Entry("rc", value="12", number=12.0)).state == "conflict"


def test_texts_agree_by_their_words_and_not_by_blanks_and_capitals():
    one, two = Entry("ra", value="Double  blind"), Entry("rb", value="double blind ")
    assert cell(one, two, field="blinding").state == "agreed"


def test_a_zero_is_a_value_and_not_nothing():
    zero = cell(Entry("ra", value="0", number=0.0), Entry("rb", value="0", number=0.0))
    assert zero.final is not None
    assert zero.final.number == 0


def test_a_text_that_looks_like_a_code_is_not_the_code():
    assert cell(Entry("ra", value="unclear"), Entry("rb", missing="unclear")).state == "conflict"


def test_agreement_is_counted_per_field_over_values_of_two():
    cells = [cell(A11, B11), cell(A11, B12, consensus=SETTLED), cell(A11), cell(A11, B11, field="sd")]
    assert [(of.field, of.both, of.same, of.share) for of in field_agreement(cells)] == [
        ("n", 2, 1, 0.5),
        ("sd", 1, 1, 1.0),
    ]


ENTRIES = st.sampled_from(
    [A11, B11, B12, NONE_REPORTED, Entry("rd", value="eleven"), Entry("re", derivation="n = randomised")]
)


@given(st.lists(ENTRIES, max_size=4), st.sampled_from([None, SETTLED]), st.integers(1, 2))
def test_the_order_of_extractions_changes_no_state_and_no_number(entries, consensus, asked):
    found = {
        (of.state, of.final and of.final.number)
        for of in (
            cell(*order, consensus=consensus, asked=asked) for order in itertools.permutations(entries)
        )
    }
    assert len(found) == 1


@given(st.lists(ENTRIES, max_size=4), st.sampled_from([None, SETTLED]))
def test_a_value_stands_exactly_when_it_is_agreed_or_settled(entries, consensus):
    of = cell(*entries, consensus=consensus)
    assert (of.final is not None) == (of.state in {"agreed", "settled"})
