"""Pages for what went wrong. They say what happened and what to do; never what is inside."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evisynth.store.trouble import Trouble, trouble_of

MOST_SHOWN = 100_000  # characters of what was typed
SECRET = ("password", "csrf", "token", "code", "secret")  # within names of fields that are not shown again


def _page(
    request: HttpRequest, status: int, title: str, message: str, typed: list[tuple[str, str]] | None = None
) -> HttpResponse:
    """A whole page, or a short text for a part of a page that asked."""
    if getattr(request, "htmx", None):
        return HttpResponse(f"{title} {message}", status=status, content_type="text/plain; charset=utf-8")
    context = {"title": title, "message": message, "typed": typed or []}
    return render(request, "error.html", context, status=status)


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
    """A fault of the program; or a disk that is full and the like, which is told as it is."""
    if trouble := trouble_of(sys.exception()):
        return not_saved(request, trouble)
    message = "What you did last may not have been saved. Go back and look; what you typed is still there."
    try:
        return _page(request, 500, "Something went wrong on our side.", message)
    except Exception:  # noqa: BLE001 - the page of last resort must not fail for what failed before
        return HttpResponse(message, status=500, content_type="text/plain; charset=utf-8")


def not_saved(request: HttpRequest, trouble: Trouble, also: str = "") -> HttpResponse:
    """Nothing could be written. What was typed is shown once more, since a browser may not keep it."""
    status = 507 if trouble.full else 503
    message = f"{trouble.message} {also}".strip()
    try:
        return _page(request, status, trouble.title, message, _typed(request))
    except Exception:  # noqa: BLE001 - as above
        text = f"{trouble.title} {message}"
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent in the fields of a form, without secrets. Nothing where the request was not read."""
    if not hasattr(request, "_post") or request.path.startswith("/accounts/"):
        return []
    shown, left = [], MOST_SHOWN
    for name, values in request.POST.lists():
        text = "\n".join(values).strip()
        if text and not any(word in name.lower() for word in SECRET):
            shown.append((name.replace("_", " "), text[:left]))
            left -= len(text)
            if left <= 0:
                break
    return shown


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        403,
        "This page was too old.",
        "Nothing was saved. Go back, reload the page and send it again; it may be that you signed out meanwhile.",
    )
