"""Residuals of the studies: plain, standardised, and standardised by the fit without the study."""

from dataclasses import dataclass

import numpy as np

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.influence import deleted_residuals, leaving_one_out
from evisynth.synthesis.sensitivity.refit import linear
from evisynth.synthesis.sensitivity.text import table


@dataclass(frozen=True, slots=True, eq=False)
class Residuals(Result, rows="studies"):
    """How far each study lies from the model; arrays (k,), on the analysis scale.

    resid, se, rstandard : yi - fitted value, its standard error, and their ratio.
    deleted, se_deleted, rstudent : the same from the fit without the study, which it cannot pull towards itself.
    hat     : leverage.
    weight  : percent of all weights.
    """

    studies: tuple[str, ...]
    resid: Vector
    se: Vector
    rstandard: Vector
    deleted: Vector
    se_deleted: Vector
    rstudent: Vector
    hat: Vector
    weight: Vector

    def __str__(self) -> str:
        head = ("study", "residual", "se", "z", "deleted residual", "se", "z", "hat", "weight %")
        columns = (
            self.resid,
            self.se,
            self.rstandard,
            self.deleted,
            self.se_deleted,
            self.rstudent,
            self.hat,
        )
        rows = np.column_stack((*columns, self.weight)).tolist()
        return table(head, [(study, *row) for study, row in zip(self.studies, rows, strict=True)])


def residuals(fit: Pooled | MetaRegression) -> Residuals:
    """Residuals of a result by inverse variance.

    Standard errors: sqrt(v_i + tau2 - x_i V x_i') for the plain ones, sqrt(v_i + t_i + x_i V_i x_i') for the
    deleted ones, with V = (X'WX)^-1, and t_i and V_i without the study.

    The deleted ones are NaN where the other studies do not determine the model.

    Raises
    ------
    DataError : a result that is not by inverse variance.

    Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11. R: metafor rstandard, rstudent.
    """
    model = linear(fit)
    deleted, se_deleted, rstudent = deleted_residuals(model, leaving_one_out(model))
    resid, hat = model.yi - model.X @ model.b, model.hat
    variance = (model.vi + model.tau2) * (1 - hat)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(np.where(1 - hat > 1e-12, variance, 0.0))
        rstandard = np.where(se > 0, resid / se, np.nan)
    return Residuals(
        studies=model.studies,
        resid=resid,
        se=se,
        rstandard=rstandard,
        deleted=deleted,
        se_deleted=se_deleted,
        rstudent=rstudent,
        hat=hat,
        weight=100 * model.w / np.sum(model.w),
    )
