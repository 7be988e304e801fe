"""The PDF: whole, tagged, dated by the review, the same bytes everywhere, whatever people typed."""

import os
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.reporting.document import Column, Document, Drawing, Heading, Paragraph, Picture, Table, Text
from evisynth.reporting.documents import to_pdf
from evisynth.reporting.documents.pdf import font_folder, shortened

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed"
)


def words(pdf, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    shown = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return shown.stdout.decode()


def test_a_document_becomes_a_tagged_pdf_with_its_own_date(document):
    pdf = to_pdf(document)
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf
    assert b"pdfuaid" in pdf
    assert b"D:20240531" in pdf
    assert b"Ada Alm" in pdf


@needs_poppler
def test_captions_tables_notice_and_page_numbers_are_printed(document, tmp_path):
    text = words(to_pdf(document), tmp_path)
    for expected in (
        "Milk immunotherapy: a review",
        "Ada Alm, Bo Berg",
        "31 May 2024",
        "Two reports are simulated.",
        "Table 1. Full serving by study",
        "High dose",
        "0.52 (0.31 to 0.87)",
        "Figure 2. The same again",
        "Page 1 of 3",
    ):
        assert expected in text
    assert text.count("\f") == 3  # portrait, landscape for the wide table, portrait


@needs_poppler
def test_the_header_of_a_long_table_repeats_on_each_page(document, tmp_path):
    rows = tuple(((Text(str(i)),), (Text("value"),)) for i in range(150))
    table = Table("long", "Long", (Column("Number of row"), Column("b")), rows)
    text = words(to_pdf(replace(document, blocks=(table,))), tmp_path)
    assert text.count("Number of row") == text.count("\f") > 1


@needs_poppler
@pytest.mark.parametrize("lines", range(32, 42))
def test_a_caption_stands_on_the_page_of_its_first_row(document, lines, tmp_path):
    table = Table("t", "Caption", (Column("a"), Column("b")), (((Text("group"),),), ((Text("cell"),), ())))
    above = (Paragraph((Text("line"),)),) * lines
    pages = words(to_pdf(replace(document, notice="", blocks=(*above, table))), tmp_path).split("\f")
    assert [("Caption" in page) for page in pages] == [("cell" in page) for page in pages]


@needs_poppler
def test_hostile_text_is_printed_and_not_run(hostile, tmp_path):
    text = words(to_pdf(hostile), tmp_path)
    assert '#panic("x")' in text
    assert "<script>alert(1)</script>" in text


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_any_text_can_be_printed(text):
    blocks = (
        Heading(1, text),
        Paragraph((Text(text, bold=True),)),
        Table(text, text, (Column(text),), (((Text(text),),),)),
    )
    assert to_pdf(Document(text, (text,), "2024-05-31", text, blocks)).startswith(b"%PDF-")


def test_signs_outside_all_fonts_do_not_stop_the_report():
    signs = "中文 हिन्दी 👩\u200d👧 \u02d7\u0301 \u1f5c \ue000 \u0378 \ufffc \U000e0041"
    assert to_pdf(Document("T", (), "2024-05-31", "", (Paragraph((Text(signs),)),))).startswith(b"%PDF-")


def test_a_cell_longer_than_a_page_and_a_giant_column_title_are_set(document):
    giant = Text("word " * 5000)
    columns = (Column(giant.text), Column("b"))
    assert to_pdf(replace(document, blocks=(Table("t", "c", columns, (((giant,), (giant,)),)),)))


def test_an_empty_document_is_a_pdf():
    assert to_pdf(Document("", (), "2024-05-31", "", ())).startswith(b"%PDF-")


def test_a_figure_without_words_is_named_by_its_caption():
    drawing = Drawing(b'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"/>', b"", b"")
    blocks = (Picture("p", "Flow of records", " "), Picture("p", "", ""))
    assert to_pdf(Document("T", (), "2024-05-31", "", blocks, {}, {"p": drawing}))


def test_the_same_document_gives_the_same_bytes_in_any_folder(document, tmp_path, monkeypatch):
    first = to_pdf(document)
    other = tmp_path / "temporary"
    other.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", os.fspath(other))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setattr("tempfile.tempdir", None)
    assert to_pdf(document) == first
    assert not re.search(rb"/tmp|/home|evisynth-", first)


@needs_poppler
@pytest.mark.parametrize(("sections", "below", "listed"), [(5, 0, 0), (6, 1, 12), (20, 1, 20)])
def test_contents_are_listed_when_they_help_and_stay_on_one_page(sections, below, listed, tmp_path):
    blocks = (Heading(1, "Section"), *(Heading(2, "Part"),) * below, Paragraph((Text("words"),))) * sections
    text = words(to_pdf(Document("T", (), "2024-05-31", "", blocks)), tmp_path)
    assert len(re.findall(r"^ *(?:Section|Part) \. .*\d+$", text, re.MULTILINE)) == listed


def test_fonts_come_with_the_program():
    assert (font_folder() / "DejaVuSans.ttf").is_file()


def test_a_long_title_is_cut_at_a_word_in_the_running_header():
    assert shortened("short") == "short"
    assert shortened("word, " * 40) == "word, " * 14 + "word…"


def test_a_figure_without_drawing_is_refused(document):
    with pytest.raises(DataError, match="Figure 1: the document has no drawing named 'funnel'"):
        to_pdf(replace(document, blocks=(Picture("funnel", "c", "a"),)))
