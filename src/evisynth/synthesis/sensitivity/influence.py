"""How much each study influences a pooled effect or a meta-regression."""

from dataclasses import dataclass
from typing import overload

import numpy as np
from scipy.special import chdtr

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped
from evisynth.synthesis.grouping import Labels
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.fits import DesignFits
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.glmm.result import Glmm
from evisynth.synthesis.pooling.multilevel.result import MultilevelFit
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.model_influence import ModelInfluence, model_influence
from evisynth.synthesis.sensitivity.refit import Linear, classical_errors, linear
from evisynth.synthesis.sensitivity.refits import Fitted, check_no_cluster, why_not
from evisynth.synthesis.sensitivity.text import table

CLASSICAL = "z"  # the diagnostics are made of the classical covariances, whatever the test of the analysis


@dataclass(frozen=True, slots=True, eq=False)
class Influence(Result, rows="studies"):
    """Diagnostics of each study by leaving it out; arrays (k,) or, for dfbs and b_del, (k, p).

    studies  : their names; names (p) those of the coefficients.
    rstudent : externally standardised residuals, see `residuals`.
    dffits   : change of the fitted value of the study, in standard deviations.
    cook_d   : Cook's distance: squared distance between the coefficients with and without the study.
    cov_r    : determinant of the coefficients' covariance without the study, over that with it.
    tau2_del : tau2 without the study; QE_del the (residual) Q; b_del the coefficients.
    hat      : leverage; weight: percent of all weights.
    dfbs     : change of each coefficient, in standard errors.
    not_fitted : studies without which the model cannot be fitted; what needs it is NaN. reasons : (study, why).
    """

    studies: tuple[str, ...]
    names: tuple[str, ...]
    rstudent: Vector
    dffits: Vector
    cook_d: Vector
    cov_r: Vector
    tau2_del: Vector
    QE_del: Vector
    b_del: Vector
    hat: Vector
    weight: Vector
    dfbs: Vector
    reasons: Dropped = ()

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def p(self) -> int:
        """The number of coefficients."""
        return len(self.names)

    @property
    def is_infl(self) -> Flags:
        """(k,) the studies that stand out in at least one of these ways.

        |dffits| > 3 sqrt(p / (k - p)); the lower tail of chi-square with p degrees of freedom at cook_d above
        one half; hat > 3 p / k; any |dfbs| > 1.

        Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
        """
        k, p = self.k, self.p
        with np.errstate(invalid="ignore"):
            flags: Flags = (
                (np.abs(self.dffits) > 3 * np.sqrt(p / (k - p)))
                | (chdtr(p, self.cook_d) > 0.5)
                | (self.hat > 3 * p / k)
                | np.any(np.abs(self.dfbs) > 1, axis=1)
            )
        return flags

    @property
    def not_fitted(self) -> tuple[str, ...]:
        return tuple(name for name, Q in zip(self.studies, self.QE_del.tolist(), strict=True) if np.isnan(Q))

    def __str__(self) -> str:
        head = ["study", "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight %"]
        head += ["dfbs"] if self.p == 1 else [f"dfbs {name}" for name in self.names]
        columns = (self.rstudent, self.dffits, self.cook_d, self.cov_r, self.tau2_del, self.QE_del, self.hat)
        rows = [
            (study, *map(float, row), "*" if flag else "")
            for study, row, flag in zip(
                self.studies,
                np.column_stack((*columns, self.weight, self.dfbs)),
                self.is_infl.tolist(),
                strict=True,
            )
        ]
        lines = [table([*head, "influential"], rows)]
        return "\n".join([*lines, *(f"not fitted without {one}: {reason}" for one, reason in self.reasons)])


