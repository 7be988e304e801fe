"""The sources that were searched: a list, each with its files at PRISMA-S detail; added, changed and removed."""

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evisynth.errors import DataError
from evisynth.search.record import grouped_notes
from evisynth.store import models
from evisynth.store.jobs import CALLED
from evisynth.store.removing import ask_removal
from evisynth.store.sources import Refused, add_source, change_source, removal_of, why_it_stays
from evisynth.store.uploads import waiting_uploads
from evisynth.web import access
from evisynth.web.search.forms import EditSourceForm, SourceForm, initial_of

SHOWN_NOTES = 100


@require_safe
def searches(request: HttpRequest, slug: str) -> HttpResponse:
    """Every source by the run of the searches, with its records, and what waits to be imported."""
    of = access.of_review(request, slug)
    rows = (
        models.SearchRun.objects.filter(review=of.review)
        .defer("strategy", "mapping")
        .order_by("update", "position")
    )
    counted = (
        models.Record.objects.filter(review=of.review).order_by().values_list("search").annotate(Count("pk"))
    )
    records = dict(counted)
    busy = models.Job.objects.filter(
        review=of.review, kind__in=("import", "remove"), state__in=("waiting", "running")
    )
    sources = [(row, records.get(row.pk, 0)) for row in rows]
    return render(
        request,
        "search/searches.html",
        {
            "here": "searches",
            "sources": sources,
            "runs": len({row.update for row, _ in sources}),
            "records": sum(records.values()),
            "uploads": waiting_uploads(of.review).count() if of.searches else 0,
            "jobs": [(job, CALLED[job.kind]) for job in busy[:5]],
        },
    )


@require_http_methods(["GET", "POST"])
def source_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down a source that has no files yet."""
    of = access.of_review(request, slug, to=access.SEARCH)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            search = add_source(of.member, fields.pop("key"), fields)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{search.name} is written down. Its files can be uploaded now.")
            return redirect("searches", slug)
    status = 422 if form.errors else 200
    return render(request, "search/source_new.html", {"here": "searches", "form": form}, status=status)


@require_safe
def source_page(request: HttpRequest, slug: str, source: str) -> HttpResponse:
    """One source: its files and what reading them gave, the strategy, and a form for those who may change it."""
    of = access.of_review(request, slug)
    search = _source(of.review, source)
    return _page(request, of, search, EditSourceForm(initial=initial_of(search)))


@require_POST
def source_change(request: HttpRequest, slug: str, source: str) -> HttpResponse:
    """Change what is written about a source."""
    of = access.of_review(request, slug, to=access.SEARCH)
    search = _source(of.review, source)
    form = EditSourceForm(request.POST)
    if form.is_valid():
        try:
            change_source(of.member, source, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("source", slug, source)
    return _page(request, of, search, form)


def _page(
    request: HttpRequest, of: access.Access, search: models.SearchRun, form: EditSourceForm
) -> HttpResponse:
    files = [
        (batch, grouped_notes((each["line"], each["message"]) for each in batch.problems)[:SHOWN_NOTES])
        for batch in search.batches.all()
    ]
    removal = removal_of(of.review, search.key)
    context = {
        "here": "searches",
        "source": search,
        "strategy": bytes(search.strategy).decode("utf-8", "replace"),
        "files": files,
        "records": search.records.count(),
        "form": form,
        "removal": removal,
        "stays": why_it_stays(search) if of.searches and not removal else "",
    }
    return render(request, "search/source.html", context, status=422 if form.errors else 200)


@require_POST
def source_remove(request: HttpRequest, slug: str, source: str) -> HttpResponse:
    """Ask for a source to be removed, about whose records nothing was decided."""
    of = access.of_review(request, slug, to=access.SEARCH)
    _source(of.review, source)
    try:
        job = ask_removal(of.member, source)
    except DataError as refused:
        messages.error(request, str(refused))
        return redirect("source", slug, source)
    return redirect("job", slug, job.pk)


def _source(review: models.Review, key: str) -> models.SearchRun:
    batches = models.ImportBatch.objects.defer("content")
    rows = models.SearchRun.objects.filter(review=review, key=key)
    search = rows.prefetch_related(Prefetch("batches", batches)).first()
    if search is None:
        raise Http404("There is no such source in this review.")
    return search
