"""Large exports read part by part, so that memory does not grow with the file.

RIS is divided before lines such as "TY  - JOUR", each of which starts a record whatever stands before it, and before
other TY lines that follow an ER. UTF-16 and UTF-32 are recoded on the way. Other formats, and RIS without TY lines,
are read whole.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from evisynth.search.formats.detect import BY_NAME, find_format
from evisynth.search.formats.encoding import Decoded, damaged, decode, line_ends
from evisynth.search.record import Reading, ReadProblem

PART = 2_000_000  # bytes, some 700 records
LOOKED_AT = 100_000  # bytes that tell format and encoding
LONGEST = 8_000_000  # bytes of a record; what more it has is a damaged file, and is not read
MOST_INDENTED = 40  # blanks before a TY at which a file is divided
WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32"})  # where TY is not its bytes in ASCII
OF_A_KIND = re.compile(rb"[ \t]{0,40}TY {0,3}-[ \t]{1,20}[A-Z][A-Z0-9]{1,9}[ \t]{0,20}[\r\n]")
OF_ANY_KIND = re.compile(rb"[ \t]{0,40}TY {0,3}-(?:[ \t]{1,20}\w[\w /,-]{0,38}|[ \t]{0,20})[\r\n]")
# An ER line, and the number that Ovid puts before the next record.
ENDED = re.compile(rb"(?:\A|[\r\n])[ \t]*ER {0,3}-[ \t]*[\r\n]\s*(?:<?\d{1,7}\. ?>?\s*)?\Z")
LONGEST_START = 200  # bytes of a TY line, and of ER, number and blank lines before it


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class Piece(NamedTuple):
    """Bytes of a file, and how much after them is left out."""

    data: bytes
    left_out: int = 0  # bytes
    lines_left_out: int = 0


class Part(NamedTuple):
    """The text of a piece and the lines before it that are left out; its encoding, and what is to be said of it."""

    text: str
    lines_left_out: int
    encoding: str
    notes: list[ReadProblem]


def is_divisible(path: Path) -> bool:
    """Whether a file is RIS in which lines start records."""
    with path.open("rb") as file:
        head = decode(file.read(LOOKED_AT)).text
    return find_format(head) is BY_NAME["ris"] and _last_start(b"\n" + head.encode()) > 0


def parts_of(path: Path, part: int = PART) -> Iterator[Reading]:
    """Read RIS part by part: one Reading for each, records and lines numbered through the file."""
    from evisynth.search.formats import ris  # noqa: PLC0415 - loaded only when a file is read

    waiting: deque[Part] = deque()  # a text is taken before the Reading of the one before it is given

    def texts() -> Iterator[tuple[str, int]]:
        for each in _parts(path, part):
            waiting.append(each)
            yield each.text, each.lines_left_out

    for reading in ris.readings(texts()):
        this = waiting.popleft()
        reading.encoding = this.encoding
        reading.problems = sorted([*this.notes, *reading.problems], key=lambda problem: problem.line)
        yield reading


def _parts(path: Path, part: int) -> Iterator[Part]:
    lines = lines_left_out = 0
    guessed: set[str] = (
        set()
    )  # encodings of which that was said already; what is no UTF-8 within it is said with its lines
    with _opened(path) as source:
        for data, left_out, more in _divided(source, part):
            if isinstance(source, AsUtf8):
                decoded, assumed = Decoded(data.decode(), source.encoding), source.new_notes()
            else:
                decoded = decode(data, lines_before=lines)
                assumed = [decoded.assumed] if decoded.assumed and decoded.encoding not in guessed else []
                guessed |= {decoded.encoding} - {"utf-8"}
            notes = [ReadProblem(0, path.name, each) for each in assumed]
            lines += line_ends(data)
            if left_out:
                message = (
                    f"The record before this line has more than {LONGEST // 1_000_000} MB, and the file is damaged: "
                    f"the next {left_out:,} bytes, up to the next record, are not read."
                )
                notes.append(ReadProblem(lines + 1, "", message))
            yield Part(decoded.text, lines_left_out, decoded.encoding, notes)
            lines_left_out = more
            lines += more


def divided(path: Path, part: int = PART) -> Iterator[bytes]:
    """The bytes of a RIS file in pieces of about `part` bytes, each but the first beginning at a TY line.

    Text of UTF-16 and UTF-32 comes as UTF-8. Of a record of more than LONGEST bytes only so many are given.
    """
    with _opened(path) as source:
        for piece in _divided(source, part):
            yield piece.data


@contextmanager
def _opened(path: Path) -> Iterator["IO[bytes] | AsUtf8"]:
    with path.open("rb") as file:
        found = decode(file.read(LOOKED_AT))
        file.seek(0)
        if found.encoding not in WIDE:
            yield file
        else:
            unmarked = found.encoding.endswith(("le", "be"))
            yield AsUtf8(file, found.encoding, [found.assumed] if unmarked else [])


class AsUtf8:
    """A file of UTF-16 or UTF-32 whose text is read as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str, notes: list[str]) -> None:
        self.file, self.encoding, self.notes = file, encoding, notes
        self.decoder = codecs.getincrementaldecoder(encoding)()

    def new_notes(self) -> list[str]:
        """What was assumed, or is wrong with the file; said once."""
        notes, self.notes = self.notes, []
        return notes

    def read(self, size: int) -> bytes:
        """About so many bytes, none at the end."""
        while data := self.file.read(size):
            if text := self._decoded(data, final=False):
                return text.encode()
        return self._decoded(b"", final=True).encode()

    def _decoded(self, data: bytes, *, final: bool) -> str:
        waiting = len(self.decoder.getstate()[0])
        try:
            return self.decoder.decode(data, final)
        except UnicodeDecodeError as error:
            place = self.file.tell() - len(data) - waiting + error.start + 1
            self.notes.append(damaged(self.encoding, place))
            self.decoder.errors = "replace"
            return self.decoder.decode(data, final)


