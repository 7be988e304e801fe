"""The PRISMA 2020 flow diagram, drawn: what became of every record and report. `prisma_boxes` has what stands in it.

Source: Page et al. 2021, doi:10.1136/bmj.n71, figure 1 (templates of new and updated reviews).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw, fixed_style, new_page
from evisynth.reporting.figures.prisma_boxes import Box, FlowDiagram, Item, Row, flow_rows, prisma_flow_alt
from evisynth.reporting.figures.typography import LINE, MARGIN, MIDDLE, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evisynth.reporting.figures.page import Page

SIZE = 8.5
PAD = 7.0  # between a box and its text
INDENT = 9.0
BAR = 20.0  # width of the side bars
BETWEEN = 22.0  # from row to row
ARROW = 26.0  # from column to column
BANNER_FILL = "#f4dfae"
BAR_FILL = "#cddff0"
PREVIOUS_FILL = "#dcdcdc"
WIDTHS = (196.0, 206.0, 184.0, 176.0)  # of the columns: databases and registers, then other methods
PREVIOUS = -1  # the column of an earlier version of the review, left of the others
PREVIOUS_WIDTH = 150.0

Places = Mapping[int, tuple[float, float]]  # column -> its left edge and its width


def prisma_flow_figure(flow: FlowDiagram) -> "Figure":
    """The diagram as a matplotlib figure. DataError: a count below 0."""
    rows = flow_rows(flow)
    _check(rows)
    places = _places(flow)
    with fixed_style():
        page = new_page(max(left + width for left, width in places.values()) + MARGIN)
        top = _banners(page, flow, places)
        frames, bottom = _boxes(page, flow, rows, places, top)
        _arrows(page, rows, frames)
        return page.finish(bottom + MARGIN)


def _places(flow: FlowDiagram) -> Places:
    """Where the columns of the diagram stand."""
    widths = {PREVIOUS: PREVIOUS_WIDTH} if flow.update else {}
    widths |= dict(enumerate(WIDTHS if flow.two_columns else WIDTHS[:2]))
    places: dict[int, tuple[float, float]] = {}
    left = MARGIN + BAR + 12
    for column, width in widths.items():
        places[column] = (left, width)
        left += width + ARROW
    return places


def _check(rows: Sequence[Row]) -> None:
    for box in (box for row in rows for box in _in_columns(row).values()):
        for item in (Item(box.title, box.n), *box.items):
            if item.n is not None and item.n < 0:
                raise DataError(
                    f"Flow diagram, {box.title.rstrip(':')}: {item.label} is {item.n}; it cannot be below 0."
                )


def _in_columns(row: Row) -> dict[int, Box]:
    """The boxes of a row by column."""
    columns = {PREVIOUS: row.previous, **dict(enumerate(row.boxes))}
    return {column: box for column, box in columns.items() if box is not None}


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a box stands."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    @property
    def centre(self) -> float:
        return self.left + self.width / 2


def _banners(page: "Page", flow: FlowDiagram, places: Places) -> float:
    """The headings over the columns; the return value is the y below them."""
    studies = "new studies" if flow.update else "studies"
    banners = [(f"Identification of {studies} via databases and registers", 0, 1, BANNER_FILL)]
    if flow.two_columns:
        banners.append((f"Identification of {studies} via other methods", 2, 3, BANNER_FILL))
    if flow.update:
        banners.append(("Previous studies", PREVIOUS, PREVIOUS, PREVIOUS_FILL))
    height = 20.0
    for words, first, last, fill in banners:
        left, right = places[first][0], sum(places[last])
        page.box(left, MARGIN, right - left, height, fill=fill, rounded=5)
        base = MARGIN + height / 2 + MIDDLE * (SIZE + 0.5)
        page.text((left + right) / 2, base, words, size=SIZE + 0.5, bold=True, align="center")
    return MARGIN + height + 14


Line = tuple[str, float, bool]  # words, indent, bold


def _lines(box: Box, width: float) -> list[Line]:
    """The text of a box in lines; a count follows its name, or stands below the title."""
    room = width - 2 * PAD
    lines: list[Line] = [(line, 0.0, True) for line in wrap(box.title, room, SIZE, bold=True)]
    if box.n is not None:
        lines.append((_n(box.n), 0.0, False))
    for item in box.items:
        indent = item.level * INDENT
        bold = item.n is None
        tail = "" if item.n is None else _n(item.n)
        if not item.label:
            lines.append((tail, 0.0, False))
            continue
        first, *more = wrap(item.label, room - indent - INDENT, SIZE, bold=bold, tail=tail)
        lines.append((first, indent, bold))
        hanging = indent if bold else indent + INDENT  # a further title stands where the first one does
        lines.extend((line, hanging, bold) for line in more)
    return lines


def _n(n: int) -> str:
    return f"(n = {n})"


def _boxes(
    page: "Page", flow: FlowDiagram, rows: Sequence[Row], places: Places, y: float
) -> tuple[dict[str, Frame], float]:
    """Draw boxes and side bars from y down; returns where each box stands, by key, and the y below them."""
    frames: dict[str, Frame] = {}
    spans: dict[str, tuple[float, float]] = {}
    for row in rows:
        texts = {column: (box, _lines(box, places[column][1])) for column, box in _in_columns(row).items()}
        heights = {column: len(lines) * SIZE * LINE + 2 * PAD - 2 for column, (_, lines) in texts.items()}
        tallest = max([84.0 if row.phase == "Identification" else 36.0, *heights.values()])
        tallest = max(tallest, 64.0) if row.phase == "Included" else tallest
        for column, (box, lines) in texts.items():
            left, width = places[column]
            height = max(heights[column], 34.0)
            frame = Frame(left, y + (tallest - height) / 2, width, height)
            frames[box.key] = frame
            page.box(frame.left, frame.top, frame.width, frame.height)
            _write(page, frame, lines, flow.hrefs.get(box.key, ""))
        start = spans.get(row.phase, (y, y))[0]
        spans[row.phase] = (start, y + tallest)
        y += tallest + BETWEEN
    for phase, (start, end) in spans.items():
        page.box(MARGIN, start, BAR, end - start, fill=BAR_FILL, rounded=5)
        page.text(MARGIN + BAR / 2, (start + end) / 2, phase, size=SIZE + 0.5, bold=True, turned=True)
    return frames, y - BETWEEN


def _write(page: "Page", frame: Frame, lines: Sequence[Line], href: str) -> None:
    y = frame.middle - (len(lines) - 1) * SIZE * LINE / 2 + MIDDLE * SIZE
    for words, indent, bold in lines:
        page.text(frame.left + PAD + indent, y, words, size=SIZE, bold=bold, href=href)
        y += SIZE * LINE


def _arrows(page: "Page", rows: Sequence[Row], frames: Mapping[str, Frame]) -> None:
    """Down from box to box in each column of what goes on, and to the right to what does not."""
    if "previous" in frames:
        start, goal = frames["previous"], frames["total"]
        corner = (start.centre, goal.middle)
        page.arrow([(start.centre, start.top + start.height), corner, (goal.left, goal.middle)])
    for trunk in (0, 2):
        above: Frame | None = None
        for row in rows:
            here, side = row.boxes[trunk], row.boxes[trunk + 1]
            if here is not None:
                frame = frames[here.key]
                if above is not None:
                    page.arrow([(above.centre, above.top + above.height), (frame.centre, frame.top)])
                above = frame
            if side is not None and above is not None:
                leaves = above.left + above.width if here is not None else above.centre
                page.arrow(
                    [(leaves, frames[side.key].middle), (frames[side.key].left, frames[side.key].middle)]
                )
        if trunk == 2 and above is not None:
            goal = frames["included"]
            corner = (above.centre, goal.middle)
            page.arrow(
                [(above.centre, above.top + above.height), corner, (goal.left + goal.width, goal.middle)]
            )


def draw_prisma_flow(flow: FlowDiagram) -> Drawing:
    """The flow diagram as SVG, PNG and PDF. DataError as prisma_flow_figure."""
    return draw(prisma_flow_figure(flow), prisma_flow_alt(flow))
