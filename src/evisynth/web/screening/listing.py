"""Records as a list: found again, and decided on several at a time."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from evisynth.store import models
from evisynth.store.notes import put_label
from evisynth.store.screening_lists import listed
from evisynth.store.voting import Refused, item_of, items_of
from evisynth.store.voting_many import MOST, VOTES, GivenMany, undo_votes, vote_many
from evisynth.web import access
from evisynth.web.screening.cards import card_of
from evisynth.web.screening.forms import ListForm
from evisynth.web.screening.keys import ways_of
from evisynth.web.screening.views import DONE, STAGE, refusal

COUNTED = 10_000  # a list of more says "more than"


@dataclass(frozen=True, slots=True)
class Row:
    item: models.ScreeningItem
    mine: str
    labels: list[str]

    @property
    def record(self) -> models.Record:
        return self.item.group.best


@require_safe
def records(request: HttpRequest, slug: str) -> HttpResponse:
    """The records of the stage that fit, a page of them."""
    of = access.of_review(request, slug)
    form = ListForm(request.GET, of.review)
    order, filters = form.chosen()
    size = form.cleaned_data.get("size") or 50
    found = listed(of.member, STAGE, order, filters)
    count = found.order_by()[: COUNTED + 1].count()
    pages = _Counted(found, size, min(count, COUNTED))
    page = pages.get_page(request.GET.get("page"))
    asked = [(name, value) for name, value in request.GET.items() if name not in {"page", "done"} and value]
    context = {
        "form": form,
        "page": page,
        "rows": _rows(of.member, list(page.object_list)),
        "count": count,
        "more": count > COUNTED,
        "query": urlencode(asked),
        "filtered": filters.any,
        "done": _done(of, request.GET.get("done", "")),
        "labels": models.Label.objects.filter(review=of.review).order_by("name"),
        "here": "screening",
    }
    return render(request, "screening/list.html", context)


@require_safe
def record(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One record, and what may be seen of what was said about it."""
    of = access.of_review(request, slug)
    try:
        item = item_of(of.review, STAGE, key)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    ways = ways_of(cast("models.User", request.user))
    context = {
        "card": card_of(of.member, of.review, item, ways),
        "ways": ways,
        "stage": STAGE,
        "here": "screening",
    }
    return render(request, "screening/record.html", context)


@require_POST
def decide_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether these records are to be decided on or labelled, with their number; then do it."""
    of = access.of_review(request, slug, to=access.DECIDE)
    keys, what = request.POST.getlist("record"), request.POST.get("what", "")
    name = " ".join(request.POST.get("label_name", "").split())
    back = _back(slug, request.POST.get("query", ""))
    try:
        chosen = items_of(of.review, STAGE, keys, most=MOST)
        if what not in {*DONE, "label"} or (what == "label" and not name):
            raise Refused(
                "Choose what is to be done with the records: include, exclude, maybe, or name a label."
            )
        if not request.POST.get("confirmed"):
            rows = _rows(of.member, list(chosen.values()))
            context = {
                "rows": rows,
                "what": what,
                "label_name": name,
                "changes": sum(row.mine not in {"", what} for row in rows) if what != "label" else 0,
                "complete": sum(not row.mine and row.item.state != "waiting" for row in rows)
                if what != "label"
                else 0,
                "query": request.POST.get("query", ""),
                "back": back,
                "here": "screening",
            }
            return render(request, "screening/confirm.html", context)
        if what == "label":
            new = put_label(of.member, STAGE, list(chosen), name)
            messages.success(request, f"{new} of {len(chosen)} records have the label {name} newly.")
            return redirect(back)
        given = vote_many(of.member, list(chosen), what)
    except Refused as refused:
        return refusal(request, refused)
    messages.success(request, _told(given, what))
    return redirect(f"{back}{'&' if '?' in back else '?'}done={given.event}" if given.event else back)


@require_POST
def undo_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what was decided on several records at once."""
    of = access.of_review(request, slug, to=access.DECIDE)
    event = request.POST.get("event", "")
    try:
        given = undo_votes(of.member, int(event) if event.isdecimal() and len(event) < 10 else 0)
    except Refused as refused:
        return refusal(request, refused)
    text = f"{len(given.given)} votes are as they were before."
    if given.same:
        text += f" {len(given.same)} were changed since and stay as they are."
    messages.success(request, text)
    return redirect(_back(slug, request.POST.get("query", "")))


class _Counted(Paginator):  # type: ignore[type-arg]
    """Pages of a list that is counted to a limit."""

    def __init__(self, found: object, size: int, count: int) -> None:
        super().__init__(found, size)  # type: ignore[arg-type]
        self.count = count


def _rows(member: models.Membership, items: list[models.ScreeningItem]) -> list[Row]:
    """The items with this person's own votes and labels. Three queries."""
    groups = [item.group_id for item in items]
    best = (
        models.DuplicateGroup.objects.select_related("best").defer("merges", "best__fields").in_bulk(groups)
    )
    for item in items:
        item.group = best[item.group_id]
    votes = models.Decision.objects.filter(
        stage=STAGE, person=member, active=True, kind="vote", record__group__in=groups
    )
    mine = dict(votes.values_list("record__group_id", "decision"))
    labels: dict[int, list[str]] = {}
    own = models.RecordLabel.objects.filter(stage=STAGE, person=member, record__group__in=groups)
    for group, name in own.order_by("label__name").values_list("record__group_id", "label__name"):
        labels.setdefault(group or 0, []).append(name)
    return [Row(item, mine.get(item.group_id, ""), labels.get(item.group_id, [])) for item in items]


def _done(of: access.Access, event: str) -> models.Event | None:
    """The act of this person that was just done and can be taken back."""
    if not event.isdecimal() or len(event) > 9:
        return None
    return models.Event.objects.filter(
        review=of.review, position=int(event), who=of.member.key, what=VOTES
    ).first()


def _back(slug: str, query: str) -> str:
    address = reverse("screening-list", args=[slug])
    return f"{address}?{query}" if query else address


def _told(given: GivenMany, what: str) -> str:
    parts = [f"{DONE[what]}: {len(given.given)} records."]
    if given.same:
        parts.append(f"{len(given.same)} had this vote of yours already.")
    if given.complete:
        parts.append(f"{len(given.complete)} have all their votes already; yours is not needed there.")
    return " ".join(parts)
