"""Summarising effects without pooling: median, quartiles and range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.results import Result

FEW = 5  # effects, below which quartiles are little more than the effects themselves


@dataclass(frozen=True, slots=True, eq=False)
class EffectSummary(Result):
    """Median, quartiles and range of k effects, on the analysis scale.

    yi : (k,) the effects; studies : their names.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    median: float
    q1: float
    q3: float
    low: float
    high: float
    warnings: tuple[str, ...]

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def interquartile_range(self) -> float:
        return self.q3 - self.q1

    @property
    def estimates(self) -> dict[str, float]:
        """median, q1, q3, low and high on the scale people read."""
        back = measure_named(self.measure).back
        return {name: back(getattr(self, name)) for name in ("median", "q1", "q3", "low", "high")}

    def __str__(self) -> str:
        at = self.estimates
        line = (
            f"Median {measure_named(self.measure).shown} {at['median']:.4g} (interquartile range {at['q1']:.4g} to "
            f"{at['q3']:.4g}, range {at['low']:.4g} to {at['high']:.4g}) in {self.k} studies."
        )
        return "\n".join((line, *self.warnings))


def summarise_effects(
    yi: ArrayLike, *, measure: str = "generic", studies: Sequence[str] = ()
) -> EffectSummary:
    """Median, quartiles and range of the effects, where no variances are known to pool them.

    Quartiles interpolate between neighbours (R's type 7). All are taken on the analysis scale.

    Parameters
    ----------
    yi : (k,) effects on the analysis scale, e.g. log risk ratios.
    measure, studies : what they are, and the studies' names.

    Raises
    ------
    DataError : no effect, or one that is missing.

    Source: Cochrane Handbook 6.5, section 12.2.1.1.
    """
    measure_named(measure)
    y = np.array(yi, dtype=np.float64)
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, y.size + 1))
    if y.shape != (len(names),) or not len(y):
        raise DataError(f"{len(names)} studies and effects of shape {y.shape}: each study needs one.")
    for name, effect in zip(names, y.tolist(), strict=True):
        if not np.isfinite(effect):
            raise DataError(
                f"{name}: effect {effect:g} is not a number. Leave the study out or give its effect."
            )
    low, q1, median, q3, high = np.quantile(y, [0, 0.25, 0.5, 0.75, 1]).tolist()
    warnings = [
        "Every study counts alike, whatever its size, and the uncertainty of the effects is left aside."
    ]
    if len(y) < FEW:
        warnings.append(f"Quartiles of {len(y)} effects say little; list the effects instead.")
    return EffectSummary(measure, names, y, median, q1, q3, low, high, tuple(warnings))
