"""The files of a report: brought in, shown within a sandbox, saved, removed. They are PDFs and never a page of ours."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.reports import add_file, remove_file
from evisynth.web import access
from evisynth.web.fulltext.streaming import streamed
from evisynth.web.fulltext.views import item_or_404, page_of

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'self'"


@require_POST
def upload(request: HttpRequest, slug: str, record: str) -> HttpResponse:
    """Keep one PDF or several. Each is taken or refused for itself, and what was refused is told."""
    of = access.of_review(request, slug, to=access.SEARCH)
    item_or_404(of, record)
    given = request.FILES.getlist("files")
    refused = 0
    for file in given:
        name = file.name or ""
        try:
            assert file.file is not None  # a file that was sent is in memory or, from 2.5 MB, on the disk
            added = add_file(of.member, record, name, file.file)
        except DataError as error:
            refused += 1
            messages.error(request, f"{error} The file was not kept.")
        else:
            messages.success(request, f"{added.file.name} is kept.")
            if added.doubts:
                messages.warning(request, f"{added.file.name}: {added.doubts}")
    if not given:
        messages.error(request, "No file was chosen; choose a PDF.")
    if refused or not given:
        return page_of(request, of, record, status=422)
    return redirect("report", slug, record)


@require_safe
def show(request: HttpRequest, slug: str, record: str, file: int) -> HttpResponseBase:
    """A PDF for the reader of the browser, cut off from everything of ours."""
    of = access.of_review(request, slug)
    response = streamed(request, _file(of, record, file))
    shown = response.headers["Content-Disposition"].replace("attachment;", "inline;", 1)
    response.headers["Content-Disposition"] = shown
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require_safe
def save(request: HttpRequest, slug: str, record: str, file: int) -> HttpResponseBase:
    of = access.of_review(request, slug)
    response = streamed(request, _file(of, record, file))
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@require_POST
def remove(request: HttpRequest, slug: str, record: str, file: int) -> HttpResponse:
    of = access.of_review(request, slug, to=access.SEARCH)
    item_or_404(of, record)
    try:
        name = remove_file(of.member, record, file)
    except DataError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{name} is removed. The history keeps its name and its sha256.")
    return redirect("report", slug, record)


def _file(of: access.Access, record: str, number: int) -> models.ReportFile:
    """A file of this report of this review."""
    item = item_or_404(of, record)
    files = models.ReportFile.objects.filter(review=of.review, report__record__group=item.group_id, pk=number)
    row = files.first()
    if row is None:
        raise Http404("The report has no such file.")
    return row
