"""Where everything of a forest plot stands on its page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evisynth.reporting.figures.drawing import fixed_style, new_page
from evisynth.reporting.figures.forest_axis import Axis, effect_number
from evisynth.reporting.figures.forest_data_axis import axis_of
from evisynth.reporting.figures.forest_marks import (
    SIZE,
    SMALL,
    SQUARE_FILL,
    draw_axis,
    draw_diamond,
    draw_estimate,
    draw_interval,
)
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

    from evisynth.reporting.figures.page import Align, Page

GAP = 12.0
ROW = 15.5
STUDY_WIDTH = 190.0
PLOT_WIDTH = 230.0
MARK = 5.6  # radius of a risk of bias mark


@dataclass(frozen=True, slots=True)
class Column:
    """Text in a column: heading lines, a cell for each study, the total; `edge` is where it is aligned.

    `subtotals` has a cell for each subgroup, if there are any.
    """

    head: tuple[str, ...]
    cells: tuple[str, ...]
    total: str
    subtotals: tuple[str, ...] = ()
    align: "Align" = "right"
    edge: float = 0.0
    bold_lines: int = 1  # of the heading

    @property
    def width(self) -> float:
        head = [
            text_width(line, SIZE, bold=number < self.bold_lines) for number, line in enumerate(self.head)
        ]
        pooled = widest([self.total, *self.subtotals], SIZE, bold=True)
        return max(0.0, *head, widest(self.cells, SIZE), pooled)


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
        for place, (group, rows) in enumerate(plot.parts):
            if group is not None:
                y = _group_heading(page, layout, group.name, y)
            for number in rows:
                height = max(ROW, len(layout.names[number]) * SIZE * LINE + 3)
                _study(page, plot, layout, number, y + height / 2)
                y += height
            if group is not None and group.total is not None:
                cells = [column.subtotals[place] for column in layout.columns]
                y = _pooled(page, group.total, layout, y, f"Subtotal ({plot.level} CI)", cells)
            if group is not None:
                y = _left_lines(page, group.heterogeneity, layout, y)
        if plot.total is not None:
            cells = [column.total for column in layout.columns]
            y = _pooled(page, plot.total, layout, y, plot.total_words, cells)
        bottom = y + 4
        if layout.axis.no_effect is not None and layout.axis.holds(layout.axis.no_effect):
            no_effect = layout.axis.x(layout.axis.no_effect)
            page.line([(no_effect, top), (no_effect, bottom)])
        if plot.kind == "leave-one-out" and plot.total is not None:
            whole = layout.axis.x(plot.total.estimate)
            page.line([(whole, top), (whole, bottom)], width=0.6, dashes=(3, 2), under=True)
        below = draw_axis(page, plot, layout.axis, bottom)
        y = max(below, _left_lines(page, plot.heterogeneity, layout, y + 2))
        return page.finish(_notes(page, plot, y))


def _layout(plot: ForestPlot) -> Layout:
    names = tuple(tuple(_name(plot, row)) for row in plot.rows)
    labels = [
        plot.rows_head,
        *([plot.total_words, "Prediction interval"] if plot.total else []),
        *([f"Subtotal ({plot.level} CI)"] if plot.groups else []),
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
    axis = axis_of(plot, x + GAP + 10, x + GAP + 10 + PLOT_WIDTH)
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
    if plot.heads:
        return _given_groups(plot)
    groups = []
    subtotals = [group.total for group in plot.groups]
    for label, which in ((plot.group1, "1"), (plot.group2, "2")):
        pair = []
        for title, field, pooled in (("Events", f"events{which}", False), ("Total", f"n{which}", True)):
            values = [getattr(row, field) for row in plot.rows]
            if all(value is None for value in values):
                continue
            of_total, *of_groups = (
                _count(getattr(one, field)) if pooled and one is not None else ""
                for one in (plot.total, *subtotals)
            )
            cells = tuple(_count(value) for value in values)
            pair.append(Column((title,), cells, of_total, tuple(of_groups)))
        if pair:
            groups.append((label, pair))
    return groups


def _given_groups(plot: ForestPlot) -> list[tuple[str, list[Column]]]:
    """The columns of texts of both groups, such as mean, SD and total; a group that no study fills is left out."""
    none = ("",) * len(plot.heads)
    groups = []
    for label, which in ((plot.group1, "group1"), (plot.group2, "group2")):
        rows = [getattr(row, which) or none for row in plot.rows]
        if not any(any(cells) for cells in rows):
            continue
        pooled = [
            (getattr(one, which) or none) if one else none
            for one in (plot.total, *(group.total for group in plot.groups))
        ]
        columns = [
            Column(
                (head,),
                tuple(cells[at] for cells in rows),
                pooled[0][at],
                tuple(one[at] for one in pooled[1:]),
            )
            for at, head in enumerate(plot.heads)
        ]
        groups.append((label, columns))
    return groups


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _effect_columns(plot: ForestPlot) -> list[Column]:
    none = ("",) * len(plot.groups)
    columns = [Column((one.head,), one.cells, one.total, none) for one in plot.columns]
    weights = [row.weight_percent for row in plot.rows]
    if any(weight is not None for weight in weights):
        cells = tuple("" if weight is None else f"{weight:.1f}%" for weight in weights)
        subtotals = tuple(_weight_of(plot, rows) if group else "" for group, rows in plot.parts)
        total = _weight_of(plot, range(len(plot.rows))) if plot.total else ""
        columns.append(Column(("Weight",), cells, total, subtotals[: len(plot.groups)]))
    head, bold_lines = _measure_head(plot, 150)
    effects = tuple(effect_text(row.estimate, row.ci_low, row.ci_high) for row in plot.rows)
    pooled, *of_groups = (
        effect_text(one.estimate, one.ci_low, one.ci_high) if one else ""
        for one in (plot.total, *(group.total for group in plot.groups))
    )
    return [*columns, Column(tuple(head), effects, pooled, tuple(of_groups), bold_lines=bold_lines)]


def _weight_of(plot: ForestPlot, rows: range) -> str:
    """The weight of some studies together; "" where none is pooled."""
    weights = [plot.rows[number].weight_percent for number in rows]
    known = [weight for weight in weights if weight is not None]
    return f"{sum(known):.1f}%" if known else ""


def _measure_head(plot: ForestPlot, width: float) -> tuple[list[str], int]:
    """Measure (bold) and method as heading lines, and how many of these are bold."""
    measure = wrap(plot.measure, width, SIZE, bold=True, most=2)
    return [*measure, *wrap(plot.method, width, SIZE, most=3)], len(measure)


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
    stack(MARGIN, [plot.rows_head], 1, "left", base)
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
    draw_estimate(page, plot, row, layout.axis, y, fill=SQUARE_FILL)


def _group_heading(page: "Page", layout: Layout, name: str, y: float) -> float:
    """The name of a subgroup over its studies; the return value is the y below it."""
    y += 3
    for line in wrap(name, layout.columns[-1].edge - MARGIN, SIZE, bold=True, most=3):
        y += SIZE * LINE
        page.text(MARGIN, y, line, size=SIZE, bold=True)
    return y + 3


def _pooled(
    page: "Page", total: ForestTotal, layout: Layout, y: float, words: str, cells: Sequence[str]
) -> float:
    """The rows of a pooled result; the return value is the y below them."""
    axis = layout.axis
    page.line([(MARGIN, y + 2), (layout.columns[-1].edge, y + 2)], width=0.4, colour=RULE)
    y += 4 + ROW / 2
    base = y + MIDDLE * SIZE
    page.text(MARGIN, base, words, size=SIZE, bold=True, href=total.href)
    for column, cell in zip(layout.columns, cells, strict=True):
        page.text(column.edge, base, cell, size=SIZE, bold=True, align=column.align)
    draw_diamond(page, axis, y, total)
    if total.events1 is not None and total.events2 is not None:
        y += ROW
        page.text(MARGIN, y + MIDDLE * SIZE, "Total events", size=SIZE)
        events = [column for column in layout.columns if column.head == ("Events",)]
        for column, count in zip(events, (total.events1, total.events2), strict=False):
            page.text(column.edge, y + MIDDLE * SIZE, str(count), size=SIZE, align=column.align)
    if total.prediction_low is not None and total.prediction_high is not None:
        y += ROW
        page.text(MARGIN, y + MIDDLE * SIZE, "Prediction interval", size=SIZE)
        interval = f"[{effect_number(total.prediction_low)}, {effect_number(total.prediction_high)}]"
        page.text(layout.columns[-1].edge, y + MIDDLE * SIZE, interval, size=SIZE, align="right")
        draw_interval(page, axis, y, total.prediction_low, total.prediction_high, width=2.2)
    return y + ROW / 2


def _left_lines(page: "Page", texts: Sequence[str], layout: Layout, y: float) -> float:
    """Heterogeneity and tests, left of the axis; the return value is the y below."""
    for text in texts:
        for line in wrap_clauses(text, layout.columns[-1].edge - MARGIN, SIZE):
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
