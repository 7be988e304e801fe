"""Whatever happens to an export on its way here, every record and every line of it is read or reported."""

import json
import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes, read_file
from evisynth.search.formats.mapped import parse_mapping, read

SAMPLES = Path(__file__).with_name("samples")
NAMES = sorted(path.name for path in SAMPLES.iterdir())
TAGGED = {"ris", "nbib", "wos-plain", "enw", "ovid-text", "ovid-medline", "cochrane-text"}
CUTS = 200  # of each sample, beside those at its lines
FRAME = re.compile(r"FN .*|VR .*|EF|ER\s*-?\s*|\[|\]|\{|\}|<\?xml.*|<!DOCTYPE.*|</?[\w:]+[^<>]*>|[\s\W]*")
each_sample = pytest.mark.parametrize("name", NAMES)


@cache
def sample(name):
    """Text, Reading and format of a sample. The format is named, so that damage cannot hide it."""
    reading = read_file(SAMPLES / name)
    text = (SAMPLES / name).read_bytes().decode(reading.encoding).removeprefix("\ufeff").replace("\r\n", "\n")
    return text, read_bytes(text.encode(), format=reading.format), reading.format


def bare(record):
    return replace(record, number=0, line=0, raw="")


def read_or_refuse(text, form):
    """The Reading, which must be sound; None where the file is refused as a whole."""
    try:
        reading = read_bytes(text.encode("utf-8", "surrogatepass"), format=form)
    except DataError:
        return None
    assert reading.found == len(reading.records) + reading.lost
    assert [record.number for record in reading.records] == sorted(
        {record.number for record in reading.records}
    )
    for record in reading.records:
        assert record.raw
        for field in fields(record):
            value = getattr(record, field.name)
            for part in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
                part.encode()
                assert field.name == "raw" or "\n" not in part
    return reading


