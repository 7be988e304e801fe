"""Location-scale models: moderators of the effect, and moderators of how much the effects differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from evisynth.errors import DataError
from evisynth.synthesis.design import INTERCEPT, Columns, Design, as_list, design, missing
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.two_by_two import Dropped
from evisynth.synthesis.moderators.result import WaldTest
from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.intervals import critical_value, two_sided_p
from evisynth.synthesis.pooling.likelihood import maximise
from evisynth.synthesis.results import Result

CONVERGED = 1e-10  # of Newton's decrement, which is twice what the log likelihood can still gain
ROUNDS = 200
FLAT = 1e-6  # information below which the data say nothing about some scale coefficient (on a basis of length sqrt(k))
__all__ = ["LocationScale", "location_scale"]


@dataclass(frozen=True, slots=True, eq=False)
class LocationScale(Result):
    """A location-scale model: y = X b + u + e, u_i ~ N(0, tau2_i), log tau2_i = z_i alpha.

    location, scale : the model matrices and their names; for the location without moderators the intercept.
    b, vcov         : (p,) and (p, p) coefficients of the effect.
    alpha, vcov_alpha : (q,) and (q, q) coefficients of log tau2, from the observed information.
    tau2            : (k,) between-study variance of each study.
    ll, ll_equal    : log likelihood, and that of one tau2 for all; `likelihood` says which.
    dropped         : (study, reason) of each study that is left out.
    """

    measure: str
    studies: tuple[str, ...]
    yi: Vector
    vi: Vector
    location: Design
    scale: Design
    b: Vector
    vcov: Vector
    alpha: Vector
    vcov_alpha: Vector
    tau2: Vector
    Q: float
    ll: float
    ll_equal: float
    likelihood: Literal["ML", "REML"]
    dropped: Dropped = ()
    level: float = 0.95

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def se(self) -> Vector:
        return np.sqrt(np.diag(self.vcov))

    @property
    def z(self) -> Vector:
        return self.b / self.se

    @property
    def p(self) -> Vector:
        """(p,) two-sided p values of b, normal."""
        return two_sided_p(self.z, np.full(len(self.b), np.inf))

    @property
    def ci(self) -> Vector:
        """(p, 2) limits of b."""
        half = critical_value(self.level) * self.se
        return np.column_stack((self.b - half, self.b + half))

    @property
    def se_alpha(self) -> Vector:
        return np.sqrt(np.diag(self.vcov_alpha))

    @property
    def p_alpha(self) -> Vector:
        """(q,) two-sided p values of alpha, normal."""
        return two_sided_p(self.alpha / self.se_alpha, np.full(len(self.alpha), np.inf))

    @property
    def ci_alpha(self) -> Vector:
        """(q, 2) limits of alpha."""
        half = critical_value(self.level) * self.se_alpha
        return np.column_stack((self.alpha - half, self.alpha + half))

    @property
    def omnibus(self) -> WaldTest:
        """QM: the test of the location coefficients, without the intercept where there are others."""
        return _wald(self.location, self.b, self.vcov)

    @property
    def omnibus_scale(self) -> WaldTest:
        """QS: the Wald test of the scale coefficients, without the intercept."""
        return _wald(self.scale, self.alpha, self.vcov_alpha)

    @property
    def likelihood_ratio(self) -> float:
        """Twice the gain in log likelihood over one tau2 for all studies."""
        return max(0.0, 2 * (self.ll - self.ll_equal))

    @property
    def p_likelihood_ratio(self) -> float:
        """Its p value, chi-square with one degree of freedom for each scale moderator's column."""
        return float(chdtrc(self.scale.p - 1, self.likelihood_ratio))

    def predict_tau2(self, new: Columns) -> Vector:
        """(n,) between-study variance at new values of the scale moderators."""
        found: Vector = np.exp(self.scale.rows(new) @ self.alpha)
        return found

    def __str__(self) -> str:
        lines = [f"Location-scale model, {self.likelihood}; k = {self.k}"]
        for title, of, values, ci, p in (
            ("effect", self.location, self.b, self.ci, self.p),
            ("log tau2", self.scale, self.alpha, self.ci_alpha, self.p_alpha),
        ):
            lines.append(f"  {title}")
            lines += [
                f"    {name}  {values[at]: .4g} ({ci[at, 0]: .4g} to {ci[at, 1]: .4g}), p = {p[at]:.4g}"
                for at, name in enumerate(of.names)
            ]
        lines.append(
            f"  scale moderators: {self.omnibus_scale}; likelihood ratio {self.likelihood_ratio:.4g}, "
            f"p = {self.p_likelihood_ratio:.4g}"
        )
        lines += [f"  left out: {study} ({reason})" for study, reason in self.dropped]
        return "\n".join(lines)


