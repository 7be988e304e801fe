"""A review as one file that people send and get: the zip of its folder. Made and loaded in the background."""

import hashlib
import io
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.acting import acting
from evisynth.store.blind_export import export_for
from evisynth.store.exchange.load import load_folder
from evisynth.store.invitations import add_member, free_slug, told
from evisynth.store.jobs import Progress, TakenOver
from evisynth.store.screening_items import ready

MOST_FILES = 20_000
MOST_BYTES = 2 * 2**30  # of what is in a zip, unpacked
MOST_RATIO = 200  # a text file packs 3 to 10 times; a bomb a thousand times
CHUNK = 2**20
ENTRY = b"PK\x01\x02"  # begins each entry of a zip's list of its files
MOST_ENTRIES = 10 * MOST_FILES  # such signs, also within packed zips; more are not even listed
THE_DAY = (1980, 1, 1, 0, 0, 0)  # a zip has a time for each file; ours is always the same


UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
              FileExistsError, NotADirectoryError, IsADirectoryError)  # fmt: skip


def zip_of(folder: Path) -> bytes:
    """All files of a folder as a zip: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), THE_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, path.read_bytes())
    return out.getvalue()


def unpack(content: bytes, folder: Path) -> Path:
    """Unpack the zip of a review into `folder`; gives the folder in it that has review.yaml.

    Raises DataError: no zip, encrypted, too many or too large files (declared and counted), paths that lead out,
    links, or no review.yaml in it.
    """
    if (entries := content.count(ENTRY)) > MOST_ENTRIES:
        raise DataError(f"The zip has {entries:,} files; a review has at most {MOST_FILES:,}.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = [info for info in packed.infolist() if not info.is_dir()]
            _refuse(members, len(content))
            left = MOST_BYTES
            for info in members:
                left -= _unpack_one(packed, info, folder, left)
    except UNREADABLE as error:
        raise DataError(
            f"The file is not a zip that can be read: {error}. Pack the review's folder again."
        ) from error
    found = sorted(folder.rglob("review.yaml"), key=lambda path: len(path.parts))
    if not found:
        raise DataError(
            "There is no review.yaml in the zip; pack the folder of a review, with all its files."
        )
    return found[0].parent


def _refuse(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MOST_FILES:
        raise DataError(f"The zip has {len(members):,} files; a review has at most {MOST_FILES:,}.")
    total = sum(info.file_size for info in members)
    if total > MOST_BYTES or total > MOST_RATIO * max(size, CHUNK):
        raise DataError(
            f"The zip would unpack to {total:,} bytes from {size:,}; that is no folder of a review."
        )
    for info in members:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename or "\x00" in info.filename:
            raise DataError(f"The zip has a file named {info.filename!r}, which leads out of its folder.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise DataError(f"The zip has a link ({info.filename!r}); a review has plain files only.")


def _unpack_one(packed: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one file and count what it really has, whatever the zip declares."""
    path = folder / PurePosixPath(info.filename.replace("\\", "/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(info) as source, path.open("wb") as target:
        while part := source.read(CHUNK):
            written += len(part)
            if written > left:
                raise DataError(
                    f"The zip unpacks to more than {MOST_BYTES:,} bytes; that is no folder of a review."
                )
            target.write(part)
    return written


def export_in_background(job: models.Job, progress: Progress) -> dict[str, Any]:
    """The job "export": what the member may take along, as a zip that waits among the person's files."""
    member = models.Membership.objects.select_related("review", "user").get(pk=job.arguments["member"])
    if member.user is None:
        raise DataError("The person who asked for this has no account any more.")
    unblinded = bool(job.arguments.get("unblinded"))
    if member.left or (unblinded and "owner" not in member.roles):
        raise DataError("The person who asked for this has another part in the review now, or none.")
    progress("writing files")
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at) / member.review.slug
        with transaction.atomic():  # one state of the review, whatever others write meanwhile
            hidden = export_for(member, folder, unblinded=unblinded)
        progress("packing")
        content = zip_of(Path(at))
    with transaction.atomic():
        made = models.Job.objects.filter(kind="export", review=member.review, asked_by=member.user)
        earlier = [result.get("file") for result in made.values_list("result", flat=True)]
        models.Upload.objects.filter(
            by=member.user, review=None, pk__in=[pk for pk in earlier if pk]
        ).delete()
        upload = models.Upload.objects.create(
            review=None,
            by=member.user,
            name=_export_name(member) + ".zip",
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        result = {"file": upload.pk, "left_out": {name: len(rows) for name, rows in hidden.rows.items() if rows},
                  "history": not hidden.history}  # fmt: skip
        progress.finish(result)
    return result


def _export_name(member: models.Membership) -> str:
    return f"{member.review.slug}-folder"


def clear_after(job: models.Job) -> None:
    """Remove the file of a load that was given up: nobody can use it any more."""
    models.Upload.objects.filter(pk=job.arguments["upload"], review=None).delete()


def load_in_background(job: models.Job, progress: Progress) -> dict[str, Any]:
    """The job "load": a review from the zip of its folder, which then belongs to the person who sent it."""
    upload = models.Upload.objects.get(pk=job.arguments["upload"])
    progress("unpacking")
    at = Path(tempfile.mkdtemp())
    try:
        folder = unpack(bytes(upload.content), at)
        with transaction.atomic():
            progress("loading")
            review, problems = load_folder(folder, free_slug(folder.name))
            ready(review)
            member = add_member(review, upload.by, ["owner"])
            with acting(member) as act:
                act.log("review loaded", after={"file": upload.name, "sha256": upload.sha256,
                                                "owner": told(member), "problems": len(problems)})  # fmt: skip
            upload.delete()
            result = {"review": review.slug, "problems": [str(problem) for problem in problems]}
            progress.finish(result)
    except TakenOver:
        raise  # another worker reads the file
    except Exception:
        upload.delete()  # what cannot be loaded is not kept
        raise
    finally:
        shutil.rmtree(at, ignore_errors=True)
    return result
