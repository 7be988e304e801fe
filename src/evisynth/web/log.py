"""Lines of the log: one event is one line, whatever a user's text holds."""

import logging


class OneLine(logging.Formatter):
    """Writes line breaks and control characters of a message as escapes, so that no text can fake a second line."""

    def format(self, record: logging.LogRecord) -> str:
        message, *trace = super().format(record).split("\nTraceback", 1)
        line = "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message
        )
        return line + "".join(f"\nTraceback{rest}" for rest in trace)
