"""Decisions about records and reports, and where each item stands."""

from hashlib import sha256

from django.db import models
from django.db.models import Q

from evisynth.store.models.protocol import ExclusionReason, Keyed, Membership, OfReview, Review
from evisynth.store.models.search import DuplicateGroup, Record


class Decision(OfReview):
    """One person's decision at one stage. Append-only: a change of mind is a new row that `changes` the old one.

    `active` marks the decision of each person that counts now; it follows from the rows and is kept for queries.
    """

    stage = models.CharField(max_length=20)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(max_length=10)
    decision = models.CharField(max_length=10)
    reason = models.ForeignKey(ExclusionReason, on_delete=models.RESTRICT, null=True, related_name="+")
    time = models.CharField(max_length=40, blank=True)
    changes = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    active = models.BooleanField(default=False)

    class Meta(OfReview.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="vote") | ~Q(decision="maybe"), name="consensus_is_never_maybe"
            ),
            models.UniqueConstraint(
                fields=("stage", "record", "person"),
                condition=Q(active=True, kind="vote"),
                name="one_active_vote_a_person",
            ),
        )
        indexes = (
            models.Index(fields=("review", "position"), name="decision_in_order"),
            models.Index(fields=("review", "stage", "person", "active"), name="decisions_of_a_person"),
        )


class ScreeningItem(models.Model):
    """A group of records at one stage and its state: what `screening.decisions.state` makes of its decisions.

    Made anew from the decisions at any time; kept so that lists and the next item are found without reading all.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20)
    group = models.ForeignKey(DuplicateGroup, on_delete=models.CASCADE, related_name="items")
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=80, blank=True)
    votes = models.PositiveSmallIntegerField(default=0)
    settled = models.BooleanField(default=False)
    year = models.IntegerField(default=0)
    title = models.CharField(max_length=120, blank=True)  # its beginning in lower case, to sort by
    shuffled = models.PositiveIntegerField()  # its place in the random order of the review

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("stage", "group"), name="a_group_is_screened_once_at_a_stage"),
        )
        indexes = (
            models.Index(fields=("review", "stage", "state", "shuffled"), name="items_at_random"),
            models.Index(fields=("review", "stage", "state", "year", "id"), name="items_by_year"),
            models.Index(fields=("review", "stage", "state", "title"), name="items_by_title"),
        )


class Portion(OfReview):
    """The part of a stage that a person is asked to screen: from `start` to `end` of the random order, in percent."""

    stage = models.CharField(max_length=20)
    person = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="portions")
    start = models.FloatField()
    end = models.FloatField()


class Postponed(models.Model):
    """An item that a person has put off; it comes again after all others."""

    person = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "stage", "record"), name="postponed_once"),)


class Label(Keyed):
    """A word that people put on records to find them again."""

    name = models.TextField()
    colour = models.CharField(max_length=20, blank=True)


class RecordLabel(OfReview):
    """One person's label on a record at a stage."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=20)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="labels")
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    time = models.CharField(max_length=40, blank=True)

    class Meta(OfReview.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("label", "stage", "record", "person"), name="a_label_once_a_person"
            ),
        )
        indexes = (models.Index(fields=("review", "position"), name="labels_in_order"),)


class Note(OfReview):
    """What a person wrote about a record at a stage, beside a decision or without one."""

    stage = models.CharField(max_length=20)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="notes")
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    text = models.TextField()
    time = models.CharField(max_length=40, blank=True)

    class Meta(OfReview.Meta):
        indexes = (models.Index(fields=("review", "position"), name="notes_in_order"),)

    @property
    def name(self) -> str:
        """Which of a person's notes on a record this is. It tells nothing of notes that others wrote meanwhile."""
        return sha256(f"{self.time} {self.text}".encode()).hexdigest()[:16]


class Report(Keyed):
    """A document sought in full. `retrieved` is not known while it is being sought."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reports")
    retrieved = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)


class ReportFile(OfReview):
    """The full text of a report as a file, such as a PDF."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    name = models.TextField()
    type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)


class ReportFilePart(models.Model):
    """A piece of a file, which begins at byte `start`: a file may be larger than the memory that one request may take."""

    file = models.ForeignKey(ReportFile, on_delete=models.CASCADE, related_name="parts")
    start = models.PositiveBigIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("file", "start")
        constraints = (models.UniqueConstraint(fields=("file", "start"), name="report_file_part_once"),)
