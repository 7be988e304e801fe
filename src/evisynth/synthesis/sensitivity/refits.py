"""How a meta-regression, a GLMM or a multilevel model is fitted again to a part of its data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.synthesis.design import check_rank
from evisynth.synthesis.grouping import Labels, Rows, check_labels, groups_of, numbered
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.glmm.models import fit_counts
from evisynth.synthesis.pooling.glmm.result import Glmm
from evisynth.synthesis.pooling.multilevel.fit import multilevel
from evisynth.synthesis.pooling.multilevel.result import MultilevelFit
from evisynth.synthesis.sensitivity.refit import linear

Fitted = MetaRegression | Glmm | MultilevelFit
MODELS = (MetaRegression, Glmm, MultilevelFit)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is left out or added at a time: labels (m) and the unit of each row, numbers (k,)."""

    labels: tuple[str, ...]
    numbers: Rows

    def rows(self, present: Flags) -> Flags:
        """(n, k) the rows of n choices of units, (n, m)."""
        return np.asarray(present[:, self.numbers])


def units_of(fit: Fitted, cluster: Labels | str | None = None) -> Units:
    """The units of a fit: its studies (in a multilevel model all effects of one name), or the clusters given.

    Parameters
    ----------
    cluster : (k,) labels of the rows, or the name of a random effect of a multilevel model ("study").

    Raises
    ------
    DataError : labels that do not fit, an unknown random effect, fewer than two units.
    """
    k, labels = len(fit.studies), fit.studies
    if isinstance(cluster, str):
        named = {one.name: one.numbers for one in fit.groups} if isinstance(fit, MultilevelFit) else {}
        if cluster not in named:
            known = ", ".join(named) or "none with a name"
            raise DataError(
                f"The model has no random effect {cluster!r}; it has {known}. Give the label of each row."
            )
        numbers = numbered(named[cluster].tolist())
        names = _names_of(numbers, labels, cluster)
    elif cluster is not None:
        held = cluster.tolist() if isinstance(cluster, np.ndarray) else list(cluster)
        if len(held) != k:
            raise DataError(f"cluster has {len(held)} rows; the fit has {k}, each needs one.")
        check_labels("cluster", held)
        numbers, names = numbered(held), tuple(str(one) for one in dict.fromkeys(held))
    elif isinstance(fit, MultilevelFit):
        numbers, names = numbered(labels), tuple(dict.fromkeys(labels))
    else:
        numbers, names = np.arange(k, dtype=np.intp), labels
    if len(names) < 2:
        raise DataError(f"All rows belong to {names[0]}; at least two studies or clusters are needed.")
    return Units(names, numbers)


def _names_of(numbers: Rows, labels: Sequence[str], what: str) -> tuple[str, ...]:
    """Groups are called by the study of their rows where that is one study and no other group's."""
    held = [dict.fromkeys(labels[row] for row in own.tolist()) for own in groups_of(numbers)]
    first = [next(iter(one)) for one in held]
    if all(len(one) == 1 for one in held) and len(set(first)) == len(first):
        return tuple(first)
    return tuple(f"{what} {number}" for number in range(1, len(first) + 1))


def coefficient_rows(
    fit: Fitted, rows: Flags, labels: tuple[str, ...], run: Map = map, *, test: str = ""
) -> dict[str, Any]:
    """The fields of `CoefficientRows` for each row of `rows`, (m, k): one kernel for meta-regressions, else a loop.

    test : of a meta-regression, in place of its own.
    """
    if isinstance(fit, MetaRegression):
        found, reasons = _regressions(fit, rows, test)
    else:
        found, reasons = one_by_one(each_fit(fit, rows, run), len(fit.names))
    not_fitted = tuple((labels[at], reason) for at, reason in reasons.items())
    common = {"studies": labels, "names": fit.names, "whole": fit, "level": fit.level}
    return {
        **common,
        "k": np.count_nonzero(rows, axis=1).astype(np.float64),
        **found,
        "not_fitted": not_fitted,
    }


def _regressions(fit: MetaRegression, rows: Flags, test: str) -> tuple[dict[str, Any], dict[int, str]]:
    fits = linear(fit).fit(fit.yi, fit.vi, present=rows, test=test)
    reasons = {
        at: why_not(fit, rows[at]) for at in np.flatnonzero(np.isnan(fits.tau2) | np.isnan(fits.QE)).tolist()
    }
    found = {"b": fits.b, "vcov": fits.vcov, "ddf": fits.ddf, "Q": fits.QE, "components": {"tau2": fits.tau2}}
    return found, reasons


def why_not(fit: MetaRegression, kept: Flags) -> str:
    """Why the studies that are kept do not determine the regression."""
    k = int(np.count_nonzero(kept))
    if k <= fit.design.p:
        return (
            f"{k} {'study' if k == 1 else 'studies'} cannot determine {fit.design.p} coefficients and what is left "
            "of the heterogeneity"
        )
    try:
        check_rank(fit.names, fit.design.matrix[kept])
    except DataError as error:
        return str(error)
    return "the moderators of the studies that are left nearly depend on each other"


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """One fit: coefficients (p,), their covariance (p, p), degrees of freedom, Q, and the components by name.

    errors : (p,) standard errors of all data at these components; None where they were not asked for.
    """

    b: Vector
    vcov: Vector
    ddf: float
    Q: float
    components: dict[str, float]
    errors: Vector | None = None


