"""References in the Vancouver style."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.references import authors_of, citation, short_name
from evisynth.search.record import Record


@pytest.mark.parametrize(
    ("author", "short"),
    [
        ("Longo, Giorgio", "Longo G"),
        ("Longo, G.", "Longo G"),
        ("Berg, Anna-Karin", "Berg AK"),
        ("Berg, A.-K.", "Berg AK"),
        ("Berg, AK", "Berg AK"),
        ("van der Heide, Jan Willem", "van der Heide JW"),
        ("O'Brien, Mary", "O'Brien M"),
        ("Cochrane Skin Group", "Cochrane Skin Group"),
        ("Smith,", "Smith"),
        ("Muñoz-López, Íñigo", "Muñoz-López Í"),
    ],
)
def test_an_author_is_family_and_initials(author, short):
    assert short_name(author) == short


def test_a_comma_among_the_given_names_is_no_initial():
    assert "," not in short_name("Smith, John, Jr.")


def test_more_than_six_authors_are_six_and_others():
    record = Record(authors=tuple(f"A{n}, B" for n in range(8)))
    assert authors_of(record) == "A0 B, A1 B, A2 B, A3 B, A4 B, A5 B, et al."


def test_a_reference_has_what_the_record_has():
    record = Record(title="Almonds.", authors=("Alpha, Anna",), year=2001, journal="J Almond", volume="3", issue="2",
                    pages="1-9", doi="10.1/x")  # fmt: skip
    assert citation(record) == "Alpha A. Almonds. J Almond. 2001;3(2):1-9. doi:10.1/x"


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (Record(), "[No title]."),
        (Record(title="Do almonds help?"), "Do almonds help?"),
        (Record(title="A", journal="J. Almond."), "A. J. Almond."),
        (Record(title="A", journal="J", volume="3"), "A. J. 3."),
        (Record(title="A", journal="J", year=2001, issue="2"), "A. J. 2001;(2)."),
        (Record(title="A", journal="J", pages="1-9"), "A. J. 1-9."),
        (Record(title="A", year=2001), "A. 2001."),
        (Record(title="A", registry_ids=("NCT00000001",)), "A. NCT00000001."),
        (Record(title="A", pmid="123"), "A. PMID: 123"),
        (Record(title="A", pmid="123", doi="10.1/x"), "A. doi:10.1/x"),
    ],
)
def test_what_a_record_does_not_say_leaves_no_trace(record, text):
    assert citation(record) == text


TEXT = st.text(alphabet="Aa.,?!-é ", max_size=12).map(str.strip)


@given(st.builds(Record, title=TEXT, authors=st.lists(TEXT.filter(bool), max_size=8).map(tuple),
                 year=st.none() | st.integers(1900, 2030), journal=st.sampled_from(["", "J", "J. A."]),
                 volume=st.sampled_from(["", "3"]), issue=st.sampled_from(["", "2"]), pages=st.sampled_from(["", "1-9"])))  # fmt: skip
def test_no_reference_has_an_empty_part(record):
    text = citation(record)
    assert text.strip() == text
    assert ";." not in text
    assert "()" not in text
    assert ";:" not in text
