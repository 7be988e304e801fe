"""The statistics of reviews: effect sizes, pooling, heterogeneity, moderators, dependence, sensitivity and bias.

The names below are what other programs may rely on; each is loaded when it is first asked for, so that
`import evisynth` costs nothing and a first fit little.
"""

import importlib
from typing import Any

_NAMES: dict[str, str] = {
    "analysis": "AnalysisResult Recipe analyse",
    "absolute": "AbsoluteEffect AssumedRisk NumberNeeded",
    "batch": "PooledMany pool_many",
    "bias.excess_significance": "ExcessSignificance excess_significance",
    "bias.fail_safe": "FailSafe fail_safe_n",
    "bias.henmi_copas": "HenmiCopas henmi_copas",
    "bias.limit": "LimitMetaAnalysis limit_meta_analysis",
    "bias.pet_peese": "PetPeese pet_peese",
    "bias.rank_test": "RankTest rank_test",
    "bias.regression_test": "RegressionTest regression_test",
    "bias.selection": "SelectionFit selection_model",
    "bias.table_tests": "pustejovsky_test schwarzer_test table_test",
    "bias.trim_and_fill": "TrimAndFill trim_and_fill",
    "columns": "rows_of",
    "heterogeneity": "cochran_q h2_from_q i2_from_q i2_interval_from_q",
    "measures.effect_sizes": "effect_sizes",
    "measures.effects": "StudyEffects",
    "measures.scale": "MEASURES Measure measure_named",
    "measures.two_by_two": "TwoByTwo",
    "measures.zero_cells": "ZeroCells",
    "design": "Design design",
    "moderators.location_scale": "LocationScale location_scale",
    "moderators.regression": "meta_regression",
    "moderators.result": "MetaRegression",
    "moderators.subgroups": "Subgroups subgroups",
    "pooling.binary": "pool_two_by_two",
    "pooling.covariance": "aggregate_effects sampling_covariance",
    "pooling.glmm": "pool_glmm",
    "pooling.glmm.result": "Glmm",
    "pooling.inverse_variance": "pool_study_effects",
    "pooling.iteration": "Iteration R_ITERATION",
    "pooling.mantel_haenszel": "pool_mantel_haenszel",
    "pooling.multilevel": "MultilevelFit multilevel nested structured",
    "pooling.peto": "pool_observed_minus_expected pool_peto",
    "pooling.pool": "pool",
    "pooling.rates": "TwoRates pool_rates",
    "pooling.result": "Pooled",
    "pooling.robust": "RobustFit robust",
    "pooling.single": "SingleStudy single_study",
    "pooling.stratified_tests": "breslow_day cochran_mantel_haenszel",
    "profiles": "PROFILES Profile profile_named",
    "results": "Result",
    "sensitivity.baujat": "baujat",
    "sensitivity.blup": "blups",
    "sensitivity.bootstrap": "bootstrap",
    "sensitivity.cumulative": "cumulative",
    "sensitivity.gosh": "gosh",
    "sensitivity.influence": "influence",
    "sensitivity.leave_one_out": "leave_one_out",
    "sensitivity.permutation": "permutation_test",
    "sensitivity.residuals": "residuals",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = [*sorted(_MODULES)]  # noqa: PLE0604 - it is a list of names


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
