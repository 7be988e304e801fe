"""What is added to cells before an effect is computed from them, and to which studies."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector

Rule = Literal["only-zero", "if-any", "all", "none"]
_WHOM: dict[str, str] = {
    "only-zero": "each study with a zero cell",
    "if-any": "every study once any of them has a zero cell",
    "all": "every study",
}


@dataclass(frozen=True, slots=True)
class ZeroCells:
    """What is done about zero cells before an effect or a variance is computed.

    only-zero : `value` is added to all cells of each study that has a zero in any of them (R: only0).
    if-any    : `value` is added to all cells of every study once one study has a zero cell (R: if0all).
    all       : `value` is added to all cells of every study.
    none      : nothing is added; an effect that then does not exist is left out and named.

    The cells are all four of two groups of people, both numbers of events of two groups with person-time, events and
    non-events of one group, the events of one group with person-time.
    """

    to: Rule = "only-zero"
    value: float = 0.5

    def __post_init__(self) -> None:
        if self.to != "none" and self.to not in _WHOM:
            raise DataError(
                f"Zero cells: {self.to!r} is not a rule; the rules are only-zero, if-any, all and none."
            )
        if self.to != "none" and not (math.isfinite(self.value) and self.value > 0):
            raise DataError(f"Zero cells: a correction of {self.value:g} is not above 0; 0.5 is usual.")

    def __str__(self) -> str:
        if self.to == "none":
            return "nothing is added to zero cells"
        return f"{self.value:g} is added to all four cells of {_WHOM[self.to]}"

    def added(self, *cells: Vector) -> tuple[Vector, Flags]:
        """(k,) what is added to each cell of each study, and flags of the studies to which something is.

        Source: Cochrane Handbook 6.5, section 10.4.4.1.
        """
        zero = cells[0] == 0
        for cell in cells[1:]:
            zero = zero | (cell == 0)
        if self.to == "only-zero":
            touched = zero
        else:
            touched = np.full(zero.shape, self.to == "all" or (self.to == "if-any" and bool(zero.any())))
        return np.where(touched, self.value, 0.0), touched


ONLY_ZERO = ZeroCells()
NO_CORRECTION = ZeroCells("none")
