"""Models with coefficients fitted again without some studies: meta-regression, GLMM, multilevel models.

What leave-one-out and cumulative analyses of them give; `refits` has how each model is fitted again.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from evisynth.synthesis.columns import Dropped
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.intervals import two_sided_p
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.text import OfCumulative, OfLeaveOneOut, OfParts, table


@dataclass(frozen=True, slots=True, eq=False)
class CoefficientRows(OfParts, Result, rows="studies"):
    """One fit a row; m rows, p coefficients, all on the analysis scale.

    studies    : (m) the study, or the cluster, that each row is about; names (p) of the coefficients.
    whole      : the fit of everything.
    k          : (m,) effects that are fitted.
    b, vcov    : (m, p) and (m, p, p) coefficients and their covariance, by the test of the whole.
    ddf        : (m,) degrees of freedom of the tests; inf for the normal.
    Q          : (m,) statistic of the residual heterogeneity (Wald's, of a GLMM).
    components : (m,) by name: tau2, or the variances and correlations of a multilevel model.
    not_fitted : (study, reason) of each row that cannot be fitted; its numbers are NaN.
    """

    studies: tuple[str, ...]
    names: tuple[str, ...]
    whole: Any
    level: float
    k: Vector
    b: Vector
    vcov: Vector
    ddf: Vector
    Q: Vector
    components: dict[str, Vector]
    not_fitted: Dropped = ()

    def __len__(self) -> int:
        return len(self.studies)

    @property
    def se(self) -> Vector:
        """(m, p) standard errors."""
        return np.asarray(np.sqrt(np.einsum("ipp->ip", self.vcov)), dtype=np.float64)

    @property
    def z(self) -> Vector:
        """(m, p) test statistics, z or t."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.b / self.se

    @property
    def p(self) -> Vector:
        """(m, p) two-sided p values."""
        return two_sided_p(self.z, np.broadcast_to(self.ddf[:, None], self.b.shape))

    @property
    def ci_low(self) -> Vector:
        """(m, p)."""
        return self.b - self._critical * self.se

    @property
    def ci_high(self) -> Vector:
        """(m, p)."""
        return self.b + self._critical * self.se

    @property
    def _critical(self) -> Vector:
        return np.asarray(stdtrit(self.ddf, 0.5 + self.level / 2), dtype=np.float64)[:, None]

    def columns(self) -> dict[str, list[Any]]:
        """A row for each fit: k, the numbers of each coefficient ("b year"), the components and Q."""
        found: dict[str, list[Any]] = {"study": list(self.studies), "k": self.k.tolist()}
        for at, name in enumerate(self.names):
            for what in ("b", "se", "ci_low", "ci_high", "p"):
                found[f"{what} {name}"] = getattr(self, what)[:, at].tolist()
        found |= {name: values.tolist() for name, values in self.components.items()}
        return found | {"Q": self.Q.tolist()}

    def __str__(self) -> str:
        low, high = self.ci_low, self.ci_high
        head = [self._first, "k"]
        columns = [self.k]
        for at, name in enumerate(self.names):
            head += [name, "low", "high"]
            columns += [self.b[:, at], low[:, at], high[:, at]]
        head += list(self.components)
        columns += list(self.components.values())
        rows = np.column_stack(columns).tolist()
        body = table(head, [(study, *row) for study, row in zip(self.studies, rows, strict=True)])
        title = f"{self._title}; {100 * self.level:g}% intervals, on the analysis scale"
        return "\n".join([title, body, *(f"not fitted: {one} ({reason})" for one, reason in self.not_fitted)])


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOutCoefficients(OfLeaveOneOut, CoefficientRows):
    """The model without each study or cluster in turn, see `CoefficientRows`; `studies` are those left out."""


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeCoefficients(OfCumulative, CoefficientRows):
    """The model after each study or cluster, see `CoefficientRows`; `studies` in the order in which they are added."""