def silent_lines(text, reading):
    """The lines, from 1, that stand in no record and in no problem.

    A problem speaks for as many lines that are not blank as it says; one about a lost record, and all of
    formats that are not made of lines, for everything up to the next record or problem.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    held = {0}
    for record in reading.records:
        held |= set(range(record.line, record.line + record.raw.count("\n") + 1))
    starts = sorted(
        {record.line for record in reading.records} | {problem.line for problem in reading.problems}
    )
    for problem in reading.problems:
        count = int((re.findall(r"\((\d+) lines\)$", problem.message) or ["1"])[0])
        following = next((start for start in starts if start > problem.line), len(lines) + 1)
        if problem.lost_record or reading.format not in TAGGED:
            count = following - problem.line
        place = problem.line
        while count > 0 and 0 < place <= len(lines):
            count -= bool(lines[place - 1].strip())
            held.add(place)
            place += 1
    return [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if number not in held and not FRAME.fullmatch(line.strip("\ufeff\x00\x1a \t"))
    ]


def cuts_of(text):
    stride = max(1, len(text) // CUTS)
    return sorted({*range(1, len(text), stride), *(found.end() for found in re.finditer("\n", text))})


@each_sample
def test_a_file_cut_anywhere_keeps_the_records_before_the_cut(name):
    text, whole, form = sample(name)
    first, second = whole.records
    start = text.find(second.raw[:40], text.find(first.raw[:40]) + 1)
    assert start > 0
    for cut in cuts_of(text):
        reading = read_or_refuse(text[:cut], form)
        if cut > start + 40:
            assert bare(reading.records[0]) == bare(first)
            assert reading.found >= 1


@each_sample
def test_a_file_without_its_beginning_is_read_or_refused(name):
    text, _, form = sample(name)
    for cut in cuts_of(text)[:: 1 + len(text) // 2_000]:
        read_or_refuse(text[cut:], form)


@each_sample
def test_a_line_that_is_missing_or_doubled_costs_no_other_record(name):
    text, whole, form = sample(name)
    lines = text.split("\n")
    first = whole.records[0].line
    if name == "zotero.rdf":  # what a journal says belongs to all its articles
        lines = lines[: lines.index("    </bib:Article>") + 1]
    spans = [range(record.line, record.line + record.raw.count("\n") + 1) for record in whole.records]
    for number in range(first, len(lines)):
        others = [
            bare(record) for record, span in zip(whole.records, spans, strict=True) if number not in span
        ]
        for changed in (lines[: number - 1] + lines[number:], lines[:number] + lines[number - 1 :]):
            reading = read_or_refuse("\n".join(changed), form)
            left = [bare(record) for record in reading.records]
            assert [record for record in others if record not in left] == [] or name == "zotero.rdf", number


@each_sample
def test_two_files_put_together_give_the_records_of_both(name):
    text, whole, form = sample(name)
    reading = read_or_refuse(text + "\n" + text, form)
    assert [bare(record) for record in reading.records] == [bare(record) for record in whole.records] * 2
    assert reading.lost == 0


@each_sample
def test_every_line_of_a_sample_is_in_a_record_or_reported(name):
    text, whole, form = sample(name)
    if name == "zotero.rdf":  # journals stand beside the items; test_zotero_rdf.py has those nobody points to
        return
    assert silent_lines(text, whole)[form == "csv" :] == []  # the header of a table is neither


JUNK = st.sampled_from(
    [
        *('"', "'", "{", "}", "<", ">", "&", ",", ";", "\t", "\x00", "\ud800", "[", "]", "\\", "%", "@", "="),
        *(
            "\u202e",
            "\u2028",
            "\x85",
            "\x0b",
            "\xa0",
            "\ufeff",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "  ",
            "]]>",
            "</",
            "-->",
        ),
        *(
            "<!--",
            "<![CDATA[",
            "&#0;",
            "ER  - ",
            "\nER  - \n",
            "\nTY  - ",
            "PMID- ",
            "\nPT J\n",
            "%0 ",
            "\n@a{",
            "1.",
        ),
        *('""', '",', '{"id":', "10.1/x", "x" * 3_000, "\nx y" * 300),
    ]
)
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 60), st.one_of(JUNK, st.text(max_size=3))),
    min_size=1,
    max_size=3,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), EDITS)
def test_damage_of_any_kind_raises_nothing_and_loses_nothing_in_silence(name, edits):
    text, _, form = sample(name)
    for place, deleted, junk in edits:
        at = int(place * len(text))
        text = text[:at] + junk + text[at + deleted :]
    reading = read_or_refuse(text, form)
    if reading is not None and form in TAGGED and "\x00" not in text:
        assert silent_lines(text.replace("\ud800", "\ufffd"), reading) == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from([" ", "\t", "\xa0", "\u2003", "  "]), st.integers(0, 2**20))
def test_odd_blanks_raise_nothing(name, blank, seed):
    text, _, form = sample(name)
    at = seed % len(text)
    read_or_refuse(text[:at] + text[at:].replace(" ", blank), form)


MAPPING = parse_mapping(
    'database: X\nkind: tagged\ntag: "{tag}: "\nrecord: Title\nfields:\n  title: Title\n  authors: By\n'
)
# What has been read in quadratic time somewhere; benchmarks/hostile_text.py times it.
HOSTILE = json.loads(Path(__file__).with_name("hostile_text.json").read_text())


@pytest.mark.parametrize("junk", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", ["pubmed.nbib", "ovid_labelled.txt", "wos.ciw", "endnote.enw", "pubmed.xml",
                                  "zotero.rdf", "csl.json", "ctgov.json", "wos.bib", "cinahl.csv"])  # fmt: skip
def test_hostile_text_is_read_to_its_end(name, junk):
    text, _, form = sample(name)
    middle = text.rindex("Water")
    read_or_refuse(text[:middle] + junk * (320_000 // len(junk)) + text[middle:], form)


@pytest.mark.parametrize("junk", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_by_a_mapping_to_its_end(junk):
    reading = read("Title: Milk\n" + junk * (240_000 // len(junk)) + "\nTitle: Water\n", MAPPING)
    assert reading.found == len(reading.records) + reading.lost
