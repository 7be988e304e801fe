import pytest

from evisynth.search.formats import read_bytes
from evisynth.search.formats.writing import writer_for
from evisynth.search.record import Reading, ReadProblem, Record, grouped_notes


def test_notes_that_differ_only_in_numbers_are_one_with_its_first_lines():
    notes = [
        (3, "Row 2 has no title."),
        (5, "ER ends no record."),
        *((n, f"Row {n} has no title.") for n in range(7, 50)),
    ]
    assert grouped_notes(notes) == (
        "lines 3, 7, 8 and 41 more: Row 2 has no title.",
        "line 5: ER ends no record.",
    )


def test_two_and_three_notes_name_all_their_lines():
    assert grouped_notes([(3, "a"), (5, "a")]) == ("lines 3, 5: a",)
    assert grouped_notes([(3, "a"), (5, "a"), (9, "a")]) == ("lines 3, 5, 9: a",)


def test_notes_about_the_whole_file_have_no_line():
    assert grouped_notes([(0, "a")]) == ("a",)
    assert grouped_notes([(0, "a"), (0, "a")]) == ("a (2 times)",)
    assert grouped_notes([]) == ()


def test_several_notes_on_one_line_are_counted():
    assert grouped_notes([(3, "a"), (3, "a"), (3, "a")]) == ("lines 3 and 2 more: a",)


def test_a_reading_groups_its_problems():
    reading = Reading(problems=[ReadProblem(1, "x", "a"), ReadProblem(2, "y", "a", lost_record=True)])
    assert reading.notes == ("lines 1, 2: a",)


RECORDS = [
    Record(title=f"Honey, part {n}", authors=("Rao, A",), year=2000, journal="Cough", abstract="Long text. " * 9, doi=f"10.9999/{n}")
    for n in range(1, 6)
]  # fmt: skip


@pytest.mark.parametrize("name", ["ris", "bibtex", "endnote-xml", "csv", "csl-json"])
@pytest.mark.parametrize("after", range(2, 100, 7))
def test_a_file_that_is_cut_within_a_record_has_a_damaged_one(name, after):
    whole = writer_for(name).write(RECORDS)
    assert not any(problem.damaged for problem in read_bytes(whole).problems)
    reading = read_bytes(whole[: whole.rindex(b"part 5") + after])
    assert any(problem.damaged for problem in reading.problems)


def test_a_page_of_several_and_bytes_that_are_none_of_the_encoding_are_damage():
    page = b'{"nextPageToken": "x", "studies": [{"protocolSection": {"identificationModule": {"briefTitle": "A"}}}]}'
    assert any(problem.damaged for problem in read_bytes(page).problems)
    odd = "\ufeffTY  - JOUR\nTI  - A\nER  - \n".encode("utf-16") + b"\x00"
    assert any(problem.damaged for problem in read_bytes(odd).problems)


def test_a_record_that_is_lost_is_damage_and_a_note_about_a_tag_is_not():
    assert ReadProblem(1, "x", "Row 3 has no title and nothing to know it by.", lost_record=True).damaged
    assert not ReadProblem(1, "XX", "XX (once in this file) is not a known tag.").damaged
