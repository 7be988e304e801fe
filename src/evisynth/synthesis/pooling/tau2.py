"""Estimators of the between-study variance tau2, and of its standard error.

Each works on a table of meta-analyses (kernels.Rows, or moderators.rows.DesignRows with a model matrix), one
value a row. They are of two kinds. A moment estimator sets a weighted sum of squares y'P_a y equal to its
expectation, tr(P_a V) + tau2 tr(P_a), or to its median; they differ in the weights a. ML and REML maximise a
likelihood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtri

from evisynth.errors import DataError, near
from evisynth.synthesis.heterogeneity import cochran_q
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.kernels import Estimable
from evisynth.synthesis.pooling.likelihood import maximise
from evisynth.synthesis.quadratic_forms import chi_square_mixture_cdf

CLOSE = 1e-9  # a Newton step of this relative size leaves an error of its square


def tau2_dersimonian_laird(yi: Vector, vi: Vector, centre: float | None = None) -> float:
    """Between-study variance tau2 by the DerSimonian-Laird moment estimator.

    Parameters
    ----------
    yi : (k,) effect estimates on the analysis scale, e.g. log risk ratios.
    vi : (k,) their sampling variances, in squared units of yi; all above 0.
    centre : what Q is measured from, on the analysis scale; by default the inverse-variance mean, as in the
        paper. RevMan 5 measures from the Mantel-Haenszel estimate when the studies are pooled by it.

    Returns
    -------
    tau2 in squared units of yi; 0 when Q is at most k - 1.

    Raises
    ------
    DataError : fewer than two studies, or a variance that is not positive.

    Source: DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    if len(yi) < 2:
        raise DataError(f"tau2 needs at least two studies; this analysis has {len(yi)}.")
    if not np.all(vi > 0):
        raise DataError(f"Study {np.argmin(vi) + 1}: variance {vi.min():g} is not positive.")
    wi = 1 / vi
    Q = cochran_q(yi, vi, centre)
    C = np.sum(wi) - np.sum(wi**2) / np.sum(wi)
    return max(0.0, float((Q - (len(yi) - 1)) / C))


