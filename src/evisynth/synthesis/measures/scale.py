"""The effect measures by their letters, and the scale on which each is analysed.

Ratios are analysed as natural logarithms and shown as ratios; differences are analysed as they are.
"""

import difflib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evisynth.errors import DataError

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """An effect measure. `null` is the value of no effect on the scale people read (1 for a ratio)."""

    id: str  # the usual letters: RR
    name: str  # in words: risk ratio
    ratio: bool  # analysed as a natural logarithm, shown as a ratio

    @property
    def null(self) -> float:
        return 1.0 if self.ratio else 0.0

    @property
    def analysis_scale(self) -> str:
        return f"log {self.id}" if self.ratio else self.id

    def back(self, value: float) -> float:
        """From the analysis scale to the scale people read: exp for a ratio, unchanged for a difference."""
        return float(np.exp(value)) if self.ratio else float(value)

    def back_all(self, values: Vector) -> Vector:
        """The same for an array of any shape."""
        return np.exp(values) if self.ratio else np.array(values, dtype=np.float64)


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("RR", "risk ratio", ratio=True),
        Measure("OR", "odds ratio", ratio=True),
        Measure("RD", "risk difference", ratio=False),
        Measure("generic", "effect, on the scale it was given", ratio=False),
    )
}


def measure_named(letters: str) -> Measure:
    """The measure with these letters; a DataError that offers the nearest one when there is none."""
    if letters in MEASURES:
        return MEASURES[letters]
    near = difflib.get_close_matches(letters.upper(), MEASURES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(f"Measure {letters!r} is not known; known are {', '.join(MEASURES)}.{hint}")
