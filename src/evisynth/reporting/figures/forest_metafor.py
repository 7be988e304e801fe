"""The forest plot as R's metafor lays it out: names on the left, the plot, estimates on the right.

It fits any width from 300 px to a page of A4. Where names and numbers would leave no room for the plot, each name
stands on a line of its own over its interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evisynth.reporting.figures.chart import check_width
from evisynth.reporting.figures.drawing import fixed_style, new_page
from evisynth.reporting.figures.forest_axis import Axis, effect_number
from evisynth.reporting.figures.forest_data_axis import axis_of
from evisynth.reporting.figures.forest_marks import (
    SIZE,
    SMALL,
    draw_axis,
    draw_diamond,
    draw_estimate,
    draw_interval,
)
from evisynth.reporting.figures.forest_plot import ForestPlot, ForestTotal, effect_text, numbered_notes
from evisynth.reporting.figures.traffic_light import MARKS, draw_legend, draw_mark, legend_width
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
    wrap_clauses,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

ROW = 15.5
GAP = 12.0
MARK = 5.6
PITCH = 2 * MARK + 3
PLOT_LEAST, PLOT_SHARE = 120.0, 0.38  # of the width; what remains of it is for names
NAMES_LEAST = 90.0
INDENT = 8.0  # of studies under a subgroup's name


@dataclass(frozen=True, slots=True)
class Places:
    """Where the columns stand: all in points from the left."""

    stacked: bool
    names: float  # width of the names
    columns: tuple[float, ...]  # right edges of the further columns
    axis: Axis
    numbers: float  # right edge of the estimates
    marks: float  # left edge of the risk of bias marks
    width: float


def lay_out_metafor(plot: ForestPlot, width: float) -> "Figure":
    """The plot on a page `width` points wide (225 to 595). The plot has passed its check()."""
    check_width(width)
    places = _places(plot, width)
    with fixed_style():
        page = new_page(width)
        y = top = _heading(page, plot, places, page.title(plot.title))
        for group, rows in plot.parts:
            if group is not None:
                y = _lines(page, group.name, y + 3, width, bold=True) + 3
            for number in rows:
                y = _study(page, plot, places, number, y, INDENT if group is not None else 0.0)
            if group is not None and group.total is not None:
                y = _pooled(page, plot, group.total, places, y, f"Subtotal ({plot.level} CI)")
                for line in group.heterogeneity:
                    y = _lines(page, line, y, width, size=SMALL, colour=GREY, indent=INDENT)
                y += 3
        if plot.total is not None:
            page.line([(MARGIN, y + 2), (width - MARGIN, y + 2)], width=0.4, colour=RULE)
            y = _pooled(page, plot, plot.total, places, y + 4, plot.total_words)
        axis = places.axis
        if not places.stacked:
            _no_effect(page, axis, top, y + 4)
        if plot.kind == "leave-one-out" and plot.total is not None and not places.stacked:
            whole = axis.x(plot.total.estimate)
            page.line([(whole, top), (whole, y + 4)], width=0.6, dashes=(3, 2), under=True)
        y = draw_axis(page, plot, axis, y + 4)
        return page.finish(_below(page, plot, places, y))


def _no_effect(page: "Page", axis: Axis, top: float, bottom: float) -> None:
    """The dotted line of no effect; under stacked names it is drawn row by row, so that it crosses no text."""
    if axis.no_effect is not None and axis.holds(axis.no_effect):
        x = axis.x(axis.no_effect)
        page.line([(x, top), (x, bottom)], width=0.7, colour=GREY, dashes=(2, 2), under=True)


def _places(plot: ForestPlot, width: float) -> Places:
    texts = [effect_text(row.estimate, row.ci_low, row.ci_high) for row in plot.rows]
    bold = [effect_text(one.estimate, one.ci_low, one.ci_high) for one in plot.totals]
    bold += (
        [_head(plot)] if text_width(_head(plot), SIZE, bold=True) < 0.5 * width else [f"[{plot.level} CI]"]
    )
    bold += [_prediction(one) for one in plot.totals]
    numbers = max(widest(texts, SIZE), widest(bold, SIZE, bold=True))
    marks = len(plot.domains) * PITCH + (GAP if plot.domains else 0)
    further = [
        max(widest([*column.cells], SIZE), widest([column.head, column.total], SIZE, bold=True)) + GAP
        for column in plot.columns
    ]
    labels = [row.study for row in plot.rows]
    wanted = widest(labels, SIZE) + (INDENT if plot.groups else 0) + 1
    pooled = [plot.total_words, *([f"Subtotal ({plot.level} CI)"] if plot.groups else []), plot.rows_head]
    wanted = max(wanted, widest(pooled if plot.total or plot.groups else [plot.rows_head], SIZE, bold=True))
    free = width - 2 * MARGIN - numbers - marks - sum(further) - 2 * GAP
    least = min(wanted, NAMES_LEAST)
    stacked = free - PLOT_LEAST < least
    names = max(least, min(wanted, free - max(PLOT_LEAST, PLOT_SHARE * width)))
    if stacked:
        marks_left = width - MARGIN - len(plot.domains) * PITCH
        names, right, left = marks_left - MARGIN - GAP, width - MARGIN, MARGIN + GAP
        columns: tuple[float, ...] = ()
    else:
        right = width - MARGIN - marks
        marks_left = right + GAP
        left = MARGIN + names + GAP
        columns = tuple(left - GAP + sum(further[: number + 1]) for number in range(len(further)))
        left += sum(further)
    axis = axis_of(plot, left, right - numbers - GAP, around_data=True)
    return Places(stacked, names, columns, axis, right, marks_left, width)


def _head(plot: ForestPlot) -> str:
    return f"{plot.measure} [{plot.level} CI]"


def _prediction(total: ForestTotal) -> str:
    if total.prediction_low is None or total.prediction_high is None:
        return ""
    return f"[{effect_number(total.prediction_low)}, {effect_number(total.prediction_high)}]"


def _heading(page: "Page", plot: ForestPlot, places: Places, y: float) -> float:
    """The heads of the columns on one rule; the return value is the y below."""
    head = wrap(_head(plot), max(places.width * 0.5, 60), SIZE, bold=True, most=3)
    names = wrap(plot.rows_head, places.names, SIZE, bold=True, most=2)
    if places.stacked:
        names = wrap(plot.rows_head, places.width * 0.5 - 3 * MARGIN, SIZE, bold=True, most=3)
    deepest = max(len(head), len(names))
    base = y + deepest * SIZE * LINE
    for lines, x, align in ((names, MARGIN, "left"), (head, places.numbers, "right")):
        for number, line in enumerate(lines):
            line_y = base - (len(lines) - 1 - number) * SIZE * LINE
            page.text(x, line_y, line, size=SIZE, bold=True, align="left" if align == "left" else "right")
    for column, edge in zip(plot.columns, places.columns, strict=False):
        page.text(edge, base, column.head, size=SIZE, bold=True, align="right")
    if plot.domains and not places.stacked:
        for number in range(len(plot.domains)):
            page.text(_mark_x(places, number), base, _letter(number), size=SIZE, bold=True, align="center")
    page.line([(MARGIN, base + 5), (places.width - MARGIN, base + 5)])
    y = base + 8
    if plot.domains and places.stacked:
        for number in range(len(plot.domains)):
            x = _mark_x(places, number)
            page.text(x, y + SIZE, _letter(number), size=SIZE, bold=True, align="center")
        y += SIZE + 3
    return y


def _mark_x(places: Places, number: int) -> float:
    return places.marks + MARK + number * PITCH


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _study(page: "Page", plot: ForestPlot, places: Places, number: int, y: float, indent: float) -> float:
    """One row from y on; the return value is the y below it."""
    row = plot.rows[number]
    note = numbered_notes(plot.rows).get(row.note)
    mark = "" if note is None else f"({note})"
    further = ""
    if places.stacked and plot.columns:
        further = "; ".join(
            f"{column.head} {column.cells[number]}" for column in plot.columns if column.cells[number]
        )
    tail = " ".join(part for part in (mark, f"({further})" if further else "") if part)
    name = wrap(row.study, places.names - indent, SIZE, most=3)
    if tail:
        name = wrap(" ".join(name), places.names - indent, SIZE, tail=tail)
    height = max(ROW, len(name) * SIZE * LINE + 3)
    page.lines(MARGIN + indent, y + height / 2, name, size=SIZE, href=row.href)
    for place, judgement in enumerate(row.judgements if plot.domains else ()):
        draw_mark(page, _mark_x(places, place), y + height / 2, judgement, radius=MARK)
    for column, edge in zip(plot.columns, places.columns, strict=False):
        page.text(edge, y + height / 2 + MIDDLE * SIZE, column.cells[number], size=SIZE, align="right")
    middle = y + height / 2
    if places.stacked:
        y += height - 1
        middle, height = y + ROW / 2 - 1, ROW
        _no_effect(page, places.axis, y, y + ROW - 2)
    words = effect_text(row.estimate, row.ci_low, row.ci_high)
    page.text(places.numbers, middle + MIDDLE * SIZE, words, size=SIZE, align="right")
    draw_estimate(page, plot, row, places.axis, middle, fill=INK)
    return y + height


def _pooled(
    page: "Page", plot: ForestPlot, total: ForestTotal, places: Places, y: float, words: str
) -> float:
    """A pooled result with its diamond, and its prediction interval; the return value is the y below."""
    rows = [(words, effect_text(total.estimate, total.ci_low, total.ci_high), True)]
    if _prediction(total):
        rows.append(("Prediction interval", _prediction(total), False))
    for label, numbers, bold in rows:
        name = wrap(label, places.names, SIZE, bold=bold, most=3)
        height = max(ROW, len(name) * SIZE * LINE + 3)
        page.lines(MARGIN, y + height / 2, name, size=SIZE, bold=bold, href=total.href if bold else "")
        if bold and total is plot.total:
            for column, edge in zip(plot.columns, places.columns, strict=False):
                page.text(edge, y + height / 2 + MIDDLE * SIZE, column.total, size=SIZE, align="right")
        middle = y + height / 2
        if places.stacked:
            y += height - 1
            middle, height = y + ROW / 2 - 1, ROW
            _no_effect(page, places.axis, y, y + ROW - 2)
        page.text(places.numbers, middle + MIDDLE * SIZE, numbers, size=SIZE, bold=bold, align="right")
        if bold:
            draw_diamond(page, places.axis, middle, total)
        elif total.prediction_low is not None and total.prediction_high is not None:
            draw_interval(page, places.axis, middle, total.prediction_low, total.prediction_high, width=2.2)
        y += height
    return y


def _below(page: "Page", plot: ForestPlot, places: Places, y: float) -> float:
    """Label of the axis, heterogeneity, legend of the marks, notes; the return value is the page's height."""
    axis = places.axis
    label = f"{plot.measure} (log scale)" if plot.log_scale else plot.measure
    room = 2 * min(
        (axis.left + axis.right) / 2 - MARGIN, places.width - MARGIN - (axis.left + axis.right) / 2
    )
    for line in wrap(label, room, SIZE):
        y += SIZE * LINE
        page.text((axis.left + axis.right) / 2, y, line, size=SIZE, align="center")
    y += 3
    for line in (plot.method, *plot.heterogeneity):
        y = _lines(page, line, y, places.width)
    notes = [f"({number}) {note}" for note, number in numbered_notes(plot.rows).items()]
    if plot.domains:
        notes = [f"({_letter(number)}) {name}" for number, name in enumerate(plot.domains)] + notes
        used = {judgement for row in plot.rows for judgement in row.judgements}
        y = _legend(page, [judgement for judgement in MARKS if judgement in used], y + 12)
    y += 4
    for note in [*notes, *plot.notes]:
        y = _lines(page, note, y, places.width, size=SMALL, colour=GREY)
    return y + MARGIN


def _legend(page: "Page", used: Sequence[str], y: float) -> float:
    """The marks in words, on one line or, where that is too narrow, on one line each."""
    together = MARGIN + legend_width(used) <= page.width - MARGIN
    for some in [used] if together else [[one] for one in used]:
        draw_legend(page, MARGIN, y, some)
        y += 2 * MARK + 3
    return y - 2 * MARK + 3


def _lines(
    page: "Page",
    text: str,
    y: float,
    width: float,
    *,
    size: float = SIZE,
    bold: bool = False,
    colour: str = INK,
    indent: float = 0.0,
) -> float:
    """A paragraph over the whole width; the return value is the y of its last line."""
    room = width - 2 * MARGIN - indent
    for line in (
        (wrap(text, room, size, bold=True) if bold else wrap_clauses(text, room, size)) if text else []
    ):
        y += size * LINE
        page.text(MARGIN + indent, y, line, size=size, bold=bold, colour=colour)
    return y
