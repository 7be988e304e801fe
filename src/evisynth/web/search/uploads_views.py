"""Files on their way in: sent, looked at, given a source, and imported in the background."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.import_asking import ask_import
from evisynth.store.uploads import (
    LARGEST_FILE,
    MB,
    MOST_FILES,
    Refused,
    discard,
    file_name,
    imported_before,
    keep,
    look_into,
    too_large,
    waiting_uploads,
)
from evisynth.web import access
from evisynth.web.search.forms import TYPED, UploadForm

OF_READING = ("format", "encoding", "mapping")
READ_WHILE_SENDING = 10  # files; of the others the preview is made when it is asked for


@require_safe
def uploads(request: HttpRequest, slug: str) -> HttpResponse:
    """The files that wait, each with what is in it and a form for its source."""
    of = access.of_review(request, slug, to=access.SEARCH)
    return _page(request, of)


@require_POST
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files in. Each is kept or refused by itself, with the reason."""
    of = access.of_review(request, slug, to=access.SEARCH)
    kept = 0
    for file in request.FILES.getlist("files"):
        name = file.name or "file"
        try:
            if (file.size or 0) > LARGEST_FILE:
                raise Refused(too_large(name, file.size or 0))
            upload = keep(of.review, of.member.user, name, file.read())  # type: ignore[arg-type]
            upload.plan = {"key": _free_key(of.review, name)}
            upload.save(update_fields=["plan"])
            look_into(upload, of.member.user)  # type: ignore[arg-type]
            kept += 1
        except DataError as refused:
            messages.error(request, str(refused))
    if kept:
        messages.success(
            request,
            f"{kept} file{'s' if kept > 1 else ''} sent. Nothing is imported yet: say which source each is of.",
        )
    elif not request.FILES:
        messages.error(request, "No file was chosen.")
    return redirect("uploads", slug)


def _free_key(review: models.Review, name: str) -> str:
    """A short name for a source, from the name of a file."""
    base = "".join(c if c.isalnum() else "-" for c in file_name(name).rpartition(".")[0].lower())
    base = "-".join(part for part in base.split("-") if part)[:30] or "source"
    taken = set(
        models.SearchRun.objects.filter(review=review, key__startswith=base).values_list("key", flat=True)
    )
    return next(
        key for n in range(1, len(taken) + 2) if (key := base + (f"-{n}" if n > 1 else "")) not in taken
    )


@require_safe
def preview(request: HttpRequest, slug: str, upload: int) -> HttpResponse:
    """What is in one file, as a part of the page; while it is being read, how far that is."""
    of = access.of_review(request, slug, to=access.SEARCH)
    row = waiting_uploads(of.review).filter(pk=upload).first()
    if row is None:
        raise Http404("There is no such file; it was imported or discarded.")
    return render(
        request, "search/_preview.html", {"upload": row, "before": _before(of.review, [row]).get(row.sha256)}
    )


@require_POST
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what was typed about all files; then read one again, discard one, or import those that are ticked."""
    of = access.of_review(request, slug, to=access.SEARCH)
    try:
        if number := request.POST.get("discard", ""):
            _keep_typed(request, of)
            messages.success(request, f"{discard(of.review, _number(number))} was discarded.")
            return redirect("uploads", slug)
        _keep_typed(request, of)
        if request.POST.get("again"):
            return redirect("uploads", slug)
        return _import(request, of)
    except DataError as refused:
        messages.error(request, str(refused))
        return _page(request, of, bound=True, status=422)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Refused("This file is not there.")
    return int(text)


def _keep_typed(request: HttpRequest, of: access.Access) -> None:
    """Store what was typed about each file; one that is to be read otherwise than before is looked into again."""
    sources = _sources(of.review)
    for upload in waiting_uploads(of.review):
        form = _form(sources, upload, request.POST)
        if form.add_prefix("source") not in request.POST:
            continue  # a file that came after this page was made
        before = {name: upload.plan.get(name, "") for name in OF_READING}
        typed = {name: str(form.data.get(form.add_prefix(name), ""))[:500_000] for name in TYPED}
        upload.plan = typed | {"take": form.add_prefix("take") in request.POST}
        upload.save(update_fields=["plan"])
        if {name: typed[name] for name in OF_READING} != before or request.POST.get("again") == str(
            upload.pk
        ):
            look_into(upload, of.member.user)  # type: ignore[arg-type]


def _import(request: HttpRequest, of: access.Access) -> HttpResponse:
    sources = _sources(of.review)
    forms = [(upload, _form(sources, upload, request.POST)) for upload in waiting_uploads(of.review)]
    taken = [(upload, form) for upload, form in forms if upload.plan.get("take")]
    if not taken:
        raise Refused("No file is ticked; tick those that are to be imported.")
    if not all(form.is_valid() for _, form in taken):
        raise Refused("Something is missing or wrong about a file; see below. Nothing was imported.")
    files, new = [], dict[str, dict[str, Any]]()
    for upload, form in taken:
        fields = {
            name: value for name, value in form.cleaned_data.items() if name not in {"take", *OF_READING}
        }
        source, key = fields.pop("source"), fields.pop("key")
        if not source:
            new.setdefault(key, fields)  # of two files for one new source the first says what it is
        files.append((upload.pk, source or key))
    job = ask_import(of.member, files, new)
    return redirect("job", of.review.slug, job.pk)


def _form(sources: list[tuple[str, str]], upload: models.Upload, data: Any = None) -> UploadForm:
    initial = {"take": True, "update": 0} | {
        name: value for name, value in upload.plan.items() if value != ""
    }
    return UploadForm(data, prefix=f"u{upload.pk}", initial=initial, sources=sources)


def _sources(review: models.Review) -> list[tuple[str, str]]:
    rows = models.SearchRun.objects.filter(review=review).values_list("key", "name", "update")
    return [(key, f"{name} ({key}{f', update {update}' if update else ''})") for key, name, update in rows]


def _before(review: models.Review, rows: list[models.Upload]) -> dict[str, str]:
    return imported_before(review, [row.sha256 for row in rows])


def _page(request: HttpRequest, of: access.Access, *, bound: bool = False, status: int = 200) -> HttpResponse:
    rows = list(waiting_uploads(of.review))
    sources = _sources(of.review)
    before = _before(of.review, rows)
    files = []
    for row in rows:
        form = _form(sources, row, request.POST if bound and row.plan.get("take") else None)
        files.append({"upload": row, "form": form, "before": before.get(row.sha256)})
    context = {
        "here": "searches",
        "files": files,
        "sources": sources,
        "largest": LARGEST_FILE,
        "largest_mb": LARGEST_FILE // MB,
        "most_files": MOST_FILES,
    }
    return render(request, "search/uploads.html", context, status=status)
