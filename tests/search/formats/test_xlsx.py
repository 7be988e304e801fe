import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.formats import UnreadableFile, read_bytes, xlsx
from evisynth.search.formats.writing import write
from evisynth.search.record import Record

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets, strings=(), extra=()):
    """A workbook as other programs write it: shared strings, rows and cells as given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n, _ in enumerate(sheets, 1))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="x" Target="/xl/worksheets/s{n}.xml"/>'
            for n, _ in enumerate(sheets, 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="p">{links}</Relationships>')
        for n, rows in enumerate(sheets, 1):
            sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            archive.writestr(f"xl/worksheets/s{n}.xml", sheet)
        if strings:
            items = "".join(f"<si>{text}</si>" for text in strings)
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{items}</sst>')
        for name, data in extra:
            archive.writestr(name, data)
    return out.getvalue()


HEADER = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
)
STRINGS = (
    "<t>Title</t>",
    "<t>Year</t>",
    "<t>Authors</t>",
    "<r><t>Milk </t></r><r><t>drops</t></r><rPh><t>ミ</t></rPh>",
)


def test_shared_strings_numbers_and_cells_left_out_are_read():
    rows = HEADER + '<row r="3"><c r="A3" t="s"><v>3</v></c><c r="B3"><v>2001.0</v></c></row>'
    reading = read_bytes(workbook(rows, strings=STRINGS), name="embase.xlsx")
    (record,) = reading.records
    assert (record.title, record.year, record.line) == ("Milk drops", 2001, 3)
    assert (reading.format, reading.found, reading.lost) == ("xlsx", 1, 0)


def test_the_first_sheet_is_read_and_the_others_are_named():
    rows = HEADER + '<row><c t="inlineStr"><is><t>Milk</t></is></c></row>'
    reading = read_bytes(workbook(rows, "", strings=STRINGS))
    assert [record.title for record in reading.records] == ["Milk"]
    assert reading.problems[0].message == "The first sheet (S1) was read; these were not: S2."


def test_a_formula_gives_its_last_value_and_an_error_nothing():
    rows = HEADER + '<row><c t="str"><f>1+1</f><v>Milk</v></c><c t="e"><v>#REF!</v></c></row>'
    (record,) = read_bytes(workbook(rows, strings=STRINGS)).records
    assert (record.title, record.year) == ("Milk", None)


def test_written_cells_are_text_and_nothing_a_spreadsheet_would_run():
    data = write([Record(title='=HYPERLINK("http://x","y")', authors=("@Smith, A",), year=2001)], "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert ">'=HYPERLINK(" in sheet
    assert ">'@Smith, A<" in sheet
    assert '<c r="D2"><v>2001</v></c>' in sheet  # a number stays one
    assert read_bytes(data).records[0].title == '=HYPERLINK("http://x","y")'


def test_a_written_workbook_has_no_time_and_is_well_formed():
    from lxml import etree

    data = write([Record(title="Milk & <drops>")], "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            etree.fromstring(archive.read(name))
    assert data == write([Record(title="Milk & <drops>")], "xlsx")


def test_texts_longer_than_a_cell_are_cut_there_and_lists_keep_whole_parts():
    from evisynth.search.formats.writing import losses, writer_for

    record = Record(
        title="Milk", abstract="😀" * 20_000, authors=tuple(f"Name{n}, Given" for n in range(5_000))
    )
    (back,) = read_bytes(write([record], "xlsx")).records
    assert back.abstract == "😀" * 16_383  # 32,767 UTF-16 units less one for an apostrophe
    assert back.authors == record.authors[: len(back.authors)]
    assert len(back.authors) > 1_900
    assert set(losses([record], writer_for("xlsx"))) == {"abstract", "authors"}


def test_a_part_that_says_it_is_huge_is_refused_before_it_is_unpacked():
    data = workbook(HEADER, extra=[("xl/media/big", b"\0" * 30_000_000)])
    with pytest.raises(UnreadableFile, match="would be 30,000,000 bytes unpacked"):
        read_bytes(data)


def test_a_part_that_lies_about_its_size_is_stopped():
    data = bytearray(workbook(HEADER + "<row/>" * 100_000, strings=STRINGS))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/worksheets/s1.xml").file_size.to_bytes(4, "little")
    assert data.count(size) == 2
    with pytest.raises(UnreadableFile):
        read_bytes(bytes(data).replace(size, (1000).to_bytes(4, "little")))


def test_a_million_parts_are_refused():
    data = workbook(HEADER, extra=[(f"x{n}", b"") for n in range(2_001)])
    with pytest.raises(UnreadableFile, match="parts; at most 2000 are read"):
        read_bytes(data)


def test_nothing_of_an_archive_is_written_to_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = HEADER + '<row><c t="inlineStr"><is><t>Milk</t></is></c></row>'
    read_bytes(workbook(rows, strings=STRINGS, extra=[("../../evil", b"x"), ("/etc/evil", b"x")]))
    assert list(tmp_path.rglob("*")) == []


def test_entities_in_a_sheet_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><row><c><v>&a;</v></c></row></worksheet>'
    data = workbook(HEADER, strings=STRINGS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name.endswith("s1.xml") else old.read(name))
    with pytest.raises(UnreadableFile, match="declares the entity 'a'"):
        read_bytes(out.getvalue())


def test_a_row_beyond_the_end_of_sheets_is_refused():
    with pytest.raises(UnreadableFile, match="sheets end at row"):
        read_bytes(workbook('<row r="9999999"><c r="A1"><v>1</v></c></row>'))


def test_a_column_far_to_the_right_is_left_out():
    rows = HEADER + '<row><c r="A2" t="inlineStr"><is><t>Milk</t></is></c><c r="ZZZ2"><v>1</v></c></row>'
    assert [record.title for record in read_bytes(workbook(rows, strings=STRINGS)).records] == ["Milk"]


def test_another_forced_format_is_refused():
    with pytest.raises(UnreadableFile, match="it is an Excel workbook"):
        read_bytes(workbook(HEADER), format="ris")


WHOLE = write([Record(title="Milk", year=2001), Record(title="Water")], "xlsx")


@settings(max_examples=60, deadline=None)
@given(st.integers(4, len(WHOLE) - 1), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused_with_a_message(place, byte):
    damaged = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    try:
        reading = read_bytes(damaged, name="x.xlsx")
    except DataError:
        return
    assert reading.found == len(reading.records) + reading.lost


@settings(max_examples=30, deadline=None)
@given(st.integers(4, len(WHOLE) - 1))
def test_a_cut_workbook_is_refused(cut):
    with pytest.raises(UnreadableFile):
        read_bytes(WHOLE[:cut])


def test_columns_are_counted_as_spreadsheets_do():
    assert [xlsx._column(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]
