"""Screening titles and abstracts, one record at a time. Each act answers with the record that comes next."""

import json
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from evisynth.store import models
from evisynth.store.notes import add_note, postpone, put_label, remove_label, remove_note, resume
from evisynth.store.screening_lists import last_voted, next_to_screen
from evisynth.store.voting import Complete, Meanwhile, Refused, count_to_screen, item_of, vote, withdraw
from evisynth.web import access
from evisynth.web.screening.cards import card_of
from evisynth.web.screening.forms import FilterForm
from evisynth.web.screening.keys import ways_of
from evisynth.web.screening.place import Place, place_of

STAGE = "title-abstract"
DONE = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the page tells about what was done, and what the person had typed and finds again."""

    text: str = ""
    kind: str = "success"
    typed: str = ""


@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """The record that waits for this person, or the one that is asked for by its key."""
    of = access.of_review(request, slug, to=access.DECIDE)
    mine = models.Decision.objects.filter(
        review=of.review, stage=STAGE, person=of.member, active=True, kind="vote"
    )
    place = replace(
        place_of(request.GET), trail=(), done=mine.count(), left=count_to_screen(of.member, STAGE)
    )
    words = Words()
    key = request.GET.get("record", "")
    try:
        item = item_of(of.review, STAGE, key) if key else _next(of, place)
    except Refused as refused:
        item, words = _next(of, place), Words(str(refused), "error")
    return _shown(request, of, item, place, words)


@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Vote on a record, and show the next one."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    decision = request.POST.get("decision", "")
    try:
        given = vote(of.member, STAGE, key, decision, note=typed, seen=request.POST.get("seen"))
    except Complete as complete:
        kept = ""
        if typed:
            add_note(of.member, STAGE, key, typed)
            kept = " What you wrote was kept, as a note on the record."
        item = item_of(of.review, STAGE, key)
        place = place.seen(key).counted(0)
        return _shown(request, of, _next(of, place, item), place, Words(f"{complete}{kept}", "warning"))
    except Meanwhile as meanwhile:
        item = item_of(of.review, STAGE, key)
        return _shown(request, of, item, place, Words(str(meanwhile), "warning", typed))
    except Refused as refused:
        return refusal(request, refused)
    first = given.row is not None and not given.row.changes
    place = place.seen(key).counted(1 if first else 0)
    said = f"{DONE[decision]}: {key}." if given.row else f"{key} had this vote of yours already."
    return _shown(request, of, _next(of, place, given.item), place, Words(said))


@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back the latest vote, of this sitting or of all, and show its record again."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    found = _latest_vote(of, place)
    if found is None:
        return refusal(request, Refused("You have no vote to take back."))
    try:
        given = withdraw(of.member, STAGE, found.record.key)
    except Refused as refused:
        return refusal(request, refused)
    kept = _keep(of, key, typed)
    place = place.without(found.record.key).counted(-1)
    said = f"Your vote on {found.record.key} ({found.decision}) was taken back; it waits for you again.{kept}"
    return _shown(request, of, given.item, place, Words(said, typed=found.note))


@require_POST
def skip(request: HttpRequest, slug: str) -> HttpResponse:
    """The next record, without a vote. This one comes again at the end."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    try:
        item = item_of(of.review, STAGE, key)
    except Refused as refused:
        return refusal(request, refused)
    kept = _keep(of, key, typed)
    place = place.seen(key)
    return _shown(request, of, _next(of, place, item), place, Words(kept))


@require_POST
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """The record that was shown before this one."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    before = next((each for each in reversed(place.trail) if each != key), None)
    if before is None:
        return refusal(request, Refused("There is no record before this one; the list has all of them."))
    try:
        item = item_of(of.review, STAGE, before)
    except Refused as refused:
        return refusal(request, refused)
    return _shown(request, of, item, place.without(before), Words(_keep(of, key, typed)))


@require_POST
def put_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Put this record off until all others are done, or no longer; and show the next one."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    try:
        item = item_of(of.review, STAGE, key)
        if request.POST.get("again"):
            resume(of.member, STAGE, key)
            return _shown(request, of, item, place, Words(f"{key} is no longer put off.", typed=typed))
        postpone(of.member, STAGE, key)
    except Refused as refused:
        return refusal(request, refused)
    kept = _keep(of, key, typed)
    place = place.seen(key)
    said = f"{key} is put off until the others are done.{kept}"
    return _shown(request, of, _next(of, place, item), place, Words(said))


@require_POST
def note(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a note on this record, without a vote."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    try:
        add_note(of.member, STAGE, key, typed)
        return _shown(request, of, item_of(of.review, STAGE, key), place, Words("The note is kept."))
    except Refused as refused:
        return refusal(request, refused)


@require_POST
def unnote(request: HttpRequest, slug: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    try:
        remove_note(of.member, STAGE, key, request.POST.get("of_note", ""))
        item = item_of(of.review, STAGE, key)
    except Refused as refused:
        return refusal(request, refused)
    return _shown(request, of, item, place, Words("The note is removed; the history keeps it.", typed=typed))


@require_POST
def label(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a label on this record; a new name makes a new label."""
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    name = request.POST.get("label_name", "")
    try:
        put_label(of.member, STAGE, [key], name)
        item = item_of(of.review, STAGE, key)
    except Refused as refused:
        return refusal(request, refused)
    return _shown(request, of, item, place, Words(f"{key} has the label {name.strip()}.", typed=typed))


