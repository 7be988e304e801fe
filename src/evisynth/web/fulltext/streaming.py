"""A kept file as an answer, sent piece by piece; whole, or the part of it that a reader of PDFs asks for."""

import re

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from evisynth.store import models
from evisynth.store.exchange.report_files import TYPE
from evisynth.store.report_parts import pieces
from evisynth.web.downloads import as_download

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def streamed(request: HttpRequest, file: models.ReportFile) -> HttpResponseBase:
    """The file to be stored by a browser: 200 with all of it, 206 with a part, or 416 for a part it does not have.

    Source: RFC 9110, sections 13.1.5 and 14. Of several parts at once the whole is sent, which it allows.
    """
    tag = f'"{file.sha256}"'
    part = _asked(request, tag, file.size)
    if part is not None and not part:
        answer: HttpResponseBase = HttpResponse(status=416, content_type=TYPE)
        answer.headers["Content-Range"] = f"bytes */{file.size}"
    else:
        first, last = (part.start, part.stop - 1) if part else (0, file.size - 1)
        answer = StreamingHttpResponse(
            pieces(file, first, last), status=206 if part else 200, content_type=TYPE
        )
        answer.headers["Content-Length"] = str(last - first + 1)
        if part:
            answer.headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = tag
    as_download(answer, file.name)
    return answer


def _asked(request: HttpRequest, tag: str, size: int) -> range | None:
    """The bytes that a request asks for; None for all of them, empty where the file has none of those."""
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:  # the last so many
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None  # no range at all
    return range(int(first), min(int(last) + 1 if last else size, size))
