"""What people send cannot write lines of the log, and the log lets nobody in."""

import logging
import sys

from evisynth.web.log import OneLine

FORGED = "x\nTraceback (most recent call last)\n2026-01-01 CRITICAL evisynth all is lost"
LINES = OneLine("{levelname} {message}", style="{")


def line_of(message, *args, error=None):
    return LINES.format(logging.LogRecord("evisynth", logging.WARNING, "", 0, message, args, error))


def test_a_text_with_line_breaks_stays_one_line():
    for text in (FORGED, "a\r\nb", "a\u2028b", "a\x1b[31mb", "\u202eb"):
        assert len(line_of("Not found: %s", text).splitlines()) == 1
        assert line_of("Not found: %s", text).isprintable()


def test_the_text_of_an_error_begins_no_line():
    try:
        raise ValueError(FORGED)
    except ValueError:
        written = line_of("failed", error=sys.exc_info())
    first, *rest = written.splitlines()
    assert first == "WARNING failed"
    assert any("ValueError" in line for line in rest)
    assert all(line.startswith("    ") for line in rest)


def test_links_that_let_somebody_in_are_left_out():
    for path in (
        "/accounts/join/SECRET/",
        "/accounts/password/reset/key/1-SECRET/",
        "https://x/accounts/join/SECRET",
    ):
        assert "SECRET" not in line_of("Forbidden (%s): %s", "CSRF", path)
    assert "/accounts/join/" in line_of("%s", "/accounts/join/SECRET/")
