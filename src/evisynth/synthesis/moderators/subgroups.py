"""Subgroups: each pooled on its own, and the test that they do not differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped, Frame, rows_of
from evisynth.synthesis.design import as_list, label, missing
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.rows import DesignRows
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Pooled
from evisynth.synthesis.pooling.tau2 import tau2_method_named
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups(Result, rows="groups"):
    """Pooled effects of subgroups.

    groups  : the pooled effect of each by name, in the order of the data. A group of one study has that study's
              own effect (method "single study").
    overall : all studies pooled, whatever their group.
    tau2    : the between-study variance within groups where it is one for all; None where each has its own.
    Qb, df  : the test that the groups share one effect, chi-square.
    """

    groups: Mapping[str, Pooled]
    overall: Pooled
    tau2: float | None
    Qb: float
    df: int

    @property
    def p_Qb(self) -> float:
        return float(chdtrc(self.df, self.Qb))

    def __str__(self) -> str:
        lines = [f"{name} (k = {group.k}): {group}" for name, group in self.groups.items()]
        lines.append(f"all (k = {self.overall.k}): {self.overall}")
        lines.append(f"difference between groups: chi2({self.df}) = {self.Qb:.4g}, p = {self.p_Qb:.4g}")
        return "\n".join(lines)


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    by: Sequence[Any] | ArrayLike,
    *,
    common_tau2: bool = False,
    method: str = "REML",
    test: str = "z",
    measure: str = "generic",
    studies: Sequence[str] | str = (),
    level: float = 0.95,
    data: Frame | None = None,
) -> Subgroups:
    """Pool each subgroup, and test whether they differ.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances.
    by : (k,) the group of each study.
    common_tau2 : whether all groups have one between-study variance, estimated within groups (from the
        regression on the group); else each has its own. With few studies a group's own is hardly known.
    method, test, measure, studies, level : as for `pool`.
    data : a data frame in which yi, vi, by and studies are names of columns, as for `pool`.

    Raises
    ------
    DataError : fewer than two groups, a study without a group, or as `pool`.

    Source: Borenstein, Hedges, Higgins & Rothstein 2009, Introduction to meta-analysis, chapter 19,
    doi:10.1002/9780470743386; Cochrane Handbook 6, section 10.11.
    """
    dropped: Dropped = ()
    if data is not None:
        rows = rows_of(data, studies, others=[str(by)], yi=yi, vi=vi)
        yi, vi, by = rows.columns["yi"], rows.columns["vi"], rows.others[str(by)]
        studies, dropped = rows.studies, rows.dropped
    names = tuple(studies) or tuple(f"Study {place}" for place in range(1, np.size(yi) + 1))
    y, v = checked_effects(names, yi, vi)
    labels = _checked_groups(names, as_list(by))
    found = tuple(dict.fromkeys(labels))
    of = np.array([found.index(one) for one in labels])
    tau2 = _within(y, v, of, len(found), method) if common_tau2 and method != COMMON_METHOD else None
    how: dict[str, Any] = {"method": method, "measure": measure, "level": level}
    groups = {}
    for at, name in enumerate(found):
        there = np.flatnonzero(of == at)
        own = tuple(names[one] for one in there)
        if len(there) == 1:
            groups[name] = _alone(y[there], v[there], tau2, own, **how)
        else:
            groups[name] = pool(y[there], v[there], test=test, tau2=tau2, studies=own, **how)
            if tau2 is not None:
                method_in_words = f"inverse variance, tau2 {method} common to the groups"
                groups[name] = replace(groups[name], method=method_in_words)
    overall = pool(y, v, test=test, studies=names, dropped=dropped, **how)
    Qb, df = between_groups([group.mu for group in groups.values()], [group.se for group in groups.values()])
    return Subgroups(groups, overall, tau2, Qb, df)


def between_groups(mu: Sequence[float], se: Sequence[float]) -> tuple[float, int]:
    """Qb and its degrees of freedom: the weighted sum of squares of the groups' effects about their mean.

    Source: Borenstein, Hedges, Higgins & Rothstein 2009, chapter 19, doi:10.1002/9780470743386.
    """
    effects, weights = np.asarray(mu, dtype=np.float64), 1 / np.asarray(se, dtype=np.float64) ** 2
    if len(effects) < 2:
        raise DataError(f"A test between groups needs at least two; there is {len(effects)}.")
    centre = np.sum(weights * effects) / np.sum(weights)
    return float(np.sum(weights * (effects - centre) ** 2)), len(effects) - 1


def _within(y: Vector, v: Vector, of: Vector, groups: int, method: str) -> float:
    """tau2 within groups: that of the regression on the group."""
    if len(y) <= groups:
        raise DataError(
            f"{len(y)} studies in {groups} groups: none is left to estimate a common tau2 within groups."
        )
    rows = DesignRows.of(y, v, (of[:, None] == np.arange(groups)).astype(np.float64))
    return float(tau2_method_named(method).estimate(rows)[0])


def _alone(
    y: Vector,
    v: Vector,
    tau2: float | None,
    studies: tuple[str, ...],
    *,
    method: str,
    measure: str,
    level: float,
) -> Pooled:
    """The effect of a group of one study, with the common tau2 in its variance where there is one."""
    return Pooled(
        measure=measure,
        model=COMMON if method == COMMON_METHOD else RANDOM,
        method="single study",
        profile="",
        studies=studies,
        mu=float(y[0]),
        se=float(np.sqrt(v[0] + (tau2 or 0.0))),
        yi=y,
        vi=v,
        weights=np.array([100.0]),
        Q=0.0,
        df=0,
        tau2=tau2 or 0.0,
        level=level,
    )


def _checked_groups(names: tuple[str, ...], by: list[Any]) -> list[str]:
    if len(by) != len(names):
        raise DataError(f"{len(names)} studies and {len(by)} groups: each study needs one.")
    for name, without in zip(names, missing(by), strict=True):
        if without:
            raise DataError(f"{name} has no group. Give it one, or leave the study out.")
    labels = [label(one) for one in by]
    if len(set(labels)) < 2:
        raise DataError(f"All studies are in the group {labels[0]!r}; subgroups need at least two.")
    return labels
