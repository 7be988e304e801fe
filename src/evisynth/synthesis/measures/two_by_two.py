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
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector

NO_EVENTS = "no events in either group"
ALL_EVENTS = "everyone in both groups had the event"

Dropped = tuple[tuple[str, str], ...]  # (study, reason) of each study that is left out


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


@dataclass(frozen=True, slots=True)
class ZeroCells:
    """What is done about zero cells before an effect or a variance is computed.

    only-zero : `value` is added to all four cells of each study that has a zero in any of the four.
    all       : `value` is added to all four cells of every study.
    none      : nothing is added; an effect that then does not exist is left out and named.
    """

    to: Literal["only-zero", "all", "none"] = "only-zero"
    value: float = 0.5

    def __post_init__(self) -> None:
        if self.to not in ("only-zero", "all", "none"):
            raise DataError(f"Zero cells: {self.to!r} is not a rule; the rules are only-zero, all and none.")
        if self.to != "none" and not (math.isfinite(self.value) and self.value > 0):
            raise DataError(f"Zero cells: a correction of {self.value:g} is not above 0; 0.5 is usual.")

    def __str__(self) -> str:
        if self.to == "none":
            return "nothing is added to zero cells"
        whom = "each study with a zero cell" if self.to == "only-zero" else "every study"
        return f"{self.value:g} is added to all four cells of {whom}"


ONLY_ZERO = ZeroCells()
NO_CORRECTION = ZeroCells("none")


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
    if zero_cells.to == "none":
        touched = np.zeros(table.k, dtype=np.bool_)
    elif zero_cells.to == "all":
        touched = np.ones(table.k, dtype=np.bool_)
    else:
        touched = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    add = np.where(touched, zero_cells.value, 0.0)
    return Cells(a + add, b + add, c + add, d + add), touched


@dataclass(frozen=True, slots=True, eq=False)
class StudyEffects:
    """The effect of each study of a table, in the table's order.

    yi, vi    : (k,) effects on the analysis scale and their sampling variances; NaN where a study has none.
    corrected : (k,) whether something was added to the study's cells.
    undefined : (study, reason) of each study without an effect of its own.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    vi: Vector
    corrected: Flags
    undefined: Dropped

    @property
    def defined(self) -> Flags:
        """(k,) the studies that have an effect of their own."""
        return ~np.isnan(self.yi)


def log_risk_ratio(
    table: TwoByTwo, zero_cells: ZeroCells = ONLY_ZERO, *, uninformative: bool = False
) -> StudyEffects:
    """The natural log of the risk ratio of each study, log((a / n1) / (c / n2)), and its variance.

    Variance 1/a - 1/n1 + 1/c - 1/n2 (delta method). Studies with no events in either group, or with events in
    everyone, say nothing about a ratio and have no effect, unless `uninformative` asks to keep them.

    Source: Cochrane Handbook 6, section 10.4; Greenland & Robins 1985, doi:10.2307/2530643.
    """
    (a, b, c, d), corrected = corrected_cells(table, zero_cells)
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log((a / n1) / (c / n2))
        vi = 1 / a - 1 / n1 + 1 / c - 1 / n2
    return _relative_effects("RR", table, yi, vi, corrected, uninformative=uninformative)


def log_odds_ratio(
    table: TwoByTwo, zero_cells: ZeroCells = ONLY_ZERO, *, uninformative: bool = False
) -> StudyEffects:
    """The natural log of the odds ratio of each study, log(a d / (b c)), and its variance.

    Variance 1/a + 1/b + 1/c + 1/d. Studies with no events in either group, or with events in everyone, have
    no effect, unless `uninformative` asks to keep them.

    Source: Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x; Cochrane Handbook 6, section 10.4.
    """
    (a, b, c, d), corrected = corrected_cells(table, zero_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log((a * d) / (b * c))
        vi = 1 / a + 1 / b + 1 / c + 1 / d
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
    (a, b, c, d), corrected = corrected_cells(table, zero_cells)
    n1, n2 = a + b, c + d
    yi = a / n1 - c / n2 if correct_estimate else table.events1 / table.n1 - table.events2 / table.n2
    vi = a * b / n1**3 + c * d / n2**3
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
