"""Laws of single verdicts, and of groups on records that differ in every field that the rules read."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.search.duplicates import duplicate_groups
from evisynth.search.duplicates.evidence import compared
from evisynth.search.duplicates.keys import record_keys
from evisynth.search.duplicates.matching import verdict
from evisynth.search.record import Record

TITLE = "Oral immunotherapy for haemorrhage in children with severe milk allergy: a randomised trial"
# From small pools, so that records are often nearly the same. Each differs from the next in what a rule reads.
RECORDS = st.builds(
    Record,
    title=st.sampled_from(
        [TITLE, TITLE.upper(), TITLE.split(":", maxsplit=1)[0], TITLE.replace("haem", "hem").replace(" in ", " ni "),
         TITLE.replace("children", "adults"), TITLE + " II", "Erratum: " + TITLE, TITLE + ": reply",
         "RETRACTED: " + TITLE, "[Inmunoterapia oral]", "Editorial", "Milk allergy", "Re: milk allergy", ""]
    ),
    authors=st.sampled_from(
        [(), ("Longo, Giorgio", "Barbi, Egidio"), ("LONGO G", "BARBI E"), ("Barbi, EFH", "Longo, GBM"), ("Anon",),
         ("Lungo, G.",), ("Meglio, P.", "Li, Wei")]
    ),
    year=st.sampled_from([None, 2008, 2009, 2012]),
    journal=st.sampled_from(
        ["", "Journal of Allergy", "J Allergy", "Journal of …", "Allergy", "medRxiv", "Proceedings of the Conference",
         "University of Trieste", "Cochrane Database Syst Rev", "ClinicalTrials.gov"]
    ),
    volume=st.sampled_from(["", "121", "12", "2008"]),
    issue=st.sampled_from(["", "2", "3", "1766"]),
    pages=st.sampled_from(["", "343-347", "343", "343-9", "334-347", "S343", "1-9", "e43268", "CD001876"]),
    abstract=st.sampled_from(["", "We treated children with milk. " * 5, "We asked adults how they slept at home. " * 5]),
    doi=st.sampled_from(["", "", "10.1000/milk", "10.1000/milk.pub2"]),
    pmid=st.sampled_from(["", "", "18158176", "18158177"]),
    registry_ids=st.sampled_from([(), ("NCT01234567",), ("NCT07654321", "NCT01234567")]),
    accession=st.sampled_from(["", "L351234567"]),
)  # fmt: skip
LIBRARIES = st.lists(RECORDS, max_size=9).map(lambda found: {f"r{n}": each for n, each in enumerate(found)})
UNRELATED = Record(
    title="Tea for hiccups",
    authors=("Mori, T.",),
    year=1987,
    journal="Thorax",
    volume="3",
    pages="77",
    doi="10.1000/tea",
)


@settings(deadline=None, max_examples=500)
@given(RECORDS, RECORDS)
def test_a_verdict_does_not_depend_on_the_order_of_the_two(a, b):
    keys_a, keys_b = record_keys(a), record_keys(b)
    assert verdict(compared(keys_a, keys_b)) == verdict(compared(keys_b, keys_a))


@settings(deadline=None, max_examples=200)
@given(RECORDS, RECORDS)
def test_a_verdict_has_a_score_and_a_reason_where_it_decides(a, b):
    found = verdict(compared(record_keys(a), record_keys(b)))
    assert 0 <= found.score <= 1
    assert not (found.merge and found.vetoed)
    assert found.reason or not (found.merge or found.vetoed)


@settings(deadline=None, max_examples=200)
@given(RECORDS)
def test_no_veto_keeps_a_record_apart_from_itself_except_a_title_that_many_share_without_a_place(record):
    keys = record_keys(record)
    found = verdict(compared(keys, keys))
    assert not found.vetoed or keys.serial


@settings(deadline=None, max_examples=100)
@given(LIBRARIES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(records, dice):
    shuffled = list(records.items())
    dice.shuffle(shuffled)
    assert duplicate_groups(dict(shuffled)) == duplicate_groups(records)


@settings(deadline=None, max_examples=100)
@given(LIBRARIES, RECORDS)
def test_identical_records_always_merge(records, twin):
    grouping = duplicate_groups(records | {"twin 1": twin, "twin 2": replace(twin, number=77, line=5)})
    assert any({"twin 1", "twin 2"} <= set(group.members) for group in grouping.groups)


@settings(deadline=None, max_examples=100)
@given(LIBRARIES)
def test_an_unrelated_record_changes_nothing(records):
    before, after = duplicate_groups(records), duplicate_groups(records | {"unrelated": UNRELATED})
    assert [group for group in after.groups if group.members != ("unrelated",)] == list(before.groups)
    assert after.review_band == before.review_band


def test_a_title_that_many_texts_share_is_left_to_people_until_the_place_is_known():
    editorial = Record(
        title="Editorial", authors=("Lee, A.",), year=2001, journal="MIS Q", volume="25", pages="5"
    )
    found = verdict(compared(record_keys(editorial), record_keys(replace(editorial, volume=""))))
    assert (found.merge, found.vetoed) == (False, False)
    assert found.reason == "a title that many texts share, without the same place"
    assert verdict(compared(record_keys(editorial), record_keys(replace(editorial, journal="")))).merge


def test_an_editorial_that_lacks_the_issue_does_not_keep_apart_two_that_share_it():
    editorial = Record(
        title="Editorial", authors=("Lee, A.",), year=2001, journal="MIS Q", volume="25", issue="1", pages="5"
    )
    without_pages, without_issue = replace(editorial, pages="", doi="10.1000/1"), replace(editorial, issue="")
    (group,) = duplicate_groups({"a": editorial, "b": without_pages, "c": without_issue}).groups
    assert group.members == ("a", "b", "c")
