import pytest

from evisynth.search.formats import read_bytes
from evisynth.search.formats.embase_rows import read, recognise

FIRST = '"TITLE","Milk, ""oral"""\n"AUTHOR NAMES","Ito K.","Rao C."\n"ABSTRACT","Background: milk.\nResults: drops."\n"PUI","L1"\n'
SECOND = '"TITLE","Water"\n"AUTHOR NAMES","Iyer D."\n"PUI","L2"\n'


def test_each_author_is_a_cell_and_a_value_may_run_over_lines():
    first, second = read(FIRST + "\n" + SECOND).records
    assert (first.title, first.authors) == ('Milk, "oral"', ("Ito, K.", "Rao, C."))
    assert (first.abstract, first.accession) == ("Background: milk. Results: drops.", "L1")
    assert first.raw == FIRST.rstrip("\n")
    assert (second.title, second.number, second.line) == ("Water", 2, 7)


def test_a_record_whose_title_row_is_missing_is_not_put_into_the_one_before():
    reading = read(FIRST + "\n" + SECOND.partition("\n")[2] + "\n" + FIRST)
    assert [record.title for record in reading.records] == ['Milk, "oral"'] * 2
    assert (reading.found, reading.lost) == (3, 1)
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(7, True)]


def test_blank_lines_between_the_rows_of_a_record_start_none():
    reading = read(FIRST.replace('\n"PUI"', '\n\n\n"PUI"') + "\n\n\n" + SECOND)
    assert [record.accession for record in reading.records] == ["L1", "L2"]


@pytest.mark.parametrize("cell", ['"Milk', 'Milk"', '"Milk""'])
def test_an_open_quote_costs_no_other_record(cell):
    reading = read(f'"TITLE",{cell}\n"PUI","L1"\n\n' + SECOND)
    assert reading.records[0].title.strip('"') == "Milk"
    assert reading.records[1].accession == "L2"


def test_fields_that_are_not_used_and_rows_that_are_none_are_reported():
    reading = read('"SEARCH QUERY","milk"\n\n' + FIRST + '"DEVICE","Cup"\nstray\n')
    assert [problem.message for problem in reading.problems] == [
        "Text before the first record; not used.",
        "A row of record 1 that is no field; it is not used.",
        "Fields that are not used (they stay with the records as they are): DEVICE.",
    ]


def test_it_is_told_apart_from_a_table_with_a_header():
    assert recognise(FIRST)
    assert recognise("\ufeff" + FIRST.replace('"', ""))
    assert not recognise('"Title","Original Title","Author Names","Source"\n"Milk","","Ito K.","J"\n')
    assert not recognise("TITLE,YEAR\nMilk,2001\n")
    assert read_bytes(FIRST.encode()).format == "embase-rows"
