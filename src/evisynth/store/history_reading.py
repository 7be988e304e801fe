"""The history as a person may see it, and the proof that nobody changed it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from evisynth.screening.blinding import may_see_votes
from evisynth.store import models
from evisynth.store.decisions import STAGES
from evisynth.store.history import breaks

PARTS = ("when", "who", "what", "before", "after", "previous", "hash")


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as a person may see it. `hidden`: what it says is another's vote, note or label that is not open."""

    event: models.Event
    hidden: bool

    @property
    def about(self) -> str:
        """The record that it is about."""
        return next(iter(sorted(_records(self.event))), ("", ""))[1]


def events_of(member: models.Membership, *, who: str = "", record: str = "") -> QuerySet[models.Event]:
    """The events of a member's review, newest first; of one person, or about one record (what they name as `record`).

    Asked for one record, those whose content is hidden from the member are left out: that somebody voted on it, and
    when, is not open either.
    """
    events = models.Event.objects.filter(review=member.review_id).order_by("-position")
    if who:
        events = events.filter(who=who)
    if record:
        if not models.Record.objects.filter(review=member.review_id, key=record).exists():
            return events.none()  # any other text would ask what hidden votes and notes say
        events = events.annotate(then=Cast("before", TextField()), now=Cast("after", TextField()))
        events = events.filter(_says(record))
        private = Q(pk__in=[])
        for stage, _ in _closed(member, {(stage, record) for stage in STAGES}):
            private |= _says(stage)
        of_others = ~Q(who=member.key) | Q(then__contains='"person"') | Q(now__contains='"person"')
        events = events.exclude(pk__in=events.filter(private, of_others).order_by().values("pk"))
    return events


def _says(text: str) -> Q:
    """Events of whose content this text is a value, also within a list, of which not every database can be asked."""
    return Q(then__contains=json.dumps(text)) | Q(now__contains=json.dumps(text))


def shown_to(member: models.Membership, events: Sequence[models.Event]) -> list[Shown]:
    """These events, each marked where its content is hidden from this person."""
    hidden = hidden_from(member, events)
    return [Shown(event, event.pk in hidden) for event in events]


def hidden_from(member: models.Membership, events: Iterable[models.Event]) -> set[int]:
    """The events (by row) whose content this person may not see yet."""
    private = {
        event.pk: items for event in events if (items := _records(event)) and _of_others(event, member.key)
    }
    closed = _closed(member, {item for items in private.values() for item in items})
    return {pk for pk, items in private.items() if items & closed}


def _of_others(event: models.Event, key: str) -> bool:
    """Whether an event says something of another: of who did it, or of whom a part of it names, as who left is."""
    people = {part.get("person", event.who) for part in _parts(event)}
    return bool(people - {key})


def _parts(event: models.Event) -> list[Mapping[str, Any]]:
    """What an event says of items, before and after."""
    sides = [side if isinstance(side, list) else [side] for side in (event.before, event.after)]
    return [part for side in sides for part in side if isinstance(part, Mapping) and "stage" in part]


def _records(event: models.Event) -> set[tuple[str, str]]:
    """(stage, record) of each item that an event says something about."""
    found = set()
    for part in _parts(event):
        keys = part.get("records") or [part.get("record")]
        found |= {(str(part["stage"]), str(key)) for key in keys if key}
    return found


def _closed(member: models.Membership, items: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those items whose votes this person may not see."""
    closed = set()
    for stage in {stage for stage, _ in items}:
        keys = [key for of, key in items if of == stage]
        rows = models.Record.objects.filter(review=member.review_id, key__in=keys)
        group_of = dict(rows.values_list("key", "group_id"))
        states = models.ScreeningItem.objects.filter(stage=stage, group__in=group_of.values())
        state = dict(states.values_list("group_id", "state"))
        mine = models.Decision.objects.filter(
            stage=stage, person=member, active=True, kind="vote", record__group__in=group_of.values()
        )
        voted = set(mine.values_list("record__group_id", flat=True))
        closed |= {
            (stage, key)
            for key, group in group_of.items()
            if not may_see_votes(state.get(group, "waiting"), group in voted, member.review.blinding)
        }
    return closed


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at a whole history gave: how many events, and every place where something is wrong."""

    events: int
    problems: tuple[str, ...]


def verify(review: models.Review) -> Verified:
    """Whether each event follows the one before, unchanged, and whether the decisions are those that were logged.

    The problems name decisions without telling what was decided, which may not be open to who asks.
    """
    rows = list(models.Event.objects.filter(review=review).order_by("position"))
    events = [{part: getattr(row, part) for part in PARTS} for row in rows]
    problems = [f"Event {number} {message}" for number, message in breaks(events)]
    return Verified(len(events), (*problems, *_unlogged(review, events)))


def _unlogged(review: models.Review, events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Decisions that no event tells of, and events whose decision is not there."""
    logged = Counter(
        (after.get("person", event["who"]), event["when"], after["stage"], after["record"], after["decision"])
        for event in events
        for after in (event["after"] if isinstance(event["after"], list) else [event["after"]])
        if isinstance(after, Mapping) and {"stage", "record", "decision"} <= set(after)
    )
    rows = models.Decision.objects.filter(review=review, line=0).order_by("position")
    there = Counter(rows.values_list("person__key", "time", "stage", "record__key", "decision"))
    came_with_a_folder = Counter(  # whose history may tell of them, or not
        models.Decision.objects.filter(review=review, line__gt=0).values_list(
            "person__key", "time", "stage", "record__key", "decision"
        )
    )
    return [
        *(
            f"{who}'s decision about {record} ({stage}, {when}) is in no event of the history."
            for who, when, stage, record, _ in sorted((there - logged).elements())
        ),
        *(
            f"The history tells of {who}'s decision about {record} ({stage}, {when}), which is not there."
            for who, when, stage, record, _ in sorted((logged - there - came_with_a_folder).elements())
        ),
    ]
