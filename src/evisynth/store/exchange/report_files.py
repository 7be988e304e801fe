"""The full texts of reports in a review folder: reports/<report>/<file>, named in report_files.csv.

They are read and written piece by piece, since they may be larger than the memory.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from evisynth.screening.reports import file_name
from evisynth.store import models
from evisynth.store.exchange.files import opened, write_pieces
from evisynth.store.exchange.reading import Folder, Row
from evisynth.store.report_parts import Examined, pieces, write_parts

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
        if values is None or not _named_well(folder, row, values):
            continue
        name = values["name"]
        with opened(folder, row, "file", f"{FOLDER}/{values['report'].key}/{name}") as content:
            if content is None:
                continue
            found = Examined(content)
            if found.refused:
                folder.report(
                    row.table.file, row.line, "file", f"{name}: {found.refused} The row was left out."
                )
                continue
            if values["sha256"] and values["sha256"].lower() != found.sha256:
                folder.report(row.table.file, row.line, "sha256", f"{name} is not the file that was recorded: its "
                              f"sha256 is now {found.sha256}.")  # fmt: skip
            file = models.ReportFile.objects.create(
                review=review, position=position, line=row.line, type=TYPE, size=found.size,
                **values | {"sha256": found.sha256},
            )  # fmt: skip
            if keep:
                write_parts(file, content)


def _named_well(folder: Folder, row: Row, values: dict[str, Any]) -> bool:
    """Whether the file of a row has a name that it can be written under; else it is reported."""
    name = values["name"]
    if name == file_name(name):
        return True
    folder.report(row.table.file, row.line, "file", f"found {name[:60]!r}; the name of a PDF in the folder of the report "
                  f"is right, such as {file_name(name)!r}. The row was left out.")  # fmt: skip
    return False


def write_report_files(review: models.Review, path: Path) -> None:
    """Write the full texts of a review into the folder at `path`."""
    files = models.ReportFile.objects.filter(review=review).select_related("report").order_by("position")
    for file in files:
        write_pieces(path, f"{FOLDER}/{file.report.key}/{file.name}", pieces(file))