def dersimonian_laird(rows: Estimable) -> Vector:
    """(Q - (k - p)) / tr(P): the moment estimator with inverse-variance weights.

    Source: DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    Q, trP, _ = rows.form(1 / rows.vi)
    return _not_negative(Q - (rows.k - rows.p), trP)


def hedges(rows: Estimable) -> Vector:
    """(RSS - tr(P V)) / (k - p): the moment estimator with equal weights; also called variance components.

    Source: Hedges 1983, doi:10.1037/0033-2909.93.2.388.
    """
    RSS, trP, trPV = rows.form(rows.present.astype(np.float64))
    return _not_negative(RSS - trPV, trP)


def hunter_schmidt(rows: Estimable) -> Vector:
    """(Q - k) / sum(w).

    Source: Hunter & Schmidt 2004, Methods of meta-analysis, 2nd edition; Viechtbauer 2005,
    doi:10.3102/10769986030003261.
    """
    w = 1 / rows.vi
    return _not_negative(rows.form(w).Q - rows.k, np.einsum("ij->i", w))


def hunter_schmidt_corrected(rows: Estimable) -> Vector:
    """(Q k / (k - p) - k) / sum(w): Hunter-Schmidt with the correction for small k.

    Source: Brannick, Potter, Benitez & Morris 2019, doi:10.1177/1094428117741966.
    """
    w = 1 / rows.vi
    Q = rows.form(w).Q * rows.k / np.maximum(rows.k - rows.p, 1)
    return _not_negative(Q - rows.k, np.einsum("ij->i", w))


def sidik_jonkman(rows: Estimable) -> Vector:
    """t0 y'P y / (k - p) with P at tau2 = t0, the variance of the effects about their plain mean.

    Source: Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x.
    """
    t0 = rough_variance(rows)
    return t0 * rows.squares(t0)[0] / np.maximum(rows.k - rows.p, 1)


def rough_variance(rows: Estimable) -> Vector:
    """The variance of the effects about their plain mean, with divisor k; with moderators too.

    Source: Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x.
    """
    mean = np.einsum("ij->i", rows.yi) / rows.k
    distance = np.where(rows.present, rows.yi - mean[:, None], 0.0)
    variance: Vector = np.einsum("ij,ij->i", distance, distance) / rows.k
    return variance


def paule_mandel(rows: Estimable) -> Vector:
    """The tau2 at which y'P y equals its expectation k - p; 0 where it is below that at 0.

    The empirical Bayes estimator, and the iterated forms of DerSimonian-Laird and Sidik-Jonkman, have the
    same solution.

    Source: Paule & Mandel 1982, doi:10.6028/jres.087.022; Veroniki et al. 2016, doi:10.1002/jrsm.1164, for the
    equality with empirical Bayes.
    """
    return generalised_q_root(rows, rows.k - rows.p)


def paule_mandel_median(rows: Estimable) -> Vector:
    """The tau2 at which y'P y equals its median, that of chi-square with k - p degrees of freedom.

    Source: Viechtbauer 2021, Median-unbiased estimators for the amount of heterogeneity in meta-analysis,
    European Congress of Methodology, Valencia.
    """
    df = rows.k - rows.p
    return generalised_q_root(rows, np.where(df > 0, chdtri(np.maximum(df, 1), 0.5), 0.0))


def generalised_q_root(rows: Estimable, target: Vector) -> Vector:
    """(m,) the tau2 at which y'P y falls to the target; 0 where it is not above the target at tau2 = 0.

    Newton's method on 1 / y'P y, which is increasing and concave in tau2 (y'P y y'PPP y is at least
    (y'PP y)^2), so that it comes from the left and never overshoots.

    Source: DerSimonian & Kacker 2007, doi:10.1016/j.cct.2006.04.004, for the equation.
    """
    found = np.zeros(len(rows.k))
    going = np.arange(len(found))
    tau2 = found
    while len(going):
        Q, fall = rows.squares(tau2)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(Q > target, Q * (Q / target - 1) / fall, 0.0)
        tau2 = tau2 + step
        found[going] = tau2
        left = step > CLOSE * tau2
        rows, going, tau2, target = rows.take(left), going[left], tau2[left], target[left]
    return found


def generalised_q(rows: Estimable, a: Vector) -> Vector:
    """(y'P_a y - tr(P_a V)) / tr(P_a): the moment estimator with the given weights.

    Source: DerSimonian & Kacker 2007, doi:10.1016/j.cct.2006.04.004.
    """
    Q, trP, trPV = rows.form(a)
    return _not_negative(Q - trPV, trP)


def generalised_q_median(rows: Estimable, a: Vector) -> Vector:
    """The tau2 at which y'P_a y is the median of its distribution.

    Source: Viechtbauer 2021, as `paule_mandel_median`; Jackson 2013, doi:10.1002/jrsm.1081, for the distribution.
    """
    Q = rows.form(a).Q
    at = range(len(Q))
    return np.array([form_quantile_root(rows.take(np.s_[i : i + 1]), a[i], float(Q[i]), 0.5) for i in at])


def form_quantile_root(row: Estimable, a: Vector, Q: float, below: float) -> float:
    """The tau2 at which P(y'P_a y <= Q) is `below`, for one row; 0 where it is not above that at tau2 = 0.

    Source: Jackson 2013, doi:10.1002/jrsm.1081; Biggerstaff & Jackson 2008, doi:10.1002/sim.3428, for a = 1 / vi.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - it takes longer to load than a fit takes

    def excess(tau2: float) -> float:
        return chi_square_mixture_cdf(Q, row.form_weights(a, tau2)) - below

    if excess(0.0) <= 0:
        return 0.0
    top = float(np.mean(row.vi[row.present]))
    while excess(top) > 0:
        top *= 4
    return float(brentq(excess, 0.0, top, xtol=1e-14 * top, rtol=1e-12, maxiter=500))


def reml(rows: Estimable) -> Vector:
    """Restricted maximum likelihood.

    Source: see `likelihood.maximise`.
    """
    return maximise(rows, restricted=True)


def ml(rows: Estimable) -> Vector:
    """Maximum likelihood; biased low with few studies.

    Source: see `likelihood.maximise`.
    """
    return maximise(rows, restricted=False)


def _not_negative(excess: Vector, per_tau2: Vector) -> Vector:
    """excess / per_tau2, at least 0; 0 where there is nothing to divide by, as with one study."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((excess > 0) & (per_tau2 > 0), excess / per_tau2, 0.0)


FormName = Literal[
    "inverse variance", "equal", "sum", "corrected sum", "rough", "empirical Bayes", "given", ""
]


@dataclass(frozen=True, slots=True)
class Tau2Method:
    """An estimator of tau2.

    id       : the usual letters: DL, REML.
    title    : in words.
    estimate : (m,) tau2 of a table; of the weights too where `weighted`.
    form     : which quadratic form its standard error comes from, see `se_tau2`; "" for ML and REML.
    weighted : whether it needs weights of the caller's.
    """

    id: str
    title: str
    estimate: Callable[..., Vector]
    form: FormName
    weighted: bool = False

    @property
    def likelihood(self) -> Literal["ML", "REML"]:
        """The likelihood that is reported with it: that of ML for ML, the restricted one for all others."""
        return "ML" if self.id == "ML" else "REML"


TAU2_METHODS: dict[str, Tau2Method] = {
    method.id: method
    for method in (
        Tau2Method("DL", "DerSimonian-Laird", dersimonian_laird, "inverse variance"),
        Tau2Method("HE", "Hedges", hedges, "equal"),
        Tau2Method("HS", "Hunter-Schmidt", hunter_schmidt, "sum"),
        Tau2Method("HSk", "Hunter-Schmidt, small-k correction", hunter_schmidt_corrected, "corrected sum"),
        Tau2Method("SJ", "Sidik-Jonkman", sidik_jonkman, "rough"),
        Tau2Method("SJIT", "Sidik-Jonkman, iterated", paule_mandel, "empirical Bayes"),
        Tau2Method("DLIT", "DerSimonian-Laird, iterated", paule_mandel, "empirical Bayes"),
        Tau2Method("ML", "maximum likelihood", ml, ""),
        Tau2Method("REML", "restricted maximum likelihood", reml, ""),
        Tau2Method("EB", "empirical Bayes", paule_mandel, "empirical Bayes"),
        Tau2Method("PM", "Paule-Mandel", paule_mandel, "empirical Bayes"),
        Tau2Method("PMM", "Paule-Mandel, median-unbiased", paule_mandel_median, "empirical Bayes"),
    )
}
WEIGHTED_TAU2_METHODS: dict[str, Tau2Method] = {
    method.id: method
    for method in (
        Tau2Method("GENQ", "generalised Q", generalised_q, "given", weighted=True),
        Tau2Method("GENQM", "generalised Q, median-unbiased", generalised_q_median, "given", weighted=True),
    )
}


def tau2_method_named(name: str) -> Tau2Method:
    """The estimator of this name; a DataError that offers the nearest one when there is none.

    Source: each estimator names its own.
    """
    known = TAU2_METHODS | WEIGHTED_TAU2_METHODS
    if name in known:
        return known[name]
    otherwise_spelt = {one.lower(): one for one in known}.get(name.lower())
    hint = f" Did you mean {otherwise_spelt!r}?" if otherwise_spelt else near(name, known)
    if name in ("FE", "EE", "CE", "fixed"):
        hint = " The common-effect model is called 'common'."
    raise DataError(f"tau2 method {name!r} is not known; known are {', '.join(known)}.{hint}")


def se_tau2(rows: Estimable, method: Tau2Method, tau2: Vector, weights: Vector | None = None) -> Vector:
    """(m,) the standard error of tau2; `weights` are those given to GENQ and GENQM, (k,) or (m, k).

    From the expected information for ML and REML. A moment estimator is c y'P_a y plus a constant, so that its
    variance is c^2 times that of the quadratic form, which for normal effects is 2 tr(P_a S P_a S).

    Source: Biggerstaff & Tweedie 1997, doi:10.1002/(SICI)1097-0258(19970415)16:7<753::AID-SIM494>3.0.CO;2-G;
    Veroniki et al. 2016, doi:10.1002/jrsm.1164.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if not method.form:
            at = rows.moments(tau2)
            return np.sqrt(2 / (at.trWW if method.id == "ML" else at.trPP))
        a = _form_weights(rows, method, tau2, weights)
        return _form_factor(rows, method, a) * np.sqrt(rows.form_variance(a, tau2))


def _form_weights(rows: Estimable, method: Tau2Method, tau2: Vector, weights: Vector | None) -> Vector:
    """(m, k) the weights a of the estimator's quadratic form."""
    if method.form == "given" and weights is not None:
        return np.atleast_2d(weights)
    if method.form == "equal":
        return rows.present.astype(np.float64)
    if method.form == "empirical Bayes":
        return 1 / (rows.vi + tau2[:, None])
    return 1 / (rows.vi + rough_variance(rows)[:, None]) if method.form == "rough" else 1 / rows.vi


def _form_factor(rows: Estimable, method: Tau2Method, a: Vector) -> Vector:
    """(m,) the factor c by which tau2 changes with the quadratic form."""
    df = rows.k - rows.p
    if method.form == "rough":
        return rough_variance(rows) / df
    if method.form in ("inverse variance", "equal", "given"):
        return 1 / rows.form(a).trP
    small = 1.0 if method.form == "sum" else rows.k / df
    factor: Vector = small / np.einsum("ij->i", a)
    return factor
