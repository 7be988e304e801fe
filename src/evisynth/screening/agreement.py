"""How far two screeners agree: the table, kappa with its interval, and what kappa does not show.

Screening finds few relevant records among many. PABAK and AC1 are then near 1 whatever the screeners do with
the few, so the table, kappa with its interval and the positive agreement are to be shown first.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.screening.decisions import DECISIONS, Decision, Verdict

Z95 = 1.959963984540054  # two-sided 95% quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people's include and exclude decisions on the same items.

    both_include, only_first, only_second, both_exclude : the 2 x 2 table; only_first counts the items
        that only the first person includes.
    judged_by_one : items that only one of the two has judged; they are in no figure.
    maybe_counts_as : the rule by which "maybe" entered the table.

    A figure that does not exist is None, and `undefined` says why.
    """

    both_include: int
    only_first: int
    only_second: int
    both_exclude: int
    judged_by_one: int = 0
    maybe_counts_as: Verdict = "include"

    def __post_init__(self) -> None:
        for name in ("both_include", "only_first", "only_second", "both_exclude", "judged_by_one"):
            if getattr(self, name) < 0:
                raise DataError(f"Agreement, {name}: {getattr(self, name)}; a count is 0 or more.")

    @property
    def n(self) -> int:
        """Items that both have judged."""
        return self.both_include + self.only_first + self.only_second + self.both_exclude

    @property
    def observed(self) -> float | None:
        """The share of items on which they agree."""
        return (self.both_include + self.both_exclude) / self.n if self.n else None

    @property
    def expected(self) -> float | None:
        """The share on which two people with these include rates would agree by chance."""
        if not self.n:
            return None
        first, second = self._first_includes / self.n, self._second_includes / self.n
        return first * second + (1 - first) * (1 - second)

    @property
    def undefined(self) -> str:
        """Why kappa does not exist; "" when it does."""
        if not self.n:
            return "no item was judged by both"
        if self.both_include == self.n:
            return "both included every item, so that chance alone would give full agreement"
        if self.both_exclude == self.n:
            return "both excluded every item, so that chance alone would give full agreement"
        return ""

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: (observed - expected) / (1 - expected).

        Source: Cohen 1960, doi:10.1177/001316446002000104.
        """
        observed, expected = self.observed, self.expected
        if self.undefined or observed is None or expected is None:
            return None
        return (observed - expected) / (1 - expected)

    @property
    def kappa_se(self) -> float | None:
        """The large-sample standard error of kappa, not assuming that kappa is 0.

        Source: Fleiss, Cohen & Everitt 1969, doi:10.1037/h0028106, formula for kappa without weights.
        """
        kappa, expected = self.kappa, self.expected
        if kappa is None or expected is None:
            return None
        n = self.n
        p11, p10, p01, p00 = (
            cell / n for cell in (self.both_include, self.only_first, self.only_second, self.both_exclude)
        )
        row1, row0, col1, col0 = p11 + p10, p01 + p00, p11 + p01, p10 + p00
        A = p11 * (1 - (row1 + col1) * (1 - kappa)) ** 2 + p00 * (1 - (row0 + col0) * (1 - kappa)) ** 2
        B = (1 - kappa) ** 2 * (p10 * (col1 + row0) ** 2 + p01 * (col0 + row1) ** 2)
        C = (kappa - expected * (1 - kappa)) ** 2
        return math.sqrt(max(0.0, A + B - C) / n) / (1 - expected)

    @property
    def kappa_ci(self) -> tuple[float, float] | None:
        """The 95% interval kappa -+ 1.96 SE. Normal and not cut off: a limit above 1 tells of few items."""
        kappa, se = self.kappa, self.kappa_se
        return None if kappa is None or se is None else (kappa - Z95 * se, kappa + Z95 * se)

    @property
    def positive(self) -> float | None:
        """Of the includes of either, the share that both share; None when nobody included anything.

        Source: Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M.
        """
        includes = self._first_includes + self._second_includes
        return 2 * self.both_include / includes if includes else None

    @property
    def negative(self) -> float | None:
        """The same of the excludes; None when nobody excluded anything."""
        excludes = 2 * self.n - self._first_includes - self._second_includes
        return 2 * self.both_exclude / excludes if excludes else None

    @property
    def pabak(self) -> float | None:
        """Prevalence-adjusted bias-adjusted kappa, 2 x observed - 1 (also Brennan and Prediger's kappa).

        Source: Byrt, Bishop & Carlin 1993, doi:10.1016/0895-4356(93)90018-V.
        """
        observed = self.observed
        return None if observed is None else 2 * observed - 1

    @property
    def ac1(self) -> float | None:
        """Gwet's AC1: chance agreement 2 q (1 - q), q the mean include rate; never above a half.

        Source: Gwet 2008, doi:10.1348/000711006X126600.
        """
        observed = self.observed
        if observed is None:
            return None
        q = (self._first_includes + self._second_includes) / (2 * self.n)
        chance = 2 * q * (1 - q)
        return (observed - chance) / (1 - chance)

    @property
    def _first_includes(self) -> int:
        return self.both_include + self.only_first

    @property
    def _second_includes(self) -> int:
        return self.both_include + self.only_second


def agreement(
    pairs: Iterable[tuple[Decision | None, Decision | None]], maybe_counts_as: Verdict = "include"
) -> Agreement:
    """The agreement of two people.

    Parameters
    ----------
    pairs : (first person's decision, second person's) of each item; None where a person has not judged it.
    maybe_counts_as : what "maybe" counts as; the rule that the review uses for its states.

    Raises
    ------
    DataError : an unknown decision; the message has the number of the pair.
    """
    if maybe_counts_as not in ("include", "exclude"):
        raise DataError(f"Maybe counts as {maybe_counts_as!r}; it must count as include or exclude.")
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    judged_by_one = 0
    for number, (first, second) in enumerate(pairs, start=1):
        for decision in (first, second):
            if decision is not None and decision not in DECISIONS:
                known = ", ".join(DECISIONS)
                raise DataError(f"Pair {number}: decision {decision!r} is not known; known are {known}.")
        if first is None or second is None:
            judged_by_one += (first is None) != (second is None)
            continue
        mapped = [
            (maybe_counts_as if decision == "maybe" else decision) == "include"
            for decision in (first, second)
        ]
        counts[mapped[0], mapped[1]] += 1
    return Agreement(
        both_include=counts[True, True],
        only_first=counts[True, False],
        only_second=counts[False, True],
        both_exclude=counts[False, False],
        judged_by_one=judged_by_one,
        maybe_counts_as=maybe_counts_as,
    )
