"""Mantel-Haenszel pooling of two-by-two tables, and RevMan 5's random effects that build on it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import cochran_q
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS, Cells, TwoByTwo
from evisynth.synthesis.pooling.inverse_variance import checked_effects, weighted_mean
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, Pooled, critical_value, need_two
from evisynth.synthesis.pooling.tau2 import tau2_dersimonian_laird, tau2_method_named
from evisynth.synthesis.pooling.tau2_iteration import stopped_at
from evisynth.synthesis.profiles import REVMAN5, Profile, profile_named


class MantelHaenszel(NamedTuple):
    """The Mantel-Haenszel estimate on the analysis scale, its standard error, and (k,) weights as summed."""

    mu: float
    se: float
    wi: Vector


def mantel_haenszel_log_risk_ratio(cells: Cells) -> MantelHaenszel:
    """The log of the Mantel-Haenszel risk ratio, sum(a n2 / N) / sum(c n1 / N), and its standard error.

    Source: Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; the variance of the log is that of
    Greenland & Robins 1985, doi:10.2307/2530643.
    """
    (a, _, c, _), n1, n2 = cells, cells.n1, cells.n2
    N = n1 + n2
    R, S = a * n2 / N, c * n1 / N
    _need_events(R, S)
    P = (n1 * n2 * (a + c) - a * c * N) / N**2
    if not np.sum(P) > 0:
        raise DataError(
            "The variance of the Mantel-Haenszel risk ratio is 0: everyone in every group had the event."
        )
    mu = np.log(np.sum(R) / np.sum(S))
    se = np.sqrt(np.sum(P) / (np.sum(R) * np.sum(S)))
    return MantelHaenszel(float(mu), float(se), S)


def mantel_haenszel_log_odds_ratio(cells: Cells) -> MantelHaenszel:
    """The log of the Mantel-Haenszel odds ratio, sum(a d / N) / sum(b c / N), and its standard error.

    Source: Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; the variance of the log is that of
    Robins, Breslow & Greenland 1986, doi:10.2307/2531052.
    """
    a, b, c, d = cells
    N = a + b + c + d
    R, S = a * d / N, b * c / N
    _need_events(R, S)
    P, Q = (a + d) / N, (b + c) / N
    sum_R, sum_S = np.sum(R), np.sum(S)
    variance = (
        np.sum(P * R) / sum_R**2 + np.sum(P * S + Q * R) / (sum_R * sum_S) + np.sum(Q * S) / sum_S**2
    ) / 2
    return MantelHaenszel(float(np.log(sum_R / sum_S)), float(np.sqrt(variance)), S)


def mantel_haenszel_risk_difference(cells: Cells, risk_difference: Vector, variance: str) -> MantelHaenszel:
    """The Mantel-Haenszel risk difference: the mean of the studies' differences with weights n1 n2 / N.

    Parameters
    ----------
    cells : of k studies, for the weights and the variance.
    risk_difference : (k,) of the studies; a / n1 - c / n2, or RevMan 5's from the counts before correction.
    variance : "Greenland-Robins" or "Sato".

    Source: Greenland & Robins 1985, doi:10.2307/2530643; Sato, Greenland & Robins 1989,
    Biometrics 45:1323-1324.
    """
    (a, b, c, d), n1, n2 = cells, cells.n1, cells.n2
    N = n1 + n2
    wi = n1 * n2 / N
    mu = np.sum(wi * risk_difference) / np.sum(wi)
    if variance == "Sato":
        P = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / N**2
        Q = (a * d + b * c) / (2 * N)
        squared = (mu * np.sum(P) + np.sum(Q)) / np.sum(wi) ** 2
    else:
        J = (a * b * n2**3 + c * d * n1**3) / (n1 * n2 * N**2)
        squared = np.sum(J) / np.sum(wi) ** 2
    if not squared > 0:
        raise DataError(
            "The variance of the pooled risk difference is 0: every group has events in nobody or everybody. "
            "Use a profile that corrects zero cells (revman5)."
        )
    return MantelHaenszel(float(mu), float(np.sqrt(squared)), wi)


def pool_mantel_haenszel(
    table: TwoByTwo, measure: str = "RR", profile: Profile | str = REVMAN5, level: float = 0.95
) -> Pooled:
    """The common effect by Mantel-Haenszel, in the arithmetic of a profile.

    Parameters
    ----------
    table : k studies.
    measure : RR, OR or RD.
    profile : a Profile or the id of one: what is done with zero cells, and which variance and centre are used.

    Returns
    -------
    Pooled, common effect. Q is measured from the profile's centre, mostly the Mantel-Haenszel estimate.

    Raises
    ------
    DataError : fewer than two studies that can be pooled; or no events in a group of all studies together
        where the profile corrects nothing, so that a ratio does not exist.

    Source: Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; see the functions above for the variances.
    """
    critical_value(level)
    profile = profile_named(profile)
    kept, dropped = _members(table, measure, profile)
    chosen = table.take(kept)
    need_two(chosen.studies, dropped)
    effects = profile.study_effects(chosen, measure)
    fit = _estimate(chosen, measure, profile)
    own = effects.defined
    y, v = checked_effects(_names(chosen.studies, own), effects.yi[own], effects.vi[own])
    return Pooled(
        measure=measure,
        model=COMMON,
        method="Mantel-Haenszel",
        profile=profile.id,
        studies=chosen.studies,
        mu=fit.mu,
        se=fit.se,
        yi=effects.yi,
        vi=effects.vi,
        weights=100 * fit.wi / np.sum(fit.wi),
        Q=cochran_q(y, v, fit.mu if profile.measures_q_from_mh else None),
        df=max(0, len(y) - 1),
        tau2=0.0,
        dropped=dropped,
        level=level,
    )


def pool_random_effects_mh(
    table: TwoByTwo,
    measure: str = "RR",
    profile: Profile = REVMAN5,
    level: float = 0.95,
    tau2_method: str = "DL",
    test: str = "z",
    iteration: Iteration | None = None,
) -> Pooled:
    """Random effects as RevMan 5 computes them under the name Mantel-Haenszel.

    Studies are weighted by 1 / (vi + tau2), as in inverse-variance pooling; Mantel-Haenszel enters through Q,
    which is measured from the Mantel-Haenszel estimate, and through it through the DerSimonian-Laird tau2.
    The metafor profile measures from the inverse-variance mean, which makes it the plain DerSimonian-Laird.
    Other estimators of tau2 have no centre to move, and are the same as in inverse-variance pooling.

    Raises DataError as `pool_mantel_haenszel`, and for an unknown tau2 method or test.

    Source: DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2; Deeks & Higgins 2010, Statistical
    algorithms in Review Manager 5.
    """
    effects = profile.study_effects(table, measure)
    own = effects.defined
    chosen = table.take(own)
    need_two(chosen.studies, effects.undefined)
    y, v = checked_effects(chosen.studies, effects.yi[own], effects.vi[own])
    centred = profile.tau2_centre == "Mantel-Haenszel" and tau2_method == "DL"
    centre = _estimate(chosen, measure, profile).mu if centred else None
    name = f"{'Mantel-Haenszel' if centred else 'inverse variance'}, tau2 {tau2_method}"
    tau2 = tau2_dersimonian_laird(y, v, centre) if tau2_method == "DL" else None
    if tau2 is not None and test == "z":
        fit = weighted_mean(
            y,
            v,
            tau2,
            cochran_q(y, v, centre),
            measure=measure,
            method=name,
            studies=chosen.studies,
            level=level,
            profile=profile.id,
            dropped=effects.undefined,
        )
        return replace(fit, tau2_method=tau2_method)
    fit = pool(
        y,
        v,
        method=tau2_method,
        test=test,
        tau2=tau2,
        measure=measure,
        studies=chosen.studies,
        level=level,
        profile=profile.id,
        dropped=effects.undefined,
        iteration=iteration,
    )
    name += stopped_at(tau2_method_named(tau2_method), iteration)
    return replace(fit, Q=cochran_q(y, v, centre), method=name, tau2_method=tau2_method)


def _estimate(table: TwoByTwo, measure: str, profile: Profile) -> MantelHaenszel:
    cells = profile.pooling_cells(table, measure)
    if measure == "RR":
        return mantel_haenszel_log_risk_ratio(cells)
    if measure == "OR":
        return mantel_haenszel_log_odds_ratio(cells)
    counted = table.events1 / table.n1 - table.events2 / table.n2
    corrected = cells.a / cells.n1 - cells.c / cells.n2
    points = corrected if profile.rd_estimate_corrected else counted
    return mantel_haenszel_risk_difference(cells, points, profile.rd_variance)


def _members(table: TwoByTwo, measure: str, profile: Profile) -> tuple[Flags, tuple[tuple[str, str], ...]]:
    """(k,) the studies that enter the Mantel-Haenszel sums, and why the others do not.

    A profile that corrects the sums leaves out the studies without an effect of their own. One that does not
    leaves out only those that add 0 to both sums: double zeros, and for OR those with events in everyone.
    """
    if profile.pooling_zero_cells.to != "none":
        effects = profile.study_effects(table, measure)
        return effects.defined, effects.undefined
    reasons: list[tuple[str, str]] = []
    for study, none, everyone in zip(
        table.studies, table.no_events.tolist(), table.all_events.tolist(), strict=True
    ):
        if none and measure in ("RR", "OR"):
            reasons.append((study, NO_EVENTS))
        elif everyone and measure == "OR":
            reasons.append((study, ALL_EVENTS))
    out = {study for study, _ in reasons}
    return np.array([study not in out for study in table.studies], dtype=np.bool_), tuple(reasons)


def _names(studies: tuple[str, ...], kept: Flags) -> tuple[str, ...]:
    return tuple(study for study, there in zip(studies, kept.tolist(), strict=True) if there)


def _need_events(R: Vector, S: Vector) -> None:
    """A ratio needs something above and below the line, in all studies together."""
    if not (np.sum(R) > 0 and np.sum(S) > 0):
        raise DataError(
            "The Mantel-Haenszel ratio does not exist: over all studies one group has no events, or, for the "
            "odds ratio, events in everyone. Use a profile that corrects zero cells (revman5), or RD."
        )
