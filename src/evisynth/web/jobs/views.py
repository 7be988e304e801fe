"""The background work of a review: a list, and each job with its progress and what came of it.

Any page shows a job by `{% include "jobs/_job.html" %}` with `job` in its context: while the job runs the fragment
asks for itself every second. What came of a job of kind x is shown by templates/jobs/results/x.html, where there is one.
"""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.views.decorators.http import require_safe

from evisynth.store import models
from evisynth.store.jobs import CALLED
from evisynth.web import access

ON_A_PAGE = 25
INNER = ("preview",)  # kinds that a page of their own shows


@require_safe
def jobs(request: HttpRequest, slug: str) -> HttpResponse:
    """The jobs of the review, the newest first."""
    of = access.of_review(request, slug)
    found = models.Job.objects.filter(review=of.review).exclude(kind__in=INNER).order_by("-pk")
    page = Paginator(found.defer("arguments", "result").select_related("asked_by"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    for job in page.object_list:
        job.called = called(job)  # type: ignore[attr-defined]
    return render(request, "jobs/jobs.html", {"here": "searches", "page": page})


@require_safe
def job_page(request: HttpRequest, slug: str, job: int) -> HttpResponse:
    """One job: how far it is, and then what came of it."""
    of = access.of_review(request, slug)
    row = models.Job.objects.filter(review=of.review, pk=job).select_related("asked_by").first()
    if row is None:
        raise Http404("There is no such job in this review.")
    return _shown(request, row)


@require_safe
def own_job(request: HttpRequest, number: int) -> HttpResponse:
    """A job of one's own that is of no review (yet)."""
    return _shown(request, get_object_or_404(models.Job, pk=number, review=None, asked_by=request.user.pk))


def _shown(request: HttpRequest, row: models.Job) -> HttpResponse:
    context = {"job": row, "called": called(row), "result": result_of(row)}
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", context)  # type: ignore[attr-defined]


def called(job: models.Job) -> str:
    return CALLED.get(job.kind, job.kind)


def result_of(job: models.Job) -> str:
    """The template that shows what came of the job; "" for none."""
    name = f"jobs/results/{job.kind}.html"
    if job.state != "done":
        return ""
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name
