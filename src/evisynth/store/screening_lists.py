"""Which item comes next for a person, and lists of items: filtered and in an order, at a bounded cost."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

from evisynth.store import models
from evisynth.store.decisions import MAY_DECIDE, votes_needed
from evisynth.store.screening_items import RANGE
from evisynth.store.voting import to_screen, votes_of

ORDERS = {"random": "shuffled", "newest": "-year", "title": "title"}
STATES = ("waiting", "conflict", "included", "excluded")
MOST_WORDS = 8

Items = QuerySet[models.ScreeningItem]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person asked for; empty means: no matter."""

    words: str = ""  # all of them, in title or abstract; "some words" in quotes together
    year_from: int | None = None
    year_to: int | None = None
    source: str = ""
    label: str = ""
    vote: str = ""  # the person's own: none, any, include, exclude, maybe
    state: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()


def filtered(items: Items, member: models.Membership, stage: str, filters: Filters) -> Items:
    """Those of the items that fit. Nothing that others said about a waiting item has an effect on it."""
    for word in words_of(filters.words):
        items = items.filter(_says(word))
    if filters.year_from is not None:
        items = items.filter(year__gte=filters.year_from)
    if filters.year_to is not None:
        items = items.filter(year__lte=filters.year_to, year__gt=0)
    if filters.source:
        items = items.filter(
            Exists(models.Record.objects.filter(group=OuterRef("group_id"), search__key=filters.source))
        )
    if filters.label:
        on_it = models.RecordLabel.objects.filter(
            record__group=OuterRef("group_id"), stage=stage, label__key=filters.label
        )
        items = items.filter(Exists(on_it.filter(person=member)) | ~Q(state="waiting") & Exists(on_it))
    if filters.vote:
        mine = votes_of(member, stage, filters.vote if filters.vote not in {"none", "any"} else "")
        items = items.filter(~Exists(mine) if filters.vote == "none" else Exists(mine))
    if filters.state:
        items = items.filter(state=filters.state)
    return items


def _says(word: str) -> Q:
    """The condition that title or abstract has this text, in any case.

    SQLite takes long to find an abstract in its record; so it first looks whether the text stands anywhere in the record
    as it is stored, where letters beyond ASCII are escaped.
    """
    title, abstract = Q(group__best__title__icontains=word), Q(group__best__fields__abstract__icontains=word)
    if connection.vendor == "sqlite":
        stored = Cast("group__best__fields", TextField())
        abstract = Q(IContains(stored, json.dumps(word)[1:-1])) & abstract
    return title | abstract


def words_of(text: str) -> list[str]:
    """The words and quoted phrases of a search, at most eight.

    >>> words_of('milk "oral immunotherapy"')
    ['milk', 'oral immunotherapy']
    """
    found = (" ".join((quoted or word).split()) for quoted, word in re.findall(r'"([^"]+)"|(\S+)', text))
    return [word for word in found if word.strip('"')][:MOST_WORDS]


def listed(member: models.Membership, stage: str, order: str, filters: Filters) -> Items:
    """All items of a stage that fit, in an order."""
    items = models.ScreeningItem.objects.filter(review=member.review_id, stage=stage)
    by = ORDERS[order]
    return filtered(items, member, stage, filters).order_by(by, "-pk" if by.startswith("-") else "pk")


def next_to_screen(
    member: models.Membership,
    stage: str,
    order: str = "random",
    filters: Filters | None = None,
    after: models.ScreeningItem | None = None,
) -> models.ScreeningItem | None:
    """The item that comes next for this person behind `after`; None when nothing waits for them.

    At the end it begins again from the start, once; what the person has put off comes last. Without `after` the
    random order goes on behind the person's last vote, and the other orders begin at their first item. Nothing is
    reserved, and nobody else's votes play a part.
    """
    if after is None and order == "random":
        after = last_voted(member, stage)
    by = ORDERS[order]
    field = by.removeprefix("-")
    if after is not None:
        place: tuple[Any, int] | None = (getattr(after, field), after.pk)
    else:
        place = (start_of(member, stage), 0) if order == "random" else None
    if not (filters and filters.any):
        found = _next_of_all(member, stage, by, place)
        if found is not None:
            return found
    for with_postponed in (False, True):
        if with_postponed and not models.Postponed.objects.filter(person=member, stage=stage).exists():
            return None
        items = to_screen(member, stage, with_postponed=with_postponed)
        items = filtered(items, member, stage, filters or Filters())
        found = _first(items, by, place, onward=True)
        if found is None and place is not None:
            found = _first(items, by, place, onward=False)
        if found is not None:
            return found
    return None


