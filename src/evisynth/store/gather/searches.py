"""The searches as findings: each source with its files and what reading them gave."""

from django.db.models import Count, Prefetch

from evisynth.reporting.findings import FileRead, Searched
from evisynth.search.record import grouped_notes
from evisynth.store import models
from evisynth.store.exchange.searches import NO_HITS


def unread_files(search: models.SearchRun, found: dict[int, int]) -> tuple[str, ...]:
    """The files of a source that are not there, were refused or gave no record.

    `found` has the records in each file that was there, by its place in the row.
    """
    return tuple(name for at, name in enumerate(search.files) if name != NO_HITS and not found.get(at))


def found_in_files(review: models.Review) -> dict[int, dict[int, int]]:
    """Source (its row in the database) -> place of a file in its row -> records in the file."""
    found: dict[int, dict[int, int]] = {}
    batches = models.ImportBatch.objects.filter(review=review).order_by()
    for search, place, records in batches.values_list("search_id", "position", "found"):
        found.setdefault(search, {})[place] = records
    return found


def searches_of(review: models.Review) -> tuple[Searched, ...]:
    records = models.Record.objects.filter(review=review).order_by()
    read = dict(records.values_list("batch").annotate(Count("pk")))
    batches = models.ImportBatch.objects.defer("content")
    rows = models.SearchRun.objects.filter(review=review)
    found = found_in_files(review)
    return tuple(
        Searched(
            key=row.key,
            name=row.name,
            kind=row.kind,
            platform=row.platform,
            date=row.searched.isoformat() if row.searched else "",
            coverage=row.coverage,
            limits=row.limits,
            strategy_file=row.strategy_file,
            strategy=bytes(row.strategy).decode("utf-8", errors="replace"),
            peer_reviewed=row.peer_reviewed,
            note=row.note,
            files=tuple(_file_read(batch, read.get(batch.pk, 0)) for batch in row.batches.all()),
            source=f"searches.csv:{row.line}",
            update=row.update,
            mapping=row.mapping_file,
            unread=unread_files(row, found.get(row.pk, {})),
        )
        for row in rows.prefetch_related(Prefetch("batches", batches))
    )


def _file_read(batch: models.ImportBatch, records: int) -> FileRead:
    lost = sum(problem["lost_record"] for problem in batch.problems)
    return FileRead(
        file=batch.file,
        sha256=batch.sha256,
        format=batch.format,
        encoding=batch.encoding,
        found=batch.found,
        records=records,
        lost=lost,
        notes=grouped_notes((problem["line"], problem["message"]) for problem in batch.problems),
    )
