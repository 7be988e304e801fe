"""Pages for what went wrong. They say what happened and what to do; never what is inside."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """A whole page, or a short text for a part of a page that asked."""
    if getattr(request, "htmx", None):
        return HttpResponse(f"{title} {message}", status=status, content_type="text/plain; charset=utf-8")
    return render(request, "error.html", {"title": title, "message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return _page(request, 400, "This request cannot be understood.", "Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "You may not do this.", str(exception) or "Ask an owner of the review.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        404,
        "There is nothing here.",
        "The page does not exist, or it belongs to a review whose team you are not in.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    message = "What you did last may not have been saved. Go back and look; what you typed is still there."
    try:
        return _page(request, 500, "Something went wrong on our side.", message)
    except Exception:  # noqa: BLE001 - the page of last resort must not fail for what failed before
        return HttpResponse(message, status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        403,
        "This page was too old.",
        "Nothing was saved. Go back, reload the page and send it again; it may be that you signed out meanwhile.",
    )