def _first(
    items: Items, by: str, place: tuple[Any, int] | None, *, onward: bool
) -> models.ScreeningItem | None:
    """The first item behind a place of the order, or (not onward) the first of all up to it."""
    backwards, field = by.startswith("-"), by.removeprefix("-")
    if place is not None:
        value, pk = place
        if onward:
            passed = {field: value, "pk__gte" if backwards else "pk__lte": pk}
            items = items.filter(**{f"{field}__{'lte' if backwards else 'gte'}": value}).exclude(**passed)
        else:
            items = items.filter(**{f"{field}__{'gte' if backwards else 'lte'}": value})
    items = items.select_related("group").defer("group__merges")
    return items.order_by(by, "-pk" if backwards else "pk").first()


def _next_of_all(
    member: models.Membership, stage: str, by: str, place: tuple[Any, int] | None
) -> models.ScreeningItem | None:
    """What `_first` finds onward in `to_screen`, where nothing is filtered: the question behind most votes.

    One plain statement; CROSS JOIN makes SQLite begin with the records of the group, not with all votes. The object
    mapper takes five times longer to write it than the database to answer it.
    """
    backwards, field = by.startswith("-"), by.removeprefix("-")
    values: list[Any] = [member.review_id, stage]
    onward = ""
    if place is not None:
        sign, passed = ("<=", ">=") if backwards else (">=", "<=")
        onward = f"AND i.{field} {sign} %s AND NOT (i.{field} = %s AND i.id {passed} %s) "
        values += [place[0], *place]
    statement = (
        "SELECT i.* FROM store_screeningitem i "  # noqa: S608 - names from here, values apart
        f"WHERE i.review_id = %s AND i.stage = %s AND i.state = 'waiting' {onward}"
        "AND NOT EXISTS (SELECT 1 FROM store_record r CROSS JOIN store_decision d WHERE d.record_id = r.id AND "
        "r.group_id = i.group_id AND d.stage = %s AND d.person_id = %s AND d.active AND d.kind = 'vote') "
        "AND NOT EXISTS (SELECT 1 FROM store_record r CROSS JOIN store_postponed p WHERE p.record_id = r.id AND "
        "r.group_id = i.group_id AND p.stage = %s AND p.person_id = %s) "
        "AND (NOT EXISTS (SELECT 1 FROM store_portion p WHERE p.stage = %s AND p.person_id = %s) OR EXISTS "
        f"(SELECT 1 FROM store_portion p WHERE p.stage = %s AND p.person_id = %s AND i.shuffled >= p.start / 100 * {RANGE} "
        f'AND i.shuffled < p."end" / 100 * {RANGE})) '
        f"ORDER BY i.{field} {'DESC, i.id DESC' if backwards else ', i.id'} LIMIT 1"
    )
    values += [stage, member.pk] * 4
    return next(iter(models.ScreeningItem.objects.raw(statement, values)), None)


def last_voted(member: models.Membership, stage: str) -> models.ScreeningItem | None:
    """The item on which the person's latest vote that still counts is."""
    last = models.Decision.objects.filter(
        review=member.review_id, stage=stage, person=member, active=True, kind="vote"
    )
    group = last.order_by("-position").values_list("record__group_id", flat=True).first()
    items = models.ScreeningItem.objects.select_related("group").defer("group__merges")
    return items.filter(stage=stage, group=group).first() if group else None


def start_of(member: models.Membership, stage: str) -> int:
    """Where in the random order a person begins.

    As many people as a record needs votes begin at the same place, the next ones further on, so that a large
    team does not read the same records all at once. It follows from the team alone.
    """
    needed = votes_needed(member.review, stage)
    team = models.Membership.objects.filter(review=member.review_id, left=False).order_by("position", "pk")
    deciding = [pk for pk, roles in team.values_list("pk", "roles") if MAY_DECIDE & set(roles)]
    if member.pk not in deciding:
        return 0
    starts = -(-len(deciding) // needed)
    return deciding.index(member.pk) // needed * (RANGE // starts)
