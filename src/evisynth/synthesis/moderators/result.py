"""What a meta-regression gives: coefficients, what is left of the heterogeneity, tests and predictions."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from evisynth.errors import DataError
from evisynth.synthesis.design import INTERCEPT, Columns, Design
from evisynth.synthesis.heterogeneity import h2_from_q, i2_from_q, p_of_q
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.intervals import critical_value, two_sided_p
from evisynth.synthesis.pooling.result import COMMON, Model
from evisynth.synthesis.pooling.robust import LinearFit, independent_fit
from evisynth.synthesis.pooling.tau2_limits import Tau2Interval, tau2_interval
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True)
class WaldTest(Result):
    """A test that several coefficients are 0: chi-square with df, or F with df and ddf degrees of freedom."""

    names: tuple[str, ...]
    statistic: float
    df: int
    ddf: float | None

    @property
    def p(self) -> float:
        if self.ddf is None:
            return float(chdtrc(self.df, self.statistic))
        return float(fdtrc(self.df, self.ddf, self.statistic))

    def __str__(self) -> str:
        name = f"chi2({self.df})" if self.ddf is None else f"F({self.df}, {self.ddf:g})"
        return f"{', '.join(self.names)}: {name} = {self.statistic:.4g}, p = {self.p:.4g}"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions(Result):
    """Predicted effects of n new rows, each array (n,), on the analysis scale.

    mu, se          : the average effect at those values of the moderators, and its standard error.
    ci_low, ci_high : its confidence interval.
    pi_low, pi_high : prediction interval: the true effect of a new study there.
    """

    measure: str
    level: float
    mu: Vector
    se: Vector
    ci_low: Vector
    ci_high: Vector
    pi_low: Vector
    pi_high: Vector

    @property
    def estimates(self) -> Vector:
        """(n,) mu on the scale people read."""
        return measure_named(self.measure).back_all(self.mu)

    def __str__(self) -> str:
        back = measure_named(self.measure).on_known_scale().back_all
        shown = np.column_stack(
            [back(one) for one in (self.mu, self.ci_low, self.ci_high, self.pi_low, self.pi_high)]
        )
        return "\n".join(
            f"{row[0]:.4g} ({row[1]:.4g} to {row[2]:.4g}), prediction {row[3]:.4g} to {row[4]:.4g}"
            for row in shown
        )


@dataclass(frozen=True, slots=True, eq=False)
class MetaRegression(Result, rows="names", columns="b se z p ci_low ci_high"):
    """A meta-regression, on the analysis scale.

    studies : the k studies that it uses; yi, vi their effects and sampling variances, (k,).
    design  : the model matrix and its names.
    b, vcov : (p,) coefficients and (p, p) their covariance, by `test`.
    ddf     : degrees of freedom of the tests of single coefficients; None for the normal.
    tau2    : what is left of the between-study variance; se_tau2 its standard error, None in a common-effect
              model.
    Q       : Q of the residuals (QE), with df degrees of freedom.
    vt      : typical sampling variance.
    tested, QM : positions of the coefficients that are tested together, and their statistic, see `omnibus`.
    R2      : percent of the heterogeneity that the moderators account for; None where that has no meaning.
    ll, likelihood : log likelihood, and which one it is.
    tau2_method : the estimator of tau2; "" where none was estimated.
    dropped : (study, reason) of each study that is left out.
    """

    measure: str
    model: Model
    method: str
    test: str
    studies: tuple[str, ...]
    yi: Vector
    vi: Vector
    design: Design
    b: Vector
    vcov: Vector
    ddf: float | None
    tau2: float
    se_tau2: float | None
    Q: float
    vt: float
    tested: tuple[int, ...]
    QM: float
    R2: float | None
    ll: float
    likelihood: Literal["ML", "REML"]
    tau2_method: str = ""
    dropped: Dropped = ()
    level: float = 0.95

    @property
    def names(self) -> tuple[str, ...]:
        """(p) names of the coefficients."""
        return self.design.names

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def df(self) -> int:
        """Degrees of freedom of the residuals, k - p."""
        return self.k - self.design.p

    @property
    def se(self) -> Vector:
        return np.sqrt(np.diag(self.vcov))

    @property
    def z(self) -> Vector:
        """(p,) test statistics, z or t; infinite where the moderators explain everything and the test is HK."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.b / self.se

    @property
    def p(self) -> Vector:
        """(p,) two-sided p values."""
        return two_sided_p(self.z, np.full(len(self.b), np.inf if self.ddf is None else self.ddf))

    @property
    def ci_low(self) -> Vector:
        return self.b - critical_value(self.level, self.ddf) * self.se

    @property
    def ci_high(self) -> Vector:
        return self.b + critical_value(self.level, self.ddf) * self.se

    @property
    def p_Q(self) -> float | None:
        return p_of_q(self.Q, self.df)

    @property
    def I2(self) -> float | None:
        """Percent, from the residuals' Q."""
        return i2_from_q(self.Q, self.df)

    @property
    def H2(self) -> float | None:
        """From the residuals' Q."""
        return h2_from_q(self.Q, self.df)

    @property
    def I2_tau2(self) -> float:
        """Percent, from tau2 and the typical sampling variance."""
        return 100 * self.tau2 / (self.tau2 + self.vt)

    @property
    def H2_tau2(self) -> float:
        return 1 + self.tau2 / self.vt

    @property
    def parameters(self) -> int:
        """How many parameters were estimated: the coefficients, and tau2 where it was."""
        return self.design.p + bool(self.tau2_method)

    @property
    def AIC(self) -> float:
        return -2 * self.ll + 2 * self.parameters

    @property
    def BIC(self) -> float:
        """-2 ll + q log(n), n = k for ML and k - p for REML."""
        return -2 * self.ll + self.parameters * float(np.log(self._n))

    @property
    def AICc(self) -> float | None:
        q, n = self.parameters, self._n
        return None if n <= q + 1 else -2 * self.ll + 2 * q * n / (n - q - 1)

    @property
    def _n(self) -> int:
        return self.df if self.likelihood == "REML" else self.k

    @property
    def omnibus(self) -> WaldTest:
        """The test of the coefficients at `tested`."""
        return WaldTest(tuple(self.names[at] for at in self.tested), self.QM, len(self.tested), self.ddf)

    @property
    def p_QM(self) -> float:
        return self.omnibus.p

    def wald(self, btt: Collection[str | int]) -> WaldTest:
        """The test that the named coefficients (or all of a moderator, or positions from 0) are 0.

        Source: Knapp & Hartung 2003, doi:10.1002/sim.1482.
        """
        at = np.array(self.design.positions(btt))
        if not len(at):
            raise DataError("btt names no coefficient to test.")
        self._need_covariances()
        statistic = float(self.b[at] @ np.linalg.solve(self.vcov[np.ix_(at, at)], self.b[at]))
        names = tuple(self.names[one] for one in at)
        return WaldTest(names, statistic if self.ddf is None else statistic / len(at), len(at), self.ddf)

    def predict(self, new: Columns | ArrayLike) -> Predictions:
        """Effects at new values of the moderators: named columns, or rows of the matrix that was given.

        The interval of a new study's effect has the degrees of freedom of the test, as in metafor.
        """
        X = self.design.rows(new)
        mu, se = X @ self.b, np.sqrt(np.einsum("np,pq,nq->n", X, self.vcov, X))
        quantile = critical_value(self.level, self.ddf)
        half, far = quantile * se, quantile * np.sqrt(se**2 + self.tau2)
        return Predictions(self.measure, self.level, mu, se, mu - half, mu + half, mu - far, mu + far)

    def vif(self) -> dict[str, float]:
        """Variance inflation factors of the moderators: for one with several columns the generalised one.

        det(R_own) det(R_others) / det(R), with R the correlations of the coefficients without the intercept.
        Compare gvif ** (1 / (2 columns)) between moderators with different numbers of columns.

        Source: Fox & Monette 1992, doi:10.1080/01621459.1992.10475190.
        """
        self._need_covariances()
        slopes = [at for at, name in enumerate(self.names) if name != INTERCEPT]
        R = self.vcov[np.ix_(slopes, slopes)] / np.outer(self.se[slopes], self.se[slopes])
        whole = np.linalg.det(R)
        found = {}
        for term, columns in self.design.terms.items():
            own = [slopes.index(at) for at in columns if at in slopes]
            rest = [at for at in range(len(slopes)) if at not in own]
            if own:
                parts = np.linalg.det(R[np.ix_(own, own)]) * np.linalg.det(R[np.ix_(rest, rest)])
                found[term] = float(parts / whole)
        return found

    def linear_fit(self) -> LinearFit:
        """What `robust` needs: the fit with its effects as independent, and tau2 as it was estimated."""
        return replace(
            independent_fit(self.yi, self.vi + self.tau2, self.design, studies=self.studies),
            tested=self.tested,
        )

    def _need_covariances(self) -> None:
        if not np.any(self.vcov):
            raise DataError(
                "The moderators explain the effects entirely, so that by Knapp and Hartung nothing varies."
            )

    def tau2_interval(
        self, kind: str = "QP", *, weights: Vector | None = None, level: float | None = None
    ) -> Tau2Interval | None:
        """Confidence limits of tau2, as `Pooled.tau2_interval`; None in a common-effect model."""
        if self.model == COMMON:
            return None
        return tau2_interval(
            DesignRows.of(self.yi, self.vi, self.design.matrix),
            kind=kind,
            level=self.level if level is None else level,
            vt=self.vt,
            tau2=self.tau2,
            method=self.tau2_method,
            weights=weights,
        )

    def __str__(self) -> str:
        first = f"Meta-regression, {self.model}, {self.method}, test {self.test}; k = {self.k}"
        measure = measure_named(self.measure)
        if measure.scale.name:
            first += f"; coefficients on the scale of the {measure.analysis_scale}"
        lines = [first]
        width = max(len(name) for name in self.names)
        low, high = self.ci_low, self.ci_high
        lines += [
            f"  {name:{width}}  {self.b[at]: .4g} ({low[at]: .4g} to {high[at]: .4g}), p = {self.p[at]:.4g}"
            for at, name in enumerate(self.names)
        ]
        lines.append(f"  moderators: {self.omnibus}")
        R2 = "" if self.R2 is None else f", R2 {self.R2:.1f}%"
        lines.append(
            f"  tau2 {self.tau2:.4g}, I2 {self.I2_tau2:.1f}% (from tau2), Q {self.Q:.2f} on {self.df} df{R2}"
        )
        lines += [f"  left out: {study} ({reason})" for study, reason in self.dropped]
        return "\n".join(lines)