@require_POST
def unlabel(request: HttpRequest, slug: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.DECIDE)
    place, key, typed = _sent(request)
    try:
        remove_label(of.member, STAGE, key, request.POST.get("label_key", ""))
        item = item_of(of.review, STAGE, key)
    except Refused as refused:
        return refusal(request, refused)
    return _shown(request, of, item, place, Words("The label is off.", typed=typed))


def _sent(request: HttpRequest) -> tuple[Place, str, str]:
    """Where the person is, the record that was shown, and what was typed."""
    typed = request.POST.get("note", "").replace("\r\n", "\n").replace("\x00", "").strip()
    return place_of(request.POST), request.POST.get("record", ""), typed


def _keep(of: access.Access, key: str, typed: str) -> str:
    """Keep what was typed on a record that the person leaves without a vote; gives the words that tell so.

    What is there already as the note of the person's vote is not kept twice.
    """
    if not typed:
        return ""
    item = item_of(of.review, STAGE, key)
    voted = models.Decision.objects.filter(
        stage=STAGE, record__group=item.group_id, person=of.member, active=True, kind="vote", note=typed
    )
    if voted.exists():
        return ""
    add_note(of.member, STAGE, key, typed)
    return f" What you wrote was kept, as a note on {key}."


def _next(
    of: access.Access, place: Place, after: models.ScreeningItem | None = None
) -> models.ScreeningItem | None:
    return next_to_screen(of.member, STAGE, place.order, place.filters, after)


def _latest_vote(of: access.Access, place: Place) -> models.Decision | None:
    """The latest vote on a record seen in this sitting, or the person's latest of all."""
    mine = models.Decision.objects.filter(
        review=of.review, stage=STAGE, person=of.member, active=True, kind="vote"
    )
    mine = mine.select_related("record").defer("record__fields").order_by("-position")
    if place.trail:
        groups = models.Record.objects.filter(review=of.review, key__in=place.trail).values("group")
        here = mine.filter(record__group__in=groups).first()
        if here is not None:
            return here
    item = last_voted(of.member, STAGE)
    return mine.filter(record__group=item.group_id).first() if item else None


def _shown(
    request: HttpRequest,
    of: access.Access,
    item: models.ScreeningItem | None,
    place: Place,
    words: Words,
) -> HttpResponse:
    """The record, as a whole page or as the part of it that changes."""
    ways = ways_of(cast("models.User", request.user))
    if item is None and request.method == "POST":  # the page cannot know what became of the others' votes
        place = replace(place, left=count_to_screen(of.member, STAGE) if not place.filters.any else 0)
    card = card_of(of.member, of.review, item, ways) if item is not None else None
    context: dict[str, Any] = {
        "card": card,
        "place": place,
        "words": words,
        "stage": STAGE,
        "ways": ways,
        "note": words.typed or (card.said.mine.note if card and card.said.mine else ""),
    }
    if getattr(request, "htmx", None):
        return render(request, "screening/_screen.html", context)
    context |= {
        "here": "screening",
        "keys_json": json.dumps(ways.actions),
        "filters": FilterForm(request.GET if request.method == "GET" else request.POST, of.review),
        "labels": models.Label.objects.filter(review=of.review).order_by("name"),
    }
    return render(request, "screening/screen.html", context)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """What a part of a page is told; a whole page without scripts gets it as a page."""
    if getattr(request, "htmx", None):
        return HttpResponse(str(refused), status=409, content_type="text/plain; charset=utf-8")
    return render(request, "error.html", {"title": "This was not done.", "message": str(refused)}, status=409)
