import gzip

import pytest

from evisynth.errors import DataError
from evisynth.search.formats import READERS, UnreadableFile, read_bytes, read_file

SAMPLES = {
    "ris": "TY  - JOUR\nTI  - A title\nAU  - Ito, K\nER  - \n",
    "nbib": "PMID- 12345678\nOWN - NLM\nTI  - A title\nFAU - Ito, Kenji\n",
    "wos-plain": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Ito, K\nTI A title\nER\n\nEF\n",
    "ovid-text": "<1>\nAccession Number\n  123\nTitle\n  A title.\nAuthor\n  Ito K.\n",
    "ovid-medline": "<1. >\nUI  - 123\nTI  - A title\nAU  - Ito K\n",
    "enw": "%0 Journal Article\n%T A title\n%A Ito, K\n",
    "csv": "Title,Authors,Year\nA title,Ito K,2019\n",
    "csl-json": '[{"id": "1", "type": "article-journal", "title": "A title"}]',
    "ictrp-xml": "<Trials_downloaded_from_ICTRP><Trial><TrialID>X1</TrialID><Public_title>A title</Public_title></Trial>"
    "</Trials_downloaded_from_ICTRP>",
    "jats-xml": "<article><front><article-meta><title-group><article-title>A title</article-title></title-group>"
    "</article-meta></front></article>",
    "embase-rows": '"TITLE","A title"\n"AUTHOR NAMES","Ito K."\n',
    "bibtex": "@article{ito2019,\n  title = {A title},\n  author = {Ito, K},\n  year = {2019}\n}\n",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_format_is_found_from_the_content(name):
    reading = read_bytes(SAMPLES[name].encode())
    assert reading.format == name
    assert [record.title.rstrip(".") for record in reading.records] == ["A title"]
    assert reading.found == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_can_be_named(name):
    assert name in READERS
    assert read_bytes(SAMPLES[name].encode(), format=name).records[0].title.rstrip(".") == "A title"


@pytest.mark.parametrize("name", SAMPLES)
def test_blank_lines_and_a_byte_order_mark_do_not_hide_the_format(name):
    assert read_bytes(("\ufeff\n\n" + SAMPLES[name]).encode()).format == name


@pytest.mark.parametrize("name", ["ris", "nbib", "ovid-text", "ovid-medline", "enw"])
def test_a_long_search_strategy_before_the_records_does_not_hide_the_format(name):
    reading = read_bytes(("1 milk.mp. and drops.mp.\n" * 3000 + "\n" + SAMPLES[name]).encode())
    assert (reading.format, len(reading.records)) == (name, 1)
    assert "(3000 lines)" in reading.problems[0].message


def test_content_beats_the_name_and_that_is_noted():
    reading = read_bytes(SAMPLES["nbib"].encode(), name="export.ris")
    assert reading.format == "nbib"
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(0, False)]
    assert "promises RIS" in reading.problems[0].message


