"""Permutation tests of a pooled effect and of moderators."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.arrangements import Arrangements
from evisynth.synthesis.sensitivity.draws import Block, random_blocks, ranges, seed_of
from evisynth.synthesis.sensitivity.refit import Linear, Recipe, linear, recipe_of
from evisynth.synthesis.sensitivity.text import table

EXACT = 1 << 20  # up to so many arrangements all of them are the default
TOGETHER = 2048
SAME = 1e-8  # statistics that differ by less are taken as equal: rounding must not decide who is as extreme
Statistics = tuple[Vector, Vector]


@dataclass(frozen=True, slots=True, eq=False)
class PermutationTest(Result, rows="names"):
    """What the test statistics would be if signs (pooled effect) or moderators belonged to any study.

    names  : (p) coefficients; z (p,) and QM: what was observed, by the test of the analysis.
    z_null, QM_null : (m, p) and (m,) the same of the arrangements; of all, or of those that were drawn.
    exact  : whether these are all different arrangements, the observed one among them.
    seed   : of the draws; None when exact.
    """

    names: tuple[str, ...]
    test: str
    z: Vector
    QM: float
    z_null: Vector
    QM_null: Vector
    exact: bool
    seed: int | None = None

    @property
    def arrangements(self) -> int:
        """How many arrangements the p values are made of, with the observed one."""
        return len(self.QM_null) + (not self.exact)

    @property
    def p(self) -> Vector:
        """(p,) two-sided: the share of arrangements whose |z| is at least the observed one.

        Drawn arrangements have the observed one added to them, so that p is never 0.

        Source: Phipson & Smyth 2010, doi:10.2202/1544-6115.1585.
        """
        return np.array(
            [self._share(np.abs(null), abs(z)) for null, z in zip(self.z_null.T, self.z, strict=True)]
        )

    @property
    def p_QM(self) -> float:
        """The share of arrangements whose QM is at least the observed one."""
        return self._share(self.QM_null, self.QM)

    @property
    def se_p(self) -> Vector:
        """(p,) Monte Carlo standard errors of the p values; 0 when exact."""
        if self.exact:
            return np.zeros(len(self.names))
        se: Vector = np.sqrt(self.p * (1 - self.p) / self.arrangements)
        return se

    def _share(self, null: Vector, observed: float) -> float:
        if np.isnan(observed):
            return float("nan")
        bound = observed - SAME * max(1.0, observed) if np.isfinite(observed) else observed
        return (int(np.count_nonzero(null >= bound)) + (not self.exact)) / self.arrangements

    def __str__(self) -> str:
        how = "exact, all" if self.exact else f"seed {self.seed}, the observed and drawn, together"
        rows = list(zip(self.names, self.z.tolist(), self.p.tolist(), strict=True))
        if self.names != ("mu",):
            rows.append(("QM", self.QM, self.p_QM))
        return "\n".join(
            (
                f"Permutation test, {how} {self.arrangements} arrangements; statistics of test {self.test}",
                table(("", "z" if self.test == "z" else "t", "p"), rows),
            )
        )


def permutation_test(
    fit: Pooled | MetaRegression, *, draws: int | None = None, seed: int | None = None, run: Map = map
) -> PermutationTest:
    """Test an effect, or moderators, without relying on the normal distribution.

    If there is no effect, each study could as well have had the opposite one (effects are symmetric about 0):
    all 2^k signs. If a moderator has no effect, its values could belong to any study: all different orders of
    the rows of the model matrix, the intercept's p value too, as in metafor.

    Parameters
    ----------
    fit : a result by inverse variance, or a meta-regression; its method and test are those of each arrangement.
    draws : how many arrangements to draw; None for all of them, up to 2^20 (20 studies; 9 different values of
        a moderator). All of them too when there are no more than asked for.
    seed : of the draws; by default a new one, which the result names.
    run : does the work, as the built-in `map`; see evisynth.cluster.

    Raises
    ------
    DataError : more arrangements than 2^20 and no number of draws; a result that is not by inverse variance.

    Source: Follmann & Proschan 1999, doi:10.1111/j.0006-341X.1999.00732.x; Higgins & Thompson 2004,
    doi:10.1002/sim.1752. R: metafor permutest.
    """
    names: tuple[str, ...]
    if isinstance(fit, Pooled):
        names, z, QM = ("mu",), np.array([fit.z]), fit.z**2
        recipe = recipe_of(fit)
        ways = 1 << fit.k
        every, some = partial(_signs, recipe), partial(_random_signs, recipe)
        first = ways // 2  # the other half are the same with all signs turned
    else:
        model, orders = linear(fit), Arrangements.of(fit.design.matrix)
        names, z, QM = fit.names, fit.z, fit.QM
        ways, first = orders.total, 0
        every, some = partial(_orders, model, orders), partial(_random_orders, model)
    if draws is None and ways > EXACT:
        raise DataError(
            f"There are {float(ways):.3g} arrangements; say how many to draw, e.g. draws=10_000, or ask for all "
            "of them by their number."
        )
    exact = draws is None or draws >= ways
    used = None if exact else seed_of(seed)
    if used is None:
        parts = list(run(every, ranges(first, ways, TOGETHER)))
    else:
        assert draws is not None
        parts = list(run(some, random_blocks(draws, used)))
    z_null, QM_null = (np.concatenate(column) for column in zip(*parts, strict=True))
    if exact and first:
        z_null, QM_null = np.concatenate((-z_null[::-1], z_null)), np.concatenate((QM_null[::-1], QM_null))
    return PermutationTest(names, fit.test, z, float(QM), z_null, QM_null, exact, used)


def _signs(recipe: Recipe, part: tuple[int, int]) -> Statistics:
    """The statistics when study j has its sign where bit j of the number is set, else the opposite one."""
    number = np.arange(*part, dtype=np.int64)[:, None]
    return _turned(recipe, number >> np.arange(len(recipe.yi)) & 1)


def _random_signs(recipe: Recipe, block: Block) -> Statistics:
    stream, n = block
    return _turned(recipe, np.random.default_rng(stream).integers(0, 2, (n, len(recipe.yi))))


def _turned(recipe: Recipe, kept: NDArray[np.int64]) -> Statistics:
    """The statistics when effects have their own sign where `kept` is 1, and the opposite one where it is 0."""
    z = recipe.fit(np.where(kept == 1, recipe.yi, -recipe.yi), recipe.vi).z[:, None]
    return z, z[:, 0] ** 2


def _orders(model: Linear, orders: Arrangements, part: tuple[int, int]) -> Statistics:
    return _reordered(model, model.X[orders.orders(*part)])


def _random_orders(model: Linear, block: Block) -> Statistics:
    stream, n = block
    places = np.tile(np.arange(model.k), (n, 1))
    return _reordered(model, model.X[np.random.default_rng(stream).permuted(places, axis=1)])


def _reordered(model: Linear, X: Vector) -> Statistics:
    """The statistics when the rows of the model matrix belong to other studies."""
    fits = model.fit(model.yi, model.vi, X)
    return fits.z, fits.QM
