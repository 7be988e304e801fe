"""Conflicts of both stages: the queue of them, and one with its votes side by side, to settle."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evisynth.store import models
from evisynth.store.decisions import STAGES, folded
from evisynth.store.screening_items import decisions_about
from evisynth.store.settling import (
    KINDS,
    OPEN,
    REASONS,
    SETTLED,
    counts,
    for_me,
    items_of_kind,
    last_decision,
    settle_seen,
    settles,
    unsettle_seen,
    why_not,
)
from evisynth.store.voting import Refused, item_of
from evisynth.web import access
from evisynth.web.fulltext.forms import DecisionForm, choice_of
from evisynth.web.screening.cards import card_of
from evisynth.web.screening.keys import ways_of

ON_A_PAGE = 25
ORDERS = {
    "stage": ("by stage", ("-stage", "title", "pk")),
    "title": ("by title", ("title", "pk")),
    "newest": ("newest first", ("-year", "title", "pk")),
}
TITLES = {OPEN: "Conflicts", REASONS: "Excluded for different reasons", SETTLED: "Settled"}
STAGE_NAMES = {"title-abstract": "Title and abstract", "full-text": "Full text"}


@require_safe
def conflicts(request: HttpRequest, slug: str) -> HttpResponse:
    """What two judged differently and nobody has settled; different reasons; and what was settled."""
    of = access.of_review(request, slug)
    kind, stage = request.GET.get("kind", OPEN), request.GET.get("stage", "")
    kind = kind if kind in KINDS else OPEN
    order, words = request.GET.get("order", "stage"), request.GET.get("q", "")
    only_mine = bool(request.GET.get("mine"))
    items = items_of_kind(of.review, kind)
    if stage in STAGES:
        items = items.filter(stage=stage)
    for word in words.split()[:8]:
        items = items.filter(group__best__title__icontains=word)
    mine = for_me(items, of.member)
    items = mine if only_mine else items
    items = items.order_by(*ORDERS.get(order, ORDERS["stage"])[1])
    found = items.select_related("group__best").defer("group__merges", "group__best__fields")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [item.pk for item in page.object_list]
    number = counts(of.review)
    return render(
        request,
        "conflicts/conflicts.html",
        {
            "here": "conflicts",
            "page": page,
            "to_settle": set(mine.filter(pk__in=shown).values_list("pk", flat=True)),
            "first": _following(mine, None) if kind != SETTLED else None,
            "kinds": list(
                zip(
                    KINDS,
                    TITLES.values(),
                    (number.conflicts, number.reasons_differ, number.settled),
                    strict=True,
                )
            ),
            "kind": kind,
            "title": TITLES[kind],
            "stages": list(STAGE_NAMES.items()),
            "stage": stage,
            "orders": [(name, title) for name, (title, _) in ORDERS.items()],
            "order": order,
            "words": words,
            "only_mine": only_mine,
            "settles": settles(of.member),
        },
    )


@require_safe
def conflict(request: HttpRequest, slug: str, stage: str, record: str) -> HttpResponse:
    """One item: both votes side by side with reasons and notes, the criteria, and what settles it."""
    of = access.of_review(request, slug)
    return _page_of(request, of, stage, record)


@require_POST
def settle(request: HttpRequest, slug: str, stage: str, record: str) -> HttpResponse:
    """Settle what the page showed, then go on to the next that this person may settle."""
    of = access.of_review(request, slug, to=access.DECIDE)
    item = _item(of, stage, record)
    form = DecisionForm(request.POST, review=of.review, stage=stage, maybe=False)
    if not form.is_valid():
        return _page_of(request, of, stage, record, form=form, status=422)
    decision, reason = form.decision
    kind = _kind(item)
    try:
        settle_seen(
            of.member,
            stage,
            record,
            decision,
            reason=reason,
            note=form.cleaned_data["note"],
            seen=_number(form.cleaned_data["seen"]),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return _page_of(request, of, stage, record, form=form, status=409)
    messages.success(request, f"Settled: {decision}.")
    following = _following(for_me(items_of_kind(of.review, kind), of.member), item)
    if kind == SETTLED:
        return redirect("conflict", slug, stage, record)
    if following is None:
        messages.info(request, "There is nothing further of this kind for you to settle.")
        return redirect("conflicts", slug)
    return redirect("conflict", slug, *following)


@require_POST
def reopen(request: HttpRequest, slug: str, stage: str, record: str) -> HttpResponse:
    """Take back how it was settled."""
    of = access.of_review(request, slug, to=access.DECIDE)
    _item(of, stage, record)
    try:
        unsettle_seen(of.member, stage, record, seen=_number(request.POST.get("seen", "")))
    except Refused as refused:
        messages.error(request, str(refused))
        return _page_of(request, of, stage, record, status=409)
    messages.success(request, "Taken back; it is open again. The history keeps both.")
    return redirect("conflict", slug, stage, record)


def _item(of: access.Access, stage: str, record: str) -> models.ScreeningItem:
    if stage not in STAGES:
        raise Http404("The stages are title-abstract and full-text.")
    try:
        return item_of(of.review, stage, record)
    except Refused as refused:
        raise Http404(str(refused)) from None


def _kind(item: models.ScreeningItem) -> str:
    if item.settled:
        return SETTLED
    return OPEN if item.state == "conflict" else REASONS


def _following(
    items: QuerySet[models.ScreeningItem], after: models.ScreeningItem | None
) -> tuple[str, str] | None:
    """(stage, record) of the next item of the queue, in the order of stages and titles; the first again at its end."""
    places = items.order_by(*ORDERS["stage"][1]).values_list("stage", "group__best__key")
    if after is not None:
        behind = places.filter(stage=after.stage, title__gte=after.title).exclude(pk=after.pk).first()
        if behind:
            return behind
        places = places.exclude(pk=after.pk)
    return places.first()


def _page_of(
    request: HttpRequest,
    of: access.Access,
    stage: str,
    record: str,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of an item. What was typed into a refused form stays, beside what there is to see now."""
    item = _item(of, stage, record)
    ways = ways_of(cast("models.User", request.user))
    card = card_of(of.member, of.review, item, ways)
    now = folded(decisions_about(stage, item.group_id))
    rows = _in_columns(now.votes.values()) if card.said.open else []
    different = items_of_kind(of.review, REASONS).filter(pk=item.pk).exists()
    to_settle = item.state == "conflict" or item.settled or different
    refused = why_not(of.member, item) if to_settle else ""
    context: dict[str, Any] = {
        "here": "conflicts",
        "item": item,
        "stage_name": STAGE_NAMES[stage],
        "card": card,
        "votes": rows,
        "consensus": now.consensus if card.said.open else None,
        "different": different,
        "to_settle": to_settle,
        "why_not": refused,
        "form": _form(of, item, now.consensus, form),
        "seen": last_decision(item),
        "history": _decisions(item) if card.said.open else [],
        "keys": ways.keys,
        "hidden": ways.hidden,
    }
    return render(request, "conflicts/conflict.html", context, status=status)


def _in_columns(votes: Iterable[models.Decision]) -> list[models.Decision]:
    """Votes in the order of the team's list: two people always stand on the same sides."""
    return sorted(votes, key=lambda vote: vote.person.position)


def _form(
    of: access.Access,
    item: models.ScreeningItem,
    consensus: models.Decision | None,
    sent: DecisionForm | None,
) -> DecisionForm:
    """The form to settle an item as it is now; with what was typed, where it was refused."""
    initial = {
        "choice": choice_of(consensus),
        "note": consensus.note if consensus else "",
        "seen": last_decision(item),
    }
    if sent is None:
        return DecisionForm(review=of.review, stage=item.stage, maybe=False, initial=initial)
    kept = {"choice": sent.data.get("choice", ""), "note": sent.data.get("note", ""), "seen": initial["seen"]}
    if sent.is_valid():  # only refused by what happened meanwhile
        return DecisionForm(review=of.review, stage=item.stage, maybe=False, initial=kept)
    return DecisionForm(kept, review=of.review, stage=item.stage, maybe=False)


def _decisions(item: models.ScreeningItem) -> list[models.Decision]:
    """Every decision about an item, the newest first."""
    return decisions_about(item.stage, item.group_id)[::-1]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
