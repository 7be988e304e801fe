"""Many meta-analyses at once: the arrays that they give, and the door to compute them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.pooling.intervals import (
    check_test,
    critical_values,
    two_sided_p,
    uncertainty,
)
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.kernels import Rows, blocks
from evisynth.synthesis.pooling.tau2 import tau2_method_named
from evisynth.synthesis.pooling.tau2_iteration import estimate
from evisynth.synthesis.results import Result

COMMON_METHOD = "common"


@dataclass(frozen=True, slots=True, eq=False)
class Fits(Result):
    """m meta-analyses without moderators; every array is (m,), on the analysis scale.

    k     : number of studies.
    mu    : pooled effects.
    se    : their standard errors, by `test`; se_z the classical ones, 1 / sqrt(sum of weights).
    ddf   : degrees of freedom of the test; inf for the normal.
    tau2  : between-study variances; 0 for method "common".
    Q     : Cochran's Q, about the inverse-variance mean.
    vt    : typical sampling variance, (k - 1) / (sum w - sum w^2 / sum w) with w = 1 / vi.
    """

    method: str
    test: str
    level: float
    k: Vector
    mu: Vector
    se: Vector
    se_z: Vector
    ddf: Vector
    tau2: Vector
    Q: Vector
    vt: Vector

    def __len__(self) -> int:
        return len(self.mu)

    def __str__(self) -> str:
        return f"{len(self)} meta-analyses, {self.method}, test {self.test}, k {self.k.min():g} to {self.k.max():g}"

    @property
    def df(self) -> Vector:
        return self.k - 1

    @property
    def z(self) -> Vector:
        """The test statistics of no effect (z, or t where ddf is finite)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.mu / self.se

    @property
    def p(self) -> Vector:
        """Two-sided p values of no effect."""
        return two_sided_p(self.z, self.ddf)

    @property
    def ci_low(self) -> Vector:
        return self.mu - critical_values(self.level, self.ddf) * self.se

    @property
    def ci_high(self) -> Vector:
        return self.mu + critical_values(self.level, self.ddf) * self.se

    @property
    def p_Q(self) -> Vector:
        """p values of the test that all studies share one effect; NaN with one study."""
        return np.where(self.df > 0, chdtrc(np.maximum(self.df, 1), self.Q), np.nan)

    @property
    def I2(self) -> Vector:
        """Percent, from Q; NaN with one study."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.Q > self.df, 100 * (self.Q - self.df) / self.Q, 0.0)
        return np.where(self.df > 0, share, np.nan)

    @property
    def H2(self) -> Vector:
        """Q / df; NaN with one study."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.Q / self.df

    @property
    def I2_tau2(self) -> Vector:
        """Percent, from tau2 and the typical sampling variance; NaN with one study."""
        return 100 * self.tau2 / (self.tau2 + self.vt)

    @property
    def H2_tau2(self) -> Vector:
        """1 + tau2 / vt; NaN with one study."""
        return 1 + self.tau2 / self.vt


def fit_rows(
    yi: Vector,
    vi: Vector,
    *,
    present: Flags | None = None,
    method: str = "REML",
    test: str = "z",
    tau2: float | Vector | None = None,
    level: float = 0.95,
    iteration: Iteration | None = None,
) -> Fits:
    """Pool each row of a table of meta-analyses, see `kernels` for how rows and empty places are given.

    Parameters
    ----------
    yi, vi : effects and sampling variances; they and `present` broadcast to (m, k).
    present : where there are studies; None where they are everywhere (or empty places are filled already).
    method : "common" or an estimator of tau2 that needs no weights.
    test : z, t, HK, HK-adhoc or KR.
    tau2 : a fixed between-study variance, one or (m,), in place of the estimator.
    iteration : where the search for tau2 stops, see `Iteration`; None for the last digit.

    Raises
    ------
    DataError : an unknown method or test, or a row without studies. Values are not checked.

    Source: see `kernels`, `tau2` and `intervals`.
    """
    check_test(test, method)
    parts = [yi, vi] if present is None else [yi, vi, present]
    y, v, *there = np.broadcast_arrays(*(np.atleast_2d(part) for part in parts))
    m, k = y.shape
    fixed = None if tau2 is None else np.broadcast_to(np.asarray(tau2, dtype=np.float64), (m,))
    columns: list[tuple[Vector, ...]] = []
    for block in blocks(m, k):
        if there:
            rows = Rows.of(y[block], v[block], there[0][block])
        else:
            rows = Rows(
                y[block], v[block], np.count_nonzero(np.isfinite(v[block]), axis=1).astype(np.float64)
            )
        if not np.all(rows.k > 0):
            raise DataError(f"Row {block.start + int(np.argmin(rows.k)) + 1} of the table has no study.")
        columns.append(
            fit_block(rows, method, test, None if fixed is None else fixed[block], level, iteration)
        )
    arrays = [np.concatenate(column) for column in zip(*columns, strict=True)]
    return Fits(method, test, level, *arrays)


def fit_block(
    rows: Rows,
    method: str,
    test: str,
    tau2: Vector | None = None,
    level: float = 0.95,
    iteration: Iteration | None = None,
) -> tuple[Vector, ...]:
    """k, mu, se, se_z, ddf, tau2, Q and vt of a few rows, as in `Fits`, all at once.

    Source: see `fit_rows`.
    """
    w = 1 / rows.vi
    Q, C, _ = rows.form(w)
    if tau2 is None:
        none = method == COMMON_METHOD
        tau2 = np.zeros(len(rows.k)) if none else estimate(rows, tau2_method_named(method), iteration)
    mu, W1, yPy = rows.centre(tau2)
    se, ddf = uncertainty(rows, tau2, test, W1, yPy, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        vt = np.where(rows.k > 1, (rows.k - 1) / C, np.nan)
    return rows.k, mu, se, np.sqrt(1 / W1), ddf, tau2, Q, vt
