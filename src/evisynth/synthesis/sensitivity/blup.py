"""Best linear unbiased predictions of the studies' true effects, and their random effects."""

from dataclasses import dataclass

import numpy as np

from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.refit import linear
from evisynth.synthesis.sensitivity.text import as_read, table


@dataclass(frozen=True, slots=True, eq=False)
class Blups(Result, rows="studies"):
    """Predicted true effects of the studies (empirical Bayes), arrays (k,), on the analysis scale.

    mu, se       : predicted true effect and its standard error, with limits pi_low and pi_high.
    u, se_u      : how far it lies from the fitted value (the random effect), with limits u_low and u_high.
    shrinkage    : tau2 / (tau2 + vi), the share of its distance from the fitted value that a study keeps.
    """

    studies: tuple[str, ...]
    measure: str
    level: float
    ddf: float | None
    shrinkage: Vector
    mu: Vector
    se: Vector
    u: Vector
    se_u: Vector

    @property
    def pi_low(self) -> Vector:
        return self.mu - critical_value(self.level, self.ddf) * self.se

    @property
    def pi_high(self) -> Vector:
        return self.mu + critical_value(self.level, self.ddf) * self.se

    @property
    def u_low(self) -> Vector:
        return self.u - critical_value(self.level, self.ddf) * self.se_u

    @property
    def u_high(self) -> Vector:
        return self.u + critical_value(self.level, self.ddf) * self.se_u

    @property
    def estimates(self) -> Vector:
        """(k,) the predicted effects on the scale people read: ratios for RR and OR."""
        return measure_named(self.measure).back_all(self.mu)

    def __str__(self) -> str:
        name, read = as_read(self.measure)
        head = ("study", name, "low", "high", "random effect", "se", "shrinkage")
        columns = (self.mu, self.pi_low, self.pi_high)
        shown = [read(column) for column in columns]
        rows = np.column_stack((*shown, self.u, self.se_u, self.shrinkage)).tolist()
        return table(head, [(study, *row) for study, row in zip(self.studies, rows, strict=True)])


def blups(fit: Pooled | MetaRegression) -> Blups:
    """Predict the true effect of each study from its own effect and the model.

    With s = tau2 / (tau2 + v): x b + s (y - x b), of variance s v + (1 - s)^2 x V x'; the random effect alone is
    s (y - x b), of variance s v + s^2 x V x'. That tau2 is estimated does not enter.

    Raises
    ------
    DataError : a result that is not by inverse variance.

    Source: Raudenbush & Bryk 1985, doi:10.3102/10769986010002075; Robinson 1991, doi:10.1214/ss/1177011926.
    R: metafor blup, ranef.
    """
    model = linear(fit)
    keep = model.tau2 / (model.tau2 + model.vi)
    fitted = model.X @ model.b
    spread = np.einsum("kp,pq,kq->k", model.X, model.vcov, model.X)
    u = keep * (model.yi - fitted)
    return Blups(
        studies=model.studies,
        measure=model.measure,
        level=model.level,
        ddf=model.ddf,
        shrinkage=keep,
        mu=fitted + u,
        se=np.sqrt(keep * model.vi + (1 - keep) ** 2 * spread),
        u=u,
        se_u=np.sqrt(keep * model.vi + keep**2 * spread),
    )
