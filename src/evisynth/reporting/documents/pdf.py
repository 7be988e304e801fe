"""The document as a tagged PDF, set by typst.

Words travel to typst as data (JSON strings), never as markup, so no text in them can run. Fonts are the ones
inside typst and matplotlib, never the machine's, so that the bytes are the same everywhere.
"""

import json
import tempfile
from calendar import timegm
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from evisynth.errors import DataError
from evisynth.reporting.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Picture,
    Runs,
    Table,
    Text,
)
from evisynth.reporting.documents.text import (
    LANDSCAPE_CHARACTERS,
    PORTRAIT_CHARACTERS,
    alternative,
    clean,
    column_shares,
    day,
    heading_levels,
    is_heading_row,
    is_wide,
    isolated,
    linked,
    plain,
    sheets,
    written_day,
)

STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA-1: readable with a screen reader
SHORT_TITLE = 90
LONG_CELL = 600  # characters; a row with a longer cell may break across pages
HEADINGS_FOR_CONTENTS, HEADINGS_FOR_ONE_PAGE = 6, 36


def to_pdf(document: Document) -> bytes:
    """The document as PDF/UA-1 on A4; wide tables stand on landscape pages.

    Errors: DataError for a figure without drawing, a row with too many cells, a bad date.
    """
    import typst  # noqa: PLC0415  # heavy, and not needed to import this module

    when = day(document)
    with tempfile.TemporaryDirectory(prefix="evisynth-") as folder:
        root = Path(folder)
        data = json.dumps(_document(document), ensure_ascii=False)
        (root / "document.json").write_text(data, encoding="utf-8", newline="\n")
        layout = files("evisynth.reporting.documents").joinpath("document.typ").read_text(encoding="utf-8")
        (root / "document.typ").write_text(layout, encoding="utf-8", newline="\n")
        for name, number in _pictures(document):
            (root / f"figure-{number}.svg").write_bytes(document.drawings[name].svg)
        pdf: bytes = typst.compile(
            root / "document.typ",
            root=root,
            font_paths=[font_folder()],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=timegm(when.timetuple()),
            pdf_standards=[STANDARD],
        )
    return pdf


def font_folder() -> Path:
    """Where matplotlib keeps the DejaVu fonts; found without loading matplotlib."""
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None
    assert matplotlib.origin is not None
    return Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"


def _pictures(document: Document) -> list[tuple[str, int]]:
    """Names and numbers of the figures. Errors: DataError for one without drawing."""
    names = [block.name for block in document.blocks if isinstance(block, Picture)]
    for number, name in enumerate(names, start=1):
        if name not in document.drawings:
            raise DataError(f"Figure {number}: the document has no drawing named {name!r}.")
    return [(name, number) for number, name in enumerate(names, start=1)]


def _document(document: Document) -> dict[str, Any]:
    when = day(document)
    title = clean(document.title).strip() or "Untitled"  # PDF/UA-1 wants one
    levels = heading_levels(document.blocks)
    return {
        "title": title,
        "short_title": shortened(title),
        "authors": [isolated(author) for author in document.authors],
        "date": {"year": when.year, "month": when.month, "day": when.day},
        "written_date": written_day(document),
        "notice": isolated(document.notice).strip(),
        "contents_depth": _contents_depth(document),
        "sheets": [
            {
                "landscape": sheet.landscape,
                "blocks": [
                    _block(block, number, next(levels) if isinstance(block, Heading) else 0)
                    for block, number in sheet.blocks
                ],
            }
            for sheet in sheets(document.blocks)
        ],
    }


def _contents_depth(document: Document) -> int:
    """How many levels of headings the contents list: none for a short text, one where two fill a page."""
    levels = list(heading_levels(document.blocks))
    if len(levels) < HEADINGS_FOR_CONTENTS:
        return 0
    return 2 if sum(level <= 2 for level in levels) <= HEADINGS_FOR_ONE_PAGE else 1


def shortened(title: str) -> str:
    """The title for the running header, cut at a word."""
    if len(title) <= SHORT_TITLE:
        return title
    return title[:SHORT_TITLE].rpartition(" ")[0].rstrip(" ,;:") + "\u2026" or title[:SHORT_TITLE]


def _block(block: Block, number: int, level: int) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": level, "text": isolated(block.text).strip() or "\u2014"}
        case Paragraph():
            return {"kind": "paragraph", "runs": _runs(block.runs)}
        case Bullets():
            items = [_runs(item) for item in block.items]
            return {"kind": "bullets", "ordered": block.ordered, "items": items}
        case Table():
            return _table(block)
        case Picture():
            return {
                "kind": "picture",
                "file": f"figure-{number}.svg",
                "caption": isolated(block.caption),
                "alt": alternative(block),
            }


def _table(table: Table) -> dict[str, Any]:
    characters = LANDSCAPE_CHARACTERS if is_wide(table) else PORTRAIT_CHARACTERS
    columns = [
        {"title": isolated(column.title), "align": column.align, "width": share}
        for column, share in zip(table.columns, column_shares(table, characters), strict=True)
    ]
    rows = [
        {
            "spans": is_heading_row(table, row),
            "cells": [_runs(cell) for cell in row] or [[]],
            "breakable": any(len(plain(cell)) > LONG_CELL for cell in row),
        }
        for row in table.rows
    ]
    return {
        "kind": "table",
        "caption": isolated(table.caption),
        "columns": columns,
        "repeat_header": all(len(column.title) <= LONG_CELL for column in table.columns),
        "rows": rows,
        "notes": [_runs(note) for note in table.notes],
    }


def _runs(runs: Runs) -> list[dict[str, Any]]:
    return [piece for run in runs for piece in _pieces(run)]


def _pieces(run: Text) -> list[dict[str, Any]]:
    return [
        {"text": words if url else isolated(words), "url": url, "bold": run.bold, "italic": run.italic}
        for words, url in linked(clean(run.text))
    ]
