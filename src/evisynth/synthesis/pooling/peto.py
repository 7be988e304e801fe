"""Peto's one-step odds ratio, and pooling of observed minus expected events from log-rank tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS, Dropped, TwoByTwo
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, Model, Pooled


def observed_minus_expected(table: TwoByTwo) -> tuple[Vector, Vector]:
    """(k,) observed minus expected events in group 1 and (k,) their variance, given the margins.

    a - n1 m / N and n1 n2 m (N - m) / (N^2 (N - 1)), with m all events of a study. Nothing is added to zero cells;
    the variance of a study with no events, or with events in everyone, is 0.

    Source: Yusuf, Peto, Lewis, Collins & Sleight 1985, doi:10.1016/S0033-0620(85)80003-7.
    """
    a, b, c, d = table.cells
    n1, n2, m = a + b, c + d, a + c
    N = n1 + n2
    return a - n1 * m / N, n1 * n2 * m * (b + d) / (N**2 * (N - 1))


def pool_peto(
    table: TwoByTwo,
    *,
    model: Model = COMMON,
    tau2_method: str = "DL",
    test: str = "z",
    level: float = 0.95,
    profile: str = "",
    iteration: Iteration | None = None,
) -> Pooled:
    """The pooled odds ratio by Peto's method.

    A study's log odds ratio is (O - E) / V with variance 1 / V; the pooled one is sum(O - E) / sum(V). Studies
    with no events, or with events in everyone, say nothing and are left out. Good where events are few, effects
    are small and the groups of similar size; biased otherwise.

    Parameters
    ----------
    table : k studies.
    model : common effect; or random effects, for which the studies' effects are weighted by 1 / (1/V + tau2).

    Raises
    ------
    DataError : fewer than two studies that say something.

    Source: Yusuf, Peto, Lewis, Collins & Sleight 1985, doi:10.1016/S0033-0620(85)80003-7; Sweeting, Sutton &
    Lambert 2004, doi:10.1002/sim.1761, for when not to use it.
    """
    dropped = tuple(
        (study, NO_EVENTS if none else ALL_EVENTS)
        for study, none, everyone in zip(
            table.studies, table.no_events.tolist(), table.all_events.tolist(), strict=True
        )
        if none or everyone
    )
    chosen = table.take(~(table.no_events | table.all_events))
    O_E, V = observed_minus_expected(chosen)
    return pool_observed_minus_expected(
        O_E,
        V,
        measure="OR",
        studies=chosen.studies,
        model=model,
        tau2_method=tau2_method,
        test=test,
        level=level,
        profile=profile,
        dropped=dropped,
        iteration=iteration,
    )


def pool_observed_minus_expected(
    O_E: ArrayLike,
    V: ArrayLike,
    *,
    measure: str = "generic",
    studies: Sequence[str] = (),
    model: Model = COMMON,
    tau2_method: str = "DL",
    test: str = "z",
    level: float = 0.95,
    profile: str = "",
    dropped: Dropped = (),
    iteration: Iteration | None = None,
) -> Pooled:
    """Pool observed minus expected events and their variances, e.g. of log-rank tests (then measure is HR).

    Parameters
    ----------
    O_E : (k,) observed minus expected events in group 1.
    V : (k,) their variances; above 0.

    Raises
    ------
    DataError : a number that is missing, a variance that is not positive; fewer than two studies.

    Source: Yusuf, Peto, Lewis, Collins & Sleight 1985, doi:10.1016/S0033-0620(85)80003-7; Cochrane Handbook 6,
    section 10.4.2.
    """
    o, v = np.array(O_E, dtype=np.float64), np.array(V, dtype=np.float64)
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, o.size + 1))
    if not o.shape == v.shape == (len(names),):
        raise DataError(
            f"{len(names)} studies, O - E of shape {o.shape} and variances of shape {v.shape}: "
            "each study needs one of both."
        )
    for name, difference, variance in zip(names, o.tolist(), v.tolist(), strict=True):
        if not (np.isfinite(difference) and np.isfinite(variance) and variance > 0):
            raise DataError(
                f"{name}: O - E {difference:g} with variance {variance:g}; both must be numbers and the variance "
                "above 0."
            )
    fit = pool(
        o / v,
        1 / v,
        method="common" if model == COMMON else tau2_method,
        test=test,
        measure=measure,
        studies=names,
        level=level,
        profile=profile,
        dropped=dropped,
        iteration=iteration,
    )
    return replace(fit, method=fit.method.replace("inverse variance", "Peto"))
