"""What forest plots show of results: a pooled effect, subgroups, leave-one-out and cumulative analyses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from evisynth.errors import DataError
from evisynth.reporting import numbers
from evisynth.reporting.figures.forest_plot import (
    ForestColumn,
    ForestGroup,
    ForestKind,
    ForestPlot,
    ForestRow,
    ForestTotal,
)
from evisynth.synthesis.measures.scale import LOG, measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.moderators.subgroups import Subgroups
from evisynth.synthesis.pooling.glmm.result import Glmm
from evisynth.synthesis.pooling.intervals import critical_value
from evisynth.synthesis.pooling.result import RANDOM, Pooled
from evisynth.synthesis.sensitivity.cumulative import Cumulative
from evisynth.synthesis.sensitivity.leave_one_out import LeaveOneOut

Result = Pooled | Glmm | Subgroups | LeaveOneOut | Cumulative
Judgements = Mapping[str, Sequence[str]]
Counts = tuple[int | None, int | None, int | None, int | None]  # events and people of both groups


def forest_plot(
    result: Result,
    *,
    table: TwoByTwo | None = None,
    prediction: bool = True,
    judgements: Judgements | None = None,
    domains: Sequence[str] = (),
    group1: str = "Intervention",
    group2: str = "Comparator",
    favours: tuple[str, str] = ("", ""),
    title: str = "",
) -> ForestPlot:
    """What the forest plot of a result shows.

    Parameters
    ----------
    result : of `pool` and its like, a generalised linear mixed model without moderators (whose studies have no
        weights), `subgroups`, `leave_one_out` or `cumulative`.
    table : the studies' events and people, which then stand beside them; its studies that are not in the result
        are shown as not estimable.
    prediction : whether a random-effects result shows its prediction interval.
    judgements : risk of bias by study, a word for each of `domains`; of a result with studies as rows.
    group1, group2, favours : the groups' names over their numbers, and what is left and right of no effect.

    Raises
    ------
    DataError : judgements, or a table, for a result whose rows are not studies; judgements of an unknown study.
    """
    how: dict[str, Any] = {"title": title, "favours_left": favours[0], "favours_right": favours[1]}
    if isinstance(result, (LeaveOneOut, Cumulative)):
        if table is not None or judgements:
            raise DataError(
                "The rows of a leave-one-out or cumulative plot are pooled effects: they have no events, people or "
                "risk of bias of their own."
            )
        return _of_subsets(result, how)
    _check_table(result.overall if isinstance(result, Subgroups) else result, table)
    how |= {"group1": group1, "group2": group2} if table is not None else {"group1": "", "group2": ""}
    if isinstance(result, Glmm):
        plot = _of_glmm(result, table, how)
    elif isinstance(result, Subgroups):
        plot = _of_subgroups(result, table, how, prediction=prediction)
    else:
        plot = _of_pooled(result, table, how, prediction=prediction)
    return _judged(plot, judgements, domains) if judgements else plot


def _of_pooled(
    pooled: Pooled, table: TwoByTwo | None, how: dict[str, Any], *, prediction: bool
) -> ForestPlot:
    rows = _rows(pooled, table, pooled.studies if table is None else table.studies)
    return ForestPlot(
        **how,
        **_scale(pooled.measure),
        method=_method(pooled),
        rows=rows,
        total=_total(pooled, table, prediction=prediction),
        heterogeneity=_lines(pooled),
        notes=_left_out(pooled),
        level=_level(pooled.level),
    )


def _of_glmm(fit: Glmm, table: TwoByTwo | None, how: dict[str, Any]) -> ForestPlot:
    """A model of the counts themselves: the studies' own effects are for show and have no weights."""
    back = measure_named(fit.measure).back_all
    half = critical_value(fit.level) * np.sqrt(fit.vi)
    shown = np.column_stack((back(fit.yi), back(fit.yi - half), back(fit.yi + half)))
    by_name = dict(zip(fit.studies, shown, strict=True))
    rows = []
    for study in fit.studies if table is None else table.studies:
        effect = _effect(*by_name[study]) if study in by_name else (None, None, None)
        rows.append(ForestRow(study, *_counts(table, study), None, *effect))
    low, high = fit.estimate_ci
    tau2 = f"Tau² = {_small(fit.tau2)}; " if fit.model == RANDOM else ""
    ratio = f"likelihood ratio {fit.QE_LRT:.2f}, df = {fit.QE_df} ({numbers.p_value(fit.p_QE_LRT)})"
    spread = f"Heterogeneity: {tau2}{ratio}"
    test = f"Test for overall effect: Z = {abs(fit.z):.2f} ({numbers.p_value(fit.p)})"
    return ForestPlot(
        **how,
        **_scale(fit.measure),
        method=f"Mixed model {fit.likelihood}, {fit.model}, {_level(fit.level)} CI",
        rows=tuple(rows),
        total=ForestTotal(*_sums(table), fit.estimate, low, high),
        heterogeneity=(spread,) if measure_named(fit.measure).null is None else (spread, test),
        notes=tuple(f"{study}: not in the result ({reason})" for study, reason in fit.dropped),
        level=_level(fit.level),
    )


