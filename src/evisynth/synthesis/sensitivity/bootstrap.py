"""The bootstrap: how a pooled effect, its heterogeneity or moderators' coefficients vary from sample to sample."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from evisynth.cluster import Map
from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.fits import DesignFits
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.fits import COMMON_METHOD, Fits
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.draws import Block, random_blocks, seed_of
from evisynth.synthesis.sensitivity.refit import Linear, Recipe, linear, recipe_of
from evisynth.synthesis.sensitivity.text import table

Kind = Literal["non-parametric", "parametric"]
KINDS: tuple[Kind, Kind] = ("non-parametric", "parametric")
DEPENDENT = 1e-9  # a singular value of so little, beside 1 of all studies: columns depend on each other
INTERVALS = {
    "percentile": "quantiles of the samples",
    "basic": "quantiles of the samples, reflected at the estimate",
    "BCa": "quantiles, corrected for bias and acceleration",
}


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap(Result):
    """m bootstrap samples of q quantities, on the analysis scale.

    names    : (q) mu or the coefficients; tau2 and I2_tau2 of random effects; Q.
    observed : (q,) in the data; samples (m, q); NaN where a sample does not determine a coefficient.
    without  : (k, q) without each study, for BCa; None for a parametric bootstrap.
    kind     : non-parametric (studies are drawn) or parametric (effects are drawn from the model).
    seed     : that the samples were drawn with; level of the intervals, as a fraction.
    """

    names: tuple[str, ...]
    observed: Vector
    samples: Vector
    without: Vector | None
    kind: Kind
    level: float
    seed: int

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def bias(self) -> Vector:
        """(q,) mean of the samples less the observed."""
        return np.asarray(np.nanmean(self.samples, axis=0) - self.observed, dtype=np.float64)

    @property
    def se(self) -> Vector:
        """(q,) standard deviations of the samples."""
        return np.asarray(np.nanstd(self.samples, axis=0, ddof=1), dtype=np.float64)

    @property
    def failed(self) -> int:
        """How many samples do not determine the model; they do not count."""
        return int(np.count_nonzero(np.isnan(self.samples).any(axis=1)))

    def values(self, name: str) -> Vector:
        """The samples of one quantity, without those that failed."""
        column = self.samples[:, self._place(name)]
        return column[np.isfinite(column)]

    def interval(
        self, name: str = "", kind: str = "percentile", *, level: float | None = None
    ) -> tuple[float, float]:
        """Limits of one quantity, by default the first.

        Parameters
        ----------
        name : one of `names`.
        kind : percentile, basic or BCa (non-parametric alone).
        level : as a fraction; by default that of the analysis.

        Raises
        ------
        DataError : an unknown name or kind; BCa of a parametric bootstrap, or where all samples lie on one side
            of the estimate.

        Source: Efron 1987, doi:10.1080/01621459.1987.10478410; Davison & Hinkley 1997, Bootstrap methods and
        their application, chapter 5, doi:10.1017/CBO9780511802843.
        """
        if kind not in INTERVALS:
            raise DataError(
                f"Interval {kind!r} is not known; known are {', '.join(INTERVALS)}.{near(kind, INTERVALS)}"
            )
        name = name or self.names[0]
        values, level = self.values(name), self.level if level is None else level
        critical_value(level)
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        if kind == "BCa":
            tails = self._corrected(name, values, tails)
        low, high = np.quantile(values, tails).tolist()
        if kind != "basic":
            return low, high
        observed = float(self.observed[self._place(name)])
        return 2 * observed - high, 2 * observed - low

    def _corrected(self, name: str, values: Vector, tails: Vector) -> Vector:
        """The tails that BCa takes in place of the nominal ones."""
        if self.without is None:
            raise DataError(
                "BCa takes its acceleration from leaving out studies, which goes with the non-parametric "
                "bootstrap; take percentile or basic."
            )
        place = self._place(name)
        observed = self.observed[place]
        below = (np.count_nonzero(values < observed) + np.count_nonzero(values == observed) / 2) / len(values)
        if not 0 < below < 1:
            raise DataError(
                f"All samples of {name} lie on one side of the estimate; BCa has no correction there."
            )
        jackknife = self.without[:, place]
        distance = np.nanmean(jackknife) - jackknife
        squares = np.nansum(distance**2)
        a = float(np.nansum(distance**3) / (6 * squares**1.5)) if squares > 0 else 0.0
        z0 = ndtri(below)
        z = z0 + ndtri(tails)
        return np.asarray(ndtr(z0 + z / (1 - a * z)), dtype=np.float64)

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise DataError(
                f"{name!r} was not kept; kept are {', '.join(self.names)}.{near(name, self.names)}"
            )
        return self.names.index(name)

    def __str__(self) -> str:
        rows = [
            (name, observed, bias, se, *self.interval(name))
            for name, observed, bias, se in zip(
                self.names, self.observed.tolist(), self.bias.tolist(), self.se.tolist(), strict=True
            )
        ]
        failed = f", {self.failed} of them not fitted" if self.failed else ""
        how = f"{self.kind}, {len(self)} samples{failed}, seed {self.seed}"
        lines = table(("", "observed", "bias", "se", "low", "high"), rows)
        return f"Bootstrap, {how}; {100 * self.level:g}% percentile intervals\n{lines}"


def bootstrap(
    fit: Pooled | MetaRegression,
    *,
    kind: Kind = "non-parametric",
    draws: int = 10_000,
    seed: int | None = None,
    run: Map = map,
) -> Bootstrap:
    """Draw samples as the data could have been, and pool each as the whole was pooled.

    Parameters
    ----------
    fit : a result by inverse variance or given weights, or a meta-regression.
    kind : "non-parametric" draws k of the k studies with replacement; "parametric" draws the effects of the same
        studies from normal distributions about their fitted values, with variances vi + tau2.
    draws : how many samples.
    seed : of the draws; by default a new one, which the result names.
    run : does the work, as the built-in `map`; see evisynth.cluster.

    Returns
    -------
    Bootstrap, with percentile, basic and BCa intervals.

    Raises
    ------
    DataError : an unknown kind, no draws, a result that is not by inverse variance.

    Source: Davison & Hinkley 1997, Bootstrap methods and their application, doi:10.1017/CBO9780511802843;
    Viechtbauer 2007, doi:10.1002/sim.2514, for tau2.
    """
    if kind not in KINDS:
        raise DataError(f"Bootstrap {kind!r} is not known; known are {', '.join(KINDS)}.{near(kind, KINDS)}")
    model: Recipe | Linear = recipe_of(fit) if isinstance(fit, Pooled) else linear(fit)
    spread = _has_tau2(model)
    used = seed_of(seed)
    sampled = partial(_drawn, model) if kind == "non-parametric" else partial(_simulated, model, _centre(fit))
    names = ("mu",) if isinstance(fit, Pooled) else fit.names
    names = (*names, "tau2", "I2_tau2", "Q") if spread else (*names, "Q")
    samples = np.concatenate(list(run(sampled, random_blocks(draws, used))))
    k = len(model.yi)
    without = None
    if kind == "non-parametric":
        without = _values(model, model.fit(model.yi, model.vi, present=~np.eye(k, dtype=np.bool_)))
    observed = _values(model, model.fit(model.yi, model.vi))[0]
    return Bootstrap(names, observed, samples, without, kind, fit.level, used)


def _has_tau2(model: Recipe | Linear) -> bool:
    """Whether the model has a between-study variance."""
    return model.method != COMMON_METHOD


def _centre(fit: Pooled | MetaRegression) -> tuple[Vector, Vector]:
    """(k,) fitted values and (k,) standard deviations of effects about them."""
    fitted = np.full(fit.k, fit.mu) if isinstance(fit, Pooled) else fit.design.matrix @ fit.b
    return fitted, np.sqrt(fit.vi + fit.tau2)


def _drawn(model: Recipe | Linear, block: Block) -> Vector:
    """(n, q) of samples of studies."""
    stream, n = block
    k = len(model.yi)
    places = np.random.default_rng(stream).integers(0, k, (n, k))
    if isinstance(model, Linear):
        return _regressed(model, places)
    a = None if model.weights is None else model.weights[places]
    return _values(model, model.fit(model.yi[places], model.vi[places], a=a))


def _regressed(model: Linear, places: NDArray[np.intp]) -> Vector:
    """(n, q) of samples of studies with their moderators; NaN where these do not determine the coefficients."""
    basis = np.linalg.qr(model.X)[0]
    fine = np.linalg.svd(basis[places], compute_uv=False)[:, -1] > DEPENDENT
    found = np.full((len(places), model.p + (3 if _has_tau2(model) else 1)), np.nan)
    some = places[fine]
    if len(some):
        found[fine] = _values(model, model.fit(model.yi[some], model.vi[some], model.X[some]))
    return found


def _simulated(model: Recipe | Linear, centre: tuple[Vector, Vector], block: Block) -> Vector:
    """(n, q) of samples of effects of the same studies."""
    stream, n = block
    fitted, sd = centre
    effects = fitted + sd * np.random.default_rng(stream).standard_normal((n, len(fitted)))
    return _values(model, model.fit(effects, model.vi))


def _values(model: Recipe | Linear, fits: Fits | DesignFits) -> Vector:
    """(m, q) the quantities that are kept of each fit."""
    effects = fits.mu[:, None] if isinstance(fits, Fits) else fits.b
    Q = fits.Q if isinstance(fits, Fits) else fits.QE
    if not _has_tau2(model):
        return np.column_stack((effects, Q))
    I2 = 100 * fits.tau2 / (fits.tau2 + fits.vt)
    return np.column_stack((effects, fits.tau2, I2, Q))
