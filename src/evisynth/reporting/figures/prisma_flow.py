"""The PRISMA 2020 flow diagram of a new review: what became of every record and report.

Source: Page et al. 2021, doi:10.1136/bmj.n71, figure 1 (templates with and without other sources).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw, fixed_style, new_page
from evisynth.reporting.figures.typography import LINE, MARGIN, MIDDLE, clean, wrap

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

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FlowDiagram:
    """The counts of the diagram. Every number that is drawn is one of these or the sum of one of its lists.

    Databases, registers, other sources and reasons are pairs of a name and a count. With `other_sought` the
    other sources get a column of their own, as in the standard's template; with None their records went the
    same way as those of the databases, and they are listed in the same box. `ongoing` and `awaiting` count
    reports (None: the review does not keep them apart). `hrefs` are links by box: see flow_rows for the keys.
    """

    databases: Counts
    registers: Counts
    duplicates_removed: int
    screened: int
    excluded_screening: int
    sought: int
    not_retrieved: int
    assessed: int
    excluded_reasons: Counts
    included_studies: int
    included_reports: int
    other_sources: Counts = ()
    other_removed: Counts = ()
    ongoing: int | None = None
    awaiting: int | None = None
    other_sought: int | None = None
    other_not_retrieved: int = 0
    other_assessed: int = 0
    other_excluded_reasons: Counts = ()
    hrefs: Mapping[str, str] = field(default_factory=dict)

    @property
    def two_columns(self) -> bool:
        return bool(self.other_sources) and self.other_sought is not None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a box: a name, its count (None: a name alone) and how far it is indented."""

    label: str
    n: int | None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram. `key` is its name in FlowDiagram.hrefs."""

    key: str
    title: str
    n: int | None
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One level of the diagram: up to two boxes of the main column and two of the other methods."""

    phase: str
    boxes: tuple[Box | None, Box | None, Box | None, Box | None]


def _total(counts: Counts) -> int:
    return sum(n for _, n in counts)


def _source_items(title: str, sources: Counts) -> list[Item]:
    """The total of a kind of source and, below it, each source."""
    if not sources:
        return []
    return [Item(title, _total(sources)), *(Item(name, n, 1) for name, n in sources)]


def _items(counts: Counts) -> tuple[Item, ...]:
    return tuple(Item(name, n) for name, n in counts)


def flow_rows(flow: FlowDiagram) -> list[Row]:
    """The diagram as rows of boxes, from the searches to the studies included."""
    other = flow.two_columns
    sources = [*_source_items("Databases", flow.databases), *_source_items("Registers", flow.registers)]
    if not other:
        sources += _source_items("Other sources", flow.other_sources)
    removed = (Item("Duplicate records removed", flow.duplicates_removed), *_items(flow.other_removed))
    excluded = _excluded("reports_excluded", flow.excluded_reasons)
    identified = Box("identified", "Records identified from:", None, tuple(sources))
    before = Box("removed", "Records removed before screening:", None, removed)
    others = Box("other_identified", "Records identified from:", None, _items(flow.other_sources))
    rows = [
        Row("Identification", (identified, before, others if other else None, None)),
        Row(
            "Screening",
            (
                Box("screened", "Records screened", flow.screened),
                Box("excluded", "Records excluded", flow.excluded_screening),
                None,
                None,
            ),
        ),
        Row(
            "Screening",
            (
                Box("sought", "Reports sought for retrieval", flow.sought),
                Box("not_retrieved", "Reports not retrieved", flow.not_retrieved),
                Box("other_sought", "Reports sought for retrieval", flow.other_sought) if other else None,
                Box("other_not_retrieved", "Reports not retrieved", flow.other_not_retrieved)
                if other
                else None,
            ),
        ),
        Row(
            "Screening",
            (
                Box("assessed", "Reports assessed for eligibility", flow.assessed),
                excluded,
                Box("other_assessed", "Reports assessed for eligibility", flow.other_assessed)
                if other
                else None,
                _excluded("other_reports_excluded", flow.other_excluded_reasons) if other else None,
            ),
        ),
    ]
    included = Box(
        "included",
        "Studies included in review",
        flow.included_studies,
        (Item("Reports of included studies", None), Item("", flow.included_reports)),
    )
    return [*rows, *_later_rows(flow), Row("Included", (included, None, None, None))]


