"""Where everything of a forest plot stands on its page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evisynth.reporting.figures.drawing import fixed_style, new_page
from evisynth.reporting.figures.forest_axis import Axis, choose_axis, effect_number, tick_label
from evisynth.reporting.figures.forest_plot import (
    ForestPlot,
    ForestRow,
    ForestTotal,
    effect_text,
    numbered_notes,
)
from evisynth.reporting.figures.traffic_light import draw_legend, draw_mark
from evisynth.reporting.figures.typography import (
    GREY,
    INK,
    LINE,
    MARGIN,
    MIDDLE,
    RULE,
    text_width,
    widest,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Align, Page

SIZE = 9.0
SMALL = 8.0
GAP = 12.0
ROW = 15.5
STUDY_WIDTH = 190.0
PLOT_WIDTH = 230.0
LARGEST_SQUARE = 11.0
SMALLEST_SQUARE = 1.8
DIAMOND = 5.0  # half its height
MARK = 5.6  # radius of a risk of bias mark
SQUARE_FILL = "#7fa8cc"


@dataclass(frozen=True, slots=True)
class Column:
    """Text in a column: heading lines, a cell for each study, the total; `edge` is where it is aligned."""

    head: tuple[str, ...]
    cells: tuple[str, ...]
    total: str
    align: "Align" = "right"
    edge: float = 0.0
    bold_lines: int = 1  # of the heading

    @property
    def width(self) -> float:
        head = [
            text_width(line, SIZE, bold=number < self.bold_lines) for number, line in enumerate(self.head)
        ]
        return max(0.0, *head, widest(self.cells, SIZE), text_width(self.total, SIZE, bold=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns with their places, and what stands to their right."""

    names: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    groups: tuple[
        tuple[tuple[str, ...], float, float], ...
    ]  # heading lines, left and right of its two columns
    axis: Axis
    marks_left: float
    width: float


def lay_out(plot: ForestPlot) -> "Figure":
    """Put the plot on a page: heading, a row a study, total, axis, and the notes below."""
    with fixed_style():
        layout = _layout(plot)
        page = new_page(layout.width)
        y = top = _heading(page, plot, layout, page.title(plot.title))
        for number, name in enumerate(layout.names):
            height = max(ROW, len(name) * SIZE * LINE + 3)
            _study(page, plot, layout, number, y + height / 2)
            y += height
        if plot.total is not None:
            y = _total(page, plot, plot.total, layout, y)
        bottom = y + 4
        page.line(
            [(layout.axis.x(layout.axis.no_effect), top), (layout.axis.x(layout.axis.no_effect), bottom)]
        )
        y = max(_axis(page, plot, layout.axis, bottom), _left_lines(page, plot, layout, y))
        return page.finish(_notes(page, plot, y))


def _layout(plot: ForestPlot) -> Layout:
    names = tuple(tuple(_name(plot, row)) for row in plot.rows)
    labels = [
        "Study or subgroup",
        *([f"Total ({plot.level} CI)", "Prediction interval"] if plot.total else []),
    ]
    x = MARGIN + max(widest([line for name in names for line in name], SIZE), widest(labels, SIZE, bold=True))
    columns: list[Column] = []
    groups = []
    for label, pair in _groups(plot):
        head = tuple(wrap(label, 110, SIZE, bold=True, most=3))
        left = x + GAP + 2
        inner = sum(column.width for column in pair) + GAP * (len(pair) - 1)
        block = max(inner, widest(head, SIZE, bold=True))
        edge = left + (block - inner) / 2
        for column in pair:
            columns.append(replace(column, edge=edge + column.width))
            edge += column.width + GAP
        x = left + block
        groups.append((head, left, x))
    for column in _effect_columns(plot):
        x += GAP + 2 + column.width
        columns.append(replace(column, edge=x))
    axis = _axis_of(plot, x + GAP + 10)
    marks_left = axis.right + GAP + 6
    marks = max(len(plot.domains) * (2 * MARK + 3), text_width("Risk of bias", SIZE, bold=True))
    width = marks_left + marks + MARGIN if plot.domains else axis.right + MARGIN + 10
    return Layout(names, tuple(columns), tuple(groups), axis, marks_left, width)


def _name(plot: ForestPlot, row: ForestRow) -> list[str]:
    """The study's name in lines, its footnote's number at the end."""
    number = numbered_notes(plot.rows).get(row.note)
    lines = wrap(row.study, STUDY_WIDTH, SIZE, most=3)
    if number is None:
        return lines
    mark = f" ({number})"
    if text_width(lines[-1] + mark, SIZE) <= STUDY_WIDTH + 20:
        return [*lines[:-1], lines[-1] + mark]
    return [*lines, mark.strip()]


