"""Every export of the shared samples is read whole: the counts were made from the raw text, not by a parser."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evisynth.errors import DataError
from evisynth.search.formats import READERS, read_bytes, read_file
from evisynth.search.formats.writing import WRITERS

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"
if not (EXPORTS / "manifest.json").exists():
    pytest.skip("the shared samples of exports are not here", allow_module_level=True)

FILES = json.loads((EXPORTS / "manifest.json").read_text(encoding="utf-8"))["files"]
each_file = pytest.mark.parametrize("entry", FILES, ids=[entry["file"] for entry in FILES])

ENCODINGS = {  # as the manifest names them -> as the reader may
    "ascii": {"utf-8"},
    "iso-8859-1": {"cp1252", "latin-1"},
}


@each_file
def test_every_record_of_the_file_is_read(entry):
    reading = read_file(EXPORTS / entry["file"])
    assert reading.found == entry["records"]
    assert len(reading.records) == entry["records"]
    assert reading.lost == 0


@each_file
def test_format_and_encoding_are_found_from_the_content(entry):
    reading = read_file(EXPORTS / entry["file"])
    assert reading.format == entry["format"]
    assert reading.encoding in ENCODINGS.get(entry["encoding"], {entry["encoding"]})


@each_file
def test_every_record_has_its_title_its_raw_text_and_its_place(entry):
    records = read_file(EXPORTS / entry["file"]).records
    assert all(record.title for record in records)
    assert all(record.raw.strip() for record in records)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    lines = [record.line for record in records]
    assert lines == sorted(lines)
    assert lines[0] >= 1


@each_file
def test_every_text_of_a_record_is_one_line(entry):
    for record in read_file(EXPORTS / entry["file"]).records:
        for text in (record.title, record.journal, record.abstract, *record.authors, *record.keywords):
            assert "\n" not in text
            assert text == text.strip()


@each_file
def test_authors_stand_in_the_order_of_the_file(entry):
    for record in read_file(EXPORTS / entry["file"]).records:
        if entry["format"] in {"bibtex", "endnote-xml", "pubmed-xml", "ctgov-json", "zotero-rdf"}:
            continue  # markup within the names
        raw = _letters(record.raw)
        at = 0
        for author in record.authors:
            family = _letters(author.split(",")[0])
            found = raw.find(family, at)
            assert found >= 0, (author, record.raw[:300])
            at = found


@each_file
def test_identifiers_have_one_form(entry):
    for record in read_file(EXPORTS / entry["file"]).records:
        assert re.fullmatch(r"(10\.\d{4,9}/\S+)?", record.doi)
        assert record.doi == record.doi.lower()
        assert re.fullmatch(r"[1-9]\d{0,7}|", record.pmid)
        assert re.fullmatch(r"(PMC\d+)?", record.pmcid)
        assert all(re.fullmatch(r"\d{4}-\d{3}[\dX]", issn) for issn in record.issn)
        assert record.year is None or 1500 <= record.year <= 2100


@pytest.mark.parametrize("writer", WRITERS, ids=[writer.name for writer in WRITERS])
def test_every_record_is_written_and_read_again(writer):
    records = [record for entry in FILES for record in read_file(EXPORTS / entry["file"]).records]
    reading = read_bytes(writer.write(records))
    assert (reading.format, reading.lost) == (writer.name, 0)
    if (
        writer.name == "bibtex"
    ):  # readers take the database from a Scopus address or EBSCO number where none is named
        records = [replace(record, database=record.database or back.database)
                   for record, back in zip(records, reading.records, strict=True)]  # fmt: skip
    read = [replace(record, number=0, line=0, raw="") for record in reading.records]
    assert read == [writer.held(record) for record in records]


def test_the_same_export_in_four_spellings_gives_the_same_records():
    same = [_contents(name) for name in ("cinahl.ris", "cinahl_cr_only.ris", "cinahl_no_er.ris")]
    assert same[0] == same[1] == same[2]
    assert _contents("embase_com.ris") == _contents("embase_com_utf16.ris")
    assert _contents("lilacs.ris")[0] == _contents("lilacs_cp1252.ris")[0]


@pytest.mark.parametrize("name", ["pubmed.nbib", "embase_com.ris", "wos_full.txt", "google_scholar.enw"])
def test_a_forced_format_that_is_not_that_of_the_file_raises_nothing_but_a_data_error(name):
    for form in READERS:
        try:
            reading = read_file(EXPORTS / name, format=form)
        except DataError:
            continue
        assert reading.found == len(reading.records) + reading.lost


def _letters(text):
    return re.sub(r"\W+", "", text).lower()


def _contents(name):
    return [
        (record.title, record.authors, record.year, record.journal, record.pages, record.abstract, record.doi)
        for record in read_file(EXPORTS / name).records
    ]
