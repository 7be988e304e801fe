import re

from hypothesis import given
from hypothesis import strategies as st

from evisynth.screening.abstracts import Paragraph, paragraphs


def test_a_structured_abstract_on_one_line_is_divided_at_its_headings():
    text = "BACKGROUND: Milk allergy is common. METHODS: We randomised 40. RESULTS: 20 of 40. CONCLUSION: It works."
    assert [part.heading for part in paragraphs(text)] == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSION"]
    assert paragraphs(text)[1] == Paragraph("METHODS", "We randomised 40.")


def test_headings_in_small_letters_are_known_by_their_names():
    assert paragraphs("Aim: To see. Main outcome measures: Death.") == [
        Paragraph("Aim", "To see."),
        Paragraph("Main outcome measures", "Death."),
    ]


def test_a_colon_inside_a_sentence_makes_no_heading():
    text = "We compared two arms: milk and placebo. The results: none. Ratio 1:2 in TNF: alpha."
    assert paragraphs(text) == [Paragraph("", text)]


def test_lines_are_paragraphs_of_their_own():
    assert paragraphs("One.\r\n\n  Two.") == [Paragraph("", "One."), Paragraph("", "Two.")]


def test_what_stands_before_the_first_heading_stays():
    assert paragraphs("A letter. METHODS: None.")[0] == Paragraph("", "A letter.")


def test_no_abstract_has_no_paragraph():
    assert paragraphs("") == []


@given(
    st.lists(st.sampled_from(["METHODS:", "Results: ", "milk ", ". ", "\n", "é", "A: "]), max_size=30).map(
        "".join
    )
)
def test_no_letter_is_lost(text):
    shown = "".join(f"{part.heading}{':' if part.heading else ''}{part.text}" for part in paragraphs(text))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
