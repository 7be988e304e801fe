"""What stands in the boxes of the PRISMA 2020 flow diagram, of a new review and of one that is brought up to date.

Source: Page et al. 2021, doi:10.1136/bmj.n71, figure 1 and its templates: new and updated reviews, with and without
other sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evisynth.reporting.figures.typography import clean

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What an updated review has beside the counts of its new searches.

    already_there   : records of the new searches that an earlier one had found.
    further_reports : new reports of studies that were included before; not among the reports of new studies.
    """

    previous_studies: int
    previous_reports: int
    already_there: int
    further_reports: int
    total_studies: int
    total_reports: int


@dataclass(frozen=True, slots=True)
class FlowDiagram:
    """The counts of the diagram. Every number that is drawn is one of these or the sum of one of its lists.

    With `update` it is the diagram of an updated review: all other counts are then those of the new searches.

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
    update: Update | None = None
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
    """One level of the diagram: up to two boxes of the main column and two of the other methods.

    `previous` stands to the left of them.
    """

    phase: str
    boxes: tuple[Box | None, Box | None, Box | None, Box | None]
    previous: Box | None = None


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
    removed = (
        Item("Duplicate records removed", flow.duplicates_removed),
        *((Item("Records found by an earlier search", flow.update.already_there),) if flow.update else ()),
        *_items(flow.other_removed),
    )
    excluded = _excluded("reports_excluded", flow.excluded_reasons)
    identified = Box("identified", "Records identified from:", None, tuple(sources))
    before = Box("removed", "Records removed before screening:", None, removed)
    others = Box("other_identified", "Records identified from:", None, _items(flow.other_sources))
    rows = [
        Row("Identification", (identified, before, others if other else None, None), _previous(flow.update)),
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
    return [*rows, *_later_rows(flow), *_included_rows(flow)]


def _previous(update: Update | None) -> Box | None:
    if update is None:
        return None
    reports = "Reports of studies included in previous version of review"
    title = "Studies included in previous version of review"
    return Box("previous", title, update.previous_studies, _below(reports, update.previous_reports))


def _included_rows(flow: FlowDiagram) -> list[Row]:
    """What is included; of an updated review what is new, and below it the whole."""
    if flow.update is None:
        reports = _below("Reports of included studies", flow.included_reports)
        boxes = [Box("included", "Studies included in review", flow.included_studies, reports)]
    else:
        update = flow.update
        reports = _below("Reports of new included studies", flow.included_reports)
        if update.further_reports:
            reports += _below("New reports of studies included before", update.further_reports)
        total = _below("Reports of total included studies", update.total_reports)
        boxes = [
            Box("included", "New studies included in review", flow.included_studies, reports),
            Box("total", "Total studies included in review", update.total_studies, total),
        ]
    return [Row("Included", (box, None, None, None)) for box in boxes]


def _below(title: str, n: int) -> tuple[Item, ...]:
    """A second title in a box, with its count on the next line."""
    return (Item(title, None), Item("", n))


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


def prisma_flow_alt(flow: FlowDiagram) -> str:
    """The diagram in words, box by box: databases and registers, then the other methods, then what is included."""
    rows = flow_rows(flow)
    found = [row for row in rows if row.phase != "Included"]
    words = ["PRISMA 2020 flow diagram."]
    if flow.update is not None:
        words = [
            "PRISMA 2020 flow diagram of an updated review.",
            "The boxes count the last run of the searches; what earlier runs included is under previous studies.",
            "Previous studies.",
        ]
        words += [_in_words(row.previous) for row in rows if row.previous is not None]
        words.append("New studies.")
    words += [_in_words(box) for row in found for box in row.boxes[:2] if box is not None]
    others = [_in_words(box) for row in found for box in row.boxes[2:] if box is not None]
    if others:
        words += ["Other methods.", *others]
    words += [_in_words(row.boxes[0]) for row in rows if row.phase == "Included" and row.boxes[0] is not None]
    return clean(" ".join(words))


def _in_words(box: Box) -> str:
    title = box.title.rstrip(":")
    head = title if box.n is None else f"{title}: {box.n}"
    if box.items and not box.items[-1].label:  # further titles, each with its count after it
        pairs = zip(box.items[::2], box.items[1::2], strict=True)
        more = (f"; {name.label[:1].lower()}{name.label[1:]}: {count.n}" for name, count in pairs)
        return f"{head}{''.join(more)}."
    items = "; ".join(f"{item.label}: {item.n}" for item in box.items)
    separator = ": " if box.n is None else " ("
    closing = "" if box.n is None else ")"
    return f"{head}{separator}{items}{closing}." if items else f"{head}."
