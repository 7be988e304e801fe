"""Text in cells that a spreadsheet would run as a formula, made harmless and back.

A spreadsheet runs a cell that begins with =, +, - or @ (a title such as =HYPERLINK(...) sends data away).
With an apostrophe before it, it is text. See OWASP, "CSV Injection".
"""

import re

STARTS = (
    "=+\\-@\uff1d\uff0b\uff0d\uff20\t\r"  # full-width signs too: some spreadsheets take them for the plain
)
_FORMULA = re.compile(f"'*[{STARTS}]")
_GUARDED = re.compile(f"'+[{STARTS}]")


def guarded(text: str) -> str:
    """The text with an apostrophe before it where it would be a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
