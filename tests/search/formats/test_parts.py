import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.search import formats
from evisynth.search.formats import merged, read_bytes, read_file, read_in_parts
from evisynth.search.formats import parts as parts_module
from evisynth.search.formats.parts import divided, is_divisible, parts_of
from evisynth.search.formats.tagged import prepared


def record(number, abstract="Milk."):
    return f"TY  - JOUR\nTI  - Trial {number}\nAU  - Ito, K\nAB  - {abstract}\nZZ  - x\nER  - \n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "export.ris"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("part", [1, 50, 200, 1_000_000])
def test_a_file_in_parts_gives_the_same_records_as_the_whole(tmp_path, newline, part):
    text = "Search 1: milk\n" + "".join(f"{n}.\n{record(n)}C1  - stray\n\n" for n in range(1, 9))
    path = written(tmp_path, text.replace("\n", newline))
    whole, parts = read_bytes(path.read_bytes()), list(parts_of(path, part))
    assert len(parts) > 1 or part > 200
    assert merged(parts).records == whole.records
    assert merged(parts).found == whole.found == 8
    assert sorted((problem.line, problem.message) for problem in merged(parts).problems) == sorted(
        (problem.line, problem.message) for problem in whole.problems
    )


LINES = st.sampled_from(
    ["TY  - JOUR", "TI  - Milk", "AU  - Ito, K", "ER  - ", "ER  - in text", "", "  ER  -", "C1  - x", "TY  - it was", "1.", "x"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=30), st.integers(1, 60))
def test_pieces_are_the_file_and_each_begins_at_a_record(tmp_path_factory, lines, part):
    data = "\n".join(lines).encode()
    path = tmp_path_factory.mktemp("parts") / "x.ris"
    path.write_bytes(data)
    pieces = list(divided(path, part))
    assert b"".join(pieces) == data
    assert all(piece.lstrip(b" ").startswith(b"TY") for piece in pieces[1:])
    reading = merged(parts_of(path, part))
    assert reading.found == len(reading.records) + reading.lost
    assert [each.number for each in reading.records] == list(range(1, len(reading.records) + 1))
    numbered = prepared(data.decode()).split("\n")
    assert all(numbered[each.line].strip() == each.raw.split("\n")[0].strip() for each in reading.records)


def test_an_er_within_an_abstract_divides_no_record(tmp_path):
    path = written(tmp_path, record(1, "Breast\nER  - positive\nTY  - also text") + record(2))
    assert merged(parts_of(path, 10)).records == read_bytes(path.read_bytes()).records


def test_bytes_that_are_no_utf_8_are_said_with_their_line_in_the_file(tmp_path):
    path = tmp_path / "x.ris"
    path.write_bytes("".join(map(record, range(50))).encode() + record(50, "Gärung").encode("cp1252"))
    (problem,) = [each for each in merged(parts_of(path, 500)).problems if "UTF-8" in each.message]
    assert "first on line 304" in problem.message


def test_ris_in_which_lines_start_records_is_divided(tmp_path):
    assert is_divisible(written(tmp_path, record(1) * 3))
    assert is_divisible(written(tmp_path, record(1, "ü") * 3, "cp1252"))
    assert is_divisible(written(tmp_path, record(1) * 3, "utf-16"))
    assert is_divisible(written(tmp_path, "TY  - JOUR\nTI  - no end line\n"))
    assert is_divisible(written(tmp_path, (record(1) * 2).replace("JOUR", "Journal article")))
    assert not is_divisible(written(tmp_path, record(1).replace("JOUR", "Journal article")))
    assert not is_divisible(written(tmp_path, "PMID- 1\nTI  - Milk\n"))
    assert not is_divisible(written(tmp_path, "TI  - no type\nAU  - Ito, K\nJO  - J\nER  - \n" * 3))


def as_told(reading):
    return sorted((problem.line, problem.text, problem.message) for problem in reading.problems)


