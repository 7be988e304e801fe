"""Duplicates round by round: known groups stay, people's decisions hold in every round and between rounds."""

import contextlib
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.duplicates import Correction, duplicate_groups, grouped_by_round, new_records
from evisynth.search.record import Record

MILK = Record(
    title="Specific oral tolerance induction in children with severe cow's milk allergy",
    authors=("Longo, Giorgio", "Barbi, Egidio", "Berti, Irene"),
    year=2008,
    journal="Journal of Allergy and Clinical Immunology",
    volume="121",
    pages="343-347",
)
EGG = Record(
    title="Oral immunotherapy for treatment of egg allergy in children",
    authors=("Burks, A. W.", "Jones, S. M."),
    year=2012,
    journal="New England Journal of Medicine",
    volume="367",
    pages="233-243",
)
TEA = Record(title="Tea for hiccups", authors=("Mori, T.",), year=2024)
AGAIN = replace(MILK, title=MILK.title.upper() + ".")
ELSEWHERE = replace(MILK, journal="Allergy", volume="63", pages="S12")  # alike, and left to people


def merge(a, b):
    return Correction(a, b, "merge", "ra", "one paper")


def apart(a, b):
    return Correction(a, b, "keep apart", "ra", "two papers")


def members(grouping):
    return [group.members for group in grouping.groups]


def test_one_round_is_grouped_as_ever():
    found = {"a": MILK, "b": AGAIN, "c": EGG}
    assert grouped_by_round([found], [apart("a", "b")]) == duplicate_groups(found, [apart("a", "b")])
    assert grouped_by_round([]) == duplicate_groups({})


def test_a_record_that_is_found_again_joins_its_group_and_only_what_is_new_makes_one():
    grouping = grouped_by_round([{"a": MILK}, {"b": AGAIN, "c": EGG, "d": replace(EGG, issue="3")}])
    assert members(grouping) == [("a", "b"), ("c", "d")]
    assert grouping.groups[0].best == "a"
    (reason,) = [merge.reason for merge in grouping.groups[0].merges]
    assert reason == "similar title, same journal or volume and first page"


def test_a_later_round_finds_what_an_earlier_update_found():
    assert members(grouped_by_round([{"a": TEA}, {"b": MILK}, {"c": AGAIN}])) == [("a",), ("b", "c")]


def test_known_groups_stay_apart_although_a_later_record_fits_both():
    first = {"a": MILK, "b": AGAIN}
    grouping = grouped_by_round([first, {"c": replace(MILK, issue="2")}], [apart("a", "b")])
    assert sorted(map(len, members(grouping))) == [1, 2]
    assert ("a",) in members(grouping) or ("b",) in members(grouping)


@pytest.mark.parametrize("known", [MILK, TEA])
def test_people_merge_a_later_record_with_a_known_one(known):
    grouping = grouped_by_round([{"a": known, "b": EGG}, {"c": TEA}], [merge("c", "b")])
    assert members(grouping) == [("a",), ("b", "c")]
    (own,) = grouping.groups[1].merges
    assert (own.a, own.b, own.reason) == ("b", "c", "decided by ra: one paper")


def test_people_keep_a_later_record_apart_from_a_known_one_and_from_its_whole_group():
    first = {"a": MILK, "b": AGAIN}
    assert members(grouped_by_round([first, {"c": AGAIN}])) == [("a", "b", "c")]
    assert members(grouped_by_round([first, {"c": AGAIN}], [apart("a", "c")])) == [("a", "b"), ("c",)]


def test_two_later_records_are_merged_and_kept_apart_too():
    found = {"b": EGG, "c": replace(EGG, issue="3"), "d": TEA}
    assert members(grouped_by_round([{"a": MILK}, found], [apart("b", "c"), merge("c", "d")])) == [
        ("a",), ("b",), ("c", "d"),
    ]  # fmt: skip


def test_records_that_people_merged_go_together_where_a_rule_finds_one_of_them():
    grouping = grouped_by_round([{"a": MILK}, {"b": AGAIN, "c": TEA}], [merge("b", "c")])
    assert members(grouping) == [("a", "b", "c")]
    assert len(grouping.groups[0].merges) == 2


def test_what_people_say_by_way_of_a_later_record_holds_in_the_first_round_too():
    first = {"a": MILK, "b": EGG}
    assert members(grouped_by_round([first, {"c": TEA}], [merge("a", "c"), merge("c", "b")])) == [
        ("a", "b", "c")
    ]
    first = {"a": MILK, "b": AGAIN}
    assert members(grouped_by_round([first, {"c": TEA}], [merge("a", "c"), apart("c", "b")])) == [
        ("a", "c"), ("b",),
    ]  # fmt: skip


