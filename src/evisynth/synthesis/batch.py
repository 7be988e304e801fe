"""Many meta-analyses in one call: the same numbers as `pool`, thousands of times faster than a loop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.checks import usable
from evisynth.synthesis.pooling.fits import COMMON_METHOD, Fits, fit_block
from evisynth.synthesis.pooling.intervals import check_test, critical_value
from evisynth.synthesis.pooling.kernels import BLOCK, Rows
from evisynth.synthesis.pooling.tau2 import Tau2Method, se_tau2, tau2_method_named

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class PooledMany(Fits, rows="names"):
    """m meta-analyses: arrays (m,) with the names that `Pooled` has, on the analysis scale.

    names      : of the meta-analyses: the groups, or 1, 2, ...
    se_tau2    : standard errors of tau2; NaN for method "common".
    ll         : log likelihoods, of ML for ML and "common", else restricted.
    not_pooled : (name, reason) of each that could not be pooled; its numbers are NaN (k is not).
    """

    names: tuple[Any, ...]
    se_tau2: Vector
    ll: Vector
    not_pooled: tuple[tuple[Any, str], ...] = ()

    def __str__(self) -> str:
        out = f"; {len(self.not_pooled)} not pooled" if self.not_pooled else ""
        return f"{len(self)} meta-analyses, {self.method}, test {self.test}, k {self.k.min():g} to {self.k.max():g}{out}"

    def prediction_interval(self) -> tuple[Vector, Vector]:
        """Limits of where the true effect of a new study lies, t with k - 2 degrees of freedom (HTS, the default
        of `Pooled.prediction_interval`); NaN for method "common" and with two studies.
        """
        df = np.where(self.k > 2, self.k - 2, np.nan)
        if self.method == COMMON_METHOD:
            df = np.full(len(df), np.nan)
        half = stdtrit(df, 0.5 + self.level / 2) * np.sqrt(self.tau2 + self.se_z**2)
        return self.mu - half, self.mu + half


def pool_many(
    yi: Sequence[ArrayLike] | ArrayLike,
    vi: Sequence[ArrayLike] | ArrayLike,
    groups: Sequence[Any] | ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    run: Map = map,
) -> PooledMany:
    """Pool many meta-analyses by inverse variance.

    Parameters
    ----------
    yi, vi : effects on the analysis scale and their sampling variances: a list with the studies of each
        meta-analysis, which may have different numbers of them; or, with `groups`, two long columns.
    groups : the meta-analysis that each value of a long column belongs to, in any order; results are in the
        order of first appearance.
    method : "common" or an estimator of tau2 that needs no weights.
    test : z, t, HK, HK-adhoc or KR, as for `pool`.
    level : of the intervals, as a fraction.
    run : does the work, as the built-in `map`, with the same result; see evisynth.cluster.

    Returns
    -------
    PooledMany. Nothing fails because of one meta-analysis: those with fewer than two studies, a missing effect or a
    variance that is not positive are NaN, and stand in `not_pooled` with the reason.

    Raises
    ------
    DataError : lists or columns of different length, no meta-analysis at all, an unknown method or test.

    Source: see `pool`; estimators and tests name their own.
    """
    check_test(test, method)
    critical_value(level)
    if method != COMMON_METHOD:
        _unweighted(method)
    names, y, v, sizes = _stacked(yi, vi) if groups is None else _grouped(yi, vi, groups)
    reasons = _reasons(y, v, sizes)
    m = len(sizes)
    columns = [np.full(m, np.nan) for _ in range(10)]
    starts = np.cumsum(sizes) - sizes
    fine = np.setdiff1d(np.arange(m), np.fromiter(reasons, dtype=np.intp, count=len(reasons)))
    for at, numbers in run(partial(_fitted, method, test, level), _tables(y, v, starts, sizes, fine)):
        for column, values in zip(columns, numbers, strict=True):
            column[at] = values
    columns[0] = sizes.astype(np.float64)
    not_pooled = tuple((names[at], reason) for at, reason in sorted(reasons.items()))
    k, mu, se, se_z, ddf, tau2, Q, vt, se_t2, ll = columns
    return PooledMany(
        method,
        test,
        level,
        k,
        mu,
        se,
        se_z,
        ddf,
        tau2,
        Q,
        vt,
        names=names,
        se_tau2=se_t2,
        ll=ll,
        not_pooled=not_pooled,
    )


def _fitted(
    method: str, test: str, level: float, table: tuple[Places, Rows]
) -> tuple[Places, tuple[Vector, ...]]:
    """The places of the meta-analyses of one table, and their numbers in the order of PooledMany."""
    at, rows = table
    estimator = None if method == COMMON_METHOD else _unweighted(method)
    fitted = fit_block(rows, method, test, None, level)
    tau2 = fitted[5]
    ll = rows.log_likelihood(tau2, restricted=estimator is not None and estimator.likelihood == "REML")
    unknown = np.full(len(at), np.nan)
    return at, (*fitted, unknown if estimator is None else se_tau2(rows, estimator, tau2), ll)


def _unweighted(method: str) -> Tau2Method:
    estimator = tau2_method_named(method)
    if estimator.weighted:
        raise DataError(f"{method} needs weights, which a batch has no place for; use pool for each.")
    return estimator


def _stacked(yi: Any, vi: Any) -> tuple[tuple[Any, ...], Vector, Vector, Places]:
    """Names, long columns and sizes of lists of studies."""
    if len(yi) != len(vi) or not len(yi):
        raise DataError(
            f"{len(yi)} lists of effects and {len(vi)} of variances: each meta-analysis needs both."
        )
    sizes, others = (np.fromiter((len(one) for one in column), dtype=np.intp) for column in (yi, vi))
    for at in np.flatnonzero(sizes != others)[:1].tolist():
        raise DataError(f"Meta-analysis {at + 1}: {sizes[at]} effects and {others[at]} variances.")
    y, v = (np.concatenate([np.asarray(one, dtype=np.float64) for one in column]) for column in (yi, vi))
    return tuple(range(1, len(sizes) + 1)), y, v, sizes


def _grouped(yi: Any, vi: Any, groups: Any) -> tuple[tuple[Any, ...], Vector, Vector, Places]:
    """Names, long columns sorted by group, and sizes, from columns in any order."""
    y, v, of = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64), np.asarray(groups)
    if not (y.ndim == 1 and y.shape == v.shape == of.shape and len(y)):
        raise DataError(
            f"Columns of effects {y.shape}, variances {v.shape} and groups {of.shape} have to be one length."
        )
    labels, first, inverse = np.unique(of, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    place = rank[inverse]
    by_group = np.argsort(place, kind="stable")
    return tuple(labels[order].tolist()), y[by_group], v[by_group], np.bincount(place)


def _reasons(y: Vector, v: Vector, sizes: Places) -> dict[int, str]:
    """Why a meta-analysis cannot be pooled, by its place."""
    found = {int(at): f"{sizes[at]} studies; pooling needs at least two" for at in np.flatnonzero(sizes < 2)}
    ends = np.cumsum(sizes)
    for at in np.flatnonzero(~usable(y, v)).tolist():
        which = int(np.searchsorted(ends, at, side="right"))
        study = at - int(ends[which] - sizes[which]) + 1
        found.setdefault(which, f"study {study}: effect {y[at]:g}, variance {v[at]:g}")
    return found


def _tables(
    y: Vector, v: Vector, starts: Places, sizes: Places, which: Places
) -> Iterator[tuple[Places, Rows]]:
    """Tables of meta-analyses of about the same size, so that few places are empty, with their places."""
    by_size = which[np.argsort(-sizes[which], kind="stable")]
    start = 0
    while start < len(by_size):
        k = int(sizes[by_size[start]])
        at = by_size[start : start + max(1, BLOCK // k)]
        start += len(at)
        there = np.arange(k) < sizes[at, None]
        place = np.where(there, starts[at, None] + np.arange(k), 0)
        rows = Rows(
            np.where(there, y[place], 0.0), np.where(there, v[place], np.inf), sizes[at].astype(np.float64)
        )
        yield at, rows
