"""The models: from counts to the likelihood of each study, and from its maximum to a result."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION
from evisynth.synthesis.pooling.glmm.counts import Counts, check_estimable, read_counts
from evisynth.synthesis.pooling.glmm.families import Array, Binomial, Family, Hypergeometric, Poisson
from evisynth.synthesis.pooling.glmm.maximise import Fit, Problem, maximum_likelihood
from evisynth.synthesis.pooling.glmm.result import LIKELIHOODS, Glmm
from evisynth.synthesis.pooling.result import MODELS, RANDOM, Model, critical_value, need_two

HALF = np.array([0.5, -0.5])  # how the effect enters groups 1 and 2; the study intercept lies between them
OFFERED = {"OR": ("UM.FS", "UM.RS", "CM.EL", "CM.AL"), "IRR": ("UM.FS", "UM.RS", "CM.EL")}
MOST_POINTS = 100


def pool_glmm(
    measure: str = "OR",
    *,
    studies: Sequence[str] = (),
    likelihood: str = "",
    model: Model = RANDOM,
    moderators: ArrayLike | None = None,
    names: Sequence[str] = (),
    points: int | None = None,
    level: float = 0.95,
    **columns: ArrayLike,
) -> Glmm:
    """Pool counts by a generalised linear (mixed) model, which needs no correction of zero cells.

    Parameters
    ----------
    measure : OR (columns events1, n1, events2, n2), IRR (events1, time1, events2, time2), PLO, the log odds of
        one group (events, n), or IRLN, the log rate of one group (events, time).
    likelihood : for OR and IRR, by the names of R's metafor: UM.FS, each study has an intercept of its own (the
        default); UM.RS, study intercepts are drawn from a normal distribution; CM.EL, conditional on each
        study's events (OR: noncentral hypergeometric; IRR: binomial); CM.AL (OR), a binomial approximation of
        CM.EL for rare events.
    model : random effects by maximum likelihood, or a common effect.
    moderators : (k,) or (k, p - 1) numbers of the studies that the effect depends on, and their names.
    points : of adaptive Gauss-Hermite quadrature (R: nAGQ). By default as many as change nothing; UM.RS
        always has 1, Laplace's approximation.

    Returns
    -------
    Glmm. Studies without events, or with events in everyone, are left out for OR and IRR, and named.

    Raises
    ------
    DataError : fewer than two studies, a pooled effect that is infinite because a group has no events in any
        study, moderators that depend on each other; counts that are not whole numbers, for the exact
        conditional likelihood.

    Source: Stijnen, Hamza & Ozdemir 2010, doi:10.1002/sim.4040; Jackson, Law, Stijnen, Viechtbauer & White 2018,
    doi:10.1002/sim.7588.
    """
    counts = read_counts(measure, tuple(studies), columns)
    likelihood = _checked(measure, likelihood, model, points)
    critical_value(level)
    D, labels = _design(counts, moderators, tuple(names))
    return fit_counts(counts, D, labels, likelihood, model, points, level)


def fit_counts(
    counts: Counts,
    D: Array,
    labels: tuple[str, ...],
    likelihood: str,
    model: Model,
    points: int | None,
    level: float,
) -> Glmm:
    """Fit a model to checked counts; D (k, p) has the column of ones and the moderators, `labels` their names.

    Raises
    ------
    DataError : as `pool_glmm`, for what depends on the counts.

    Source: as `pool_glmm`.
    """
    need_two(counts.studies, counts.dropped)
    _check_design(D, labels)
    if D.shape[1] == 1:
        check_estimable(counts)
    problem = _problem(counts, likelihood, D, points)
    intercepts = (0,) if likelihood == "UM.RS" else ()
    fits: dict[tuple[int, ...], Fit] = {}
    common = maximum_likelihood(problem, intercepts, fits)
    fit = common
    if model == RANDOM:
        fit = maximum_likelihood(problem, range(problem.Z.shape[1]), fits)
    largest, wald = _saturated(counts, likelihood, problem, D)
    yi, vi = counts.effects()
    place = problem.X.shape[2] - len(labels)  # UM.RS has the mean of the study intercepts first
    return Glmm(
        measure=counts.measure,
        likelihood=likelihood,
        model=model,
        studies=counts.studies,
        names=labels,
        coefficients=fit.theta.beta[place:],
        vcov=fit.vcov[place:, place:],
        tau2=float(fit.theta.s[-1]) ** 2,
        sigma2=float(fit.theta.s[0]) ** 2 if likelihood == "UM.RS" else None,
        log_likelihood=fit.log_likelihood,
        log_likelihood_at_modes=problem.log_likelihood_at_modes(fit.theta),
        QE_Wald=wald,
        QE_LRT=max(0.0, 2 * (largest - common.log_likelihood)),
        QE_df=len(counts.studies) - len(labels),
        yi=yi,
        vi=vi,
        typical_variance=_typical_variance(1 / vi, D),
        points=problem.points,
        counts=counts,
        design=D,
        dropped=counts.dropped,
        level=level,
    )


def _checked(measure: str, likelihood: str, model: str, points: int | None) -> str:
    """The likelihood, which is UM.FS unless another is named; a DataError for what does not exist."""
    offered = OFFERED.get(measure, ("one group",))
    likelihood = likelihood or offered[0]
    if likelihood not in offered:
        words = "; ".join(f"{name} ({LIKELIHOODS[name]})" for name in offered)
        raise DataError(f"Likelihood {likelihood!r} is not there for {measure}: {words}.")
    if model not in MODELS:
        raise DataError(f"Model {model!r} is not known; known are {', '.join(MODELS)}.{near(model, MODELS)}")
    if points is not None and not 1 <= points <= MOST_POINTS:
        raise DataError(f"{points} points of quadrature; it takes 1 to {MOST_POINTS}.")
    if likelihood == "UM.RS" and points not in (None, 1):
        raise DataError(
            "UM.RS has two random effects; they are integrated by Laplace's approximation, 1 point."
        )
    return likelihood


def _design(
    counts: Counts, moderators: ArrayLike | None, names: tuple[str, ...]
) -> tuple[Array, tuple[str, ...]]:
    """(k, p) intercept and moderators of the studies that are kept, and their p names."""
    k = len(counts.studies)
    if moderators is None:
        return np.ones((k, 1)), ("intercept",)
    M = np.array(moderators, dtype=np.float64)
    M = M[:, None] if M.ndim == 1 else M
    if M.ndim != 2 or M.shape[0] != len(counts.kept):
        raise DataError(f"Moderators of shape {M.shape}: each of {len(counts.kept)} studies needs a row.")
    names = names or tuple(f"moderator {place}" for place in range(1, M.shape[1] + 1))
    if len(names) != M.shape[1]:
        raise DataError(f"{len(names)} names for {M.shape[1]} moderators; each needs one.")
    M = M[counts.kept]
    for study, row in zip(counts.studies, M, strict=True):
        if not np.all(np.isfinite(row)):
            missing = names[int(np.argmin(np.isfinite(row)))]
            raise DataError(f"{study}: {missing} is missing. Leave the study out or give the number.")
    return np.column_stack((np.ones(k), M)), ("intercept", *names)


def _check_design(D: Array, labels: tuple[str, ...]) -> None:
    """Raise a DataError where the studies cannot tell the coefficients apart."""
    k = len(D)
    if k < D.shape[1] or np.linalg.matrix_rank(D) < D.shape[1]:
        raise DataError(
            f"{k} studies cannot tell {D.shape[1]} coefficients apart ({', '.join(labels[1:])}): "
            "a moderator is constant, or follows from the others."
        )


def _problem(counts: Counts, likelihood: str, D: Array, points: int | None) -> Problem:
    """The model of these counts, in which D (k, p) acts on the effect of a study."""
    k, J = counts.events.shape
    if likelihood in ("UM.FS", "UM.RS"):
        X = HALF[:, None] * D[:, None, :]
        none = np.zeros((k, 2))
        if likelihood == "UM.FS":
            return Problem(_arms(counts), X, none, HALF[:, None], _crude(counts), points)
        X = np.concatenate((np.ones((k, 2, 1)), X), axis=2)
        return Problem(_arms(counts), X, none, np.column_stack((np.ones(2), HALF)), None, 1)
    one = np.ones((1, 1))
    if J == 1:
        return Problem(_arms(counts), D[:, None, :], np.zeros((k, 1)), one, None, points)
    if likelihood == "CM.EL" and counts.people:
        return Problem(_exact(counts), D[:, None, :], np.zeros((k, 1)), one, None, points)
    total = counts.events.sum(axis=1)
    given = Binomial(counts.events[:, :1], total[:, None])
    offset = np.log(counts.size[:, :1] / counts.size[:, 1:])
    return Problem(given, D[:, None, :], offset, one, None, points)


def _arms(counts: Counts) -> Family:
    return Binomial(counts.events, counts.size) if counts.people else Poisson(counts.events, counts.size)


def _exact(counts: Counts) -> Hypergeometric:
    for study, row in zip(counts.studies, np.hstack((counts.events, counts.size)), strict=True):
        if np.any(row != np.round(row)):
            raise DataError(
                f"{study}: counts {', '.join(f'{value:g}' for value in row)}; the exact conditional likelihood "
                "(CM.EL) needs whole numbers. Use UM.FS for effective sample sizes."
            )
    a, c = counts.events.T
    n1, n2 = counts.size.T
    return Hypergeometric(a, n1, a + c, n2)


def _crude(counts: Counts) -> Vector:
    """(k,) first values of the study intercepts: the link of the event rate of both groups together."""
    x, n = counts.events.sum(axis=1), counts.size.sum(axis=1)
    return np.asarray(np.log((x + 0.5) / (n - x + 0.5) if counts.people else x / n), dtype=np.float64)


def _saturated(counts: Counts, likelihood: str, problem: Problem, D: Array) -> tuple[float, float]:
    """The log likelihood when each study has an effect of its own, and the Wald statistic against D.

    In UM.RS, group 2 then has the random intercept and group 1 is free, as in metafor.
    """
    if likelihood == "UM.RS":
        k = len(counts.studies)
        X = np.zeros((k, 2, 1 + k))
        X[:, :, 0] = 1
        X[:, 0, 1:] = np.eye(k)
        free = Problem(problem.family, X, problem.offset, problem.Z[:, :1], None, 1, may_diverge=True)
        fit = maximum_likelihood(free, (0,), {})
        information = np.asarray(np.linalg.inv(fit.vcov[1:, 1:]), dtype=np.float64)
        return fit.log_likelihood, _residual(fit.theta.beta[1:], information, D)
    if isinstance(problem.family, Hypergeometric):
        yi = problem.family.estimates()
        second = problem.family.slopes(yi[:, None, None]).second[:, 0, 0]
        wi = np.where(problem.family.alone, 0.0, -second)
    else:
        # The binomial of CM.AL has the effects and variances of rates: log(a / n1) - log(c / n2), 1/a + 1/c.
        rates = "IRR" if likelihood == "CM.AL" else counts.measure
        yi, vi = replace(counts, measure=rates).effects(NO_CORRECTION)
        wi = np.asarray(1 / vi, dtype=np.float64)
    return float(problem.family.best().sum()), _residual(yi, np.diag(wi), D)


def _residual(yi: Vector, W: Array, D: Array) -> float:
    """The weighted sum of squares of yi that D leaves, (y - D b)' W (y - D b)."""
    b, *_ = np.linalg.lstsq(D.T @ W @ D, D.T @ W @ yi, rcond=None)
    rest = yi - D @ b
    return max(0.0, float(rest @ W @ rest))


def _typical_variance(wi: Vector, D: Array) -> float:
    """(k - p) / tr(P): with an intercept alone, Higgins and Thompson's typical sampling variance."""
    inner = D.T * wi @ D
    trace = np.sum(wi) - np.trace(np.linalg.solve(inner, D.T * wi**2 @ D))
    return float((len(wi) - D.shape[1]) / trace)
