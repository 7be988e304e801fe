"""Writers give a file piece by piece: the same bytes, without keeping the records."""

import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
from evisynth.search.formats.writing import WRITERS, Losses, losses, write, writer_for, xlsx
from evisynth.search.formats.writing.plain import NO_TEXT, plain_text
from evisynth.search.normalise import one_line
from evisynth.search.record import Record

each_writer = pytest.mark.parametrize("writer", WRITERS, ids=[writer.name for writer in WRITERS])


def made(count, abstract="Milk drops. " * 20):
    for number in range(count):
        yield Record(
            title=f"Trial {number}",
            authors=("Ito, K",),
            year=2001,
            abstract=abstract,
            links=("https://example.org/1",),
        )


@each_writer
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_pieces_are_the_file(writer, count):
    data = b"".join(writer.pieces(made(count)))
    assert data == writer.write(list(made(count))) == write(made(count), writer.name)
    if count:
        assert len(read_bytes(data).records) == count


@pytest.mark.parametrize("name", [writer.name for writer in WRITERS if writer.name != "xlsx"])
def test_a_record_is_taken_when_its_piece_is_asked_for(name):
    taken = []
    pieces = writer_for(name).pieces(taken.append(record) or record for record in made(100))
    for _ in range(10):
        next(pieces)
    assert 5 < len(taken) <= 10


@each_writer
def test_writing_takes_no_more_memory_for_more_records(writer):
    def peak(count):
        tracemalloc.start()
        size = sum(map(len, writer.pieces(made(count), Losses())))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, used

    peak(10)  # modules are loaded
    (small, little), (large, much) = peak(300), peak(3_000)
    assert large > 5 * small
    assert much < little + 500_000  # a piece of a workbook has up to 1 MB, packed


text = st.lists(
    st.sampled_from(["milk", ";", " || ", "é", "\n", "e\u0301", "NCT00000001", "="]), max_size=4
).map("".join)
records = st.lists(
    st.builds(
        Record,
        title=text,
        authors=st.lists(text, max_size=2).map(tuple),
        accession=text,
        links=st.sampled_from([(), ("https://example.org/1",)]),
        other_abstracts=st.lists(text, max_size=2).map(tuple),
    ),
    max_size=6,
)


@each_writer
@settings(max_examples=60, deadline=None)
@given(records)
def test_what_is_not_held_is_counted_while_it_is_written(writer, made):
    counted = Losses()
    for _ in writer.pieces(made, counted):
        pass
    lost = losses(made, writer)
    assert counted.counts == {name: len(places) for name, places in lost.items()}
    assert counted.first == {name: places[:3] for name, places in lost.items()}


def test_a_workbook_that_excel_could_not_open_is_not_written(monkeypatch):
    monkeypatch.setattr(xlsx, "LARGEST_SHEET", 50_000)
    assert write(made(20), "xlsx")
    with pytest.raises(DataError, match="Write CSV instead"):
        write(made(500), "xlsx")


def test_what_is_no_text_is_never_printable_so_that_printable_text_needs_no_search():
    letters = map(chr, range(sys.maxunicode + 1))
    assert not [letter for letter in letters if NO_TEXT.match(letter) and letter.isprintable()]


@given(st.text())
def test_plain_text_is_one_line_without_what_is_no_text(text):
    assert plain_text(text) == one_line(NO_TEXT.sub("", text))
