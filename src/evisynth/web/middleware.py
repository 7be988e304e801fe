"""What holds for every answer: strict headers, and no page of a review without a look at who asks."""

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def security_headers(get_response: Handler) -> Handler:
    """A policy under which nothing inline and nothing from elsewhere runs; private pages are not kept anywhere."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


class NoNull:
    """Refuses requests with a NUL in their address or fields: no text of ours has one, and PostgreSQL keeps none."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("The address has a NUL in it.")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Look at the fields, which are read by now to find the token of the page."""
        if any("\x00" in name or "\x00" in "".join(values) for name, values in request.POST.lists()):
            raise SuspiciousOperation("A field has a NUL in it.")


class DenyByDefault:
    """Refuses to send what a view of a review answers when the view did not ask whether the person may."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        of_review = match is not None and "slug" in match.kwargs
        if of_review and response.status_code < 400 and not hasattr(request, "access"):
            redirect_to_login = response.status_code == 302 and not request.user.is_authenticated
            if not redirect_to_login:
                raise ImproperlyConfigured(
                    f"{request.path}: its view answered without asking access.of_review."
                )
        return response
