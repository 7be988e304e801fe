"""A frame with two axes for figures made of points and lines, with its title, key and notes around it.

Everything is measured before it is drawn, so that no text meets another from 300 px up to a page of A4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from evisynth.errors import DataError
from evisynth.reporting.figures.drawing import new_page
from evisynth.reporting.figures.labels import place_labels
from evisynth.reporting.figures.plotted import DATA
from evisynth.reporting.figures.scales import SMALL, Scale, Tick, ticks_across, ticks_along
from evisynth.reporting.figures.typography import (
    GREY,
    INK,
    LINE,
    MARGIN,
    MIDDLE,
    RULE,
    clean,
    font,
    widest,
    wrap,
)
from evisynth.synthesis.measures.scale import Vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

SIZE = 9.0
NARROWEST, WIDEST = 225.0, 595.0  # points: 300 px, and A4
WIDTH = 420.0
BLUE = "#2f6690"
RED = "#a3252c"
LIGHT = "#7fa8cc"
SMALLEST, LARGEST, MANY = 2.0, 11.0, 25  # radii of circles, the largest for up to so many
KEY_MARK = 22.0  # width of a mark in the key
KEY_GAP = 14.0


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the key: a mark and what it means."""

    words: str
    kind: Literal["point", "line", "area"]
    colour: str = INK
    fill: str = "white"
    dashes: tuple[float, ...] = ()


def check_width(width: float) -> None:
    if not NARROWEST <= width <= WIDEST:
        raise DataError(
            f"A figure {width:g} points wide cannot be drawn so that it can be read; from {NARROWEST:g} (300 px) to "
            f"{WIDEST:g} (A4) it can."
        )


class Chart:
    """A page with one frame; draw into `axes`, whose coordinates are those of the data.

    Parameters
    ----------
    width : of the page in points; height : of the frame.
    x, y : its axes; ticks_x (from the length of the axis in points) and ticks_y in place of those that are chosen.
    key, notes : below it. right : points to keep free on the right of the frame.
    """

    def __init__(
        self,
        *,
        title: str,
        width: float,
        height: float,
        x: Scale,
        y: Scale,
        key: Sequence[Key] = (),
        notes: Sequence[str] = (),
        right: float = 0.0,
        top: float = 0.0,
        ticks_x: Callable[[float], Sequence[Tick]] | None = None,
        ticks_y: Sequence[Tick] | None = None,
    ) -> None:
        check_width(width)
        self.page: Page = new_page(width)
        up = ticks_along(y, height) if ticks_y is None else list(ticks_y)
        beside = wrap(y.label, height, SIZE) if y.label else []
        left = MARGIN + len(beside) * SIZE * LINE + 4 + widest([tick.words for tick in up], SMALL) + 6
        self.width = width - left - MARGIN - 8 - right
        self.height = height
        across = ticks_across(x, self.width) if ticks_x is None else ticks_x(self.width)
        below = wrap(x.label, self.width, SIZE) if x.label else []
        start = self.page.title(title) + 2 + top
        end = start + height + 6 + SMALL * LINE + 3 + len(below) * SIZE * LINE
        end = _draw_key(self.page, key, end)
        total = _notes(self.page, notes, end)
        self.page.finish(total)
        self.left, self.start, self.total = left, start, total
        self.axes = self.add_frame(left, start, self.width, height)
        self.axes.set_label(DATA)
        self._dress(x, y, across, up, below, beside)
        self.x, self.y = x, y

    def add_frame(self, left: float, start: float, width: float, height: float) -> "Axes":
        """Further axes on the page; all in points, `start` from the top."""
        return add_frame(self.page, self.total, left, start, width, height)

    def _dress(
        self,
        x: Scale,
        y: Scale,
        across: Sequence[Tick],
        up: Sequence[Tick],
        below: Sequence[str],
        beside: Sequence[str],
    ) -> None:
        """Limits, ticks and labels of the axes."""
        axes = self.axes
        axes.set_xlim(x.low, x.high)
        axes.set_ylim(y.low, y.high)
        dress_ticks(axes, "x", across)
        dress_ticks(axes, "y", up)
        plain: dict[str, Any] = {
            "fontproperties": font(SIZE),
            "color": INK,
            "parse_math": False,
            "linespacing": LINE * 0.86,
        }
        axes.set_xlabel("\n".join(below), va="top", **plain)
        axes.xaxis.set_label_coords(0.5, -(6 + SMALL * LINE + 2) / self.height)
        axes.set_ylabel("\n".join(beside), ha="left", va="center", rotation_mode="default", **plain)
        axes.yaxis.set_label_coords(-(self.left - MARGIN) / self.width, 0.5)

    def name_points(
        self,
        x: Vector,
        y: Vector,
        names: Sequence[str],
        *,
        order: Sequence[int] | None = None,
        radius: float = 3.0,
    ) -> list[str]:
        """Write names beside points where there is room, in the order of their importance; gives those written."""
        across = (x - self.x.low) / (self.x.high - self.x.low) * self.width
        up = (y - self.y.low) / (self.y.high - self.y.low) * self.height
        short = [shortened(name, self.width * 0.45, SMALL) for name in names]
        placed = place_labels(
            across, up, short, width=self.width, height=self.height, size=SMALL, radius=radius, order=order
        )
        for label in placed:
            self.axes.annotate(
                label.words,
                (float(x[label.point]), float(y[label.point])),
                xytext=(label.right, label.up),
                textcoords="offset points",
                ha=label.align,
                va="center",
                fontproperties=font(SMALL),
                color=INK,
                parse_math=False,
                annotation_clip=False,
                zorder=8,
            )
        return [names[label.point] for label in placed]

    @property
    def figure(self) -> "Figure":
        return self.page.figure


