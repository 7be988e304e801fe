"""Many meta-regressions at once: what permutation tests and leave-one-out are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.kernels import blocks
from evisynth.synthesis.pooling.tau2 import tau2_method_named

REGRESSION_TESTS = {
    "z": "normal, chi-square for several coefficients",
    "t": "t and F with k - p degrees of freedom",
    "HK": "Knapp-Hartung",
    "HK-adhoc": "Knapp-Hartung, standard errors never below the classical ones",
}


@dataclass(frozen=True, slots=True, eq=False)
class DesignFits:
    """m meta-regressions; arrays of m rows, on the analysis scale.

    k, tau2, QE, vt : (m,) studies, residual between-study variance, residual Q, typical sampling variance.
    b, vcov         : (m, p) and (m, p, p) coefficients and their covariance, by `test`.
    ddf             : (m,) degrees of freedom of the tests; inf for the normal.
    QM              : (m,) the omnibus test of the coefficients at `tested`: chi-square for z, else F.
    """

    method: str
    test: str
    tested: tuple[int, ...]
    k: Vector
    tau2: Vector
    b: Vector
    vcov: Vector
    ddf: Vector
    QE: Vector
    vt: Vector
    QM: Vector

    def __len__(self) -> int:
        return len(self.k)

    def __str__(self) -> str:
        return (
            f"{len(self)} meta-regressions of {self.b.shape[1]} coefficients, {self.method}, test {self.test}"
        )

    @property
    def se(self) -> Vector:
        """(m, p) standard errors."""
        se: Vector = np.sqrt(np.einsum("ipp->ip", self.vcov))
        return se

    @property
    def z(self) -> Vector:
        """(m, p) test statistics, z or t; infinite where the moderators explain everything and the test is HK."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.b / self.se


def fit_designs(
    yi: Vector,
    vi: Vector,
    X: Vector,
    *,
    tested: Sequence[int],
    present: Flags | None = None,
    method: str = "REML",
    test: str = "z",
    tau2: float | None = None,
) -> DesignFits:
    """Fit each row of a table of meta-regressions, see `rows` for how rows and empty places are given.

    A permutation test of moderators permutes the rows of X: X of shape (m, k, p), one matrix for each. A row
    whose studies do not determine the coefficients, or leave no degree of freedom, has NaN.

    Parameters
    ----------
    yi, vi, present : broadcast to (m, k), as for `pooling.fits.fit_rows`.
    X : (k, p) or (m, k, p), with the column of ones if the model has an intercept.
    tested : the columns that QM tests together.
    method, test, tau2 : as for `meta_regression`.

    Source: see `regression.meta_regression`.
    """
    check_regression_test(test)
    rows = DesignRows.of(yi, vi, X, present)
    m, p = len(rows.k), rows.p
    found = DesignFits(
        method,
        test,
        tuple(tested),
        rows.k,
        *(np.full(shape, np.nan) for shape in ((m,), (m, p), (m, p, p), (m,), (m,), (m,), (m,))),
    )
    for block in blocks(m, rows.vi.shape[1] * p):
        some = rows.take(block)
        fine = np.flatnonzero(some.estimable)
        if len(fine):
            at = fine + block.start
            for array, values in zip(
                (found.tau2, found.b, found.vcov, found.ddf, found.QE, found.vt, found.QM),
                fit_design_block(some.take(fine), method, test, found.tested, tau2),
                strict=True,
            ):
                array[at] = values
    return found


def fit_design_block(
    rows: DesignRows, method: str, test: str, tested: tuple[int, ...], tau2: float | None
) -> tuple[Vector, ...]:
    """tau2, b, vcov, ddf, QE, vt and QM of a few estimable rows, as in `DesignFits`."""
    df = rows.k - rows.p
    QE, trP, _ = rows.form(1 / rows.vi)
    if tau2 is not None:
        t2 = np.full(len(df), tau2)
    elif method == COMMON_METHOD:
        t2 = np.zeros(len(df))
    else:
        t2 = tau2_method_named(method).estimate(rows)
    b, vcov, squares = rows.coefficients(t2)
    at = np.array(tested)
    some = b[:, at]
    QM = np.einsum("ip,ip->i", some, np.linalg.solve(vcov[:, at[:, None], at], some[:, :, None])[:, :, 0])
    if test == "z":
        return t2, b, vcov, np.full(len(df), np.inf), QE, df / trP, QM
    scale = squares / df if test in ("HK", "HK-adhoc") else np.ones(len(df))
    if test == "HK-adhoc":
        scale = np.maximum(scale, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return t2, b, vcov * scale[:, None, None], df, QE, df / trP, QM / scale / len(tested)


def check_regression_test(test: str) -> None:
    """Raise a DataError when meta-regression has no such test."""
    if test not in REGRESSION_TESTS:
        known = ", ".join(REGRESSION_TESTS)
        raise DataError(
            f"Test {test!r} is not known in meta-regression; known are {known}.{near(test, REGRESSION_TESTS)}"
        )
