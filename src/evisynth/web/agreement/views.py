"""How far reviewers agree."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evisynth.store.agreeing import agreements
from evisynth.store.decisions import STAGES
from evisynth.web import access

NAMES = {"title-abstract": "Title and abstract", "full-text": "Full text"}


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of each pair at each stage, kappa and positive agreement first."""
    of = access.of_review(request, slug)
    stages = [(NAMES[stage], agreements(of.review, stage)) for stage in STAGES]
    return render(request, "agreement/agreement.html", {"here": "agreement", "stages": stages})
