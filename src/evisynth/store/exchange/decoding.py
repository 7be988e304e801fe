"""The text of a file of the review folder: found to be text, inside the folder, and in UTF-8 or brought into it."""

from collections.abc import Callable
from pathlib import Path

from evisynth.search.formats.detect import not_text
from evisynth.search.formats.encoding import decode
from evisynth.store.exchange.schema import CONTROL

LARGEST = 512 * 1024 * 1024  # bytes; a table of a review is far below

Report = Callable[[str, int, str, str], None]  # file, line, field, message


def decoded(folder: Path, file: str, report: Report) -> str:
    """The text of a table or YAML file; "" (and reported) where it is none.

    Another encoding than UTF-8 is read where it can be told, and reported.
    """
    text = _in_utf8(file, _bytes(folder, file, report), report)
    if text.lstrip()[:1] == "<":
        report(file, 0, "", "is a web page or XML, not what its name says; it was not read.")
        return ""
    return text


def free_text(folder: Path, file: str, report: Report) -> str:
    """The text of the manuscript or the log, without control characters: no database and no document holds them."""
    text = _in_utf8(file, _bytes(folder, file, report), report)
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        report(file, line, "", f"holds the control character U+{ord(found[0]):04X}; it was left out.")
    return CONTROL.sub("", text)


def _bytes(folder: Path, file: str, report: Report) -> bytes:
    path = folder / file
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            report(file, 0, "", "is a link to a place outside the review folder; it was not read.")
            return b""
        if path.stat().st_size > LARGEST:
            report(file, 0, "", f"has {path.stat().st_size} bytes; at most {LARGEST} are read.")
            return b""
        data = path.read_bytes()
    except OSError as error:
        report(file, 0, "", f"cannot be read: {error.strerror}.")
        return b""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        report(file, 0, "", "is a workbook or an archive, not text; save the sheet as CSV (UTF-8).")
        return b""
    if known := not_text(data):
        report(file, 0, "", f"is not what its name says: {known.partition('.')[0]}. It was not read.")
        return b""
    return data


def _in_utf8(file: str, data: bytes, report: Report) -> str:
    found = decode(data)
    if found.encoding not in {"utf-8", "utf-8-sig"}:
        line = _first_wrong_line(data)
        report(file, line, "", f"is not UTF-8; it was read as {found.encoding}. Save it as UTF-8.")
    elif found.assumed:
        line = _first_wrong_line(data)
        report(file, line, "", "has bytes that are not UTF-8; they were read as cp1252. Save it as UTF-8.")
    return found.text


def _first_wrong_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1