def _divided(source: Source, part: int) -> Iterator[Piece]:
    left, size = b"", part
    while more := source.read(size):
        left += more
        if cut := _last_start(left):
            yield Piece(left[:cut])
            left, size = left[cut:], part
        elif len(left) > LONGEST:
            cut = _not_within(left, LONGEST)
            passed, lines, rest = _up_to_start(source, left[cut:], part)
            yield Piece(left[:cut], passed, lines)
            left, size = rest, part
        else:
            size = min(len(left), LONGEST)  # a long record: look again only when there is twice as much
    if left:
        yield Piece(left)


def _last_start(data: bytes) -> int:
    """Where the last line starts that starts a record; 0 where only the first may."""
    upto = len(data)
    while (place := data.rfind(b"TY", 0, upto)) > 0:
        if start := _start_around(data, place):
            return start
        upto = place
    return 0


def _start_around(data: bytes, place: int) -> int:
    """Where the line starts that has TY at this place, if it starts a record; else 0."""
    nearest = max(place - MOST_INDENTED, 0)
    start = max(data.rfind(b"\n", nearest, place), data.rfind(b"\r", nearest, place)) + 1
    if start and OF_A_KIND.match(data, start):
        return start
    ended = (
        start and OF_ANY_KIND.match(data, start) and ENDED.search(data[max(start - LONGEST_START, 0) : start])
    )
    return start if ended else 0


def _not_within(data: bytes, place: int) -> int:
    """The place, or up to three bytes before it where it is within a letter of UTF-8 or a line end."""
    for cut in range(place, place - 4, -1):
        if data[cut] & 0xC0 != 0x80 and data[cut - 1 : cut + 1] != b"\r\n":
            return cut
    return place


def _up_to_start(source: Source, data: bytes, part: int) -> tuple[int, int, bytes]:
    """Read on to the next line that starts a record: the bytes and line ends before it, and what follows."""
    passed = lines = 0
    while True:
        place = 0
        while (place := data.find(b"TY", place)) >= 0:
            if start := _start_around(data, place):
                return passed + start, lines + line_ends(data[:start]), data[start:]
            place += 2
        more = source.read(part)
        gone = data[:-LONGEST_START].removesuffix(b"\r") if more else data
        passed, lines, data = passed + len(gone), lines + line_ends(gone), data[len(gone) :] + more
        if not more:
            return passed, lines, b""


def merged(parts: Iterable[Reading]) -> Reading:
    """The Readings of the parts of one file as one."""
    whole = Reading()
    for reading in parts:
        whole.format = whole.format or reading.format
        if whole.encoding in {"", "utf-8"}:  # a part of ASCII alone is taken for UTF-8
            whole.encoding = reading.encoding
        whole.found += reading.found
        whole.records += reading.records
        whole.problems += reading.problems
    return whole
