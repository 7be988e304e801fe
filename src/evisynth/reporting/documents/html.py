"""The document as one HTML page that works offline: figures, style and script are inside it."""

import base64
import hashlib
import re
from html import escape
from importlib.resources import files
from urllib.parse import unquote

from evisynth.errors import DataError
from evisynth.reporting.document import Bullets, Document, Heading, Paragraph, Picture, Runs, Table, Text
from evisynth.reporting.documents.csv import table_csv
from evisynth.reporting.documents.derivations import Use, appendix, why_id
from evisynth.reporting.documents.svg import inline_svg
from evisynth.reporting.documents.text import (
    MANY_COLUMNS,
    alternative,
    clean,
    day,
    heading_levels,
    is_heading_row,
    is_short,
    is_short_word,
    linked,
    numbered,
    written_day,
)
from evisynth.reporting.documents.words import words_html


def to_html(document: Document) -> str:
    """The document as one self-contained page; every number with a `why` links to its derivation.

    With JavaScript such a link opens a dialog in which one walks down to the page of a report; without, it
    jumps to the appendix. The page's own policy forbids it to load anything.

    Errors: DataError for a `why` or an input without derivation, a figure without drawing, a bad date.
    """
    page = _Page(document)
    body = "\n".join(page.block(block, number) for block, number in numbered(document.blocks))
    derivations = appendix(document.derivations, page.uses)
    if derivations:
        page.contents.append((1, "derivations", "Where every number comes from"))
    style, script = _asset("report.css"), _asset("report.js")
    title = escape(clean(document.title))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="author" content="{escape(", ".join(map(clean, document.authors)))}">
<meta name="date" content="{day(document).isoformat()}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header class="title">
<h1>{words_html(document.title)}</h1>
{_byline(document)}
</header>
<div class="page">
{_contents(page.contents)}
<main id="main" tabindex="-1">
{_notice(document)}
{_hint(document)}
{body}
{derivations}
</main>
</div>
<footer class="end"><p>{title}. {_date(document)}.</p></footer>
{DIALOG}
<script>{script}</script>
</body>
</html>
"""


DIALOG = """<dialog id="why" aria-labelledby="why-title">
<div class="bar"><button type="button" id="why-back">Back</button>
<button type="button" id="why-close">Close</button></div>
<nav aria-label="Path to this number"><ol id="why-path"></ol></nav>
<h2 id="why-title" tabindex="-1"></h2>
<div id="why-body"></div>
<p class="place"><a id="why-place" href="#derivations">Show it in the list of all numbers</a></p>
</dialog>"""


class _Page:
    """Writes blocks as HTML; remembers headings for the contents and where each number stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.levels = heading_levels(document.blocks)
        self.contents: list[tuple[int, str, str]] = []  # level, id, words
        self.uses: dict[str, list[Use]] = {}  # by derivation, in the order of the text
        self.place = ("main", "the beginning")  # the heading or table that is being written
        self.links = 0

    def block(self, block: object, number: int) -> str:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return f"<p>{self.runs(block.runs)}</p>"
            case Bullets():
                tag = "ol" if block.ordered else "ul"
                items = "".join(f"<li>{self.runs(item)}</li>" for item in block.items)
                return f"<{tag}>{items}</{tag}>"
            case Table():
                return self.table(block, number)
            case Picture():
                return self.picture(block, number)
        raise TypeError(f"A document has no block of type {type(block).__name__}.")

    def heading(self, heading: Heading) -> str:
        level, words = next(self.levels), clean(heading.text)
        slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60]
        anchor = f"section-{len(self.contents) + 1}-{slug}".rstrip("-")
        self.contents.append((level, anchor, words))
        self.place = (anchor, words)
        return f'<h{level + 1} id="{anchor}">{words_html(words)}</h{level + 1}>'

    def runs(self, runs: Runs) -> str:
        return "".join(self.text(run) for run in runs)

    def text(self, run: Text) -> str:
        if run.why:
            self.links += 1
            anchor = f"number-{self.links}"
            self.use(run.why, anchor)
            inside = self.number(run.text, f'<a class="number" id="{anchor}" href="#{why_id(run.why)}">')
        else:
            inside = words_html(run.text)
        inside = f"<em>{inside}</em>" if run.italic else inside
        return f"<strong>{inside}</strong>" if run.bold else inside

    def number(self, text: str, link: str) -> str:
        """The text as a link to its derivation; a web address at its end stays a link of its own."""
        text = clean(text)
        end = next((words for words, url in list(linked(text))[-1:] if url), "")
        before = text.removesuffix(end).rstrip()
        if not end or not before:
            return f"{link}{words_html(text, links=False)}</a>"
        return f"{link}{words_html(before, links=False)}</a>{words_html(text.removeprefix(before))}"

    def use(self, key: str, anchor: str) -> None:
        """Note that the number stands at the anchor, once for each section, table and figure."""
        if key not in self.document.derivations:
            raise DataError(f"{self.place[1]}: the number {key!r} has no derivation in the document.")
        uses = self.uses.setdefault(key, [])
        if all(use.place != self.place[1] for use in uses):
            uses.append(Use(anchor, self.place[1]))

    def table(self, table: Table, number: int) -> str:
        anchor, before = f"table-{number}", self.place
        self.place = (anchor, f"Table {number}")
        head = "".join(
            f'<th scope="col"{_align(column.align, is_short_word(clean(column.title)))}>{words_html(column.title)}</th>'
            for column in table.columns
        )
        notes = "".join(f'<p class="note">{self.runs(note)}</p>' for note in table.notes)
        many = ' class="many"' if len(table.columns) > MANY_COLUMNS else ""
        body = self.rows(table)
        self.place = before
        return (
            f'<figure class="table" id="{anchor}"><figcaption id="{anchor}-caption"><strong>Table {number}.'
            f"</strong> {words_html(table.caption)} {_download(table)}</figcaption>\n"
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{anchor}-caption">'
            f'<table aria-labelledby="{anchor}-caption" style="--columns:{len(table.columns)}"{many}>'
            f"\n<thead><tr>{head}</tr></thead>\n{body}</table></div>{notes}</figure>"
        )

    def rows(self, table: Table) -> str:
        """The table's body; each heading row begins a group of rows."""
        parts = ["<tbody>\n"]
        for i, row in enumerate(table.rows):
            if is_heading_row(table, row):
                words = self.runs(row[0]) if row else ""
                spread = f'colspan="{len(table.columns)}"'
                parts.append("</tbody>\n<tbody>\n" if i else "")
                parts.append(f'<tr class="group"><th {spread} scope="rowgroup">{words}</th></tr>\n')
                continue
            cells = [
                f"<{tag}{_align(column.align, is_short(cell, column.align))}>{self.runs(cell)}</{tag[:2]}>"
                for tag, column, cell in zip(_cell_tags(table), table.columns, row, strict=True)
            ]
            parts.append(f"<tr>{''.join(cells)}</tr>\n")
        return "".join(parts) + "</tbody>"

    def picture(self, picture: Picture, number: int) -> str:
        anchor, before = f"figure-{number}", self.place
        self.place = (anchor, f"Figure {number}")
        drawing = self.document.drawings.get(picture.name)
        if drawing is None:
            raise DataError(f"Figure {number}: the document has no drawing named {picture.name!r}.")
        svg = inline_svg(drawing.svg, f"f{number}-", alternative(picture), self.anchor)
        self.place = before
        return (
            f'<figure class="picture" id="{anchor}">'
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{anchor}-caption">{svg}</div>'
            f'<figcaption id="{anchor}-caption"><strong>Figure {number}.</strong> '
            f"{words_html(picture.caption)}</figcaption></figure>"
        )

    def anchor(self, href: str) -> str:
        """The address in this page of a link in a drawing: "#why-" and the key, percent-encoded or not."""
        if not href.startswith("#why-"):
            return ""
        written = href.removeprefix("#why-")
        key = written if written in self.document.derivations else unquote(written)
        self.use(key, self.place[0])
        return f"#{why_id(key)}"


