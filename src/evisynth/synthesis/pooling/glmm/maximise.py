"""The model of largest likelihood: Newton's method on coefficients, study intercepts and standard deviations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.glmm.families import Array, Family
from evisynth.synthesis.pooling.glmm.marginal import integrated, modes, with_hessian

STEPS = 100
CLOSE = 1e-6  # a Newton step of this size leaves an error of about its square
NEARLY = 0.05  # the same where finer points of quadrature follow
STARTS = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # standard deviations that are tried as starts
POINTS = (9, 21, 41, 161, 321, 641)  # of the quadrature, until finer ones change nothing
EXACT = 1e-11  # relative change of the log likelihood that is nothing
VANISHED = 1e-4  # a standard deviation below this is taken as 0
FARTHEST = 3.0  # a Newton step is shortened to this, in coefficients, intercepts and log deviations
STEEP = 30.0  # a coefficient or deviation beyond is infinite: exp(30) is an odds ratio of 10^13


class NotReached(DataError):
    """The ascent ended before the maximum."""


class Diverged(DataError):
    """The likelihood rises without end; it has reached `log_likelihood`."""

    def __init__(self, log_likelihood: float) -> None:
        super().__init__(
            "The model has no finite estimate: its likelihood rises without end as a coefficient or the variance "
            "between the studies grows. This happens where most studies have events in one group alone, or where "
            "a moderator tells them apart. Use a common effect, fewer moderators, or a method with a correction."
        )
        self.log_likelihood = log_likelihood


class Theta(NamedTuple):
    """beta : (p,) coefficients; gamma : (k,) study intercepts; s : (R,) standard deviations, of which 0 is none."""

    beta: Vector
    gamma: Vector
    s: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A model of the counts of k studies, in J groups each.

    X         : (k, J, p) how the coefficients enter the natural parameters.
    offset    : (k, J) what is added to these.
    Z         : (J, R) how the random effects enter.
    crude     : (k,) first values of the intercepts that each study has besides (fixed study effects); None
                when it has none.
    points    : of the quadrature; None for as many as change nothing any more (one random effect at most).
    may_diverge : whether coefficients may run off, as in a saturated model with zero cells.
    """

    family: Family
    X: Array
    offset: Array
    Z: Array
    crude: Vector | None
    points: int | None
    may_diverge: bool = False

    def start(self) -> Theta:
        k, _, p = self.X.shape
        gamma = np.zeros(k) if self.crude is None else self.crude
        return Theta(np.zeros(p), gamma, np.zeros(self.Z.shape[1]))

    def local(self, theta: Theta) -> tuple[Array, Array, Vector, list[int]]:
        """Offsets (k, J), random effects (J, R'), deviations (R',) and the places of those that are not 0."""
        there = [place for place, s in enumerate(theta.s.tolist()) if s > 0]
        o = self.X @ theta.beta + theta.gamma[:, None] + self.offset
        return o, self.Z[:, there], theta.s[there], there

    def log_likelihood(self, theta: Theta) -> float:
        o, Z, s, _ = self.local(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            value = float(integrated(self.family, o, Z, s, self.points or POINTS[0]).value.sum())
        return value if np.isfinite(value) else -np.inf

    def log_likelihood_at_modes(self, theta: Theta) -> float:
        """The log likelihood of the counts with each study's random effects at their most likely values.

        No likelihood of the parameters, since the random effects are not integrated out; R's lme4 prints it.
        """
        o, Z, s, _ = self.local(theta)
        A = Z * s
        u = modes(self.family, o, A) if A.size else np.zeros((len(o), 0))
        return float(self.family.value_and_slope((o + u @ A.T)[..., None])[0].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The values of largest likelihood, and the inverse observed information of the coefficients, (p, p)."""

    theta: Theta
    log_likelihood: float
    vcov: Array


def maximum_likelihood(problem: Problem, random: Sequence[int], fits: dict[tuple[int, ...], Fit]) -> Fit:
    """The maximum over the coefficients and the random effects `random` (columns of Z), each of which may be 0.

    `fits` keeps what was found for each subset of the random effects, so that larger models start from it.

    Raises DataError when a coefficient has no finite estimate, or the likelihood is beyond the quadrature.

    Source: McCulloch, Searle & Neuhaus 2008, Generalized, linear, and mixed models, chapter 14.
    """
    if problem.points is not None:
        return _best_subset(problem, random, fits, CLOSE)
    rules = [replace(problem, points=points) for points in POINTS]
    finer_rules = rules[1:]
    try:
        fit = _best_subset(rules[0], random, fits, NEARLY)
    except Diverged:  # which a coarse rule may do by its own error
        finer_rules = rules[-2:]
        fit = _best_subset(finer_rules[0], random, fits, NEARLY)
    for rule, finer in pairwise(finer_rules):
        if np.all(fit.theta.s <= VANISHED):
            return fits[()]
        try:
            fit = ascend(rule, fit.theta, CLOSE)
        except NotReached:  # the rule is too coarse for a likelihood as level as this
            continue
        if abs(finer.log_likelihood(fit.theta) - fit.log_likelihood) < EXACT * (1 + abs(fit.log_likelihood)):
            return max(fit, fits[()], key=lambda one: one.log_likelihood)
    raise DataError(
        f"{POINTS[-2]} points do not integrate this likelihood: its random effects have a standard deviation of "
        f"{np.max(fit.theta.s):.3g}. Ask for a number of points to have the approximation that they give."
    )


def _best_subset(
    problem: Problem, random: Sequence[int], fits: dict[tuple[int, ...], Fit], close: float
) -> Fit:
    """Of all subsets of the random effects, the fit of largest likelihood.

    A deviation of 0 is a border with a level slope, where Newton's method alone would stop although the
    likelihood rises inside.
    """
    if () not in fits:
        fits[()] = ascend(problem, problem.start(), CLOSE)
    runaway: Diverged | None = None
    for size in range(1, len(random) + 1):
        for chosen in combinations(random, size):
            if chosen in fits:
                continue
            for theta in _starts(problem, chosen, fits):
                try:
                    fit = ascend(problem, theta, close)
                except Diverged as error:
                    runaway = error
                    continue
                if np.all(fit.theta.s[list(chosen)] > VANISHED):
                    fits[chosen] = max(fit, fits.get(chosen, fit), key=lambda one: one.log_likelihood)
    best = max(fits.values(), key=lambda fit: fit.log_likelihood)
    if runaway is not None and runaway.log_likelihood > best.log_likelihood:
        raise runaway
    return best


def _starts(problem: Problem, chosen: tuple[int, ...], fits: dict[tuple[int, ...], Fit]) -> Iterator[Theta]:
    """From each fit with one random effect less: the deviation of that one that raises the likelihood most."""
    for extra in chosen:
        base = fits.get(tuple(place for place in chosen if place != extra))
        if base is None:
            continue
        tried = []
        for deviation in STARTS:
            s = base.theta.s.copy()
            s[extra] = deviation
            theta = base.theta._replace(s=s)
            tried.append((problem.log_likelihood(theta), theta))
        best, theta = max(tried, key=lambda pair: pair[0])
        if best > base.log_likelihood + 1e-12 * abs(base.log_likelihood):
            yield theta


def ascend(problem: Problem, theta: Theta, close: float) -> Fit:
    """The maximum above these values; deviations of 0 stay 0, and those that fall to 0 end the ascent.

    Deviations move on the log scale. Steps are halved until they rise, and end with one shorter than `close`;
    when that is not CLOSE, the result is a start for a finer rule and its covariance is not that of its place.

    Source: Nocedal & Wright 2006, Numerical optimization, section 3.4, doi:10.1007/978-0-387-40065-5.
    """
    last = False
    for _ in range(STEPS):
        value, step, vcov = _newton(problem, theta)
        if last or np.any((theta.s > 0) & (theta.s <= VANISHED)):
            return Fit(theta, value, vcov)
        moved = _search(problem, theta, step, value)
        if moved is None:
            return Fit(theta, value, vcov)
        last = max(np.max(np.abs(part), initial=0.0) for part in step) < close
        theta = moved
        if last and close > CLOSE:
            return Fit(theta, problem.log_likelihood(theta), vcov)
        if np.max(np.abs(theta.beta), initial=0.0) > STEEP or np.max(theta.s, initial=0.0) > STEEP:
            if not problem.may_diverge:
                raise Diverged(problem.log_likelihood(theta))
            last = True
    raise NotReached(f"The likelihood has no maximum that {STEPS} steps of Newton's method could reach.")


class _Step(NamedTuple):
    beta: Vector
    gamma: Vector
    log_s: Vector  # (R,), 0 where s is 0


def _newton(problem: Problem, theta: Theta) -> tuple[float, _Step, Array]:
    """The log likelihood, the Newton step and the covariance matrix of the coefficients.

    The intercept of a study moves the likelihood of this study alone, so that all k of them are eliminated
    from the system one by one, and what is left has as many unknowns as coefficients and deviations.
    """
    o, Z, s, there = problem.local(theta)
    k, J, p = problem.X.shape
    R = len(there)
    here, hessian = with_hessian(problem.family, o, Z, s, problem.points or POINTS[0])
    gradient = here.gradient
    M = np.zeros((k, J + R, p + R))  # local parameters by coefficients and log deviations
    M[:, :J, :p] = problem.X
    M[:, J:, p:] = np.diag(s)
    slope = np.einsum("kl,kld->d", gradient, M)
    H = np.einsum("kld,klm,kme->de", M, hessian, M)
    H[range(p, p + R), range(p, p + R)] += gradient[:, J:].sum(axis=0) * s
    if problem.crude is not None:
        own_slope = gradient[:, :J].sum(axis=1)
        own = hessian[:, :J, :J].sum(axis=(1, 2))
        cross = np.einsum("kjm,kmd->kd", hessian[:, :J], M)
        slope = slope - cross.T @ (own_slope / own)
        H = H - cross.T @ (cross / own[:, None])
    x, covariance = _rising(-H, slope)
    gamma = np.zeros(k) if problem.crude is None else -(own_slope + cross @ x) / own
    log_s = np.zeros(len(theta.s))
    log_s[there] = x[p:]
    part = 1 / max(1.0, np.max(np.abs(x), initial=0.0) / FARTHEST, np.max(np.abs(gamma)) / FARTHEST)
    return float(here.value.sum()), _Step(part * x[:p], part * gamma, part * log_s), covariance[:p, :p]


def _rising(curvature: Array, slope: Vector) -> tuple[Vector, Array]:
    """The Newton step, and the inverse of the curvature; directions in which this is negative are turned round."""
    size = np.abs(np.diag(curvature))
    scale = np.sqrt(np.maximum(size, 1e-24 * np.max(size, initial=1e-200)))
    values, vectors = np.linalg.eigh(curvature / np.outer(scale, scale))
    sizes = np.maximum(np.abs(values), 1e-14 * np.max(np.abs(values), initial=1.0))
    covariance = (vectors / sizes) @ vectors.T / np.outer(scale, scale)
    return covariance @ slope, covariance


def _search(problem: Problem, theta: Theta, step: _Step, value: float) -> Theta | None:
    """The values after the step, which is halved until the likelihood does not fall; None when it always does."""
    length = 1.0
    for _ in range(40):
        moved = Theta(
            theta.beta + length * step.beta,
            theta.gamma + length * step.gamma,
            theta.s * np.exp(length * step.log_s),
        )
        if problem.log_likelihood(moved) >= value - 1e-12 * (1 + abs(value)):
            return moved
        length /= 2
    return None