def _groups(plot: ForestPlot) -> list[tuple[str, list[Column]]]:
    """The events and totals of both groups; a column that no study fills is left out."""
    total = plot.total
    groups = []
    for label, events, n, all_n in (
        (plot.group1, [r.events1 for r in plot.rows], [r.n1 for r in plot.rows], total.n1 if total else None),
        (plot.group2, [r.events2 for r in plot.rows], [r.n2 for r in plot.rows], total.n2 if total else None),
    ):
        pair = [
            Column((title,), tuple(_count(value) for value in values), _count(sum_))
            for title, values, sum_ in (("Events", events, None), ("Total", n, all_n))
            if any(value is not None for value in values)
        ]
        if pair:
            groups.append((label, pair))
    return groups


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _effect_columns(plot: ForestPlot) -> list[Column]:
    weights = [row.weight_percent for row in plot.rows]
    columns = []
    if any(weight is not None for weight in weights):
        cells = tuple("" if weight is None else f"{weight:.1f}%" for weight in weights)
        total = sum(weight for weight in weights if weight is not None)
        columns.append(Column(("Weight",), cells, f"{total:.1f}%" if plot.total else ""))
    head, bold_lines = _measure_head(plot, 150)
    effects = tuple(effect_text(row.estimate, row.ci_low, row.ci_high) for row in plot.rows)
    pooled = plot.total and effect_text(plot.total.estimate, plot.total.ci_low, plot.total.ci_high)
    return [*columns, Column(tuple(head), effects, pooled or "", bold_lines=bold_lines)]


def _measure_head(plot: ForestPlot, width: float) -> tuple[list[str], int]:
    """Measure (bold) and method as heading lines, and how many of these are bold."""
    measure = wrap(plot.measure, width, SIZE, bold=True, most=2)
    return [*measure, *wrap(plot.method, width, SIZE, most=3)], len(measure)


def _axis_of(plot: ForestPlot, left: float) -> Axis:
    estimates = [row.estimate for row in plot.rows if row.estimate is not None]
    limits = [end for row in plot.rows for end in (row.ci_low, row.ci_high) if end is not None]
    if plot.total is not None:
        estimates.append(plot.total.estimate)
        limits += [plot.total.ci_low, plot.total.ci_high]
    return choose_axis(estimates, limits, log_scale=plot.log_scale, left=left, right=left + PLOT_WIDTH)


def _heading(page: "Page", plot: ForestPlot, layout: Layout, y: float) -> float:
    """Write the headings, all standing on one rule; the return value is the y of the rule."""
    step = SIZE * LINE
    over_axis, bold_lines = _measure_head(plot, PLOT_WIDTH)
    deepest = max([len(over_axis), *(len(column.head) for column in layout.columns)])
    deepest = max([deepest, 2 if plot.domains else 1, *(len(head) + 1 for head, _, _ in layout.groups)])
    rule = y + deepest * step + 8

    def stack(x: float, lines: Sequence[str], bold: int, align: "Align", base: float) -> None:
        for number, line in enumerate(lines):
            line_y = base - (len(lines) - 1 - number) * step
            page.text(x, line_y, line, size=SIZE, bold=number < bold, align=align)

    base = rule - 5
    stack(MARGIN, ["Study or subgroup"], 1, "left", base)
    for head, left, right in layout.groups:
        stack((left + right) / 2, head, len(head), "center", base - step - 2)
        page.line([(left, base - step + 1.5), (right, base - step + 1.5)], width=0.4, colour=RULE)
    for column in layout.columns:
        stack(column.edge, column.head, column.bold_lines, column.align, base)
    stack((layout.axis.left + layout.axis.right) / 2, over_axis, bold_lines, "center", base)
    if plot.domains:
        stack(layout.marks_left, ["Risk of bias"], 1, "left", base - step)
        for number in range(len(plot.domains)):
            stack(_mark_x(layout, number), [_letter(number)], 1, "center", base)
    page.line([(MARGIN, rule), (layout.width - MARGIN, rule)])
    return rule + 3


def _mark_x(layout: Layout, number: int) -> float:
    return layout.marks_left + MARK + number * (2 * MARK + 3)


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _study(page: "Page", plot: ForestPlot, layout: Layout, number: int, y: float) -> None:
    """One study's row, centred on y."""
    row = plot.rows[number]
    page.lines(MARGIN, y, layout.names[number], size=SIZE, href=row.href)
    for column in layout.columns:
        page.text(column.edge, y + MIDDLE * SIZE, column.cells[number], size=SIZE, align=column.align)
    for place, judgement in enumerate(row.judgements if plot.domains else ()):
        draw_mark(page, _mark_x(layout, place), y, judgement, radius=MARK)
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return
    if layout.axis.holds(row.estimate):
        half = _square(plot, row) / 2
        page.box(
            layout.axis.x(row.estimate) - half,
            y - half,
            2 * half,
            2 * half,
            fill=SQUARE_FILL,
            edge=INK,
            line=0.3,
        )
    _interval(page, layout.axis, y, row.ci_low, row.ci_high)


