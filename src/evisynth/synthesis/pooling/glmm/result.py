"""What a generalised linear mixed model gives: the effect, its uncertainty, and how much the studies differ."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import h2_from_q, i2_from_q, p_of_q
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.pooling.glmm.counts import Counts
from evisynth.synthesis.pooling.glmm.families import Array
from evisynth.synthesis.pooling.result import RANDOM, Model, critical_value
from evisynth.synthesis.prediction import prediction_interval, prediction_method_named
from evisynth.synthesis.results import Result

LIKELIHOODS = {
    "UM.FS": "unconditional, each study with an intercept of its own",
    "UM.RS": "unconditional, study intercepts drawn from a normal distribution",
    "CM.EL": "given each study's events, exact",
    "CM.AL": "given each study's events, approximated by a binomial distribution",
    "one group": "one group of each study",
}


@dataclass(frozen=True, slots=True, eq=False)
class Glmm(Result, rows="studies"):
    """A fitted model. Everything without `estimate` in its name is on the analysis scale (log for a ratio).

    likelihood   : how the counts are described; a key of LIKELIHOODS.
    studies      : the k studies whose counts the model uses.
    names        : of the p coefficients: "intercept", then the moderators.
    coefficients : (p,) maximum likelihood estimates.
    vcov         : (p, p) their covariance matrix, from the observed information.
    tau2         : between-study variance of the effect; 0 in a common-effect model.
    sigma2       : variance of the study intercepts (UM.RS); None where the model has none.
    log_likelihood : at the maximum, with all constants.
    log_likelihood_at_modes : the same with the random effects at their modes instead of integrated out; not to be
                   compared with other models. R's rma.glmm has it as ll with nAGQ > 1.
    QE_Wald, QE_LRT, QE_df : Wald and likelihood-ratio tests that the moderators (or one shared effect) say
                   all about the differences between the studies.
    yi, vi       : (k,) the studies' own effects and variances, with 0.5 added where there is a zero. For show
                   and for the typical variance; the model itself corrects nothing.
    counts       : the events and people (or person-time) that were fitted.
    design       : (k, p) the column of ones and the moderators.
    points       : of the quadrature; None for as many as change nothing, 1 for Laplace's approximation.
    dropped      : (study, reason) of each study that is left out.
    """

    measure: str
    likelihood: str
    model: Model
    studies: tuple[str, ...]
    names: tuple[str, ...]
    coefficients: Vector
    vcov: Array
    tau2: float
    sigma2: float | None
    log_likelihood: float
    log_likelihood_at_modes: float
    QE_Wald: float
    QE_LRT: float
    QE_df: int
    yi: Vector
    vi: Vector
    typical_variance: float
    points: int | None
    counts: Counts
    design: Array
    dropped: Dropped = ()
    level: float = 0.95

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def standard_errors(self) -> Vector:
        """(p,) of the coefficients."""
        return np.sqrt(np.diag(self.vcov))

    @property
    def z_values(self) -> Vector:
        """(p,) Wald statistics."""
        return self.coefficients / self.standard_errors

    @property
    def p_values(self) -> Vector:
        """(p,) two-sided, normal."""
        return np.asarray(2 * ndtr(-np.abs(self.z_values)), dtype=np.float64)

    @property
    def ci(self) -> Array:
        """(p, 2) Wald intervals of the coefficients."""
        half = critical_value(self.level) * self.standard_errors
        return np.column_stack((self.coefficients - half, self.coefficients + half))

    @property
    def mu(self) -> float:
        """The pooled effect; a model with moderators has none."""
        self._need_no_moderators()
        return float(self.coefficients[0])

    @property
    def se(self) -> float:
        self._need_no_moderators()
        return float(self.standard_errors[0])

    @property
    def z(self) -> float:
        return self.mu / self.se

    @property
    def p(self) -> float:
        """Two-sided p value of no effect, normal."""
        return float(2 * ndtr(-abs(self.z)))

    @property
    def ci_low(self) -> float:
        return self.mu - critical_value(self.level) * self.se

    @property
    def ci_high(self) -> float:
        return self.mu + critical_value(self.level) * self.se

    @property
    def estimate(self) -> float:
        """The pooled effect on the scale people read."""
        return measure_named(self.measure).back(self.mu)

    @property
    def estimate_ci(self) -> tuple[float, float]:
        measure = measure_named(self.measure)
        return measure.back(self.ci_low), measure.back(self.ci_high)

    @property
    def p_QE_Wald(self) -> float | None:
        return p_of_q(self.QE_Wald, self.QE_df)

    @property
    def p_QE_LRT(self) -> float | None:
        return p_of_q(self.QE_LRT, self.QE_df)

    @property
    def QM(self) -> float | None:
        """Wald statistic of all moderators together, chi-square with p - 1 degrees of freedom."""
        if len(self.names) == 1:
            return None
        b = self.coefficients[1:]
        return float(b @ np.linalg.solve(self.vcov[1:, 1:], b))

    @property
    def p_QM(self) -> float | None:
        return None if self.QM is None else float(chdtrc(len(self.names) - 1, self.QM))

    @property
    def I2(self) -> float | None:
        """Percent, from the Wald test of heterogeneity, as R's meta gives it."""
        return i2_from_q(self.QE_Wald, self.QE_df)

    @property
    def H2(self) -> float | None:
        """From the Wald test of heterogeneity."""
        return h2_from_q(self.QE_Wald, self.QE_df)

    @property
    def I2_tau2(self) -> float:
        """Percent, from tau2 and the typical sampling variance, as metafor gives it."""
        return 100 * self.tau2 / (self.tau2 + self.typical_variance)

    @property
    def H2_tau2(self) -> float:
        return 1 + self.tau2 / self.typical_variance

    def prediction_interval(self, method: str = "HTS") -> tuple[float, float] | None:
        """Where the true effect of a new study lies, on the analysis scale, at the level of the analysis.

        `method` is one of `prediction.PREDICTION_METHODS` that take the standard error as it is: HTS, V, Riley,
        and own, with normal quantiles. None in a common-effect model, and where no degrees of freedom are left.

        Raises
        ------
        DataError : an unknown method, or one that adjusts the standard error of a weighted mean.
        """
        rule = prediction_method_named(method)
        if rule.se not in ("own", "z"):
            raise DataError(f"Prediction method {method} is defined for weighted means, not for this model.")
        if self.model != RANDOM:
            return None
        ddf = None if method == "own" else float(self.k - 1 - rule.fewer)
        return prediction_interval(self.mu, self.se, self.tau2, ddf, self.level)

    def _need_no_moderators(self) -> None:
        if len(self.names) > 1:
            raise DataError(
                f"A model with moderators ({', '.join(self.names[1:])}) has no single pooled effect; "
                "see its coefficients."
            )

    def _as_read(self) -> list[str]:
        """The pooled effect on the scale people read; of a model with moderators nothing."""
        if len(self.names) > 1:
            return []
        low, high = self.estimate_ci
        name = measure_named(self.measure).shown
        return [f"{name} {self.estimate:.4g} ({100 * self.level:g}% CI {low:.4g} to {high:.4g})"]

    def __str__(self) -> str:
        mixed = "mixed " if self.model == RANDOM else ""
        how = f"{self.likelihood}: {LIKELIHOODS[self.likelihood]}"
        percent = f"{100 * self.level:g}% CI"
        lines = [
            f"{self.measure}, {self.model}, {self.k} studies; generalised linear {mixed}model ({how})",
            *(
                f"{name}: {b:.4f} (SE {se:.4f}, {percent} {low:.4f} to {high:.4f}), p = {p:.4g}"
                for name, b, se, (low, high), p in zip(
                    self.names,
                    self.coefficients.tolist(),
                    self.standard_errors.tolist(),
                    self.ci.tolist(),
                    self.p_values.tolist(),
                    strict=True,
                )
            ),
            *self._as_read(),
            f"tau2 {self.tau2:.4f}, I2 from tau2 {self.I2_tau2:.1f}%",
            f"heterogeneity: Wald {self.QE_Wald:.3f}, likelihood ratio {self.QE_LRT:.3f}, df {self.QE_df}",
        ]
        if self.sigma2 is not None:
            lines.append(f"variance of the study intercepts {self.sigma2:.4f}")
        lines += [f"left out: {study} ({reason})" for study, reason in self.dropped]
        return "\n".join(lines)
