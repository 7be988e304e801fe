"""What studies give for measures other than those of two-by-two tables: means, rates, one group, or ready effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures import given
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.formulas import (
    FORMULAS,
    ONE_MEAN,
    ONE_PROPORTION,
    ONE_RATE,
    TWO_BY_TWO,
    TWO_MEANS,
    TWO_RATES,
)
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.pooling.rates import TwoRates, rate_effects
from evisynth.synthesis.profiles import Profile

GIVEN = ("estimate", "se", "ci_low", "ci_high", "level")
_OF_PEOPLE = {TWO_BY_TWO: ("events1", "n1", "events2", "n2"), ONE_PROPORTION: ("events", "n")}
_OF_ARMS = (TWO_BY_TWO, TWO_RATES, TWO_MEANS, ONE_PROPORTION, ONE_RATE, ONE_MEAN)
_ONE_GROUP = (ONE_PROPORTION, ONE_RATE, ONE_MEAN)


@dataclass(frozen=True, slots=True, eq=False)
class StudyTable:
    """Columns of numbers of k studies.

    studies : names, each once.
    columns : (k,) each, named as `effect_sizes` takes them: mean1 sd1 n1 mean2 sd2 n2; events1 time1 ...; events n.
              Or effects as the reports give them: estimate (a ratio as a ratio), and se on the analysis scale (of a
              log for a ratio) or ci_low and ci_high at `level` (a fraction), NaN where a report does not give it.

    Raises DataError for a study that stands twice, or columns of another length.
    """

    studies: tuple[str, ...]
    columns: Mapping[str, Vector]

    def __post_init__(self) -> None:
        for place, name in enumerate(self.studies):
            if name in self.studies[:place]:
                raise DataError(f"{name}: this study stands twice in the table; each study once.")
        ready = {}
        for name, values in self.columns.items():
            ready[name] = np.array(values, dtype=np.float64)
            if ready[name].shape != (len(self.studies),):
                raise DataError(
                    f"{name} has shape {ready[name].shape}; {len(self.studies)} studies need one each."
                )
            ready[name].flags.writeable = False
        object.__setattr__(self, "columns", ready)

    @classmethod
    def of(cls, studies: Sequence[str], columns: Mapping[str, Sequence[float]]) -> Self:
        """From lists of numbers; NaN where one is not given."""
        return cls(tuple(studies), {name: np.array(values, float) for name, values in columns.items()})

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def is_given(self) -> bool:
        """Whether the reports give the effects themselves."""
        return "estimate" in self.columns

    def take(self, chosen: Flags) -> Self:
        """The table of some of the studies, by flags (k,)."""
        names = tuple(name for name, there in zip(self.studies, chosen.tolist(), strict=True) if there)
        return type(self)(names, {name: values[chosen] for name, values in self.columns.items()})

    def total(self, column: str) -> float | None:
        """The sum of a column; None where there is none."""
        return float(np.sum(self.columns[column])) if column in self.columns else None


def columns_of(measure: str) -> tuple[str, ...]:
    """The numbers of its arms that a measure takes; a DataError for one that arms do not give.

    Source: formulas.FORMULAS.
    """
    formula = FORMULAS.get(measure_named(measure).id)
    if formula is None or formula.family not in _OF_ARMS:
        raise DataError(f"{measure} cannot be computed from the numbers of arms; an effect that the report gives can "
                        "be pooled.")  # fmt: skip
    return _OF_PEOPLE.get(formula.family, formula.takes)


def compares_groups(measure: str) -> bool:
    """Whether a measure compares two groups; a proportion, a rate or a mean is of one."""
    formula = FORMULAS.get(measure_named(measure).id)
    return formula is None or formula.family not in _ONE_GROUP


def may_be_given(measure: str) -> bool:
    """Whether an effect that a report gives can be pooled as this measure: a ratio, or a difference as it is read."""
    found = measure_named(measure)
    return found.scale in given.SCALES and found.null is not None


def table_effects(table: StudyTable, measure: str, profile: Profile) -> StudyEffects:
    """Each study's effect on the analysis scale and its variance, with the arithmetic of a profile.

    A study whose effect would have no variance, as where both standard deviations are 0, has none.

    Raises
    ------
    DataError : columns that the measure does not take; an impossible number, naming study and column.

    Source: each measure's formula names its own; for what a profile moves see profiles.py.
    """
    if table.is_given:
        effects = _given_effects(table, measure)
    elif measure in ("IRR", "IRD"):
        effects = rate_effects(TwoRates(table.studies, **dict(table.columns)), measure, profile)
    else:
        how: dict[str, Any] = {**profile.options(measure), **table.columns}
        effects = effect_sizes(measure, studies=table.studies, **how)
    none = effects.vi == 0
    if not none.any():
        return effects
    reasons = dict(effects.undefined) | {
        table.studies[row]: f"no spread: its {measure} has no variance" for row in np.flatnonzero(none)
    }
    return StudyEffects(
        measure=effects.measure,
        studies=effects.studies,
        yi=np.where(none, np.nan, effects.yi),
        vi=np.where(none, np.nan, effects.vi),
        corrected=effects.corrected,
        undefined=tuple((study, reasons[study]) for study in effects.studies if study in reasons),
        sizes=effects.sizes,
    )


def _given_effects(table: StudyTable, measure: str) -> StudyEffects:
    """Effects as reported: by their standard error, or else by their interval at its own level."""
    if not may_be_given(measure):
        raise DataError(
            f"{measure_named(measure).name}: an effect that a report gives is a ratio or a difference."
        )
    empty = np.full(table.k, np.nan)
    columns = {name: table.columns.get(name, empty) for name in GIVEN}
    level = np.where(np.isnan(columns["level"]), 0.95, columns["level"])
    by_se = ~np.isnan(columns["se"])
    yi, vi = empty.copy(), empty.copy()
    reasons: dict[str, str] = {}
    for one, rows in (("se", by_se), *((at, ~by_se & (level == at)) for at in np.unique(level))):
        if not rows.any():
            continue
        names = tuple(np.array(table.studies, dtype=object)[rows])
        how: dict[str, Any] = {"estimate": columns["estimate"][rows]}
        if one == "se":
            how |= {"se": columns["se"][rows]}
        else:
            how |= {
                "ci_low": columns["ci_low"][rows],
                "ci_high": columns["ci_high"][rows],
                "level": float(one),
            }
        found = effect_sizes(measure, studies=names, **how)
        yi[rows], vi[rows] = found.yi, found.vi
        reasons |= dict(found.undefined)
    undefined = tuple((study, reasons[study]) for study in table.studies if study in reasons)
    return StudyEffects(measure, table.studies, yi, vi, np.zeros(table.k, dtype=np.bool_), undefined)
