"""The result of one study: what is reported where there is nothing to pool."""

from dataclasses import dataclass

from scipy.special import ndtr

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import critical_value
from evisynth.synthesis.profiles import REVMAN5, Profile
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True)
class SingleStudy(Result):
    """One study's own effect. Nothing is pooled, so there is no heterogeneity and no weight.

    events1, n1, events2, n2 : the study's counts; None where it gives other numbers than a two-by-two table.
    yi, vi   : effect on the analysis scale and its variance; None where the study has none (double zero).
    note     : what was added to zero cells, or why there is no effect; "" when nothing was.
    size     : people (PFT) or person-time (IRFT) that lead the effect back to its scale; None for other measures.
    """

    measure: str
    study: str
    events1: float | None
    n1: float | None
    events2: float | None
    n2: float | None
    yi: float | None
    vi: float | None
    profile: str
    note: str = ""
    level: float = 0.95
    size: float | None = None

    def __str__(self) -> str:
        name = measure_named(self.measure).name
        note = f"; {self.note}" if self.note else ""
        if self.estimate is None or self.estimate_ci is None:
            return f"{self.study}: {name}, {self.note or 'not estimable'}"
        low, high = self.estimate_ci
        return f"{self.study}: {name} {self.estimate:.4g} ({100 * self.level:g}% interval {low:.4g} to {high:.4g}){note}"

    @property
    def estimable(self) -> bool:
        return self.yi is not None

    @property
    def se(self) -> float | None:
        """Standard error on the analysis scale."""
        return None if self.vi is None else float(self.vi**0.5)

    @property
    def ci(self) -> tuple[float, float] | None:
        """The interval on the analysis scale."""
        if self.yi is None or self.se is None:
            return None
        half = critical_value(self.level) * self.se
        return self.yi - half, self.yi + half

    @property
    def z(self) -> float | None:
        return None if self.yi is None or not self.se else self.yi / self.se

    @property
    def p(self) -> float | None:
        """Two-sided p value of no effect, normal."""
        return None if self.z is None else float(2 * ndtr(-abs(self.z)))

    @property
    def estimate(self) -> float | None:
        """The effect on the scale people read: a ratio for RR and OR."""
        return None if self.yi is None else measure_named(self.measure).back(self.yi, self.size)

    @property
    def estimate_ci(self) -> tuple[float, float] | None:
        if self.ci is None:
            return None
        measure = measure_named(self.measure)
        return measure.back(self.ci[0], self.size), measure.back(self.ci[1], self.size)


def single_study(
    table: TwoByTwo, measure: str = "RR", profile: Profile = REVMAN5, level: float = 0.95
) -> SingleStudy:
    """The effect and interval of the one study in a table; a DataError when it has not exactly one.

    Source: Cochrane Handbook 6, section 6.4.1; the zero-cell rule is the profile's.
    """
    if table.k != 1:
        raise DataError(f"A single-study result needs exactly one study; this table has {table.k}.")
    critical_value(level)
    effects = profile.study_effects(table, measure)
    note = ""
    if effects.undefined:
        note = f"not estimable: {effects.undefined[0][1]}"
    elif effects.corrected[0]:
        what = "for the variance " if measure == "RD" and not profile.rd_estimate_corrected else ""
        note = f"{profile.study_zero_cells.value:g} added to all four cells {what}because of a zero cell"
    there = bool(effects.defined[0])
    return SingleStudy(
        measure=measure,
        study=table.studies[0],
        events1=float(table.events1[0]),
        n1=float(table.n1[0]),
        events2=float(table.events2[0]),
        n2=float(table.n2[0]),
        yi=float(effects.yi[0]) if there else None,
        vi=float(effects.vi[0]) if there else None,
        profile=profile.id,
        note=note,
        level=level,
    )
