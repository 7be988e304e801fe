"""What a table of studies gives: an effect and its sampling variance for each."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.results import Result

NO_EVENTS = "no events in either group"
ALL_EVENTS = "everyone in both groups had the event"

Dropped = tuple[tuple[str, str], ...]  # (study, reason) of each study that is left out


@dataclass(frozen=True, slots=True, eq=False)
class StudyEffects(Result, rows="studies"):
    """The effect of each study of a table, in the table's order.

    yi, vi    : (k,) effects on the analysis scale and their sampling variances; NaN where a study has none.
    corrected : (k,) whether something was added to the study's cells.
    undefined : (study, reason) of each study without an effect of its own.
    sizes     : (k,) people (PFT) or person-time (IRFT) that lead an effect back to its scale; None where the
                way back needs none.
    doubtful  : (study, what) of each study whose given numbers do not go together; they are taken as they are.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    vi: Vector
    corrected: Flags
    undefined: Dropped
    sizes: Vector | None = None
    doubtful: Dropped = ()

    @property
    def k(self) -> int:
        """The number of studies, with and without an effect."""
        return len(self.studies)

    @property
    def defined(self) -> Flags:
        """(k,) the studies that have an effect of their own."""
        return ~np.isnan(self.yi)

    @property
    def sei(self) -> Vector:
        """(k,) standard errors on the analysis scale."""
        return np.sqrt(self.vi)

    @property
    def harmonic_size(self) -> float | None:
        """The harmonic mean of the sizes of the studies with an effect: it leads a pooled effect back."""
        if self.sizes is None or not self.defined.any():
            return None
        return float(1 / np.mean(1 / self.sizes[self.defined]))

    @property
    def estimates(self) -> Vector:
        """(k,) the effects on the scale people read."""
        return measure_named(self.measure).back_all(self.yi, self.sizes)

    def intervals(self, level: float = 0.95) -> Vector:
        """(k, 2) Wald intervals on the analysis scale."""
        if not 0 < level < 1:
            raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
        half = float(ndtri(0.5 + level / 2)) * self.sei
        return np.column_stack((self.yi - half, self.yi + half))

    def __str__(self) -> str:
        measure, reasons = measure_named(self.measure), dict(self.undefined)
        left = self.intervals()
        sizes = None if self.sizes is None else self.sizes[:, np.newaxis]
        limits = measure.back_all(left, sizes)
        lines = [
            f"{measure.shown} ({self.measure}) with 95% interval; {int(self.defined.sum())} of {self.k} studies"
        ]
        rows = zip(
            self.studies, self.estimates.tolist(), limits.tolist(), self.corrected.tolist(), strict=True
        )
        for study, estimate, (low, high), corrected in rows:
            if np.isnan(estimate):
                lines.append(f"{study}: none, {reasons.get(study, 'no effect')}")
            else:
                note = ", zero cell corrected" if corrected else ""
                lines.append(f"{study}: {estimate:.4g} ({low:.4g} to {high:.4g}){note}")
        lines += [f"to check: {study} ({what})" for study, what in self.doubtful]
        return "\n".join(lines)
