"""Names beside points: placed so that no two meet and none leaves its frame; what finds no place is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evisynth.reporting.figures.typography import LINE, text_width
from evisynth.synthesis.measures.scale import Vector

Side = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Label:
    """Where the name of point `point` stands: from the point, in points to the right and up."""

    point: int
    words: str
    right: float
    up: float
    align: Side


def place_labels(
    x: Vector,
    y: Vector,
    names: Sequence[str],
    *,
    width: float,
    height: float,
    size: float,
    radius: float = 3.0,
    order: Sequence[int] | None = None,
) -> list[Label]:
    """Labels of points at (x, y), in points from the lower left corner of a frame of `width` and `height`.

    Names are placed in `order` (by default that of the data), each at the first of eight places around its point
    where it covers no other name and no point; one that finds no such place is left out.
    """
    near = radius + 1.5  # so that a name is nearest to its own point
    dots = np.column_stack((x - near, y - near, x + near, y + near))
    placed: list[tuple[float, float, float, float]] = []
    found = []
    for point in order if order is not None else range(len(names)):
        if not names[point] or not (np.isfinite(x[point]) and np.isfinite(y[point])):
            continue
        choices = _places(float(x[point]), float(y[point]), text_width(names[point], size), size, radius)
        inside = [one for one in choices if _inside(one[1], width, height)]
        free = [one for one in inside if not _meets(one[1], np.array(placed).reshape(-1, 4))]
        others = np.delete(dots, point, axis=0)
        clear = [one for one in free if not _meets(one[1], others)]
        if clear:
            (right, up, align), box = clear[0]
            placed.append(box)
            found.append(Label(point, names[point], right, up, align))
    return found


Place = tuple[tuple[float, float, Side], tuple[float, float, float, float]]


def _places(x: float, y: float, width: float, size: float, radius: float) -> list[Place]:
    """Eight places around a point with the boxes that the name takes there."""
    away, tall = radius + 3.0, size * LINE
    up = radius + 1 + tall / 2
    sides: list[tuple[float, float, Side]] = [
        (away, 0, "left"), (-away, 0, "right"), (0, up, "center"), (0, -up, "center"),
        (away / 2, up, "left"), (away / 2, -up, "left"), (-away / 2, up, "right"), (-away / 2, -up, "right"),
    ]  # fmt: skip
    share = {"left": 0.0, "center": 0.5, "right": 1.0}
    found: list[Place] = []
    for side in sides:
        left, middle = x + side[0] - share[side[2]] * width, y + side[1]
        found.append((side, (left, middle - tall / 2, left + width, middle + tall / 2)))
    return found


def _inside(box: tuple[float, float, float, float], width: float, height: float) -> bool:
    return box[0] >= 1 and box[1] >= 1 and box[2] <= width - 1 and box[3] <= height - 1


def _meets(box: tuple[float, float, float, float], others: Vector) -> bool:
    left, bottom, right, top = box
    return bool(
        np.any(
            (others[:, 0] < right) & (others[:, 2] > left) & (others[:, 1] < top) & (others[:, 3] > bottom)
        )
    )
