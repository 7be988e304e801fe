"""The review, its people, its question and its plan."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Review(models.Model):
    """One systematic review; everything else belongs to one."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.TextField()
    date = models.DateField()
    notice = models.TextField(blank=True)
    population = models.TextField(blank=True)
    intervention = models.TextField(blank=True)
    comparator = models.TextField(blank=True)
    outcomes_in_question = models.TextField(blank=True)
    votes_title_abstract = models.PositiveSmallIntegerField(default=2)
    votes_full_text = models.PositiveSmallIntegerField(default=2)
    extractors = models.PositiveSmallIntegerField(default=2)
    assessors = models.PositiveSmallIntegerField(default=2)
    consensus_by = models.CharField(max_length=20, default="third person")
    maybe_counts_as = models.CharField(max_length=10, default="include")
    blinding = models.CharField(max_length=20, default="until complete")
    highlight_include = models.JSONField(default=list)  # words shown in green while screening
    highlight_exclude = models.JSONField(default=list)  # words shown in red
    seed = models.PositiveIntegerField(default=1)  # of the random order in which items are screened
    removed = models.DateTimeField(null=True)  # when an owner removed it; it can be brought back
    objectives = models.TextField(blank=True)
    include_criteria = models.JSONField(default=list)
    exclude_criteria = models.JSONField(default=list)
    rob_tool = models.CharField(max_length=20, blank=True)
    rob_key_domains = models.JSONField(default=list)
    manuscript = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class OfReview(models.Model):
    """A row of one review, in the order in which people wrote it."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField(default=0)  # where the folder has it; 0: not loaded from a folder

    class Meta:
        abstract = True
        ordering = ("review", "position")


class Keyed(OfReview):
    """A row that people name by a short id, unique in its review."""

    key = models.CharField(max_length=80)

    class Meta(OfReview.Meta):
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("review", "key"), name="%(class)s_key_once_in_a_review"),
        )

    def __str__(self) -> str:
        return self.key


class Membership(Keyed):
    """A person's part in a review. Decisions, values and judgements are a member's."""

    name = models.TextField()
    roles = models.JSONField(default=list)
    affiliation = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="memberships"
    )
    left = models.BooleanField(default=False)  # no longer in the team; what the person decided stays

    class Meta(Keyed.Meta):
        constraints = (
            *Keyed.Meta.constraints,
            models.UniqueConstraint(fields=("review", "user"), name="a_user_is_in_a_review_once"),
        )


class ProtocolVersion(Keyed):
    date = models.DateField()
    note = models.TextField(blank=True)


class Amendment(OfReview):
    date = models.DateField()
    section = models.TextField()
    change = models.TextField()
    reason = models.TextField()


class ExclusionReason(Keyed):
    """Why a report is excluded; in the order in which reasons are asked."""

    text = models.TextField()


class Comparison(Keyed):
    intervention_key = models.CharField(max_length=80)
    intervention_name = models.TextField()
    intervention_short = models.TextField()
    comparator_key = models.CharField(max_length=80)
    comparator_name = models.TextField()
    comparator_short = models.TextField()


class Outcome(Keyed):
    """An outcome of the review. `direction` says what an event (or a higher value) means for the patient."""

    name = models.TextField()
    definition = models.TextField(blank=True)
    type = models.CharField(max_length=20)
    direction = models.CharField(max_length=10)
    importance = models.CharField(max_length=20, blank=True)
    unit = models.TextField(blank=True)  # of its mean; or of person-time, for a count


class Timepoint(OfReview):
    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="timepoints")
    key = models.CharField(max_length=80)
    name = models.TextField()

    class Meta(OfReview.Meta):
        constraints = (
            models.UniqueConstraint(fields=("outcome", "key"), name="timepoint_key_once_in_an_outcome"),
        )

    def __str__(self) -> str:
        return self.key


class Characteristic(Keyed):
    """One line of the form for the characteristics of included studies."""

    label = models.TextField()


class ModelRule(Keyed):
    """Which model is used depends on a statistic of the common-effect fit."""

    statistic = models.CharField(max_length=10)
    below = models.FloatField()
    then = models.CharField(max_length=80)
    otherwise = models.CharField(max_length=80)
