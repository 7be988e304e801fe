"""The full texts of reports in a review folder: reports/<report>/<file>, named in report_files.csv.

They are read and written one at a time, since together they may be larger than the memory.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evisynth.screening.reports import file_name, pdf_refused
from evisynth.store import models
from evisynth.store.exchange.files import bytes_of, write_bytes
from evisynth.store.exchange.reading import Folder, Row

FOLDER = "reports"
TYPE = "application/pdf"


def load_report_files(
    folder: Folder,
    linked: Callable[[Row], dict[str, Any] | None],
    review: models.Review,
    *,
    keep: bool,
) -> None:
    """The rows of report_files.csv with their files; one that is no PDF or not there is reported and left out.

    `linked` gives the fields of a row with its report found. Without `keep` the files are checked, not stored.
    """
    for row in folder.unsound.get("report_files", ()):
        linked(row)  # only to report: the row is left out
    for position, row in enumerate(folder.rows["report_files"], start=1):
        values = linked(row)
        content = None if values is None else _content(folder, row, values)
        if values is None or content is None:
            continue
        digest = hashlib.sha256(content).hexdigest()
        if values["sha256"] and values["sha256"].lower() != digest:
            folder.report(row.table.file, row.line, "sha256", f"{values['name']} is not the file that was recorded: its "
                          f"sha256 is now {digest}.")  # fmt: skip
        models.ReportFile.objects.create(
            review=review, position=position, line=row.line, type=TYPE, content=content if keep else b"",
            **values | {"sha256": digest},
        )  # fmt: skip


def _content(folder: Folder, row: Row, values: dict[str, Any]) -> bytes | None:
    """The bytes of the file of a row, or None (and reported)."""
    name = values["name"]
    if name != file_name(name):
        folder.report(row.table.file, row.line, "file", f"found {name[:60]!r}; the name of a PDF in the folder of the report "
                      f"is right, such as {file_name(name)!r}. The row was left out.")  # fmt: skip
        return None
    content = bytes_of(folder, row, "file", f"{FOLDER}/{values['report'].key}/{name}")
    refused = "" if content is None else pdf_refused(content)
    if refused:
        folder.report(row.table.file, row.line, "file", f"{name}: {refused} The row was left out.")
    return None if refused else content


def write_report_files(review: models.Review, path: Path) -> None:
    """Write the full texts of a review into the folder at `path`."""
    files = models.ReportFile.objects.filter(review=review).select_related("report").order_by("position")
    for file in files.iterator(chunk_size=1):
        write_bytes(path, f"{FOLDER}/{file.report.key}/{file.name}", bytes(file.content))