def location_scale(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    scale: Columns | Design,
    moderators: Columns | Design | None = None,
    method: Literal["ML", "REML"] = "REML",
    measure: str = "generic",
    studies: Sequence[str] = (),
    level: float = 0.95,
) -> LocationScale:
    """Fit a model in which the between-study variance depends on moderators, through a log link.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; all above 0.
    scale : moderators of log tau2, as named columns (or a Design, which has to have an intercept).
    moderators : of the effect itself, likewise; None for the pooled effect alone.
    method : REML or ML.
    measure, studies, level : as for `meta_regression`.

    A study that has no value for one of the named moderators is left out and stands in `dropped`.

    Raises
    ------
    DataError : too few studies, columns that depend on each other, or data whose likelihood has no maximum, as
        when the studies of one category do not differ at all (its tau2 would be 0, and its logarithm infinite).

    Source: Viechtbauer & Lopez-Lopez 2022, doi:10.1002/jrsm.1562.
    """
    if method not in ("ML", "REML"):
        raise DataError(f"A location-scale model is fitted by ML or REML, not by {method!r}.")
    critical_value(level)
    measure_named(measure)
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    y, v = checked_effects(names, yi, vi)
    kept, dropped, (X, Z) = _designs(names, moderators, scale)
    y, v = y[kept], v[kept]
    if len(y) <= X.p + Z.p:
        raise DataError(f"{len(y)} studies for {X.p} + {Z.p} coefficients; {X.p + Z.p + 1} are needed.")
    restricted = method == "REML"
    equal = DesignRows.of(y, v, X.matrix)
    tau2_equal = maximise(equal, restricted=restricted)
    alpha, information = _fit(equal, Z.matrix, float(tau2_equal[0]), restricted=restricted)
    tau2 = np.exp(Z.matrix @ alpha)
    fitted = DesignRows.of(y, v + tau2, X.matrix)
    b, vcov, _ = fitted.coefficients(np.zeros(1))
    return LocationScale(
        measure=measure,
        studies=tuple(names[at] for at in kept),
        yi=y,
        vi=v,
        location=X,
        scale=Z,
        b=b[0],
        vcov=vcov[0],
        alpha=alpha,
        vcov_alpha=np.asarray(np.linalg.inv(information), dtype=np.float64),
        tau2=tau2,
        Q=float(equal.form(1 / equal.vi).Q[0]),
        ll=float(fitted.log_likelihood(np.zeros(1), restricted=restricted)[0]),
        ll_equal=float(equal.log_likelihood(tau2_equal, restricted=restricted)[0]),
        likelihood=method,
        dropped=dropped,
        level=level,
    )


def _wald(of: Design, values: Vector, vcov: Vector) -> WaldTest:
    at = np.array([at for at, name in enumerate(of.names) if name != INTERCEPT] or [0])
    statistic = float(values[at] @ np.linalg.solve(vcov[np.ix_(at, at)], values[at]))
    return WaldTest(tuple(of.names[one] for one in at), statistic, len(at), None)


def _designs(
    names: tuple[str, ...], moderators: Columns | Design | None, scale: Columns | Design
) -> tuple[list[int], Dropped, tuple[Design, Design]]:
    """Which studies have all moderators, the others with the reason, and both designs of those that have."""
    k = len(names)
    columns: dict[str, list[object]] = {}
    for part in (moderators, scale):
        if isinstance(part, Mapping):
            columns |= {name: as_list(values) for name, values in part.items()}
    lacking = {name: missing(values) for name, values in columns.items()}
    for name, flags in lacking.items():
        if len(flags) != k:
            raise DataError(f"{name}: {len(flags)} values where there are {k} studies.")
    without = {at: [name for name, flags in lacking.items() if flags[at]] for at in range(k)}
    kept = [at for at in range(k) if not without[at]]
    dropped = tuple((names[at], f"no value for {', '.join(of)}") for at, of in without.items() if of)
    return kept, dropped, (_design(moderators, columns, kept), _design(scale, columns, kept))


