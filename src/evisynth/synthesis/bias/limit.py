"""Limit meta-analysis: the pooled effect of a random-effects model in which small studies differ, at no error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import asymmetry_warnings, shown_p, with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.bias.regression_test import fit_on
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.results import Result

NEEDED = 3
TITLE = "A limit meta-analysis"


@dataclass(frozen=True, slots=True, eq=False)
class LimitMetaAnalysis(Result):
    """A limit meta-analysis, on the analysis scale.

    mu, se : the effect adjusted for small-study effects, beta + tau alpha.
    alpha, se_alpha : bias in units of the standard error (publication bias when positive effects are wished for).
    beta : the effect in a study without any error and without heterogeneity.
    mu_random, tau2 : the usual pooled effect, and its between-study variance by `method`.
    yi_limit : (k,) the studies' effects shrunk to endless precision.
    Q, Q_small, Q_rest : heterogeneity, the part that small-study effects explain (1 degree of freedom), and the
        rest (k - 2).
    dropped : (study, reason) of each study that is left out.
    """

    measure: str
    method: str
    mu: float
    se: float
    alpha: float
    se_alpha: float
    beta: float
    mu_random: float
    tau2: float
    yi_limit: Vector
    Q: float
    Q_small: float
    Q_rest: float
    level: float
    warnings: tuple[str, ...]
    dropped: Dropped = ()

    @property
    def k(self) -> int:
        return len(self.yi_limit)

    @property
    def ci(self) -> tuple[float, float]:
        half = critical_value(self.level) * self.se
        return self.mu - half, self.mu + half

    @property
    def z(self) -> float:
        return self.mu / self.se

    @property
    def p(self) -> float:
        """Two-sided p value of no effect after adjustment."""
        return float(2 * ndtr(-abs(self.z)))

    @property
    def p_Q_small(self) -> float:
        """Of no small-study effects, in the common-effect model."""
        return float(chdtrc(1, self.Q_small))

    @property
    def p_Q_rest(self) -> float:
        """Of no heterogeneity beyond small-study effects."""
        return float(chdtrc(self.k - 2, self.Q_rest))

    def __str__(self) -> str:
        of = measure_named(self.measure).on_known_scale()
        low, high = (of.back(limit) for limit in self.ci)
        line = (
            f"Limit meta-analysis: {of.name} {of.back(self.mu):.4g} ({100 * self.level:g}% interval {low:.4g} to "
            f"{high:.4g}), {shown_p(self.p)}; random effects ({self.method}) {of.back(self.mu_random):.4g}. "
            f"Small-study effects Q {self.Q_small:.2f} on 1 df, {shown_p(self.p_Q_small)}; left over Q "
            f"{self.Q_rest:.2f} on {self.k - 2} df, {shown_p(self.p_Q_rest)}."
        )
        return with_notes(line, self.warnings, self.dropped)


def limit_meta_analysis(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    method: str | None = None,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
) -> LimitMetaAnalysis:
    """The model y = beta + sqrt(v + tau2) (alpha + e) with e standard normal, at v = 0: beta + tau alpha.

    tau2 is that of the model without alpha; alpha and beta follow by least squares of y / s on 1 / s,
    s = sqrt(v + tau2), with unit variance. Each study's effect at v = 0 is beta + (tau / s) (y - beta).

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    method : estimator of tau2; by default that of the fit, else REML. measure, studies, level : as for `pooling.pool.pool`.

    Raises
    ------
    DataError : fewer than three studies, studies that are all equally precise, the common-effect model.

    Source: Ruecker, Schwarzer, Carpenter, Binder & Schumacher 2011, doi:10.1093/biostatistics/kxq046.
    """
    given = effects_of(yi, vi, studies, NEEDED, TITLE, measure=measure, level=level)
    names, y, v, level = given.studies, given.yi, given.vi, given.level
    method = given.how_pooled(TITLE, method)[0]
    if method == "common":
        raise DataError("A limit meta-analysis is one of random effects; name an estimator of tau2.")
    random = pool(y, v, method=method, measure=given.measure, studies=names, level=level)
    s2 = v + random.tau2
    fit, fixed = (_on_standard_error(y, variances, names, level) for variances in (s2, v))
    beta, alpha = float(fit.b[0]), float(fit.b[1])
    at = np.array([1.0, random.tau])
    return LimitMetaAnalysis(
        measure=given.measure,
        method=method,
        mu=beta + random.tau * alpha,
        se=float(np.sqrt(at @ fit.vcov @ at)),
        alpha=alpha,
        se_alpha=float(fit.se[1]),
        beta=beta,
        mu_random=random.mu,
        tau2=random.tau2,
        yi_limit=beta + random.tau / np.sqrt(s2) * (y - beta),
        Q=random.Q,
        Q_small=max(0.0, random.Q - fixed.Q),
        Q_rest=fixed.Q,
        level=level,
        warnings=asymmetry_warnings(np.sqrt(v), measure=given.measure, by_se=True),
        dropped=given.dropped,
    )


def _on_standard_error(y: Vector, v: Vector, names: tuple[str, ...], level: float) -> MetaRegression:
    """y on sqrt(v) with variances v as they are: least squares of y / sqrt(v) on 1 / sqrt(v), unit variance."""
    return fit_on(y, v, np.sqrt(v), "the standard error", studies=names, level=level)
