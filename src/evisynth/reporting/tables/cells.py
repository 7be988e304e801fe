"""Small helpers to write the cells of a table."""

from evisynth.reporting.document import Runs, Text


def cell(text: object, why: str = "", *, bold: bool = False) -> Runs:
    """One cell with one run of text."""
    return (Text(str(text), why=why, bold=bold),)


def cells(*texts: object) -> tuple[Runs, ...]:
    """A row of plain cells."""
    return tuple(cell(text) for text in texts)


EMPTY: Runs = (Text("–"),)