def _square(plot: ForestPlot, row: ForestRow) -> float:
    """Side of the square whose *area* goes with the weight; one small size where nothing is weighed."""
    if row.weight_percent is None:
        return LARGEST_SQUARE / 2
    heaviest = max(other.weight_percent for other in plot.rows if other.weight_percent is not None)
    share = row.weight_percent / heaviest if heaviest > 0 else 0.0
    return max(SMALLEST_SQUARE, LARGEST_SQUARE * math.sqrt(max(share, 0.0)))


def _interval(page: "Page", axis: Axis, y: float, low: float, high: float, *, width: float = 0.9) -> None:
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


def _total(page: "Page", plot: ForestPlot, total: ForestTotal, layout: Layout, y: float) -> float:
    """The rows of the pooled result; the return value is the y below them."""
    axis = layout.axis
    page.line([(MARGIN, y + 2), (layout.columns[-1].edge, y + 2)], width=0.4, colour=RULE)
    y += 4 + ROW / 2
    base = y + MIDDLE * SIZE
    page.text(MARGIN, base, f"Total ({plot.level} CI)", size=SIZE, bold=True, href=total.href)
    for column in layout.columns:
        page.text(column.edge, base, column.total, size=SIZE, bold=True, align=column.align)
    low, middle, high = (axis.x(value) for value in (total.ci_low, total.estimate, total.ci_high))
    page.polygon(
        [(low, y), (middle, y - DIAMOND), (high, y), (middle, y + DIAMOND)], fill=INK, edge=INK, width=0.3
    )
    if total.events1 is not None and total.events2 is not None:
        y += ROW
        page.text(MARGIN, y + MIDDLE * SIZE, "Total events", size=SIZE)
        events = [column for column in layout.columns if column.head == ("Events",)]
        for column, count in zip(events, (total.events1, total.events2), strict=False):
            page.text(column.edge, y + MIDDLE * SIZE, str(count), size=SIZE, align=column.align)
    if total.prediction_low is not None and total.prediction_high is not None:
        y += ROW
        page.text(MARGIN, y + MIDDLE * SIZE, "Prediction interval", size=SIZE)
        words = f"[{effect_number(total.prediction_low)}, {effect_number(total.prediction_high)}]"
        page.text(layout.columns[-1].edge, y + MIDDLE * SIZE, words, size=SIZE, align="right")
        _interval(page, axis, y, total.prediction_low, total.prediction_high, width=2.2)
    return y + ROW / 2


def _axis(page: "Page", plot: ForestPlot, axis: Axis, y: float) -> float:
    """The axis with its ticks and what each side favours; the return value is the y below."""
    page.line([(axis.left, y), (axis.right, y)])
    for tick in axis.ticks:
        page.line([(axis.x(tick), y), (axis.x(tick), y + 3.5)])
        page.text(axis.x(tick), y + 5 + SMALL, tick_label(tick), size=SMALL, align="center")
    y += 5 + SMALL + 3
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


def _left_lines(page: "Page", plot: ForestPlot, layout: Layout, y: float) -> float:
    """Heterogeneity and test for overall effect, left of the axis; the return value is the y below."""
    y += 2
    for text in plot.heterogeneity:
        for line in wrap(text, layout.columns[-1].edge - MARGIN, SIZE):
            y += SIZE * LINE
            page.text(MARGIN, y, line, size=SIZE)
    return y + 4


def _notes(page: "Page", plot: ForestPlot, y: float) -> float:
    """Legend of the marks, footnotes and notes; the return value is the height of the page."""
    notes = [f"({number}) {note}" for note, number in numbered_notes(plot.rows).items()]
    if plot.domains:
        used = {judgement for row in plot.rows for judgement in row.judgements}
        y += 12
        draw_legend(page, MARGIN, y, list(used))
        y += 6
        notes = [f"({_letter(number)}) {name}" for number, name in enumerate(plot.domains)] + notes
    y += 4
    for note in [*notes, *plot.notes]:
        for line in wrap(note, page.width - 2 * MARGIN, SMALL):
            y += SMALL * LINE
            page.text(MARGIN, y, line, size=SMALL, colour=GREY)
    return y + MARGIN
