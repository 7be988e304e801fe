"""The errors, as a tree.

EvisynthError
├── DataError      people's data has something wrong; the message is shown to them as it is
└── ProblemsFound  a whole list of Problems was found; carries them

A Problem is not an exception: it is one line of a list that is reported in one go.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class EvisynthError(Exception):
    """The root of everything that Evisynth raises on purpose."""


class DataError(EvisynthError):
    """People's data has something wrong. The message says where, what was found and what would be right."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with people's data, and where.

    `file` is a path relative to the review folder (or the name of an export), `line` counts from 1 (for a
    CSV it is the line in the file, header = 1), `field` is the column, key or tag.
    `message` says what was found and what would be right, as one or two sentences.
    """

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class ProblemsFound(EvisynthError):
    """A list of problems was found; `problems` has them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def near(name: str, known: Iterable[str]) -> str:
    """' Did you mean ...?' with the nearest known name, or ''."""
    found = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return f" Did you mean {found[0]!r}?" if found else ""
