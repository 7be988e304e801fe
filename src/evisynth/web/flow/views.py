"""The flow of the review, and the records behind each of its numbers."""

import threading

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evisynth.errors import DataError
from evisynth.reporting.prisma_csv import prisma2020_csv
from evisynth.store.lists import BOXES, listed
from evisynth.store.live_flow import live_flow
from evisynth.web import access
from evisynth.web.downloads import download
from evisynth.web.flow.open_ends import open_ends

ON_A_PAGE = 50
DRAWN = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
_pen = threading.Lock()  # the style of figures belongs to the process: one is drawn at a time


@require_safe
def flow(request: HttpRequest, slug: str) -> HttpResponse:
    of = access.of_review(request, slug)
    counted = live_flow(of.review)
    return render(
        request,
        "flow/flow.html",
        {
            "here": "flow",
            "flow": counted,
            "open_ends": open_ends(of, counted),
            "problems": counted.problems(),
        },
    )


@require_safe
def figure(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The diagram as a file: svg, png or pdf to look at or put into a manuscript, csv for PRISMA2020."""
    of = access.of_review(request, slug)
    counted = live_flow(of.review)
    if kind == "csv":
        return download(prisma2020_csv(counted).encode(), f"{slug}-prisma2020.csv", "text/csv")
    if kind not in DRAWN:
        raise Http404("The diagram comes as svg, png, pdf or csv.")
    from evisynth.reporting.figures.prisma_flow import draw_prisma_flow  # noqa: PLC0415 - figures load late
    from evisynth.reporting.pictures import flow_diagram  # noqa: PLC0415

    with _pen:
        drawn = draw_prisma_flow(flow_diagram(counted))
    content = getattr(drawn, kind)
    if request.GET.get("show") and kind == "svg":
        response = HttpResponse(content, content_type=DRAWN[kind])
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return response
    return download(content, f"{slug}-prisma-flow.{kind}", DRAWN[kind])


@require_safe
def records(request: HttpRequest, slug: str, box: str) -> HttpResponse:
    """A page of the records in one box, or in one line of a box."""
    of = access.of_review(request, slug)
    try:
        found = listed(of.review, box)
    except DataError as error:
        raise Http404(str(error)) from None
    rows = found.records.select_related("search")
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=words)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "flow/records.html",
        {"here": "flow", "listed": found, "page": page, "boxes": BOXES, "words": words},
    )
