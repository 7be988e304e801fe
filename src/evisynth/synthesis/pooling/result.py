"""What a meta-analysis gives: one pooled effect, its uncertainty, and how the studies took part."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, stdtr

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import h2_from_q, i2_from_q, i2_interval_from_q, p_of_q
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.pooling.intervals import critical_value, uncertainty
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.kernels import Rows
from evisynth.synthesis.pooling.tau2_limits import Tau2Interval, tau2_interval
from evisynth.synthesis.prediction import prediction_interval, prediction_method_named
from evisynth.synthesis.results import Result

__all__ = ["COMMON", "MODELS", "RANDOM", "Model", "Pooled", "critical_value", "need_two"]

Model = Literal["common effect", "random effects"]
COMMON: Model = "common effect"
RANDOM: Model = "random effects"
MODELS: tuple[Model, Model] = (COMMON, RANDOM)


@dataclass(frozen=True, slots=True, eq=False)
class Pooled(Result, rows="studies", columns="yi vi sei weights study_estimates study_estimate_ci"):
    """A pooled effect. Everything without `estimate` in its name is on the analysis scale (log for a ratio).

    studies  : the k studies that the pooled effect uses, in the order of the data.
    mu, se   : the pooled effect and its standard error, by `test`.
    yi, vi   : (k,) their own effects and sampling variances; NaN where a study counts in the pooled effect
               but has no effect of its own (metafor profile).
    weights  : (k,) percent of the pooled effect, together 100.
    Q, df    : Cochran's Q over the studies that have an effect of their own.
    tau2     : between-study variance; 0 in a common-effect model.
    profile  : id of the arithmetic, "" for effects that were given and not computed from tables.
    dropped  : (study, reason) of each study that is left out.
    level    : of the intervals, as a fraction.
    test     : of the pooled effect, see `intervals.TESTS`.
    ddf      : degrees of freedom of its t; None for the normal.
    tau2_method : the estimator of tau2; "" where none was estimated: common effect, or tau2 was given.
    se_tau2  : standard error of tau2; None where it is not known.
    vt       : typical sampling variance (Higgins & Thompson 2002), behind I2_tau2; None where it is not known.
    sizes    : (k,) people (PFT) or person-time (IRFT) that lead effects back to their scale; None for other measures.
    ll, likelihood : log likelihood at mu and tau2, and which one it is, "ML" or "REML"; None and "" where it
               was not computed.
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
    test: str = "z"
    ddf: float | None = None
    tau2_method: str = ""
    se_tau2: float | None = None
    vt: float | None = None
    ll: float | None = None
    likelihood: Literal["", "ML", "REML"] = ""
    sizes: Vector | None = None

    def __str__(self) -> str:
        measure = measure_named(self.measure).on_known_scale(sized=self.sizes is not None)
        estimate, low, high = (measure.back(one, self._size) for one in (self.mu, self.ci_low, self.ci_high))
        interval = f"{100 * self.level:g}% interval {low:.4g} to {high:.4g}"
        effect = f"{measure.name} {estimate:.4g} ({interval}), p = {self.p:.4g}"
        spread = f"Q {self.Q:.2f} on {self.df} df" + ("" if self.p_Q is None else f", p = {self.p_Q:.4g}")
        if self.I2 is not None:
            spread += f"; I2 {self.I2:.1f}% (from Q)"
        if self.model == RANDOM:
            share = "" if self.I2_tau2 is None else f", I2 {self.I2_tau2:.1f}% (from tau2)"
            spread += f"; tau2 {self.tau2:.4g}{share}"
        lines = [f"{effect}; {self.model}, {self.method}, test {self.test}, k = {self.k}", spread]
        lines += [f"left out: {study} ({reason})" for study, reason in self.dropped]
        return "\n".join(lines)

    @property
    def k(self) -> int:
        """The number of studies in the pooled effect."""
        return len(self.studies)

    @property
    def ci_low(self) -> float:
        return self.mu - critical_value(self.level, self.ddf) * self.se

    @property
    def ci_high(self) -> float:
        return self.mu + critical_value(self.level, self.ddf) * self.se

    @property
    def ci(self) -> tuple[float, float]:
        return self.ci_low, self.ci_high

    @property
    def z(self) -> float:
        """The test statistic of no effect: z, or t where `ddf` is given.

        Infinite where the standard error is 0, which Hartung and Knapp's is for studies that are all equal.
        """
        if self.se == 0:
            return math.copysign(math.inf, self.mu) if self.mu else math.nan
        return self.mu / self.se

    @property
    def p(self) -> float:
        """Two-sided p value of no effect, of the normal or of t with `ddf` degrees of freedom."""
        below = -abs(self.z)
        return float(2 * (ndtr(below) if self.ddf is None else stdtr(self.ddf, below)))

    @property
    def tau(self) -> float:
        """Between-study standard deviation, on the analysis scale."""
        return float(np.sqrt(self.tau2))

    @property
    def p_Q(self) -> float | None:
        return p_of_q(self.Q, self.df)

    @property
    def I2(self) -> float | None:
        """Percent, from Q; None when fewer than two studies have an effect of their own."""
        return i2_from_q(self.Q, self.df)

    @property
    def I2_ci(self) -> tuple[float, float] | None:
        """Percent: the limits of I2 from Q at the same level (test-based)."""
        return i2_interval_from_q(self.Q, self.df, self.level)

    @property
    def H2(self) -> float | None:
        """From Q."""
        return h2_from_q(self.Q, self.df)

    @property
    def I2_tau2(self) -> float | None:
        """Percent, from tau2 and the typical sampling variance, as metafor and today's RevMan give it."""
        return None if self.vt is None else 100 * self.tau2 / (self.tau2 + self.vt)

    @property
    def H2_tau2(self) -> float | None:
        """1 + tau2 / vt."""
        return None if self.vt is None else 1 + self.tau2 / self.vt

    @property
    def parameters(self) -> int:
        """How many parameters were estimated: the effect, and tau2 where it was."""
        return 2 if self.tau2_method else 1

    @property
    def AIC(self) -> float | None:
        """Akaike's information criterion, -2 ll + 2 q with q parameters."""
        return None if self.ll is None else -2 * self.ll + 2 * self.parameters

    @property
    def BIC(self) -> float | None:
        """-2 ll + q log(n), n = k for ML and k - 1 for REML."""
        return None if self.ll is None else -2 * self.ll + self.parameters * float(np.log(self._n))

    @property
    def AICc(self) -> float | None:
        """AIC with the correction for few studies, -2 ll + 2 q n / (n - q - 1); None unless n > q + 1."""
        q, n = self.parameters, self._n
        return None if self.ll is None or n <= q + 1 else -2 * self.ll + 2 * q * n / (n - q - 1)

    @property
    def _n(self) -> int:
        return self.k - 1 if self.likelihood == "REML" else self.k

    def tau2_interval(
        self,
        kind: str = "QP",
        *,
        weights: Vector | None = None,
        level: float | None = None,
        iteration: Iteration | None = None,
    ) -> Tau2Interval | None:
        """Confidence limits of tau2, and of tau, I2 and H2 with it; None in a common-effect model.

        Parameters
        ----------
        kind : QP (Q-profile), BJ, J or GENQ (generalised Q), or PL (profile likelihood, for ML and REML).
        weights : (k,) of the generalised Q, for GENQ.
        level : as a fraction; by default that of the analysis.
        iteration : None for limits to the last digit; `R_ITERATION` repeats those that R's metafor and meta print.
        """
        if self.model == COMMON or self.vt is None:
            return None
        return tau2_interval(
            Rows.of(self.yi, self.vi),
            kind=kind,
            level=self.level if level is None else level,
            vt=self.vt,
            tau2=self.tau2,
            method=self.tau2_method,
            weights=weights,
            iteration=iteration,
        )

    def prediction_interval(self, method: str = "HTS") -> tuple[float, float] | None:
        """Where the true effect of a new study lies, on the analysis scale, at the level of the analysis.

        `method` is one of `prediction.PREDICTION_METHODS`: by default t with k - 2 degrees of freedom; "own"
        has the standard error and the degrees of freedom of the test, as metafor. None in a common-effect
        model, and where no degrees of freedom are left.

        Raises
        ------
        DataError : an unknown method.
        """
        rule = prediction_method_named(method)
        if self.model == COMMON:
            return None
        se, ddf = self.se, float(self.k - 1)
        if method == "own":
            return prediction_interval(self.mu, se, self.tau2, self.ddf, self.level)
        if rule.se in ("HK", "KR") or (rule.se == "z" and self.test not in ("z", "t")):
            se, free = self._uncertainty(rule.se)
            ddf = free if rule.se == "KR" else ddf
        return prediction_interval(self.mu, se, self.tau2, ddf - rule.fewer, self.level)

    def _uncertainty(self, test: str) -> tuple[float, float]:
        """The standard error and degrees of freedom that another test would have given."""
        wi = 1 / (self.vi + self.tau2)
        if not np.allclose(self.weights, 100 * wi / np.sum(wi)):
            raise DataError(
                f"{test} is defined for inverse-variance weights; with other weights take HTS or V."
            )
        rows, tau2 = Rows.of(self.yi, self.vi), np.array([self.tau2])
        _, W1, yPy = rows.centre(tau2)
        se, ddf = uncertainty(rows, tau2, test, W1, yPy)
        return float(se[0]), float(ddf[0])

    @property
    def estimate(self) -> float:
        """The pooled effect on the scale people read: a ratio for RR and OR."""
        return self.back(self.mu)

    @property
    def estimate_ci(self) -> tuple[float, float]:
        return self.back(self.ci_low), self.back(self.ci_high)

    def back(self, value: float) -> float:
        """A pooled value on the scale people read; by the harmonic mean of the sizes where the measure needs one."""
        return measure_named(self.measure).back(value, self._size)

    @property
    def _size(self) -> float | None:
        """The harmonic mean of the sizes."""
        return None if self.sizes is None else float(1 / np.mean(1 / self.sizes))

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
        return measure_named(self.measure).back_all(self.yi, self.sizes)

    @property
    def study_estimate_ci(self) -> Vector:
        """(k, 2) their intervals on the scale people read."""
        sizes = None if self.sizes is None else self.sizes[:, np.newaxis]
        return measure_named(self.measure).back_all(self.study_ci, sizes)


def need_two(studies: tuple[str, ...], dropped: Dropped) -> None:
    """Raise a DataError unless at least two studies are left to pool."""
    if len(studies) >= 2:
        return
    has = f"one: {studies[0]}. Report it as a single-study result." if studies else "none."
    out = "; ".join(f"{study} ({reason})" for study, reason in dropped)
    also = f" Left out: {out}." if out else ""
    raise DataError(f"Pooling needs at least two studies; this analysis has {has}{also}")
