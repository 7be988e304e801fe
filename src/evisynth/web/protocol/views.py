"""The protocol of a review: what it says, writing it, locking a version."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store import protocol_writing as doing
from evisynth.web import access
from evisynth.web.protocol.forms import Amending, LockForm, QuestionForm, RowForm

NAMES = {
    "outcomes": "outcome", "comparisons": "comparison", "analyses": "planned analysis",
    "characteristics": "characteristic of studies", "model_rules": "model rule",
}  # fmt: skip
LOCKED = "The protocol is locked."


@require_safe
def protocol(request: HttpRequest, slug: str) -> HttpResponse:
    """All that the protocol says, with its versions and amendments."""
    of = access.of_review(request, slug)
    rows = {name: getattr(models, table.model).objects.filter(review=of.review, **dict(table.fixed))
            for name, table in doing.PARTS.items()}  # fmt: skip
    shown = {
        "here": "protocol",
        "outcomes": rows["outcomes"].prefetch_related("timepoints"),
        "comparisons": rows["comparisons"],
        "analyses": rows["analyses"].select_related("outcome", "comparison", "timepoint"),
        "characteristics": rows["characteristics"],
        "model_rules": rows["model_rules"],
        "reasons": models.ExclusionReason.objects.filter(review=of.review),
        "versions": list(models.ProtocolVersion.objects.filter(review=of.review)),
        "amendments": list(models.Amendment.objects.filter(review=of.review)),
    }
    return render(request, "protocol/protocol.html", shown)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """The question, the objectives and the criteria."""
    of = access.of_review(request, slug, to=access.MANAGE)
    form = QuestionForm(
        request.POST if request.method == "POST" else None,
        initial=QuestionForm.values_of(of.review), locked=doing.is_locked(of.review), section="question and criteria",
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in doing.QUESTION}
        if _done(form, lambda: doing.change_question(of.member, values, form.why)):
            messages.success(request, "The protocol is saved.")
            return redirect("protocol", slug)
    return _form(request, form, "The question and the criteria")


@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest, slug: str) -> HttpResponse:
    """Lock the protocol as it is as a version."""
    of = access.of_review(request, slug, to=access.MANAGE)
    form = LockForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        if _done(form, lambda: doing.lock(of.member, filled["date"], filled["note"])):
            messages.success(request, "The protocol is locked. Changes need an amendment from now on.")
            return redirect("protocol", slug)
    shown = {"here": "protocol", "form": form, "again": doing.is_locked(of.review)}
    return render(request, "protocol/lock.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def new_row(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """A further outcome, comparison, analysis and so on."""
    of = access.of_review(request, slug, to=access.MANAGE)
    return _row(request, of, _known(part), None)


@require_http_methods(["GET", "POST"])
def change_row(request: HttpRequest, slug: str, part: str, row: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.MANAGE)
    return _row(request, of, _known(part), _there(of, part, row))


def _row(request: HttpRequest, of: access.Access, part: str, row: Any) -> HttpResponse:
    locked = doing.is_locked(of.review)
    form = RowForm(of.review, part, row, request.POST if request.method == "POST" else None, locked=locked)
    if request.method == "POST" and form.is_valid():
        key = row.key if row is not None else ""

        def write() -> object:
            return doing.write_row(
                of.member, part, key, form.values, form.why,
                timepoints=form.timepoints, new_timepoints=form.new_timepoints,
            )  # fmt: skip

        if _done(form, write):
            messages.success(request, "The protocol is saved.")
            return redirect("protocol", of.review.slug)
    title = f"{'A further' if row is None else 'Change the'} {NAMES[part]}"
    return _form(request, form, title, part=part, row=row)


@require_http_methods(["GET", "POST"])
def delete_row(request: HttpRequest, slug: str, part: str, row: str) -> HttpResponse:
    """Asks, and for a locked protocol asks why; then takes the row away."""
    of = access.of_review(request, slug, to=access.MANAGE)
    there = _there(of, _known(part), row)
    form = Amending(
        request.POST if request.method == "POST" else None,
        locked=doing.is_locked(of.review), section=part.replace("_", " "),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _done(
        form, lambda: doing.delete_row(of.member, part, row, form.why)
    ):  # fmt: skip
        messages.success(request, "The protocol is saved.")
        return redirect("protocol", slug)
    return _form(request, form, f"Delete the {NAMES[part]} “{there}”", deletes=True)


def _known(part: str) -> str:
    if part not in doing.PARTS:
        raise Http404("The protocol has no such part.")
    return part


def _there(of: access.Access, part: str, key: str) -> Any:
    table = doing.PARTS[_known(part)]
    return get_object_or_404(getattr(models, table.model), review=of.review, key=key, **dict(table.fixed))


def _done(form: Any, do: Any) -> bool:
    """Whether it could be done; else the form says why not."""
    try:
        do()
    except DataError as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _form(request: HttpRequest, form: Any, title: str, **more: Any) -> HttpResponse:
    shown = {"here": "protocol", "form": form, "form_title": title, **more}
    return render(request, "protocol/form.html", shown, status=422 if form.is_bound else 200)
