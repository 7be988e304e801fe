"""Prediction intervals: where the true effect of a new study lies."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri, stdtrit

from evisynth.errors import DataError


@dataclass(frozen=True, slots=True)
class PredictionMethod:
    """How a prediction interval is made: mu +- quantile * sqrt(tau2 + se^2).

    se     : which standard error of the pooled effect: that of the analysis's own test, or of another.
    fewer  : the degrees of freedom are those of t (k - 1) or of Kenward-Roger, less this.
    source : who proposed it, or does so.
    """

    id: str
    se: Literal["own", "z", "HK", "KR"]
    fewer: int
    source: str


PREDICTION_METHODS: dict[str, PredictionMethod] = {
    method.id: method
    for method in (
        PredictionMethod("own", "own", 0, "predict() of the R package metafor"),
        PredictionMethod(
            "HTS", "z", 1, "Higgins, Thompson & Spiegelhalter 2009, doi:10.1111/j.1467-985X.2008.00552.x"
        ),
        PredictionMethod("V", "z", 0, "Veroniki et al. 2019, doi:10.1002/jrsm.1319"),
        PredictionMethod("Riley", "own", 1, "Riley, Higgins & Deeks 2011, doi:10.1136/bmj.d549"),
        PredictionMethod("HK", "HK", 0, "Veroniki et al. 2019, doi:10.1002/jrsm.1319"),
        PredictionMethod("HK-PR", "HK", 1, "Partlett & Riley 2017, doi:10.1002/sim.7140"),
        PredictionMethod("KR", "KR", 0, "Partlett & Riley 2017, doi:10.1002/sim.7140"),
        PredictionMethod("KR-PR", "KR", 1, "Partlett & Riley 2017, doi:10.1002/sim.7140"),
    )
}


def prediction_method_named(name: str) -> PredictionMethod:
    """The method of this name; a DataError names the known ones."""
    if name in PREDICTION_METHODS:
        return PREDICTION_METHODS[name]
    raise DataError(f"Prediction method {name!r} is not known; known are {', '.join(PREDICTION_METHODS)}.")


def prediction_interval(
    mu: float, se: float, tau2: float, ddf: float | None, level: float = 0.95
) -> tuple[float, float] | None:
    """mu +- quantile * sqrt(tau2 + se^2), on the analysis scale.

    Parameters
    ----------
    mu, se : pooled effect and its standard error.
    tau2 : between-study variance.
    ddf : degrees of freedom of t; None for the normal.
    level : of the interval, as a fraction.

    Returns
    -------
    The limits; None when there are no degrees of freedom left, as with two studies and k - 2.

    Raises
    ------
    DataError : a level that is not between 0 and 1.

    Source: Higgins, Thompson & Spiegelhalter 2009, doi:10.1111/j.1467-985X.2008.00552.x.
    """
    if not 0 < level < 1:
        raise DataError(f"Level {level:g} of a prediction interval is not between 0 and 1; 0.95 is usual.")
    if ddf is not None and not ddf > 0:
        return None
    quantile = ndtri(0.5 + level / 2) if ddf is None else stdtrit(ddf, 0.5 + level / 2)
    half = float(quantile * np.sqrt(tau2 + se**2))
    return mu - half, mu + half
