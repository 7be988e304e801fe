"""Words as HTML: escaped, with web addresses as links."""

from html import escape

from evisynth.reporting.documents.text import clean, isolated, linked


def words_html(text: str, *, links: bool = True) -> str:
    """Text as HTML. `links=False` where it already stands in a link."""
    pieces = linked(clean(text)) if links else [(clean(text), "")]
    return "".join(_piece(words, url) for words, url in pieces)


def _piece(words: str, url: str) -> str:
    if not url:
        return escape(isolated(words))
    return f'<a rel="noreferrer" href="{escape(url)}">{escape(words)}</a>'
