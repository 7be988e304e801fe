from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.search import formats
from evisynth.search.formats import merged, read_bytes, read_file, read_in_parts
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


def test_only_ris_in_encodings_of_single_bytes_is_divided(tmp_path):
    assert is_divisible(written(tmp_path, record(1) * 3))
    assert is_divisible(written(tmp_path, record(1, "ü") * 3, "cp1252"))
    assert not is_divisible(written(tmp_path, record(1) * 3, "utf-16"))
    assert not is_divisible(written(tmp_path, "PMID- 1\nTI  - Milk\n"))
    assert not is_divisible(written(tmp_path, "TY  - JOUR\nTI  - no end line\n"))


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


def test_many_end_lines_without_a_record_are_searched_once(tmp_path):
    path = written(tmp_path, record(1) + "ER  - \n" * 50_000)
    assert b"".join(divided(path, 1_000)) == path.read_bytes()
