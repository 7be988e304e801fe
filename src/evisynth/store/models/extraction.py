"""Studies, their reports and arms, the values extracted from them, and letters to their authors."""

from django.db import models
from django.db.models import Q

from evisynth.store.models.protocol import Comparison, Keyed, Membership, OfReview, Outcome, Timepoint
from evisynth.store.models.screening import Report


class Study(Keyed):
    name = models.TextField()
    status = models.CharField(max_length=10)
    design = models.TextField(blank=True)
    published = models.BooleanField(default=True)
    registration = models.TextField(blank=True)
    note = models.TextField(blank=True)


class StudyReport(OfReview):
    """A report describes a study; either may have several of the other."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="study_reports")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="study_reports")
    role = models.CharField(max_length=10)
    note = models.TextField(blank=True)

    class Meta(OfReview.Meta):
        constraints = (
            models.UniqueConstraint(fields=("study", "report"), name="a_report_is_linked_to_a_study_once"),
        )


class Arm(OfReview):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="arms")
    key = models.CharField(max_length=80)
    name = models.TextField()
    side = models.CharField(max_length=80, blank=True)  # an intervention or comparator of a comparison
    description = models.TextField(blank=True)

    class Meta(OfReview.Meta):
        constraints = (models.UniqueConstraint(fields=("study", "key"), name="arm_key_once_in_a_study"),)

    def __str__(self) -> str:
        return self.key


class Contact(Keyed):
    """A question sent to somebody about a study, and the reply if one came."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="contacts")
    date = models.DateField()
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    asked_of = models.TextField()
    question = models.TextField()
    reply_date = models.DateField(null=True)
    reply = models.TextField(blank=True)


class ExtractedValue(OfReview):
    """One value that one person took from one place, or the consensus of two such.

    `value` is what was typed and `number` what it says; or a missing code, or the name of a formula.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="values")
    outcome = models.ForeignKey(Outcome, on_delete=models.RESTRICT, null=True, related_name="+")
    timepoint = models.ForeignKey(Timepoint, on_delete=models.RESTRICT, null=True, related_name="+")
    arm = models.ForeignKey(Arm, on_delete=models.RESTRICT, null=True, related_name="+")
    # Of an effect that the report gives itself, between two arms, in place of the arm.
    comparison = models.ForeignKey(Comparison, on_delete=models.RESTRICT, null=True, related_name="+")
    measure = models.CharField(max_length=20, blank=True)
    field = models.CharField(max_length=40)
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(max_length=12)
    value = models.TextField(blank=True)
    number = models.FloatField(null=True)
    missing = models.CharField(max_length=20, blank=True)
    derivation = models.TextField(blank=True)
    report = models.ForeignKey(Report, on_delete=models.RESTRICT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.RESTRICT, null=True, related_name="+")
    locator = models.TextField(blank=True)
    quote = models.TextField(blank=True)
    time = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta(OfReview.Meta):
        constraints = (
            models.CheckConstraint(
                name="value_or_missing_code_or_formula",
                condition=(
                    (~Q(value="") & Q(missing="", derivation=""))
                    | (Q(value="", derivation="") & ~Q(missing=""))
                    | (Q(value="", missing="") & ~Q(derivation=""))
                ),
            ),
            models.CheckConstraint(
                name="counts_of_people_are_not_negative",
                condition=~Q(field__in=("n", "patients_with_event", "event_count", "randomised", "withdrawn"))
                | Q(number__isnull=True)
                | Q(number__gte=0),
            ),
        )
