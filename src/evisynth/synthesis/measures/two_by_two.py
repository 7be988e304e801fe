"""Two-by-two tables: events and people in two groups of each study, and the effects they give.

The cells of one study, in the letters of the papers:

             event   no event   people
    group 1    a        b         n1
    group 2    c        d         n2

Group 1 is the intervention and group 2 the comparator, so that RR > 1 means more events with
the intervention.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures import binary
from evisynth.synthesis.measures.effects import ALL_EVENTS, NO_EVENTS, Dropped, StudyEffects
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ONLY_ZERO, ZeroCells

__all__ = [
    "ALL_EVENTS",
    "NO_CORRECTION",
    "NO_EVENTS",
    "ONLY_ZERO",
    "Cells",
    "Dropped",
    "StudyEffects",
    "TwoByTwo",
    "ZeroCells",
    "corrected_cells",
    "log_odds_ratio",
    "log_risk_ratio",
    "risk_difference",
]


class Cells(NamedTuple):
    """The four cells of k studies, each (k,); after a correction they are no longer whole numbers."""

    a: Vector
    b: Vector
    c: Vector
    d: Vector

    @property
    def n1(self) -> Vector:
        return self.a + self.b

    @property
    def n2(self) -> Vector:
        return self.c + self.d


@dataclass(frozen=True, slots=True, eq=False)
class TwoByTwo:
    """Events and people in two groups of k studies.

    studies          : names, each once.
    events1, events2 : (k,) people with the event (not events: one person counts once).
    n1, n2           : (k,) people in the group, above 0.

    Numbers need not be whole (a cluster trial's effective sizes are not). Two tables are the same when their
    fingerprints are; see `analysis.input_hash`.

    Raises DataError, naming study and group, for a missing, negative or impossible number.
    """

    studies: tuple[str, ...]
    events1: Vector
    n1: Vector
    events2: Vector
    n2: Vector

    def __post_init__(self) -> None:
        names = tuple(str(study).strip() for study in self.studies)
        object.__setattr__(self, "studies", names)
        for field in ("events1", "n1", "events2", "n2"):
            object.__setattr__(self, field, _column(field, getattr(self, field), len(names)))
        _check_names(names)
        _check_group(names, 1, self.events1, self.n1)
        _check_group(names, 2, self.events2, self.n2)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, float, float, float, float]]) -> Self:
        """From rows of (study, events1, n1, events2, n2), the order in which a forest plot prints them."""
        table = list(rows)
        columns = [[row[place] for row in table] for place in range(5)]
        return cls(tuple(str(name) for name in columns[0]), *(_as_vector(part) for part in columns[1:]))

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def cells(self) -> Cells:
        return Cells(self.events1, self.n1 - self.events1, self.events2, self.n2 - self.events2)

    @property
    def columns(self) -> dict[str, Vector]:
        """The columns as `effect_sizes` takes them: effect_sizes("OR", studies=table.studies, **table.columns)."""
        return {"events1": self.events1, "n1": self.n1, "events2": self.events2, "n2": self.n2}

    @property
    def no_events(self) -> Flags:
        """(k,) the double-zero studies."""
        flags: Flags = (self.events1 == 0) & (self.events2 == 0)
        return flags

    @property
    def all_events(self) -> Flags:
        """(k,) the studies in which everyone in both groups had the event."""
        flags: Flags = (self.events1 == self.n1) & (self.events2 == self.n2)
        return flags

    def take(self, chosen: Flags | Sequence[int]) -> Self:
        """The table of some of the studies: flags (k,) or places counted from 0, in the order given."""
        places = np.arange(self.k)[np.asarray(chosen)] if self.k else np.arange(0)
        names = tuple(self.studies[place] for place in places)
        return type(self)(names, self.events1[places], self.n1[places], self.events2[places], self.n2[places])

    def swapped(self) -> Self:
        """The same table with group 2 as group 1."""
        return type(self)(self.studies, self.events2, self.n2, self.events1, self.n1)


def _as_vector(values: ArrayLike) -> Vector:
    return np.array(values, dtype=np.float64)


def _column(field: str, values: ArrayLike, k: int) -> Vector:
    try:
        column = _as_vector(values) + 0.0  # -0.0 becomes 0.0
    except (TypeError, ValueError):
        raise DataError(f"{field}: every value must be a number; found {values!r}.") from None
    if column.shape != (k,):
        raise DataError(f"{field} has shape {column.shape}; {k} studies need {k} numbers in one row.")
    column.flags.writeable = False
    return column


def _check_names(names: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        if not name:
            raise DataError(f"Study {place} has no name; every study needs one.")
        if name in seen:
            raise DataError(
                f"{name} appears twice. A person counts once in a synthesis; combine the arms of one study, "
                "or split its shared group and name the parts (2011a, 2011b)."
            )
        seen.add(name)


def _check_group(names: tuple[str, ...], group: int, events: Vector, n: Vector) -> None:
    for study, e, people in zip(names, events.tolist(), n.tolist(), strict=True):
        where = f"{study}, group {group}"
        if not (math.isfinite(e) and math.isfinite(people)):
            raise DataError(f"{where}: {e:g} events among {people:g} people. Both must be given as numbers.")
        if people <= 0:
            raise DataError(f"{where}: {people:g} people. A group needs at least one; check the report.")
        if e < 0:
            raise DataError(f"{where}: {e:g} events. Events are 0 or more; check the report.")
        if e > people:
            raise DataError(
                f"{where}: {e:g} events among {people:g} people. "
                "Events cannot exceed the total; check both against the report."
            )


def corrected_cells(table: TwoByTwo, zero_cells: ZeroCells) -> tuple[Cells, Flags]:
    """The cells after the zero-cell rule, and (k,) flags of the studies to which something was added.

    Source: Cochrane Handbook 6, section 10.4.4.1.
    """
    a, b, c, d = table.cells
    add, touched = zero_cells.added(a, b, c, d)
    return Cells(a + add, b + add, c + add, d + add), touched


def log_risk_ratio(
    table: TwoByTwo, zero_cells: ZeroCells = ONLY_ZERO, *, uninformative: bool = False
) -> StudyEffects:
    """The natural log of the risk ratio of each study, log((a / n1) / (c / n2)), and its variance.

    Variance 1/a - 1/n1 + 1/c - 1/n2 (delta method). Studies with no events in either group, or with events in
    everyone, say nothing about a ratio and have no effect, unless `uninformative` asks to keep them.

    Source: Cochrane Handbook 6, section 10.4; Greenland & Robins 1985, doi:10.2307/2530643.
    """
    cells, corrected = corrected_cells(table, zero_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = binary.risk_ratio(*cells)
    return _relative_effects("RR", table, yi, vi, corrected, uninformative=uninformative)


def log_odds_ratio(
    table: TwoByTwo, zero_cells: ZeroCells = ONLY_ZERO, *, uninformative: bool = False
) -> StudyEffects:
    """The natural log of the odds ratio of each study, log(a d / (b c)), and its variance.

    Variance 1/a + 1/b + 1/c + 1/d. Studies with no events in either group, or with events in everyone, have
    no effect, unless `uninformative` asks to keep them.

    Source: Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x; Cochrane Handbook 6, section 10.4.
    """
    cells, corrected = corrected_cells(table, zero_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = binary.odds_ratio(*cells)
    return _relative_effects("OR", table, yi, vi, corrected, uninformative=uninformative)


def risk_difference(
    table: TwoByTwo,
    zero_cells: ZeroCells = ONLY_ZERO,
    *,
    uninformative: bool = True,
    correct_estimate: bool = True,
) -> StudyEffects:
    """The risk difference of each study, a / n1 - c / n2, and its variance a b / n1^3 + c d / n2^3.

    Studies without events do say something about a difference and are kept, unless `uninformative` is False.
    With `correct_estimate` False the zero-cell rule is applied to the variance alone, as RevMan 5 does.

    Source: Cochrane Handbook 6, section 10.4.
    """
    cells, corrected = corrected_cells(table, zero_cells)
    yi, vi = binary.risk_difference(*cells)
    if not correct_estimate:
        yi = table.events1 / table.n1 - table.events2 / table.n2
    undefined = () if uninformative else _uninformative(table)
    return _without("RD", table, yi, vi, corrected, undefined=undefined)


def _relative_effects(
    measure: str, table: TwoByTwo, yi: Vector, vi: Vector, corrected: Flags, *, uninformative: bool
) -> StudyEffects:
    """A relative measure's effects, without those that do not exist."""
    undefined = dict(() if uninformative else _uninformative(table))
    exists = np.isfinite(yi) & np.isfinite(vi)
    for study, there in zip(table.studies, exists.tolist(), strict=True):
        if not there:
            undefined.setdefault(study, f"a zero cell without a correction: its {measure} does not exist")
    return _without(measure, table, yi, vi, corrected, undefined=tuple(undefined.items()))


def _uninformative(table: TwoByTwo) -> Dropped:
    found: list[tuple[str, str]] = []
    flags = zip(table.studies, table.no_events.tolist(), table.all_events.tolist(), strict=True)
    for study, none, everyone in flags:
        if none or everyone:
            found.append((study, NO_EVENTS if none else ALL_EVENTS))
    return tuple(found)


def _without(
    measure: str, table: TwoByTwo, yi: Vector, vi: Vector, corrected: Flags, *, undefined: Dropped
) -> StudyEffects:
    names = {study for study, _ in undefined}
    gone = np.array([study in names for study in table.studies], dtype=np.bool_)
    yi, vi = np.where(gone, np.nan, yi), np.where(gone, np.nan, vi)
    in_order = tuple(sorted(undefined, key=lambda pair: table.studies.index(pair[0])))
    return StudyEffects(measure, table.studies, yi, vi, corrected & ~gone, in_order)