def _cell_tags(table: Table) -> list[str]:
    """The first column names the row, when it holds words."""
    first = 'th scope="row"' if table.columns[0].align == "left" else "td"
    return [first] + ["td"] * (len(table.columns) - 1)


def _align(align: str, short: bool = False) -> str:
    names = [
        name for name in (align if align in {"right", "center"} else "", "short" if short else "") if name
    ]
    return f' class="{" ".join(names)}"' if names else ""


def _download(table: Table) -> str:
    data = base64.b64encode(table_csv(table).encode()).decode()
    name = escape(re.sub(r"[^\w.-]+", "-", clean(table.name)))
    return f'<a class="csv" download="{name}.csv" href="data:text/csv;charset=utf-8;base64,{data}">CSV</a>'


def _policy(script: str) -> str:
    """Nothing may be loaded, and only this one script may run."""
    sha = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{sha}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return files("evisynth.reporting.documents").joinpath("html_assets", name).read_text(encoding="utf-8")


def _contents(entries: list[tuple[int, str, str]]) -> str:
    """The headings of the first two levels as a nested list of links."""
    parts = []
    open_levels = 0
    for level, anchor, words in entries:
        if level > 2:
            continue
        while open_levels > level:
            parts.append("</li></ul>")
            open_levels -= 1
        parts.append("</li>" if open_levels == level else "<ul>")
        open_levels = level
        parts.append(f'<li><a href="#{anchor}">{words_html(words)}</a>')
    parts.append("</li></ul>" * open_levels)
    return (
        '<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>\n'
        f"{''.join(parts)}</details></nav>"
    )


def _byline(document: Document) -> str:
    authors = ", ".join(words_html(author) for author in document.authors)
    line = f'<p class="authors">{authors}</p>\n' if authors else ""
    return f'{line}<p class="date">{_date(document)}</p>'


def _date(document: Document) -> str:
    return f'<time datetime="{day(document).isoformat()}">{written_day(document)}</time>'


def _notice(document: Document) -> str:
    words = document.notice.strip()
    return f'<aside class="notice" aria-label="Notice"><p>{words_html(words)}</p></aside>' if words else ""


def _hint(document: Document) -> str:
    if not document.derivations:
        return ""
    return (
        '<p class="hint">Each <span class="number">underlined number</span> leads to where it came from: '
        "select it to see how it was made, and follow it down to what it rests on, such as a report, a search, "
        "the decisions of the reviewers or a setting of the analysis.</p>"
    )
