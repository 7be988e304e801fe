"""Long work that is done in the background."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from evisynth.store.models.people import User
from evisynth.store.models.protocol import Review

JOB_STATES = ("waiting", "running", "done", "failed")
SILENCE = timedelta(seconds=30)  # a worker that was not heard of for so long is dead, or cannot write


class Job(models.Model):
    """One piece of background work. It is carried out in one transaction, so that it is whole or not there.

    `beat` is when its worker was last heard of: a job whose worker died is taken up again from its start.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, default="waiting", db_index=True)
    step = models.TextField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    @property
    def silent(self) -> bool:
        """Whether it runs and its worker is not heard of any more."""
        beat = self.beat if self.state == "running" else None
        return beat is not None and abs(timezone.now() - beat) > SILENCE


class Upload(models.Model):
    """A file that somebody sent and that nothing has used yet.

    `plan` is what the person typed about it: its source and how it is to be read. `preview` is what reading it so
    gave, and `preview_job` the work that reads a large one.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, related_name="uploads")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.TextField()
    content = models.BinaryField()
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)
    plan = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    preview_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    import_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("pk",)
