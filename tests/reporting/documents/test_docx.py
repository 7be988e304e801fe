"""The Word file, opened again: styles, captions, tables, sections, properties and fixed bytes."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from evisynth.errors import DataError
from evisynth.reporting.document import Bullets, Column, Picture, Table, Text
from evisynth.reporting.documents import to_docx


@pytest.fixture
def word(document):
    return docx.Document(io.BytesIO(to_docx(document)))


def test_paragraphs_have_real_styles(word):
    styles = [(p.style.name, p.text) for p in word.paragraphs if p.text]
    assert styles[:5] == [
        ("Title", "Milk immunotherapy: a review"),
        ("Subtitle", "Ada Alm, Bo Berg"),
        ("Subtitle", "31 May 2024"),
        ("Notice", "Two reports are simulated."),
        ("Heading 1", "Results"),
    ]
    assert ("Heading 2", "Detail") in styles
    assert ("List Number", "first") in styles


def test_captions_are_numbered_by_fields_with_bookmarks(word):
    captions = [p for p in word.paragraphs if p.style.name == "Caption"]
    assert [p.text for p in captions] == [
        "Table 1. Full serving by study",
        "Figure 1. Forest plot",
        "Table 2. Summary of findings",
        "Figure 2. The same again",
    ]
    assert "SEQ Table" in captions[0]._p.xml
    marks = [mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))]
    assert marks == ["Table_1", "Figure_1", "Table_2", "Figure_2"]


def test_table_headers_repeat_and_rows_do_not_split(word):
    rows = word.tables[0]._tbl.tr_lst
    assert [cell.text for cell in word.tables[0].rows[0].cells] == ["Study", "Events", "Risk ratio (95% CI)"]
    assert rows[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    heading = word.tables[0].rows[1].cells
    assert heading[0].text == "High dose"
    assert heading[0]._tc is heading[2]._tc


def test_the_last_row_of_a_table_stays_with_its_note(word):
    last = word.tables[0].rows[-1].cells
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in last)


def test_columns_leave_room_for_a_wider_font(document):
    table = Table("t", "c", (Column("Judgements", width=1), Column("Support", width=30)), ())
    word = docx.Document(io.BytesIO(to_docx(replace(document, blocks=(table,)))))
    assert word.tables[0].columns[0].width.pt > 10 * 0.7 * 9  # DejaVu Sans Bold: about 0.7 em a letter


def test_a_wide_table_stands_on_a_landscape_page(word):
    assert [s.orientation for s in word.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    assert [round(s.page_width.cm, 1) for s in word.sections] == [21.0, 29.7, 21.0]


def test_figures_have_alternative_text_and_fit_the_page(word):
    assert [shape._inline.docPr.get("descr") for shape in word.inline_shapes] == [
        "Forest plot. One study favours immunotherapy."
    ] * 2
    assert all(shape.width.cm <= 16.5 for shape in word.inline_shapes)


def test_the_footer_counts_pages(word):
    assert word.sections[0].footer.paragraphs[0].text == "Page 1 of 1"
    assert "NUMPAGES" in word.sections[0].footer.paragraphs[0]._p.xml


def test_properties_carry_the_date_of_the_review(word):
    properties = word.core_properties
    assert (properties.title, properties.author) == ("Milk immunotherapy: a review", "Ada Alm; Bo Berg")
    assert properties.created == properties.modified
    assert properties.created.replace(tzinfo=None) == datetime(2024, 5, 31)
    assert properties.language == "en"


def test_each_ordered_list_begins_at_one(document):
    lists = (Bullets(((Text("a"),),), ordered=True), Bullets(((Text("b"),),), ordered=True))
    word = docx.Document(io.BytesIO(to_docx(replace(document, blocks=lists))))
    numbers = {p._p.pPr.numPr.numId.val for p in word.paragraphs if p.style.name == "List Number"}
    assert len(numbers) == 2


def test_hostile_text_stays_text(hostile):
    word = docx.Document(io.BytesIO(to_docx(hostile)))
    assert "<script>alert(1)</script>" in word.paragraphs[0].text
    assert "\x00" not in word.element.xml


def test_the_same_document_gives_the_same_bytes_in_any_folder(document, tmp_path, monkeypatch):
    first = to_docx(document)
    monkeypatch.chdir(tmp_path)
    assert to_docx(document) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "[Content_Types].xml"
    assert [e.filename for e in entries[1:]] == sorted(e.filename for e in entries[1:])
    assert {(e.date_time, e.compress_type) for e in entries} == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)}


def test_a_table_without_rows_and_an_empty_heading_row_are_written(document):
    tables = (
        Table("a", "", (Column("x"), Column("y")), ()),
        Table("b", "", (Column("x"), Column("y")), ((),)),
    )
    word = docx.Document(io.BytesIO(to_docx(replace(document, blocks=tables))))
    assert [len(table.rows) for table in word.tables] == [1, 2]


def test_a_figure_without_drawing_is_refused(document):
    with pytest.raises(DataError, match="no drawing named 'funnel'"):
        to_docx(replace(document, blocks=(Picture("funnel", "c", "a"),)))
