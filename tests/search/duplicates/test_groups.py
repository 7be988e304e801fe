import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.duplicates import Correction, duplicate_groups, grouped_by_round, joined_record
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

# Records from small pools, so that equal and nearly equal ones are frequent.
RECORDS = st.builds(
    Record,
    title=st.sampled_from(
        [MILK.title, MILK.title.upper() + ".", MILK.title + ": a trial", EGG.title, "Editorial", "", "?"]
    ),
    authors=st.sampled_from([(), MILK.authors, ("LONGO G",), EGG.authors]),
    year=st.sampled_from([None, 2007, 2008, 2012]),
    journal=st.sampled_from(["", MILK.journal, "J Allergy Clin Immunol", EGG.journal]),
    volume=st.sampled_from(["", "121", "367"]),
    pages=st.sampled_from(["", "343-7", "343-347", "233"]),
    doi=st.sampled_from(["", "10.1016/j.jaci.2007.10.029", "10.1056/nejmoa1200435"]),
    pmid=st.sampled_from(["", "", "18158176", "22808958"]),
    registry_ids=st.sampled_from([(), (), ("NCT01234567",)]),
    database=st.sampled_from(["Embase", "ClinicalTrials.gov"]),
    number=st.integers(0, 9),
)
LIBRARIES = st.lists(RECORDS, max_size=9).map(
    lambda records: {f"r{n}": each for n, each in enumerate(records)}
)


def members(grouping):
    return {group.members for group in grouping.groups}


def group_of(grouping, name):
    return next(group for group in grouping.groups if name in group.members)


# ---- laws ----


@settings(deadline=None, max_examples=60)
@given(LIBRARIES)
def test_every_record_is_in_one_group_sorted_with_a_best_member(records):
    groups = duplicate_groups(records).groups
    assert sorted(name for group in groups for name in group.members) == sorted(records)
    assert [group.members for group in groups] == sorted(tuple(sorted(group.members)) for group in groups)
    assert all(group.best in group.members for group in groups)


@settings(deadline=None, max_examples=60)
@given(LIBRARIES)
def test_every_merge_has_a_reason_and_merges_join_exactly_the_members(records):
    for group in duplicate_groups(records).groups:
        reached = {group.members[0]}
        for _ in group.members:
            reached |= {
                name for merge in group.merges for name in (merge.a, merge.b) if {merge.a, merge.b} & reached
            }
        assert reached == set(group.members)
        assert len(group.merges) == len(group.members) - 1
        assert all(merge.reason and 0 <= merge.score <= 1 for merge in group.merges)


