"""Confidence limits of the between-study variance, and of tau, I2 and H2 with it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.iteration import Iteration, rough_root
from evisynth.synthesis.pooling.kernels import Estimable
from evisynth.synthesis.pooling.tau2 import form_quantile_root, generalised_q_root
from evisynth.synthesis.quadratic_forms import chi_square_mixture_cdf
from evisynth.synthesis.results import Result

TAU2_INTERVALS = {
    "QP": "Q-profile",
    "BJ": "generalised Q with weights 1 / vi (Biggerstaff-Jackson)",
    "J": "generalised Q with weights 1 / sqrt(vi) (Jackson)",
    "GENQ": "generalised Q with given weights",
    "PL": "profile likelihood",
}
Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tau2Interval(Result):
    """Confidence limits of tau2, low and high, in squared units of the analysis scale.

    kind  : one of TAU2_INTERVALS.
    vt    : typical sampling variance, with which the limits of I2 and H2 follow from those of tau2.
    empty : whether no value of tau2, not even 0, agrees with the data at this level, because the studies
            differ less than chance would make them; the limits are then both 0.
    beyond: whether the upper limit is only where another program's search ended (see `Iteration`); it is higher.
    """

    kind: str
    level: float
    low: float
    high: float
    vt: float
    empty: bool = False
    beyond: bool = False

    def __str__(self) -> str:
        note = "; the studies differ less than chance would make them" if self.empty else ""
        note += "; the upper limit is above the end of the search" if self.beyond else ""
        return f"tau2 {self.low:.4g} to {self.high:.4g} ({100 * self.level:g}%, {TAU2_INTERVALS[self.kind]}{note})"

    @property
    def tau2(self) -> Limits:
        return self.low, self.high

    @property
    def tau(self) -> Limits:
        return float(np.sqrt(self.low)), float(np.sqrt(self.high))

    @property
    def I2(self) -> Limits:
        """Percent, from tau2 and the typical sampling variance."""
        return 100 * self.low / (self.low + self.vt), 100 * self.high / (self.high + self.vt)

    @property
    def H2(self) -> Limits:
        return 1 + self.low / self.vt, 1 + self.high / self.vt


def q_profile(rows: Estimable, level: float) -> tuple[Vector, Vector, Vector]:
    """(m,) lower and upper limits of tau2 by the Q-profile method, and whether the interval is empty.

    The limits are where y'P y equals the upper and the lower quantile of chi-square with k - p degrees of
    freedom. Empty intervals have both limits 0. NaN with no degrees of freedom.

    Source: Viechtbauer 2007, doi:10.1002/sim.2514.
    """
    df = rows.k - rows.p
    tail = (1 - level) / 2
    low, high = (
        generalised_q_root(rows, np.where(df > 0, chdtri(np.maximum(df, 1), above), 0.0))
        for above in (tail, 1 - tail)
    )
    none = np.where(df > 0, 0.0, np.nan)
    return low + none, high + none, (high == 0) & (df > 0)


def rough_limits(
    row: Estimable, a: Vector | None, level: float, tau2: float, iteration: Iteration
) -> tuple[float, float, bool]:
    """Limits of tau2 of one row as far as the root finder of an iteration goes, and whether the upper one is beyond it.

    They repeat the digits that R's metafor and meta print for the Q-profile (a is None) and for a generalised Q with
    weights a. The search goes from 0 to 100, or to ten times the estimate (tau2, or that of the generalised Q); for a
    limit above that its end is given, as R does.

    Source: see `rough_root`; the intervals as named above.
    """
    tail, df = (1 - level) / 2, float(row.k[0]) - row.p
    form = None if a is None else row.form(a[None, :])
    if form is not None:
        tau2 = float((form.Q[0] - form.trPV[0]) / form.trP[0])
    end = iteration.reach(tau2)

    def limit(above: float) -> tuple[float, bool]:
        """Where the form is at a quantile, and whether that is beyond the end."""

        def excess(at: float) -> float:
            if a is None or form is None:
                return float(row.squares(np.array([at]))[0][0]) - float(chdtri(df, above))
            return chi_square_mixture_cdf(float(form.Q[0]), row.form_weights(a, at)) - (1 - above)

        if excess(0.0) <= 0:
            return 0.0, False
        if excess(end) > 0:
            return end, True
        return rough_root(excess, 0.0, end, iteration.tolerance), False

    (low, _), (high, beyond) = limit(tail), limit(1 - tail)
    return low, high, beyond


def generalised_q_limits(row: Estimable, a: Vector, level: float) -> tuple[float, float, bool]:
    """Limits of tau2 of one row from the exact distribution of y'P_a y, and whether the interval is empty.

    Source: Jackson 2013, doi:10.1002/jrsm.1081; Biggerstaff & Jackson 2008, doi:10.1002/sim.3428.
    """
    Q, tail = float(row.form(a[None, :]).Q[0]), (1 - level) / 2
    high = form_quantile_root(row, a, Q, tail)
    return form_quantile_root(row, a, Q, 1 - tail), high, high == 0


def profile_likelihood_limits(row: Estimable, tau2: float, level: float, *, restricted: bool) -> Limits:
    """Limits of tau2 of one row, where twice the log likelihood is the chi-square quantile (1 degree of
    freedom) below its maximum, which is at `tau2`.

    Source: Hardy & Thompson 1996, doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A;
    Viechtbauer 2007, doi:10.1002/sim.2514.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - it takes longer to load than a fit takes

    def height(at: float) -> float:
        return float(row.log_likelihood(np.array([at]), restricted=restricted)[0])

    floor = height(tau2) - 0.5 * float(chdtri(1, 1 - level))
    root: Callable[..., float] = brentq
    top = max(tau2, float(np.mean(row.vi[row.present])))
    while height(top) > floor:
        top *= 2
    high = root(lambda at: height(at) - floor, tau2, top, xtol=1e-14 * top, rtol=1e-13)
    if height(0.0) >= floor:
        return 0.0, high
    return root(lambda at: height(at) - floor, 0.0, tau2, xtol=1e-14 * tau2, rtol=1e-13), high


