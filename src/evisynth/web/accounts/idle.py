"""Who has done nothing for long is signed out."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

SEEN = "seen"  # the session's key for when a request last came, in seconds since 1970
SECONDS_BETWEEN_NOTES = 60  # the session is not written with every request


def idle_timeout(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ends a session in which no request came for settings.IDLE_SECONDS."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(SEEN)
            if seen is not None and now - seen > settings.IDLE_SECONDS:
                logout(request)
                messages.warning(request, "You were away for long and are signed out. Please sign in again.")
            elif seen is None or not 0 <= now - seen < SECONDS_BETWEEN_NOTES:
                request.session[SEEN] = now
        return get_response(request)

    return answer
