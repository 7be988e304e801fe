"""Writing records in the formats that other programs read; one file a format."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

from evisynth.errors import DataError, near
from evisynth.search.formats.writing.plain import plain
from evisynth.search.record import Record

__all__ = ["WRITERS", "Losses", "Writer", "losses", "write", "writer_for"]

FIELDS = tuple(name for name in Record.__slots__ if name not in {"number", "line", "raw"})
FIRST = 3  # records that `Losses` names


@dataclass(slots=True)
class Losses:
    """What a format cannot hold of the records that are written: by field how many, and the first few.

    A field counts where what comes back differs from what the record has, blanks and line ends aside.
    """

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[int]] = field(default_factory=dict)  # their places in the file, from 1

    def add(self, place: int, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1
        places = self.first.setdefault(name, [])
        if len(places) < FIRST:
            places.append(place)


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
        return b"".join(self.pieces(records))

    def pieces(self, records: Iterable[Record], losses: Losses | None = None) -> Iterator[bytes]:
        """The file of these records, piece by piece: each record is taken when its piece is asked for.

        What the format cannot hold of them is added to `losses`.
        """
        pieces: Callable[[Iterable[Record]], Iterator[bytes]] = self._module().pieces
        return pieces(self._held(records, losses))

    def _held(self, records: Iterable[Record], losses: Losses | None) -> Iterator[Record]:
        held: Callable[[Record], Record] = self._module().held
        for place, record in enumerate(records, start=1):
            before = plain(record)
            after = held(before)
            if losses is not None:
                for name in changed(before, after):
                    losses.add(place, name)
            yield after

    def held(self, record: Record) -> Record:
        """The record as it comes back from a file of this format, without number, line and raw text."""
        held: Callable[[Record], Record] = self._module().held
        return held(plain(record))


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


def losses(records: Iterable[Record], writer: Writer) -> dict[str, list[int]]:
    """What the format cannot hold of these records, as `Losses`: field -> the records, by their place from 1."""
    lost: dict[str, list[int]] = {}
    for place, record in enumerate(records, start=1):
        for name in changed(plain(record), writer.held(record)):
            lost.setdefault(name, []).append(place)
    return lost


def changed(before: Record, after: Record) -> Iterator[str]:
    """The fields that a record has and that are different after it was written."""
    for name in FIELDS:
        value = getattr(before, name)
        if value and value != getattr(after, name):
            yield name
