"""Events in person-time in two groups: rate ratios and rate differences, and how they are pooled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.heterogeneity import cochran_q
from evisynth.synthesis.measures.columns import read_columns
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.pooling.checks import checked_effects
from evisynth.synthesis.pooling.iteration import Iteration
from evisynth.synthesis.pooling.mantel_haenszel import MantelHaenszel
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, Model, Pooled, critical_value, need_two
from evisynth.synthesis.profiles import REVMAN5, Profile, profile_named

FIELDS = ("events1", "time1", "events2", "time2")
METHODS = {
    "MH": "Mantel-Haenszel",
    "IV": "inverse variance",
    "Cochran": "weights by expected events",
}


@dataclass(frozen=True, slots=True, eq=False)
class TwoRates:
    """Events and person-time in two groups of k studies; group 1 is the intervention.

    studies          : names, each once.
    events1, events2 : (k,) events (one person may have several); 0 or more.
    time1, time2     : (k,) person-time at risk, in one unit throughout; above 0.

    Raises DataError, naming study and group, for a missing, negative or impossible number.
    """

    studies: tuple[str, ...]
    events1: Vector
    time1: Vector
    events2: Vector
    time2: Vector

    def __post_init__(self) -> None:
        names = tuple(str(study).strip() for study in self.studies)
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise DataError(f"{twice[0]}: this study stands twice in the table; each study once.")
        _, columns, missing = read_columns(FIELDS, {name: getattr(self, name) for name in FIELDS}, names)
        for row, what in missing.items():
            raise DataError(f"{names[row]}: {what}. Give the number, or leave the study out.")
        object.__setattr__(self, "studies", names)
        for name, values in columns.items():
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, float, float, float, float]]) -> Self:
        """From rows of (study, events1, time1, events2, time2)."""
        table = list(rows)
        numbers = np.array([row[1:] for row in table], dtype=np.float64).reshape(-1, 4)
        return cls(tuple(str(row[0]) for row in table), *numbers.T)

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def no_events(self) -> Flags:
        """(k,) the studies without an event in either group."""
        flags: Flags = (self.events1 == 0) & (self.events2 == 0)
        return flags

    def take(self, chosen: Flags) -> Self:
        """The table of some of the studies, by flags (k,)."""
        names = tuple(name for name, there in zip(self.studies, chosen.tolist(), strict=True) if there)
        return type(self)(names, *(column[chosen] for column in self.columns.values()))

    @property
    def columns(self) -> dict[str, Vector]:
        """The columns as `effect_sizes` takes them: effect_sizes("IRR", studies=..., **rates.columns)."""
        return {name: getattr(self, name) for name in FIELDS}

    def swapped(self) -> Self:
        """The same table with group 2 as group 1."""
        return type(self)(self.studies, self.events2, self.time2, self.events1, self.time1)


def rate_effects(rates: TwoRates, measure: str = "IRR", profile: Profile = REVMAN5) -> StudyEffects:
    """Each study's log rate ratio (IRR) or rate difference (IRD), and its variance, with the rules of a profile.

    Its rule for zero cells adds to both events of a study; for IRD to the variance alone, unless the profile
    moves differences too. What it says of studies without events for RR and RD holds for IRR and IRD.

    Raises DataError for another measure.

    Source: Rothman, Greenland & Lash 2008, Modern epidemiology, chapter 14.
    """
    if measure not in ("IRR", "IRD"):
        raise DataError(f"Events in person-time give IRR or IRD, not {measure}.")
    of_people = {"IRR": "RR", "IRD": "RD"}[measure]
    return effect_sizes(
        measure,
        studies=rates.studies,
        zero_cells=profile.study_zero_cells,
        drop_no_events=of_people in profile.uninformative_left_out,
        correct_estimate=measure == "IRR" or profile.rd_estimate_corrected,
        events1=rates.events1,
        time1=rates.time1,
        events2=rates.events2,
        time2=rates.time2,
    )


def mantel_haenszel_log_rate_ratio(rates: TwoRates) -> MantelHaenszel:
    """The log of the Mantel-Haenszel rate ratio, sum(x1 t2 / T) / sum(x2 t1 / T), and its standard error.

    Source: Rothman & Boice 1982, Epidemiologic analysis with a programmable calculator; the variance of the
    log is that of Greenland & Robins 1985, doi:10.2307/2530643.
    """
    x1, t1, x2, t2 = rates.columns.values()
    T = t1 + t2
    R, S = x1 * t2 / T, x2 * t1 / T
    if not (np.sum(R) > 0 and np.sum(S) > 0):
        raise DataError(
            "The Mantel-Haenszel rate ratio does not exist: over all studies one group has no events. "
            "Use inverse variance with a correction, or the rate difference (IRD)."
        )
    P = t1 * t2 * (x1 + x2) / T**2
    mu, se = np.log(np.sum(R) / np.sum(S)), np.sqrt(np.sum(P) / (np.sum(R) * np.sum(S)))
    return MantelHaenszel(float(mu), float(se), S)


def mantel_haenszel_rate_difference(rates: TwoRates) -> MantelHaenszel:
    """The Mantel-Haenszel rate difference: the mean of the studies' differences with weights t1 t2 / T.

    Source: Greenland & Robins 1985, doi:10.2307/2530643.
    """
    x1, t1, x2, t2 = rates.columns.values()
    T = t1 + t2
    wi = t1 * t2 / T
    variance = np.sum((x1 * t2**2 + x2 * t1**2) / T**2) / np.sum(wi) ** 2
    if not variance > 0:
        raise DataError("The variance of the pooled rate difference is 0: no study has an event.")
    mu = np.sum(wi * (x1 / t1 - x2 / t2)) / np.sum(wi)
    return MantelHaenszel(float(mu), float(np.sqrt(variance)), wi)


def log_rate_ratio_by_expected_events(rates: TwoRates, yi: Vector) -> MantelHaenszel:
    """The mean of the studies' log rate ratios with weights x2 t1 / t2, the events expected in group 1.

    Its variance is 1 / sum(x1) + 1 / sum(x2). Named Cochran's method in R's meta.

    Source: Bayne-Jones et al. 1964, Smoking and health: report of the Advisory Committee to the Surgeon General,
    chapter 8 (W. G. Cochran).
    """
    x1, t1, x2, t2 = rates.columns.values()
    wi = x2 * t1 / t2
    if not (np.sum(x1) > 0 and np.sum(x2) > 0):
        raise DataError("Weights by expected events need events in both groups over all studies.")
    mu = np.sum(wi * yi) / np.sum(wi)
    return MantelHaenszel(float(mu), float(np.sqrt(1 / np.sum(x1) + 1 / np.sum(x2))), wi)


def pool_rates(
    rates: TwoRates,
    measure: str = "IRR",
    *,
    method: str = "MH",
    model: Model = COMMON,
    profile: Profile | str = REVMAN5,
    tau2_method: str | None = None,
    test: str = "z",
    level: float = 0.95,
    iteration: Iteration | None = None,
) -> Pooled:
    """Pool rate ratios or rate differences.

    Parameters
    ----------
    rates : k studies.
    measure : IRR or IRD.
    method : MH, IV or Cochran (IRR alone). Random effects are weighted by 1 / (vi + tau2) whatever the method.
    profile : a Profile or the id of one: its rule for zero cells, and whether Q is measured from the Mantel-Haenszel estimate.
    tau2_method : of random effects; by default the profile's.
    iteration : where the search for tau2 stops, see `pool`.

    The Mantel-Haenszel estimate uses the events as they are. R: metafor rma.mh and meta metainc, of which the
    latter measures Q from the inverse-variance mean.

    Raises
    ------
    DataError : fewer than two studies, an unknown method or measure, or an estimate that does not exist.

    Source: the functions above; Cochrane Handbook 6, section 10.8.
    """
    critical_value(level)
    if method not in METHODS or (method == "Cochran" and measure != "IRR"):
        raise DataError(
            f"Method {method!r} does not pool {measure}: known are MH and IV, and for IRR also Cochran."
        )
    profile = profile_named(profile)
    effects = rate_effects(rates, measure, profile)
    if model != COMMON or method == "IV":
        own = effects.defined
        y, v = checked_effects(rates.take(own).studies, effects.yi[own], effects.vi[own])
        return pool(
            y,
            v,
            method="common" if model == COMMON else tau2_method or profile.tau2_method,
            test=test,
            measure=measure,
            studies=rates.take(own).studies,
            level=level,
            profile=profile.id,
            dropped=effects.undefined,
            iteration=iteration,
        )
    return _pool_common(rates, measure, method, profile, effects, level)


def _pool_common(
    rates: TwoRates, measure: str, method: str, profile: Profile, effects: StudyEffects, level: float
) -> Pooled:
    """The common effect by Mantel-Haenszel or Cochran."""
    kept = ~rates.no_events if measure == "IRR" else np.ones(rates.k, dtype=np.bool_)
    if method == "Cochran":
        kept = effects.defined
    chosen, yi, vi = rates.take(kept), effects.yi[kept], effects.vi[kept]
    dropped = tuple((name, why) for name, why in effects.undefined if name not in chosen.studies)
    need_two(chosen.studies, dropped)
    if method == "Cochran":
        fit = log_rate_ratio_by_expected_events(chosen, yi)
    elif measure == "IRR":
        fit = mantel_haenszel_log_rate_ratio(chosen)
    else:
        fit = mantel_haenszel_rate_difference(chosen)
    there = np.isfinite(yi)
    own = checked_effects(chosen.take(there).studies, yi[there], vi[there])
    from_mh = method == "MH" and profile.Q_centre == "Mantel-Haenszel"
    return Pooled(
        measure=measure,
        model=COMMON,
        method=METHODS[method],
        profile=profile.id,
        studies=chosen.studies,
        mu=fit.mu,
        se=fit.se,
        yi=yi,
        vi=vi,
        weights=100 * fit.wi / np.sum(fit.wi),
        Q=cochran_q(*own, fit.mu if from_mh else None),
        df=max(0, int(there.sum()) - 1),
        tau2=0.0,
        dropped=dropped,
        level=level,
    )
