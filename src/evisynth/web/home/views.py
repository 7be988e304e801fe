"""My work, and the home of a review."""

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evisynth.store import models
from evisynth.store.invitations import new_review
from evisynth.store.live_flow import live_flow
from evisynth.store.progress import progress_of
from evisynth.store.work_waiting import waiting_for
from evisynth.web import access
from evisynth.web.home.forms import ReviewForm


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """The reviews that I am in, and what waits for me in each."""
    user = cast("models.User", request.user)
    members = models.Membership.objects.select_related("review").filter(
        user=user, left=False, review__removed=None
    )
    rows = [(member, waiting_for(member)) for member in members.order_by("review__title")]
    return render(request, "home/my_work.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def start_review(request: HttpRequest) -> HttpResponse:
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        review = new_review(cast("models.User", request.user), form.cleaned_data["title"])
        return redirect("review-home", review.slug)
    return render(request, "home/start_review.html", {"form": form})


@require_safe
def review_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the review stands."""
    of = access.of_review(request, slug)
    return render(
        request,
        "home/review.html",
        {
            "here": "home",
            "waiting": waiting_for(of.member),
            "flow": live_flow(of.review),
            "stages": progress_of(of.member),
        },
    )


@login_not_required
@require_safe
def healthy(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """For a load balancer: the process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("healthy\n", content_type="text/plain")
