"""Selection models: the pooled effect that studies would give if results were not reported by their p value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from evisynth.errors import DataError, near
from evisynth.synthesis.bias.checks import with_notes
from evisynth.synthesis.bias.given import FITS, GENERIC, Effects, effects_of, of_independent
from evisynth.synthesis.bias.selection_likelihood import (
    SelectionLikelihood,
    Selector,
    SmoothSelector,
    StepSelector,
)
from evisynth.synthesis.bias.selection_weights import SMOOTH, checked_steps, one_sided
from evisynth.synthesis.maximise import Box, Maximum, best_maximum, hessian
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.model_matrix import Matrix, NamedMatrix, checked_matrix
from evisynth.synthesis.pooling.result import critical_value
from evisynth.synthesis.results import Result

Alternative = Literal["greater", "less", "two-sided"]
ALTERNATIVES: tuple[Alternative, ...] = ("greater", "less", "two-sided")
STEPS = "stepfun"


@dataclass(frozen=True, slots=True, eq=False)
class SelectionFit(Result, rows="names", columns="b se z p ci_low ci_high b_unselected"):
    """A selection model fitted by maximum likelihood; effects are on the analysis scale.

    function, alternative : the weight function, and which results are the wished ones.
    names, b : (p,) coefficients, corrected for selection; vcov : (p, p). tau2, se_tau2 : between-study variance.
    delta, se_delta : (d,) parameters of the weight function; of a step function the weight of each interval of
        p relative to the first. se is NaN for what was given, or estimated to be at the end of its range.
    free : (d,) which deltas were estimated.
    ll : log likelihood; ll_unselected : of the same model without selection; ll_no_tau2 : with tau2 = 0.
    b_unselected, tau2_unselected : estimates without selection (maximum likelihood).
    steps, counts : of a step function the upper ends of the intervals, and the studies in each.
    measure : what the effects are; dropped : (study, reason) of each study that is left out.
    """

    function: str
    alternative: Alternative
    names: tuple[str, ...]
    b: Vector
    vcov: Matrix
    tau2: float
    se_tau2: float
    delta: Vector
    se_delta: Vector
    free: tuple[bool, ...]
    ll: float
    ll_unselected: float
    ll_no_tau2: float
    b_unselected: Vector
    tau2_unselected: float
    k: int
    converged: bool
    steps: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    level: float = 0.95
    measure: str = GENERIC
    dropped: Dropped = ()

    @property
    def estimate(self) -> float | None:
        """The effect corrected for selection on the scale people read; None with moderators, which have several."""
        return measure_named(self.measure).back(float(self.b[0])) if self._one else None

    @property
    def estimate_ci(self) -> tuple[float, float] | None:
        if not self._one:
            return None
        back = measure_named(self.measure).back
        return back(float(self.ci_low[0])), back(float(self.ci_high[0]))

    @property
    def estimate_unselected(self) -> float | None:
        """The effect without selection on the scale people read; None with moderators."""
        return measure_named(self.measure).back(float(self.b_unselected[0])) if self._one else None

    @property
    def _one(self) -> bool:
        """Whether there is one effect, and the way back to its scale needs nothing else."""
        return self.names == ("intercept",) and not measure_named(self.measure).scale.size

    @property
    def se(self) -> Vector:
        return np.sqrt(np.diag(self.vcov))

    @property
    def z(self) -> Vector:
        return self.b / self.se

    @property
    def p(self) -> Vector:
        """(p,) p values of no effect, two-sided."""
        return np.asarray(2 * ndtr(-np.abs(self.z)), dtype=np.float64)

    @property
    def ci_low(self) -> Vector:
        return self.b - ndtri(0.5 + self.level / 2) * self.se

    @property
    def ci_high(self) -> Vector:
        return self.b + ndtri(0.5 + self.level / 2) * self.se

    @property
    def LRT(self) -> float:
        """The likelihood-ratio test of no selection: chi-square with LRT_df degrees of freedom, at least 0."""
        return max(0.0, 2 * (self.ll - self.ll_unselected))

    @property
    def LRT_df(self) -> int:
        return sum(self.free)

    @property
    def LRT_p(self) -> float | None:
        """None when no delta was estimated."""
        return float(chdtrc(self.LRT_df, self.LRT)) if self.LRT_df else None

    @property
    def LRT_tau2(self) -> float:
        """The likelihood-ratio test of tau2 = 0 in the selection model, at least 0."""
        return max(0.0, 2 * (self.ll - self.ll_no_tau2))

    @property
    def LRT_tau2_p(self) -> float:
        """Chi-square with 1 degree of freedom, as usual; as tau2 cannot be below 0 it is cautious."""
        return float(chdtrc(1, self.LRT_tau2))

    def relative_weights(self, p: ArrayLike) -> Vector:
        """The weight function at p values of `alternative`, for a measure of precision of 1."""
        values = np.array(p, dtype=np.float64)
        if self.function == STEPS:
            return self.delta[np.searchsorted(np.array(self.steps), values)]
        at = one_sided(-ndtri(values))
        return np.exp(SMOOTH[self.function].log_weight(at, self.delta, np.ones(1)))

    def __str__(self) -> str:
        lines = [f"Selection model ({self.function}, {self.alternative}), {self.k} studies"]
        rows = zip(self.names, self.b, self.se, self.ci_low, self.ci_high, self.b_unselected, strict=True)
        lines += [
            f"{name}: {b:.4f} (se {se:.4f}; {100 * self.level:g}% CI {low:.4f} to {high:.4f}); "
            f"without selection {plain:.4f}"
            for name, b, se, low, high, plain in rows
        ]
        if self.estimate is not None and self.estimate_ci is not None and self.measure != "generic":
            low, high = self.estimate_ci
            lines.append(
                f"{measure_named(self.measure).shown} {self.estimate:.4g} ({100 * self.level:g}% CI {low:.4g} to "
                f"{high:.4g}); without selection {self.estimate_unselected:.4g}"
            )
        lines.append(f"tau2 {self.tau2:.4f}; without selection {self.tau2_unselected:.4f}")
        lines += self._deltas()
        if self.LRT_p is not None:
            lines.append(
                f"Test of no selection: chi-square({self.LRT_df}) = {self.LRT:.3f}, p = {self.LRT_p:.4f}"
            )
        if not self.converged:
            lines.append("The optimiser did not confirm a maximum.")
        return with_notes("\n".join(lines), (), self.dropped)

    def _deltas(self) -> list[str]:
        if not self.steps:
            return [f"delta {', '.join(f'{one:.4f}' for one in self.delta)}"]
        rows = zip((0.0, *self.steps[:-1]), self.steps, self.counts, self.delta, strict=True)
        return [
            f"{low:g} < p <= {high:g}: weight {one:.4f}, {count} studies" for low, high, count, one in rows
        ]


def selection_model(
    yi: Effects,
    vi: ArrayLike | None = None,
    X: ArrayLike | NamedMatrix | None = None,
    *,
    function: str = STEPS,
    alternative: Alternative = "greater",
    steps: Sequence[float] = (0.025,),
    delta: Sequence[float | None] | None = None,
    precision: ArrayLike | None = None,
    names: Sequence[str] = (),
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
) -> SelectionFit:
    """Random-effects model of effects that were reported with a probability that depends on their p value.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    X : (k, p) model matrix or Design; by default that of the fit, else an intercept alone. names : of its columns.
    function : "stepfun", "beta", "halfnorm", "negexp", "logistic" or "power".
    alternative : which results are wished for: "greater" than 0, "less", or "two-sided".
    steps : of a step function the p values at which the weight changes; the first interval has weight 1.
    delta : values to hold the parameters at, None for each that is estimated. With all given, selection of a
        supposed strength is corrected for (Vevea & Woods 2005).
    precision : (k,) a measure that multiplies delta, such as standard errors; it is divided by its largest
        value. Not for stepfun and beta.
    measure : what yi are; decides whether the effect is shown as a ratio too.

    Raises
    ------
    DataError : an interval of p without a study while its weight is to be estimated, fewer studies than
        parameters, an effect or variance that is missing, an unknown function.

    Source: Hedges & Vevea 1996, doi:10.3102/10769986021004299; Vevea & Woods 2005,
        doi:10.1037/1082-989X.10.4.428; Citkowicz & Vevea 2017, doi:10.1037/met0000119; Preston et al. 2004,
        doi:10.1111/j.1365-2753.2003.00457.x.
    """
    variances = vi if vi is None or isinstance(yi, FITS) else of_independent(vi, studies, np.size(yi))
    given = effects_of(
        yi, variances, studies, 1, "A selection model", measure=measure, level=level, moderators=True
    )
    y = given.yi
    matrix, columns = checked_matrix(given.design if X is None else X, names, len(given.kept))
    if not given.kept.all():
        matrix, columns = checked_matrix(matrix[given.kept], columns, len(y))
    if alternative not in ALTERNATIVES:
        raise DataError(f"Alternative {alternative!r} is not known; {', '.join(ALTERNATIVES)} are.")
    critical_value(given.level)
    sign = -1.0 if alternative == "less" else 1.0
    z, sides = sign * y / np.sqrt(given.vi), 2 if alternative == "two-sided" else 1
    if function == STEPS:
        setup = _step_function(tuple(steps), delta, z, sides)
    else:
        setup = _smooth_function(
            function,
            delta,
            _scaled(None if precision is None else given.of_kept(precision), len(y)),
            z,
            sides,
        )
    if precision is not None and function in (STEPS, "beta"):
        raise DataError(f"The weight function {function} takes no measure of precision.")
    count = matrix.shape[1] + 1 + sum(setup.free)
    if len(y) < count:
        raise DataError(f"{len(y)} studies cannot give the {count} parameters of this selection model.")
    found = _Fitted(sign * y, given.vi, sign * matrix, setup)
    return SelectionFit(
        function=function,
        alternative=alternative,
        names=columns,
        b=found.best.x[: found.p],
        vcov=found.covariance[: found.p, : found.p],
        tau2=float(found.best.x[found.p]),
        se_tau2=float(np.sqrt(found.covariance[found.p, found.p])),
        delta=found.best.x[found.p + 1 :],
        se_delta=np.sqrt(np.diag(found.covariance)[found.p + 1 :]),
        free=setup.free,
        ll=found.best.value,
        ll_unselected=found.unselected.value,
        ll_no_tau2=found.no_tau2.value,
        b_unselected=found.unselected.x[: found.p],
        tau2_unselected=float(found.unselected.x[found.p]),
        k=len(y),
        converged=found.best.converged,
        steps=setup.steps,
        counts=setup.counts,
        level=given.level,
        measure=given.measure,
        dropped=given.dropped,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Setup:
    """A weight function with its deltas: `held` is where one is given, `unselected` where selection is none."""

    selector: Selector
    held: tuple[float | None, ...]
    unselected: Vector
    steps: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def free(self) -> tuple[bool, ...]:
        return tuple(one is None for one in self.held)


class _Fitted:
    """The maxima of the likelihood: as it is, without selection, and with tau2 = 0.

    covariance : of all parameters, from the curvature at the maximum; NaN for those that are held.
    """

    def __init__(self, y: Vector, vi: Vector, X: Matrix, setup: _Setup) -> None:
        self.p = X.shape[1]
        self.size = float(max(np.var(y), np.median(vi)))
        likelihood = SelectionLikelihood(y, vi, X, setup.selector)
        box = self._box(setup)
        self.unselected = self._without_selection(SelectionLikelihood(y, vi, X, None), X, y)
        self.best = best_maximum(likelihood, self._starts(setup), box, runs=3)
        fixed = Box(box.low, np.where(np.arange(len(box.high)) == self.p, 0.0, box.high), box.scale)
        starts = [self.best.x, *self._starts(setup)]
        self.no_tau2 = best_maximum(likelihood, starts, fixed, runs=2)
        self.covariance = _inverse_curvature(likelihood, self.best, box)

    def _box(self, setup: _Setup) -> Box:
        p, d = self.p, len(setup.held)
        low = [0.0 if one is None else one for one in setup.held]
        high = [np.inf if one is None else one for one in setup.held]
        return Box(
            np.array([-np.inf] * p + [0.0, *low]),
            np.array([np.inf] * p + [np.inf, *high]),
            np.array([np.sqrt(self.size)] * p + [self.size] + [1.0] * d),
        )

    def _without_selection(self, likelihood: SelectionLikelihood, X: Matrix, y: Vector) -> Maximum:
        p = self.p
        box = Box(
            np.array([-np.inf] * p + [0.0]),
            np.full(p + 1, np.inf),
            np.array([np.sqrt(self.size)] * p + [self.size]),
        )
        b = np.linalg.lstsq(X, y, rcond=None)[0]
        return best_maximum(likelihood, [np.append(b, share * self.size) for share in (0.0, 0.1, 1.0)], box)

    def _starts(self, setup: _Setup) -> list[Vector]:
        """Without selection, and with more of it and less effect, in several mixtures."""
        b, tau2 = self.unselected.x[: self.p], float(self.unselected.x[self.p])
        none = setup.unselected
        strengths = [none, 0.3 * none + 0.7, none + 0.5, none + 2, 0.3 * none]
        return [
            np.concatenate((shrink * b, [tau2 + more * self.size], deltas))
            for deltas in strengths
            for shrink in (1.0, 0.5)
            for more in (0.0, 0.3)
        ]


def _step_function(
    steps: tuple[float, ...], delta: Sequence[float | None] | None, z: Vector, sides: int
) -> _Setup:
    ends = checked_steps(steps)
    held = _held_at(delta, (1.0, *[None] * (len(ends) - 1)))
    selector = StepSelector(ends, z, sides=sides)
    counts = tuple(selector.counts.tolist())
    for low, high, count in zip((0.0, *ends[:-1]), ends, counts, strict=True):
        if count == 0 and None in held:
            raise DataError(
                f"No study has a p value above {low:g} and up to {high:g}: its weight cannot be estimated. "
                "Choose other steps, or give the weights."
            )
    return _Setup(selector, held, np.ones(len(ends)), ends, counts)


def _smooth_function(
    function: str, delta: Sequence[float | None] | None, precision: Vector | None, z: Vector, sides: int
) -> _Setup:
    if function not in SMOOTH:
        known = [STEPS, *SMOOTH]
        raise DataError(
            f"Weight function {function!r} is not known; known are {', '.join(known)}.{near(function, known)}"
        )
    weights = SMOOTH[function]
    held = _held_at(delta, (None,) * len(weights.unselected))
    return _Setup(SmoothSelector(weights, z, precision, sides=sides), held, np.array(weights.unselected))


def _held_at(
    delta: Sequence[float | None] | None, usual: tuple[float | None, ...]
) -> tuple[float | None, ...]:
    if delta is None:
        return usual
    if len(delta) != len(usual):
        raise DataError(f"{len(delta)} deltas are given; this weight function has {len(usual)}.")
    if usual[0] is not None and delta[0] is None:
        raise DataError(
            "The first interval of a step function is what the others are compared with; give its delta."
        )
    for one in delta:
        if one is not None and not (np.isfinite(one) and one >= 0):
            raise DataError(f"delta {one:g} is not 0 or above.")
    return tuple(None if one is None else float(one) for one in delta)


def _scaled(precision: ArrayLike | None, k: int) -> Vector | None:
    if precision is None:
        return None
    values = np.array(precision, dtype=np.float64)
    if values.shape != (k,) or not np.all(np.isfinite(values) & (values > 0)):
        raise DataError(f"precision has shape {values.shape}; {k} studies need one positive number each.")
    return values / np.max(values)


def _inverse_curvature(likelihood: SelectionLikelihood, best: Maximum, box: Box) -> Matrix:
    """The covariance of the estimates; NaN where they are held, or all where the curvature shows no maximum."""
    free = ~box.held(best.x, best.gradient)
    curvature = -hessian(likelihood, best.x, best.gradient, box, free, central=True)[np.ix_(free, free)]
    found = np.full((len(best.x), len(best.x)), np.nan)
    if np.all(np.linalg.eigvalsh(curvature) > 0):
        found[np.ix_(free, free)] = np.linalg.inv(curvature)
    return found
