"""What a meta-analysis gives: one pooled effect, its uncertainty, and how the studies took part."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import h2_from_q, i2_from_q, p_of_q
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped

Model = Literal["common effect", "random effects"]
COMMON: Model = "common effect"
RANDOM: Model = "random effects"
MODELS: tuple[Model, Model] = (COMMON, RANDOM)


def critical_value(level: float) -> float:
    """The two-sided normal quantile of a confidence level given as a fraction: 1.959964 for 0.95."""
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    return float(ndtri(0.5 + level / 2))


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A pooled effect. Everything without `estimate` in its name is on the analysis scale (log for a ratio).

    studies  : the k studies that the pooled effect uses, in the order of the data.
    yi, vi   : (k,) their own effects and sampling variances; NaN where a study counts in the pooled effect
               but has no effect of its own (metafor profile).
    weights  : (k,) percent of the pooled effect, together 100.
    Q, df    : Cochran's Q over the studies that have an effect of their own.
    tau2     : between-study variance; 0 in a common-effect model.
    profile  : id of the arithmetic, "" for effects that were given and not computed from tables.
    dropped  : (study, reason) of each study that is left out.
    """

    measure: str
    model: Model
    method: str
    profile: str
    studies: tuple[str, ...]
    mu: float
    se: float
    yi: Vector
    vi: Vector
    weights: Vector
    Q: float
    df: int
    tau2: float
    dropped: Dropped = ()
    level: float = 0.95

    @property
    def k(self) -> int:
        """The number of studies in the pooled effect."""
        return len(self.studies)

    @property
    def ci_low(self) -> float:
        return self.mu - critical_value(self.level) * self.se

    @property
    def ci_high(self) -> float:
        return self.mu + critical_value(self.level) * self.se

    @property
    def z(self) -> float:
        """The test statistic of no effect."""
        return self.mu / self.se

    @property
    def p(self) -> float:
        """Two-sided p value of no effect, normal."""
        return float(2 * ndtr(-abs(self.z)))

    @property
    def p_Q(self) -> float | None:
        return p_of_q(self.Q, self.df)

    @property
    def I2(self) -> float | None:
        """Percent, from Q; None when fewer than two studies have an effect of their own."""
        return i2_from_q(self.Q, self.df)

    @property
    def H2(self) -> float | None:
        return h2_from_q(self.Q, self.df)

    @property
    def estimate(self) -> float:
        """The pooled effect on the scale people read: a ratio for RR and OR."""
        return measure_named(self.measure).back(self.mu)

    @property
    def estimate_ci(self) -> tuple[float, float]:
        measure = measure_named(self.measure)
        return measure.back(self.ci_low), measure.back(self.ci_high)

    @property
    def sei(self) -> Vector:
        """(k,) standard errors of the studies' own effects."""
        return np.sqrt(self.vi)

    @property
    def study_ci(self) -> Vector:
        """(k, 2) intervals of the studies' own effects."""
        half = critical_value(self.level) * self.sei
        return np.column_stack((self.yi - half, self.yi + half))

    @property
    def study_estimates(self) -> Vector:
        """(k,) the studies' own effects on the scale people read."""
        return measure_named(self.measure).back_all(self.yi)

    @property
    def study_estimate_ci(self) -> Vector:
        """(k, 2) their intervals on the scale people read."""
        return measure_named(self.measure).back_all(self.study_ci)


def need_two(studies: tuple[str, ...], dropped: Dropped) -> None:
    """Raise a DataError unless at least two studies are left to pool."""
    if len(studies) >= 2:
        return
    has = f"one: {studies[0]}. Report it as a single-study result." if studies else "none."
    out = "; ".join(f"{study} ({reason})" for study, reason in dropped)
    also = f" Left out: {out}." if out else ""
    raise DataError(f"Pooling needs at least two studies; this analysis has {has}{also}")
