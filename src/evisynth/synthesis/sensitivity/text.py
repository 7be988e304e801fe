"""Plain tables for results that people print."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from evisynth.synthesis.measures.scale import Vector, measure_named

Cell = str | float


class OfParts:
    """What the table of an analysis of parts of the data is called, and how its first column is headed."""

    __slots__ = ()
    _title: ClassVar[str] = "Parts of the data"
    _first: ClassVar[str] = "study"


class OfLeaveOneOut(OfParts):
    """Those of leave-one-out analyses."""

    __slots__ = ()
    _title = "Leave-one-out"
    _first = "without"


class OfCumulative(OfParts):
    """Those of cumulative analyses."""

    __slots__ = ()
    _title = "Cumulative"
    _first = "added"


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Lines of aligned columns: words to the left, numbers to the right with four digits, - for none."""
    lines = [list(head), *([_shown(cell) for cell in row] for row in rows)]
    body = [list(row) for row in lines]
    widths = [max(len(line[at]) for line in body) for at in range(len(head))]
    first = [line[0].ljust(widths[0]) for line in body]
    rest = [
        "  ".join(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in body
    ]
    return "\n".join(f"{left}  {right}".rstrip() for left, right in zip(first, rest, strict=True))


def as_read(name: str) -> tuple[str, Callable[[Vector], Vector]]:
    """How effects of a measure are headed, and the way to the scale people read.

    Those whose way back needs the number of people stay on the analysis scale, and are headed so.
    """
    measure = measure_named(name)
    if measure.scale.size:
        return measure.analysis_scale, lambda values: values
    return "effect" if name == "generic" else measure.shown, measure.back_all


def _shown(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return "-" if math.isnan(cell) else f"{cell:.4g}"
