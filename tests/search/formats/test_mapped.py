import re
from pathlib import Path

import pytest

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
from evisynth.search.formats.mapped import load_mapping, parse_mapping, read

TAGGED = """
database: IndMed
kind: tagged
tag: "{tag}: "
record: Title
authors: comma
fields:
  title: Title
  authors: Authors
  journal: Source
  year: Year
  abstract: Abstract
  keywords: [MeSH, Keywords]
  issn: ISSN
ignore: [Address]
"""
TABLE = """
database: TRIP
kind: table
authors: semicolon
keywords: "|"
type: evidence
fields:
  title: Document
  authors: By
  year: [Published, Added]
  first_page: From
  last_page: To
  links: Where
  keywords: Topics
  accession: No
"""
SHOWN = """Result 1 of 2
Title: Milk drops in children:
   a trial
Authors: Rao AB, Nair C.
Source: Indian J Milk
Year: 2009 Jan
Abstract: Background: milk.
METHODS: drops.
MeSH: Milk; Drops
Address: Delhi
Title: Water
Year: 2010
"""


def test_tagged_text_is_read_as_the_mapping_says():
    reading = read(SHOWN, parse_mapping(TAGGED))
    first, second = reading.records
    assert first.title == "Milk drops in children: a trial"
    assert first.authors == ("Rao, AB", "Nair, C")
    assert (first.journal, first.year, first.database) == ("Indian J Milk", 2009, "IndMed")
    assert (first.abstract, first.keywords) == ("Background: milk. METHODS: drops.", ("Milk", "Drops"))
    assert (second.title, second.number, second.line) == ("Water", 2, 11)
    assert (reading.format, reading.found) == ("mapped", 2)


def test_lines_and_tags_that_the_mapping_does_not_name_are_reported():
    reading = read(SHOWN, parse_mapping(TAGGED))
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (1, "This line is outside a record; it is not used."),
        (8, "METHODS looks like a tag (1 times) and the mapping does not name it; taken as text."),
    ]


def test_records_may_be_divided_by_blank_lines():
    mapping = parse_mapping(TAGGED.replace("record: Title", "record: blank line"))
    reading = read("Authors: Rao A\nTitle: Milk\n\nTitle: Water\n\n\nYear: 2001\nTitle: Tea\n", mapping)
    assert [record.title for record in reading.records] == ["Milk", "Water", "Tea"]


def test_values_run_over_lines_and_tags_may_have_other_names():
    mapping = parse_mapping(
        TAGGED.replace("title: Title", "title: [Title, Article Title]")
        .replace("authors: Authors", "authors: [Authors, By]")
        .replace("record: Title", "record: blank line")
    )
    text = (
        "Title: Milk drops\n  in children: a trial\nBy: Rao AB, Nair C\nAbstract: Background: milk.\n\tResults: drops\n"
        "helped.\nMeSH: Milk\nKeywords: Drops;\n  Children\n\nArticle Title: Water\nAuthors: Iyer D\n"
    )
    first, second = read(text, mapping).records
    assert first.title == "Milk drops in children: a trial"
    assert first.authors == ("Rao, AB", "Nair, C")
    assert first.abstract == "Background: milk. Results: drops helped."
    assert first.keywords == ("Milk", "Drops", "Children")
    assert (second.title, second.authors) == ("Water", ("Iyer, D",))


@pytest.mark.parametrize("record", ["Title", "blank line"])
def test_the_header_of_each_page_is_skipped_and_reported(record):
    mapping = parse_mapping(
        TAGGED.replace("record: Title", f'record: {record}\nskip: ["IndMed search", "Page "]')
    )
    page = "IndMed search results\nPage {} of 2\n"
    text = (
        page.format(1)
        + "\nTitle: Milk\nAbstract: Background: milk.\n"
        + page.format(2)
        + "Results: drops.\nYear: 2009\n\nTitle: Water\n"
    )
    reading = read(text, mapping)
    first, second = reading.records
    assert (first.abstract, first.year) == ("Background: milk. Results: drops.", 2009)
    assert "Page 2 of 2" in first.raw
    assert (second.title, second.line) == ("Water", 11)
    skipped = [problem for problem in reading.problems if "the mapping skips" in problem.message]
    assert [(problem.line, problem.text) for problem in skipped] == [
        (1, "IndMed search results"), (2, "Page 1 of 2"), (6, "IndMed search results"), (7, "Page 2 of 2"),
    ]  # fmt: skip