def test_leaving_a_correction_out_restores_what_was_before_it():
    rounds = [{"a": MILK, "b": EGG}, {"c": AGAIN, "d": TEA}]
    before = grouped_by_round(rounds)
    assert grouped_by_round(rounds, [merge("c", "b"), apart("a", "d")]) != before
    assert grouped_by_round(rounds, []) == before


def test_a_doubtful_pair_between_rounds_is_for_people_until_they_decide():
    rounds = [{"a": MILK}, {"b": ELSEWHERE}]
    (pair,) = grouped_by_round(rounds).review_band
    assert {pair.a, pair.b} == {"a", "b"}
    assert grouped_by_round(rounds, [apart("a", "b")]).review_band == ()
    assert grouped_by_round(rounds, [merge("a", "b")]).review_band == ()


def test_contradictions_between_rounds_are_refused():
    with pytest.raises(DataError, match="contradict each other"):
        grouped_by_round(
            [{"a": MILK, "b": EGG}, {"c": TEA}], [merge("a", "c"), merge("c", "b"), apart("a", "b")]
        )
    with pytest.raises(DataError, match="there is no record x"):
        grouped_by_round([{"a": MILK}, {"c": TEA}], [merge("a", "x")])


RECORDS = st.builds(
    replace,
    st.sampled_from([MILK, EGG]),
    title=st.sampled_from([MILK.title, MILK.title.upper() + ".", EGG.title, "Editorial"]),
    volume=st.sampled_from(["", "121", "367"]),
    pages=st.sampled_from(["", "343-7", "233", "S12"]),
    doi=st.sampled_from(["", "10.1016/j.jaci.2007.10.029"]),
)


@st.composite
def reviews(draw):
    """Rounds of records and decisions of people that do not contradict each other."""
    sizes = draw(st.lists(st.integers(0, 4), min_size=2, max_size=3))
    rounds, names = [], []
    for number, size in enumerate(sizes):
        # Ids whose order says nothing about the order of the rounds.
        own = [f"{draw(st.sampled_from('xyz'))}:{number}{place}" for place in range(size)]
        rounds.append({name: draw(RECORDS) for name in own})
        names += own
    corrections: list[Correction] = []
    pairs = (
        st.tuples(st.sampled_from(names), st.sampled_from(names), st.booleans()) if names else st.nothing()
    )
    for a, b, together in draw(st.lists(pairs, max_size=5)) if len(names) > 1 else ():
        further = [*corrections, merge(a, b) if together else apart(a, b)]
        with contextlib.suppress(DataError):
            duplicate_groups(dict.fromkeys(names, TEA), further)
            corrections = further if a != b else corrections
    return rounds, corrections


@settings(max_examples=150)
@given(reviews(), st.randoms(use_true_random=False))
def test_decisions_hold_every_record_has_one_group_and_order_means_nothing(review, dice):
    rounds, corrections = review
    grouping = grouped_by_round(rounds, corrections)
    group_of = {name: group for group in grouping.groups for name in group.members}
    assert sorted(name for group in grouping.groups for name in group.members) == sorted(
        name for found in rounds for name in found
    )
    for each in corrections:
        assert (group_of[each.a] is group_of[each.b]) == (each.decision == "merge"), each
    for pair in grouping.review_band:
        assert group_of[pair.a] is not group_of[pair.b]
        assert {pair.a, pair.b} not in [{each.a, each.b} for each in corrections]
    shuffled = [dict(random.Random(dice.random()).sample(list(each.items()), len(each))) for each in rounds]
    assert grouped_by_round(shuffled, corrections) == grouping


@settings(max_examples=100)
@given(reviews())
def test_groups_of_a_round_are_never_joined_or_parted_by_a_later_one(review):
    rounds, _ = review
    for last in range(1, len(rounds)):
        before = grouped_by_round(rounds[:last])
        after = grouped_by_round(rounds[: last + 1])
        known = {name for found in rounds[:last] for name in found}
        assert [group.members for group in before.groups] == sorted(
            part for group in after.groups if (part := tuple(name for name in group.members if name in known))
        )


@settings(max_examples=50)
@given(reviews())
def test_without_decisions_each_round_is_what_new_records_gives(review):
    rounds, _ = review
    groups = [list(group.members) for group in duplicate_groups(rounds[0]).groups]
    known = dict(rounds[0])
    for found in rounds[1:]:
        update = new_records(known, groups, found)
        for match in update.matches:
            next(group for group in groups if match.known in group).append(match.record)
        groups += [list(group.members) for group in update.new]
        known |= found
    assert members(grouped_by_round(rounds)) == sorted(tuple(sorted(group)) for group in groups)


@settings(max_examples=50)
@given(reviews())
def test_each_record_beyond_the_first_of_its_group_has_a_reason(review):
    rounds, _ = review
    for group in grouped_by_round(rounds).groups:
        assert len(group.merges) == len(group.members) - 1
