"""Write then read gives the same records: the law of the writers, over generated records with hostile text."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.search.formats import read_bytes
from evisynth.search.formats.writing import WRITERS, losses, write, writer_for
from evisynth.search.formats.writing.plain import plain
from evisynth.search.record import Record

each_writer = pytest.mark.parametrize("writer", WRITERS, ids=[writer.name for writer in WRITERS])

HOSTILE = (
    *("ER  - ", "TY  - JOUR", "\nER  - \nTY  - JOUR\nTI  - x", "PMID- 1", "\n\nPMID- 7\nTI  - x", "@article{a,\n"),
    *("{", "}", "{{", "}}", "\\", "\\{", "\\textit{", "$", "$x_1^2$", "~", "--", "---", "``", "''", "%", "#", "&", "_"),
    *("^", '"', "'", "''=1", "<", ">", "</record>", "<record>", "<![CDATA[", "]]>", "&amp;", "&lol;", "<!DOCTYPE a [", "-->"),
    *("=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "\uff1d1", "||", " || ", "|", ",", ";"),
    *("\r\n", "\n", "\t", "\x00", "\x0b", "\x1c", "\x85", "\u2028", "\xa0", "\ufeff", "\ufffe", "\ud800", "\ufdd0"),
    *("مرحبا", "\u202eabc\u202c", "שלום", "👩\u200d🔬", "𝛼", "é", "e\u0301", "ﬁ", "null", "N/A", "None", "_x0041_", " and "),
    *("%PDF-1.7", "PK\x03\x04", "<html>", '{"type": "book"}', "[", "]", "<1>\n", "%0 Book", "PT J\n", "Copyright ©"),
)  # fmt: skip
text = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8), st.sampled_from(["a trial", "milk", "of"])),
    max_size=5,
).map("".join)
words = text.map(lambda hostile: f"Milk {hostile} trial")  # says something whatever is taken away
name = st.one_of(
    st.sampled_from(["Ito, Kenji", "Ito, K", "O'Brien, M.-J.", "van der Berg, A", "Milk Trial Group", "WHO"]),
    st.tuples(words, words).map(", ".join),
    words,
)
texts = st.lists(words.map(lambda own: f"Über {own}"), max_size=4, unique=True).map(tuple)
records = st.builds(
    Record,
    title=words,
    authors=st.lists(name, max_size=4).map(tuple),
    year=st.one_of(st.none(), st.integers(1500, 2100)),
    journal=text,
    journal_abbreviation=text,
    volume=text,
    issue=text,
    pages=st.sampled_from(["", "343-347", "343-7", "e12-e15", "S1-S9", "e1234", "CD000146", "1-3; 7-9", "12"]),
    abstract=st.one_of(st.just(""), words),
    doi=st.sampled_from(
        ["", "10.1000/a_b%c&d", "10.1000/a{b}\\c#d", "10.1002/(sici)1097-0258(1998)17:15/16<1661::aid-sim968>3.0.co;2-2"]
    ),
    pmid=st.sampled_from(["", "1", "21314913"]),
    pmcid=st.sampled_from(["", "PMC123"]),
    registry_ids=st.lists(
        st.sampled_from(["NCT00000001", "ISRCTN12345678", "EUCTR2004-000001-12-GB", "CTIS2022-501234-12-00"]),
        unique=True,
    ).map(tuple),
    accession=st.one_of(st.just(""), words),
    database=text,
    type=st.one_of(st.sampled_from(["Journal Article", "JOUR", "article", "Meeting Abstract"]), words),
    language=text,
    issn=st.lists(st.sampled_from(["1234-5678", "0000-006X"]), unique=True).map(tuple),
    keywords=st.lists(words, max_size=3).map(tuple),
    other_titles=texts,
    other_abstracts=texts,
    links=st.lists(st.sampled_from(["https://example.org/a?b=%20&c={d}#e", "ftp://example.org/x y", "no link"])).map(tuple),
)  # fmt: skip


def contents(record):
    return replace(record, number=0, line=0, raw="")


@each_writer
@settings(max_examples=150, deadline=None)
@given(st.lists(records, min_size=1, max_size=3))
def test_what_is_written_comes_back(writer, made):
    reading = read_bytes(writer.write(made), format="" if writer.name == "xlsx" else writer.name)
    assert [contents(record) for record in reading.records] == [writer.held(record) for record in made]
    assert (reading.found, reading.lost) == (len(made), 0)


@each_writer
@settings(max_examples=50, deadline=None)
@given(st.lists(records, min_size=1, max_size=3))
def test_the_format_of_what_is_written_is_found_from_the_content(writer, made):
    assert read_bytes(writer.write(made)).format == writer.name


@each_writer
@settings(max_examples=50, deadline=None)
@given(records)
def test_what_a_format_holds_is_held_again(writer, record):
    assert writer.held(writer.held(record)) == writer.held(record)


@given(records)
def test_plain_records_stay_as_they_are(record):
    assert plain(plain(record)) == plain(record)


FULL = Record(
    title="Milk drops for allergy: a randomised trial",
    authors=("Ito, Kenji", "van der Berg, A. B.", "Ito, Kenji", "Milk Trial Group"),
    year=2019,
    journal="Journal of Milk",
    journal_abbreviation="J Milk",
    volume="12",
    issue="3 Suppl",
    pages="343-347",
    abstract="BACKGROUND: 5 % of children < 3 years & more.",
    doi="10.1000/milk_2019",
    pmid="21314913",
    pmcid="PMC123",
    registry_ids=("NCT00000001", "ISRCTN12345678"),
    accession="L2001373149",
    database="Embase",
    type="Journal Article",
    language="English",
    issn=("1234-5678", "0000-006X"),
    keywords=("milk, cow's", "allergy"),
    other_titles=("Gotas de leche",),
    other_abstracts=("Antecedentes: 5 %.",),
    links=("https://example.org/milk", "https://example.org/pdf"),
)
NOT_HELD = {  # what a format has no place for; docs/formats.md says the same
    "ris": set(),
    "nbib": {"accession", "database", "links"},
    "bibtex": {"other_abstracts"},
    "endnote-xml": {"other_abstracts"},
    "csv": set(),
    "xlsx": set(),
    "csl-json": set(),
}


@each_writer
def test_a_sound_record_comes_back_whole_but_for_what_the_format_has_no_place_for(writer):
    (record,) = read_bytes(write([FULL], writer.name)).records
    changed = {field for field in Record.__slots__ if getattr(record, field) != getattr(FULL, field)}
    assert changed - {"number", "line", "raw"} == NOT_HELD[writer.name]


@each_writer
def test_what_is_not_held_is_known_before_writing(writer):
    lost = losses([Record(title="Milk"), FULL], writer)
    assert set(lost) == NOT_HELD[writer.name]
    assert all(places == [2] for places in lost.values())


@each_writer
def test_the_same_records_give_the_same_bytes(writer):
    assert writer.write([FULL, FULL]) == writer.write([FULL, FULL])


@each_writer
def test_a_writer_is_found_by_name_and_by_the_ending_of_a_file(writer):
    assert writer_for(writer.name) is writer
    assert writer_for(name=f"out.{writer.endings[0].upper()}") is writer
