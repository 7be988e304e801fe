"""Risk of bias and certainty."""

from django.db import models

from evisynth.store.models.extraction import Study
from evisynth.store.models.protocol import Membership, OfReview, Outcome
from evisynth.store.models.screening import Report
from evisynth.store.models.synthesis import Analysis


class Assessment(OfReview):
    """One person's judgement of one domain for one study (or one outcome of it), or the consensus."""

    tool = models.CharField(max_length=20)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="assessments")
    outcome = models.ForeignKey(Outcome, on_delete=models.RESTRICT, null=True, related_name="+")
    domain = models.CharField(max_length=40)
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(max_length=10)
    judgement = models.CharField(max_length=20)
    support = models.TextField(blank=True)
    report = models.ForeignKey(Report, on_delete=models.RESTRICT, null=True, related_name="+")
    locator = models.TextField(blank=True)
    time = models.CharField(max_length=40, blank=True)


class Certainty(OfReview):
    """GRADE judgement of one analysis, bound to the hash of the analysis it was made on."""

    analysis = models.OneToOneField(Analysis, on_delete=models.CASCADE, related_name="certainty")
    start = models.CharField(max_length=10)
    steps = models.JSONField(default=dict)  # domain -> {"down" or "up": number, "reason": text}
    judged_by = models.JSONField(default=list)
    judged_on = models.DateField(null=True)
    analysis_hash = models.CharField(max_length=64, blank=True)
    comment = models.TextField(blank=True)
