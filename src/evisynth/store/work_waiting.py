"""What waits for one person in a review."""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import Exists, OuterRef, QuerySet

from evisynth.store import models
from evisynth.store.decisions import STAGES
from evisynth.store.voting import count_to_screen


class Part(Protocol):
    """A person's part in a review, as web.access gives it."""

    @property
    def review(self) -> models.Review: ...
    @property
    def member(self) -> models.Membership: ...
    @property
    def decides(self) -> bool: ...
    @property
    def settles(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts of what waits for a person; 0 where it is not theirs to do."""

    title_abstract: int = 0
    full_text: int = 0
    conflicts: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.title_abstract or self.full_text or self.conflicts)


def waiting_for(part: Part) -> Waiting:
    """Records and reports to vote on, and conflicts that this person may settle."""
    first, full = (count_to_screen(part.member, stage) if part.decides else 0 for stage in STAGES)
    return Waiting(first, full, conflicts_for(part).count() if part.settles else 0)


def conflicts_for(part: Part) -> QuerySet[models.ScreeningItem]:
    """The conflicts that this person may settle, by the review's rule."""
    items = models.ScreeningItem.objects.filter(review=part.review, state="conflict")
    if part.review.consensus_by != "third person":
        return items
    mine = models.Decision.objects.filter(
        stage=OuterRef("stage"),
        record__group=OuterRef("group_id"),
        person=part.member,
        active=True,
        kind="vote",
    )
    return items.filter(~Exists(mine))
