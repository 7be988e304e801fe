"""Searches, the files they gave, the records in them and which records are the same."""

from django.db import models

from evisynth.store.models.protocol import Keyed, Membership, OfReview, Review


class SearchRun(Keyed):
    """One source searched, at the detail that PRISMA-S asks for."""

    name = models.TextField()
    update = models.PositiveSmallIntegerField(default=0)  # 0: the review's own search; 1, 2 ...: a later run
    kind = models.CharField(max_length=20)
    platform = models.TextField(blank=True)
    searched = models.DateField(null=True)
    coverage = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    strategy_file = models.TextField(blank=True)
    strategy = models.BinaryField(default=b"")  # verbatim, as the file has it
    peer_reviewed = models.TextField(blank=True)
    files = models.JSONField(default=list)
    forced_format = models.CharField(max_length=20, blank=True)
    forced_encoding = models.CharField(max_length=20, blank=True)
    mapping_file = models.TextField(blank=True)
    mapping = models.BinaryField(default=b"")  # verbatim, as the file has it
    sha256 = models.JSONField(default=list)
    note = models.TextField(blank=True)


class ImportBatch(OfReview):
    """One export file of a search, untouched, and what reading it gave."""

    search = models.ForeignKey(SearchRun, on_delete=models.CASCADE, related_name="batches")
    file = models.TextField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=20, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    found = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)  # line, text, message, lost_record


class DuplicateGroup(OfReview):
    """Records of one publication. Found by rule from records and people's decisions; made anew when they change."""

    best = models.ForeignKey("Record", on_delete=models.CASCADE, related_name="+")
    merges = models.JSONField(default=list)  # a, b, reason, score
    size = models.PositiveIntegerField(default=1)
    reason = models.TextField(
        blank=True
    )  # of its weakest merge, and how alike those two are, to sort and filter by
    score = models.FloatField(default=1)

    class Meta(OfReview.Meta):
        indexes = (
            models.Index(fields=("review", "size"), name="groups_by_size"),
            models.Index(fields=("review", "reason"), name="groups_by_reason"),
        )


class Record(Keyed):
    """One record of one export, never edited. Its key is `<source>:<number>`."""

    search = models.ForeignKey(SearchRun, on_delete=models.CASCADE, related_name="records")
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="records")
    group = models.ForeignKey(DuplicateGroup, on_delete=models.SET_NULL, null=True, related_name="records")
    title = models.TextField(blank=True)
    year = models.IntegerField(null=True)
    fields = models.JSONField()  # every further field of search.record.Record


class DoubtfulPair(models.Model):
    """Two records that may be one publication and that no rule and no person decided about: the review band.

    Found with the groups of duplicates, and made anew with them.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    record_a = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    record_b = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    score = models.FloatField()

    class Meta:
        ordering = ("review", "-score", "pk")
        indexes = (models.Index(fields=("review", "-score"), name="doubtful_pairs_likeliest"),)


class DuplicateDecision(OfReview):
    """A person says that two records are, or are not, one publication; or takes back what was said ("withdraw").

    Append-only: a change of mind is a new row that `changes` what was decided about the pair.
    """

    record_a = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    record_b = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    decision = models.CharField(max_length=20)
    person = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    time = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    changes = models.BooleanField(default=False)
