"""Each dialect's sample (invented texts in `samples/`) is read with every field of its record."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from evisynth.search.formats import read_file
from evisynth.search.formats.detect import BY_NAME
from evisynth.search.record import Record

SAMPLES = Path(__file__).with_name("samples")
PLACE = {"number": 0, "line": 0, "raw": ""}
# What most samples say; `expected_records.json` has what each says otherwise, since databases differ in what they give.
ARTICLE = Record(
    title="Oral drops for milk allergy: a randomised trial",
    authors=("Ito, Kenji", "Núñez, Ana B."),
    year=2019,
    journal="Journal of Invented Allergy",
    volume="12",
    issue="3",
    pages="101-109",
    abstract="Background: Milk. Results: Drops helped (P < 0.05).",
    doi="10.1234/jia.2019.7",
    issn=("1234-5679", "8765-4325"),
    keywords=("milk allergy", "drops"),
)
OTHERWISE = json.loads(Path(__file__).with_name("expected_records.json").read_text(encoding="utf-8"))


def expected(name):
    record = OTHERWISE[name]["record"]
    return replace(
        ARTICLE, **{key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    )


def test_every_sample_is_tested_and_every_format_has_one():
    assert {path.name for path in SAMPLES.iterdir()} == OTHERWISE.keys()
    assert {each["format"] for each in OTHERWISE.values()} == BY_NAME.keys()


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_sample_gives_all_its_fields_and_both_its_records(name):
    reading = read_file(SAMPLES / name)
    assert (reading.format, reading.found, len(reading.records), reading.lost) == (
        OTHERWISE[name]["format"],
        2,
        2,
        0,
    )
    first, second = reading.records
    assert replace(first, **PLACE) == expected(name)
    assert second.title.rstrip(".") == "Water in place of milk"
    assert (first.number, second.number) == (1, 2)
    assert first.line < second.line or first.line == second.line == 1  # EndNote XML is one line


@pytest.mark.parametrize("name", OTHERWISE)
def test_all_texts_of_a_sample_are_on_one_line(name):
    for record in read_file(SAMPLES / name).records:
        for field in fields(record):
            value = getattr(record, field.name)
            texts = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
            for text in texts if field.name != "raw" else ():
                assert text == " ".join(text.split())


@pytest.mark.parametrize("name", OTHERWISE)
def test_line_ends_and_encodings_make_no_difference(name, tmp_path):
    plain = read_file(SAMPLES / name)
    text = (SAMPLES / name).read_bytes().decode(plain.encoding).replace("\r\n", "\n")
    for newline in ("\n", "\r\n", "\r"):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
            path = tmp_path / name
            path.write_bytes(text.replace("\n", newline).encode(encoding))
            reading = read_file(path)
            assert (reading.format, reading.found, reading.lost) == (plain.format, 2, 0)
            assert [replace(record, **PLACE) for record in reading.records] == [
                replace(record, **PLACE) for record in plain.records
            ]
