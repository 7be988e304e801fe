"""Checks of effects and variances before they are pooled."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.columns import as_numbers
from evisynth.synthesis.measures.scale import Flags, Vector

RANGE = (1e-90, 1e90)  # of variances whose cubes, and those of the weights, are still numbers of a computer


def checked_effects(studies: tuple[str, ...], yi: ArrayLike, vi: ArrayLike) -> tuple[Vector, Vector]:
    """yi and vi as (k,) arrays, one for each study; a DataError names the study that cannot be pooled."""
    y, v = as_numbers(yi, studies, "effect"), as_numbers(vi, studies, "variance")
    if not y.shape == v.shape == (len(studies),):
        raise DataError(
            f"{len(studies)} studies, effects of shape {y.shape} and variances of shape {v.shape}: "
            "each study needs one of both."
        )
    if np.all(usable(y, v)):
        return y, v
    for study, effect, variance in zip(studies, y.tolist(), v.tolist(), strict=True):
        if not math.isfinite(effect):
            raise DataError(
                f"{study}: effect {effect:g} is not a number. Leave the study out or give its effect."
            )
        if not (math.isfinite(variance) and variance > 0):
            raise DataError(f"{study}: variance {variance:g} is not positive; check its standard error.")
        if not RANGE[0] < variance < RANGE[1]:
            raise DataError(
                f"{study}: variance {variance:g} cannot be computed with; give effects in other units."
            )
    return y, v


def usable(yi: Vector, vi: Vector) -> Flags:
    """Where effects are numbers, and variances are above 0 and neither tiny nor huge beyond reason.

    Source: none; it checks its input.
    """
    return np.isfinite(yi) & (vi > RANGE[0]) & (vi < RANGE[1])
