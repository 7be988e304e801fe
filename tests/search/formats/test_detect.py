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
        (b"PK\x03\x04\x14\x00 xl/workbook.xml", "workbook is damaged"),
        (gzip.compress(b"TY  - JOUR"), "gzip"),
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
