"""The same analysis of several subsets of the studies: what leave-one-out and cumulative analyses share."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.pooling.fits import Fits
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.sensitivity.refit import Again, Table, recipe_of
from evisynth.synthesis.sensitivity.text import OfParts, as_read, table

NUMBERS = ("k", "mu", "se", "se_z", "ddf", "tau2", "Q", "vt")


@dataclass(frozen=True, slots=True, eq=False)
class Subsets(OfParts, Fits, rows="studies"):
    """One analysis a row, each of some of the studies; arrays (m,) with the names that `Pooled` has.

    studies    : (m) the study that each row is about.
    measure    : what is pooled.
    whole      : the analysis of all studies.
    k          : studies in the pooled effect; k_Q those that have an effect of their own, which Q is made of.
    not_pooled : (study, reason) of each row that could not be pooled; its numbers are NaN.

    A row of one study has that study's own effect, tau2 = 0 and Q = 0, and NaN for what needs two.
    """

    studies: tuple[str, ...]
    measure: str
    whole: Pooled
    k_Q: Vector
    not_pooled: Dropped = ()

    @property
    def df(self) -> Vector:
        """(m,) degrees of freedom of Q."""
        return np.maximum(self.k_Q - 1, 0)

    @property
    def estimates(self) -> Vector:
        """(m,) the pooled effects on the scale people read: ratios for RR and OR."""
        return measure_named(self.measure).back_all(self.mu)

    @property
    def estimates_ci(self) -> Vector:
        """(m, 2) their intervals on that scale."""
        return measure_named(self.measure).back_all(np.column_stack((self.ci_low, self.ci_high)))

    def __str__(self) -> str:
        name, read = as_read(self.measure)
        head = (self._first, "k", name, "low", "high", "p", "tau2", "I2 %", "Q")
        effects = (read(one) for one in (self.mu, self.ci_low, self.ci_high))
        columns = (self.k, *effects, self.p, self.tau2, self.I2, self.Q)
        rows = [(study, *map(float, row)) for study, *row in zip(self.studies, *columns, strict=True)]
        whole = self.whole
        I2 = np.nan if whole.I2 is None else whole.I2
        effect = read(np.array((whole.mu, whole.ci_low, whole.ci_high))).tolist()
        last = ("all studies", float(whole.k), *effect, whole.p, whole.tau2, I2, whole.Q)
        how = f"{whole.model}, {whole.method}, test {whole.test}, {100 * self.level:g}% intervals, I2 from Q"
        lines = [f"{self._title}; {how}", table(head, [*rows, last])]
        lines += [f"not pooled: {study} ({reason})" for study, reason in self.not_pooled]
        return "\n".join(lines)


def of_subsets(
    what: Pooled | Table, again: Again | None, present: Flags, labels: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of `Subsets` for each row of `present`, (m, k) over the studies of `what`.

    Raises
    ------
    DataError : a table without `again`, or a result that can only be made again from its table.
    """
    if isinstance(what, Pooled):
        if again is not None:
            raise DataError("Give either a result, or a table and how it is pooled.")
        fits = recipe_of(what).fit(what.yi, what.vi, present=present)
        found = {one.name: getattr(fits, one.name) for one in fields(Fits)}
        found["Q"] = np.where(fits.k > 1, fits.Q, 0.0)  # of one study there is rounding alone
        return found | {"studies": labels, "measure": what.measure, "whole": what, "k_Q": fits.k}
    if again is None:
        raise DataError(
            "A table needs to be told how it is pooled: (table, lambda some: pool_two_by_two(some, 'OR'))."
        )
    whole = again(what)
    columns = {name: np.full(len(present), np.nan) for name in (*NUMBERS, "k_Q")}
    reasons = []
    for at, (kept, label) in enumerate(zip(present, labels, strict=True)):
        names = {name for name, there in zip(what.studies, kept.tolist(), strict=True) if there}
        alone = [place for place, name in enumerate(whole.studies) if name in names]
        try:
            row = _own(whole, alone[0]) if len(alone) == 1 else _pooled(again(what.take(kept)))
        except DataError as error:
            reasons.append((label, str(error)))
            row = {}
        for name, value in row.items():
            columns[name][at] = value
    return {
        "method": whole.method,
        "test": whole.test,
        "level": whole.level,
        **columns,
        "studies": labels,
        "measure": whole.measure,
        "whole": whole,
        "not_pooled": tuple(reasons),
    }


def _pooled(fit: Pooled) -> dict[str, float]:
    """The numbers of one row."""
    return {
        "k": fit.k,
        "mu": fit.mu,
        "se": fit.se,
        "se_z": fit.se if fit.test in ("z", "t") else float(np.sum(1 / (fit.vi + fit.tau2)) ** -0.5),
        "ddf": np.inf if fit.ddf is None else fit.ddf,
        "tau2": fit.tau2,
        "Q": fit.Q,
        "vt": np.nan if fit.vt is None else fit.vt,
        "k_Q": int(np.count_nonzero(np.isfinite(fit.yi))),
    }


def _own(whole: Pooled, place: int) -> dict[str, float]:
    """A row of one study: its own effect, as the whole analysis has it."""
    if not np.isfinite(whole.yi[place]):
        raise DataError(f"{whole.studies[place]} has no effect of its own.")
    se = float(np.sqrt(whole.vi[place]))
    se_test, ddf = (se if whole.test in ("z", "t") else np.nan), (np.inf if whole.ddf is None else 0.0)
    values = (1, whole.yi[place], se_test, se, ddf, 0.0, 0.0, np.nan)
    return {**dict(zip(NUMBERS, values, strict=True)), "k_Q": 1}
