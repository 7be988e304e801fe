"""What a look at small-study effects is given: a fit, the effects of a table, or effects and their variances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.design import Design
from evisynth.synthesis.measures.effects import Dropped, StudyEffects
from evisynth.synthesis.measures.scale import Flags, Vector, measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.covariance import covariance_of
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.refit import linear

Fit = Pooled | MetaRegression | StudyEffects
FITS = (Pooled, MetaRegression, StudyEffects)
Effects = ArrayLike | Fit
GENERIC = "generic"
NO_EFFECT = "no effect of its own"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Effects, checked, with what else is known of them.

    studies, yi, vi : (k,) names, effects on the analysis scale and their sampling variances.
    measure, level  : what yi are; of the intervals, as a fraction.
    kept    : (n,) the rows of the fit that have an effect of their own; all of effects that were given as numbers.
    dropped : (study, reason) of what the fit left out, and of each study without an effect of its own.
    pooled, design : the fit of pooled effects, and the moderators of a meta-regression, where they come from one.
    """

    studies: tuple[str, ...]
    yi: Vector
    vi: Vector
    measure: str
    level: float
    kept: Flags
    dropped: Dropped = ()
    pooled: Pooled | None = None
    design: Design | None = None

    def of_kept(self, values: ArrayLike) -> ArrayLike:
        """What is given for each row of the fit, of the rows that are kept. Of another length it stays for later checks."""
        held = np.asarray(values)
        return held[self.kept] if held.shape[:1] == self.kept.shape else held

    def how_pooled(self, what: str, method: str | None, test: str | None = None) -> tuple[str, str]:
        """Method and test to pool by again: those that are named, else the fit's, and REML and z without a fit.

        Raises
        ------
        DataError : no method is named, and the fit was not made by inverse variance with a tau2 of its own.
        """
        if self.pooled is None:
            return method or "REML", test or "z"
        try:
            model = linear(self.pooled)
        except DataError:
            model = None
        if model is not None and not model.known:
            return method or model.method, test or model.test
        if method is None:
            raise DataError(
                f"{what} pools effects by inverse variance, and this result was made by {self.pooled.method}. Name the "
                "method that is to pool: method='common', or an estimator of tau2 such as method='REML'."
            )
        return method, test or "z"


def effects_of(
    what: Effects,
    vi: ArrayLike | None,
    studies: Sequence[str],
    needed: int,
    title: str,
    *,
    measure: str = GENERIC,
    level: float | None = None,
    moderators: bool = False,
) -> Given:
    """Effects, variances, names, measure and level of a fit, or of the numbers that are given.

    Parameters
    ----------
    what, vi : a fit (of `pool`, Mantel-Haenszel, Peto ...) or StudyEffects, without vi; or (k,) effects on the
        analysis scale and their sampling variances. Studies of a fit without an effect of their own (no events in
        either group) are left out, and stand in `dropped`.
    studies : names of effects that are given as numbers; a fit has names.
    needed, title : the fewest studies, and what needs them.
    measure : what the effects are; that of a fit unless it is generic. level : by default the fit's, or 0.95.
    moderators : whether the moderators of a meta-regression have a place in what follows.

    Raises
    ------
    DataError : a result that has no independent effects of studies; effects, variances or names both in the fit and
        beside it; another measure than the fit's; fewer studies than needed; an effect that cannot be used.
    """
    _check_kind(what, title, moderators=moderators)
    if isinstance(what, FITS):
        if vi is not None or studies:
            raise DataError(
                f"{title}: the result has variances and names of its studies; leave vi and studies out."
            )
        kept = ~np.isnan(what.yi)
        names = tuple(name for name, there in zip(what.studies, kept.tolist(), strict=True) if there)
        y, v = checked_effects(names, what.yi[kept], what.vi[kept])
    else:
        if vi is None:
            raise DataError(
                f"{title} needs vi, the sampling variances of the effects, or a fit in place of both."
            )
        names = tuple(studies) or _numbered(np.size(what))
        y, v = checked_effects(names, what, vi)
        kept = np.ones(len(names), dtype=np.bool_)
    if len(y) < needed:
        raise DataError(f"{title} needs at least {needed} studies; this analysis has {len(y)}.")
    return Given(
        studies=names,
        yi=y,
        vi=v,
        measure=_measure(what, measure),
        level=_level(what, level),
        kept=kept,
        dropped=_left_out(what) if isinstance(what, FITS) else (),
        pooled=what if isinstance(what, Pooled) else None,
        design=what.design if isinstance(what, MetaRegression) else None,
    )


def of_independent(vi: ArrayLike, studies: Sequence[str], k: int) -> Vector:
    """(k,) variances of effects of which a covariance matrix may be given; a DataError where they covary."""
    known = covariance_of(vi, tuple(studies) or _numbered(k))
    if not known.is_diagonal:
        raise DataError("Selection models take independent effects; aggregate those that covary first.")
    return known.variances


def need_cells(what: object, title: str) -> TwoByTwo:
    """The table; a DataError says what to give where it is something else, such as a fit."""
    if isinstance(what, TwoByTwo):
        return what
    found = f"a {type(what).__name__}" + (f" by {what.method}" if isinstance(what, Pooled) else "")
    raise DataError(
        f"{title} needs events and people of both groups of each study, which {found} does not carry. Give the "
        "TwoByTwo that it was made of."
    )


def _numbered(k: int) -> tuple[str, ...]:
    return tuple(f"Study {place}" for place in range(1, k + 1))


def _check_kind(what: object, title: str, *, moderators: bool) -> None:
    """Raise a DataError for what has no effects of studies that are independent and alike."""
    if isinstance(what, TwoByTwo):
        raise DataError(
            f"{title} needs effects: those of a table are effect_sizes('OR', studies=table.studies, **table.columns)."
        )
    if isinstance(what, Result) and not isinstance(what, FITS):
        raise DataError(
            f"{title} takes results of pool, Mantel-Haenszel, Peto or effect_sizes; a "
            f"{type(what).__name__} has no independent effects of its studies to look at. Give yi and vi."
        )
    if isinstance(what, MetaRegression) and not moderators:
        raise DataError(
            f"{title} has no place for moderators, and this meta-regression has {', '.join(what.names)}. Give a "
            "result without them."
        )


def _left_out(what: Fit) -> Dropped:
    """What the fit left out, and its studies without an effect of their own."""
    told = what.undefined if isinstance(what, StudyEffects) else what.dropped
    known = {study for study, _ in told}
    without = zip(what.studies, np.isnan(what.yi).tolist(), strict=True)
    return (*told, *((study, NO_EFFECT) for study, lacks in without if lacks and study not in known))


def _measure(what: Effects, named: str) -> str:
    """The measure that is named, or the fit's; a DataError where the two differ."""
    measure_named(named)
    own = what.measure if isinstance(what, FITS) else GENERIC
    if GENERIC not in (own, named) and own != named:
        raise DataError(f"measure is {named}, and the effects of the result are {own}; leave measure out.")
    return named if own == GENERIC else own


def _level(what: Effects, named: float | None) -> float:
    if named is not None:
        return named
    return what.level if isinstance(what, Pooled | MetaRegression) else 0.95
