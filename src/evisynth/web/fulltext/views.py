"""Reports in full text: the list of them, and one to read and decide about."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.report_lists import ORDERS, SAYS, SHOWN, counted, listed, rows_of
from evisynth.store.reports import STAGE, report_of, retrieval, vote_in_full
from evisynth.store.voting import Refused, item_of, withdraw
from evisynth.web import access
from evisynth.web.fulltext.forms import RETRIEVED, DecisionForm, RetrievalForm, choice_of
from evisynth.web.screening.cards import Card, card_of
from evisynth.web.screening.keys import ways_of

ON_A_PAGE = 25
PERSONAL = {"mine"}


@require_safe
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """The records that went on to full text, each with its report and what became of it."""
    of = access.of_review(request, slug)
    show = request.GET.get("show", "mine" if of.decides else "all")
    show = show if show in SHOWN else "all"
    words, order = request.GET.get("q", ""), request.GET.get("order", "title")
    found = listed(of.member, show, words, order).select_related("group__best").defer("group__merges")
    numbers = counted(of.member)
    lists = [
        (name, title, numbers[name], SAYS[name])
        for name, (title, _) in SHOWN.items()
        if (numbers[name] or name in (show, "all")) and (of.decides or name not in PERSONAL)
    ]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "fulltext/reports.html",
        {
            "here": "full-text",
            "page": page,
            "rows": rows_of(of.member, list(page.object_list)),
            "lists": lists,
            "orders": [(name, title) for name, (title, _) in ORDERS.items()],
            "show": show,
            "says": SAYS[show],
            "words": words,
            "order": order if order in ORDERS else "title",
            "number": numbers["all"],
        },
    )


@require_safe
def report(request: HttpRequest, slug: str, record: str) -> HttpResponse:
    """One report: its text beside the criteria, what became of it, and the vote."""
    of = access.of_review(request, slug)
    return page_of(request, of, record)


@require_POST
def vote(request: HttpRequest, slug: str, record: str) -> HttpResponse:
    """Give or change the person's vote, then go on to the next report that waits for it."""
    of = access.of_review(request, slug, to=access.DECIDE)
    form = DecisionForm(request.POST, review=of.review, stage=STAGE, maybe=True)
    if not form.is_valid():
        return page_of(request, of, record, vote_form=form, status=422)
    decision, reason = form.decision
    note, seen = form.cleaned_data["note"], form.cleaned_data["seen"]
    try:
        given, new = vote_in_full(of.member, record, decision, reason=reason, note=note, seen=seen)
    except Refused as refused:
        messages.error(request, str(refused))
        return page_of(request, of, record, vote_form=form, status=409)
    told = "You had voted so already" if given.row is None else f"Your vote is saved: {decision}"
    messages.success(request, f"{told}.{' The report counts as retrieved now.' if new else ''}")
    following = next_of(of.member, record)
    if following is None:
        messages.info(request, "No further report waits for your vote.")
        return redirect("full-text", slug)
    return redirect("report", slug, following)


@require_POST
def take_back(request: HttpRequest, slug: str, record: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.DECIDE)
    item_or_404(of, record)
    try:
        withdraw(of.member, STAGE, record)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Your vote is taken back; the report waits for it again.")
    return redirect("report", slug, record)


@require_POST
def retrieve(request: HttpRequest, slug: str, record: str) -> HttpResponse:
    """Say whether a report is being sought, is there, or cannot be had."""
    of = access.of_review(request, slug, to=access.SEARCH)
    item_or_404(of, record)
    form = RetrievalForm(request.POST)
    if not form.is_valid():
        return page_of(request, of, record, retrieval_form=form, status=422)
    given = form.cleaned_data
    try:
        retrieval(
            of.member, record, RETRIEVED[given["retrieved"]], reason=given["reason"], note=given["note"]
        )
    except DataError as refused:
        form.add_error(None, str(refused))
        return page_of(request, of, record, retrieval_form=form, status=409)
    messages.success(request, "Saved.")
    return redirect("report", slug, record)


def item_or_404(of: access.Access, record: str) -> models.ScreeningItem:
    try:
        return item_of(of.review, STAGE, record)
    except Refused as refused:
        raise Http404(str(refused)) from None


def next_of(member: models.Membership, record: str) -> str | None:
    """The key of the next report that waits for this person, behind this one in the order of titles."""
    waiting = listed(member, "mine").exclude(group__records__key=record)
    here = item_of(member.review, STAGE, record)
    behind = waiting.filter(title__gte=here.title).values_list("group__best__key", flat=True).first()
    return behind or waiting.values_list("group__best__key", flat=True).first()


def page_of(
    request: HttpRequest,
    of: access.Access,
    record: str,
    *,
    vote_form: DecisionForm | None = None,
    retrieval_form: RetrievalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a report, with forms as they were sent where they were refused."""
    item = item_or_404(of, record)
    ways = ways_of(cast("models.User", request.user))
    card = card_of(of.member, of.review, item, ways)
    row = report_of(item)
    first = models.ScreeningItem.objects.filter(stage="title-abstract", group=item.group_id).first()
    files = models.ReportFile.objects.filter(report__record__group=item.group_id)
    context: dict[str, Any] = {
        "here": "full-text",
        "card": card,
        "item": item,
        "report": row,
        "lost": row is not None and row.retrieved is False,
        "dropped": first is None or first.state != "included",
        "files": list(files.order_by("position")),
        "vote_form": vote_form or _vote_form(of, card),
        "retrieval_form": retrieval_form or _retrieval_form(row),
        "studies": models.StudyReport.objects.filter(report=row).select_related("study") if row else [],
        "next": next_of(of.member, record) if of.decides else None,
        "keys": ways.keys,
        "hidden": ways.hidden,
    }
    return render(request, "fulltext/report.html", context, status=status)


def _vote_form(of: access.Access, card: Card) -> DecisionForm:
    mine = card.said.mine
    initial = {
        "choice": choice_of(mine),
        "note": mine.note if mine else "",
        "seen": mine.decision if mine else "",
    }
    return DecisionForm(review=of.review, stage=STAGE, maybe=True, initial=initial)


def _retrieval_form(row: models.Report | None) -> RetrievalForm:
    name = next(name for name, value in RETRIEVED.items() if value == (row.retrieved if row else None))
    return RetrievalForm(
        initial={
            "retrieved": name,
            "reason": row.reason if row else "",
            "note": row.note if row else "",
        }
    )
