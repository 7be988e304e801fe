"""What the writers share: cleaning, links, numbering, widths and orientation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.reporting.document import Column, Document, Heading, Paragraph, Table, Text
from evisynth.reporting.documents.text import (
    clean,
    column_shares,
    day,
    heading_levels,
    is_wide,
    isolated,
    least_widths,
    linked,
    sheets,
    written_day,
)


def table(*columns, rows=()):
    return Table("t", "c", tuple(columns), tuple(tuple((Text(cell),) for cell in row) for row in rows))


def dated(date):
    return Document("T", (), date, "", ())


def test_clean_text_has_no_control_characters_and_one_line():
    assert clean("a\x00b\x1b\r\nc\td\ud800\u202e\ufeff\x85e") == "ab c d e"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


def test_emoji_accents_and_other_scripts_stay():
    assert clean("é 😀 中文 שלום −0.5") == "é 😀 中文 שלום −0.5"


def test_an_address_is_a_link_and_the_full_stop_is_not_part_of_it():
    assert list(linked("See https://doi.org/10.1/x_(y) (https://a.org/b).")) == [
        ("See ", ""),
        ("https://doi.org/10.1/x_(y)", "https://doi.org/10.1/x_(y)"),
        (" (", ""),
        ("https://a.org/b", "https://a.org/b"),
        (").", ""),
    ]


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("doi:10.1016/j.jaci.2007.10.029", "https://doi.org/10.1016/j.jaci.2007.10.029"),
        ("doi:10.1002/(SICI)1097-0258#1", "https://doi.org/10.1002/(SICI)1097-0258%231"),
        ("doi:10.5555/sim.1", ""),  # the prefix of examples leads nowhere
        ("doi:unknown", ""),
    ],
)
def test_a_doi_leads_to_its_resolver(words, address):
    assert list(linked(words)) == [(words, address)]


@given(st.text(alphabet='ab:/.()<" https') | st.text(alphabet="doi:10.6/(). ").map("doi:10.1000/".__add__))
def test_linking_loses_no_character(text):
    assert "".join(words for words, _ in linked(text)) == text


def test_a_javascript_address_is_no_link():
    assert [url for _, url in linked("javascript:alert(1) data:text/html,x ftp://x")] == [""]


def test_a_hebrew_name_is_isolated_from_the_year_that_follows():
    assert isolated("by יוסף כהן (2015)") == "by \u2068יוסף כהן\u2069 (2015)"


def test_a_title_that_begins_in_arabic_is_isolated_whole():
    assert isolated("حساسية milk الحليب") == "\u2068حساسية milk الحليب\u2069"


def test_the_date_is_written_in_english_on_any_machine():
    assert written_day(dated("2024-05-01")) == "1 May 2024"


def test_a_date_that_is_not_iso_is_refused():
    with pytest.raises(DataError, match=r"date is 'May 2024'. It should be an ISO date"):
        day(dated("May 2024"))


def test_heading_levels_have_no_gaps():
    blocks = tuple(Heading(level, "x") for level in (2, 4, 4, 1, 3, 9))
    assert list(heading_levels(blocks)) == [1, 2, 2, 1, 2, 3]


@given(st.lists(st.integers(1, 4)))
def test_sibling_headings_of_one_level_are_written_at_one_level(given_levels):
    written = list(heading_levels(tuple(Heading(level, "x") for level in given_levels)))
    for i in range(1, len(written)):
        assert written[i] <= written[i - 1] + 1
        if given_levels[i] == given_levels[i - 1]:
            assert written[i] == written[i - 1]


def test_nine_columns_of_short_numbers_stay_on_a_portrait_page():
    assert not is_wide(table(*[Column("n", "right")] * 9, rows=[["12"] * 9]))


def test_nine_columns_of_long_words_go_on_a_landscape_page():
    assert is_wide(table(*[Column("Inconsistency")] * 9))


def test_a_heading_goes_with_the_wide_table_below_it():
    wide = table(*[Column("Inconsistency")] * 9)
    blocks = (Paragraph(()), Heading(1, "a"), Heading(2, "b"), wide, wide, Paragraph(()))
    found = sheets(blocks)
    assert [(sheet.landscape, len(sheet.blocks)) for sheet in found] == [(False, 1), (True, 4), (False, 1)]
    assert [number for sheet in found for _, number in sheet.blocks] == [0, 0, 0, 1, 2, 0]


def test_columns_get_the_widths_asked_for_when_their_words_fit():
    assert column_shares(table(Column("a", width=3), Column("b", width=1)), 100) == [0.75, 0.25]


def test_no_column_is_narrower_than_its_longest_word():
    narrow = table(
        Column("Study", width=20),
        Column("Participants"),
        Column("RR", "right"),
        rows=[["a", "b", "0.5 (0.1 to 0.9)"]],
    )
    shares = column_shares(narrow, 60)
    assert sum(shares) == pytest.approx(1)
    assert all(share * 60 >= least - 1e-9 for share, least in zip(shares, least_widths(narrow), strict=True))
