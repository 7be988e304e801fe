"""The document as a Word file with real styles, captions that Word can renumber, and fixed bytes."""

import io
import zipfile
from datetime import UTC, datetime, time
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt

from evisynth.errors import DataError
from evisynth.reporting.document import Bullets, Document, Heading, Paragraph, Picture, Runs, Table
from evisynth.reporting.documents.docx_styles import TABLE_STYLE, set_styles
from evisynth.reporting.documents.text import (
    LANDSCAPE_CHARACTERS,
    MANY_COLUMNS,
    PORTRAIT_CHARACTERS,
    Sheet,
    alternative,
    clean,
    column_shares,
    day,
    heading_levels,
    is_heading_row,
    is_wide,
    isolated,
    sheets,
    written_day,
)

PAGE = (Cm(21.0), Cm(29.7))  # A4
MARGIN = Cm(2.3)
SLACK = 1.45  # the fonts that stand in for a missing Calibri are wider, most of all in bold
TALLEST_FIGURE = Cm(20)
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip file can name
ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def to_docx(document: Document) -> bytes:
    """The document as DOCX on A4; wide tables stand on landscape pages.

    Errors: DataError for a figure without drawing, a row with too many cells, a bad date.
    """
    writer = _Writer(document)
    writer.front()
    for sheet in sheets(document.blocks):
        writer.sheet(sheet)
    out = io.BytesIO()
    writer.word.save(out)
    return fixed_zip(out.getvalue())


def fixed_zip(data: bytes) -> bytes:
    """The same files in a fixed order with a fixed time, stored as they are.

    Not deflated: different zlib builds compress to different bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()


class _Writer:
    """Writes blocks into one python-docx document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.levels = heading_levels(document.blocks)
        self.word = docx.Document()
        self.bookmarks = 0
        self.space = PAGE[0] - 2 * MARGIN  # between the margins, in EMU
        set_styles(self.word)
        _set_properties(self.word, document)
        section = self.word.sections[0]
        _set_page(section, landscape=False)
        _set_footer(section)

    def front(self) -> None:
        self.word.add_paragraph(isolated(self.document.title), "Title")
        if self.document.authors:
            self.word.add_paragraph(", ".join(map(isolated, self.document.authors)), "Subtitle")
        self.word.add_paragraph(written_day(self.document), "Subtitle")
        if self.document.notice.strip():
            self.word.add_paragraph(isolated(self.document.notice).strip(), "Notice")

    def sheet(self, sheet: Sheet) -> None:
        section = self.word.sections[-1]
        if sheet.landscape != (section.orientation == WD_ORIENT.LANDSCAPE):
            section = self.word.add_section(WD_SECTION.NEW_PAGE)
            self.word.paragraphs[
                -1
            ].style = "Table End"  # it holds the section's end and must not need a page
            _set_page(section, landscape=sheet.landscape)
            self.space = (PAGE[1] if sheet.landscape else PAGE[0]) - 2 * MARGIN
        for block, number in sheet.blocks:
            self.block(block, number)

    def block(self, block: object, number: int) -> None:
        match block:
            case Heading():
                self.word.add_heading(isolated(block.text), level=next(self.levels))
            case Paragraph():
                _add_runs(self.word.add_paragraph(), block.runs)
            case Bullets():
                self.bullets(block)
            case Table():
                self.table(block, number)
            case Picture():
                self.picture(block, number)

    def bullets(self, bullets: Bullets) -> None:
        style = "List Number" if bullets.ordered else "List Bullet"
        numbering = _new_numbering(self.word, style) if bullets.ordered else None
        for item in bullets.items:
            paragraph = self.word.add_paragraph(style=style)
            if numbering is not None:
                _set_numbering(paragraph, numbering)
            _add_runs(paragraph, item)

    def caption(self, label: str, number: int, words: str, *, above: bool) -> None:
        """A caption with a SEQ field, so that Word can renumber and list it, and a bookmark to refer to."""
        paragraph = self.word.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = above
        self.bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (start, end):
            mark.set(qn("w:id"), str(self.bookmarks))
        start.set(qn("w:name"), f"{label}_{number}")
        paragraph._p.append(start)
        paragraph.add_run(f"{label} ").bold = True
        _add_field(paragraph, f"SEQ {label} \\* ARABIC", str(number), bold=True)
        paragraph._p.append(end)
        paragraph.add_run(". ").bold = True
        paragraph.add_run(isolated(words))

    def table(self, table: Table, number: int) -> None:
        self.caption("Table", number, table.caption, above=True)
        grid = self.word.add_table(rows=1 + len(table.rows), cols=len(table.columns), style=TABLE_STYLE)
        grid.autofit = False
        cells, width = grid._cells, len(table.columns)  # one walk over the table instead of one for each cell
        lines = [tuple(cells[i : i + width]) for i in range(0, len(cells), width)]
        widths = self.widths(table)
        for column, space in zip(grid.columns, widths, strict=True):
            column.width = space
        for line in lines:
            for cell, space in zip(line, widths, strict=True):
                cell.width = space
        style = "Table Text Small" if len(table.columns) > MANY_COLUMNS else "Table Text"
        rows = list(grid._tbl.tr_lst)
        _mark_row(rows[0], "w:tblHeader")
        for cell, column in zip(lines[0], table.columns, strict=True):
            cell.paragraphs[0].add_run(isolated(column.title)).bold = True
            _set_cell(cell, column.align, style)
        _keep_with_next(lines[0])
        for line, element, row in zip(lines[1:], rows[1:], table.rows, strict=True):
            _mark_row(element, "w:cantSplit")
            if is_heading_row(table, row):
                _fill_heading_row(line, row, style)
                continue
            for cell, column, runs in zip(line, table.columns, row, strict=True):
                _add_runs(cell.paragraphs[0], runs)
                _set_cell(cell, column.align, style)
        if table.notes:
            _keep_with_next(lines[-1])
        for i, note in enumerate(table.notes, start=1):
            paragraph = self.word.add_paragraph(style="Table Note")
            paragraph.paragraph_format.keep_with_next = i < len(table.notes)
            _add_runs(paragraph, note)
        self.word.add_paragraph(style="Table End")  # air below; two tables in a row would become one

    def widths(self, table: Table) -> list[Emu]:
        """Column widths that fill the page."""
        characters = LANDSCAPE_CHARACTERS if is_wide(table) else PORTRAIT_CHARACTERS
        return [Emu(int(self.space * share)) for share in column_shares(table, characters, SLACK)]

    def picture(self, picture: Picture, number: int) -> None:
        drawing = self.document.drawings.get(picture.name)
        if drawing is None:
            raise DataError(f"Figure {number}: the document has no drawing named {picture.name!r}.")
        paragraph = self.word.add_paragraph(style="Figure")
        shape = paragraph.add_run().add_picture(io.BytesIO(drawing.png))
        scale = min(1, self.space / shape.width, TALLEST_FIGURE / shape.height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
        properties = shape._inline.docPr
        properties.set("name", f"Figure {number}")
        properties.set("descr", alternative(picture))
        self.caption("Figure", number, picture.caption, above=False)


def _add_runs(paragraph: Any, runs: Runs) -> None:
    for run in runs:
        added = paragraph.add_run(isolated(run.text))
        added.bold = run.bold or None
        added.italic = run.italic or None


def _fill_heading_row(line: tuple[Any, ...], row: tuple[Runs, ...], style: str) -> None:
    cell = line[0].merge(line[-1])
    _set_cell(cell, "left", style)
    paragraph = cell.paragraphs[0]
    _add_runs(paragraph, row[0] if row else ())
    for run in paragraph.runs:
        run.bold = True
    paragraph.paragraph_format.keep_with_next = True
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F1F3F5")):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _set_cell(cell: Any, align: str, style: str) -> None:
    cell.paragraphs[0].style = style
    cell.paragraphs[0].alignment = ALIGNMENTS.get(align)


def _keep_with_next(line: tuple[Any, ...]) -> None:
    """The row stays on the page of what follows it."""
    for cell in line:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _mark_row(row: Any, mark: str) -> None:
    properties = row.get_or_add_trPr()
    if mark == "w:tblHeader":
        properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement(mark))