def tau2_interval(
    row: Estimable,
    *,
    kind: str,
    level: float,
    vt: float,
    tau2: float,
    method: str,
    weights: Vector | None = None,
    iteration: Iteration | None = None,
) -> Tau2Interval:
    """The interval of one row by the named kind; `tau2` and `method` matter to the profile likelihood.

    With an `iteration` limits of QP and of a generalised Q are searched only as far as it goes, see `rough_limits`.

    Raises
    ------
    DataError : an unknown kind; PL for an estimator other than ML and REML; GENQ without weights.

    Source: each kind names its own.
    """
    if kind not in TAU2_INTERVALS:
        known = ", ".join(TAU2_INTERVALS)
        raise DataError(
            f"Interval of tau2 {kind!r} is not known; known are {known}.{near(kind, TAU2_INTERVALS)}"
        )
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    if kind == "PL":
        return _by_likelihood(row, level, vt, tau2, method, iteration)
    if kind == "GENQ" and weights is None:
        raise DataError("The interval from a generalised Q needs weights; BJ and J have their own.")
    of = {"QP": None, "BJ": 1 / row.vi[0], "J": 1 / np.sqrt(row.vi[0])}.get(kind, weights)
    if iteration is not None:
        lower, upper, beyond = rough_limits(row, of, level, tau2, iteration)
        return Tau2Interval(kind, level, lower, upper, vt, upper == 0, beyond)
    if of is not None:
        lower, upper, nothing = generalised_q_limits(row, of, level)
        return Tau2Interval(kind, level, lower, upper, vt, nothing)
    low, high, empty = q_profile(row, level)
    return Tau2Interval(kind, level, float(low[0]), float(high[0]), vt, bool(empty[0]))


def _by_likelihood(
    row: Estimable, level: float, vt: float, tau2: float, method: str, iteration: Iteration | None
) -> Tau2Interval:
    if iteration is not None:
        raise DataError(
            "An iteration goes with QP, BJ, J and GENQ; the profile likelihood is searched to the end."
        )
    if method not in ("ML", "REML"):
        raise DataError(
            f"The profile likelihood goes with ML or REML; tau2 was estimated by {method or 'none'}."
        )
    limits = profile_likelihood_limits(row, tau2, level, restricted=method == "REML")
    return Tau2Interval("PL", level, *limits, vt)
