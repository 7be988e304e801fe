"""Reading search exports: any format, any encoding, found from the content and not from the name."""

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.search.formats.detect import (
    BY_NAME,
    FORMATS,
    Format,
    find_format,
    find_table,
    is_binary,
    not_readable,
    not_text,
    promised_by,
)
from evisynth.search.formats.encoding import Decoded, decode
from evisynth.search.formats.parts import is_divisible, merged, parts_of
from evisynth.search.record import Reading, ReadProblem

if TYPE_CHECKING:
    from evisynth.search.formats.mapped import Mapping

__all__ = ["READERS", "UnreadableFile", "merged", "read_bytes", "read_file", "read_in_parts"]

READERS: dict[str, Callable[[str], Reading]] = {each.name: each.read for each in FORMATS}


LARGE = 8_000_000  # bytes; from here on a file is read in parts where that can be done
ZIP = b"PK\x03\x04"


class UnreadableFile(DataError):
    """A file of which nothing can be read as an export. The message says what it is and what would do."""


def read_file(
    path: Path,
    *,
    format: str = "",  # noqa: A002
    encoding: str = "",
    mapping: "Mapping | None" = None,
) -> Reading:
    """Read an export. Format and encoding are found from its content unless they are named.

    With a `mapping` (see `mapped`) the file is read as that says, whatever it looks like.

    Raises
    ------
    UnreadableFile : no such file, a directory, an empty or binary file, an unknown format, a wrong encoding.
    DataError : the name of the format or encoding is not known.
    """
    readings = list(read_in_parts(path, format=format, encoding=encoding, mapping=mapping))
    return readings[0] if len(readings) == 1 else merged(readings)


def read_in_parts(
    path: Path,
    *,
    format: str = "",  # noqa: A002
    encoding: str = "",
    mapping: "Mapping | None" = None,
) -> Iterator[Reading]:
    """Read an export as `read_file` does, a large RIS file part by part: one Reading each, numbered through.

    What is no longer needed of a part can be dropped, so that memory does not grow with the file.
    """
    if path.is_dir():
        raise UnreadableFile(f"{path} is a directory; the name of an export in it is needed.")
    try:
        plain = not (mapping or encoding) and format in {"", "ris"}
        if plain and path.stat().st_size > LARGE and is_divisible(path):
            note = _of_name(path.name, BY_NAME["ris"])
            for reading in parts_of(path):
                reading.problems[:0], note = note, []
                yield reading
            return
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(f"{path}: there is no such file.") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be opened: {error.strerror}.") from error
    yield read_bytes(data, name=path.name, format=format, encoding=encoding, mapping=mapping)


def read_bytes(
    data: bytes,
    *,
    name: str = "",
    format: str = "",  # noqa: A002
    encoding: str = "",
    mapping: "Mapping | None" = None,
) -> Reading:
    """Read an export from its bytes; `name` is the name of its file, for messages only. As `read_file`."""
    shown = name or "The file"
    if data.startswith(ZIP) and not mapping:
        return _workbook(data, shown, format)
    decoded = _text_of(data, shown, encoding)
    notes = [ReadProblem(0, name, decoded.assumed)] if decoded.assumed else []
    if mapping:
        from evisynth.search.formats import mapped  # noqa: PLC0415 - needs this package

        reading = mapped.read(decoded.text, mapping)
        reading.encoding = decoded.encoding
        reading.problems[:0] = notes
        return reading
    if format:
        reading, more = _read_as(_format_named(format), decoded.text, name)
    elif found := find_format(decoded.text):
        reading, more = found.read(decoded.text), _of_name(name, found)
    else:
        raise UnreadableFile(_unknown(decoded.text, shown))
    reading.encoding = decoded.encoding
    reading.problems[:0] = [*notes, *more]
    return reading


def _read_as(named: Format, text: str, name: str) -> tuple[Reading, list[ReadProblem]]:
    """The text read as the format named; where that gives no record, a note of what it looks like."""
    found = find_format(text)
    looks_like = (
        f"No record of {named.called} was found. The file looks like {found.called}; leave --from out, "
        "or name that format."
        if found and found is not named
        else ""
    )
    try:
        reading = named.read(text)
    except DataError as error:
        raise UnreadableFile(f"{name}: {error} {looks_like}".strip(" :")) from error
    return reading, [ReadProblem(0, name, looks_like)] if looks_like and not reading.records else []


def _of_name(name: str, found: Format) -> list[ReadProblem]:
    """A note where the ending of the file's name promises another format than was found."""
    promised = promised_by(name)
    if not promised or found in promised:
        return []
    message = (
        f"The name of the file promises {promised[0].called}; it was read as what it is, {found.called}."
    )
    return [ReadProblem(0, name, message)]


def _workbook(data: bytes, shown: str, format: str) -> Reading:  # noqa: A002
    """Read a ZIP archive that is a workbook; any other says what it is."""
    from evisynth.search.formats import xlsx  # noqa: PLC0415 - rarely needed

    if not xlsx.is_workbook(data):
        raise UnreadableFile(f"{shown} is not an export: {not_text(data)}")
    if format not in {"", xlsx.FORMAT}:
        raise UnreadableFile(f"{shown} is not {format}: it is an Excel workbook. Leave the format out.")
    try:
        reading = xlsx.read_bytes(data)
    except DataError as error:
        raise UnreadableFile(f"{shown}: {error}") from error
    reading.encoding = "utf-8"
    return reading


def _format_named(name: str) -> Format:
    if name == "xlsx":
        raise UnreadableFile(
            "The file is text and not an Excel workbook; leave the format out to have it found."
        )
    if name not in BY_NAME:
        raise DataError(f"{name!r} is not a format that is read. There are: {', '.join(BY_NAME)}, xlsx.")
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
        text = data.decode(encoding).removeprefix("\ufeff")
        return Decoded(text, encoding, _also_utf8(data, encoding))
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


def _also_utf8(data: bytes, encoding: str) -> str:
    """A note where bytes beyond ASCII, read with another encoding by wish, are sound UTF-8; else ""."""
    if data.isascii() or codecs.lookup(encoding).name.startswith("utf"):
        return ""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return f"The bytes are valid UTF-8, but {encoding} was asked for; check the accented letters."


def _unknown(text: str, shown: str) -> str:
    if known := not_readable(text):
        return f"{shown} is not an export that is read: {known}"
    lines = [line.strip()[:100] for line in text[:4000].splitlines() if line.strip()][:3]
    if columns := find_table(text):
        return (
            f"{shown}: it looks like a table, but none of its columns is known as the title: "
            f"{', '.join(columns)}. Say which column holds what in a mapping file, and name it with --mapping "
            "(docs/formats.md); or call the column of the titles Title."
        )
    looked_for = ", ".join(each.called for each in FORMATS)
    beginning = "; ".join(f'"{line}"' for line in lines)
    return (
        f"{shown}: no format of those that are read: {looked_for}, Excel workbook (.xlsx). It begins: {beginning}. "
        "A table or tagged text that names its fields otherwise is read with a mapping file (docs/formats.md)."
    )
