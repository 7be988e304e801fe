"""Studies and the reports that describe them: lists, one study, and what links, merges and splits them."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evisynth.store import models
from evisynth.store import studies_writing as writing
from evisynth.store.study_lists import (
    ORDERS,
    events_about,
    numbers_of,
    studies_of,
    suggested_for,
    with_suggestions,
    without_report,
    without_study,
)
from evisynth.store.voting import Refused
from evisynth.web import access
from evisynth.web.studies.forms import STATUS_NAMES, STATUS_SAYS, NewStudyForm, StudyForm

ON_A_PAGE = 25
SUGGESTED_ON_A_PAGE = 10
BACK = "reports-without-study"  # where a form may ask to go back to, beside the page of the study
MOST_NAMED = 1_000  # reports or studies in a list to choose from


@require_safe
def studies(request: HttpRequest, slug: str) -> HttpResponse:
    """The studies of the review with their reports, and what is open: reports without a study, studies without one."""
    of = access.of_review(request, slug)
    status, words = request.GET.get("status", ""), request.GET.get("q", "")
    order = request.GET.get("order", "name")
    links = models.StudyReport.objects.select_related("report__record").order_by("role", "position")
    found = studies_of(of.review, status, words, order).prefetch_related(
        Prefetch("study_reports", links.defer("report__record__fields"))
    )
    numbers = numbers_of(of.review)
    return render(
        request,
        "studies/studies.html",
        {
            "here": "studies",
            "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
            "statuses": [
                (name, title, numbers[name], STATUS_SAYS[name]) for name, title in STATUS_NAMES.items()
            ],
            "says": STATUS_SAYS.get(status, ""),
            "number": sum(numbers.values()),
            "status": status,
            "words": words,
            "order": order,
            "orders": [(name, title) for name, (title, _) in ORDERS.items()],
            "open_reports": without_study(of.review).count(),
            "open_studies": list(without_report(of.review)[:ON_A_PAGE]),
        },
    )


@require_safe
def without(request: HttpRequest, slug: str) -> HttpResponse:
    """The included reports of no study, each with the studies that it may belong to and why."""
    of = access.of_review(request, slug)
    page = Paginator(without_study(of.review), SUGGESTED_ON_A_PAGE).get_page(request.GET.get("page"))
    names = models.Study.objects.filter(review=of.review).order_by("name")[:MOST_NAMED]
    rows = with_suggestions(of.review, list(page.object_list))
    context = {"here": "studies", "page": page, "rows": rows, "names": names}
    return render(request, "studies/without.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new study, with the reports that are named in the request."""
    of = access.of_review(request, slug, to=access.SEARCH)
    form = NewStudyForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    reports = (request.POST if request.method == "POST" else request.GET).getlist("report")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            study = writing.make_study(of.member, given["name"], status=given["status"], reports=reports,
                                       registration=given["registration"])  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{study.name} is a study now.")
            back = request.POST.get("back") == BACK
            return redirect(BACK, slug) if back else redirect("study", slug, study.key)
    context = {"here": "studies", "form": form, "reports": reports}
    return render(request, "studies/new.html", context, status=422 if form.errors else 200)


