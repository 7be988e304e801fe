from dataclasses import replace

from evisynth.search.duplicates.candidates import LARGEST_WEAK_BLOCK, NEIGHBOURS, candidate_pairs
from evisynth.search.record import Record

MILK = Record(
    title="Oral immunotherapy in children with milk allergy",
    authors=("Longo, G.", "Barbi, E."),
    year=2008,
    journal="Journal of Allergy and Clinical Immunology",
    volume="121",
    pages="343-347",
    doi="10.1016/j.jaci.2007.10.029",
)


def pairs(*records):
    return [tuple(pair) for pair in candidate_pairs(records).tolist()]


def test_no_records_and_one_record_have_no_candidates():
    assert pairs() == []
    assert pairs(MILK) == []


def test_a_pair_with_many_keys_in_common_comes_once():
    assert pairs(MILK, MILK) == [(0, 1)]


def test_one_key_in_common_is_enough():
    other = Record(title="Specific oral tolerance induction", doi=MILK.doi)
    assert pairs(MILK, other) == [(0, 1)]
    translated = Record(title="Inmunoterapia oral", other_titles=(MILK.title,))
    assert pairs(MILK, translated) == [(0, 1)]
    place = Record(title="Another title", journal="J Allergy Clin Immunol", volume="121", pages="343-7")
    assert pairs(MILK, place) == [(0, 1)]


def test_records_without_a_key_in_common_are_not_compared():
    assert (
        pairs(MILK, Record(title="Egg allergy", authors=("Burks, A.",), year=2012, volume="9", pages="1"))
        == []
    )


def test_a_weak_key_that_many_records_share_is_left_out():
    many = [
        Record(title=f"{word} milk", authors=("Longo, G.",), year=2008, volume="121")
        for word in "abcdefghijklm"
    ]
    assert len(many) == LARGEST_WEAK_BLOCK + 1
    assert pairs(*many) == []
    assert len(pairs(*many[:-1])) == 12 * 11 // 2


def test_in_a_large_block_of_a_strong_key_neighbours_are_compared():
    supplement = [
        replace(MILK, title=f"{n:03d} other words", pages=str(n), authors=(), volume="") for n in range(200)
    ]
    found = pairs(*supplement)
    assert len(found) <= 200 * NEIGHBOURS
    assert all((n, n + 1) in found for n in range(199))
