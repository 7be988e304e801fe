"""How one person screens: keys, own words, what is hidden."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from evisynth.store import models
from evisynth.web import access
from evisynth.web.screening.forms import WaysForm
from evisynth.web.screening.keys import PARTS, PRESETS, keep, ways_of


@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """The person's keys and words, which hold in all reviews."""
    access.of_review(request, slug)
    user = cast("models.User", request.user)
    form = WaysForm(request.POST or None, ways_of(user))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keep(
            user,
            **{name: given[name] for name in ("preset", "keys", "include_words", "exclude_words", "hidden")},
        )
        messages.success(request, "Saved.")
        return redirect("screening-keys", slug)
    context = {"form": form, "presets": PRESETS, "here": "screening"}
    return render(request, "screening/keys.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def hide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show or hide a part of records for this person."""
    access.of_review(request, slug)
    user = cast("models.User", request.user)
    part = request.POST.get("part", "")
    hidden = set(ways_of(user).hidden) ^ ({part} & set(PARTS))
    keep(user, hidden=sorted(hidden))
    if getattr(request, "htmx", None):
        return HttpResponse(status=204)
    return redirect("screening", slug)
