"""Values of the history are shown without the signs of JSON."""

import pytest

from evisynth.web.templatetags.told import in_words, moment, told


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["milk", "random*"], "milk; random*"),
        ({"there_before": 0, "format": "ris", "note": ""}, "there before: 0, format: ris"),
        ([{"file": "a.ris"}, {"file": "b.ris"}], "file: a.ris; file: b.ris"),
        (True, "yes"),
        (0, "0"),
        (None, ""),
        ("<b>", "<b>"),  # the template escapes it
    ],
)
def test_a_value_is_shown_in_words(value, shown):
    assert in_words(value) == shown


def test_a_time_is_shown_to_the_minute():
    assert moment("2012-10-04T10:00:00Z") == "2012-10-04 10:00"


@pytest.mark.parametrize("text", ["", "2012", "Today"])
def test_what_is_no_time_stays_as_it_is(text):
    assert moment(text) == text


def test_a_name_is_shown_without_underscores():
    assert told("highlight_include") == "highlight include"
