"""The decisions of a review as one table, as far as a person may see them."""

import csv
import io
from collections.abc import Iterator

from evisynth.search.formats.formula_cells import guarded
from evisynth.store import models
from evisynth.store.blind_export import hidden_rows

COLUMNS = ("record", "title", "stage", "person", "kind", "decision", "counts", "reason", "time", "note")


def decision_table(member: models.Membership) -> Iterator[str]:
    """The table as CSV, line by line: every decision ever made, `counts` saying which one stands now.

    Cells that a spreadsheet would run as a formula have an apostrophe before them.
    """
    hidden = hidden_rows(member).rows.get("Decision", frozenset())
    rows = models.Decision.objects.filter(review=member.review).select_related("record", "person", "reason")
    yield _line(COLUMNS)
    for row in rows.defer("record__fields").order_by("position").iterator():
        if row.pk not in hidden:
            yield _line((
                row.record.key, row.record.title, row.stage, row.person.name, row.kind, row.decision,
                "yes" if row.active else "no", row.reason.text if row.reason else "", row.time, row.note,
            ))  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return out.getvalue()
