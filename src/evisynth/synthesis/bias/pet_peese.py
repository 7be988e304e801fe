"""PET, PEESE and PET-PEESE: the effect that a regression on precision gives for a study of endless size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import FEW, SIMILAR, shown_p, with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.bias.regression_test import NEEDED, fit_on
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Corrected(Result):
    """The intercept of a regression of effects on their precision, on the analysis scale.

    estimator : PET (on the standard error) or PEESE (on the variance). mu, se : the intercept; t with ddf degrees
    of freedom. slope, slope_se : of the precision; in PET it is Egger's test (FAT).
    """

    estimator: str
    measure: str
    mu: float
    se: float
    slope: float
    slope_se: float
    ddf: float
    k: int
    level: float

    @property
    def ci(self) -> tuple[float, float]:
        half = critical_value(self.level, self.ddf) * self.se
        return self.mu - half, self.mu + half

    @property
    def t(self) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.mu) / self.se)

    @property
    def p(self) -> float:
        """Two-sided p value of no effect."""
        return float(2 * stdtr(self.ddf, -abs(self.t)))

    def __str__(self) -> str:
        of = measure_named(self.measure).on_known_scale()
        low, high = (of.back(limit) for limit in self.ci)
        return (
            f"{self.estimator}: {of.name} {of.back(self.mu):.4g} ({100 * self.level:g}% interval {low:.4g} to "
            f"{high:.4g}), t({self.ddf:g}) = {self.t:.2f}, {shown_p(self.p)}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class PetPeese(Result):
    """PET and PEESE, and which of the two the conditional estimator takes.

    chosen : PEESE when PET's effect is significant at alpha (two-sided), else PET.
    dropped : (study, reason) of each study that is left out.
    """

    pet: Corrected
    peese: Corrected
    alpha: float
    warnings: tuple[str, ...]
    dropped: Dropped = ()

    @property
    def chosen(self) -> Corrected:
        return self.peese if self.pet.p < self.alpha else self.pet

    def __str__(self) -> str:
        found = "" if self.chosen is self.peese else "not "
        choice = f"PET-PEESE takes {self.chosen.estimator}: PET is {found}significant at {self.alpha:g}."
        return with_notes("\n".join((str(self.pet), str(self.peese), choice)), self.warnings, self.dropped)


def pet_peese(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    alpha: float = 0.10,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
) -> PetPeese:
    """The effect in a study of endless size, by weighted regression on the standard error and on the variance.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    alpha : two-sided significance of PET's effect from which PEESE is taken; 0.10 is 5% on one side.
    measure, studies, level : as for `pooling.pool.pool`.

    Raises
    ------
    DataError : fewer than three studies, or studies that are all equally precise.

    Source: Stanley & Doucouliagos 2014, doi:10.1002/jrsm.1095; Stanley 2017, doi:10.1177/1948550617693062 (limits).
    """
    given = effects_of(yi, vi, studies, NEEDED, "PET-PEESE", measure=measure, level=level)
    names, y, v, level = given.studies, given.yi, given.vi, given.level
    if not 0 < alpha < 1:
        raise DataError(f"alpha {alpha:g} is not between 0 and 1; 0.10 is usual.")
    sei = np.sqrt(v)
    pet = fit_on(y, v, sei, "the standard error", model="multiplicative", studies=names, level=level)
    peese = fit_on(y, v, v, "the variance", model="multiplicative", studies=names, level=level)
    k, warnings = len(y), []
    if k < FEW:
        warnings.append(f"{k} studies: regression on precision rests on very little below {FEW}.")
    if np.max(sei) < SIMILAR * np.min(sei):
        warnings.append("The studies are of similar size: the effect of an endless one is far extrapolated.")
    warnings.append(
        "PET-PEESE misleads where heterogeneity is large or all studies are small (Stanley 2017)."
    )
    return PetPeese(
        pet=_corrected("PET", given.measure, pet),
        peese=_corrected("PEESE", given.measure, peese),
        alpha=alpha,
        warnings=tuple(warnings),
        dropped=given.dropped,
    )


def _corrected(estimator: str, measure: str, fit: MetaRegression) -> Corrected:
    return Corrected(
        estimator=estimator,
        measure=measure,
        mu=float(fit.b[0]),
        se=float(fit.se[0]),
        slope=float(fit.b[1]),
        slope_se=float(fit.se[1]),
        ddf=float(fit.df),
        k=fit.k,
        level=fit.level,
    )