def _design(part: Columns | Design | None, columns: dict[str, list[object]], kept: list[int]) -> Design:
    if part is None:
        return Design((INTERCEPT,), np.ones((len(kept), 1)), {INTERCEPT: (0,)})
    if isinstance(part, Mapping):
        return design({name: [columns[name][at] for at in kept] for name in part})
    if len(part.matrix) != len(kept):
        raise DataError(f"A design of {len(part.matrix)} rows for {len(kept)} studies.")
    return part


def _fit(rows: DesignRows, Z: Vector, tau2: float, *, restricted: bool) -> tuple[Vector, Vector]:
    """alpha and the observed information about it, from the best of a few starts."""
    basis, turn = np.linalg.qr(Z)
    basis, turn = basis * np.sqrt(len(Z)), turn / np.sqrt(len(Z))
    derivatives = _derivatives(rows, basis, restricted=restricted)
    typical = float(np.exp(np.mean(np.log(rows.vi))))
    ones = np.linalg.lstsq(basis, np.ones(len(Z)), rcond=None)[0]
    starts = [np.log(start) * ones for start in (tau2, 0.3 * typical, 3 * typical) if start > 0]
    ends = [end for end in (_newton(derivatives, start) for start in starts) if end is not None]
    if not ends:
        raise DataError(
            "The likelihood of the scale model has no maximum: at some values of its moderators the studies do not "
            "differ beyond chance, so that log tau2 goes to minus infinity. Leave a scale moderator out."
        )
    gamma = max(ends, key=lambda end: derivatives(end)[0])
    hessian = derivatives(gamma)[2]
    back = np.linalg.inv(turn)
    return back @ gamma, turn.T @ -hessian @ turn


Derivatives = Callable[[Vector], tuple[float, Vector, Vector, Vector]]


def _derivatives(rows: DesignRows, Z: Vector, *, restricted: bool) -> Derivatives:
    """A function that gives the log likelihood of alpha, its gradient, its Hessian and minus the expected one.

    With D_j = diag(z_j tau2), u = P y and T = P for REML, W for ML:
    gradient_j = (u'D_j u - tr(T D_j)) / 2; expected information_jl = tr(T D_j T D_l) / 2;
    Hessian_jl = (u'D_jl u - 2 u'D_j P D_l u + tr(T D_j T D_l) - tr(T D_jl)) / 2, D_jl = diag(z_j z_l tau2).
    """
    y, v, X = rows.yi[0], rows.vi[0], rows.basis

    def at(alpha: Vector) -> tuple[float, Vector, Vector, Vector]:
        tau2 = np.exp(np.clip(Z @ alpha, -700, 700))
        w = 1 / (v + tau2)
        WX = w[:, None] * X
        gram = X.T @ WX
        P = np.diag(w) - WX @ np.linalg.solve(gram, WX.T)
        T = P if restricted else np.diag(w)
        u = P @ y
        height = 0.5 * (np.sum(np.log(w)) - y @ u)
        if restricted:
            height -= 0.5 * np.linalg.slogdet(gram)[1]
        D = Z * tau2[:, None]
        surplus = u**2 - np.diag(T)
        crossed = D.T @ (T * T) @ D
        U = D * u[:, None]
        hessian = 0.5 * ((Z.T * (tau2 * surplus)) @ Z - 2 * U.T @ P @ U + crossed)
        return float(height), 0.5 * D.T @ surplus, hessian, 0.5 * crossed

    return at


def _newton(derivatives: Derivatives, alpha: Vector) -> Vector | None:
    """The maximum uphill of a start; None where the likelihood goes on rising as some tau2 goes to 0.

    Newton's steps where the Hessian is that of a hill, else Fisher's; each is halved until it goes uphill.
    """
    height, gradient, hessian, expected = derivatives(alpha)
    for _ in range(ROUNDS):
        if np.min(np.linalg.eigvalsh(expected)) < FLAT:
            return None
        hill = np.max(np.linalg.eigvalsh(hessian)) < 0
        step = np.linalg.solve(-hessian if hill else expected, gradient)
        step *= min(1.0, 3 / float(np.max(np.abs(step)) or 1))
        if gradient @ step <= CONVERGED * 1e-4 and hill:
            return alpha + step
        for _ in range(40):
            found = derivatives(alpha + step)
            if found[0] > height:
                break
            step = step / 2
        else:
            return alpha if hill else None
        alpha, (height, gradient, hessian, expected) = alpha + step, found
    return None
