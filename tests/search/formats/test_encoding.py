import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.formats import UnreadableFile, read_bytes
from evisynth.search.formats.encoding import decode, line_ends

TEXT = "TY  - JOUR\nTI  - Über die Gärung – été\nAU  - Nuñez, A\nER  - \n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_marked_or_utf_8_file_is_read_without_a_guess(encoding):
    decoded = decode(TEXT.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.assumed) == (TEXT, encoding, "")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zero_bytes(encoding):
    decoded = decode(TEXT.encode(encoding))
    assert (decoded.text, decoded.encoding) == (TEXT, encoding)
    assert encoding in decoded.assumed


def test_western_windows_text_is_read_as_cp1252_and_the_guess_is_said():
    decoded = decode(TEXT.encode("cp1252"))
    assert (decoded.text, decoded.encoding) == (TEXT, "cp1252")
    assert "line 2" in decoded.assumed


def test_bytes_that_cp1252_does_not_have_make_it_latin_1():
    decoded = decode("Gärung \x81".encode("latin-1"))
    assert (decoded.text, decoded.encoding) == ("Gärung \x81", "latin-1")


def test_a_utf_8_file_with_a_few_other_bytes_stays_utf_8():
    data = (TEXT * 3).encode() + b"TI  - Caf\xe9\n"
    decoded = decode(data)
    assert decoded.encoding == "utf-8"
    assert decoded.text.endswith("Café\n")
    assert "line 13" in decoded.assumed


def test_a_utf_16_file_that_was_cut_is_read_to_its_end_and_says_so():
    decoded = decode(TEXT.encode("utf-16")[:-1])
    assert decoded.text.startswith("TY  - JOUR")
    assert "cut" in decoded.assumed


@given(st.binary(max_size=400))
def test_any_bytes_give_a_text(data):
    assert isinstance(decode(data).text, str)


LETTERS = [b"a", b"\n", b"\r", b"\r\n", b"\xe9", b"\x81", b"\xff", "é".encode(), "β".encode(), "👩".encode(), b"\xf0\x9f", b"\xed\xa0\x80"]  # fmt: skip


@given(st.lists(st.sampled_from(LETTERS), max_size=40).map(b"".join), st.integers(0, 9))
def test_bytes_that_are_no_utf_8_are_counted_and_their_lines_named(data, before):
    escaped = data.decode("utf-8", errors="surrogateescape")
    wrong = [letter for letter in escaped if "\udc80" <= letter <= "\udcff"]
    right = [letter for letter in escaped if letter > "\x7f" and letter not in wrong]
    lines = [
        number
        for number, line in enumerate(re.split("\r\n|\r|\n", escaped), start=before + 1)
        if any("\udc80" <= letter <= "\udcff" for letter in line)
    ]
    decoded = decode(data, lines_before=before)
    if not wrong:
        assert (decoded.text, decoded.assumed) == (escaped, "")
    elif len(right) > len(wrong):
        named = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")
        assert f"{len(wrong)} bytes of it are not (line {named})" in decoded.assumed
    else:
        assert f"first on line {lines[0]})" in decoded.assumed
        assert decoded.encoding == ("latin-1" if b"\x81" in data else "cp1252")


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n"]), max_size=20).map(b"".join))
def test_line_ends_of_the_three_kinds_are_counted(data):
    assert line_ends(data) == len(re.findall(b"\r\n|\r|\n", data))


@given(st.text(max_size=200))
def test_utf_8_is_read_as_it_was_written(text):
    decoded = decode(text.encode())
    assert decoded.text == text or decoded.encoding.startswith("utf-")


def test_a_guess_becomes_a_problem_of_the_reading():
    reading = read_bytes(TEXT.encode("cp1252"), name="x.ris")
    assert reading.encoding == "cp1252"
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(0, False)]
    assert "cp1252" in reading.problems[0].message
    assert reading.records[0].title == "Über die Gärung – été"


def test_a_named_encoding_is_used():
    reading = read_bytes(TEXT.encode("cp1252"), encoding="cp1252")
    assert (reading.encoding, reading.problems) == ("cp1252", [])


def test_a_wrong_named_encoding_says_where_and_what_it_looks_like():
    with pytest.raises(UnreadableFile, match=r"not utf-8: line 2 .* looks like cp1252"):
        read_bytes(TEXT.encode("cp1252"), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_an_encoding_asked_for_where_the_bytes_are_utf_8_is_noted(encoding):
    text = "TY  - JOUR\nTI  - {}\nER  - \n"
    (note,) = read_bytes(text.format("Käse").encode(), encoding=encoding).problems
    assert note.message.startswith(f"The bytes are valid UTF-8, but {encoding} was asked for")
    for data in (text.format("Kaese").encode(), text.format("Käse").encode(encoding)):
        assert read_bytes(data, encoding=encoding).problems == []
    assert read_bytes(text.format("Käse").encode(), encoding="utf-8").problems == []
