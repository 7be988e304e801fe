"""Files that are sent to be kept, never shown as a page of ours."""

from urllib.parse import quote

from django.http import HttpResponse
from django.http.response import HttpResponseBase


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file under this name. A browser stores it and does not guess what it is."""
    response = HttpResponse(content, content_type=kind)
    as_download(response, name)
    return response


def as_download(response: HttpResponseBase, name: str) -> None:
    """Let a browser store the answer under this name, and not guess what it is."""
    name = "".join(sign if sign.isprintable() else "_" for sign in name)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
