"""Background work: asked for in a page, carried out by a worker, taken up again when a worker died.

A job's function is named in KINDS. It does its work so that stopping at any moment leaves nothing half done, and
tells how far it is through `Progress`. A job that fails says why, in words for the person who asked for it.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from evisynth.errors import EvisynthError
from evisynth.store import models

SILENCE = timedelta(seconds=30)  # a worker that was not heard of for so long is dead
MOST_TRIES = 3
SECONDS_BETWEEN_BEATS = 1.0

KINDS: dict[str, str] = {}  # kind -> dotted name of `function(job, progress) -> result`

log = logging.getLogger(__name__)


class Progress:
    """Tells how far a job is. Called as often as one likes; written at most once a second."""

    def __init__(self, job: models.Job) -> None:
        self.job = job
        self.last = 0.0

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        if step == self.job.step and time.monotonic() - self.last < SECONDS_BETWEEN_BEATS:
            return
        self.last = time.monotonic()
        self.job.step, self.job.done, self.job.total = step, done, total
        if not connection.in_atomic_block:  # inside a transaction nobody would see it before its end
            mine = models.Job.objects.filter(pk=self.job.pk)
            mine.update(step=step, done=done, total=total, beat=timezone.now())


def ask(kind: str, *, review: models.Review | None, by: models.User | None, **arguments: Any) -> models.Job:
    """Ask for a job. It begins when a worker is free."""
    if kind not in KINDS:
        raise KeyError(f"{kind} is no kind of job; known are {', '.join(KINDS)}.")
    return models.Job.objects.create(kind=kind, review=review, asked_by=by, arguments=arguments)


def take_up() -> models.Job | None:
    """The next job, now marked as running: one that waits, or one whose worker is not heard of any more."""
    with transaction.atomic():
        silent = Q(state="running", beat__lt=timezone.now() - SILENCE)
        jobs = models.Job.objects.filter(Q(state="waiting") | silent)
        job = jobs.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        ).first()
        if job is None:
            return None
        if job.tries >= MOST_TRIES:
            job.state, job.finished = "failed", timezone.now()
            job.error = f"The work was broken off {MOST_TRIES} times. Nothing of it was kept."
            job.save(update_fields=["state", "finished", "error"])
            return None
        job.state, job.started, job.beat = "running", timezone.now(), timezone.now()
        job.tries = F("tries") + 1
        job.save(update_fields=["state", "started", "beat", "tries"])
    job.refresh_from_db()
    return job


def carry_out(job: models.Job) -> None:
    """Do a job that was taken up, and write down what came of it."""
    try:
        job.result = import_string(KINDS[job.kind])(job, Progress(job)) or {}
        job.state = "done"
    except EvisynthError as error:
        job.state, job.error = "failed", str(error)
    except Exception:
        log.exception("Job %s (%s) failed", job.pk, job.kind)
        job.state = "failed"
        job.error = "Something went wrong on our side, and nothing was kept. The log of the server says what."
    job.finished = timezone.now()
    job.save(update_fields=["state", "result", "error", "finished"])


def work(*, stop: Callable[[], bool], idle: float = 0.5) -> None:
    """Carry out jobs, one after another, until `stop` says so."""
    while not stop():
        job = take_up()
        if job is None:
            time.sleep(idle)
        else:
            carry_out(job)
