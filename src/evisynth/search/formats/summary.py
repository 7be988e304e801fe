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
            self._groups.setdefault(kind, _Group(problem.message)).add(problem)

    @property
    def notes(self) -> tuple[str, ...]:
        """The problems, those of one kind together, as `grouped_notes` of all of them."""
        return tuple(map(str, self._groups.values()))


@dataclass(slots=True)
class _Group:
    """Problems that differ only in numbers: the first message, how many they are, and their first lines."""

    message: str
    times: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, problem: ReadProblem) -> None:
        self.times += 1
        if problem.line and len(self.lines) < SHOWN_LINES and problem.line not in self.lines:
            self.lines.append(problem.line)

    def __str__(self) -> str:
        if not self.lines:
            return self.message if self.times == 1 else f"{self.message} ({self.times} times)"
        if self.times == 1:
            return f"line {self.lines[0]}: {self.message}"
        more = self.times - len(self.lines)
        return f"lines {', '.join(map(str, self.lines))}{f' and {more} more' if more else ''}: {self.message}"