def _add_field(paragraph: Any, code: str, shown: str, *, bold: bool = False) -> None:
    """A field that Word works out; `shown` stands there until it does."""
    for kind, words in (("begin", ""), ("code", code), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run(words if kind == "shown" else "")
        run.bold = bold or None
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {words} "
            run._r.append(element)
        elif kind != "shown":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)


def _new_numbering(word: Any, style: str) -> int:
    """A numbering of its own, so that each ordered list begins at 1."""
    numbering = word.part.numbering_part.element
    style_number = word.styles[style].element.pPr.numPr.numId.val
    abstract = numbering.num_having_numId(style_number).abstractNumId.val
    added = numbering.add_num(abstract)
    added.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(added.numId)


def _set_numbering(paragraph: Any, numbering: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering


def _set_page(section: Any, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = reversed(PAGE) if landscape else PAGE
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    section.header_distance = section.footer_distance = Cm(1.2)


def _set_footer(section: Any) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("Page ")
    _add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    _add_field(paragraph, "NUMPAGES", "1")
    for run in paragraph.runs:
        run.font.size = Pt(9)


def _set_properties(word: Any, document: Document) -> None:
    properties = word.core_properties
    moment = datetime.combine(day(document), time(), UTC).replace(tzinfo=None)
    properties.title = clean(document.title)[:255]
    properties.author = "; ".join(map(clean, document.authors))[:255]
    properties.created = properties.modified = moment
    properties.last_modified_by = ""
    properties.comments = ""
    properties.language = "en"
    properties.revision = 1
