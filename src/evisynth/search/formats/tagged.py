r"""What all tagged formats share: finding the fields of a record, and reporting every line that is in none.

A tagged file is a row of records, each a row of fields: a tag, then a value that may run over several lines.
The dialects (RIS, nbib, Web of Science, Ovid, EndNote) differ in how a tag looks and how a record starts and
ends. Texts here have "\n" as line end and begin with one, so that each line starts after a "\n" and patterns
that begin with "\n" can look for it fast.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evisynth.search.normalise import author_name, one_line, unique
from evisynth.search.record import Reading, ReadProblem, Record

LONGEST_VALUE = 1_000_000  # characters; a longer value is a damaged file, not an abstract
MOST_VALUES = 100_000  # of one tag in one record; the longest author lists there are have some 15,000
OUTSIDE = "This line is outside a record; it is not used."
SHOWN = 200  # characters of a line that a problem quotes
_WRAPPED = re.compile(r"\n[ \t]+")

Noise = Sequence[tuple[re.Pattern[str], str]]


def tags(text: str) -> frozenset[str]:
    """The tags that the text names, divided by blanks."""
    return frozenset(text.split())


class Fields(dict[str, list[str]]):
    """The values of one record by tag, each as the file has it, without white space around it."""

    __slots__ = ()

    def first(self, *tags: str) -> str:
        """The first value that is not empty, of the first tag that has one, on one line."""
        for tag in tags:
            if tag in self:
                for value in self[tag]:
                    if value:
                        return one_line(value)
        return ""

    def all(self, *tags: str) -> list[str]:
        """All values that are not empty, each on one line."""
        return [one_line(value) for tag in tags if tag in self for value in self[tag] if value]

    def raw(self, *tags: str) -> list[str]:
        """All values as the file has them."""
        return [value for tag in tags if tag in self for value in self[tag]]

    def lines(self, *tags: str) -> list[str]:
        """All lines of all values: a tag that lines without tag follow holds one value a line.

        An indented line goes on with the one before it.
        """
        return [
            line
            for value in self.raw(*tags)
            for part in (_WRAPPED.sub(" ", value).split("\n") if "\n" in value else (value,))
            if (line := one_line(part))
        ]

    def divided(self, *tags: str) -> list[str]:
        """What `lines` gives, divided at semicolons too: the names or keywords of a record, some perhaps empty."""
        values = self.raw(*tags)
        if not values:
            return []
        text = ";".join(values)
        if text.isprintable() and "  " not in text and text.count(";") < len(values):
            return values  # each is one line and one name, as most are
        return [part.strip() for part in one_line(_WRAPPED.sub(" ", text).replace("\n", ";")).split(";")]


def authors_from(names: Iterable[str]) -> tuple[str, ...]:
    """Authors in their order; one value that holds several, divided by semicolons, gives several."""
    return tuple(filter(None, map(author_name, ";".join(names).split(";"))))


def keywords_from(values: Iterable[str]) -> tuple[str, ...]:
    """Keywords in their order, each once; semicolons divide them."""
    return unique(map(str.strip, ";".join(values).split(";")))


@dataclass(slots=True)
class Notes:
    """Collects what a reader has to say about a file, and the records it found."""

    reading: Reading
    text: str
    known: frozenset[str]
    noise: Noise = ()
    unknown: Counter[str] = field(default_factory=Counter)
    first_seen: dict[str, int] = field(default_factory=dict)
    lines_before: int = 0  # of a file that comes in parts: what the parts before this text had
    records_before: int = 0
    _place: int = 0
    _line: int = 0

    def go_on(self, text: str, lines_left_out: int = 0) -> None:
        """Turn to the next part of the file, with a Reading of its own; unknown tags are counted on."""
        self.lines_before += self.text.count("\n") - 1  # each text begins with one that is not in the file
        self.lines_before += lines_left_out
        self.records_before += len(self.reading.records)
        self.text, self._place, self._line = text, 0, 0
        self.reading = Reading(self.reading.format)

    @property
    def next_number(self) -> int:
        """The number of the record that is kept next."""
        return self.records_before + len(self.reading.records) + 1

    def line_at(self, place: int) -> int:
        r"""The number, from 1, of the line that starts after the "\n" at this place of the text."""
        if place + 1 < self._place:
            self._line -= self.text.count("\n", place + 1, self._place)
        else:
            self._line += self.text.count("\n", self._place, place + 1)
        self._place = place + 1
        return self.lines_before + self._line

    def add(self, line: int, text: str, message: str, *, lost: bool = False) -> None:
        shown = (
            one_line(text.lstrip()[: 2 * SHOWN])[:SHOWN]
            if len(text) < LONGEST_VALUE
            else one_line(text[:SHOWN])
        )
        self.reading.problems.append(ReadProblem(line, shown, message, lost))

    def unused(self, start: int, end: int, message: str) -> None:
        """Report the lines of text[start:end] that are not blank: one problem for each run of one kind."""
        if end <= start or self.text[start:end].isspace():
            return
        first = self.line_at(start) if self.text.startswith("\n", start) else self.line_at(start - 1)
        piece = self.text[start:end].removeprefix("\n")
        for line, text, kind, count in _runs(piece, first, self.noise, message):
            self.add(line, text, kind if count == 1 else f"{kind} ({count} lines)")

    def end_before_gap(self, start: int, end: int, tag: re.Pattern[str], gap: re.Pattern[str]) -> int:
        """Where the record in text[start:end] ends if a gap after its last tag ends it; the rest is reported."""
        if gap.search(self.text, start, end) is None:
            return end
        last = start
        for last_tag in tag.finditer(self.text, start, end):
            last = last_tag.end()
        found = gap.search(self.text, last, end)
        if found is None:
            return end
        self.unused(found.start(), end, OUTSIDE)
        return found.start()

    def fields(
        self, body: str, tag: re.Pattern[str], line: int, *, only_at_ends: frozenset[str] = frozenset()
    ) -> tuple[str, Fields]:
        """Divide the text of a record into what stands before its first tag, and its fields.

        A tag of `only_at_ends` that is not the first one is text of the field before it: "ER  - positive".
        """
        parts = tag.split(body)
        names = parts[1::2]
        pairs: Iterable[tuple[str, str]] = zip(names, map(str.strip, parts[2::2]), strict=True)
        if len(body) > LONGEST_VALUE or not only_at_ends.isdisjoint(names[1:]):
            pairs = self._checked(pairs, line, only_at_ends)
        found = Fields()
        for name, value in pairs:
            if name in found:
                found[name].append(value)
            else:
                found[name] = [value]
        if not self.known.issuperset(found):
            for name in found.keys() - self.known:
                self.unknown[name] += len(found[name])
                self.first_seen.setdefault(name, line)
        if len(names) > MOST_VALUES:
            self._bound(found, line)
        return parts[0], found

    def _checked(
        self, pairs: Iterable[tuple[str, str]], line: int, only_at_ends: frozenset[str]
    ) -> list[tuple[str, str]]:
        """Tags and values with values that are too long cut, and tags that are text given to the field before."""
        checked: list[tuple[str, str]] = []
        for name, whole in pairs:
            value = whole if len(whole) <= LONGEST_VALUE else self._cut(line, name, whole)
            if not checked or name not in only_at_ends:
                checked.append((name, value))
                continue
            last, before = checked[-1]
            checked[-1] = (last, f"{before} {name} - {value}")
            message = f"{name} within the text of {last}; taken as part of that text."
            self.add(line, f"{name} - {value}", message)
        return checked

    def _bound(self, found: Fields, line: int) -> None:
        """Bound the number of values of one tag."""
        for name, values in found.items():
            if len(values) > MOST_VALUES:
                message = (
                    f"{name} occurs {len(values)} times in one record; the first {MOST_VALUES} are read."
                )
                self.add(line, name, message)
                del values[MOST_VALUES:]

    def _cut(self, line: int, name: str, value: str) -> str:
        message = (
            f"{name} has {len(value)} characters; the first {LONGEST_VALUE} are read, the raw record has all."
        )
        self.add(line, value, message)
        return value[:LONGEST_VALUE].strip()

    def keep(self, record: Record | None, line: int, raw: str) -> None:
        """Put the record into the reading; one that says nothing is reported as lost."""
        if record is None:
            self.add(
                line,
                raw,
                "A record that has no title, no authors and no other field that is known.",
                lost=True,
            )
            return
        if not record.title:
            self.add(line, raw, "This record has no title.")
        self.reading.records.append(record)

    def close(self, markers: int, *, last: bool = True) -> Reading:
        """Compare the records with the number of record markers of the text; after the last add unknown tags."""
        reading = self.reading
        for name, count in sorted(self.unknown.items()) if last else ():
            times = "once" if count == 1 else f"{count} times"
            message = f"{name} ({times} in this file) is not a known tag; only the raw record has its value."
            self.add(self.first_seen[name], name, message)
        for _ in range(markers - len(reading.records) - reading.lost):
            self.add(0, "", "The file has a marker of one more record than could be read.", lost=True)
        reading.found = len(reading.records) + reading.lost
        reading.problems.sort(key=lambda problem: problem.line)
        return reading


def _runs(piece: str, first: int, noise: Noise, message: str) -> Iterator[tuple[int, str, str, int]]:
    """First line, its text, kind and number of lines of each run of one kind; blank lines are skipped."""
    line, text, kind, count = 0, "", "", 0
    for number, found in enumerate(piece.split("\n"), start=first):
        if not found or found.isspace():
            continue
        this = next((name for pattern, name in noise if pattern.match(found)), message)
        if count and this == kind:
            count += 1
            continue
        if count:
            yield line, text, kind, count
        line, text, kind, count = number, found[:SHOWN], this, 1
    if count:
        yield line, text, kind, count


def prepared(text: str) -> str:
    r"""The text as the readers want it: "\n" as line end, one at its beginning, no byte order mark within."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\ufeff" in text:
        text = text.replace("\ufeff", "")
    return "\n" + text.rstrip("\x1a\x00")
