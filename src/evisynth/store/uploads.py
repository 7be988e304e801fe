"""Export files that people sent: kept until they are imported or discarded, and read once to show what is in them."""

import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet, Sum

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes, read_in_parts
from evisynth.search.formats.detect import not_text
from evisynth.search.formats.summary import Summary
from evisynth.search.formats.xlsx import is_workbook
from evisynth.search.record import Reading
from evisynth.store import models
from evisynth.store.exchange.searches import mapping_in
from evisynth.store.jobs import Progress, ask
from evisynth.store.records import storable

MB = 2**20
LARGEST_FILE = 256 * MB
MOST_FILES = 40  # of one review that wait to be imported
MOST_BYTES = 1024 * MB  # of them together
READ_AT_ONCE = 1 * MB  # a larger file, or a workbook, is read in the background
SHOWN_RECORDS = 5
SHOWN_NOTES = 100
LONGEST_NOTE = 500
MAPPING = "the mapping"  # what the messages call it


class Refused(DataError):
    """A file that is not kept; the message says why and what would do."""


def keep(review: models.Review, user: models.User, name: str, content: bytes) -> models.Upload:
    """Keep a file for the import. Raises Refused for one that is empty, too large or plainly no export."""
    name = storable(" ".join(name.split()))[-200:] or "file"
    waiting = models.Upload.objects.filter(review=review)
    if waiting.count() >= MOST_FILES:
        raise Refused(
            f"{name}: {MOST_FILES} files of this review wait already; import or discard some first."
        )
    if not content.strip():
        raise Refused(f"{name} is empty; export it again.")
    if len(content) > LARGEST_FILE:
        raise Refused(too_large(name, len(content)))
    if (waiting.aggregate(all=Sum("size"))["all"] or 0) + len(content) > MOST_BYTES:
        raise Refused(f"{name}: the files that wait would have more than {MOST_BYTES // MB} MB together; import or "
                      "discard some first.")  # fmt: skip
    if not is_workbook(content) and (known := not_text(content)):
        raise Refused(f"{name} is not an export: {known}")
    digest = hashlib.sha256(content).hexdigest()
    if twin := waiting.filter(sha256=digest).values_list("name", flat=True).first():
        raise Refused(f"{name} has the same content as {twin}, which waits already.")
    return models.Upload.objects.create(
        review=review, by=user, name=name, content=content, size=len(content), sha256=digest
    )


def too_large(name: str, size: int) -> str:
    return (
        f"{name} has {-(-size // MB)} MB; at most {LARGEST_FILE // MB} MB are read. Export the search in parts; one "
        "source may have several files."
    )


def waiting_uploads(review: models.Review) -> QuerySet[models.Upload]:
    """The files that wait to be imported, without their content; those of an import that failed wait again."""
    uploads = models.Upload.objects.filter(review=review).select_related("preview_job", "by")
    return uploads.filter(Q(import_job=None) | Q(import_job__state="failed")).defer("content")


def look_into(upload: models.Upload, user: models.User) -> None:
    """Read the file as its plan says and keep what to show of it: a small one now, a large one in the background."""
    upload.preview, upload.preview_job = {}, None
    if upload.size <= READ_AT_ONCE and not is_workbook(bytes(upload.content[:4096])):
        upload.preview = preview(upload)
    else:
        upload.preview_job = ask("preview", review=upload.review, by=user, upload=upload.pk)
    upload.save(update_fields=["preview", "preview_job"])


def preview_in_background(job: models.Job, progress: Progress) -> dict[str, Any]:
    """The job that reads a large file."""
    upload = models.Upload.objects.filter(pk=job.arguments["upload"]).first()
    if upload is None:
        return {}
    shown = preview(upload, progress)
    models.Upload.objects.filter(pk=upload.pk, preview_job=job).update(preview=shown)
    return {"upload": upload.pk, "read": shown.get("read", 0)}


def preview(upload: models.Upload, progress: Progress | None = None) -> dict[str, Any]:
    """What reading a file gives: counts, problems by line and the first records; or the error that stops it."""
    summary, first, read = Summary(), list[dict[str, Any]](), 0
    try:
        for reading in readings(upload):
            summary.add(reading)
            read += len(reading.records)
            first += [
                {"title": r.title, "authors": list(r.authors[:6]), "more_authors": max(0, len(r.authors) - 6),
                 "year": r.year, "journal": r.journal or r.journal_abbreviation, "doi": r.doi, "pmid": r.pmid,
                 "abstract": bool(r.abstract), "line": r.line}
                for r in reading.records[: SHOWN_RECORDS - len(first)]
            ]  # fmt: skip
            if progress is not None:
                progress(f"{upload.name}: {read:,} records read")
    except (DataError, RecursionError) as error:
        return {"error": _short(storable(str(error))) or "The file is nested too deeply to be read."}
    notes = [[line, _short(storable(message))] for line, message in summary.notes[:SHOWN_NOTES]]
    return {
        "format": summary.format,
        "encoding": summary.encoding,
        "found": summary.found,
        "read": summary.read,
        "lost": summary.lost,
        "notes": notes,
        "more_notes": max(0, len(summary.notes) - SHOWN_NOTES),
        "records": [{name: _storable(value) for name, value in record.items()} for record in first],
    }


def _storable(value: Any) -> Any:
    return [storable(item) for item in value] if isinstance(value, list) else storable(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}…"


def readings(upload: models.Upload) -> Iterator[Reading]:
    """The readings of a file as its plan says, a large RIS file part by part. Raises DataError as `read_bytes`."""
    format, encoding = (str(upload.plan.get(name, "")) for name in ("format", "encoding"))  # noqa: A001 - as the readers call it
    if text := upload.plan.get("mapping", ""):
        mapping = mapping_in(text.encode(), MAPPING)
        yield read_bytes(bytes(upload.content), name=upload.name, encoding=encoding, mapping=mapping)
        return
    if upload.size <= READ_AT_ONCE:
        yield read_bytes(bytes(upload.content), name=upload.name, format=format, encoding=encoding)
        return
    with _as_file(upload) as path:
        yield from read_in_parts(path, format=format, encoding=encoding)


@contextmanager
def _as_file(upload: models.Upload) -> Iterator[Path]:
    """The content as a file on the disk, under its own name as far as that is harmless; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="evisynth-") as folder:
        path = Path(folder) / file_name(upload.name)
        path.write_bytes(bytes(upload.content))
        yield path


def file_name(name: str) -> str:
    """A name that is the same on every system: letters a to z, digits, dot, hyphen and underscore."""
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rpartition("/")[2])
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", plain.encode("ascii", "ignore").decode()).strip("-.")
    stem, dot, ending = plain.rpartition(".")
    return f"{(stem or ending)[:60]}{dot + ending[:12] if stem else ''}" or "export"


def imported_before(review: models.Review, digests: list[str]) -> dict[str, str]:
    """sha256 of files that are in the review already -> the source that has them."""
    rows = models.ImportBatch.objects.filter(review=review, sha256__in=digests)
    return dict(rows.values_list("sha256", "search__name"))


def discard(review: models.Review, number: int) -> str:
    """Throw a file away that waits; gives its name. Raises Refused where there is none such, or it is being imported."""
    upload = waiting_uploads(review).filter(pk=number).first()
    if upload is None:
        raise Refused("This file is not there any more; it was imported, discarded, or is being imported.")
    name = str(upload.name)
    upload.delete()
    return name
