"""The flow of a review as its pages show it: counted from the rows that pages work on, without reading records."""

from collections import Counter

from django.core.cache import cache
from django.db.models import Count

from evisynth.reporting.flow import Flow, FlowInput, count_flow
from evisynth.store import models
from evisynth.store.gather.flow import STATUSES

SECONDS = 600  # for which a flow is kept at most


def live_flow(review: models.Review) -> Flow:
    """Every box of the flow as it is now. Kept for as long as nothing happens in the review."""
    last = models.Event.objects.filter(review=review).order_by("-position").values_list("hash", flat=True)
    newest = last.first()
    if newest is None:  # a review that only files made has no history to tell that something changed
        return count_flow(_given(review))
    key = f"flow-{review.pk}-{newest}"
    kept: Flow | None = cache.get(key)
    if kept is None:
        kept = count_flow(_given(review))
        cache.set(key, kept, timeout=SECONDS)
    return kept


def _given(review: models.Review) -> FlowInput:
    records = models.Record.objects.filter(review=review).order_by()
    found = dict(records.values_list("search").annotate(n=Count("pk")))
    sources = models.SearchRun.objects.filter(review=review).values_list("pk", "key", "name", "kind")
    screened = _items(review, "title-abstract")
    reports = _reports(review)
    return FlowInput(
        sources=[(key, name, kind, found.get(pk, 0)) for pk, key, name, kind in sources],
        groups=models.DuplicateGroup.objects.filter(review=review).count(),
        screened={group: state for group, (state, _) in screened.items()},
        sought={group: None if got else why for group, (got, why) in reports.items()},
        being_sought=frozenset(group for group, (got, _) in reports.items() if got is None),
        assessed={group: stands for group, stands in _items(review, "full-text").items() if group in reports},
        study_status=_study_status(review),
        studies=Counter(models.Study.objects.filter(review=review).values_list("status", flat=True)),
        reasons=dict(models.ExclusionReason.objects.filter(review=review).values_list("key", "text")),
    )


def _items(review: models.Review, stage: str) -> dict[str, tuple[str, str]]:
    """Group -> (state, reason) at a stage."""
    items = models.ScreeningItem.objects.filter(review=review, stage=stage).order_by()
    rows = items.values_list("group_id", "state", "reason")
    return {str(group): (state, reason) for group, state, reason in rows}


def _reports(review: models.Review) -> dict[str, tuple[bool | None, str]]:
    """Group -> whether its report was retrieved (None: being sought), and why not; of two reports the first counts."""
    rows = models.Report.objects.filter(review=review, record__group__isnull=False).order_by("-position")
    return {
        str(group): (retrieved, reason)
        for group, retrieved, reason in rows.values_list("record__group_id", "retrieved", "reason")
    }


def _study_status(review: models.Review) -> dict[str, str]:
    links = models.StudyReport.objects.filter(review=review).values_list(
        "report__record__group_id", "study__status"
    )
    found: dict[str, str] = {}
    for group, status in links:
        name = str(group)
        found[name] = min(status, found.get(name, status), key=STATUSES.index)
    return found
