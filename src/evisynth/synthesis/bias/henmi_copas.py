"""Henmi and Copas: the common-effect mean, which small studies sway least, with an interval for random effects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Measure, Vector, measure_named
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.results import Result

NEEDED = 2
NODES = 40  # of Gauss-Legendre in each piece
PIECES = 24


@dataclass(frozen=True, slots=True, eq=False)
class HenmiCopas(Result):
    """The pooled effect of Henmi and Copas, on the analysis scale.

    mu : common-effect (inverse variance) mean. se : its standard error with the between-study variance tau2 (DL).
    u : the quantile of |mu - true effect| / se that the interval is made of.
    k : studies; dropped : (study, reason) of each that is left out.
    """

    measure: str
    mu: float
    se: float
    tau2: float
    u: float
    k: int
    level: float
    dropped: Dropped = ()

    @property
    def ci(self) -> tuple[float, float]:
        return self.mu - self.u * self.se, self.mu + self.u * self.se

    def __str__(self) -> str:
        of: Measure = measure_named(self.measure).on_known_scale()
        low, high = self.ci
        line = (
            f"Henmi-Copas: {of.name} {of.back(self.mu):.4g} ({100 * self.level:g}% interval {of.back(low):.4g} "
            f"to {of.back(high):.4g}); tau2 {self.tau2:.4g}, k = {self.k}."
        )
        return with_notes(line, (), self.dropped)


def henmi_copas(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
) -> HenmiCopas:
    """The common-effect mean with an interval that allows for heterogeneity.

    Common-effect weights give small studies the least say, so that reporting bias sways the mean least; the
    interval takes tau2 by DerSimonian and Laird, and its quantile from the joint distribution of mean and Q.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    measure, studies, level : as for `pooling.pool.pool`.

    Raises
    ------
    DataError : fewer than two studies, or a level that is not between 0 and 1.

    Source: Henmi & Copas 2010, doi:10.1002/sim.4029.
    """
    given = effects_of(
        yi, vi, studies, NEEDED, "The interval of Henmi and Copas", measure=measure, level=level
    )
    y, v, level = given.yi, given.vi, given.level
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    tau2 = pool(y, v, method="DL", studies=given.studies).tau2
    w = 1 / v
    W1, W2 = float(np.sum(w)), float(np.sum(w**2))
    return HenmiCopas(
        measure=given.measure,
        mu=float(np.sum(w * y) / W1),
        se=float(np.sqrt((1 + tau2 * W2 / W1) / W1)),
        tau2=tau2,
        u=_Pivot(w, tau2).quantile(level),
        k=len(y),
        level=level,
        dropped=given.dropped,
    )


class _Pivot:
    """The distribution of U = (mu - true effect) / se, where se has the tau2 that Q of the same studies gives.

    R = (mu - true effect) sqrt(W1) is normal with variance VR. Given R, the mean and variance of Q are
    mean0 + mean2 R^2 and variance0 + variance2 R^2, and Q is taken to be gamma distributed. |U| > u when
    |R| > u and Q is below what makes se large enough.
    """

    def __init__(self, w: Vector, tau2: float) -> None:
        self.k = len(w)
        W1, W2, W3, W4 = (float(np.sum(w**power)) for power in (1, 2, 3, 4))
        self.C, self.ratio = W1 - W2 / W1, W1 / W2
        self.VR = 1 + tau2 * W2 / W1
        # (w - W2/W1), the part of D w that moves Q with R, in the sums that Q's moments need
        S2 = W3 / W1 - (W2 / W1) ** 2
        S3 = W4 / W1 - 2 * W2 * W3 / W1**2 + (W2 / W1) ** 3
        self.mean2 = (tau2 / self.VR) ** 2 * S2
        self.mean0 = (self.k - 1) + tau2 * self.C - tau2**2 / self.VR * S2
        trace = (self.k - 1) + 2 * tau2 * self.C + tau2**2 * (W2 - 2 * W3 / W1 + (W2 / W1) ** 2)
        cross = S2 + tau2 * S3  # m' A D A m over (tau2 / VR)^2, m the slope of the effects on R
        held = tau2**2 * S2
        self.variance0 = 2 * (trace - 2 * tau2**2 / self.VR * cross + (held / self.VR) ** 2)
        self.variance2 = 4 * (tau2 / self.VR) ** 2 * (cross - held * S2 / self.VR)

    def outside(self, u: float) -> float:
        """P(|U| > u)."""
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        sd = np.sqrt(self.VR)
        # Beyond 9 sd the normal density is below 1e-17; near u the gamma part is steep when there are many studies.
        edges = u + 9 * sd * np.linspace(0, 1, PIECES + 1) ** 3
        half = np.diff(edges)[:, None] / 2
        r = (edges[:-1, None] + half * (1 + nodes)).ravel()
        mean, variance = self.mean0 + self.mean2 * r**2, self.variance0 + self.variance2 * r**2
        q = (self.k - 1) + self.C * self.ratio * ((r / u) ** 2 - 1)
        density = np.exp(-0.5 * r**2 / self.VR) / (sd * np.sqrt(2 * np.pi))
        inside = gammainc(mean**2 / variance, q * mean / variance) * density
        return float(2 * np.sum(inside * (half * weights).ravel()))

    def quantile(self, level: float) -> float:
        from scipy.optimize import brentq  # noqa: PLC0415 - it takes longer to load than a fit takes

        high = 1.0
        while self.outside(high) > 1 - level:
            high *= 2
        low = high / 2
        while self.outside(low) < 1 - level:
            low /= 2
        return float(brentq(lambda u: self.outside(u) - (1 - level), low, high, xtol=1e-13, rtol=1e-13))
