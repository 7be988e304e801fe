"""The records and reports behind each number of the flow, as lists."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from evisynth.errors import DataError, near
from evisynth.store import models

BOXES = {
    "identified": "Records identified",
    "duplicates": "Duplicate records removed",
    "screened": "Records screened",
    "waiting": "Records waiting for votes",
    "conflicts": "Records in conflict",
    "excluded": "Records excluded",
    "going-on": "Records included on title and abstract",
    "not-sought": "Reports not sought yet",
    "sought": "Reports sought for retrieval",
    "being-sought": "Reports being sought",
    "not-retrieved": "Reports not retrieved",
    "assessed": "Reports assessed for eligibility",
    "waiting-full-text": "Reports waiting for votes",
    "conflicts-full-text": "Reports in conflict",
    "excluded-full-text": "Reports excluded",
    "included": "Reports included",
}
STATES = {"waiting": "waiting", "conflicts": "conflict", "excluded": "excluded", "going-on": "included"}
FULL_TEXT_STATES = {
    "waiting-full-text": "waiting",
    "conflicts-full-text": "conflict",
    "excluded-full-text": "excluded",
    "included": "included",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of records. `key` names it in addresses: a box, or a box and one of its lines (box:line)."""

    key: str
    title: str
    records: QuerySet[models.Record]


def listed(review: models.Review, key: str) -> Listed:
    """The records in a box of the flow, or in a line of it: identified:<source>, excluded-full-text:<reason>.

    Publications are named by the best of their records. Raises DataError for a list that there is not.
    """
    box, _, line = key.partition(":")
    if box not in BOXES:
        raise DataError(f"There is no list {key!r}.{near(box, BOXES)}")
    title = BOXES[box]
    records = models.Record.objects.filter(review=review).order_by("search__position", "position")
    if box == "identified":
        if line:
            source = models.SearchRun.objects.filter(review=review, key=line).first()
            if source is None:
                raise DataError(f"The review has no source {line!r}.")
            return Listed(key, f"{title}: {source.name}", records.filter(search=source))
        return Listed(key, title, records)
    if box == "duplicates":
        return Listed(key, title, records.filter(group__isnull=False).exclude(group__best=F("pk")))
    best = records.filter(group__best=F("pk"))
    if box == "screened":
        return Listed(key, title, best)
    if box in STATES:
        return Listed(key, title, best.filter(_items("title-abstract", STATES[box])))
    if box == "not-sought":
        going_on = best.filter(_items("title-abstract", "included"))
        return Listed(key, title, going_on.exclude(group__in=_reports(review).values("record__group")))
    return _of_reports(review, box, line, best)


def _of_reports(review: models.Review, box: str, line: str, best: QuerySet[models.Record]) -> Listed:
    title = BOXES[box]
    reports = _reports(review)
    if box == "not-retrieved":
        not_got = reports.filter(retrieved=False)
        if line:
            title, not_got = f"{title}: {line}", not_got.filter(reason=line)
        return Listed(f"{box}:{line}" if line else box, title, _behind(best, not_got))
    if box == "sought":
        return Listed(box, title, _behind(best, reports))
    if box == "being-sought":
        return Listed(box, title, _behind(best, reports.filter(retrieved=None)))
    assessed = _behind(best, reports.filter(retrieved=True))
    if box == "assessed":
        return Listed(box, title, assessed)
    found = assessed.filter(_items("full-text", FULL_TEXT_STATES[box]))
    if not line:
        return Listed(box, title, found)
    reason = models.ExclusionReason.objects.filter(review=review, key=line).first()
    if reason is None:
        raise DataError(f"The review has no reason {line!r} for exclusion.")
    found = found.filter(group__items__stage="full-text", group__items__reason=line)
    return Listed(f"{box}:{line}", f"{title}: {reason.text}", found)


def _items(stage: str, state: str) -> Q:
    return Q(group__in=models.ScreeningItem.objects.filter(stage=stage, state=state).values("group"))


def _reports(review: models.Review) -> QuerySet[models.Report]:
    return models.Report.objects.filter(review=review)


def _behind(best: QuerySet[models.Record], reports: QuerySet[models.Report]) -> QuerySet[models.Record]:
    return best.filter(group__in=reports.values("record__group"))
