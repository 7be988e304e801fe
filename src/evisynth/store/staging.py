"""Rows of an import before it counts: in a hidden review of their own, written in portions, moved in one step.

SQLite has one writer at a time. Each portion holds its lock for a moment, so that people's votes come between.
A worker that dies leaves a hidden review behind; the next import deletes it.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from evisynth.store import models

PORTION = 200
SHARE_OF_OTHERS = 0.5  # pause after a portion, in times of how long it took: others write meanwhile
LONGEST_PAUSE = 0.2  # seconds
PREFIX = "import-under-way-"


@contextmanager
def staging(job: models.Job) -> Iterator[models.Review]:
    """A hidden review for the rows of this job. What is left in it goes with it."""
    review = models.Review.objects.create(
        slug=f"{PREFIX}{job.pk}-{uuid.uuid4().hex}",
        title="Records that are being imported",
        date=timezone.now().date(),
        removed=timezone.now(),
    )
    try:
        yield review
    except BaseException:
        clear(review)
        raise


def in_portions(
    rows: Sequence[Any],
    write: Callable[[Sequence[Any]], object],
    told: Callable[[Sequence[Any]], object] = len,
) -> None:
    """Write rows in transactions of a portion each, and let others write between them. Each portion is `told` after."""
    for at in range(0, len(rows), PORTION):
        started = time.monotonic()
        with transaction.atomic():
            write(rows[at : at + PORTION])
        if connection.in_atomic_block:
            continue  # of a transaction around all of it, nobody could write or see anything meanwhile
        told(rows[at : at + PORTION])
        time.sleep(min(LONGEST_PAUSE, SHARE_OF_OTHERS * (time.monotonic() - started)))


def clear(review: models.Review) -> None:
    """Delete a hidden review with its rows, in portions."""
    empty_groups(review)
    for model in (models.Record, models.ImportBatch, models.SearchRun):
        _delete(model, review)
    rows = models.Review.objects.filter(pk=review.pk)
    rows._raw_delete(rows.db)


def empty_groups(review: models.Review) -> None:
    """Delete groups, items and doubtful pairs of a hidden review; its records are in no group then."""
    for model in (models.DoubtfulPair, models.ScreeningItem):
        _delete(model, review)
    numbers = list(
        models.Record.objects.filter(review=review, group__isnull=False).values_list("pk", flat=True)
    )
    in_portions(numbers, lambda some: models.Record.objects.filter(pk__in=some).update(group=None))
    _delete(models.DuplicateGroup, review)


def _delete(model: Any, review: models.Review) -> None:
    numbers = list(model.objects.filter(review=review).order_by("pk").values_list("pk", flat=True))

    def delete(some: Sequence[Any]) -> None:
        rows = model.objects.filter(pk__in=some)
        rows._raw_delete(rows.db)

    in_portions(numbers, delete)


def clear_after(job: models.Job) -> None:
    """Delete the hidden reviews of an import that was given up."""
    for review in models.Review.objects.filter(slug__startswith=f"{PREFIX}{job.pk}-", removed__isnull=False):
        clear(review)


def clear_leftovers(running: Iterable[int]) -> int:
    """Delete the hidden reviews of workers that died; those of jobs that run (by number) stay. Gives how many."""
    kept = tuple(f"{PREFIX}{number}-" for number in running)
    hidden = models.Review.objects.filter(slug__startswith=PREFIX, removed__isnull=False)
    left = [
        review
        for review in hidden.only("pk", "slug")
        if not review.slug.startswith(kept) and not models.Membership.objects.filter(review=review).exists()
    ]
    for review in left:
        clear(review)
    return len(left)
