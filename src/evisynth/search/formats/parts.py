"""Large exports read part by part, so that memory does not grow with the file.

RIS is divided at its records; other formats, and encodings in which a record's mark is not its ASCII bytes,
are read whole. A 100 MB export is some 50,000 records.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from evisynth.search.formats.detect import BY_NAME, find_format
from evisynth.search.formats.encoding import decode
from evisynth.search.record import Reading, ReadProblem

PART = 8_000_000  # bytes
LOOKED_AT = 100_000  # bytes that tell format and encoding
# A record's end and, after stray lines that belong to it, the TY line that starts the next.
BETWEEN = re.compile(rb"[\r\n][ \t]*ER {0,3}-[ \t]*(?=[\r\n])")
START = re.compile(rb"[\r\n](?=[ \t]*TY {0,3}-)")


def is_divisible(path: Path) -> bool:
    """Whether a file is RIS in an encoding that can be divided at bytes."""
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
    decoded = decode(head[: head.rfind(b"\n") + 1] or head)
    if not decoded.encoding.startswith(("utf-8", "cp1252", "latin-1")):
        return False
    return find_format(decoded.text) is BY_NAME["ris"] and BETWEEN.search(head) is not None


def parts_of(path: Path, part: int = PART) -> Iterator[Reading]:
    """Read RIS part by part: one Reading for each, records and lines numbered through the file."""
    from evisynth.search.formats import ris  # noqa: PLC0415 - loaded only when a file is read

    notes: list[str] = []
    encodings: list[str] = []
    for number, reading in enumerate(ris.readings(_texts(path, part, notes, encodings))):
        reading.encoding = encodings[number]
        reading.problems[:0] = [ReadProblem(0, path.name, note) for note in notes]
        notes.clear()
        yield reading


def _texts(path: Path, part: int, notes: list[str], encodings: list[str]) -> Iterator[str]:
    """The text of each part; adds its encoding, and what was assumed about it, to the lists."""
    lines = 0
    for data in divided(path, part):
        decoded = decode(data, lines_before=lines)
        lines += data.count(b"\n")
        encodings.append(decoded.encoding)
        if decoded.assumed:
            notes.append(decoded.assumed)
        yield decoded.text


def divided(path: Path, part: int = PART) -> Iterator[bytes]:
    """The bytes of a RIS file in pieces of about `part` bytes, each but the first beginning at a TY line."""
    with path.open("rb") as file:
        yield from _divided(file, part)


def _divided(file: IO[bytes], part: int) -> Iterator[bytes]:
    left = b""
    while more := file.read(part):
        left += more
        if cut := _last_start(left):
            yield left[:cut]
            left = left[cut:]
        else:
            part *= 2  # a record of this size, or no ER lines: look again only when there is twice as much
    if left:
        yield left


def _last_start(data: bytes) -> int:
    """Where the last record starts whose TY line follows an ER line; 0 where there is none."""
    upto = searched = len(data)
    while (end := data.rfind(b"ER", 0, upto)) >= 0:
        found = BETWEEN.match(data, _line_end_before(data, end))
        if found:
            if start := START.search(data, found.end(), searched):
                return start.end()
            searched = found.end()
        upto = end
    return 0


def _line_end_before(data: bytes, place: int) -> int:
    """The place of the line end before the line that has this place."""
    return max(data.rfind(b"\n", 0, place), data.rfind(b"\r", 0, place), 0)


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