def _of_subgroups(
    result: Subgroups, table: TwoByTwo | None, how: dict[str, Any], *, prediction: bool
) -> ForestPlot:
    overall = result.overall
    rows: list[ForestRow] = []
    groups = []
    for name, group in result.groups.items():
        rows += _rows(overall, table, group.studies)
        own = None if table is None else table.take(np.isin(table.studies, group.studies))
        total = _total(group, own, prediction=False)
        groups.append(ForestGroup(name, group.k, total, _lines(group)))
    differ = (
        f"Test for subgroup differences: Chi² = {result.Qb:.2f}, df = {result.df} "
        f"({numbers.p_value(result.p_Qb)})"
    )
    own = None if table is None else table.take(np.isin(table.studies, overall.studies))
    return ForestPlot(
        **how,
        **_scale(overall.measure),
        method=_method(overall),
        rows=tuple(rows),
        total=_total(overall, own, prediction=prediction),
        heterogeneity=(*_lines(overall), differ),
        notes=_left_out(overall),
        level=_level(overall.level),
        groups=tuple(groups),
    )


def _of_subsets(result: LeaveOneOut | Cumulative, how: dict[str, Any]) -> ForestPlot:
    leaving = isinstance(result, LeaveOneOut)
    kind: ForestKind = "leave-one-out" if leaving else "cumulative"
    whole = result.whole
    rows = tuple(
        ForestRow(study, None, None, None, None, None, *_effect(*values))
        for study, *values in zip(result.studies, result.estimates, *result.estimates_ci.T, strict=True)
    )
    I2 = tuple("" if np.isnan(value) else f"{value:.0f}%" for value in result.I2.tolist())
    k = tuple("" if np.isnan(value) else f"{value:.0f}" for value in result.k.tolist())
    of_whole = "" if whole.I2 is None else f"{whole.I2:.0f}%"
    columns = [ForestColumn("I²", I2, of_whole)]
    level = _level(result.level)
    return ForestPlot(
        **how,
        **_scale(result.measure),
        group1="",
        group2="",
        method=_method(whole),
        rows=rows,
        total=_total(whole, None, prediction=False) if leaving else None,
        heterogeneity=_lines(whole),
        notes=tuple(f"{study}: not pooled ({reason})" for study, reason in result.not_pooled),
        level=level,
        columns=tuple(columns if leaving else [ForestColumn("k", k), *columns]),
        rows_head="Study left out" if leaving else "Study added",
        total_label=f"None ({level} CI)" if leaving else "",
        kind=kind,
    )


def _rows(pooled: Pooled, table: TwoByTwo | None, studies: Sequence[str]) -> tuple[ForestRow, ...]:
    """A row for each study; its numbers from the table where there is one."""
    effects = dict(zip(pooled.studies, range(pooled.k), strict=True))
    estimates, limits = pooled.study_estimates, pooled.study_estimate_ci
    rows = []
    for study in studies:
        at = effects.get(study)
        effect = (None, None, None) if at is None else _effect(estimates[at], *limits[at])
        weight = None if at is None else float(pooled.weights[at])
        rows.append(ForestRow(study, *_counts(table, study), weight, *effect))
    return tuple(rows)


def _check_table(pooled: Pooled | Glmm, table: TwoByTwo | None) -> None:
    for study in pooled.studies:
        if table is not None and study not in table.studies:
            raise DataError(f"{study} is in the result but not in the table; give the table that was pooled.")