ONE_LAYOUT = st.sampled_from(
    ["TY  - JOUR", "TY  - BOOK", "TI  - Milk", "AU  - Ito, K; Li, Y", "AB  - Über", "ER  - ", "ER  - in text", "TY  - " + "text " * 20,
     "", "   wrapped", "text", "NL  - J Milk", "ZZ  - unknown", "7.", "Record #1 of 2"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(ONE_LAYOUT, max_size=40), st.integers(1, 200), st.sampled_from(["\n", "\r\n", "\r"]))
def test_parts_of_any_size_say_what_the_whole_says(tmp_path_factory, lines, part, newline):
    data = newline.join(["TY  - JOUR", "TI  - Drops", "ER  - ", *lines]).encode()
    path = tmp_path_factory.mktemp("parts") / "x.ris"
    path.write_bytes(data)
    whole, parts = read_bytes(data, format="ris"), merged(parts_of(path, part))
    assert parts.records == whole.records
    assert (parts.found, parts.lost) == (whole.found, whole.lost)
    assert as_told(parts) == as_told(whole)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("part", [7, 50, 1_000_000])
def test_wide_encodings_are_read_in_parts_as_they_are_whole(tmp_path, encoding, part):
    path = written(tmp_path, "".join(record(n, "Gärung 👩\u200d🔬") for n in range(1, 9)), encoding)
    whole, parts = read_bytes(path.read_bytes(), name=path.name), list(parts_of(path, part))
    assert merged(parts).records == whole.records
    assert {reading.encoding for reading in parts} == {encoding}
    assert as_told(merged(parts)) == as_told(whole)


def test_utf_16_that_is_damaged_or_cut_is_read_to_its_end_and_says_so_once(tmp_path):
    path = written(tmp_path, "".join(map(record, range(1, 9))), "utf-16")
    data = path.read_bytes()
    for damaged in (data[:-1], data[:402] + b"\x00\xd8" + data[404:]):
        path.write_bytes(damaged)
        whole, parts = read_bytes(damaged, name=path.name), merged(parts_of(path, 64))
        assert parts.records == whole.records
        assert [each for each in parts.problems if each.line == 0] == [
            each for each in whole.problems if each.line == 0
        ]
        assert sum("may have been cut" in each.message for each in parts.problems) == 1


def test_a_file_without_er_lines_is_read_in_parts(tmp_path):
    path = written(tmp_path, "".join(map(record, range(1, 9))).replace("ER  - \n", "\n"))
    parts = list(parts_of(path, 100))
    assert len(parts) > 4
    whole = read_bytes(path.read_bytes())
    assert merged(parts).records == whole.records
    assert as_told(merged(parts)) == as_told(whole)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_of_an_endless_record_the_first_megabytes_are_read_and_the_rest_is_reported(
    tmp_path, monkeypatch, newline
):
    monkeypatch.setattr(parts_module, "LONGEST", 2_000)
    text = record(1) + record(2, "milk\n" * 2_000) + "".join(map(record, range(3, 6)))
    path = written(tmp_path, text.replace("\n", newline))
    whole, parts = read_bytes(path.read_bytes()), merged(parts_of(path, 300))
    assert [each.title for each in parts.records] == [f"Trial {n}" for n in range(1, 6)]
    assert [each.line for each in parts.records] == [each.line for each in whole.records]
    assert 1_900 < len(parts.records[1].raw.replace("\n", newline)) <= 2_000
    (problem,) = [each for each in parts.problems if "not read" in each.message]
    left_out = len(path.read_bytes()) - sum(map(len, divided(path, 300)))
    assert f"the next {left_out:,} bytes, up to the next record, are not read" in problem.message
    lines = text.split("\n")[problem.line - 1 : whole.records[2].line - 1]
    assert len(newline.join([*lines, ""])) - left_out in range(len("milk") + len(newline))


def test_a_record_is_not_cut_within_a_line_end(tmp_path, monkeypatch):
    text = (record(1) + record(2, "milk\n" * 200) + record(3)).replace("\n", "\r\n")
    for longest in range(900, 912):
        monkeypatch.setattr(parts_module, "LONGEST", longest)
        path = written(tmp_path, text)
        whole, parts = read_bytes(path.read_bytes()), merged(parts_of(path, 100))
        assert [each.line for each in parts.records] == [each.line for each in whole.records]


def test_an_endless_record_is_not_cut_within_a_letter_and_may_be_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr(parts_module, "LONGEST", 2_000)
    for before in ("", "x", "xy", "xyz"):
        reading = merged(parts_of(written(tmp_path, record(1) + record(2, before + "👩" * 5_000)), 300))
        assert [each.title for each in reading.records] == ["Trial 1", "Trial 2"]
        assert set(reading.records[1].abstract) <= {*"xyz", "👩"}
        assert reading.encoding == "utf-8"
        assert sum("are not read" in each.message for each in reading.problems) == 1


def test_lines_are_counted_in_a_guessed_encoding_whatever_their_ends(tmp_path):
    path = tmp_path / "x.ris"
    text = "".join(map(record, range(50))) + record(50, "Gärung")
    path.write_bytes(text.replace("\n", "\r").encode("cp1252"))
    for reading in (read_bytes(path.read_bytes()), merged(parts_of(path, 500))):
        assert any("first on line 304" in each.message for each in reading.problems)


def peak_of_reading(path):
    """Most bytes at a time that reading the file in parts of 50 kB takes."""
    tracemalloc.start()
    count = sum(len(reading.records) for reading in parts_of(path, 50_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["ER  - \n", ""])
def test_memory_does_not_grow_with_the_file(tmp_path, encoding, end):
    texts = [
        "".join(record(n, "milk " * 50) for n in range(size)).replace("ER  - \n", end)
        for size in (1_000, 4_000)
    ]
    (few, small), (many, large) = (peak_of_reading(written(tmp_path, text, encoding)) for text in texts)
    assert (few, many) == (1_000, 4_000)
    assert large < 1.3 * small


def test_a_large_file_is_read_in_parts_and_a_wrong_name_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "LARGE", 100)
    path = tmp_path / "export.nbib"
    path.write_text("".join(map(record, range(1, 6))))
    reading = read_file(path)
    assert [each.number for each in reading.records] == [1, 2, 3, 4, 5]
    assert "promises PubMed" in reading.problems[0].message
    assert sum(len(part.records) for part in read_in_parts(path)) == 5
    monkeypatch.undo()
    assert [replace(each, raw="") for each in read_file(path).records] == [
        replace(each, raw="") for each in reading.records
    ]


@pytest.mark.parametrize("line", ["ER  - \n", "TY", "TY  - \n", "\r", "x TY  - JOUR\n"])
def test_hostile_lines_are_looked_at_once_and_reported_together(tmp_path, line):
    path = written(tmp_path, record(1) + line * 50_000)
    assert b"".join(divided(path, 1_000)) == path.read_bytes()
    if line.startswith("ER"):
        assert [each.message for each in merged(parts_of(path, 1_000)).problems] == [
            "ZZ (once in this file) is not a known tag; only the raw record has its value.",
            "This ER line ends no record. (50000 lines)",
        ]


def test_er_lines_that_end_nothing_are_told_together_where_nothing_is_between_them():
    reading = read_bytes((record(1) + "ER  - \n\nER  - \nstray\nER  - \n" + record(2) + "ER  - \n").encode())
    assert [(each.line, each.message) for each in reading.problems if "ER" in each.message] == [
        (7, "This ER line ends no record. (2 lines)"),
        (11, "This ER line ends no record."),
        (18, "This ER line ends no record."),
    ]
