"""Counts of events as the models want them: checked, with the studies that say nothing named and left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.columns import read_columns
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS, Dropped, TwoByTwo
from evisynth.synthesis.measures.zero_cells import ONLY_ZERO, ZeroCells
from evisynth.synthesis.pooling.glmm.families import Array
from evisynth.synthesis.pooling.rates import TwoRates

COLUMNS = {
    "OR": ("events1", "n1", "events2", "n2"),
    "IRR": ("events1", "time1", "events2", "time2"),
    "PLO": ("events", "n"),
    "IRLN": ("events", "time"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Events (k, J) in J groups of k studies, among people or in person-time (k, J).

    kept    : the flags of the studies among those that were given.
    dropped : (study, reason) of each study that is left out.
    """

    measure: str
    studies: tuple[str, ...]
    events: Array
    size: Array
    kept: Flags
    dropped: Dropped

    @property
    def people(self) -> bool:
        """Whether `size` counts people, so that events cannot exceed it; otherwise it is person-time."""
        return self.measure in ("OR", "PLO")

    def take(self, some: Flags) -> "Counts":
        """Some of the studies that are kept."""
        names = tuple(name for name, there in zip(self.studies, some.tolist(), strict=True) if there)
        return Counts(self.measure, names, self.events[some], self.size[some], some, ())

    def effects(self, zero_cells: ZeroCells = ONLY_ZERO) -> tuple[Vector, Vector]:
        """(k,) effects on the analysis scale and their variances; 0 and infinite where a study has none."""
        numbers = np.stack((self.events, self.size), axis=2).reshape(len(self.studies), -1).T
        columns: dict[str, Any] = dict(zip(COLUMNS[self.measure], numbers, strict=True))
        found = effect_sizes(self.measure, zero_cells=zero_cells, **columns)
        return np.where(found.defined, found.yi, 0.0), np.where(found.defined, found.vi, np.inf)


def read_counts(measure: str, studies: tuple[str, ...], columns: Mapping[str, ArrayLike]) -> Counts:
    """Check the columns of a measure. Studies without events, or with events in everyone, have no OR or IRR.

    Raises DataError, naming the study, for a column or number that is missing or cannot be.

    Source: none needed.
    """
    if measure not in COLUMNS:
        known = ", ".join(COLUMNS)
        raise DataError(f"Generalised linear mixed models are for {known}, not {measure}.")
    wanted = COLUMNS[measure]
    if set(columns) != set(wanted):
        raise DataError(f"{measure} needs the columns {', '.join(wanted)}; given are {', '.join(columns)}.")
    nothing: dict[str, Flags] = {}
    names = tuple(studies) or tuple(f"Study {row}" for row in range(1, np.size(columns[wanted[0]]) + 1))
    if measure == "OR":
        table = TwoByTwo(names, *(np.asarray(columns[name], dtype=np.float64) for name in wanted))
        nothing = {NO_EVENTS: table.no_events, ALL_EVENTS: table.all_events}
        names, numbers = table.studies, list(table.columns.values())
    elif measure == "IRR":
        rates = TwoRates(names, *(np.asarray(columns[name], dtype=np.float64) for name in wanted))
        nothing = {NO_EVENTS: rates.no_events}
        names, numbers = rates.studies, list(rates.columns.values())
    else:
        names, numbers = _one_group(names, wanted, columns)
    dropped = tuple(
        (name, reason)
        for place, name in enumerate(names)
        for reason, flags in nothing.items()
        if flags[place]
    )
    out = {name for name, _ in dropped}
    kept = np.array([name not in out for name in names], dtype=np.bool_)
    events, size = np.column_stack(numbers[::2])[kept], np.column_stack(numbers[1::2])[kept]
    return Counts(measure, tuple(name for name in names if name not in out), events, size, kept, dropped)


def check_estimable(counts: Counts) -> None:
    """Raise a DataError where the pooled effect runs off to infinity, because a group has events in nobody.

    Source: Albert & Anderson 1984, doi:10.1093/biomet/71.1.1 (separation).
    """
    x, other = counts.events, counts.size - counts.events
    if counts.events.shape[1] == 1:
        nobody, everybody = not np.any(x), counts.people and not np.any(other)
        if nobody or everybody:
            raise DataError(
                f"No study has an event{'' if nobody else '-free person'}: the pooled {counts.measure} is infinite. "
                "Report the counts, or an exact interval for their sum."
            )
        return
    for one, two in ((0, 1), (1, 0)):
        empty = (x[:, one] == 0) | (counts.people & (other[:, two] == 0))
        if np.all(empty):
            raise DataError(
                f"No study has an event in group {one + 1}"
                + (f" together with a person without in group {two + 1}" if np.any(x[:, one]) else "")
                + f": the pooled {counts.measure} is infinite, and no likelihood estimates it. "
                "Use a method that corrects zero cells, or the risk difference."
            )


def _one_group(
    names: tuple[str, ...], wanted: tuple[str, ...], columns: Mapping[str, ArrayLike]
) -> tuple[tuple[str, ...], list[Vector]]:
    names, values, missing = read_columns(wanted, columns, names)
    for row, what in missing.items():
        raise DataError(f"{names[row]}: {what}. Give the number, or leave the study out.")
    events, size = values.values()
    if wanted[1] == "n" and np.any(events > size):
        row = int(np.argmax(events > size))
        raise DataError(
            f"{names[row]}: {events[row]:g} events among {size[row]:g} people. Events cannot exceed the total; "
            "check both against the report."
        )
    return names, [events, size]
