"""A record: title, abstract and citation as one search export gives them; and what reading a file returns."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Record:
    """One bibliographic or trial record of one export, as plain text. Empty means: the export does not say.

    Authors are in the order of the source, each "Family, Given or Initials" (a group author is its whole name).
    `number` is the record's place in its file, from 1; `line` the line on which it starts, from 1.
    `raw` is the record as the file has it.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    abstract: str = ""
    doi: str = ""  # lower case, without resolver address: 10.1016/j.jaci.2007.10.029
    pmid: str = ""
    pmcid: str = ""
    registry_ids: tuple[str, ...] = ()  # NCT00000000, ISRCTN..., EUCTR...
    accession: str = ""  # the database's own number for the record
    database: str = ""  # as the export names it
    type: str = ""  # as the export names it: JOUR, Journal Article, Conference Abstract ...
    language: str = ""
    issn: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    other_titles: tuple[str, ...] = ()  # the title in further languages
    other_abstracts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    number: int = 0
    line: int = 0
    raw: str = ""

    def __reduce__(self) -> tuple[object, ...]:
        """What pickle keeps: the fields in their order, in half the time of what a dataclass does by itself."""
        return Record, _FIELDS(self)


_FIELDS: Callable[[Record], tuple[object, ...]] = attrgetter(*(each.name for each in fields(Record)))


# How the readers say that text is lost or damaged; tests/search/test_record.py cuts a file of each format.
DAMAGE = re.compile(
    r"\bcut off\b|\bbeen cut\b|\bdamaged\b|\bcould not be read\b|\bcells where the header has\b|\bare not in it\b"
)


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something in an export that did not become part of a record, or a whole record that could not be read.

    `lost_record` is true where a record of the file could not be read at all; then `text` has its beginning.
    """

    line: int
    text: str
    message: str
    lost_record: bool = False

    @property
    def damaged(self) -> bool:
        """Whether text of the file is lost or damaged, so that the file is not what the database gave."""
        return self.lost_record or DAMAGE.search(self.message) is not None


@dataclass(slots=True)
class Reading:
    """What a file gave: records and problems. `found` is the number of records that the file itself has,
    counted from its record markers and not by the reader; always len(records) + lost records.
    """

    format: str = ""
    encoding: str = ""
    found: int = 0
    records: list[Record] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(problem.lost_record for problem in self.problems)

    @property
    def notes(self) -> tuple[str, ...]:
        """The problems, those of one kind together. As `grouped_notes`."""
        return grouped_notes((problem.line, problem.message) for problem in self.problems)


SHOWN_LINES = 3


def grouped_notes(notes: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """Notes (line, message) in the order of their first lines, with those that differ only in numbers as one.

    "lines 3, 7, 12 and 40 more: Row 2 has no title." has the message of the first; line 0 is the whole file.
    """
    groups: dict[str, list[tuple[int, str]]] = {}
    for line, message in notes:
        groups.setdefault(re.sub(r"\d+", "0", message), []).append((line, message))
    return tuple(_note(group) for group in groups.values())


def _note(group: list[tuple[int, str]]) -> str:
    message = group[0][1]
    lines = list(dict.fromkeys(line for line, _ in group if line))
    if not lines:
        return message if len(group) == 1 else f"{message} ({len(group)} times)"
    if len(group) == 1:
        return f"line {lines[0]}: {message}"
    named = ", ".join(map(str, lines[:SHOWN_LINES]))
    more = len(group) - min(len(lines), SHOWN_LINES)
    return f"lines {named}{f' and {more} more' if more else ''}: {message}"
