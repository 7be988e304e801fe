"""Words as HTML: escaped, with web addresses as links."""

import re
from html import escape

from evisynth.reporting.documents.text import clean, isolated, linked

LONG_WORD = re.compile(r"\S{20,}")
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
BREAKS = re.compile(r"[/._-](?=\w)")


def words_html(text: str, *, links: bool = True) -> str:
    """Text as HTML. `links=False` where it already stands in a link."""
    pieces = linked(clean(text)) if links else [(clean(text), "")]
    return "".join(_piece(words, url) for words, url in pieces)


def _piece(words: str, url: str) -> str:
    if not url:
        return _breakable(isolated(words))
    return f'<a rel="noreferrer" href="{escape(url)}">{_breakable(words)}</a>'


def _breakable(words: str) -> str:
    """Escaped words; long ones, such as a DOI, may break after their slashes, stops and dashes; dates may not."""
    parts = LONG_WORD.sub(lambda found: BREAKS.sub("\\g<0>\u200b", found[0]), words)
    return ISO_DATE.sub('<span class="short">\\g<0></span>', escape(parts)).replace("\u200b", "<wbr>")