def test_the_header_of_a_table_may_come_again_on_each_page():
    header = "No,Document,By,Added\n"
    reading = read(header + "1,Milk,Rao A,2001\n" + header + "2,Water,Nair B,2002\n", parse_mapping(TABLE))
    assert [record.title for record in reading.records] == ["Milk", "Water"]
    assert [problem.line for problem in reading.problems] == [3]


def test_a_line_of_many_blanks_is_read_at_once():
    reading = read("Title: Milk\n" + " " * 300_000 + "\nYear: 2001\n", parse_mapping(TAGGED))
    assert [(record.title, record.year) for record in reading.records] == [("Milk", 2001)]


def test_a_tag_may_look_as_it_likes():
    text = TAGGED.replace('"{tag}: "', '"[{tag}]"')
    (record,) = read("[Title] Milk: a trial\n[Year] 2001\n", parse_mapping(text)).records
    assert (record.title, record.year) == ("Milk: a trial", 2001)


def test_a_table_is_read_as_the_mapping_says():
    text = "No,Document,By,Added,From,To,Where,Topics,Other\n7,Milk,Rao A; Nair B,2001,3,9,https://example.org/7,a|b,x\n"
    reading = read(text, parse_mapping(TABLE))
    (record,) = reading.records
    assert (record.title, record.authors, record.year) == ("Milk", ("Rao, A", "Nair, B"), 2001)
    assert (record.pages, record.accession, record.keywords) == ("3-9", "7", ("a", "b"))
    assert (record.database, record.type, record.links) == ("TRIP", "evidence", ("https://example.org/7",))
    assert [problem.message for problem in reading.problems] == [
        "Columns that are not used (they stay with the records as they are): Other."
    ]


def test_a_table_without_the_title_column_says_what_was_looked_for():
    with pytest.raises(DataError, match="'Document'"):
        read("a,b\n1,2\n", parse_mapping(TABLE))


def test_a_record_that_says_nothing_is_lost_and_not_silent():
    reading = read("Title: \nYear: 2001\nTitle: Milk\n", parse_mapping(TAGGED))
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: tagged", "kind: xml", "kind is 'xml'; it must be table or tagged"),
        ("kind: tagged", "kinds: tagged", "kind is ''"),
        ("record: Title", "recrd: Title", "Did you mean 'record'"),
        ("record: Title", "record: Name", "record is 'Name'; it must be"),
        ("  title: Title\n", "", "title is missing"),
        ("  year: Year", "  yaer: Year", "'yaer' is no part of a record. Did you mean 'year'"),
        ("authors: comma", "authors: commas", "must be one of semicolon, comma"),
        ('tag: "{tag}: "', "tag: x", "must show how a tag looks"),
        ("database: IndMed", "database: [", "line"),
    ],
)
def test_a_wrong_mapping_says_what_would_be_right(old, new, message):
    with pytest.raises(DataError, match=message.replace("'", ".")):
        parse_mapping(TAGGED.replace(old, new))


def test_a_mapping_file_is_loaded_and_one_that_is_not_there_is_said_so(tmp_path):
    (tmp_path / "m.yaml").write_text(TAGGED)
    reading = read_bytes(SHOWN.encode(), mapping=load_mapping(tmp_path / "m.yaml"))
    assert (reading.format, reading.encoding, len(reading.records)) == ("mapped", "utf-8", 2)
    with pytest.raises(DataError, match="cannot be opened"):
        load_mapping(tmp_path / "n.yaml")


def test_the_mappings_of_the_documentation_are_sound():
    page = Path(__file__).resolve().parents[3] / "docs/formats.md"
    mappings = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert [parse_mapping(each).database for each in mappings] == ["TRIP", "IndMed"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: table\nfields: {title: Title, year: {a: b}}", r"fields: year: \{'a': 'b'\} is no name"),
        ("kind: table\nfields: {title: Title, year: [[a]]}", r"fields: year: \['a'\] is no name"),
        ("kind: table\nfields: {title: Title, year: {}}", "fields: year: {} is no name"),
        ("kind: table\ntype: [a]\nfields: {title: Title}", "type is .* must be a text"),
        (
            "kind: table\ntag: '{tag}: '\nfields: {title: Title}",
            "'tag' is not a key of a table mapping. .*tagged",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_would_be_right(text, message):
    with pytest.raises(DataError, match=message):
        parse_mapping(text)


def test_a_directory_is_no_mapping_file(tmp_path):
    with pytest.raises(DataError, match="is a directory; the name of a mapping file is needed"):
        load_mapping(tmp_path)
