"""Asking for an import: which files go into which sources, and whether that can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.exchange.searches import NO_HITS
from evisynth.store.jobs import ask
from evisynth.store.sources import new_source, removal_of, source_of
from evisynth.store.uploads import waiting_uploads


class Refused(DataError):
    """An import that cannot be done; the message says why and what would be right. Nothing of it was kept."""


def ask_import(
    member: models.Membership, files: Sequence[tuple[int, str]], new: Mapping[str, Mapping[str, Any]]
) -> models.Job:
    """Ask for an import of uploads (by row), each into a source; `new` has the fields of sources that are not there.

    Raises Refused: a file that is not there or cannot be read, a source that cannot be, or files of one source that
    are to be read in different ways.
    """
    with transaction.atomic():
        review = models.Review.objects.select_for_update().get(pk=member.review_id, removed=None)
        uploads = {each.pk: each for each in waiting_uploads(review).filter(pk__in=[pk for pk, _ in files])}
        for key, fields in new.items():
            new_source(review, key, fields)
        ways: dict[str, Way] = {}
        for number, key in files:
            if number not in uploads:
                raise Refused(
                    "A file is not there any more; it was imported or discarded. Nothing was imported."
                )
            _readable(uploads[number])
            way = Way.of_upload(uploads[number])
            if removal_of(review, key):
                raise Refused(f"The source {key} is being removed; take another, or wait until it is gone.")
            known = None if key in new else Way.of_source(source_of(review, key))
            if ways.setdefault(key, known or way) != way:
                raise Refused(f"{uploads[number].name}: the files of one source are all read in one way, and those of "
                              f"{key} are read otherwise. Take a source of its own for it.")  # fmt: skip
        job = ask(
            "import", review=review, by=member.user, files=[list(each) for each in files], new=_plain(new)
        )
        models.Upload.objects.filter(pk__in=uploads).update(import_job=job)
        return job


def _plain(new: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        key: {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in fields.items()
        }
        for key, fields in new.items()
    }


def _readable(upload: models.Upload) -> None:
    if not upload.preview:
        raise Refused(f"{upload.name} is not read yet; wait for its preview.")
    if error := upload.preview.get("error"):
        raise Refused(f"{upload.name} cannot be imported: {error}")
    if not upload.preview["read"]:
        raise Refused(f"{upload.name} gave no record; there is nothing to import.")


@dataclass(frozen=True, slots=True)
class Way:
    """How the files of a source are read, where it is not found from their content."""

    format: str = ""
    encoding: str = ""
    mapping: str = ""

    @classmethod
    def of_upload(cls, upload: models.Upload) -> "Way":
        return cls(*(str(upload.plan.get(name, "")) for name in ("format", "encoding", "mapping")))

    @classmethod
    def of_source(cls, search: models.SearchRun) -> "Way | None":
        """None where the source has no file yet, so that any way will do."""
        if not search.files or search.files == [NO_HITS]:
            return None
        return cls(
            search.forced_format, search.forced_encoding, bytes(search.mapping).decode("utf-8", "replace")
        )
