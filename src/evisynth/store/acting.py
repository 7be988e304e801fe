"""Doing something in a review: one transaction, one event in the history, nobody else writing meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from evisynth.store import models
from evisynth.store.history import START, event_hash


@dataclass(slots=True)
class Act:
    """A member at work in a review that is locked for others until the transaction ends."""

    review: models.Review
    member: models.Membership
    now: str

    def log(self, what: str, *, before: Any = None, after: Any = None) -> models.Event:
        """Write an event behind the last one. `before` and `after` are plain values of JSON."""
        events = models.Event.objects.filter(review=self.review).order_by("-position")
        position, previous = events.values_list("position", "hash").first() or (0, START)
        parts: dict[str, Any] = {
            "when": self.now,
            "who": self.member.key,
            "what": what,
            "before": before,
            "after": after,
            "previous": previous,
        }
        return models.Event.objects.create(
            review=self.review, position=position + 1, hash=event_hash(parts), **parts
        )

    def next_position(self, model: Any) -> int:
        """The place of a further row of the review in a table whose rows are in the order in which they came."""
        last = (
            model.objects.filter(review=self.review).order_by("-position").values_list("position", flat=True)
        )
        return (last.first() or 0) + 1


_writing = threading.Lock()


def _one_writer() -> AbstractContextManager[object]:
    """Threads of this process take turns to write to SQLite: waiting for its own lock is done by sleeping.

    Inside a transaction that began elsewhere the turn is not waited for: SQLite's lock is held already.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        return _writing
    return nullcontext()


@contextmanager
def acting(member: models.Membership) -> Iterator[Act]:
    """All that is written inside is written together or not at all; the review's row is locked until then.

    The order of events is the order in which the lock was had, whatever the clock says.
    """
    with _one_writer(), transaction.atomic():
        review = models.Review.objects.select_for_update().get(pk=member.review_id)
        now = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        yield Act(review, member, now)
