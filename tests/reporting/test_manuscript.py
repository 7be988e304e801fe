"""The manuscript: claims are looked up, typed numbers are reported, parts and markers stand alone."""

from evisynth.errors import DataError
from evisynth.reporting.document import Bullets, Heading, Paragraph, Text
from evisynth.reporting.manuscript import read_manuscript


class Known:
    """Claims with three paths."""

    def resolve(self, claim):
        known = {"flow.screened": ("2111", "claim/flow.screened"), '"200 mL"': ("200 mL", "")}
        if claim not in known:
            raise DataError(f"there is no claim {claim!r}.")
        return known[claim]


def part(kind, name):
    if name == "none":
        raise DataError("there is no table 'none'.")
    return (Paragraph((Text(f"{kind} {name}"),)),)


def read(text):
    return read_manuscript(text, Known(), part)


def told(manuscript):
    return [
        "".join(run.text for run in block.runs) for block in manuscript.blocks if isinstance(block, Paragraph)
    ]


def test_a_claim_is_replaced_by_its_value_with_its_derivation():
    manuscript = read("We screened {{ flow.screened }} records.")
    assert told(manuscript) == ["We screened 2111 records."]
    assert manuscript.blocks[0].runs[1].why == "claim/flow.screened"
    assert manuscript.problems == []


def test_a_typed_number_is_reported_with_its_line():
    manuscript = read("# Results\n\nWe screened\n2111 records.")
    assert [(problem.line, "'2111'" in problem.message) for problem in manuscript.problems] == [(4, True)]


def test_a_typed_number_word_and_a_percentage_are_reported():
    problems = read("In three trials 62% did.").problems
    assert [problem.message.split("'")[1] for problem in problems] == ["62%", "three"]


def test_a_figure_inside_a_name_is_not_a_number():
    assert read("I2 and CO2 are names.").problems == []


def test_a_literal_is_printed_and_not_reported():
    manuscript = read('A serving is {{ "200 mL" }}.')
    assert told(manuscript) == ["A serving is 200 mL."]
    assert manuscript.problems == []


def test_a_claim_that_does_not_exist_stays_visible_and_is_reported():
    manuscript = read("Of {{ flow.screend }}.")
    assert told(manuscript) == ["Of [no value: flow.screend]."]
    assert manuscript.problems[0].line == 1


def test_braces_that_are_not_closed_are_reported():
    assert "not closed" in read("Of {{ flow.screened records.").problems[0].message


def test_a_part_stands_in_its_place_and_a_missing_one_says_so():
    assert told(read("{{ table searches }}")) == ["table searches"]
    assert told(read("{{ table none }}")) == ["[table none: there is no table 'none'.]"]


def test_a_marker_names_the_heading_that_it_stands_under():
    manuscript = read("{{ prisma 1 }}\n\n## Synthesis\n\n{{ prisma 13a, 13d }}")
    assert manuscript.places == {"1": ["Title"], "13a": ["Synthesis"], "13d": ["Synthesis"]}
    assert [type(block) for block in manuscript.blocks] == [Heading]


def test_a_marker_that_the_checklist_does_not_have_is_reported():
    assert "no item '99'" in read("# A\n\n{{ prisma 99 }}").problems[0].message


def test_lists_and_code():
    manuscript = read("- one\n- {{ flow.screened }}\n\n```\n1\n```\n")
    assert isinstance(manuscript.blocks[0], Bullets)
    assert "left out" in manuscript.problems[0].message


def test_a_picture_is_reported_and_left_out():
    assert "figures are called in with" in read("![almonds](almonds.png)").problems[0].message


def test_headings_deeper_than_four_are_of_the_fourth_level():
    assert read("###### Deep").blocks == [Heading(4, "Deep")]


def test_signs_that_stand_for_claims_cannot_be_forged():
    for text in ("&#xE000;0&#xE001;", "&#xE000;99&#xE001;", f"&#xE000;{'9' * 5000}&#xE001;", "\ue0000\ue001"):
        assert len(told(read(f"A {text} b."))) == 1
    assert told(read("{{ flow.screened }} &#xE000;7&#xE001;"))[0].startswith("2111 ")


def test_letters_that_unicode_takes_for_line_breaks_do_not_shift_the_lines():
    assert read("a\u2028b\x85c\x0cd\r\n\r\n{{ nothing }}").problems[0].line == 3


def test_a_claim_that_is_very_long_is_shown_in_part():
    manuscript = read(f"Of {{{{ {'x' * 5000} }}}}.")
    assert len(manuscript.problems[0].field) == 100
    assert len(told(manuscript)[0]) < 200


def test_html_and_links_are_text_and_never_code():
    manuscript = read(
        "<script>alert()</script>\n\nA <b>bold</b> [link](https://example.org) and [one](javascript:alert()) here."
    )
    assert "left out" in manuscript.problems[0].message
    assert told(manuscript) == ["A <b>bold</b> link and [one](javascript:alert()) here."]
