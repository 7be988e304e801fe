"""From the bytes of an export to its text: the encoding is found from the bytes, and a guess is said.

Exports come as UTF-8 (with and without byte order mark), UTF-16 and Windows code page 1252, mostly without
saying which.
"""

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 8192
_WRONG = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the encoding that was used, and what was assumed ("" where nothing was)."""

    text: str
    encoding: str
    assumed: str = ""


def decode(data: bytes, *, lines_before: int = 0) -> Decoded:
    """The text of these bytes: by byte order mark, as UTF-16 without one, as UTF-8, or else as cp1252.

    Of a file that comes in parts, `lines_before` is the number of lines before this one.

    A UTF-8 file with a few bytes that are no UTF-8 (two exports put together) stays UTF-8; those bytes are
    read as cp1252. Nothing is left out and nothing is replaced by a question mark.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    if wide := _utf16_without_mark(data):
        message = f"The file has no byte order mark; its zero bytes look like {wide}, and so it was read."
        return Decoded(data.decode(wide, errors="replace"), wide, message)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _mixed(data, lines_before)


def _marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            mixed = _mixed(data[len(codecs.BOM_UTF8) :])
            return Decoded(mixed.text, mixed.encoding, mixed.assumed)
        return Decoded(data.decode(encoding, errors="replace"), encoding, damaged(encoding, error.start + 1))


def damaged(encoding: str, place: int) -> str:
    """What is said of a file that is not what it says it is from this byte on, counted from 1."""
    return (
        f"The file says that it is {encoding}, but its byte {place} is not; what could not be "
        "read stands as \ufffd. The file may have been cut: export it again."
    )


def line_ends(data: bytes) -> int:
    """The number of line ends of any of the three kinds: LF, CR LF and CR."""
    alone = data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0
    return data.count(b"\n") + alone


def _utf16_without_mark(data: bytes) -> str:
    """The UTF-16 whose zero bytes the beginning has: in Latin text nearly every second byte is zero."""
    head = data[:_LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half < 2 or max(even, odd) < 0.6 * half or min(even, odd) > 0.1 * half:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _mixed(data: bytes, lines_before: int = 0) -> Decoded:
    """Text of one byte a letter, or UTF-8 with some such bytes in it: whichever it has more of."""
    sound = data.decode("utf-8", errors="ignore")
    text = data.decode("utf-8", errors="surrogateescape")
    wrong = len(text) - len(sound)
    lines = _first_lines(_WRONG, text, lines_before)
    if len(sound) - len(sound.encode("ascii", errors="ignore")) > wrong:
        where = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")
        message = (
            f"The file is UTF-8, but {wrong} bytes of it are not (line {where}); those were read as "
            "cp1252 (Western European Windows). Check the letters there."
        )
        return Decoded(_WRONG.sub(_western, text), "utf-8", message)
    try:
        text, encoding = data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:  # it lacks five bytes that the other has as control characters
        text, encoding = data.decode("latin-1"), "latin-1"
    message = (
        f"The file is not UTF-8 and says nothing about its encoding; it was read as {encoding} "
        f"(Western European). If accented letters look wrong (first on line {lines[0]}), name the encoding."
    )
    return Decoded(text, encoding, message)


def _first_lines(pattern: re.Pattern[str], text: str, lines_before: int) -> list[int]:
    """The numbers of the first six lines that have the pattern."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines: list[int] = []
    line, place = lines_before + 1, 0
    for found in pattern.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        if line not in lines:
            lines.append(line)
        if len(lines) > 5:
            break
    return lines


def _western(found: re.Match[str]) -> str:
    byte = bytes([ord(found[0]) - 0xDC00])
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")
