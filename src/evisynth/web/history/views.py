"""Everything that happened in the review, who did it, and taking it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.history_reading import events_of, shown_to, verify
from evisynth.store.studies_writing import EVENTS as OF_STUDIES
from evisynth.store.undoing import undo as take_back
from evisynth.store.undoing import undoable
from evisynth.web import access
from evisynth.web.history.sentences import told

ON_A_PAGE = 50


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The events, newest first, of one person or about one record where that is asked for."""
    of = access.of_review(request, slug)
    who, record = request.GET.get("who", ""), request.GET.get("record", "").strip()
    events = events_of(of.member, who=who, record=record)
    page = Paginator(events, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = shown_to(of.member, list(page.object_list))
    people = dict(models.Membership.objects.filter(review=of.review).values_list("key", "name"))
    rows = [
        {
            "event": row.event,
            "told": None if row.hidden else told(row.event.what, row.event.before, row.event.after),
            "name": people.get(row.event.who, row.event.who),
            "may_undo": _may_undo(of, row.event),
        }
        for row in shown
    ]
    return render(
        request,
        "history/history.html",
        {
            "here": "history",
            "page": page,
            "rows": rows,
            "people": list(people.items()),
            "who": who,
            "record": record,
        },
    )


def _may_undo(of: access.Access, event: models.Event) -> bool:
    """Whether there is a button: for an own event, of what the person's part still allows."""
    return undoable(of.member, event) and (of.searches if event.what in OF_STUDIES else of.decides)


@require_POST
def verified(request: HttpRequest, slug: str) -> HttpResponse:
    """Look through the whole history for a break of its chain."""
    of = access.of_review(request, slug)
    return render(request, "history/verified.html", {"here": "history", "verified": verify(of.review)})


@require_POST
def undo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take back what an event of one's own did; this is a further event."""
    of = access.of_review(request, slug)
    event = models.Event.objects.filter(review=of.review, position=number).first()
    if event is None:
        raise Http404("The history has no such event.")
    try:
        take_back(of.member, event)
    except DataError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Taken back. The history keeps both.")
    return redirect("history", slug)
