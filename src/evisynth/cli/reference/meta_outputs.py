"""What the functions of R's package meta print, from both models of an analysis."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from evisynth.cli.reference.answer import Table
from evisynth.synthesis.heterogeneity import h_interval_from_q
from evisynth.synthesis.measures.scale import Measure, Vector, measure_named
from evisynth.synthesis.pooling.iteration import R_ITERATION
from evisynth.synthesis.pooling.pool import pool

FEWER = {"V": 1, "HTS": 2, "HK": 1, "HK-PR": 2}  # than studies: degrees of freedom of prediction intervals


@dataclass(frozen=True)
class Both:
    """Both models, for all studies: rows that were left out stay in the columns of the studies as NaN."""

    common: Any
    random: Any
    studies: tuple[str, ...]
    tau2_kind: str
    predict: str
    sizes: Vector | None = None

    @cached_property
    def limits(self) -> Any:
        if self.tau2_kind == "PL":
            return self.random.tau2_interval("PL")
        return self.random.tau2_interval(self.tau2_kind, iteration=R_ITERATION)  # meta's own accuracy

    @cached_property
    def prediction(self) -> tuple[float, float]:
        found: tuple[float, float] = self.random.prediction_interval(self.predict) or (np.nan, np.nan)
        return found

    @property
    def measure(self) -> Measure:
        return measure_named(self.common.measure)

    def place(self, values: Vector, fit: Any, otherwise: float = np.nan) -> Vector:
        """Values of the pooled studies in an array of all."""
        there = dict(zip(fit.studies, np.asarray(values).tolist(), strict=True))
        return np.array([there.get(study, otherwise) for study in self.studies])

    def back(self, value: float) -> float:
        size = None if self.sizes is None else float(1 / np.mean(1 / self.sizes))
        return self.measure.back(value, size)

    def tested(self, value: float) -> float:
        """A test of no effect; measures of one group have no value of no effect, and meta has no test of them."""
        return value if self.measure.null is not None else np.nan


def h_limit(which: int) -> Callable[[Both], float]:
    def limit(both: Both) -> float:
        found = h_interval_from_q(both.common.Q, both.common.df, both.common.level)
        return np.nan if found is None else found[which]

    return limit


def share(value: float | None) -> float:
    """A percentage as meta's fraction."""
    return np.nan if value is None else value / 100


def _df_predict(both: Both) -> float:
    if both.predict in FEWER:
        return float(both.random.k - FEWER[both.predict])
    free = pool(
        both.random.yi, both.random.vi, method=both.random.tau2_method, test="KR", iteration=R_ITERATION
    ).ddf
    return np.nan if free is None else free - (both.predict == "KR-PR")


def _tau_limit(name: str, which: int) -> Callable[[Both], float]:
    """A limit of tau2 or tau; none where random effects build on the Mantel-Haenszel estimate."""

    def limit(both: Both) -> float:
        return np.nan if both.limits is None else float(getattr(both.limits, name)[which])

    return limit


BOTH: Table = {
    "k": lambda both: both.random.k,
    "TE": lambda both: both.place(both.random.yi, both.random),
    "seTE": lambda both: both.place(both.random.sei, both.random),
    "w_common": lambda both: both.place(both.common.weights, both.common, 0.0),
    "w_random": lambda both: both.place(both.random.weights, both.random, 0.0),
    "TE_common": lambda both: both.common.mu,
    "seTE_common": lambda both: both.common.se,
    "lower_common": lambda both: both.common.ci_low,
    "upper_common": lambda both: both.common.ci_high,
    "z_common": lambda both: both.tested(both.common.z),
    "p_common": lambda both: both.tested(both.common.p),
    "TE_random": lambda both: both.random.mu,
    "seTE_random": lambda both: both.random.se,
    "lower_random": lambda both: both.random.ci_low,
    "upper_random": lambda both: both.random.ci_high,
    "stat_random": lambda both: both.tested(both.random.z),
    "p_random": lambda both: both.tested(both.random.p),
    "df_random": lambda both: np.inf if both.random.ddf is None else both.random.ddf,
    "Q": lambda both: both.common.Q,
    "df_Q": lambda both: both.common.df,
    "p_Q": lambda both: both.common.p_Q,
    "tau2": lambda both: both.random.tau2,
    "tau": lambda both: both.random.tau,
    "lower_tau2": _tau_limit("tau2", 0),
    "upper_tau2": _tau_limit("tau2", 1),
    "lower_tau": _tau_limit("tau", 0),
    "upper_tau": _tau_limit("tau", 1),
    "I2": lambda both: share(both.common.I2),
    "lower_I2": lambda both: share(both.common.I2_ci and both.common.I2_ci[0]),
    "upper_I2": lambda both: share(both.common.I2_ci and both.common.I2_ci[1]),
    "H": lambda both: max(1.0, np.sqrt(both.common.H2)),
    "lower_H": h_limit(0),
    "upper_H": h_limit(1),
    "lower_predict": lambda both: both.prediction[0],
    "upper_predict": lambda both: both.prediction[1],
    "df_predict": _df_predict,
    "back_common": lambda both: both.back(both.common.mu),
    "back_random": lambda both: both.back(both.random.mu),
}


def _in_percent(weights: Any) -> Any:
    """Weights as shares: their absolute size says nothing."""
    if "NA" in weights:
        return weights
    values = np.array(weights, dtype=np.float64)
    return 100 * values / np.sum(values)


def _without_infinite(errors: Any) -> Any:
    """Standard errors, NA for studies without an effect, where meta prints Inf."""
    return ["NA" if one == "Inf" else one for one in errors] if isinstance(errors, list) else errors


CONVERT = {"w_common": _in_percent, "w_random": _in_percent, "seTE": _without_infinite}
