"""Baujat's plot: what each study adds to heterogeneity, and how much it moves the result."""

from dataclasses import dataclass

import numpy as np

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.influence import leaving_one_out
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out
from evisynth.synthesis.sensitivity.refit import Again, Table, linear
from evisynth.synthesis.sensitivity.text import table


@dataclass(frozen=True, slots=True, eq=False)
class Baujat(Result, rows="studies"):
    """The two coordinates of each study, (k,) each.

    x : its squared Pearson residual, (y - fitted)^2 / (v + tau2): its part of Q in the common-effect model.
    y : how much its own fitted value moves without it, squared, over the variance of that fitted value.
    """

    studies: tuple[str, ...]
    x: Vector
    y: Vector

    def __str__(self) -> str:
        rows = zip(self.studies, self.x.tolist(), self.y.tolist(), strict=True)
        return table(("study", "heterogeneity", "influence"), rows)


def baujat(what: Pooled | MetaRegression | Table, again: Again | None = None) -> Baujat:
    """Contributions to heterogeneity and to the result, for Baujat's plot.

    Parameters
    ----------
    what, again : as for `leave_one_out`; or a meta-regression. From a table, one point for each study that
        has an effect of its own.

    Raises
    ------
    DataError : as `leave_one_out`.

    Source: Baujat, Mahe, Pignon & Hill 2002, doi:10.1002/sim.1221. R: metafor baujat.
    """
    if isinstance(what, MetaRegression):
        model = linear(what)
        without = leaving_one_out(model)
        moved = np.einsum("kp,kp->k", model.X, model.b - without.b)
        variance = np.einsum("kp,kpq,kq->k", model.X, without.vcov, model.X)
        return Baujat(model.studies, (model.yi - model.X @ model.b) ** 2 * model.w, moved**2 / variance)
    rows = leave_one_out(what, again)
    whole = rows.whole
    own = {name: at for at, name in enumerate(whole.studies) if np.isfinite(whole.yi[at])}
    there = [at for at, name in enumerate(rows.studies) if name in own]
    place = np.array([own[rows.studies[at]] for at in there], dtype=np.intp)
    yi, vi = whole.yi[place], whole.vi[place]
    return Baujat(
        tuple(rows.studies[at] for at in there),
        (yi - whole.mu) ** 2 / (vi + whole.tau2),
        (whole.mu - rows.mu[there]) ** 2 / rows.se_z[there] ** 2,
    )