def _later_rows(flow: FlowDiagram) -> list[Row]:
    """A row for the reports that are neither included nor excluded, if the review keeps them apart."""
    waiting = (
        ("Reports of ongoing studies", flow.ongoing),
        ("Reports awaiting classification", flow.awaiting),
    )
    items = tuple(Item(name, n) for name, n in waiting if n is not None)
    box = Box("later", "Reports kept for later:", None, items)
    return [Row("Screening", (None, box, None, None))] if items else []


def _excluded(key: str, reasons: Counts) -> Box:
    return Box(key, "Reports excluded", _total(reasons), tuple(Item(reason, n, 1) for reason, n in reasons))


def prisma_flow_figure(flow: FlowDiagram) -> "Figure":
    """The diagram as a matplotlib figure. DataError: a count below 0."""
    rows = flow_rows(flow)
    _check(rows)
    widths = (196.0, 206.0, 184.0, 176.0)
    columns = len(widths) if flow.two_columns else 2
    lefts = [MARGIN + BAR + 12]
    for number in range(1, columns):
        lefts.append(lefts[-1] + widths[number - 1] + ARROW)
    places = list(zip(lefts, widths, strict=False))
    with fixed_style():
        page = new_page(lefts[-1] + widths[columns - 1] + MARGIN)
        top = _banners(page, flow, places)
        frames, bottom = _boxes(page, flow, rows, places, top)
        _arrows(page, rows, frames)
        return page.finish(bottom + MARGIN)


def _check(rows: Sequence[Row]) -> None:
    for box in (box for row in rows for box in row.boxes if box is not None):
        for item in (Item(box.title, box.n), *box.items):
            if item.n is not None and item.n < 0:
                raise DataError(
                    f"Flow diagram, {box.title.rstrip(':')}: {item.label} is {item.n}; it cannot be below 0."
                )


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


def _banners(page: "Page", flow: FlowDiagram, places: Sequence[tuple[float, float]]) -> float:
    """The headings over the columns; the return value is the y below them."""
    banners = [("Identification of studies via databases and registers", 0)]
    if flow.two_columns:
        banners.append(("Identification of studies via other methods", 2))
    height = 20.0
    for words, first in banners:
        left, right = places[first][0], places[first + 1][0] + places[first + 1][1]
        page.box(left, MARGIN, right - left, height, fill=BANNER_FILL, rounded=5)
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
        lines.extend((line, indent + INDENT, bold) for line in more)
    return lines


def _n(n: int) -> str:
    return f"(n = {n})"


def _boxes(
    page: "Page", flow: FlowDiagram, rows: Sequence[Row], places: Sequence[tuple[float, float]], y: float
) -> tuple[dict[str, Frame], float]:
    """Draw boxes and side bars from y down; returns where each box stands, by key, and the y below them."""
    frames: dict[str, Frame] = {}
    spans: dict[str, tuple[float, float]] = {}
    for row in rows:
        texts = {
            number: _lines(box, places[number][1]) for number, box in enumerate(row.boxes) if box is not None
        }
        heights = {number: len(lines) * SIZE * LINE + 2 * PAD - 2 for number, lines in texts.items()}
        tallest = max([84.0 if row.phase == "Identification" else 36.0, *heights.values()])
        tallest = max(tallest, 64.0) if row.phase == "Included" else tallest
        for number, lines in texts.items():
            box = row.boxes[number]
            assert box is not None
            left, width = places[number]
            height = max(heights[number], 34.0)
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


def prisma_flow_alt(flow: FlowDiagram) -> str:
    """The diagram in words, box by box: first the databases and registers, then the other methods."""
    rows = flow_rows(flow)
    main = [_in_words(box) for row in rows for box in row.boxes[:2] if box is not None]
    words = ["PRISMA 2020 flow diagram.", *main[:-1]]
    others = [_in_words(box) for row in rows for box in row.boxes[2:] if box is not None]
    if others:
        words += ["Other methods.", *others]
    return clean(" ".join([*words, main[-1]]))


def _in_words(box: Box) -> str:
    title = box.title.rstrip(":")
    head = title if box.n is None else f"{title}: {box.n}"
    if box.key == "included":
        return f"{head}; reports of included studies: {box.items[-1].n}."
    items = "; ".join(f"{item.label}: {item.n}" for item in box.items)
    separator = ": " if box.n is None else " ("
    closing = "" if box.n is None else ")"
    return f"{head}{separator}{items}{closing}." if items else f"{head}."
