"""tau2 by the iterations of the literature, step by step up to a stopping rule, as R's packages take them."""

from collections.abc import Callable

import numpy as np
from scipy.special import chdtri

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.iteration import Iteration, rough_root
from evisynth.synthesis.pooling.kernels import Estimable
from evisynth.synthesis.pooling.tau2 import (
    Tau2Method,
    dersimonian_laird,
    generalised_q,
    rough_variance,
    tau2_method_named,
)

Step = Callable[[Estimable, Vector], Vector]  # the change of tau2 from where it is


def estimate(rows: Estimable, method: Tau2Method, iteration: Iteration | None = None) -> Vector:
    """(m,) tau2 of each row: to the last digit, or as far as `iteration` goes. Closed forms are the same in both.

    Raises
    ------
    DataError : an iteration that does not arrive in its number of rounds, or a root beyond the end of its search.

    Source: each estimator names its own; see `Iteration` for the stopping rule.
    """
    if iteration is None or not iterates(method):
        return method.estimate(rows)
    if method.id in ("PM", "PMM"):
        at = range(len(rows.k))
        return np.array([_root(rows.take(np.s_[i : i + 1]), method.id, iteration) for i in at])
    if method.id == "SJIT":
        return _steps(rows, rough_variance(rows), _sidik_jonkman, method.id, iteration)
    if method.id == "DLIT":
        return _steps(rows, dersimonian_laird(rows), _dersimonian_laird, method.id, iteration)
    start = tau2_method_named(iteration.start).estimate(rows)
    return _steps(rows, start, SCORES[method.id], method.id, iteration)


def iterates(method: Tau2Method) -> bool:
    """Whether the estimator is an iteration that can be stopped early; GENQM is searched to the last digit always.

    Source: none.
    """
    return method.id in SCORES or method.id in ("PM", "PMM", "SJIT", "DLIT")


def stopped_at(method: Tau2Method, iteration: Iteration | None) -> str:
    """What a result says of an iteration that was stopped early; "" where none was.

    Source: none.
    """
    if iteration is None or not iterates(method):
        return ""
    near = iteration.tolerance if method.id in ("PM", "PMM") else iteration.threshold
    return f" (iterated to {near:.2g})"


def _steps(rows: Estimable, tau2: Vector, change: Step, name: str, iteration: Iteration) -> Vector:
    """Steps until none is longer than the threshold; one that would end below 0 is halved until it does not."""
    found, going = tau2.copy(), np.arange(len(tau2))
    for _ in range(iteration.rounds):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = change(rows, tau2)
        step[((tau2 == 0) & (step < 0)) | (rows.k <= rows.p)] = 0.0
        while np.any(below := tau2 + step < 0):
            step = np.where(below, step / 2, step)
        tau2 = tau2 + step
        found[going] = tau2
        left = np.abs(step) > iteration.threshold
        if not left.any():
            return found
        rows, going, tau2 = rows.take(left), going[left], tau2[left]
    raise DataError(
        f"tau2 by {name} still changes by more than {iteration.threshold:g} after {iteration.rounds} steps. "
        "Allow more rounds, or leave the iteration out: the estimate itself exists."
    )


def _reml(rows: Estimable, tau2: Vector) -> Vector:
    """Fisher scoring.

    Source: Harville 1977, doi:10.1080/01621459.1977.10480998; Viechtbauer 2005, doi:10.3102/10769986030003261.
    """
    at = rows.moments(tau2)
    step: Vector = (at.yPPy - at.trP) / at.trPP
    return step


def _ml(rows: Estimable, tau2: Vector) -> Vector:
    """Fisher scoring.

    Source: as `_reml`.
    """
    at = rows.moments(tau2)
    step: Vector = (at.yPPy - at.trW) / at.trWW
    return step


def _empirical_bayes(rows: Estimable, tau2: Vector) -> Vector:
    """(k y'Py / (k - p) - k) / tr(W).

    Source: Morris 1983, doi:10.1080/01621459.1983.10477920; Berkey et al. 1995, doi:10.1002/sim.4780140406.
    """
    Q, _ = rows.squares(tau2)
    step: Vector = (Q * rows.k / np.maximum(rows.k - rows.p, 1) - rows.k) / rows.moments(tau2).trW
    return step


def _sidik_jonkman(rows: Estimable, tau2: Vector) -> Vector:
    """tau2 y'Py / (k - p), anew and anew.

    Source: Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x, for one step.
    """
    step: Vector = tau2 * rows.squares(tau2)[0] / np.maximum(rows.k - rows.p, 1) - tau2
    return step


def _dersimonian_laird(rows: Estimable, tau2: Vector) -> Vector:
    """The moment estimator with the weights of the tau2 before.

    Source: DerSimonian & Kacker 2007, doi:10.1016/j.cct.2006.04.004.
    """
    return generalised_q(rows, 1 / (rows.vi + tau2[:, None])) - tau2


SCORES: dict[str, Step] = {"REML": _reml, "ML": _ml, "EB": _empirical_bayes}


def _root(row: Estimable, name: str, iteration: Iteration) -> float:
    """Where y'Py falls to k - p (PM), or to the median of its distribution (PMM)."""
    df = float(row.k[0]) - row.p
    if df < 1:
        return 0.0
    target = df if name == "PM" else float(chdtri(df, 0.5))

    def excess(tau2: float) -> float:
        return float(row.squares(np.array([tau2]))[0][0]) - target

    if excess(0.0) <= 0:
        return 0.0
    end = iteration.reach(float(dersimonian_laird(row)[0]))
    if excess(end) > 0:
        raise DataError(
            f"tau2 by {name} is above {end:g}, where this iteration ends its search. Give it a larger search_end, or "
            "leave it out."
        )
    return rough_root(excess, 0.0, end, iteration.tolerance)
