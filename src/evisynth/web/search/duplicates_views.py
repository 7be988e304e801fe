"""Duplicates: what was merged and why, the pairs that people decide about, and every decision with its undo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.duplicate_decisions import Decided, Refused, keep_apart, merge, take_out, withdraw
from evisynth.store.duplicate_lists import (
    ORDERS,
    compared_groups,
    compared_pair,
    doubtful,
    merged_groups,
    reasons_of_merges,
    record_named,
    records_like,
    told_decisions,
)
from evisynth.store.merge_preview import effects_of_merging
from evisynth.web import access

ON_A_PAGE = 10
DECISIONS_ON_A_PAGE = 50
MOST_PAIRS = 250
LONGEST_REASON = 2_000


@require_safe
def duplicates(request: HttpRequest, slug: str) -> HttpResponse:
    """Groups of records of one publication, side by side with the reason of each merge."""
    of = access.of_review(request, slug)
    given = {name: request.GET.get(name, "")[:300] for name in ("reason", "order", "record")}
    groups = merged_groups(of.review, given["reason"], given["order"], given["record"])
    page = Paginator(groups, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "search/duplicates.html",
        {
            "here": "duplicates",
            "page": page,
            "groups": compared_groups(of.review, page.object_list),
            "reasons": reasons_of_merges(of.review),
            "orders": [(name, title) for name, (title, _) in ORDERS.items()],
            "given": given,
            "to_check": doubtful(of.review).count(),
            "records": models.Record.objects.filter(review=of.review).count(),
            "publications": models.DuplicateGroup.objects.filter(review=of.review).count(),
        },
    )


@require_safe
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """The queue of doubtful pairs, one at a time."""
    of = access.of_review(request, slug)
    at = request.GET.get("at", "")
    place = int(at) if at.isascii() and at.isdecimal() and len(at) < 8 else 0
    pairs = doubtful(of.review)
    number = pairs.count()
    place = min(place, max(number - 1, 0))
    pair = pairs[place : place + 1]
    context = {"here": "duplicates", "number": number, "place": place, "next": (place + 1) % max(number, 1)}
    if pair:
        found = pair[0]
        context |= {
            "pair": found,
            "comparison": compared_pair(found.record_a, found.record_b),
            "effects": _effects(of, found.record_a, found.record_b),
        }
    return render(request, "search/check.html", context)


def _effects(of: access.Access, a: models.Record, b: models.Record) -> list[object]:
    if a.group_id is None or b.group_id is None:
        return []
    return [*effects_of_merging(of.member, (a.group_id, b.group_id))]


@require_safe
def merge_two(request: HttpRequest, slug: str) -> HttpResponse:
    """Find two records by hand, see them side by side and what merging would do."""
    of = access.of_review(request, slug, to=access.SEARCH)
    keys = [request.GET.get(name, "")[:200].strip() for name in "ab"]
    context: dict[str, object] = {"here": "duplicates", "a": keys[0], "b": keys[1]}
    rows = [record_named(of.review, key) for key in keys]
    for side, key, row in zip("ab", keys, rows, strict=True):
        if row is None and key:
            context[f"found_{side}"] = records_like(of.review, key)
    a, b = rows
    if a is not None and b is not None:
        context |= {
            "comparison": compared_pair(a, b),
            "together": a.group_id == b.group_id,
            "effects": [] if a.group_id == b.group_id else _effects(of, a, b),
        }
    return render(request, "search/merge.html", context)


@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Merge two records' publications, or keep two records apart."""
    of = access.of_review(request, slug, to=access.SEARCH)
    a, b, reason = (request.POST.get(name, "")[:LONGEST_REASON] for name in ("a", "b", "reason"))
    act = {"merge": merge, "keep apart": keep_apart}.get(request.POST.get("decision", ""))
    try:
        if act is None:
            raise Refused("Neither merge nor keep apart was asked for; nothing was changed.")
        decided = act(of.member, a, b, reason.strip())
        _say(request, decided, f"{a} and {b} are " + ("merged." if act is merge else "kept apart."))
    except DataError as refused:
        messages.error(request, str(refused))
    return _back(request, slug, "duplicates-check")


@require_POST
def take_out_one(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a record out of its group."""
    of = access.of_review(request, slug, to=access.SEARCH)
    key = request.POST.get("record", "")[:200]
    try:
        decided = take_out(of.member, key, request.POST.get("reason", "")[:LONGEST_REASON].strip())
        _say(request, decided, f"{key} is a publication of its own now.")
    except DataError as refused:
        messages.error(request, str(refused))
    return _back(request, slug, "duplicates")


@require_safe
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """What people decided about duplicates, each with its undo while it stands."""
    of = access.of_review(request, slug)
    page = Paginator(told_decisions(of.review), DECISIONS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "search/decisions.html", {"here": "duplicates", "page": page})


@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take decisions back; what was before them counts again."""
    of = access.of_review(request, slug, to=access.SEARCH)
    sides = [request.POST.getlist(name)[:MOST_PAIRS] for name in "ab"]
    pairs = list(zip(*sides, strict=False))
    try:
        if not pairs:
            raise Refused("No decision was named; nothing was changed.")
        decided = withdraw(of.member, pairs)
        _say(request, decided, "The decision was taken back; both stay in the history.")
    except DataError as refused:
        messages.error(request, str(refused))
    return _back(request, slug, "duplicates-decisions")


def _say(request: HttpRequest, decided: Decided, done: str) -> None:
    if not decided.rows:
        messages.info(request, f"{done} That was decided already; nothing was changed.")
        return
    messages.success(request, f"{done} The list of decisions has an undo.")
    if decided.differing:
        people = "1 person has" if decided.differing == 1 else f"{decided.differing} people have"
        messages.warning(
            request,
            f"{people} voted on both records, and differently. Of each person the first vote counts; they can change "
            "it on the publication.",
        )


def _back(request: HttpRequest, slug: str, otherwise: str) -> HttpResponse:
    """To the page of ours that the form names, or else to this one."""
    where = request.POST.get("back", "")
    inside = where.startswith(f"/r/{slug}/") and url_has_allowed_host_and_scheme(where, allowed_hosts=None)
    return redirect(where if inside else reverse(otherwise, args=[slug]))
