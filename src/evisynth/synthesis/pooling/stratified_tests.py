"""Tests over two-by-two tables of several studies: is there an association, and is it the same in all of them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.two_by_two import (
    NO_CORRECTION,
    Cells,
    TwoByTwo,
    ZeroCells,
    corrected_cells,
)
from evisynth.synthesis.pooling.rates import TwoRates
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True)
class ChiSquareTest(Result):
    """A test statistic that is chi-square with df degrees of freedom if the hypothesis in its name is true.

    strata : the studies that say something. p is None with df = 0.
    """

    name: str
    statistic: float
    df: int
    strata: int

    @property
    def p(self) -> float | None:
        return None if self.df == 0 else float(chdtrc(self.df, self.statistic))

    def __str__(self) -> str:
        shown = "" if self.p is None else f", p = {self.p:.4g}"
        return f"{self.name}: chi-square {self.statistic:.4f}, df {self.df}{shown} ({self.strata} studies)"


def cochran_mantel_haenszel(
    table: TwoByTwo, zero_cells: ZeroCells = NO_CORRECTION, *, continuity_correction: bool = True
) -> ChiSquareTest:
    """The Cochran-Mantel-Haenszel test of no association in any study.

    (|sum(a - n1 m / N)| - 1/2)^2 / sum(n1 n2 m (N - m) / (N^2 (N - 1))), m all events of a study, with one degree
    of freedom. The 1/2 is the continuity correction.

    Raises
    ------
    DataError : no study has both events and people without.

    Source: Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; Cochran 1954, doi:10.2307/3001616.
    """
    (a, b, c, d) = _informative(table, zero_cells)
    n1, n2, m = a + b, c + d, a + c
    N = n1 + n2
    variance = np.sum(n1 * n2 * m * (b + d) / (N**2 * (N - 1)))
    return _association(a - n1 * m / N, variance, len(a), continuity_correction)


def cochran_mantel_haenszel_rates(rates: TwoRates, *, continuity_correction: bool = True) -> ChiSquareTest:
    """The same test for events in person-time: (|sum(x1 - m t1 / T)| - 1/2)^2 / sum(m t1 t2 / T^2).

    Raises
    ------
    DataError : no study has an event.

    Source: Rothman, Greenland & Lash 2008, Modern epidemiology, chapter 15.
    """
    m, T = rates.events1 + rates.events2, rates.time1 + rates.time2
    if not np.any(m > 0):
        raise DataError("The test of association needs events; no study has any.")
    variance = np.sum(m * rates.time1 * rates.time2 / T**2)
    difference = rates.events1 - m * rates.time1 / T
    return _association(difference, variance, int(np.sum(m > 0)), continuity_correction)


def breslow_day(
    table: TwoByTwo, zero_cells: ZeroCells = NO_CORRECTION, *, tarone: bool = False
) -> ChiSquareTest:
    """The Breslow-Day test that all studies share one odds ratio, with Tarone's correction if asked for.

    Each observed a is compared with the one expected, given the margins, under the Mantel-Haenszel odds ratio.
    That ratio is not fully efficient, which Tarone's correction allows for.

    Raises
    ------
    DataError : no study has both events and people without, or the Mantel-Haenszel odds ratio does not exist.

    Source: Breslow & Day 1980, Statistical methods in cancer research I, section 4.4; Tarone 1985,
    doi:10.1093/biomet/72.1.91.
    """
    (a, b, c, d) = _informative(table, zero_cells)
    N = a + b + c + d
    R, S = np.sum(a * d / N), np.sum(b * c / N)
    if not (R > 0 and S > 0):
        raise DataError(
            "The Breslow-Day test needs the Mantel-Haenszel odds ratio, which does not exist: over all studies "
            "one group has no events, or events in everyone."
        )
    expected = _expected_events(a + b, c + d, a + c, float(R / S))
    cells = expected, a + b - expected, a + c - expected, d - a + expected
    variance = 1 / sum(1 / cell for cell in cells)
    statistic = np.sum((a - expected) ** 2 / variance)
    if tarone:
        statistic -= np.sum(a - expected) ** 2 / np.sum(variance)
    name = "one odds ratio in all studies (Breslow-Day" + (", Tarone)" if tarone else ")")
    return ChiSquareTest(name, float(statistic), len(a) - 1, len(a))


def _informative(table: TwoByTwo, zero_cells: ZeroCells) -> Cells:
    """The cells of the studies that have both events and people without; a DataError when none has."""
    there = ~(table.no_events | table.all_events)
    if not np.any(there):
        raise DataError("The test needs studies with both events and people without an event; there is none.")
    cells, _ = corrected_cells(table.take(there), zero_cells)
    return cells


def _association(difference: Vector, variance: float, strata: int, corrected: bool) -> ChiSquareTest:
    distance = abs(float(np.sum(difference)))
    if corrected:
        distance = max(0.0, distance - 0.5)
    name = "no association in any study (Cochran-Mantel-Haenszel"
    name += ", continuity correction)" if corrected else ")"
    return ChiSquareTest(name, distance**2 / float(variance), 1, strata)


def _expected_events(n1: Vector, n2: Vector, m: Vector, odds_ratio: float) -> Vector:
    """(k,) the a that gives the odds ratio with these margins: the root of a quadratic inside the margins."""
    A = 1 - odds_ratio
    B = n2 - m + odds_ratio * (n1 + m)
    C = odds_ratio * m * n1
    root = np.sqrt(B**2 + 4 * A * C)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # each form where it does not cancel; B < 0 needs A > 0
        return np.where(B > 0, 2 * C / (B + root), (root - B) / (2 * A))
