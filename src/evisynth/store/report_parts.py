"""The bytes of reports' files, piece by piece: they lie in the database in parts, and no more than one is in memory.

In the database, so that a backup has them, and so that a file and the event that tells of it are there together or
not at all.
"""

import hashlib
from collections.abc import Iterator
from typing import IO

from evisynth.errors import DataError
from evisynth.screening.reports import TAIL, pdf_doubts, pdf_refused
from evisynth.store import models

PART = 256 * 2**10  # bytes


class Examined:
    """A PDF before it is kept, read once from its start: what is wrong with it, or doubtful, and its hash.

    refused : why it is not kept; "" where it can be. The rest is only known then.
    doubts  : what a person should look at, or "".
    """

    def __init__(self, content: IO[bytes]) -> None:
        self.size = content.seek(0, 2)
        content.seek(0)
        self.refused = pdf_refused(content.read(TAIL), self.size)
        self.sha256 = self.doubts = ""
        if not self.refused:
            content.seek(0)
            digest = hashlib.sha256()
            while piece := content.read(PART):
                digest.update(piece)
            self.sha256 = digest.hexdigest()
            content.seek(max(0, self.size - TAIL))
            self.doubts = pdf_doubts(content.read())
        content.seek(0)


def write_parts(file: models.ReportFile, content: IO[bytes]) -> None:
    """Keep the content of a file, whose row is saved. Within a transaction, so that all of it is kept or nothing."""
    content.seek(0)
    start = 0
    while piece := content.read(PART):
        models.ReportFilePart.objects.create(file=file, start=start, content=piece)
        start += len(piece)
    if start != file.size:
        raise DataError(f"{file.name} has {start:,} bytes and had {file.size:,} before; send it again.")


def pieces(file: models.ReportFile, first: int = 0, last: int | None = None) -> Iterator[bytes]:
    """The bytes of a file from `first` to `last`, both included; each piece is read when it is asked for.

    Raises DataError where a part is not there (any more).
    """
    end = file.size if last is None else min(last + 1, file.size)
    parts = models.ReportFilePart.objects.filter(file=file).order_by("-start")
    while first < end:
        start, content = parts.filter(start__lte=first).values_list("start", "content").first() or (0, b"")
        piece = bytes(content)[first - start : end - start]
        if not piece:
            raise DataError(
                f"{file.name}: the part at byte {first:,} is not there; the file was removed meanwhile."
            )
        yield piece
        first += len(piece)
