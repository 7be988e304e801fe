"""What reading a file gave, without its records: for files that are read and passed on part by part."""

import re
from dataclasses import dataclass, field

from evisynth.search.record import SHOWN_LINES, Reading, ReadProblem


@dataclass(slots=True)
class Summary:
    """The Readings of one file, summed up as they come. It grows with the kinds of problems, not with the file."""

    format: str = ""
    encoding: str = ""
    found: int = 0
    read: int = 0
    lost: int = 0
    problems: int = 0
    _groups: dict[str, "_Group"] = field(default_factory=dict)

    def add(self, reading: Reading) -> None:
        self.format = self.format or reading.format
        if self.encoding in {"", "utf-8"}:  # a part of ASCII alone is taken for UTF-8
            self.encoding = reading.encoding
        self.found += reading.found
        self.read += len(reading.records)
        self.lost += reading.lost
        self.problems += len(reading.problems)
        for problem in reading.problems:
            kind = re.sub(r"\d+", "0", problem.message)
            self._groups.setdefault(kind, _Group(problem.message, problem.line)).add(problem)

    @property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """The problems as (line, message), those that differ only in numbers as one: the first, and where others are.

        Line 0 is the whole file. "Row 2 has 5 cells. (also lines 7, 12 and 40 more, with other numbers)".
        """
        return tuple((group.line, str(group)) for group in self._groups.values())


@dataclass(slots=True)
class _Group:
    """Problems that differ only in numbers: the first, how many they are, and the first lines of the others."""

    message: str
    line: int
    times: int = 0
    same: bool = True
    others: list[int] = field(default_factory=list)

    def add(self, problem: ReadProblem) -> None:
        self.times += 1
        self.same = self.same and problem.message == self.message
        if len(self.others) < SHOWN_LINES - 1 and problem.line not in {0, self.line, *self.others}:
            self.others.append(problem.line)

    def __str__(self) -> str:
        if self.times == 1:
            return self.message
        more = self.times - 1 - len(self.others)
        lines = f"also line{'s' if len(self.others) > 1 else ''} {', '.join(map(str, self.others))}"
        where = " ".join(([lines] if self.others else []) + ([f"and {more:,} more"] if more else []))
        return f"{self.message} ({where}{'' if self.same else ', with other numbers'})"