@settings(deadline=None, max_examples=60)
@given(LIBRARIES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(records, dice):
    shuffled = list(records.items())
    dice.shuffle(shuffled)
    assert duplicate_groups(dict(shuffled)) == duplicate_groups(records)


@settings(deadline=None, max_examples=60)
@given(LIBRARIES, RECORDS)
def test_identical_records_always_merge(records, twin):
    records |= {"twin 1": twin, "twin 2": replace(twin, number=77, line=5)}
    assert "twin 2" in group_of(duplicate_groups(records), "twin 1").members


@settings(deadline=None, max_examples=60)
@given(LIBRARIES.filter(lambda records: len(records) > 1), st.data())
def test_merging_and_keeping_apart_by_people_win_and_can_be_taken_back(records, data):
    before = duplicate_groups(records)
    a, b = data.draw(st.permutations(sorted(records)))[:2]
    together = duplicate_groups(records, [Correction(a, b, "merge", "R1")])
    assert set(group_of(before, a).members + group_of(before, b).members) <= set(
        group_of(together, a).members
    )
    assert any(merge.reason == "decided by R1" for merge in group_of(together, a).merges)
    apart = duplicate_groups(records, [Correction(a, b, "keep apart", "R1")])
    assert b not in group_of(apart, a).members
    assert duplicate_groups(records, []) == before


@settings(deadline=None, max_examples=60)
@given(LIBRARIES)
def test_the_review_band_has_each_pair_of_groups_once_and_nothing_that_is_merged(records):
    grouping = duplicate_groups(records)
    pairs = [
        frozenset((group_of(grouping, pair.a).members, group_of(grouping, pair.b).members))
        for pair in grouping.review_band
    ]
    assert all(len(pair) == 2 for pair in pairs)
    assert len(pairs) == len(set(pairs))
    assert [pair.score for pair in grouping.review_band] == sorted(
        (p.score for p in grouping.review_band), reverse=True
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(RECORDS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_a_joined_record_loses_no_identifier_and_does_not_depend_on_order(records, dice):
    joined = joined_record(records)
    for name in ("title", "authors", "year", "journal", "volume", "pages", "doi", "pmid"):
        assert bool(getattr(joined, name)) == any(getattr(record, name) for record in records)
    assert set(joined.registry_ids) == {number for record in records for number in record.registry_ids}
    shuffled = list(records)
    dice.shuffle(shuffled)
    assert joined_record(shuffled) == joined


# ---- cases ----


def test_no_records_have_no_groups():
    assert duplicate_groups({}).groups == ()


def test_a_record_alone_is_a_group_without_merges():
    (group,) = duplicate_groups({"only": MILK}).groups
    assert (group.members, group.best, group.merges) == (("only",), "only", ())


def test_members_that_contradict_each_other_are_not_chained_into_one_group():
    # The middle record lacks what tells the outer two apart.
    first = replace(MILK, doi="10.1000/first", volume="1", pages="5-9")
    second = replace(MILK, doi="10.1000/second", volume="2", pages="95-99")
    middle = replace(MILK, volume="", pages="")
    grouping = duplicate_groups({"a": first, "b": second, "m": middle})
    assert members(grouping) == {("a", "m"), ("b",)}
    assert any("other records of the group differ" in pair.reason for pair in grouping.review_band)


def test_one_abstract_in_two_supplements_is_left_to_people():
    other = replace(MILK, journal="Allergy", volume="63", pages="S12")
    grouping = duplicate_groups({"a": MILK, "b": other})
    assert members(grouping) == {("a",), ("b",)}
    (pair,) = grouping.review_band
    assert pair.reason == "alike, but printed at two places"


def test_keeping_a_pair_apart_takes_it_out_of_the_review_band():
    records = {"a": MILK, "b": replace(MILK, journal="Allergy", volume="63", pages="S12")}
    assert duplicate_groups(records, [Correction("b", "a", "keep apart")]).review_band == ()


def test_the_reason_of_a_person_is_kept():
    grouping = duplicate_groups(
        {"a": MILK, "b": EGG}, [Correction("a", "b", "merge", "R1", "one paper in two languages")]
    )
    (group,) = grouping.groups
    assert group.merges[0].reason == "decided by R1: one paper in two languages"


def test_two_decisions_that_differ_on_one_pair_are_refused():
    decisions = [Correction("a", "b", "merge", "R1"), Correction("b", "a", "keep apart", "R2")]
    with pytest.raises(DataError, match="a and b are to merge by R1, and to keep apart by R2"):
        duplicate_groups({"a": MILK, "b": MILK}, decisions)
    with pytest.raises(DataError, match="a and b are to keep apart by R2, and to merge by R1"):
        grouped_by_round([{"a": MILK}, {"b": MILK}], decisions[::-1])


def test_one_decision_given_twice_is_one_decision():
    decisions = [Correction("a", "b", "keep apart", "R1"), Correction("b", "a", "keep apart", "R2")]
    assert len(duplicate_groups({"a": MILK, "b": MILK}, decisions).groups) == 2


def test_keeping_one_pair_of_three_apart_leaves_the_third_with_one_of_them():
    records = {"a": MILK, "b": MILK, "c": MILK}
    assert members(duplicate_groups(records, [Correction("a", "b", "keep apart")])) == {("a", "c"), ("b",)}


def test_a_record_kept_apart_stays_out_of_a_group_that_people_joined():
    records = {"a": MILK, "b": EGG, "x": MILK}
    decisions = [Correction("a", "b", "merge"), Correction("x", "b", "keep apart")]
    assert members(duplicate_groups(records, decisions)) == {("a", "b"), ("x",)}


def test_a_correction_of_an_unknown_record_is_refused():
    with pytest.raises(DataError, match="there is no record z"):
        duplicate_groups({"a": MILK}, [Correction("a", "z", "merge")])


def test_corrections_that_contradict_each_other_are_refused():
    decisions = [
        Correction("a", "b", "merge"),
        Correction("b", "c", "merge"),
        Correction("a", "c", "keep apart"),
    ]
    with pytest.raises(DataError, match="a and c are kept apart"):
        duplicate_groups({"a": MILK, "b": MILK, "c": MILK}, decisions)


def test_a_record_cannot_be_kept_apart_from_itself():
    with pytest.raises(DataError, match="a and a are kept apart"):
        duplicate_groups({"a": MILK}, [Correction("a", "a", "keep apart")])


def test_the_fullest_record_is_best():
    full = replace(MILK, doi="10.1016/j.jaci.2007.10.029", abstract="We studied milk.", pmid="18158176")
    (group,) = duplicate_groups({"a": MILK, "b": full, "c": replace(MILK, title=MILK.title.upper())}).groups
    assert group.best == "b"


def test_a_joined_record_takes_what_it_lacks_from_the_others():
    full = replace(
        MILK, abstract="We studied milk.", database="Embase", accession="L1", issn=("0091-6749",), number=4
    )
    other = replace(
        MILK,
        pmid="18158176",
        database="MEDLINE",
        accession="18158176",
        issn=("1097-6825", "0091-6749"),
        number=9,
    )
    joined = joined_record([other, full])
    assert joined.pmid == "18158176"
    assert joined.abstract == "We studied milk."
    assert set(joined.issn) == {"0091-6749", "1097-6825"}
    assert (joined.database, joined.accession) in {("Embase", "L1"), ("MEDLINE", "18158176")}
    assert full.pmid == ""  # the members stay as they are


def test_a_group_without_members_has_no_joined_record():
    with pytest.raises(DataError, match="at least one record"):
        joined_record([])


def test_a_thousand_editorials_are_grouped_quickly_and_not_merged():
    editorial = Record(title="Editorial", authors=("Lee, A.",), journal="MIS Quarterly")
    records = {
        f"r{n}": replace(
            editorial, year=1980 + n // 40, volume=str(n // 40), issue=str(n % 40), pages=str(n % 7 + 1)
        )
        for n in range(1000)
    }
    assert len(duplicate_groups(records).groups) == 1000


@settings(deadline=None, max_examples=60)
@given(st.lists(st.builds(Record, title=st.text(), authors=st.lists(st.text(), max_size=3).map(tuple), journal=st.text(), pages=st.text(), volume=st.text(), doi=st.text(), abstract=st.text()), max_size=6))  # fmt: skip
def test_hostile_text_is_grouped(records):
    named = {str(n): record for n, record in enumerate(records)}
    random.Random(1).shuffle(records)
    assert sum(len(group.members) for group in duplicate_groups(named).groups) == len(records)
