import re

from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.formats import tagged
from evisynth.search.formats.tagged import Fields, Notes, authors_from, keywords_from
from evisynth.search.normalise import one_line
from evisynth.search.record import Reading

TAG = re.compile(r"\n([A-Z][A-Z0-9])  -")
values = st.lists(
    st.sampled_from(["Ito, K", "milk", ";", "; ", " ;", "\n", "\n  ", "\n\n", "\t", "  ", "\xa0", "é", "\u2028"]), max_size=8
).map(lambda parts: "".join(parts).strip())  # fmt: skip


def notes_of(text=""):
    return Notes(Reading("ris"), text, frozenset({"TY", "AU", "AB", "ER"}))


@given(st.lists(values, max_size=4))
def test_the_lines_of_a_field_are_its_lines_with_wrapped_ones_joined(texts):
    lines = [line for text in texts for line in re.sub(r"\n[ \t]+", " ", text).split("\n")]
    assert Fields({"KW": texts}).lines("AU", "KW") == [one_line(line) for line in lines if line.strip()]


@given(st.lists(values, max_size=4))
def test_divided_fields_are_their_lines_divided_at_semicolons(texts):
    fields = Fields({"KW": texts[:2], "MH": texts[2:]})
    parts = [part.strip() for line in fields.lines("KW", "MH") for part in line.split(";")]
    assert [*filter(None, fields.divided("KW", "MH"))] == [*filter(None, parts)]
    assert all(part == one_line(part) for part in fields.divided("KW", "MH"))


def test_authors_and_keywords_are_divided_at_semicolons():
    assert authors_from(["Ito K; Li, Y", "", "[Anonymous]", "Ito K"]) == ("Ito, K", "Li, Y", "Ito, K")
    assert keywords_from(["milk; drops", "milk", "", ";"]) == ("milk", "drops")
    assert (authors_from([]), keywords_from([])) == ((), ())


def test_fields_are_the_values_of_each_tag_without_blanks_around_them():
    lead, fields = notes_of().fields("x\nTY  - JOUR\nAU  -  Ito, K \nAB  -\ta\n b\nAU  -\n", TAG, 1)
    assert lead == "x"
    assert fields == {"TY": ["JOUR"], "AU": ["Ito, K", ""], "AB": ["a\n b"]}


def test_a_tag_that_stands_only_at_the_ends_is_text_of_the_field_before_it():
    notes = notes_of()
    _, fields = notes.fields(
        "\nTY  - JOUR\nAB  - a\nER  - b\nAU  - c\nTY  - d", TAG, 7, only_at_ends=frozenset({"TY", "ER"})
    )
    assert fields == {"TY": ["JOUR"], "AB": ["a ER - b"], "AU": ["c TY - d"]}
    assert [(each.line, each.text) for each in notes.reading.problems] == [(7, "ER - b"), (7, "TY - d")]


def test_values_and_their_number_are_bounded(monkeypatch):
    monkeypatch.setattr(tagged, "LONGEST_VALUE", 10)
    monkeypatch.setattr(tagged, "MOST_VALUES", 2)
    notes = notes_of()
    _, fields = notes.fields("\nAB  - " + "a" * 30 + "\nAU  - b" * 3, TAG, 1)
    assert fields == {"AB": ["a" * 10], "AU": ["b", "b"]}
    assert [each.message.split(";")[0] for each in notes.reading.problems] == [
        "AB has 30 characters",
        "AU occurs 3 times in one record",
    ]


def test_lines_of_a_file_in_parts_are_counted_through_and_what_is_left_out_counts():
    notes = notes_of("\n")
    notes.go_on("\nTY  - JOUR\nER  - \n")
    assert notes.line_at(notes.text.index("\nER")) == 2
    notes.go_on("\nTY  - JOUR\n", 10)
    assert notes.line_at(0) == 13
