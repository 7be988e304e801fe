"""What is drawn on the axis of a forest plot: squares, intervals, diamonds, the axis itself."""

import math
from typing import TYPE_CHECKING

from evisynth.reporting.figures.forest_axis import Axis, tick_label
from evisynth.reporting.figures.forest_plot import ForestPlot, ForestRow, ForestTotal
from evisynth.reporting.figures.typography import INK, LINE, wrap

if TYPE_CHECKING:
    from evisynth.reporting.figures.page import Page

SIZE = 9.0
SMALL = 8.0
LARGEST_SQUARE = 11.0
SMALLEST_SQUARE = 1.8
DIAMOND = 5.0  # half its height
SQUARE_FILL = "#7fa8cc"


def square_side(plot: ForestPlot, row: ForestRow) -> float:
    """Side of the square whose *area* goes with the weight; one small size where nothing is weighed."""
    if row.weight_percent is None:
        return LARGEST_SQUARE / 2
    heaviest = max(other.weight_percent for other in plot.rows if other.weight_percent is not None)
    share = row.weight_percent / heaviest if heaviest > 0 else 0.0
    return max(SMALLEST_SQUARE, LARGEST_SQUARE * math.sqrt(max(share, 0.0)))


def draw_estimate(page: "Page", plot: ForestPlot, row: ForestRow, axis: Axis, y: float, *, fill: str) -> None:
    """The square of a study and its interval; nothing where no effect can be estimated."""
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return
    if axis.holds(row.estimate):
        half = square_side(plot, row) / 2
        left, top = axis.x(row.estimate) - half, y - half
        page.box(left, top, 2 * half, 2 * half, fill=fill, edge=INK, line=0.3)
    draw_interval(page, axis, y, row.ci_low, row.ci_high)


def draw_interval(page: "Page", axis: Axis, y: float, low: float, high: float, *, width: float = 0.9) -> None:
    """The line of an interval; an arrow head where it goes on beyond the axis."""
    head = 5.0
    left, right = axis.x(low), axis.x(high)
    if low < axis.low:
        page.polygon([(left, y), (left + head, y - 2.6), (left + head, y + 2.6)])
    if high > axis.high:
        page.polygon([(right, y), (right - head, y - 2.6), (right - head, y + 2.6)])
    page.line(
        [(left + (1 if low < axis.low else 0), y), (right - (1 if high > axis.high else 0), y)], width=width
    )


def draw_diamond(page: "Page", axis: Axis, y: float, total: ForestTotal, *, fill: str = INK) -> None:
    low, middle, high = (axis.x(value) for value in (total.ci_low, total.estimate, total.ci_high))
    corners = [(low, y), (middle, y - DIAMOND), (high, y), (middle, y + DIAMOND)]
    page.polygon(corners, fill=fill, edge=INK, width=0.3)


def draw_axis(page: "Page", plot: ForestPlot, axis: Axis, y: float) -> float:
    """The axis with its ticks and what each side favours; the return value is the y below."""
    page.line([(axis.left, y), (axis.right, y)])
    for tick in axis.ticks:
        page.line([(axis.x(tick), y), (axis.x(tick), y + 3.5)])
        page.text(axis.x(tick), y + 5 + SMALL, tick_label(tick), size=SMALL, align="center")
    y += 5 + SMALL + 3
    if axis.no_effect is None or not axis.holds(axis.no_effect):
        return y + 4
    middle = axis.x(axis.no_effect)
    below = y
    for label, left, right in (
        (plot.favours_left, axis.left - 8, middle),
        (plot.favours_right, middle, axis.right + 8),
    ):
        for number, line in enumerate(wrap(label, right - left - 6, SIZE, most=3) if label else []):
            line_y = y + SIZE + 1 + number * SIZE * LINE
            page.text((left + right) / 2, line_y, line, size=SIZE, align="center")
            below = max(below, line_y)
    return below + 4
