"""Decisions about records and reports."""

from django.db import models

from evisynth.store.models.protocol import ExclusionReason, Keyed, Membership, OfReview
from evisynth.store.models.search import Record


class Decision(OfReview):
    """One person's decision at one stage. Append-only: a change of mind is a new row that `changes` the old one."""

    stage = models.CharField(max_length=20)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(max_length=10)
    decision = models.CharField(max_length=10)
    reason = models.ForeignKey(ExclusionReason, on_delete=models.RESTRICT, null=True, related_name="+")
    time = models.CharField(max_length=40, blank=True)
    changes = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta(OfReview.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="vote") | ~models.Q(decision="maybe"), name="consensus_is_never_maybe"
            ),
        )


class Report(Keyed):
    """A document sought in full."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reports")
    retrieved = models.BooleanField()
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
