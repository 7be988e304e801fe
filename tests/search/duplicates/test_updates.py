import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.duplicates import Correction, Match, duplicate_groups, new_records
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
RECORDS = st.builds(
    replace,
    st.sampled_from([MILK, EGG]),
    title=st.sampled_from([MILK.title, MILK.title.upper() + ".", EGG.title, "Editorial"]),
    volume=st.sampled_from(["", "121", "367"]),
    pages=st.sampled_from(["", "343-7", "233"]),
    doi=st.sampled_from(["", "10.1016/j.jaci.2007.10.029"]),
)


def named(records, prefix):
    return {f"{prefix}{place}": record for place, record in enumerate(records)}


def members(groups):
    return [group.members for group in groups]


def test_a_record_that_is_there_does_not_go_to_screening_and_says_why():
    update = new_records({"old": MILK}, [["old"]], {"a": replace(MILK, title=MILK.title + "."), "b": EGG})
    assert members(update.new) == [("b",)]
    (match,) = update.matches
    assert (match.record, match.known, match.matched) == ("a", "old", "old")
    assert match.reason == "similar title, same journal or volume and first page"
    assert match.score > 0.9


def test_an_identical_record_is_there():
    update = new_records({"old": MILK}, [], {"a": replace(MILK, number=7)})
    assert update.matches == (Match("a", "old", "old", "identical records", 1.0),)
    assert update.new == ()


def test_copies_within_the_new_search_are_one_group_to_screen():
    update = new_records({"old": MILK}, [["old"]], {"a": EGG, "b": replace(EGG, title=EGG.title.upper())})
    assert members(update.new) == [("a", "b")]


def test_a_match_names_the_first_member_of_the_known_group():
    known = {"old 2": MILK, "old 1": replace(MILK, title="Tolleranza orale al latte", pages="")}
    update = new_records(known, [["old 2", "old 1"]], {"a": replace(MILK, issue="2")})
    assert [(match.known, match.matched) for match in update.matches] == [("old 1", "old 2")]


def test_known_groups_stay_apart_although_a_new_record_fits_both():
    known = {"old 1": MILK, "old 2": replace(MILK, title=MILK.title + ".")}
    update = new_records(known, [["old 1"], ["old 2"]], {"a": replace(MILK, issue="2")})
    assert [match.known for match in update.matches] == ["old 1"]
    (pair,) = update.review_band
    assert (pair.a, pair.b) == ("a", "old 2")
    assert "two groups" in pair.reason


def test_pairs_of_known_records_are_not_shown_again():
    known = {"old 1": MILK, "old 2": replace(MILK, journal="Allergy", volume="63", pages="S12")}
    assert duplicate_groups(known).review_band
    assert new_records(known, [["old 1"], ["old 2"]], {"a": EGG}).review_band == ()


def test_an_id_that_is_known_is_refused_in_the_new_search():
    with pytest.raises(DataError, match="m1 is both known and in the new search"):
        new_records({"m1": MILK}, [], {"m1": EGG})


def test_a_group_with_an_unknown_record_is_refused():
    with pytest.raises(DataError, match="the record z, which is not among the known"):
        new_records({"m1": MILK}, [["m1", "z"]], {})


@settings(deadline=None, max_examples=50)
@given(st.lists(RECORDS, max_size=5), st.lists(RECORDS, max_size=5), st.randoms(use_true_random=False))
def test_every_new_record_is_either_matched_or_in_one_group_whatever_the_order(old, found, dice):
    known, found = named(old, "old"), named(found, "new")
    groups = [group.members for group in duplicate_groups(known).groups]
    update = new_records(known, groups, found)
    fresh = [name for group in update.new for name in group.members]
    assert sorted(fresh + [match.record for match in update.matches]) == sorted(found)
    shuffled = [
        dict(random.Random(dice.random()).sample(list(each.items()), len(each))) for each in (known, found)
    ]
    assert new_records(shuffled[0], groups[::-1], shuffled[1]) == update


@settings(deadline=None, max_examples=30)
@given(st.lists(RECORDS, max_size=6))
def test_against_nothing_known_a_new_search_is_grouped_as_usual(found):
    found = named(found, "r")
    update = new_records({}, [], found)
    assert update.new == duplicate_groups(found).groups
    assert update.matches == ()


@given(st.lists(RECORDS, min_size=1, max_size=6), st.lists(RECORDS, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_match_leads_to_a_known_record(old, new):
    known, found = named(old, "old "), named(new, "new ")
    groups = [group.members for group in duplicate_groups(known).groups]
    matches = {match.record: match for match in new_records(known, groups, found).matches}
    for match in matches.values():
        steps, name = 0, match.record
        while name not in known:
            name, steps = matches[name].matched, steps + 1
            assert steps <= len(found)
        assert next(group for group in groups if name in group)[0] == match.known


def test_a_correction_merges_and_keeps_apart_in_a_new_search_too():
    again = replace(MILK, title=MILK.title + ".")
    apart = [Correction("old", "a", "keep apart", "ra")]
    update = new_records({"old": MILK}, [["old"]], {"a": again}, apart)
    assert (members(update.new), update.matches) == ([("a",)], ())
    merge = [Correction("old", "b", "merge", "ra", "a translation")]
    update = new_records({"old": MILK}, [["old"]], {"b": EGG}, merge)
    assert [(match.record, match.reason) for match in update.matches] == [
        ("b", "decided by ra: a translation")
    ]


def test_a_correction_that_merges_two_known_groups_is_refused():
    merge = [Correction("old 1", "old 2", "merge", "ra")]
    with pytest.raises(DataError, match="merges the known groups"):
        new_records({"old 1": MILK, "old 2": EGG}, [["old 1"], ["old 2"]], {"a": MILK}, merge)
