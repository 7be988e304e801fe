"""A sheet on which a figure is put together.

Lengths are points (1/72 inch), x grows to the right and y grows *down*, as on a sheet that is read. Text is
never interpreted: a study may be called "$x_1^2$ & <b>" and is printed so.
"""

import re
from collections.abc import Sequence
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from evisynth.reporting.figures.typography import INK, LINE, MARGIN, MIDDLE, clean, font, wrap

LINK_SCHEMES = {"http", "https", "mailto"}
TITLE = 11.0  # size of a figure's title

Point = tuple[float, float]
Align = Literal["left", "center", "right"]


def safe_href(href: str) -> str:
    """The link, if it leads to a web page, a mail address or a place in the report; else ""."""
    href = clean(href)
    if " " in href:
        return ""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", href)
    return href if scheme is None or scheme[1].lower() in LINK_SCHEMES else ""


class Page:
    """A sheet of a given width on which a figure is put together; its height is settled at the end."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.figure = Figure(facecolor="white")
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self._layer = 0

    def title(self, title: str) -> float:
        """Write the figure's title at the top; the return value is the y below it."""
        y = MARGIN
        for line in wrap(title, self.width - 2 * MARGIN, TITLE, bold=True) if title else []:
            y += TITLE * LINE
            self.text(MARGIN, y, line, size=TITLE, bold=True)
        return y + 6

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        align: Align = "left",
        colour: str = INK,
        href: str = "",
        turned: bool = False,
    ) -> None:
        """Write one line whose baseline is at y; `turned` writes it upwards, centred on (x, y)."""
        line = clean(text)
        if not line:
            return
        self._layer += 1
        artist = self.axes.text(
            x,
            y,
            line,
            fontproperties=font(size, bold=bold),
            color=colour,
            ha="center" if turned else align,
            va="center" if turned else "baseline",
            rotation=90 if turned else 0,
            rotation_mode="anchor",
            parse_math=False,
            usetex=False,
            zorder=self._layer,
        )
        if safe_href(href):
            artist.set_url(safe_href(href))

    def lines(
        self,
        x: float,
        middle: float,
        lines: Sequence[str],
        *,
        size: float,
        bold: bool = False,
        align: Align = "left",
        colour: str = INK,
        href: str = "",
    ) -> None:
        """Write lines below each other, the block of them centred on `middle`."""
        top = middle - (len(lines) - 1) * size * LINE / 2
        for number, line in enumerate(lines):
            y = top + number * size * LINE + MIDDLE * size
            self.text(x, y, line, size=size, bold=bold, align=align, colour=colour, href=href)

    def line(
        self,
        points: Sequence[Point],
        *,
        width: float = 0.8,
        colour: str = INK,
        dashes: Sequence[float] = (),
        under: bool = False,
    ) -> None:
        """A line along the points; `under` puts it below what was drawn before."""
        self._layer += 1
        x, y = zip(*points, strict=True)
        artist = Line2D(
            x, y, linewidth=width, color=colour, solid_capstyle="butt", zorder=0 if under else self._layer
        )
        if dashes:
            artist.set_dashes(dashes)
        artist.set_clip_on(False)
        self.axes.add_line(artist)

    def polygon(
        self, points: Sequence[Point], *, fill: str = INK, edge: str = "none", width: float = 0.0
    ) -> None:
        self._layer += 1
        shape = Polygon(
            points, closed=True, facecolor=fill, edgecolor=edge, linewidth=width, zorder=self._layer
        )
        shape.set_clip_on(False)
        self.axes.add_patch(shape)

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: str = "white",
        edge: str = INK,
        line: float = 0.8,
        rounded: float = 0.0,
    ) -> None:
        self._layer += 1
        style = f"round,pad=0,rounding_size={rounded:g}" if rounded else "square,pad=0"
        shape = FancyBboxPatch(
            (left, top),
            width,
            height,
            boxstyle=style,
            facecolor=fill,
            edgecolor=edge,
            linewidth=line,
            zorder=self._layer,
        )
        shape.set_clip_on(False)
        self.axes.add_patch(shape)

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str,
        edge: str = INK,
        line: float = 0.6,
        dashes: Sequence[float] = (),
    ) -> None:
        self._layer += 1
        style = (0, tuple(dashes)) if dashes else "-"
        shape = Circle(
            (x, y),
            radius,
            facecolor=fill,
            edgecolor=edge,
            linewidth=line,
            linestyle=style,
            zorder=self._layer,
        )
        shape.set_clip_on(False)
        self.axes.add_patch(shape)

    def arrow(self, points: Sequence[Point], *, width: float = 0.8, colour: str = INK) -> None:
        """A line along the points with a filled head at its end; the last stretch is level or upright."""
        (x0, y0), (x1, y1) = points[-2:]
        head, half = 5.0, 2.4
        length = max(abs(x1 - x0) + abs(y1 - y0), 1e-9)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - dx * head, y1 - dy * head)
        self.line([*points[:-1], neck], width=width, colour=colour)
        sides = [(neck[0] - dy * half, neck[1] + dx * half), (neck[0] + dy * half, neck[1] - dx * half)]
        self.polygon([(x1, y1), *sides], fill=colour)

    def finish(self, height: float) -> Figure:
        self.figure.set_size_inches(self.width / 72, height / 72)
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(height, 0)
        return self.figure