@pytest.mark.parametrize("name", ["export.ris", "export.RIS", "export.txt", "export", "citation-export"])
def test_a_name_that_fits_or_promises_nothing_is_no_problem(name):
    assert read_bytes(SAMPLES["ris"].encode(), name=name).problems == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \r\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF document"),
        (b"PK\x03\x04\x14\x00", "ZIP archive"),
        (b"PK\x03\x04\x14\x00 word/document.xml", "Word document"),
        (b"PK\x03\x04\x14\x00 mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        (b"PK\x03\x04\x14\x00 My.enl", "packed EndNote library"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"BZh91AY&SY" + bytes(9), "bzip2 archive"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip archive"),
        (b"x.ris" + bytes(252) + b"ustar\x0000", "tar archive"),
        (b"GIF89a" + bytes(9), "a picture"),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "disguise",
        ),
        (b"From: a@example.org\nSubject: export\nMIME-Version: 1.0\n\nHello", "e-mail"),
        (b"1: Ito K. Milk. J Milk. 2019.\nPMID: 29377890.\n", "format PubMed"),
        (b"1. exp Milk/ (1234)\n2. drops.mp. (99)\n", "search strategy"),
        (b'{"results": [1, 2]}', "JSON of a kind that is not read"),
        (b"PK\x03\x04\x14\x00 xl/workbook.xml", "workbook is damaged"),
        (gzip.compress(b"TY  - JOUR", mtime=0), "gzip"),
        (b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", "web page"),
        (b"\n\n<html lang='en'><head><title>Login</title>", "web page"),
        (b"{\\rtf1\\ansi TY  - JOUR}", "rich text"),
        (b"<rdf:RDF xmlns='x'></rdf:RDF>", "XML of a kind that is not read"),
        (bytes(range(1, 256)) * 8, "not text"),
        (b"Dear colleague,\nplease find nothing here.\n", 'It begins: "Dear colleague,"'),
    ],
)
def test_what_is_no_export_says_what_it_is(data, message):
    with pytest.raises(UnreadableFile, match=message):
        read_bytes(data, name="x.ris")


def test_an_unknown_format_says_what_was_looked_for():
    with pytest.raises(UnreadableFile, match=r"x\.txt: .*nbib.*RIS.*BibTeX"):
        read_bytes(b"some words\n", name="x.txt")


def test_an_unknown_name_of_a_format_or_encoding_says_which_there_are():
    with pytest.raises(DataError, match=r"There are: .*ris"):
        read_bytes(b"TY  - JOUR", format="word")
    with pytest.raises(DataError, match="utf-8"):
        read_bytes(b"TY  - JOUR", encoding="utf-99")


@pytest.mark.parametrize(
    "text", ["1. \nTY  - JOUR\nTI  - A title\nER  - \n", "#1: a title\n\nTitle,Year\nA title,2019\n"]
)
def test_numbered_lines_before_an_export_do_not_hide_it(text):
    assert [record.title for record in read_bytes(text.encode()).records] == ["A title"]


def test_missing_files_and_directories_are_told_apart(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        read_file(tmp_path / "nothing.ris")
    with pytest.raises(UnreadableFile, match="is a directory"):
        read_file(tmp_path)


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "export.ris"
    path.write_text(SAMPLES["ris"], encoding="utf-16")
    reading = read_file(path)
    assert (reading.format, reading.encoding, reading.found) == ("ris", "utf-16", 1)


def test_a_zero_byte_in_a_short_export_is_damage_and_not_another_kind_of_file():
    reading = read_bytes(SAMPLES["ris"].replace("A title", "A\0 title").encode())
    assert (reading.format, len(reading.records)) == ("ris", 1)


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "\ufeffa;b;c\n", 'a\t"b"\tc\r\n1\t2\t3\r\n'])
def test_a_table_without_a_known_title_column_names_its_columns_and_the_mapping(text):
    with pytest.raises(UnreadableFile, match=r"known as the title: a, b, c\. .*--mapping"):
        read_bytes(text.encode())


def test_the_list_of_formats_has_the_workbook():
    with pytest.raises(UnreadableFile, match=r"Excel workbook \(\.xlsx\)"):
        read_bytes(b"Dear colleague,\nplease find attached\n")


def test_a_format_named_that_gives_no_record_is_told_what_the_file_looks_like():
    reading = read_bytes(SAMPLES["ris"].encode(), name="x.ris", format="nbib")
    assert reading.records == []
    assert "looks like RIS; leave --from out" in reading.problems[0].message
    with pytest.raises(UnreadableFile, match="looks like RIS; leave --from out"):
        read_bytes(SAMPLES["ris"].encode(), name="x.ris", format="csv")


def test_a_text_read_as_a_workbook_says_that_it_is_none():
    with pytest.raises(UnreadableFile, match="not an Excel workbook"):
        read_bytes(SAMPLES["ris"].encode(), format="xlsx")
