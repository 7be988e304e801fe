"""The event log: who did what when, each event with the hash of the one before."""

from django.db import models

from evisynth.store.models.protocol import OfReview


class Event(OfReview):
    when = models.CharField(max_length=40)
    who = models.CharField(max_length=80)
    what = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta(OfReview.Meta):
        constraints = (
            models.UniqueConstraint(fields=("review", "position"), name="one_event_at_each_place"),
        )
