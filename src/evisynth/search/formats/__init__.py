"""Reading search exports: any format, any encoding, found from the content and not from the name."""

from collections.abc import Callable
from pathlib import Path

from evisynth.errors import DataError
from evisynth.search.formats.detect import (
    BY_NAME,
    FORMATS,
    Format,
    find_format,
    is_binary,
    not_readable,
    not_text,
    promised_by,
)
from evisynth.search.formats.encoding import Decoded, decode
from evisynth.search.record import Reading, ReadProblem

__all__ = ["READERS", "UnreadableFile", "read_bytes", "read_file"]

READERS: dict[str, Callable[[str], Reading]] = {each.name: each.read for each in FORMATS}


class UnreadableFile(DataError):
    """A file of which nothing can be read as an export. The message says what it is and what would do."""


def read_file(path: Path, *, format: str = "", encoding: str = "") -> Reading:  # noqa: A002
    """Read an export. Format and encoding are found from its content unless they are named.

    Raises
    ------
    UnreadableFile : no such file, a directory, an empty or binary file, an unknown format, a wrong encoding.
    DataError : the name of the format or encoding is not known.
    """
    if path.is_dir():
        raise UnreadableFile(f"{path} is a directory; the name of an export in it is needed.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(f"{path}: there is no such file.") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be opened: {error.strerror}.") from error
    return read_bytes(data, name=path.name, format=format, encoding=encoding)


def read_bytes(data: bytes, *, name: str = "", format: str = "", encoding: str = "") -> Reading:  # noqa: A002
    """Read an export from its bytes; `name` is the name of its file, for messages only. As `read_file`."""
    shown = name or "The file"
    decoded = _text_of(data, shown, encoding)
    found = _format_named(format) if format else find_format(decoded.text)
    if found is None:
        raise UnreadableFile(_unknown(decoded.text, shown))
    reading = found.read(decoded.text)
    reading.encoding = decoded.encoding
    notes = [decoded.assumed] if decoded.assumed else []
    promised = promised_by(name)
    if not format and promised and found not in promised:
        notes.append(
            f"The name of the file promises {promised[0].called}; it was read as what it is, {found.called}."
        )
    reading.problems[:0] = [ReadProblem(0, name, note) for note in notes]
    return reading


def _format_named(name: str) -> Format:
    if name not in BY_NAME:
        raise DataError(f"{name!r} is not a format that is read. There are: {', '.join(BY_NAME)}.")
    return BY_NAME[name]


def _text_of(data: bytes, shown: str, encoding: str) -> Decoded:
    """The text of the bytes, in the encoding named or found."""
    if known := not_text(data):
        raise UnreadableFile(f"{shown} is not an export: {known}")
    decoded = _decoded_as(data, encoding, shown) if encoding else decode(data)
    if not decoded.text.strip("\ufeff\x00 \t\r\n"):
        raise UnreadableFile(f"{shown} is empty; export it again.")
    if is_binary(decoded.text):
        raise UnreadableFile(
            f"{shown} is not text: its first bytes are {data[:12].hex(' ')}. "
            "Exports are text: RIS, nbib, CSV and the like."
        )
    return decoded


def _decoded_as(data: bytes, encoding: str, shown: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding).removeprefix("\ufeff"), encoding)
    except LookupError:
        raise DataError(
            f"{encoding!r} is not the name of an encoding; utf-8, utf-16, cp1252 and latin-1 are."
        ) from None
    except UnicodeError as error:
        place = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise UnreadableFile(
            f"{shown} is not {encoding}: line {place} cannot be read with it. "
            f"It looks like {decode(data).encoding}; leave the encoding out to have it found."
        ) from None


def _unknown(text: str, shown: str) -> str:
    if known := not_readable(text):
        return f"{shown} is not an export that is read: {known}"
    lines = [line.strip()[:100] for line in text[:4000].splitlines() if line.strip()][:3]
    looked_for = ", ".join(each.called for each in FORMATS)
    beginning = "; ".join(f'"{line}"' for line in lines)
    return f"{shown}: no format of those that are read: {looked_for}. It begins: {beginning}."
