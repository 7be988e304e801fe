"""From a figure to the bytes of its three files: the same on every day, given the same versions."""

import io
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.typography import FAMILIES, clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

PNG_DPI = 200

_matplotlib_settings = threading.RLock()  # matplotlib's settings are one per process; pages draw in threads


@contextmanager
def fixed_style() -> Iterator[None]:
    """Draw with matplotlib's own defaults and ours, whatever a user has set; put the user's settings back."""
    import matplotlib as mpl  # noqa: PLC0415

    with _matplotlib_settings, mpl.rc_context(), warnings.catch_warnings():
        # A sign that the font lacks is drawn as a box in PNG and PDF; in SVG the reader's fonts may have it.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(
            {"svg.fonttype": "none", "svg.hashsalt": "evisynth", "pdf.fonttype": 42, "path.simplify": False},
        )
        yield


def new_page(width: float) -> "Page":
    """An empty sheet, `width` points wide; here because matplotlib takes half a second to load."""
    from evisynth.reporting.figures.page import Page  # noqa: PLC0415

    return Page(width)


def draw(figure: "Figure", alt: str = "") -> Drawing:
    """The figure as SVG (text stays text), PNG at 200 dots per inch and PDF, the same bytes on every day.

    `alt`, the figure in words, becomes the name of the SVG for those who do not see it.
    """
    return Drawing(svg=draw_svg(figure, alt), png=draw_png(figure), pdf=draw_pdf(figure))


def draw_svg(figure: "Figure", alt: str = "") -> bytes:
    """The figure as SVG alone; `alt` as for draw()."""
    import matplotlib as mpl  # noqa: PLC0415

    with fixed_style():
        # What a chart refers to inside its file (shapes of points, frames) has names made of this, so that two
        # figures on one page do not share them.
        mpl.rcParams["svg.hashsalt"] = f"evisynth {clean(alt)}"
        svg = _saved(figure, "svg", {"Date": None, "Creator": None, "Format": None, "Type": None})
    return _tidy(svg.decode(), alt).encode()


def draw_png(figure: "Figure") -> bytes:
    """The figure as PNG alone, 200 dots per inch."""
    with fixed_style():
        return _saved(figure, "png", {"Software": None})


def draw_pdf(figure: "Figure") -> bytes:
    """The figure as PDF alone."""
    with fixed_style():
        return _saved(
            figure, "pdf", {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}
        )


def _saved(figure: "Figure", kind: str, metadata: dict[str, None]) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=PNG_DPI, metadata=metadata)  # in SVG and PDF: of clouds of points
    return file.getvalue()


def _tidy(svg: str, alt: str) -> str:
    """Make the SVG fit to stand inside a page.

    No document type (careful readers of XML refuse it), no ids that a second figure would repeat, no style
    sheet that would reach the page around it; the fonts are named once.
    """
    svg = re.sub(r"<!DOCTYPE[^>]*>\n?", "", svg)
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<(?:text|a) [^>]*>", _tidy_tag, svg)
    family = ", ".join(name if name == FAMILIES[-1] else f"'{name}'" for name in FAMILIES)
    root = f'font-family="{family}" stroke-linejoin="round" stroke-linecap="butt"'
    name = escape(clean(alt), quote=True)
    named = f'role="figure" aria-label="{name}" ' if name else ""
    return svg.replace("<svg ", f"<svg {named}{root} ", 1)


def _tidy_tag(found: re.Match[str]) -> str:
    tag = re.sub(r"font-family: [^;\"]*; ", "", found[0])
    tag = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", tag)
    return tag.replace(' target="_blank"', "")