def _counts(table: TwoByTwo | None, study: str) -> Counts:
    if table is None:
        return None, None, None, None
    at = table.studies.index(study)
    first, people1, second, people2 = (
        round(float(column[at])) for column in (table.events1, table.n1, table.events2, table.n2)
    )
    return first, people1, second, people2


def _effect(estimate: float, low: float, high: float) -> tuple[float | None, float | None, float | None]:
    """An estimate with its limits; None where any of them is not known."""
    if any(np.isnan(value) for value in (estimate, low, high)):
        return None, None, None
    return float(estimate), float(low), float(high)


def _sums(table: TwoByTwo | None) -> Counts:
    if table is None:
        return None, None, None, None
    first, people1, second, people2 = (
        round(float(np.sum(column))) for column in (table.events1, table.n1, table.events2, table.n2)
    )
    return first, people1, second, people2


def _total(pooled: Pooled, table: TwoByTwo | None, *, prediction: bool) -> ForestTotal:
    limits = pooled.prediction_interval() if prediction and pooled.model == RANDOM else None
    low, high = pooled.estimate_ci
    return ForestTotal(
        *_sums(table),
        pooled.estimate,
        low,
        high,
        prediction_low=None if limits is None else pooled.back(limits[0]),
        prediction_high=None if limits is None else pooled.back(limits[1]),
    )


def _scale(letters: str) -> dict[str, Any]:
    """The measure in words and the kind of axis it takes."""
    measure = measure_named(letters)
    usual = measure.ratio or measure.null == 0
    words = "effect" if letters in {"generic", "generic ratio"} else measure.shown
    return {
        "measure": words[:1].upper() + words[1:],
        "log_scale": measure.scale is LOG,
        "no_effect": "usual" if usual else measure.null,
    }


def _method(pooled: Pooled) -> str:
    words = f"{pooled.method}, {pooled.model}" if pooled.model not in pooled.method else pooled.method
    test = "" if pooled.test == "z" else f", test {pooled.test}"
    words = f"{words}{test}, {_level(pooled.level)} CI".replace("tau2", "tau²")
    return words[:1].upper() + words[1:]


def _level(level: float) -> str:
    return f"{100 * level:g}%"


def _lines(pooled: Pooled) -> tuple[str, ...]:
    """Heterogeneity, and the test of no effect where the measure has a value of that."""
    spread = _heterogeneity(pooled) if pooled.k > 1 else "Heterogeneity: not applicable (one study)"
    return (spread,) if measure_named(pooled.measure).null is None else (spread, overall_test(pooled))


def _heterogeneity(pooled: Pooled) -> str:
    tau2 = f"Tau² = {_small(pooled.tau2)}; " if pooled.model == RANDOM else ""
    I2 = "" if pooled.I2 is None else f"; I² = {pooled.I2:.0f}%"
    p = numbers.p_value(pooled.p_Q)
    return f"Heterogeneity: {tau2}Chi² = {pooled.Q:.2f}, df = {pooled.df} ({p}){I2}"


def overall_test(pooled: Pooled) -> str:
    """Test for overall effect: Z = 2.31 (P = 0.02); t and its degrees of freedom where the test has these."""
    if np.isnan(pooled.z):
        return "Test for overall effect: not defined"
    statistic = "Z" if pooled.ddf is None else f"t({pooled.ddf:.3g})"
    return f"Test for overall effect: {statistic} = {abs(pooled.z):.2f} ({numbers.p_value(pooled.p)})"


def _small(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 or value == 0 else f"{value:.2g}"


def _left_out(pooled: Pooled) -> tuple[str, ...]:
    return tuple(f"{study}: not in the result ({reason})" for study, reason in pooled.dropped)


def _judged(plot: ForestPlot, judgements: Judgements, domains: Sequence[str]) -> ForestPlot:
    studies = {row.study for row in plot.rows}
    for study in judgements:
        if study not in studies:
            raise DataError(
                f"Risk of bias of {study}: no such study in the plot; give the name as it is there."
            )
    rows = tuple(replace(row, judgements=tuple(judgements.get(row.study, ()))) for row in plot.rows)
    return replace(plot, rows=rows, domains=tuple(domains))
