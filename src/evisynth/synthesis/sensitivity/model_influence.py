"""How much each study or cluster influences a GLMM, a multilevel model, or a meta-regression by clusters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtr

from evisynth.cluster import Map
from evisynth.synthesis.columns import Dropped
from evisynth.synthesis.grouping import Labels
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.glmm.result import Glmm
from evisynth.synthesis.pooling.multilevel.result import MultilevelFit
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.refit import classical_errors, linear
from evisynth.synthesis.sensitivity.refits import (
    Fitted,
    Numbers,
    Units,
    coefficient_rows,
    each_fit,
    one_by_one,
    units_of,
)
from evisynth.synthesis.sensitivity.text import table


@dataclass(frozen=True, slots=True, eq=False)
class ModelInfluence(Result, rows="studies"):
    """Diagnostics of each of m studies or clusters by leaving it out.

    studies    : (m) their names; names (p) those of the coefficients; k (m,) effects that each has.
    cook_d     : (m,) Cook's distance, (b - b_i)' V^-1 (b - b_i), V the covariance of all.
    cov_r      : (m,) det V_i / det V.
    hat        : (m,) leverages of its effects, together; NaN for a GLMM, which has none.
    dfbs       : (m, p) (b - b_i) over the standard errors of all data at the variances without it; for a GLMM over
                 those of the fit without it.
    b_del, Q_del, components : (m, p), (m,) and by name (m,): what the fit without it gives.
    not_fitted : (study, reason) of those without which the model cannot be fitted; their numbers are NaN.
    """

    studies: tuple[str, ...]
    names: tuple[str, ...]
    k: Vector
    cook_d: Vector
    cov_r: Vector
    hat: Vector
    dfbs: Vector
    b_del: Vector
    Q_del: Vector
    components: dict[str, Vector]
    not_fitted: Dropped = ()

    @property
    def is_infl(self) -> Flags:
        """(m,) the lower tail of chi-square with p degrees of freedom at cook_d above one half, or any |dfbs| > 1.

        Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
        """
        with np.errstate(invalid="ignore"):
            flags: Flags = (chdtr(len(self.names), self.cook_d) > 0.5) | np.any(np.abs(self.dfbs) > 1, axis=1)
        return flags

    def columns(self) -> dict[str, list[Any]]:
        """A row for each study; `dfbs` and `b_del` with the name of the coefficient."""
        found: dict[str, list[Any]] = {"study": list(self.studies), "k": self.k.tolist()}
        found |= {name: getattr(self, name).tolist() for name in ("cook_d", "cov_r", "hat")}
        for at, name in enumerate(self.names):
            found |= {
                f"dfbs {name}": self.dfbs[:, at].tolist(),
                f"b_del {name}": self.b_del[:, at].tolist(),
            }
        found |= {f"{name} del": values.tolist() for name, values in self.components.items()}
        return found | {"Q_del": self.Q_del.tolist(), "is_infl": self.is_infl.tolist()}

    def __str__(self) -> str:
        head = ["without", "k", "cook_d", "cov_r", "hat", *(f"dfbs {name}" for name in self.names)]
        head += [f"{name} del" for name in self.components]
        columns = (self.k, self.cook_d, self.cov_r, self.hat, self.dfbs, *self.components.values())
        rows = np.column_stack(columns).tolist()
        flags = self.is_infl.tolist()
        body = [
            (study, *row, "*" if flag else "")
            for study, row, flag in zip(self.studies, rows, flags, strict=True)
        ]
        lines = [table([*head, "influential"], body)]
        return "\n".join(
            [*lines, *(f"not fitted without {one}: {reason}" for one, reason in self.not_fitted)]
        )


def model_influence(fit: Fitted, cluster: Labels | str | None = None, run: Map = map) -> ModelInfluence:
    """Influence of each study, or cluster, on the coefficients of a model; see `ModelInfluence`.

    Parameters
    ----------
    cluster, run : as for `leave_one_out`.

    Raises
    ------
    DataError : labels that do not fit; fewer than two studies or clusters.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11, whose diagnostics these are, for models of other kinds.
    """
    units = units_of(fit, cluster)
    m = len(units.labels)
    rows = units.rows(~np.eye(m, dtype=np.bool_))
    if isinstance(fit, MetaRegression):
        model = linear(fit)
        found = coefficient_rows(fit, rows, units.labels, test="z")
        b, V, hat = fit.b, model.plain, model.hat
        errors = classical_errors(model, found["components"]["tau2"])
    else:
        fits = each_fit(fit, rows, run, errors=True)
        found, reasons = one_by_one(fits, len(fit.names))
        found["not_fitted"] = tuple((units.labels[at], reason) for at, reason in reasons.items())
        b, V, hat = _whole(fit)
        errors = _errors(fits, found["vcov"])
    return _diagnostics(units, fit.names, b, V, hat, errors, found)


def _diagnostics(
    units: Units,
    names: tuple[str, ...],
    b: Vector,
    V: Vector,
    hat: Vector,
    errors: Vector,
    found: dict[str, Any],
) -> ModelInfluence:
    """The diagnostics from the whole (b, V, hat of the rows) and the fits without each unit."""
    moved = b - found["b"]
    root = np.linalg.cholesky(np.linalg.inv(V))
    with np.errstate(invalid="ignore", divide="ignore"):
        return ModelInfluence(
            studies=units.labels,
            names=names,
            k=np.bincount(units.numbers).astype(np.float64),
            cook_d=np.einsum("ip,ip->i", moved @ root, moved @ root),
            cov_r=np.linalg.det(found["vcov"]) / np.linalg.det(V),
            hat=np.bincount(units.numbers, weights=hat).astype(np.float64),
            dfbs=moved / errors,
            b_del=found["b"],
            Q_del=found["Q"],
            components=found["components"],
            not_fitted=found["not_fitted"],
        )


def _whole(fit: Glmm | MultilevelFit) -> tuple[Vector, Vector, Vector]:
    """b, V, and the leverages of the rows: the diagonal of X (X'WX)^-1 X'W with W the inverse of all covariance."""
    if isinstance(fit, Glmm):
        return fit.coefficients, fit.vcov, np.full(fit.k, np.nan)
    WX = fit.marginal_covariance().inverse().times(fit.X)
    return fit.b, fit.vcov, np.asarray(np.einsum("kp,pq,kq->k", fit.X, fit.vcov, WX), dtype=np.float64)


def _errors(fits: list[Numbers | str], vcov: Vector) -> Vector:
    """(m, p) what dfbs is measured in."""
    own = np.sqrt(np.einsum("ipp->ip", vcov))
    for at, one in enumerate(fits):
        if not isinstance(one, str) and one.errors is not None:
            own[at] = one.errors
    return np.asarray(own, dtype=np.float64)
