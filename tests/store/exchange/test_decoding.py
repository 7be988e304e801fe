"""A file of the folder as text: what it is, where it leads and how it is encoded is told."""

import os

import pytest

from evisynth.store.exchange.reading import read_folder
from support.small_review import SmallReview


@pytest.fixture
def small():
    return SmallReview()


def read(small: SmallReview, tmp_path):
    folder = read_folder(small.write(tmp_path))
    return folder, [str(problem) for problem in folder.problems]


def with_bytes(small: SmallReview, file: str, content: bytes) -> None:
    """Put these bytes in the place of a file, whatever it was."""
    small.tables.pop(file, None)
    small.texts.pop(file, None)
    small.exports[file] = content


@pytest.mark.parametrize("file", ["studies.csv", "review.yaml"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "it is a PDF document"),
        (b"PK\x03\x04\x14\x00", "is a workbook or an archive, not text; save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook or an archive"),
        (b"\x1f\x8b\x08\x00", "it is a gzip archive"),
        (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "is a web page or XML"),
        (b'<?xml version="1.0"?>\n<xml/>', "is a web page or XML"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_as_what_it_is(small, tmp_path, file, content, what):
    with_bytes(small, file, content)
    folder, problems = read(small, tmp_path)
    assert any(problem.startswith(f"{file}: ") and what in problem for problem in problems)
    assert len(folder.rows["screening"]) == len(small.tables["screening.csv"])


def test_a_folder_in_the_place_of_a_table_is_told(small, tmp_path):
    del small.tables["studies.csv"]
    folder = small.write(tmp_path)
    (folder / "studies.csv").mkdir()
    assert "studies.csv: cannot be read: Is a directory." in [str(p) for p in read_folder(folder).problems]


@pytest.mark.parametrize("file", ["studies.csv", "review.yaml", "report.md"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(small, tmp_path, file):
    secret = tmp_path / "secret"
    secret.write_text("study,name\nsecret,token\n")
    folder = small.write(tmp_path)
    (folder / file).unlink()
    (folder / file).symlink_to(secret)
    found = read_folder(folder)
    assert f"{file}: is a link to a place outside the review folder; it was not read." in map(
        str, found.problems
    )
    assert "token" not in repr(found)


def test_a_link_inside_the_folder_is_followed(small, tmp_path):
    folder = small.write(tmp_path)
    (folder / "studies.csv").rename(folder / "searches" / "studies")
    (folder / "studies.csv").symlink_to(folder / "searches" / "studies")
    assert read_folder(folder).problems == []


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_table_in_another_encoding_is_read_and_told(small, tmp_path, encoding):
    small.row("studies.csv", study="beta")["design"] = "doble ciego, año 2002"
    text = small.files()["studies.csv"].decode()
    with_bytes(small, "studies.csv", text.encode(encoding))
    folder, problems = read(small, tmp_path)
    line = 1 if encoding == "utf-16" else 3
    assert len(problems) == 1
    assert problems[0].startswith(f"studies.csv:{line}: is not UTF-8; it was read as {encoding}")
    assert folder.rows["studies"][1].values["design"] == "doble ciego, año 2002"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_of_any_system_are_read(small, tmp_path, newline, mark):
    text = mark + small.files()["studies.csv"].decode().replace("\n", newline)
    with_bytes(small, "studies.csv", text.encode())
    folder, problems = read(small, tmp_path)
    assert problems == []
    assert [row.values["study"] for row in folder.rows["studies"]] == ["alpha", "beta"]
    assert [row.line for row in folder.rows["studies"]] == [2, 3]


def test_a_nul_byte_is_told_where_it_is_and_the_row_stays(small, tmp_path):
    small.row("studies.csv", study="beta")["design"] = "a\x00b"
    folder, problems = read(small, tmp_path)
    assert problems == ["studies.csv:3: design: holds the control character U+0000; remove it."]
    assert folder.rows["studies"][1].values["design"] == ""


def test_a_nul_byte_in_the_manuscript_is_left_out_and_told(small, tmp_path):
    small.texts["report.md"] = "# One\n\nA\x00lmond\n"
    folder, problems = read(small, tmp_path)
    assert problems == ["report.md:3: holds the control character U+0000; it was left out."]
    assert folder.texts["report.md"] == "# One\n\nAlmond\n"


def test_no_problem_names_a_place_on_this_machine(small, tmp_path):
    with_bytes(small, "studies.csv", b"%PDF")
    assert str(tmp_path) not in "".join(read(small, tmp_path)[1])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(small, tmp_path):
    folder = small.write(tmp_path)
    (folder / "studies.csv").chmod(0)
    assert "studies.csv: cannot be read: Permission denied." in [str(p) for p in read_folder(folder).problems]
