"""Writing records in the formats that other programs read; one file a format."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from evisynth.errors import DataError, near
from evisynth.search.record import Record

__all__ = ["WRITERS", "Writer", "losses", "write", "writer_for"]

ALWAYS = frozenset({"number", "line", "raw"})  # a record's place in its old file is never written


@dataclass(frozen=True, slots=True)
class Writer:
    """A format that is written: its name (that of its reader), its module, its name for people, its endings."""

    name: str
    module: str
    called: str
    endings: tuple[str, ...]

    def _module(self) -> ModuleType:
        return import_module(f"evisynth.search.formats.writing.{self.module}")

    def write(self, records: Iterable[Record]) -> bytes:
        """The records as a file of this format."""
        data: bytes = self._module().write(records)
        return data

    def held(self, record: Record) -> Record:
        """The record as it comes back from a file of this format, without number, line and raw text."""
        held: Callable[[Record], Record] = self._module().held
        return held(record)


WRITERS = (
    Writer("ris", "ris", "RIS", ("ris",)),
    Writer("nbib", "nbib", "PubMed (nbib)", ("nbib",)),
    Writer("bibtex", "bibtex", "BibTeX", ("bib", "bibtex")),
    Writer("endnote-xml", "endnote_xml", "EndNote XML", ("xml",)),
    Writer("csv", "csv_tables", "CSV", ("csv",)),
    Writer("xlsx", "xlsx", "Excel workbook", ("xlsx",)),
    Writer("csl-json", "csl_json", "CSL-JSON", ("json",)),
)


def writer_for(format: str = "", name: str = "") -> Writer:  # noqa: A002
    """The writer of this format, or else the one that the ending of a file name asks for.

    Raises DataError where neither names one.
    """
    names = [writer.name for writer in WRITERS]
    if format:
        for writer in WRITERS:
            if format == writer.name:
                return writer
        raise DataError(
            f"{format!r} is not a format that is written.{near(format, names)} There are: {', '.join(names)}."
        )
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    for writer in WRITERS:
        if ending in writer.endings:
            return writer
    raise DataError(
        f"The ending of {name!r} names no format that is written; name one of these: {', '.join(names)}."
    )


def write(records: Iterable[Record], format: str) -> bytes:  # noqa: A002
    """The records as a file of the named format. Raises DataError for a name that is not known."""
    return writer_for(format).write(records)


def losses(records: Sequence[Record], writer: Writer) -> dict[str, list[int]]:
    """What the format cannot hold of these records: field -> the records, by their place from 1.

    A field counts where what comes back differs from what the record has, blanks and line ends aside.
    """
    from evisynth.search.formats.writing.plain import plain  # noqa: PLC0415 - only asked by the command

    lost: dict[str, list[int]] = {}
    for place, record in enumerate(records, start=1):
        before, after = plain(record), writer.held(record)
        for name in Record.__slots__:
            if name not in ALWAYS and getattr(before, name) and getattr(before, name) != getattr(after, name):
                lost.setdefault(name, []).append(place)
    return lost
