"""Cumulative meta-analysis: the result after each study, in some order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evisynth.cluster import Map
from evisynth.errors import DataError, near
from evisynth.synthesis.grouping import Labels
from evisynth.synthesis.measures.scale import Flags
from evisynth.synthesis.pooling.result import Pooled, need_two
from evisynth.synthesis.sensitivity.coefficients import CumulativeCoefficients
from evisynth.synthesis.sensitivity.refit import Again, Table
from evisynth.synthesis.sensitivity.refits import (
    MODELS,
    Fitted,
    Units,
    check_no_cluster,
    coefficient_rows,
    units_of,
)
from evisynth.synthesis.sensitivity.subsets import Subsets, of_subsets
from evisynth.synthesis.sensitivity.text import OfCumulative


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative(OfCumulative, Subsets):
    """The analysis after each study, see `Subsets`; `studies` are in the order in which they are added."""


@overload
def cumulative(
    what: Pooled | Table,
    again: Again | None = None,
    *,
    by: ArrayLike | None = None,
    descending: bool = False,
    order: Sequence[str] = (),
) -> Cumulative: ...
@overload
def cumulative(
    what: Fitted,
    again: None = None,
    *,
    by: ArrayLike | None = None,
    descending: bool = False,
    order: Sequence[str] = (),
    cluster: Labels | str | None = None,
    run: Map = map,
) -> CumulativeCoefficients: ...
def cumulative(
    what: Pooled | Table | Fitted,
    again: Again | None = None,
    *,
    by: ArrayLike | None = None,
    descending: bool = False,
    order: Sequence[str] = (),
    cluster: Labels | str | None = None,
    run: Map = map,
) -> Cumulative | CumulativeCoefficients:
    """Pool the first study, the first two, and so on, by the same method and test.

    Parameters
    ----------
    what, again, cluster, run : as for `leave_one_out`.
    by : (k,) numbers or dates that say the order, the smallest first: years; -people for the largest first.
        Where several rows are added at a time (cluster), the first of their values counts.
        Of equal ones the first in the data comes first.
    descending : the largest of `by` first (of equal ones, still the first in the data).
    order : the studies' names in the order wanted, in place of `by`. Without either, that of the data.

    Raises
    ------
    DataError : as `leave_one_out`; an order that lacks a study or names another one.

    Source: Lau et al. 1992, doi:10.1056/NEJM199207233270406. R: metafor cumul.
    """
    if isinstance(what, MODELS):
        units = units_of(what, cluster)
        first = None if by is None else _of_units(by, units, descending=descending)
        places = _places(units.labels, first, order, descending=descending)
        rows = units.rows(_growing(places))
        labels = tuple(units.labels[place] for place in places)
        return CumulativeCoefficients(**coefficient_rows(what, rows, labels, run))
    check_no_cluster(cluster)
    need_two(what.studies, ())
    places = _places(what.studies, by, order, descending=descending)
    labels = tuple(what.studies[place] for place in places)
    return Cumulative(**of_subsets(what, again, _growing(places), labels))


def _growing(places: NDArray[np.intp]) -> Flags:
    """(m, m) the first, the first two, and so on, of m places."""
    present = np.zeros((len(places), len(places)), dtype=np.bool_)
    for at, place in enumerate(places.tolist()):
        present[at:, place] = True
    return present


def _of_units(by: ArrayLike, units: Units, *, descending: bool) -> list[Any]:
    """The value that orders each unit: the first, in the order wanted, of those of its rows."""
    values = np.asarray(by)
    if values.shape != units.numbers.shape:
        raise DataError(
            f"{len(units.numbers)} rows and {values.shape} values to order them by; each needs one."
        )
    held = values.tolist()
    for row, value in enumerate(held):
        if value is None or value != value:  # noqa: PLR0124 - as in _places
            raise DataError(f"{units.labels[units.numbers[row]]} (row {row + 1}): no value to order by.")
    best = max if descending else min
    return [
        best(held[row] for row in np.flatnonzero(units.numbers == unit)) for unit in range(len(units.labels))
    ]


def _places(
    studies: tuple[str, ...], by: ArrayLike | None, order: Sequence[str], *, descending: bool
) -> NDArray[np.intp]:
    """(k,) the places of the studies in the order wanted."""
    if by is not None and len(order):
        raise DataError("Give either `by` or `order`: what the order follows, or the order itself.")
    if len(order):
        for name in order:
            if name not in studies:
                raise DataError(f"{name!r} is no study of this analysis.{near(name, studies)}")
        lacking = [name for name in studies if name not in order]
        if lacking or len(order) != len(studies):
            what = f"lacks {', '.join(lacking)}" if lacking else "names a study twice"
            raise DataError(f"The order {what}; each of the {len(studies)} studies stands in it once.")
        return np.array([studies.index(name) for name in order], dtype=np.intp)
    if by is None:
        return np.arange(len(studies), dtype=np.intp)
    values = np.asarray(by)
    if values.shape != (len(studies),):
        raise DataError(f"{len(studies)} studies and {values.shape} values to order them by; each needs one.")
    for name, value in zip(studies, values.tolist(), strict=True):
        if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself, and dates have no isnan
            raise DataError(f"{name}: no value to order by. Give one, or leave the study out.")
    ranks = np.unique(values, return_inverse=True)[1]
    return np.argsort(-ranks if descending else ranks, kind="stable").astype(np.intp)
