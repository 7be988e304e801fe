"""What the tagged dialects share: lines of tag and value, empty values left out, long lines wrapped."""

import textwrap
from collections.abc import Iterable

Field = tuple[str, str]


def lines(fields: Iterable[Field], joint: str = "  - ") -> str:
    """One line for each field that has a value."""
    return "".join(f"{tag}{joint}{value}\n" for tag, value in fields if value)


def each(tag: str, values: Iterable[str]) -> list[Field]:
    return [(tag, value) for value in values]


def wrapped(text: str, width: int, indent: str) -> str:
    """Text broken into lines; all but the first are indented."""
    return f"\n{indent}".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def windows(text: str) -> str:
    """Text with the line ends of Windows."""
    return text.replace("\n", "\r\n")


def where(affiliation: str) -> str:
    """An affiliation that says what it is."""
    return (
        f"{affiliation} (simulated affiliation)"
        if affiliation
        else "Simulated export, no affiliation recorded"
    )
