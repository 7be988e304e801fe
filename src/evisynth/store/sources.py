"""The sources of a review as people write them down in pages: added and changed. `removing` removes them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.acting import acting
from evisynth.store.exchange.searches import NO_HITS

KINDS = ("database", "register", "website", "citations", "contact")
TEXTS = ("name", "kind", "platform", "coverage", "limits", "peer_reviewed", "note")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MOST_UPDATES = 999
DECIDED = {  # what may have been decided about a record -> what people call it
    "decisions": "votes", "labels": "labels", "notes": "notes", "reports": "reports"
}  # fmt: skip


class Refused(DataError):
    """A source that cannot be kept or removed so; the message says why and what would be right."""


def add_source(member: models.Membership, key: str, fields: Mapping[str, Any]) -> models.SearchRun:
    """Write down a source without files yet. Raises Refused: the id is taken or no id, or a field is wrong."""
    with acting(member) as act:
        search = new_source(act.review, key, fields)
        search.position = act.next_position(models.SearchRun)
        search.save()
        act.log("source added", after=told(search))
        return search


def new_source(review: models.Review, key: str, fields: Mapping[str, Any]) -> models.SearchRun:
    """A source of these fields, not saved yet. Raises Refused as `add_source`."""
    if not KEY.fullmatch(key):
        raise Refused(
            f"Short name: found {key!r}; small letters, digits and hyphens are right, such as medline-2024."
        )
    if models.SearchRun.objects.filter(review=review, key=key).exists():
        raise Refused(f"The review has a source {key!r} already; take another short name.")
    search = models.SearchRun(review=review, position=0, key=key)
    _fill(search, fields)
    return search


def change_source(member: models.Membership, key: str, fields: Mapping[str, Any]) -> models.SearchRun:
    """Change what is written about a source. Its files and records stay. Raises Refused as `add_source`."""
    with acting(member) as act:
        search = source_of(act.review, key)
        if removal_of(act.review, key):
            raise Refused(f"{search.name} is being removed; nothing about it can be changed now.")
        before, run = told(search), search.update
        _fill(search, fields)
        if search.update != run and search.records.exists():
            raise Refused(
                f"{key} has records; the run of the searches that found them cannot be another now."
            )
        if told(search) != before:
            search.save()
            act.log("source changed", before=before, after=told(search))
        return search


def source_of(review: models.Review, key: str) -> models.SearchRun:
    search = models.SearchRun.objects.filter(review=review, key=key).first()
    if search is None:
        raise Refused(f"The review has no source {key!r}.")
    return search


def removal_of(review: models.Review, key: str) -> models.Job | None:
    """The job that removes this source, while it waits or runs."""
    jobs = models.Job.objects.filter(review=review, kind="remove", state__in=("waiting", "running"))
    return jobs.filter(arguments__source=key).first()


def _fill(search: models.SearchRun, fields: Mapping[str, Any]) -> None:
    for name in TEXTS:
        setattr(search, name, str(fields.get(name) or "").strip())
    if not search.name:
        raise Refused("Name: is empty; the source as the report names it is right, such as MEDLINE.")
    if search.kind not in KINDS:
        raise Refused(f"Kind: found {search.kind!r}; {', '.join(KINDS)} are right.")
    day = fields.get("searched") or None
    search.searched = date.fromisoformat(day) if isinstance(day, str) else day
    search.update = int(fields.get("update") or 0)
    if not 0 <= search.update <= MOST_UPDATES:
        raise Refused(f"Run of the searches: found {search.update}; 0 to {MOST_UPDATES} are right.")
    strategy = str(fields.get("strategy") or "").replace("\r\n", "\n")  # a browser sends lines so
    if strategy != bytes(search.strategy).decode("utf-8", "replace").replace("\r\n", "\n"):
        search.strategy = strategy.encode()  # else it stays as it is, byte by byte
    if strategy and not search.strategy_file:
        search.strategy_file = f"searches/strategies/{search.key}.txt"
    elif not strategy:
        search.strategy_file = ""
    if not search.files or search.files == [NO_HITS]:
        search.files = [NO_HITS] if fields.get("no_hits") else []


def told(search: models.SearchRun) -> dict[str, Any]:
    """A source as the history keeps it."""
    return {
        "source": search.key,
        **{name: getattr(search, name) for name in TEXTS},
        "searched": search.searched.isoformat() if search.searched else "",
        "update": search.update,
        "strategy": bytes(search.strategy).decode("utf-8", "replace"),
        "files": search.files,
    }


def why_it_stays(search: models.SearchRun) -> str:
    """Why a source cannot be removed: what was decided about its records; "" where nothing was."""
    records = models.Record.objects.filter(search=search)
    for relation, called in DECIDED.items():
        with_some = records.filter(**{f"{relation}__isnull": False}).distinct()
        if relation == "decisions":
            with_some = with_some.filter(decisions__active=True)
        if (
            with_some.exists()
        ):  # which records is not told: others' votes may be on them that are not open yet
            return f"There are {called} on records of {search.name}."
    pairs = models.DuplicateDecision.objects.filter(Q(record_a__search=search) | Q(record_b__search=search))
    if pair := pairs.select_related("record_a", "record_b").first():
        return (
            f"People decided whether {pair.record_a.key} and {pair.record_b.key} are duplicates, and one of them is a "
            f"record of {search.name}."
        )
    return ""
