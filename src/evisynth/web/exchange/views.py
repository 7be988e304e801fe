"""Taking the review along, whole or in parts, and bringing one in."""

import hashlib
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evisynth.errors import DataError
from evisynth.search.formats.writing import writer_for
from evisynth.store import models
from evisynth.store.acting import acting
from evisynth.store.blind_export import hidden_rows
from evisynth.store.decision_table import decision_table
from evisynth.store.jobs import TooManyJobs, ask
from evisynth.store.lists import BOXES, listed
from evisynth.store.records import plain_record
from evisynth.web import access
from evisynth.web.downloads import download

MOST_LOADS = 3  # of one person at a time: each may be large, and is kept until it is loaded
LISTS = {"csv": ("csv", "text/csv"), "ris": ("ris", "application/x-research-info-systems"),
         "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
         "nbib": ("nbib", "text/plain"), "bib": ("bibtex", "text/plain"), "xml": ("endnote-xml", "application/xml"),
         "json": ("csl-json", "application/json")}  # fmt: skip


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be taken along."""
    of = access.of_review(request, slug)
    hidden = hidden_rows(of.member)
    return render(
        request, "exchange/export.html", {"here": "export", "boxes": BOXES, "kinds": LISTS, "hidden": hidden}
    )


@require_POST
def folder(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the review as a folder: as far as one may see it, or whole by an owner, which the history tells."""
    of = access.of_review(request, slug)
    unblinded = request.POST.get("unblinded") == "yes"
    if unblinded and not of.manages:
        raise PermissionDenied("Only an owner may take votes along that are not open yet.")
    try:
        with acting(of.member) as act:  # no whole copy of which the history does not tell
            job = ask("export", review=of.review, by=of.member.user, member=of.member.pk, unblinded=unblinded)
            if unblinded:
                act.log("whole copy taken, with votes that are not open yet", after={"person": of.member.key})
    except TooManyJobs as error:
        messages.error(request, str(error))
        return redirect("export", slug)
    return redirect("job", slug, job.pk)


@require_safe
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    of = access.of_review(request, slug)
    text = "\ufeff" + "".join(decision_table(of.member))
    return download(text.encode(), f"{slug}-decisions.csv", "text/csv; charset=utf-8")


@require_safe
def record_list(request: HttpRequest, slug: str, box: str, kind: str) -> HttpResponse:
    """The records of one box of the flow, as a file."""
    of = access.of_review(request, slug)
    if kind not in LISTS:
        raise Http404(f"Lists come as {', '.join(LISTS)}.")
    try:
        found = listed(of.review, box)
    except DataError as error:
        raise Http404(str(error)) from None
    name, mime = LISTS[kind]
    content = writer_for(name).write(plain_record(row) for row in found.records.iterator())
    return download(content, f"{slug}-{box.replace(':', '-')}.{kind}", mime)


@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Bring in a review from the zip of its folder."""
    user = cast("models.User", request.user)
    sent = request.FILES.get("folder")
    if request.method == "POST" and sent is None:
        messages.error(request, "Choose the zip of a review's folder.")
    elif request.method == "POST" and sent is not None:
        if (sent.size or 0) > settings.LARGEST_UPLOAD:
            messages.error(request, f"{sent.name} is larger than {settings.LARGEST_UPLOAD // 2**20} MB.")
            return redirect("load-review")
        waiting = models.Job.objects.filter(
            kind="load", asked_by=user, state__in=("waiting", "running")
        ).count()
        if waiting >= MOST_LOADS:
            messages.error(
                request, f"{waiting} reviews of yours are being loaded; wait until one of them is there."
            )
            return redirect("load-review")
        content = sent.read()
        digest = hashlib.sha256(content).hexdigest()
        try:
            with transaction.atomic():  # no file that no work is about
                upload = models.Upload.objects.create(
                    by=user, name=sent.name or "review.zip", content=content, size=len(content), sha256=digest
                )
                job = ask("load", review=None, by=user, upload=upload.pk)
            return redirect("work", job.pk)
        except TooManyJobs as error:
            messages.error(request, str(error))
    return render(request, "exchange/load.html", {"largest": settings.LARGEST_UPLOAD // 2**20})


@require_safe
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The file that a job made for the person who asked for it."""
    user = cast("models.User", request.user)
    job = get_object_or_404(models.Job, pk=number, asked_by=user, state="done")
    if (
        job.review_id
        and not models.Membership.objects.filter(review=job.review_id, user=user, left=False).exists()
    ):
        raise Http404("You are not in the team of this review any more.")
    upload = get_object_or_404(models.Upload, pk=job.result.get("file"), by=user)
    return download(bytes(upload.content), upload.name, "application/zip")
