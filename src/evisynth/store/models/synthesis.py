"""Analyses as recipes: what is computed from what. Never a result."""

from django.db import models

from evisynth.store.models.extraction import Study
from evisynth.store.models.protocol import Characteristic, Comparison, Keyed, OfReview, Outcome, Timepoint


class Analysis(Keyed):
    title = models.TextField()
    comparison = models.ForeignKey(Comparison, on_delete=models.RESTRICT, related_name="+")
    outcome = models.ForeignKey(Outcome, on_delete=models.RESTRICT, related_name="analyses")
    timepoint = models.ForeignKey(Timepoint, on_delete=models.RESTRICT, null=True, related_name="+")
    measure = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=10, blank=True)
    model = models.CharField(max_length=80, blank=True)
    tau2 = models.CharField(max_length=10, blank=True)
    profile = models.CharField(max_length=20, blank=True)
    test = models.CharField(max_length=20, blank=True)
    prediction = models.CharField(max_length=20, blank=True)
    data_from = models.CharField(max_length=20, blank=True)  # arms, contrasts, or arms or contrasts
    which_values = models.CharField(max_length=20, blank=True)  # final, change, or change where there is one
    one_group = models.CharField(max_length=20, blank=True)  # of a measure of one group: which side
    re_express_sd = models.FloatField(null=True)
    re_express_unit = models.TextField(blank=True)
    re_express_source = models.TextField(blank=True)
    subgroup_by = models.ForeignKey(Characteristic, on_delete=models.RESTRICT, null=True, related_name="+")
    leave_out_judged = models.JSONField(default=list)  # summaries of risk of bias that keep a study out
    assumed_from = models.CharField(max_length=20, blank=True)
    assumed_value = models.FloatField(null=True)
    assumed_source = models.TextField(blank=True)
    favours = models.JSONField(default=list)  # left, right
    planned = models.BooleanField(default=True)
    post_hoc_reason = models.TextField(blank=True)
    pool = models.BooleanField(default=True)
    not_pooled_reason = models.TextField(blank=True)


class LeftOut(OfReview):
    """A study that an analysis leaves out, and why."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="left_out")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