def _tried(one: Any, fit: Any, kept: Flags) -> Numbers | str:
    """The numbers of a fit, or why there is none."""
    try:
        numbers: Numbers = one(fit, kept)
    except DataError as error:
        return str(error)
    return numbers


def one_by_one(fits: list[Numbers | str], p: int) -> tuple[dict[str, Any], dict[int, str]]:
    """The numbers of many fits, side by side."""
    m = len(fits)
    b, vcov, ddf, Q = (np.full(shape, np.nan) for shape in ((m, p), (m, p, p), (m,), (m,)))
    components: dict[str, Vector] = {}
    reasons = {at: one for at, one in enumerate(fits) if isinstance(one, str)}
    for at, one in enumerate(fits):
        if isinstance(one, str):
            continue
        b[at], vcov[at], ddf[at], Q[at] = one.b, one.vcov, one.ddf, one.Q
        for name, value in one.components.items():
            components.setdefault(name, np.full(m, np.nan))[at] = value
    return {"b": b, "vcov": vcov, "ddf": ddf, "Q": Q, "components": components}, reasons


def each_fit(
    fit: Glmm | MultilevelFit, rows: Flags, run: Map, *, errors: bool = False
) -> list[Numbers | str]:
    """The model fitted to each row of `rows`, (m, k), or why it cannot be; `errors` of multilevel models alone."""
    one = _one_glmm if isinstance(fit, Glmm) else partial(_one_multilevel, errors=errors)
    return list(run(partial(_tried, one, fit), list(rows)))


def _one_glmm(fit: Glmm, kept: Flags) -> Numbers:
    again = fit_counts(
        fit.counts.take(kept), fit.design[kept], fit.names, fit.likelihood, fit.model, fit.points, fit.level
    )
    parts = {"tau2": again.tau2} | ({} if again.sigma2 is None else {"sigma2": again.sigma2})
    return Numbers(again.coefficients, again.vcov, np.inf, again.QE_Wald, parts)


def multilevel_without(fit: MultilevelFit, kept: Flags) -> MultilevelFit:
    """The same model of some of the rows; a DataError where they do not determine it."""
    again = multilevel(
        fit.yi[kept],
        fit.V.take(kept),
        fit.X[kept],
        names=fit.names,
        random=[
            tuple(one.take(kept) for one in fit.groups),
            *(one.term.take(kept) for one in fit.structures),
        ],
        method=fit.method,
        test=fit.test,
        studies=[name for name, there in zip(fit.studies, kept.tolist(), strict=True) if there],
        tested=fit.tested,
        level=fit.level,
    )
    if not again.converged:
        raise DataError("The optimiser did not confirm a maximum.")
    return again


def _one_multilevel(fit: MultilevelFit, kept: Flags, *, errors: bool = False) -> Numbers:
    again = multilevel_without(fit, kept)
    ddf = np.inf if again.test == "z" else float(again.df)
    own = _errors_at(fit, again) if errors else None
    return Numbers(again.b, again.vcov, ddf, again.Q, components_of(again), own)


def _errors_at(fit: MultilevelFit, again: MultilevelFit) -> Vector:
    """(p,) standard errors of all data at the components of another fit; NaN where that has fewer levels."""
    if any(len(a.levels) != len(b.levels) for a, b in zip(fit.structures, again.structures, strict=True)):
        return np.full(len(fit.b), np.nan)
    structures = tuple(
        replace(one, G=other.G) for one, other in zip(fit.structures, again.structures, strict=True)
    )
    there = replace(fit, sigma2=again.sigma2, structures=structures).marginal_covariance()
    return np.asarray(
        np.sqrt(np.diag(np.linalg.inv(fit.X.T @ there.inverse().times(fit.X)))), dtype=np.float64
    )


def components_of(fit: MultilevelFit) -> dict[str, float]:
    """Variances and correlations by name: sigma2 study, tau2, rho, or with the levels: tau2 PD, rho PD AL."""
    found = {f"sigma2 {name}": value for name, value in fit.sigma2.items()}
    for names, one in zip((("tau2", "rho"), ("gamma2", "phi")), fit.structures, strict=False):
        if isinstance(one.tau2, np.ndarray):
            found |= {
                f"{names[0]} {level}": v for level, v in zip(one.levels, one.tau2.tolist(), strict=True)
            }
        else:
            found[names[0]] = one.tau2
        if isinstance(one.rho, np.ndarray):
            found |= {f"{names[1]} {a} {b}": v for (a, b), v in zip(one.pairs, one.rho.tolist(), strict=True)}
        elif one.struct not in ("ID", "DIAG"):
            found[names[1]] = one.rho
    return found


def check_no_cluster(cluster: object) -> None:
    """Raise a DataError where clusters are given for a pooled effect, which has one effect a study."""
    if cluster is not None:
        raise DataError("cluster is for models of several effects a study; a pooled result has one a study.")
