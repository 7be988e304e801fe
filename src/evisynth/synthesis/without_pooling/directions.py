"""Effect directions without pooling: the table of them, and vote counting with a sign test."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtr

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.proportion_interval import METHODS, proportion_interval
from evisynth.synthesis.results import Result

Direction = Literal["benefit", "harm", "mixed"]
DIRECTIONS: tuple[Direction, ...] = ("benefit", "harm", "mixed")
SYMBOLS: dict[Direction, str] = {"benefit": "▲", "harm": "▼", "mixed": "◄►"}
AGREEMENT = 0.7  # of a study's measures of one outcome, see `study_direction`


def direction_of(estimate: float, *, measure: str = "generic", higher_is_better: bool = True) -> Direction:
    """Which group an effect favours; "mixed" when it is exactly that of no difference.

    Parameters
    ----------
    estimate : on the scale people read (a risk ratio, not its log).
    measure : decides the value of no effect: 1 for ratios, 0 for differences.
    higher_is_better : whether a higher value is a benefit of the intervention.

    Raises
    ------
    DataError : an estimate that is not a number, a measure without a value of no effect.

    Source: Cochrane Handbook 6.5, section 12.2.1.3: direction alone, whatever its significance.
    """
    null = measure_named(measure).null
    if null is None:
        raise DataError(f"{measure} compares nothing, so that it has no direction.")
    if math.isnan(estimate):
        raise DataError("An effect that is missing has no direction; leave the study out and say so.")
    if estimate == null:
        return "mixed"
    return "benefit" if (estimate > null) == higher_is_better else "harm"


def study_direction(directions: Sequence[Direction], *, agreement: float = AGREEMENT) -> Direction:
    """One direction for a study that measured an outcome several times: that of at least 70% of the measures.

    Raises
    ------
    DataError : no measure, an unknown direction, an agreement that is not above one half.

    Source: Boon & Thomson 2021, doi:10.1002/jrsm.1458.
    """
    if not 0.5 < agreement <= 1:
        raise DataError(f"Agreement {agreement:g}: a share above 0.5 and up to 1 is wanted; 0.7 is usual.")
    counts = _counted(directions)
    for one in ("benefit", "harm"):
        if counts[one] >= agreement * len(directions) - 1e-12:
            return one
    return "mixed"


@dataclass(frozen=True, slots=True)
class VoteCount(Result):
    """Vote counting based on the direction of effect.

    benefit, harm, mixed : studies; mixed ones have no vote. proportion : of votes for benefit; low, high its
    interval. p : two-sided sign test that benefit and harm are as likely. interval : CP (exact) or WS (Wilson).
    """

    benefit: int
    harm: int
    mixed: int
    proportion: float
    low: float
    high: float
    p: float
    interval: str
    level: float
    warnings: tuple[str, ...]

    @property
    def k(self) -> int:
        """Studies with a vote."""
        return self.benefit + self.harm

    def __str__(self) -> str:
        mixed = f" ({self.mixed} more had no clear direction)" if self.mixed else ""
        line = (
            f"{self.benefit} of {self.k} studies favoured the intervention: {100 * self.proportion:.0f}% "
            f"({100 * self.level:g}% interval {100 * self.low:.0f}% to {100 * self.high:.0f}%, {METHODS[self.interval]}), "
            f"sign test p = {self.p:.3g}{mixed}."
        )
        return "\n".join((line, *self.warnings))


def vote_count(directions: Sequence[Direction], *, interval: str = "CP", level: float = 0.95) -> VoteCount:
    """The proportion of studies that favour the intervention, and whether that is more than chance.

    Parameters
    ----------
    directions : one a study; those without a clear direction have no vote.
    interval : CP (Clopper-Pearson, exact) or another of `proportion_interval.METHODS`; the Handbook's examples
        have WS. level : as a fraction.

    Raises
    ------
    DataError : no study with a clear direction, an unknown direction.

    Source: Cochrane Handbook 6.5, section 12.2.1.3; McKenzie & Brennan 2019, chapter 12; Campbell et al. 2020
    (SWiM), doi:10.1136/bmj.l6890.
    """
    counts = _counted(directions)
    benefit, harm, mixed = (counts[one] for one in DIRECTIONS)
    k = benefit + harm
    if not k:
        raise DataError(f"None of {mixed} studies has a clear direction; there is nothing to count.")
    low, high = proportion_interval([benefit], [k], method=interval, level=level)
    warnings = ["Vote counting says whether there is an effect, nothing about how large it is."]
    if k < 6:  # with five votes that all agree p is 0.0625
        warnings.append(f"With {k} votes the sign test cannot reach p < 0.05, whatever they are.")
    return VoteCount(
        benefit=benefit,
        harm=harm,
        mixed=mixed,
        proportion=benefit / k,
        low=float(low[0]),
        high=float(high[0]),
        p=min(1.0, 2 * float(bdtr(min(benefit, harm), k, 0.5))),
        interval=interval,
        level=level,
        warnings=tuple(warnings),
    )


@dataclass(frozen=True, slots=True)
class EffectDirection:
    """One cell of an effect direction table.

    measures : how many measures of the outcome the direction stands for. n : people, None where not known.
    risk_of_bias : a word for the study's judgement, "" where there is none.
    """

    study: str
    outcome: str
    direction: Direction
    measures: int = 1
    n: float | None = None
    risk_of_bias: str = ""


@dataclass(frozen=True, slots=True)
class DirectionTable:
    """Studies by outcomes, each cell at most one `EffectDirection`, in the order in which they were given."""

    studies: tuple[str, ...]
    outcomes: tuple[str, ...]
    cells: tuple[EffectDirection, ...]

    def cell(self, study: str, outcome: str) -> EffectDirection | None:
        """What a study found for an outcome; None where it did not report it."""
        return next((one for one in self.cells if (one.study, one.outcome) == (study, outcome)), None)

    def votes(self, outcome: str, *, interval: str = "CP", level: float = 0.95) -> VoteCount:
        """Vote counting of one outcome."""
        if outcome not in self.outcomes:
            raise DataError(f"Outcome {outcome!r} is not in the table; {', '.join(self.outcomes)} are.")
        directions = [one.direction for one in self.cells if one.outcome == outcome]
        return vote_count(directions, interval=interval, level=level)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The table as text: a heading, then a row a study with ▲ benefit, ▼ harm, ◄► mixed, "" not reported."""
        heading = ("Study", *self.outcomes)
        return (
            heading,
            *((study, *(self._shown(study, one) for one in self.outcomes)) for study in self.studies),
        )

    def _shown(self, study: str, outcome: str) -> str:
        found = self.cell(study, outcome)
        if found is None:
            return ""
        return SYMBOLS[found.direction] + (f" ({found.measures})" if found.measures > 1 else "")

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        lines = [
            "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join((*(line.rstrip() for line in lines), "▲ benefit, ▼ harm, ◄► no clear direction"))


def direction_table(cells: Iterable[EffectDirection]) -> DirectionTable:
    """The effect direction table of these cells.

    Raises
    ------
    DataError : no cell, a study with two directions for one outcome (bring them together with
        `study_direction`), an unknown direction.

    Source: Thomson & Thomas 2013, doi:10.1002/jrsm.1060; Boon & Thomson 2021, doi:10.1002/jrsm.1458.
    """
    given = tuple(cells)
    _counted([one.direction for one in given])
    twice = [pair for pair, count in Counter((one.study, one.outcome) for one in given).items() if count > 1]
    if twice:
        study, outcome = twice[0]
        raise DataError(
            f"{study} has more than one direction for {outcome}; one of them, or study_direction's."
        )
    return DirectionTable(
        studies=tuple(dict.fromkeys(one.study for one in given)),
        outcomes=tuple(dict.fromkeys(one.outcome for one in given)),
        cells=given,
    )


def _counted(directions: Sequence[Direction]) -> Counter[str]:
    if not len(directions):
        raise DataError("There is no study: nothing has a direction.")
    counts: Counter[str] = Counter(directions)
    unknown = [one for one in counts if one not in DIRECTIONS]
    if unknown:
        raise DataError(f"Direction {unknown[0]!r} is not known; {', '.join(DIRECTIONS)} are.")
    return counts
