"""What `evisynth search convert` and `dedup` share: the files they read, and how they tell what those gave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evisynth.errors import DataError, Problem
from evisynth.search.formats.summary import Summary


@dataclass(slots=True)
class Export:
    """One of the files: what it gave, and why the rest of it could not be read ("" where it was).

    `name` is what its records are called by, before their number or id; "" where nothing is put before them.
    """

    path: Path
    summary: Summary = field(default_factory=Summary)
    failure: str = ""
    name: str = ""

    @property
    def problem_count(self) -> int:
        return self.summary.problems + bool(self.failure)

    @property
    def problems(self) -> Iterator[Problem]:
        """The problems, those of one kind as one, each with the line of the first."""
        for line, note in self.summary.notes:
            yield Problem(str(self.path), line, "", note)
        if self.failure:
            yield Problem(str(self.path), 0, "", self.failure)


def reason(path: Path, error: DataError) -> str:
    """Why a file could not be read, without the name that begins the message."""
    text = str(error)
    for shown in (str(path), path.name):
        if text.startswith(f"{shown}: "):
            return text.removeprefix(f"{shown}: ")
        if text.startswith(f"{shown} "):
            return f"The file {text.removeprefix(f'{shown} ')}"
    return text


def table_of(exports: Sequence[Export]) -> str:
    """A line an export: what it is, the records it has, those read and lost, and how many problems. No line is broken."""
    named = any(export.name for export in exports)
    rows = [["File", "Records", "Format", "Encoding", "In the file", "Read", "Not read", "Problems"]]
    for export in exports:
        summary = export.summary
        counts = [f"{count:,}" for count in (summary.found, summary.read, summary.lost, export.problem_count)]
        if export.failure and not summary.format:
            rows.append([str(export.path), export.name, "not read", "", "", "", "", counts[-1]])
        else:
            called = f"{export.name}:..." if export.name else "as they are" if named else ""
            rows.append([str(export.path), called, summary.format, summary.encoding, *counts])
    shown = [row if named else [row[0], *row[2:]] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    texts = len(widths) - 4
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in shown
    )
