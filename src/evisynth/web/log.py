"""Lines of the log: one event is one line, whatever a user's text holds, and no line has a link that lets one in."""

import logging
import re
from types import TracebackType
from typing import Any

LINKS = re.compile(r"(/accounts/(?:join|password/reset/key|confirm-email)/)[^/\s]+")


class OneLine(logging.Formatter):
    """Writes line breaks and control characters of a message as escapes, so that no text can fake a second line.

    A traceback follows on lines that begin with blanks. Tokens of invitations and of new passwords are left out.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _plain(super().formatMessage(record))

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | Any
    ) -> str:
        return "\n".join(f"    {_plain(line)}" for line in super().formatException(ei).splitlines())


def _plain(text: str) -> str:
    line = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return LINKS.sub(r"\1…", line)
