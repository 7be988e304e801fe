"""What a multilevel model gives: fixed effects, variance components, and how well they are known."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, stdtr, stdtrit

from evisynth.synthesis.columns import Dropped
from evisynth.synthesis.grouping import connected, groups_of
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Covariance, Matrix
from evisynth.synthesis.pooling.multilevel.terms import Groups, Structured
from evisynth.synthesis.pooling.result import critical_value
from evisynth.synthesis.pooling.robust import LinearFit
from evisynth.synthesis.results import Result

Method = Literal["REML", "ML"]
Test = Literal["z", "t"]


@dataclass(frozen=True, slots=True, eq=False)
class StructureFit(Result):
    """The covariance matrix G of one inner | outer term.

    tau2 : the variance where all levels share one, else (q,). rho : the correlation (for AR and HAR of
    neighbours, for CAR over one unit of time), or for UN of three or more levels one for each of `pairs`.
    parameters : the same as the likelihood has them (see structures.Shape).
    """

    term: Structured
    parameters: Vector
    G: Matrix
    tau2: float | Vector
    rho: float | Vector

    @property
    def struct(self) -> str:
        return self.term.struct

    @property
    def levels(self) -> tuple[object, ...]:
        return self.term.levels

    @property
    def pairs(self) -> tuple[tuple[object, object], ...]:
        """The pairs of levels in the order of `rho` for UN: (1, 2), (1, 3), (2, 3), (1, 4), ..."""
        return tuple((self.levels[i], self.levels[j]) for j in range(self.term.q) for i in range(j))


@dataclass(frozen=True, slots=True, eq=False)
class MultilevelFit(Result, rows="names", columns="b se z p ci_low ci_high"):
    """A multilevel or multivariate model with known V. Everything is on the analysis scale.

    names, b : (p,) the fixed effects; vcov : (p, p) their covariance.
    yi : (k,) effects; X : (k, p); V : their sampling covariances; studies : (k,) names of the rows.
    sigma2 : the variance of each nested random effect, by name; groups : these terms.
    structures : the inner | outer terms, at most two; their tau2 and rho (R: also gamma2 and phi) are below.
    ll : the log likelihood, restricted for REML, where it includes log|X'X| / 2.
    Q : of residual heterogeneity (R: QE), from V alone. tested : the coefficients of the omnibus test QM.
    components : how many variances and correlations were estimated.
    converged : False when the optimiser could not confirm a maximum; the numbers then need a second look.
    dropped : (study, reason) of each row of the data that is left out.
    """

    names: tuple[str, ...]
    b: Vector
    vcov: Matrix
    yi: Vector
    X: Matrix
    V: Covariance
    studies: tuple[str, ...]
    method: Method
    test: Test
    groups: tuple[Groups, ...]
    sigma2: dict[str, float]
    structures: tuple[StructureFit, ...]
    components: int
    ll: float
    Q: float
    typical_variance: float
    tested: tuple[int, ...]
    converged: bool
    level: float = 0.95
    dropped: Dropped = ()

    @property
    def k(self) -> int:
        return len(self.yi)

    @property
    def df(self) -> int:
        """k less the number of coefficients: of Q, and of the t and F tests when test is "t"."""
        return self.k - len(self.b)

    @property
    def tau2(self) -> float | Vector | None:
        return self.structures[0].tau2 if self.structures else None

    @property
    def rho(self) -> float | Vector | None:
        return self.structures[0].rho if self.structures else None

    @property
    def gamma2(self) -> float | Vector | None:
        """The variance of the second inner | outer term."""
        return self.structures[1].tau2 if len(self.structures) > 1 else None

    @property
    def phi(self) -> float | Vector | None:
        """The correlation of the second inner | outer term."""
        return self.structures[1].rho if len(self.structures) > 1 else None

    @property
    def se(self) -> Vector:
        return np.sqrt(np.diag(self.vcov))

    @property
    def z(self) -> Vector:
        """(p,) z, or t with df degrees of freedom."""
        return self.b / self.se

    @property
    def p(self) -> Vector:
        """(p,) p values of no effect, two-sided."""
        below = -np.abs(self.z)
        found = ndtr(below) if self.test == "z" else stdtr(self.df, below)
        return np.asarray(2 * found, dtype=np.float64)

    @property
    def ci_low(self) -> Vector:
        return self.b - self._critical * self.se

    @property
    def ci_high(self) -> Vector:
        return self.b + self._critical * self.se

    @property
    def p_Q(self) -> float | None:
        """The p value of no residual heterogeneity; None when df = 0."""
        return float(chdtrc(self.df, self.Q)) if self.df else None

    @property
    def QM(self) -> float:
        """The omnibus test: chi-square, or F when test is "t"."""
        chosen = list(self.tested)
        wald = float(self.b[chosen] @ np.linalg.solve(self.vcov[np.ix_(chosen, chosen)], self.b[chosen]))
        return wald if self.test == "z" else wald / len(chosen)

    @property
    def QM_df(self) -> tuple[int, ...]:
        return (len(self.tested),) if self.test == "z" else (len(self.tested), self.df)

    @property
    def p_QM(self) -> float:
        m = len(self.tested)
        return float(chdtrc(m, self.QM) if self.test == "z" else fdtrc(m, self.df, self.QM))

    @property
    def parameters(self) -> int:
        """Coefficients, variances and correlations together."""
        return len(self.b) + self.components

    @property
    def AIC(self) -> float:
        return -2 * self.ll + 2 * self.parameters

    @property
    def BIC(self) -> float:
        return -2 * self.ll + self.parameters * float(np.log(self._observations))

    @property
    def AICc(self) -> float:
        count = self.parameters
        n = max(self._observations, count + 2)
        return -2 * self.ll + 2 * count * n / (n - count - 1)

    @property
    def total_variance(self) -> float | None:
        """The variance of true effects, all levels together; None where levels of a structure have their own."""
        if any(isinstance(one.tau2, np.ndarray) for one in self.structures):
            return None
        return sum(self.sigma2.values()) + sum(float(one.tau2) for one in self.structures)

    @property
    def I2(self) -> dict[str, float] | None:
        """Percent of the total variance at each level and in all ("total"), from the variance components.

        100 sigma2 / (all sigma2 + typical sampling variance). None where levels of a structure have their own
        variances.

        Source: Cheung 2014, doi:10.1037/a0032968; typical variance: Higgins & Thompson 2002,
        doi:10.1002/sim.1186, in the form for correlated errors.
        """
        total = self.total_variance
        if total is None:
            return None
        parts = dict(self.sigma2)
        parts |= {
            name: float(one.tau2) for name, one in zip(("tau2", "gamma2"), self.structures, strict=False)
        }
        parts["total"] = total
        return {name: 100 * part / (total + self.typical_variance) for name, part in parts.items()}

    @property
    def prediction_interval(self) -> tuple[float, float] | None:
        """Limits for the true effect of a new study: b -+ critical value sqrt(se^2 + total_variance).

        None with more than one coefficient or where total_variance is None.
        """
        total = self.total_variance
        if total is None or len(self.b) > 1:
            return None
        half = self._critical * float(np.sqrt(self.vcov[0, 0] + total))
        return float(self.b[0]) - half, float(self.b[0]) + half

    @property
    def residuals(self) -> Vector:
        return self.yi - self.X @ self.b

    @property
    def weights(self) -> Vector | None:
        """(k,) percent that each effect has in b, together 100; None with more than one coefficient.

        An effect's share is its row of M^-1 summed up; with correlated effects it can be negative.
        """
        if len(self.b) > 1:
            return None
        share = self.X[:, 0] * self.marginal_covariance().inverse().times(self.X)[:, 0]
        return np.asarray(100 * share / np.sum(share), dtype=np.float64)

    def marginal_covariance(self) -> Covariance:
        """M: V plus what the random effects add."""
        if not self.groups and not self.structures:
            return self.V
        variances = self.V.variances + sum(self.sigma2.values())
        for one in self.structures:
            variances = variances + np.diag(one.G)[one.term.inner]
        shared = [one for one in self.groups if one.levels < self.k]
        outer = [one.term.outer for one in self.structures]
        linked = connected(self.k, [self.V.block_numbers, *(one.numbers for one in shared), *outer])
        return Covariance(variances, tuple(self._blocks(groups_of(linked))), self.studies)

    def linear_fit(self) -> LinearFit:
        """What cluster-robust inference needs of this fit."""
        M = self.marginal_covariance()
        return LinearFit(self.names, self.X, self.b, self.residuals, M, tested=self.tested)

    def __str__(self) -> str:
        distribution = "z" if self.test == "z" else f"t with {self.df} df"
        lines = [f"Multilevel model ({self.method}), {self.k} effects"]
        rows = zip(self.names, self.b, self.se, self.p, self.ci_low, self.ci_high, strict=True)
        lines += [
            f"{name}: {b:.4f} (se {se:.4f}; {100 * self.level:g}% CI {low:.4f} to {high:.4f}; p = {p:.4f}, "
            f"{distribution})"
            for name, b, se, p, low, high in rows
        ]
        levels = {one.name: one.levels for one in self.groups}
        lines += [
            f"sigma2 {name}: {value:.4f} ({levels[name]} groups)" for name, value in self.sigma2.items()
        ]
        for names, one in zip((("tau2", "rho"), ("gamma2", "phi")), self.structures, strict=False):
            lines += [f"{one.struct}: {names[0]} {_shown(one.tau2)}, {names[1]} {_shown(one.rho)}"]
        lines.append(f"Q({self.df}) = {self.Q:.2f}; log likelihood {self.ll:.4f}; AIC {self.AIC:.2f}")
        if not self.converged:
            lines.append("The optimiser did not confirm a maximum.")
        lines += [f"left out: {study} ({reason})" for study, reason in self.dropped]
        return "\n".join(lines)

    @property
    def _observations(self) -> int:
        return self.df if self.method == "REML" else self.k

    @property
    def _critical(self) -> float:
        if self.test == "z":
            return critical_value(self.level)
        return float(stdtrit(self.df, 0.5 + self.level / 2))

    def _blocks(self, members: list[np.ndarray]) -> list[tuple[np.ndarray, Matrix]]:
        """The blocks of M for sets of rows that covary, those of one row left out."""
        number, place = np.empty(self.k, dtype=np.intp), np.empty(self.k, dtype=np.intp)
        blocks: list[Matrix] = []
        for count, rows in enumerate(members):
            number[rows], place[rows] = count, np.arange(len(rows))
            M = np.diag(self.V.variances[rows])
            for one in self.groups:
                own = one.numbers[rows]
                M += self.sigma2[one.name] * (own[:, None] == own)
            for structure in self.structures:
                inner, outer = structure.term.inner[rows], structure.term.outer[rows]
                M += structure.G[np.ix_(inner, inner)] * (outer[:, None] == outer)
            blocks.append(M)
        for rows, block in self.V.blocks:
            spot = np.ix_(place[rows], place[rows])
            blocks[int(number[rows[0]])][spot] += block - np.diag(np.diag(block))
        return [(rows, block) for rows, block in zip(members, blocks, strict=True) if len(rows) > 1]


def _shown(value: float | Vector) -> str:
    return ", ".join(f"{one:.4f}" for one in np.atleast_1d(value).tolist())
