"""Settings of a review: rules of screening, reasons for exclusion, labels, portions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evisynth.errors import DataError
from evisynth.screening.portions import Part, coverage, equal_split, too_few
from evisynth.store import models
from evisynth.store import review_settings as doing
from evisynth.store.decisions import MAY_DECIDE, STAGES, votes_needed
from evisynth.store.team import STAGE_NAMES, members_of
from evisynth.web import access
from evisynth.web.team.settings_forms import LabelForm, SettingsForm


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules of the review. What would move records is shown and asked before it is done."""
    of = access.of_review(request, slug, to=access.MANAGE)
    form = SettingsForm(
        request.POST if request.method == "POST" else None, initial=SettingsForm.values_of(of.review)
    )
    if request.method == "POST" and form.is_valid():
        try:
            doing.change_settings(of.member, form.cleaned_data, seen=request.POST.get("seen", ""))
        except doing.NeedsConfirmation as asked:
            return render(
                request,
                "team/confirm.html",
                {"here": "settings", "asked": asked, "form": form, "names": STAGE_NAMES},
            )
        except DataError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("review-settings", slug)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "team/settings.html",
        {"here": "settings", "form": form, "stages": STAGE_NAMES},
        status=status,
    )


@require_http_methods(["GET", "POST"])
def reasons(request: HttpRequest, slug: str) -> HttpResponse:
    """Reasons for exclusion in their order: add, rename, move, delete."""
    of = access.of_review(request, slug, to=access.MANAGE)
    rows = list(models.ExclusionReason.objects.filter(review=of.review))
    if request.method == "POST":
        key, what, text = (request.POST.get(name, "") for name in ("reason", "do", "text"))
        at = next((number for number, row in enumerate(rows) if row.key == key), -1)
        if key and at < 0:
            raise Http404("There is no such reason in this review.")
        seen = request.POST.get("seen", "")
        acts: dict[str, Callable[[], object]] = {
            "add": lambda: doing.add_reason(of.member, text),
            "rename": lambda: doing.rename_reason(of.member, key, text),
            "up": lambda: doing.move_reason(of.member, key, at - 1, seen=seen),
            "down": lambda: doing.move_reason(of.member, key, at + 1, seen=seen),
            "delete": lambda: doing.delete_reason(of.member, key),
        }
        try:
            acts.get(what, _unknown)()
        except doing.NeedsConfirmation as asked:
            shown = {
                "here": "settings",
                "asked": asked,
                "given": {"reason": key, "do": what},
                "names": STAGE_NAMES,
            }
            return render(request, "team/confirm.html", shown)
        except DataError as refused:
            return _list(
                request, "team/reasons.html", rows, str(refused), typed=text if what == "add" else ""
            )
        messages.success(request, "Saved.")
        return redirect("review-reasons", slug)
    return _list(request, "team/reasons.html", rows)


@require_http_methods(["GET", "POST"])
def labels(request: HttpRequest, slug: str) -> HttpResponse:
    """Labels: add, change, delete."""
    of = access.of_review(request, slug, to=access.MANAGE)
    rows = list(models.Label.objects.filter(review=of.review))
    if request.method == "POST":
        key, what = request.POST.get("label", ""), request.POST.get("do", "")
        if key and key not in {row.key for row in rows}:
            raise Http404("There is no such label in this review.")
        form = LabelForm(request.POST)
        name, colour = (
            (form.cleaned_data[field] for field in ("name", "colour")) if form.is_valid() else ("", "")
        )
        acts: dict[str, Callable[[], object]] = {
            "add": lambda: doing.add_label(of.member, name, colour),
            "change": lambda: doing.change_label(of.member, key, name, colour),
            "delete": lambda: doing.delete_label(of.member, key),
        }
        try:
            acts.get(what, _unknown)()
        except DataError as refused:
            return _list(request, "team/labels.html", rows, str(refused), typed=request.POST.get("name", ""))
        messages.success(request, "Saved.")
        return redirect("review-labels", slug)
    return _list(request, "team/labels.html", rows)


def _unknown() -> None:
    raise doing.Refused("This page was too old; nothing was saved. Try again.")


def _list(
    request: HttpRequest, template: str, rows: list[Any], refused: str = "", typed: str = ""
) -> HttpResponse:
    shown = {
        "here": "settings",
        "rows": rows,
        "refused": refused,
        "typed": typed,
        "colours": doing.COLOURS[1:],
    }
    return render(request, template, shown, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def portions(request: HttpRequest, slug: str, stage: str) -> HttpResponse:
    """Who is asked to screen which part of a stage: split equally, or by hand in percent."""
    of = access.of_review(request, slug, to=access.MANAGE)
    if stage not in STAGES:
        raise Http404("There is no such stage.")
    people = [m for m in members_of(of.review) if not m.left and MAY_DECIDE & set(m.roles)]
    needed, refused = votes_needed(of.review, stage), ""
    if request.method == "POST":
        try:
            doing.set_portions(of.member, stage, _parts(request, people, needed))
        except (DataError, ValueError) as error:
            refused = str(error)
        else:
            messages.success(request, "The portions are saved.")
            return redirect("review-portions", slug, stage)
    parts = doing.portions_of(of.review, stage)
    stretches = coverage(parts, sum(member.key not in parts for member in people))
    shown = {
        "here": "settings", "stage": stage, "stage_name": STAGE_NAMES[stage], "needed": needed, "refused": refused,
        "rows": [(member, _typed(request, member.key, parts) if refused else _told(parts.get(member.key, ())))
                 for member in people],
        "stretches": stretches, "too_few": too_few(stretches, needed), "any": bool(parts),
    }  # fmt: skip
    return render(request, "team/portions.html", shown, status=422 if refused else 200)


def _parts(request: HttpRequest, people: list[models.Membership], needed: int) -> dict[str, list[Part]]:
    """The parts that the page sent. Raises DataError for what is no part."""
    what = request.POST.get("do", "")
    if what == "nobody":
        return {}
    if what == "equal":
        chosen = set(request.POST.getlist("people"))
        return equal_split([member.key for member in people if member.key in chosen], needed)
    if what != "hand":
        raise DataError("This page was too old; nothing was saved. Try again.")
    found = {member.key: _read(member, request.POST.get(f"parts-{member.key}", "")) for member in people}
    return {key: own for key, own in found.items() if own}


def _read(member: models.Membership, text: str) -> list[Part]:
    """Parts such as "0-50" or "0-20, 60-100"."""
    parts = []
    for piece in text.replace(";", ",").replace("\u2013", "-").replace("%", "").split(","):
        if not piece.strip():
            continue
        try:
            start, end = (float(number) for number in piece.split("-"))
        except ValueError:
            raise DataError(
                f"{member.name}: found {piece.strip()!r}; such as 0-50, or 0-20, 60-100 is right."
            ) from None
        parts.append((start, end))
    return parts


def _typed(request: HttpRequest, key: str, parts: dict[str, list[Part]]) -> str:
    return request.POST.get(f"parts-{key}", _told(parts.get(key, ())))


def _told(own: Any) -> str:
    return ", ".join(f"{_percent(start)}-{_percent(end)}" for start, end in own)


def _percent(number: float) -> str:
    """A number so that it is read back as it is."""
    return f"{number:g}" if float(f"{number:g}") == number else repr(number)