@require_safe
def study(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    """One study: what is known of it, its reports, and what may be done with them."""
    of = access.of_review(request, slug)
    return _page_of(request, of, _row(of, study))


@require_POST
def change(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.SEARCH)
    row = _row(of, study)
    form = StudyForm(request.POST)
    if not form.is_valid():
        return _page_of(request, of, row, form=form, status=422)
    try:
        writing.change_study(of.member, study, _seen(request), **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page_of(request, of, row, form=form, status=409)
    messages.success(request, "Saved.")
    return redirect("study", slug, study)


@require_POST
def link(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    """Say that a report describes the study."""
    of = access.of_review(request, slug, to=access.SEARCH)
    report = request.POST.get("report", "").strip()
    back = BACK if request.POST.get("back") == BACK else ""

    def act() -> str:
        found = writing.link(of.member, study, report, request.POST.get("role", ""))
        return f"{report} is a report of {found.name}."

    return _done(request, of, study, act, back=back)


@require_POST
def link_named(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that a report describes the study that is named in the request, by its id."""
    of = access.of_review(request, slug, to=access.SEARCH)
    report, study = (request.POST.get(name, "").strip() for name in ("report", "study"))
    try:
        found = writing.link(of.member, study, report)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{report} is a report of {found.name}.")
    return redirect(BACK, slug)


@require_POST
def unlink(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.SEARCH)
    report = request.POST.get("report", "")

    def act() -> str:
        found = writing.unlink(of.member, study, report)
        return f"{report} is no report of {found.name} any more."

    return _done(request, of, study, act)


@require_POST
def primary(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.SEARCH)
    report = request.POST.get("report", "")

    def act() -> str:
        found = writing.set_primary(of.member, study, report)
        return f"{report} is the primary report of {found.name}."

    return _done(request, of, study, act)


@require_POST
def merge(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    """Put another study into this one."""
    of = access.of_review(request, slug, to=access.SEARCH)
    other = request.POST.get("other", "")

    def act() -> str:
        found = writing.merge(of.member, study, other)
        return f"{other} is merged into {found.name}. It can be undone below."

    return _done(request, of, study, act)


@require_POST
def split(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    """Take reports of this study into a new one."""
    of = access.of_review(request, slug, to=access.SEARCH)

    def act() -> str:
        made = writing.split(of.member, study, request.POST.getlist("report"), request.POST.get("name", ""))
        return f"{made.name} is a study of its own now. It can be undone below."

    return _done(request, of, study, act)


@require_POST
def remove(request: HttpRequest, slug: str, study: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.SEARCH)

    def act() -> str:
        writing.remove_study(of.member, study)
        return f"{study} is removed; the history has it, and there it can be undone."

    return _done(request, of, study, act)


@require_POST
def undo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take back what an event did to studies."""
    of = access.of_review(request, slug, to=access.SEARCH)
    row = models.Event.objects.filter(review=of.review, position=number).first()
    if row is None:
        raise Http404("The history has no such event.")
    try:
        writing.undo(of.member, row)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Taken back. The history keeps both.")
    study = models.Study.objects.filter(review=of.review, key=request.POST.get("study", "")).first()
    return redirect("study", slug, study.key) if study else redirect("studies", slug)


def _row(of: access.Access, key: str) -> models.Study:
    row = models.Study.objects.filter(review=of.review, key=key).first()
    if row is None:
        raise Http404("The review has no such study; it may have been merged into another.")
    return row


def _done(
    request: HttpRequest, of: access.Access, key: str, act: Callable[[], str], *, back: str = ""
) -> HttpResponse:
    """Do something to a study and go back to where it was asked for; what was refused is told there."""
    row = _row(of, key)
    try:
        messages.success(request, act())
    except Refused as refused:
        messages.error(request, str(refused))
        if not back:
            return _page_of(request, of, row, status=409)
    if back:
        return redirect(back, of.review.slug)
    there = models.Study.objects.filter(review=of.review, key=key).exists()
    return redirect("study", of.review.slug, key) if there else redirect("studies", of.review.slug)


def _seen(request: HttpRequest) -> dict[str, Any]:
    """The study as the page showed it."""
    try:
        seen = json.loads(request.POST.get("seen", ""))
    except ValueError:
        return {}
    return seen if isinstance(seen, dict) else {}


def _page_of(
    request: HttpRequest,
    of: access.Access,
    row: models.Study,
    *,
    form: StudyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = writing.told(of.review, [row.key])[row.key]
    links = row.study_reports.select_related("report__record").order_by("role", "position")
    reports = models.Report.objects.filter(review=of.review).exclude(study_reports__study=row)
    others = models.Study.objects.filter(review=of.review).exclude(pk=row.pk).order_by("name")
    events = events_about(row)
    people = dict(models.Membership.objects.filter(review=of.review).values_list("key", "name"))
    context = {
        "here": "studies",
        "study": row,
        "status_name": STATUS_NAMES[row.status],
        "links": list(links.defer("report__record__fields")),
        "reports": reports.select_related("record").defer("record__fields").order_by("key")[:MOST_NAMED],
        "others": others[:MOST_NAMED],
        "suggestions": suggested_for(row) if of.searches else [],
        "held": writing.holds(row),
        "form": form or StudyForm(initial=now),
        "seen": json.dumps(now),
        "events": [(event, people.get(event.who, event.who)) for event in events],
    }
    return render(request, "studies/study.html", context, status=status)
