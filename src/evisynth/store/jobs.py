"""Background work: asked for in a page, carried out by a worker, taken up again when a worker died.

A job's function is named in KINDS. It does its work so that stopping at any moment leaves nothing half done, and
tells how far it is through `Progress`. What it writes for good it writes in one transaction, of which
`progress.finish(result)` is the last line: then the work is there and the job is done, or neither. A job that fails
says why, in words for the person who asked for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from evisynth.errors import DataError, EvisynthError
from evisynth.store import models
from evisynth.store.models.work import SILENCE
from evisynth.store.trouble import trouble_of

MOST_TRIES = 3
MOST_WAITING = 20  # jobs that one person may have waiting or running
SECONDS_BETWEEN_BEATS = 1.0
SECONDS_BETWEEN_HEARTBEATS = 5.0  # while a step takes long and tells nothing
SECONDS_OF_TROUBLE = 5.0  # before a worker tries again what the database refused

KINDS: dict[str, str] = {  # kind -> dotted name of `function(job, progress) -> result`
    "preview": "evisynth.store.uploads.preview_in_background",
    "import": "evisynth.store.importing.import_files",
    "export": "evisynth.store.folders.export_in_background",
    "load": "evisynth.store.folders.load_in_background",
    "remove": "evisynth.store.removing.remove_source",
}
LEFT: dict[
    str, str
] = {  # kind -> dotted name of `function(job)` that removes what a job given up may leave behind
    "import": "evisynth.store.staging.clear_after",
    "load": "evisynth.store.folders.clear_after",
    "remove": "evisynth.store.staging.clear_after",
}
CALLED = {
    "preview": "Reading a file",
    "import": "Importing records",
    "export": "Writing the review as files",
    "load": "Loading a review",
    "remove": "Removing a source",
}  # kind -> what people call it

log = logging.getLogger(__name__)


class TooManyJobs(DataError):
    """A person has asked for so much that some of it has to be done first."""


class TakenOver(DataError):
    """Another worker has taken the job up meanwhile; what this one did is dropped."""


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
            _mine(self.job).update(step=step, done=done, total=total, beat=Now())

    def finish(self, result: dict[str, Any]) -> None:
        """Mark the job as done within the transaction that does its work, so that it is done once and for all.

        Raises TakenOver where another worker has the job now; the transaction is then to be rolled back.
        """
        done = _mine(self.job).update(state="done", result=result, finished=timezone.now())
        if not done:
            raise TakenOver("The work was taken over by another worker.")
        self.job.state, self.job.result = "done", result


def _mine(job: models.Job) -> Any:
    """The job's row as long as nobody else has taken it up since."""
    return models.Job.objects.filter(pk=job.pk, state="running", tries=job.tries)


def ask(kind: str, *, review: models.Review | None, by: models.User | None, **arguments: Any) -> models.Job:
    """Ask for a job. It begins when a worker is free. Raises TooManyJobs where many of the person's wait already."""
    if kind not in KINDS:
        raise KeyError(f"{kind} is no kind of job; known are {', '.join(KINDS)}.")
    if by is not None:
        waiting = models.Job.objects.filter(asked_by=by, state__in=("waiting", "running")).count()
        if waiting >= MOST_WAITING:
            raise TooManyJobs(f"{waiting} jobs of yours are not done yet; wait until some of them are.")
    return models.Job.objects.create(kind=kind, review=review, asked_by=by, arguments=arguments)


def take_up() -> models.Job | None:
    """The next job, now marked as running: one that waits, or one whose worker is not heard of any more.

    Beats are written and compared by the clock of the database, of which all workers have one. A beat that is far
    ahead of it is as good as none: the clock was set back since, and that worker would have written another.
    """
    with transaction.atomic():
        silent = Q(beat__lt=Now() - SILENCE) | Q(beat__gt=Now() + SILENCE)
        jobs = models.Job.objects.filter(Q(state="waiting") | Q(state="running") & silent)
        job = jobs.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        ).first()
        if job is None:
            return None
        if job.tries >= MOST_TRIES:
            job.state, job.finished = "failed", timezone.now()
            job.error = f"The work was broken off {MOST_TRIES} times. Nothing of it was kept."
            job.save(update_fields=["state", "finished", "error"])
            if job.kind in LEFT:  # within the transaction, so that nothing is left and forgotten
                import_string(LEFT[job.kind])(job)
            return None
        job.state, job.started, job.beat = "running", timezone.now(), Now()
        job.tries = F("tries") + 1
        job.save(update_fields=["state", "started", "beat", "tries"])
    job.refresh_from_db()
    return job


def carry_out(job: models.Job) -> None:
    """Do a job that was taken up, and write down what came of it."""
    try:
        job.result = import_string(KINDS[job.kind])(job, Progress(job)) or {}
        job.state = "done"
    except TakenOver:
        log.warning("Job %s (%s) was taken over by another worker", job.pk, job.kind)
        return
    except EvisynthError as error:
        job.state, job.error = "failed", str(error)
    except Exception as error:
        log.exception("Job %s (%s) failed", job.pk, job.kind)
        job.state, trouble = "failed", trouble_of(error)
        job.error = (
            str(trouble)
            if trouble
            else ("Something went wrong on our side, and nothing was kept. The log of the server says what.")
        )
    job.finished = timezone.now()
    values = {name: getattr(job, name) for name in ("state", "result", "error", "finished")}
    _mine(job).update(**values)


@contextmanager
def heart(job: models.Job, every: float = SECONDS_BETWEEN_HEARTBEATS) -> Iterator[None]:
    """Let the job's row show that its worker lives, from a thread with a connection of its own."""
    ending = threading.Event()

    def beat() -> None:
        try:
            while not ending.wait(every):
                try:
                    _mine(job).update(beat=Now())
                except DatabaseError as error:  # locked for long, or away for a moment: the next beat counts
                    log.warning("A heartbeat of job %s was not written: %s", job.pk, error)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heart of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def work(*, stop: Callable[[], bool], idle: float = 0.5) -> None:
    """Carry out jobs, one after another, until `stop` says so. A database that fails for a while is waited for."""
    job = None
    while not stop():
        try:
            if job is not None:  # the database failed while it was done
                _mine(job).update(state="waiting")
            job = take_up()
            if job is not None:
                with heart(job):
                    carry_out(job)
        except DatabaseError as error:
            if (trouble := trouble_of(error)) is None:
                raise
            log.warning("The worker waits. %s (%s)", trouble.title, error)
            connection.close()
            time.sleep(SECONDS_OF_TROUBLE)
        else:
            if job is None:
                time.sleep(idle)
            job = None
