from evisynth.search.formats import read_bytes
from evisynth.search.formats.cochrane_text import read, recognise

RECORD = "Record #1 of 1\nID: CN-01900001\nAU: Ito K\nTI: Milk\nAB: AIM: milk.\nMETHODS: drops.\nYR: 2019\n\n"


def test_labels_of_an_abstract_are_no_fields():
    reading = read(RECORD)
    assert (reading.found, reading.problems) == (1, [])
    assert reading.records[0].abstract == "AIM: milk. METHODS: drops."
    assert reading.records[0].raw == RECORD.rstrip("\n")


def test_a_field_that_is_not_known_is_reported():
    reading = read(RECORD.replace("YR:", "QQ: x\nYR:"))
    assert [(problem.line, problem.text) for problem in reading.problems] == [(7, "QQ")]


def test_a_number_and_nothing_else_is_a_lost_record():
    reading = read(RECORD + "Record #2 of 2\nID: CN-01900002\n")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


def test_text_around_the_records_is_reported():
    reading = read("My search\n\n" + RECORD + "\n\nDownloaded from nowhere\n")
    assert [(problem.line, problem.text) for problem in reading.problems] == [
        (1, "My search"),
        (13, "Downloaded from nowhere"),
    ]


def test_ris_of_the_cochrane_library_is_not_taken_for_it():
    ris = "Record #1 of 1\nProvider: X\n\nTY  - JOUR\nAN  - CN-01900001\nTI  - Milk\nER  - \n"
    assert not recognise(ris)
    assert recognise(RECORD)
    assert read_bytes(ris.encode()).format == "ris"
    assert read_bytes(RECORD.encode()).format == "cochrane-text"
