"""Trim and fill: how many studies a symmetrical funnel lacks, and the pooled effect with them filled in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.errors import DataError
from evisynth.synthesis.bias.checks import few_warnings, with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result

Side = Literal["left", "right"]
ESTIMATORS = ("L0", "R0", "Q0")
NEEDED = 3
ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class TrimAndFill(Result):
    """What trim and fill gives; effects are on the analysis scale.

    estimator, side : L0, R0 or Q0, and the side on which studies are missing.
    side_chosen : True when the side comes from the slope of the effects on their standard errors.
    k0, se_k0 : studies missing, and the standard error of their number; NaN where its formula has no value,
        which happens far below 0 before rounding.
    p_k0 : of R0 alone, the p value of the hypothesis that none is missing.
    centre : the trimmed pooled effect, about which studies are mirrored.
    mirrored : the studies that were mirrored; yi_filled, vi_filled : (k0,) the effects and variances filled in.
    observed, filled : the pooled effect without and with them.
    warnings : what must stand beside the number.
    """

    estimator: str
    side: Side
    side_chosen: bool
    k0: int
    se_k0: float
    p_k0: float | None
    centre: float
    mirrored: tuple[str, ...]
    yi_filled: Vector
    vi_filled: Vector
    observed: Pooled
    filled: Pooled
    warnings: tuple[str, ...]

    @property
    def k(self) -> int:
        """Studies observed and filled in."""
        return self.filled.k

    @property
    def dropped(self) -> Dropped:
        """(study, reason) of each study that is left out."""
        return self.observed.dropped

    def __str__(self) -> str:
        of = measure_named(self.filled.measure).on_known_scale()
        before, after = (
            f"{of.back(one.mu):.4g} ({of.back(one.ci_low):.4g} to {of.back(one.ci_high):.4g})"
            for one in (self.observed, self.filled)
        )
        error = "unknown" if np.isnan(self.se_k0) else f"{self.se_k0:.2f}"
        missing = "1 study" if self.k0 == 1 else f"{self.k0} studies"
        first = (
            f"Trim and fill ({self.estimator}): {missing} estimated missing on the {self.side} side "
            f"(standard error {error}); {of.name} {before} without and {after} with them filled in, "
            f"k = {self.observed.k} and {self.k}."
        )
        return with_notes(first, self.warnings, self.dropped)


def trim_and_fill(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    estimator: str = "L0",
    side: Side | None = None,
    method: str | None = None,
    trimming: str | None = None,
    test: str | None = None,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
    iteration: Iteration | None = None,
) -> TrimAndFill:
    """The studies missing from a funnel plot by Duval and Tweedie, and the pooled effect with their mirror images.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    estimator : L0, R0 or Q0 of the number missing.
    side : where studies are missing; by default on the side away from the small studies, by the sign of the slope
        of a meta-regression of yi on the standard error.
    method : of pooling: "common" or an estimator of tau2, see `pooling.pool.pool`; by default, as test, that of the
        fit, else REML and z.
    trimming : the method while studies are trimmed, by default the same. R's meta trims with "common".
    test, measure, studies, level : as for `pool`.
    iteration : where the search for tau2 stops in every pooling, see `pool`; None for the last digit.

    Raises
    ------
    DataError : fewer than three studies, an estimator or side that is not known, a number of missing studies that
        does not settle or leaves nothing to pool.

    Source: Duval & Tweedie 2000, doi:10.1111/j.0006-341X.2000.00455.x and doi:10.1080/01621459.2000.10473905.
    """
    given = effects_of(yi, vi, studies, NEEDED, "Trim and fill", measure=measure, level=level)
    names, y, v = given.studies, given.yi, given.vi
    _check(estimator, side)
    method, test = given.how_pooled("Trim and fill", method, test)
    how = partial(
        pool,
        method=method,
        test=test,
        measure=given.measure,
        level=given.level,
        dropped=given.dropped,
        iteration=iteration,
    )
    observed = how(y, v, studies=names)
    trim_by = trimming or method
    where = side or _emptier_side(y, v, trim_by)
    sign = 1.0 if where == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    k0, raw, centre = _missing(
        sign * y[order], v[order], estimator, partial(pool, method=trim_by, iteration=iteration)
    )
    outer = order[len(y) - k0 :]
    yi_filled, vi_filled = 2 * sign * centre - y[outer], v[outer]
    mirrored = tuple(names[at] for at in outer.tolist())
    all_names = (*names, *(f"filled, mirror of {name}" for name in mirrored))
    filled = how(np.append(y, yi_filled), np.append(v, vi_filled), studies=all_names)
    return TrimAndFill(
        estimator=estimator,
        side=where,
        side_chosen=side is None,
        k0=k0,
        se_k0=_standard_error(estimator, len(y), raw),
        p_k0=0.5 ** (k0 + 1) if estimator == "R0" else None,
        centre=sign * centre,
        mirrored=mirrored,
        yi_filled=yi_filled,
        vi_filled=vi_filled,
        observed=observed,
        filled=replace(filled, method=f"{filled.method}, trim and fill {estimator}"),
        warnings=_warnings(len(y), observed),
    )


def _check(estimator: str, side: str | None) -> None:
    if estimator not in ESTIMATORS:
        raise DataError(f"Estimator {estimator!r} is not known; known are {', '.join(ESTIMATORS)}.")
    if side not in (None, "left", "right"):
        raise DataError(f"Side {side!r} is neither left nor right.")


def _emptier_side(y: Vector, v: Vector, method: str) -> Side:
    """Left when the effects rise with their standard errors: small studies with low effects are missing."""
    sei = np.sqrt(v)
    if np.ptp(sei) <= 1e-12 * np.max(sei):
        raise DataError(
            "All studies have the same standard error: which side lacks studies cannot be told. Name the side."
        )
    slope = meta_regression(y, v, sei[:, None], names=("se",), method=method).b[1]
    return "left" if slope > 0 else "right"


def _missing(
    x: Vector, v: Vector, estimator: str, pooled: Callable[[Vector, Vector], Pooled]
) -> tuple[int, float, float]:
    """Studies missing on the left of rising effects x, the same before rounding, and the trimmed pooled effect."""
    k, k0, before = len(x), 0, -1
    raw, centre = 0.0, np.nan
    seen: list[int] = []
    while k0 != before:
        if k - k0 < 2:
            raise DataError(
                f"Trim and fill would trim {k0} of {k} studies and leave nothing to pool; it does not fit these data."
            )
        if len(seen) == ROUNDS:
            raise DataError(
                f"The number of missing studies does not settle: it goes round {sorted(set(seen[-10:]))}."
            )
        before = k0
        seen.append(k0)
        centre = pooled(x[: k - k0], v[: k - k0]).mu
        raw = _estimate(x - centre, estimator)
        k0 = max(0, round(raw))
    return k0, raw, centre


def _estimate(distances: Vector, estimator: str) -> float:
    """How many are missing on the left, from the signed ranks of the distances from the centre."""
    k = len(distances)
    ranks = _ranks(np.abs(distances))
    if estimator == "R0":
        return float(k - np.max(ranks[distances < 0], initial=0) - 1)
    T = float(np.sum(ranks[distances > 0]))
    if estimator == "L0":
        return (4 * T - k * (k + 1)) / (2 * k - 1)
    square = 2 * k**2 - 4 * T + 0.25
    if square < 0:
        raise DataError(
            "Q0 does not exist for these data: almost all effects lie on one side; take L0 or R0."
        )
    return float(k - 0.5 - np.sqrt(square))


def _ranks(sizes: Vector) -> NDArray[np.intp]:
    """(k,) ranks from 1; of equal ones the first in order comes first."""
    ranks = np.empty(len(sizes), dtype=np.intp)
    ranks[np.argsort(sizes, kind="stable")] = np.arange(1, len(sizes) + 1)
    return ranks


def _standard_error(estimator: str, k: int, k0: float) -> float:
    """Of the number missing; k0 is the estimate before rounding, which may be below 0.

    Source: Duval & Tweedie 2000, doi:10.1080/01621459.2000.10473905, for the variances of R0, L0 and Q0.
    """
    if estimator == "R0":
        return float(np.sqrt(2 * max(0.0, k0) + 2))
    k0_parts = 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    variance = (k * (k + 1) * (2 * k + 1) + k0_parts) / 24
    below = (2 * k - 1) ** 2 / 4 - (k0 * (2 * k - k0 - 1) if estimator == "Q0" else 0)
    return float(2 * np.sqrt(variance / below)) if variance >= 0 and below > 0 else np.nan


def _warnings(k: int, observed: Pooled) -> tuple[str, ...]:
    found = list(few_warnings(k, "methods that look for asymmetry of the funnel plot"))
    if observed.p_Q is not None and observed.p_Q < 0.1:
        found.append(
            "Trim and fill takes all asymmetry for missing studies; with heterogeneity between studies, as here "
            f"(Q {observed.Q:.1f} on {observed.df} df), it can fill in studies that never were."
        )
    found.append("The filled effect is a sensitivity analysis, not a better estimate.")
    return tuple(found)