@overload
def influence(fit: Pooled | MetaRegression, *, cluster: None = None, run: Map = map) -> Influence: ...
@overload
def influence(
    fit: Glmm | MultilevelFit, *, cluster: Labels | str | None = None, run: Map = map
) -> ModelInfluence: ...
@overload
def influence(fit: MetaRegression, *, cluster: Labels | str, run: Map = map) -> ModelInfluence: ...
def influence(
    fit: Pooled | Fitted, *, cluster: Labels | str | None = None, run: Map = map
) -> Influence | ModelInfluence:
    """Outlier and influence diagnostics of a result by inverse variance.

    With b, V = (X'WX)^-1 and tau2 of the whole, and b_i, V_i and t_i without study i:

    - dffits: x_i (b - b_i) / sqrt(hat_i (t_i + v_i)).
    - cook_d: (b - b_i)' V^-1 (b - b_i). cov_r: det(V_i) / det(V).
    - dfbs: (b - b_i) / sqrt(diag((X'W_iX)^-1)), W_i with all studies and t_i.

    They do not depend on the test: Hartung-Knapp's factor does not enter.

    For a GLMM or a multilevel model, and for a meta-regression by clusters, see `ModelInfluence`; cluster and run
    are as for `leave_one_out`.

    Raises
    ------
    DataError : a result that is not by inverse variance; no degree of freedom when a study is left out.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11; Belsley, Kuh & Welsch 1980, Regression diagnostics,
    doi:10.1002/0471725153. R: metafor influence, whose names these are.
    """
    if isinstance(fit, (Glmm, MultilevelFit)) or (isinstance(fit, MetaRegression) and cluster is not None):
        return model_influence(fit, cluster, run)
    check_no_cluster(cluster)
    model = linear(fit)
    if model.k - 1 <= model.p:
        raise DataError(
            f"{model.k} studies and {model.p} coefficients: without one of the studies nothing is left to "
            f"judge by; {model.p + 2} are needed."
        )
    without = leaving_one_out(model)
    moved = model.b - without.b
    own = np.einsum("kp,kp->k", model.X, moved)
    hat, V = model.hat, model.plain
    with np.errstate(invalid="ignore", divide="ignore"):
        return Influence(
            studies=model.studies,
            names=model.names,
            rstudent=deleted_residuals(model, without)[2],
            dffits=own / np.sqrt(hat * (without.tau2 + model.vi)),
            cook_d=_squared_distance(model, moved),
            cov_r=np.linalg.det(without.vcov) / np.linalg.det(V),
            tau2_del=without.tau2,
            QE_del=without.QE,
            b_del=without.b,
            hat=hat,
            weight=100 * model.w / np.sum(model.w),
            dfbs=moved / classical_errors(model, without.tau2),
            reasons=_reasons(fit, without),
        )


def _reasons(fit: Pooled | MetaRegression, without: DesignFits) -> Dropped:
    """(study, why) of the studies without which a regression is not determined."""
    if isinstance(fit, Pooled):
        return ()
    everyone = np.arange(len(fit.studies))
    return tuple(
        (fit.studies[at], why_not(fit, everyone != at))
        for at in np.flatnonzero(np.isnan(without.QE)).tolist()
    )


def leaving_one_out(model: Linear) -> DesignFits:
    """(k) fits without each study, with the classical covariances; NaN where they do not determine the model."""
    return model.fit(model.yi, model.vi, present=~np.eye(model.k, dtype=np.bool_), test=CLASSICAL)


def deleted_residuals(model: Linear, without: DesignFits) -> tuple[Vector, Vector, Vector]:
    """(k,) residuals from the fit without the study, their standard errors, and the ratio.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
    """
    residual = model.yi - np.einsum("kp,kp->k", model.X, without.b)
    fitted_variance = np.einsum("kp,kpq,kq->k", model.X, without.vcov, model.X)
    se = np.sqrt(model.vi + without.tau2 + fitted_variance)
    return residual, se, residual / se


def _squared_distance(model: Linear, moved: Vector) -> Vector:
    """(k,) (b - b_i)' X'WX (b - b_i), as the length of W^(1/2) X (b - b_i)."""
    along = (np.sqrt(model.w)[:, None] * model.X) @ moved.T
    return np.asarray(np.einsum("ki,ki->i", along, along), dtype=np.float64)
