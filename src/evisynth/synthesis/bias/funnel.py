"""What a funnel plot draws: the studies, the pseudo confidence region, and contours of significance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.pooling.intervals import critical_value

CONTOURS = (0.9, 0.95, 0.99)
STEPS = 101


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The lines centre -+ quantile times sqrt(se^2 + tau2), at one level; low and high are (n,)."""

    level: float
    low: Vector
    high: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """A funnel plot as numbers, on the analysis scale; standard errors are drawn downwards from 0.

    yi, sei : (k,) the studies. p : (k,) two-sided p values against `null`.
    centre : the vertical line; null : the value of no effect that contours surround. tau2 : in the region.
    se : (n,) the standard errors, from 0, at which lines are given.
    regions : pseudo confidence regions about the centre, one a level.
    contours : regions of significance about null, from the inner one; outside the one at 0.95, p < 0.05.
    dropped : (study, reason) of each study that is left out.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    sei: Vector
    p: Vector
    centre: float
    null: float
    tau2: float
    se: Vector
    regions: tuple[Region, ...]
    contours: tuple[Region, ...]
    dropped: Dropped = ()

    @property
    def k(self) -> int:
        return len(self.studies)

    def outside(self, level: float = 0.95) -> tuple[str, ...]:
        """The studies outside the pseudo confidence region of this level."""
        half = critical_value(level) * np.sqrt(self.sei**2 + self.tau2)
        out = np.abs(self.yi - self.centre) > half
        return tuple(name for name, there in zip(self.studies, out.tolist(), strict=True) if there)

    def __str__(self) -> str:
        level = self.regions[0].level if self.regions else 0.95
        far = self.outside(level)
        names = f": {', '.join(far)}" if far else ""
        line = (
            f"Funnel plot of {self.k} studies about {self.centre:.4g} on the analysis scale; {len(far)} outside the "
            f"{100 * level:g}% pseudo confidence region{names}. {int(np.sum(self.p < 0.05))} have p < 0.05."
        )
        return with_notes(line, (), self.dropped)


def funnel(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    centre: float | None = None,
    tau2: float = 0.0,
    levels: Sequence[float] = (0.95,),
    contours: Sequence[float] = CONTOURS,
    null: float | None = None,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
) -> Funnel:
    """The numbers of a funnel plot, with contours of significance if wanted.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    centre : on the analysis scale; by default the common-effect mean, about which a funnel without
        heterogeneity is symmetric.
    tau2 : added to the squared standard errors in the region about the centre.
    levels, contours : as fractions.
    null : no effect, on the analysis scale; by default 0, or what the measure says.

    Raises
    ------
    DataError : no study, a level that is not between 0 and 1, tau2 below 0.

    Source: Sterne & Egger 2001, doi:10.1016/S0895-4356(01)00377-8; contours Peters et al. 2008,
    doi:10.1016/j.jclinepi.2007.11.010; Cochrane Handbook 6.5, sections 13.3.4.2 and 13.3.4.3.
    """
    given = effects_of(yi, vi, studies, 1, "A funnel plot", measure=measure)
    y, v, of = given.yi, given.vi, measure_named(given.measure)
    if not (np.isfinite(tau2) and tau2 >= 0):
        raise DataError(f"tau2 is {tau2:g}; a variance is 0 or more.")
    middle = float(np.sum(y / v) / np.sum(1 / v)) if centre is None else float(centre)
    nothing = (0.0 if of.ratio or of.null is None else of.null) if null is None else float(null)
    sei = np.sqrt(v)
    se = np.linspace(0, 1.05 * np.max(sei), STEPS)
    return Funnel(
        measure=given.measure,
        studies=given.studies,
        yi=y,
        sei=sei,
        p=np.asarray(2 * ndtr(-np.abs(y - nothing) / sei), dtype=np.float64),
        centre=middle,
        null=nothing,
        tau2=tau2,
        se=se,
        regions=tuple(_region(level, middle, np.sqrt(se**2 + tau2)) for level in sorted(levels)),
        contours=tuple(_region(level, nothing, se) for level in sorted(contours)),
        dropped=given.dropped,
    )


def _region(level: float, centre: float, spread: Vector) -> Region:
    half = critical_value(level) * spread
    return Region(level, centre - half, centre + half)
