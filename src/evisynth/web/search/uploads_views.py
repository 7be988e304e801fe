"""Files on their way in: sent, looked at, given a source, and imported in the background."""

from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.import_asking import ask_import
from evisynth.store.trouble import trouble_of
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
from evisynth.web.errors import not_saved
from evisynth.web.search import for_all
from evisynth.web.search.forms import TYPED, ForAllForm, UploadForm

OF_READING = ("format", "encoding", "mapping")
READ_WHILE_SENDING = 10  # files; of the others the preview is made when it is asked for


@require_safe
def uploads(request: HttpRequest, slug: str) -> HttpResponse:
    """The files that wait, each with what is in it and a form for its source."""
    of = access.of_review(request, slug, to=access.SEARCH)
    return _page(request, of)


@require_POST
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files in. Each is kept or refused by itself, with the reason; what was typed about others is kept too."""
    of = access.of_review(request, slug, to=access.SEARCH)
    _keep_typed(request, of)
    same = for_all.kept(waiting_uploads(of.review))
    kept = 0
    for file in request.FILES.getlist("files"):
        name = file.name or "file"
        try:
            if (file.size or 0) > LARGEST_FILE:
                raise Refused(too_large(name, file.size or 0))
            upload = keep(of.review, of.member.user, name, file.read())  # type: ignore[arg-type]
            upload.plan = same | {"key": _free_key(of.review, name), "for_all": same}
            upload.save(update_fields=["plan"])
            look_into(upload, of.member.user)  # type: ignore[arg-type]
            kept += 1
        except DataError as refused:
            messages.error(request, str(refused))
        except (DatabaseError, OSError) as error:
            if (trouble := trouble_of(error)) is None:
                raise
            return not_saved(
                request, trouble, f"Of the files sent, {kept} are kept; {name} and those behind it are not."
            )
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
    if request.FILES:  # chosen, and another button was pressed than the one that sends them
        return send(request, slug)
    try:
        if number := request.POST.get("discard", ""):
            _keep_typed(request, of)
            messages.success(request, f"{discard(of.review, _number(number))} was discarded.")
            return redirect("uploads", slug)
        _keep_typed(request, of)
        if request.POST.get("again"):
            return redirect("uploads", slug)
        if request.POST.get("keep"):
            messages.success(request, "What you typed is kept. Nothing is imported yet.")
            return redirect("uploads", slug)
        same = ForAllForm(for_all_data(of.review), prefix=for_all.PREFIX)
        if not same.is_valid():
            messages.error(
                request, "Something is wrong in what is the same for all files. Nothing was imported."
            )
            return _page(request, of, same=same, status=422)
        return _import(request, of)
    except DataError as refused:
        messages.error(request, str(refused))
        return _page(request, of, bound=True, status=422)


def for_all_data(review: models.Review) -> dict[str, str]:
    """What is kept for all files, as the form of it is sent."""
    same = for_all.kept(waiting_uploads(review))
    return {f"{for_all.PREFIX}-{name}": value for name, value in same.items()}


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Refused("This file is not there.")
    return int(text)


def _keep_typed(request: HttpRequest, of: access.Access) -> None:
    """Store what was typed about each file; one that is to be read otherwise than before is looked into again."""
    uploads = list(waiting_uploads(of.review))
    same = for_all.typed(request.POST, for_all.kept(uploads))
    for upload in uploads:
        prefix = f"u{upload.pk}-"
        if f"{prefix}source" not in request.POST:  # a file that came after this page was made
            own = upload.plan.get("own", [])
            taken = {name: value for name, value in same.items() if name not in own}
            upload.plan |= taken | {"for_all": same}
            upload.save(update_fields=["plan"])
            continue
        before = {name: upload.plan.get(name, "") for name in OF_READING}
        typed = {name: request.POST.get(prefix + name, "")[:500_000] for name in TYPED}
        said = {name: typed[name] for name in for_all.NAMES}
        own = for_all.own_of(upload.plan, said, same, request.POST.get(f"{prefix}own", "").split())
        typed |= {name: value for name, value in same.items() if name not in own}
        upload.plan = typed | {"take": f"{prefix}take" in request.POST, "own": own, "for_all": same}
        upload.save(update_fields=["plan"])
        again = request.POST.get("again") == str(upload.pk)
        if again or {name: typed[name] for name in OF_READING} != before:
            look_into(upload, of.member.user)  # type: ignore[arg-type]


def _import(request: HttpRequest, of: access.Access) -> HttpResponse:
    sources = _sources(of.review)
    forms = [
        (upload, _form(sources, upload, _sent(request, upload))) for upload in waiting_uploads(of.review)
    ]
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


def _sent(request: HttpRequest, upload: models.Upload) -> Any:
    """What was sent about a file, with what it takes from what is the same for all."""
    data = request.POST.copy()
    for name in for_all.NAMES:
        data[f"u{upload.pk}-{name}"] = upload.plan.get(name, "")
    return data


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


def _page(
    request: HttpRequest,
    of: access.Access,
    *,
    bound: bool = False,
    same: ForAllForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = list(waiting_uploads(of.review))
    sources = _sources(of.review)
    before = _before(of.review, rows)
    files = []
    for row in rows:
        form = _form(sources, row, _sent(request, row) if bound and row.plan.get("take") else None)
        files.append({"upload": row, "form": form, "before": before.get(row.sha256)})
    context = {
        "here": "searches",
        "files": files,
        "for_all": same or ForAllForm(initial=for_all.kept(rows), prefix=for_all.PREFIX),
        "sources": sources,
        "largest": LARGEST_FILE,
        "largest_mb": LARGEST_FILE // MB,
        "most_files": MOST_FILES,
    }
    return render(request, "search/uploads.html", context, status=status)