def add_frame(page: "Page", total: float, left: float, start: float, width: float, height: float) -> "Axes":
    """Axes on a page `total` points high; all in points, `start` from the top of the page."""
    wide, high = page.width, total
    axes = page.figure.add_axes((left / wide, 1 - (start + height) / high, width / wide, height / high))
    for side in axes.spines.values():
        side.set_linewidth(0.8)
        side.set_color(RULE)
    return axes


def dress_ticks(axes: "Axes", which: Literal["x", "y"], ticks: Sequence[Tick]) -> None:
    """Put ticks on an axis in the figures' own font."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks([tick.at for tick in ticks])
    axis.set_ticklabels(
        [tick.words for tick in ticks], fontproperties=font(SMALL), color=INK, parse_math=False
    )
    axis.set_tick_params(length=3.5, width=0.8, color=RULE, pad=2.5)


def shortened(name: str, width: float, size: float) -> str:
    """The name on one line; what goes beyond the width shows as an ellipsis."""
    return wrap(name, width, size, most=1)[0]


def _draw_key(page: "Page", key: Sequence[Key], y: float) -> float:
    """Write the key in as many lines as it takes; the return value is the y below."""
    if not key:
        return y
    x, y = MARGIN, y + 8 + SIZE / 2
    for entry in key:
        lines = wrap(entry.words, page.width - 2 * MARGIN - KEY_MARK - 6, SIZE)
        wide = KEY_MARK + 6 + widest(lines, SIZE)
        if x > MARGIN and x + wide > page.width - MARGIN:
            x, y = MARGIN, y + SIZE * LINE + 3
        _mark(page, entry, x, y)
        for number, line in enumerate(lines):
            page.text(x + KEY_MARK + 6, y + number * SIZE * LINE + MIDDLE * SIZE, line, size=SIZE)
        y += (len(lines) - 1) * SIZE * LINE
        x += wide + KEY_GAP
    return y + SIZE / 2


def _mark(page: "Page", entry: Key, x: float, y: float) -> None:
    if entry.kind == "point":
        page.circle(x + KEY_MARK / 2, y, 3.0, fill=entry.fill, edge=entry.colour, line=0.8)
    elif entry.kind == "line":
        page.line([(x, y), (x + KEY_MARK, y)], width=1.1, colour=entry.colour, dashes=entry.dashes)
    else:
        page.box(x, y - 4, KEY_MARK, 8, fill=entry.fill, edge=entry.colour, line=0.5)


def _notes(page: "Page", notes: Sequence[str], y: float) -> float:
    """Notes in grey; the return value is the height of the page."""
    y += 4
    for note in notes:
        for line in wrap(note, page.width - 2 * MARGIN, SMALL):
            y += SMALL * LINE
            page.text(MARGIN, y, line, size=SMALL, colour=GREY)
    return y + MARGIN


def sizes_of(weights: Vector) -> Vector:
    """Radii of circles whose *areas* go with the weights; smaller ones where there are many, down to a dot."""
    heaviest, largest = float(np.max(weights)), LARGEST * min(1.0, (MANY / len(weights)) ** 0.5)
    share = weights / heaviest if heaviest > 0 else np.ones_like(weights)
    return np.asarray(np.maximum(SMALLEST, largest * np.sqrt(share)), dtype=np.float64)


def in_words(measure_words: str, names: Sequence[str], values: Sequence[str], most: int = 25) -> str:
    """Study by study, for the text beside a figure: 'measure: A 1.2; B 0.4. And 3 further studies.'"""
    told = "; ".join(f"{clean(name)} {value}" for name, value in zip(names[:most], values, strict=False))
    more = f" And {len(names) - most} further studies." if len(names) > most else ""
    return f"{measure_words}: {told}.{more}"


def studies_of(k: int) -> str:
    return "1 study" if k == 1 else f"{k} studies"
