"""Tests for funnel plot asymmetry made for two-by-two tables, and one for standardised mean differences.

A log odds ratio goes with its own standard error by arithmetic, so that Egger's test finds asymmetry too often where
effects are large or events rare. These tests relate other numbers to each other.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from evisynth.errors import DataError, near
from evisynth.synthesis.bias.checks import STANDARDISED, asymmetry_warnings, checked_sizes
from evisynth.synthesis.bias.given import FITS, GENERIC, Effects, effects_of, need_cells
from evisynth.synthesis.bias.rank_test import RankTest, kendall_test
from evisynth.synthesis.bias.regression_test import NEEDED, Model, RegressionTest, asymmetry_test
from evisynth.synthesis.measures import binary
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.two_by_two import (
    ALL_EVENTS,
    NO_EVENTS,
    ONLY_ZERO,
    Dropped,
    TwoByTwo,
    ZeroCells,
    log_odds_ratio,
)

TABLE_TESTS = {
    "peters": "log odds ratio on 1 / people, weights by events and non-events",
    "macaskill": "log odds ratio on people, weights by events and non-events",
    "deeks": "log odds ratio on 1 / sqrt(effective sample size), for diagnostic odds ratios",
    "harbord": "score of the odds ratio on its standard error",
    "ruecker": "arcsine difference on its standard error",
}
NAMES = {"ruecker": "Rücker"}  # where the name is not the word of the call
PUSTEJOVSKY = "Pustejovsky and Rodgers' test"


def table_test(
    table: TwoByTwo,
    *,
    kind: str = "harbord",
    model: Model = "multiplicative",
    method: str = "REML",
    zero_cells: ZeroCells = ONLY_ZERO,
    level: float = 0.95,
) -> RegressionTest:
    """A regression test for funnel plot asymmetry of odds ratios, from the cells of each study.

    Parameters
    ----------
    table : the studies. Those without events, or with nothing but events, are left out and named; ruecker keeps
        them.
    kind : one of `TABLE_TESTS`.
    model, method : of what is left of the heterogeneity, see `regression_test`.
    zero_cells : for the log odds ratios of peters, macaskill and deeks.
    level : of the limit's interval.

    Raises
    ------
    DataError : an unknown kind, or fewer than three studies that say something.

    Source: Harbord, Egger & Sterne 2006, doi:10.1002/sim.2380; Peters et al. 2006, doi:10.1001/jama.295.6.676;
    Macaskill, Walter & Irwig 2001, doi:10.1002/sim.698; Deeks, Macaskill & Irwig 2005,
    doi:10.1016/j.jclinepi.2005.01.016; Ruecker, Schwarzer & Carpenter 2008, doi:10.1002/sim.2971.
    """
    if kind not in TABLE_TESTS:
        known = ", ".join(f"{name} ({words})" for name, words in TABLE_TESTS.items())
        raise DataError(f"Test {kind!r} is not known; known are {known}.{near(kind, TABLE_TESTS)}")
    name = f"{NAMES.get(kind, kind.capitalize())}'s test"
    table = need_cells(table, name)
    kept, dropped = (table, ()) if kind == "ruecker" else _informative(table)
    _check_number(kept, dropped)
    if kind == "harbord":
        y, v, x, predictor = _score(kept)
    elif kind == "ruecker":
        y, v = binary.arcsine_difference(*kept.cells)
        x, predictor = np.sqrt(v), "sei of the arcsine difference"
    else:
        y = log_odds_ratio(kept, zero_cells).yi
        v, x, predictor = _by_size(kept, kind)
    return asymmetry_test(
        y,
        v,
        x,
        title=f"{name} for funnel plot asymmetry",
        predictor=predictor,
        model=model,
        method=method,
        limit=kind != "macaskill",
        studies=kept.studies,
        level=level,
        warnings=asymmetry_warnings(np.sqrt(v)),
        dropped=dropped,
    )


def schwarzer_test(table: TwoByTwo, *, exact: bool | None = None) -> RankTest:
    """The rank correlation of the standardised number of events in group 1 with the inverse of its variance.

    Mean and variance are those of Fisher's noncentral hypergeometric distribution, with the margins of the study
    and the Mantel-Haenszel odds ratio of all of them.

    Parameters
    ----------
    table : whole numbers; studies without events, or with nothing but events, are left out and named.
    exact : as for `rank_test.rank_test`.

    Raises
    ------
    DataError : fewer than three studies that say something, numbers that are not whole, an odds ratio of 0.

    Source: Schwarzer, Antes & Schumacher 2007, doi:10.1002/sim.2588.
    """
    kept, dropped = _informative(need_cells(table, "Schwarzer's test"))
    _check_number(kept, dropped)
    cells = np.array(kept.cells)
    if np.any(cells != np.round(cells)):
        row = int(np.argmax(np.any(cells != np.round(cells), axis=0)))
        raise DataError(
            f"{kept.studies[row]}: cells that are not whole numbers; Schwarzer's test counts people."
        )
    a, b, c, d = kept.cells
    n = a + b + c + d
    over, under = float(np.sum(a * d / n)), float(np.sum(b * c / n))
    if not (over > 0 and under > 0):
        raise DataError(
            "The Mantel-Haenszel odds ratio is 0 or without end; Schwarzer's test needs another one."
        )
    mean, variance = np.array([_noncentral(one, over / under) for one in cells.T]).T
    return kendall_test(
        (a - mean) / np.sqrt(variance),
        1 / variance,
        exact=exact,
        title="Schwarzer's rank correlation test",
        warnings=asymmetry_warnings(1 / np.sqrt(variance)),
        dropped=dropped,
    )


def pustejovsky_test(
    yi: Effects,
    n1: ArrayLike,
    n2: ArrayLike,
    *,
    model: Model = "multiplicative",
    method: str = "REML",
    studies: Sequence[str] = (),
    level: float | None = None,
) -> RegressionTest:
    """Egger's regression of standardised mean differences on sqrt(1 / n1 + 1 / n2), which they do not depend on.

    Parameters
    ----------
    yi : (k,) standardised mean differences, or a fit of such; n1, n2 : (k,) people in the two groups, which no fit
        carries.
    model, method, level : as for `regression_test.regression_test`. studies : their names.

    Raises
    ------
    DataError : fewer than three studies, a group without people, a missing effect.

    Source: Pustejovsky & Rodgers 2019, doi:10.1002/jrsm.1332.
    """
    of_no_use = None if isinstance(yi, FITS) else np.ones(np.size(yi))  # the test takes the sizes' variances
    given = effects_of(yi, of_no_use, studies, NEEDED, PUSTEJOVSKY, level=level)
    if given.measure not in (GENERIC, *STANDARDISED):
        raise DataError(
            f"{PUSTEJOVSKY} is for standardised mean differences; these effects are {given.measure}."
        )
    people1, people2 = (checked_sizes(given.studies, given.of_kept(ni)) for ni in (n1, n2))
    v = 1 / people1 + 1 / people2
    return asymmetry_test(
        given.yi,
        v,
        np.sqrt(v),
        title=f"{PUSTEJOVSKY} for funnel plot asymmetry",
        predictor="sqrt(1/n1 + 1/n2)",
        model=model,
        method=method,
        limit=True,
        studies=given.studies,
        level=given.level,
        warnings=asymmetry_warnings(np.sqrt(v)),
        dropped=given.dropped,
    )


def _informative(table: TwoByTwo) -> tuple[TwoByTwo, Dropped]:
    """The studies whose margins leave room for an odds ratio, and the others with the reason."""
    none, everyone = table.no_events, table.all_events
    dropped = tuple(
        (study, NO_EVENTS if zero else ALL_EVENTS)
        for study, zero, full in zip(table.studies, none.tolist(), everyone.tolist(), strict=True)
        if zero or full
    )
    return table.take(~(none | everyone)), dropped


def _check_number(kept: TwoByTwo, dropped: Dropped) -> None:
    if kept.k < NEEDED:
        without = f", and {len(dropped)} that say nothing about an odds ratio" if dropped else ""
        raise DataError(
            f"A test for asymmetry needs at least {NEEDED} studies; this analysis has {kept.k}{without}."
        )


def _score(table: TwoByTwo) -> tuple[Vector, Vector, Vector, str]:
    """Z / V with variance 1 / V, on 1 / sqrt(V): the efficient score of the log odds ratio and its information."""
    y, v = binary.peto_odds_ratio(*table.cells)
    return y, v, np.sqrt(v), "1/sqrt(V) of the score"


def _by_size(table: TwoByTwo, kind: str) -> tuple[Vector, Vector, str]:
    """Variances (1 / weights), predictor and its name."""
    a, b, c, d = table.cells
    n1, n2 = table.n1, table.n2
    if kind == "deeks":
        effective = 4 * n1 * n2 / (n1 + n2)
        return 1 / effective, 1 / np.sqrt(effective), "1/sqrt(effective sample size)"
    pooled = 1 / (a + c) + 1 / (b + d)
    return (pooled, 1 / (n1 + n2), "1/ni") if kind == "peters" else (pooled, n1 + n2, "ni")


def _noncentral(cells: Vector, odds_ratio: float) -> tuple[float, float]:
    """Mean and variance of the first of four cells, given their margins and the odds ratio."""
    a, b, c, d = cells.tolist()
    n1, n2, events = a + b, c + d, a + c
    x = np.arange(max(0.0, events - n2), min(events, n1) + 1)
    weight = _log_choose(n1, x) + _log_choose(n2, events - x) + x * np.log(odds_ratio)
    share = np.exp(weight - np.max(weight))
    share /= np.sum(share)
    mean = float(np.sum(share * x))
    return mean, float(np.sum(share * (x - mean) ** 2))


def _log_choose(n: float, x: Vector) -> Vector:
    return np.asarray(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1), dtype=np.float64)
