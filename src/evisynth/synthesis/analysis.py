"""One analysis from its recipe: pooled, a single study, or no data; with the steps that led to its model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import ALL_EVENTS, NO_EVENTS, Dropped, TwoByTwo
from evisynth.synthesis.model_rule import ModelRule, choose_model
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.pooling.peto import observed_minus_expected, pool_peto
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Model, Pooled
from evisynth.synthesis.pooling.single import SingleStudy, single_study
from evisynth.synthesis.profiles import Profile, profile_named
from evisynth.synthesis.recipe import METHODS, POOLS, Recipe, check_recipe, input_hash, told_hash
from evisynth.synthesis.study_table import StudyTable, table_effects

__all__ = [
    "METHODS",
    "AnalysisResult",
    "Kind",
    "ModelRule",
    "Recipe",
    "analyse",
    "check_recipe",
    "input_hash",
    "told_hash",
]

Kind = Literal["meta-analysis", "single study", "no data"]
Data = TwoByTwo | StudyTable


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisResult:
    """What an analysis found.

    kind    : "meta-analysis"; "single study" when one study is left; "no data" when none is.
    model   : the model that was chosen; None when nothing is pooled.
    steps   : how it was chosen, or why nothing is pooled, in words.
    common, random : both fits of a meta-analysis, whichever was chosen; None otherwise. For sensitivity.
    single  : the single study's result, or None.
    dropped : (study, reason) of each study that is left out of `result`.
    corrected : names of the studies to whose cells something was added.
    """

    kind: Kind
    recipe: Recipe
    table: Data
    model: Model | None
    steps: tuple[str, ...]
    common: Pooled | None
    random: Pooled | None
    single: SingleStudy | None
    dropped: Dropped
    input_hash: str
    corrected: tuple[str, ...] = ()

    @property
    def pooled(self) -> Pooled | None:
        """The fit of the chosen model; None when nothing is pooled."""
        return self.common if self.model == COMMON else self.random

    @property
    def result(self) -> Pooled | SingleStudy | None:
        """What is reported: the chosen fit, the single study, or None without data."""
        return self.pooled or self.single

    @property
    def prediction(self) -> tuple[float, float] | None:
        """The prediction interval on the scale people read; None where none is asked for, or there is none."""
        if not self.recipe.prediction or self.pooled is None:
            return None
        limits = self.pooled.prediction_interval(self.recipe.prediction)
        return None if limits is None else (self.pooled.back(limits[0]), self.pooled.back(limits[1]))


@dataclass(frozen=True, slots=True)
class _Ways:
    """The studies' own effects, and how either model pools them."""

    effects: StudyEffects
    common: Callable[[], Pooled]
    random: Callable[[], Pooled]


def analyse(table: Data, recipe: Recipe) -> AnalysisResult:
    """Run a recipe on a table.

    Both models are fitted; the rule decides which one is the result. Its statistics (I2, tau2, k, p_Q)
    come from the common-effect fit. With one study left that study is reported, and with none
    there is no data; neither is an error.

    Parameters
    ----------
    table : a TwoByTwo for RR, OR and RD; a StudyTable with the columns of any other measure, or with effects that
        the reports give themselves.

    Raises
    ------
    DataError : a recipe that cannot be followed, or data for which its method does not exist.
    """
    check_recipe(recipe)
    profile = profile_named(recipe.profile)
    ways = _ways(table, recipe, profile)
    own = ways.effects.defined
    if own.sum() < 2:
        return _unpooled(table, recipe, profile, ways.effects)
    common, random = ways.common(), ways.random()
    if ways.effects.sizes is not None:
        sizes = ways.effects.sizes[own]
        common, random = replace(common, sizes=sizes), replace(random, sizes=sizes)
    statistics = {"I2": common.I2, "tau2": random.tau2, "k": float(common.k), "p_Q": common.p_Q}
    choice = choose_model(recipe.rules, recipe.model, statistics)
    chosen = common if choice.model == COMMON else random
    return AnalysisResult(
        kind="meta-analysis",
        recipe=recipe,
        table=table,
        model=choice.model,
        steps=choice.steps,
        common=common,
        random=random,
        single=None,
        dropped=chosen.dropped,
        input_hash=input_hash(recipe, table),
        corrected=_corrected(ways.effects),
    )


def _corrected(effects: StudyEffects) -> tuple[str, ...]:
    return tuple(
        study for study, touched in zip(effects.studies, effects.corrected.tolist(), strict=True) if touched
    )


def _ways(table: Data, recipe: Recipe, profile: Profile) -> _Ways:
    """How the recipe pools the table; a DataError where the two do not go together."""
    how: dict[str, Any] = {"level": recipe.level}
    estimator: dict[str, Any] = {"tau2_method": recipe.tau2_method, "test": recipe.test}
    if isinstance(table, TwoByTwo):
        return _of_counts(table, recipe, profile)
    if recipe.method != "IV" and (table.is_given or recipe.measure not in ("IRR", "IRD")):
        raise DataError(
            f"Recipe, method: {recipe.method} pools {'events and people' if recipe.method == 'Peto' else 'counts'}, "
            "and the data are "
            f"{'effects that the reports give' if table.is_given else 'none of these'}; IV is right."
        )
    effects = table_effects(table, recipe.measure, profile)
    if recipe.method == "MH":
        rates = TwoRates(table.studies, **dict(table.columns))
        rates_pooled = partial(pool_rates, rates, recipe.measure, profile=profile, **how)
        return _Ways(effects, rates_pooled, partial(rates_pooled, model=RANDOM, **estimator))
    pooled = partial(pool_study_effects, effects, profile=profile.id, **how)
    return _Ways(effects, pooled, partial(pooled, **estimator))


def _of_counts(table: TwoByTwo, recipe: Recipe, profile: Profile) -> _Ways:
    """Two-by-two tables: by Mantel-Haenszel, inverse variance or Peto."""
    if recipe.measure not in POOLS["MH"][:3]:
        raise DataError(f"Recipe, measure: {recipe.measure!r}; two-by-two tables give RR, OR or RD.")
    how: dict[str, Any] = {"level": recipe.level}
    estimator: dict[str, Any] = {"tau2_method": recipe.tau2_method, "test": recipe.test}
    if recipe.method == "Peto":
        peto = partial(pool_peto, table, profile=profile.id, **how)
        return _Ways(_peto_effects(table), peto, partial(peto, model=RANDOM, **estimator))
    effects = profile.study_effects(table, recipe.measure)
    if recipe.method == "MH":
        common = partial(pool_mantel_haenszel, table, recipe.measure, profile, recipe.level)
        random = partial(
            pool_random_effects_mh,
            table,
            recipe.measure,
            profile,
            recipe.level,
            recipe.tau2_method,
            recipe.test,
        )
        return _Ways(effects, common, random)
    pooled = partial(pool_study_effects, effects, profile=profile.id, **how)
    return _Ways(effects, pooled, partial(pooled, **estimator))


def _peto_effects(table: TwoByTwo) -> StudyEffects:
    """Each study's log odds ratio (O - E) / V and its variance 1 / V; none where the margins say nothing."""
    O_E, V = observed_minus_expected(table)
    says_something = V > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.where(says_something, O_E / V, np.nan)
        vi = np.where(says_something, 1 / V, np.nan)
    undefined = tuple(
        (study, NO_EVENTS if none else ALL_EVENTS)
        for study, there, none in zip(
            table.studies, says_something.tolist(), table.no_events.tolist(), strict=True
        )
        if not there
    )
    return StudyEffects("OR", table.studies, yi, vi, np.zeros(table.k, dtype=np.bool_), undefined)


def _unpooled(table: Data, recipe: Recipe, profile: Profile, effects: StudyEffects) -> AnalysisResult:
    """The result when fewer than two studies have an effect of their own."""
    single, dropped = None, effects.undefined
    steps: tuple[str, ...] = ("no study gives data for this analysis: nothing is pooled",)
    chosen = effects.defined
    if not chosen.any() and table.k == 1:
        chosen, dropped = ~chosen, ()  # the one study is shown, as not estimable, with its counts
    if chosen.sum() == 1:
        single = _single(table, recipe, profile, effects, int(np.flatnonzero(chosen)[0]))
        steps = (f"one study, {single.study}: its own result is reported and nothing is pooled",)
    elif table.k:
        steps = (
            f"none of {table.k} studies informs the {measure_named(recipe.measure).name}: nothing is pooled",
        )
    return AnalysisResult(
        kind="no data" if single is None else "single study",
        recipe=recipe,
        table=table,
        model=None,
        steps=steps,
        common=None,
        random=None,
        single=single,
        dropped=dropped,
        input_hash=input_hash(recipe, table),
        corrected=_corrected(effects),
    )


def _single(table: Data, recipe: Recipe, profile: Profile, effects: StudyEffects, at: int) -> SingleStudy:
    """The result of the study at a place of the table."""
    flags = np.arange(table.k) == at
    if isinstance(table, TwoByTwo):
        single = single_study(table.take(flags), recipe.measure, profile, recipe.level)
        if recipe.method != "Peto":
            return single
    else:
        single = SingleStudy(recipe.measure, table.studies[at], None, None, None, None, None, None, profile.id,
                             level=recipe.level)  # fmt: skip
    note = ""
    if not effects.defined[at]:
        note = f"not estimable: {dict(effects.undefined)[table.studies[at]]}"
    elif effects.corrected[at]:
        note = "0.5 added to its events because of a zero cell"
    there = bool(effects.defined[at])
    return replace(
        single,
        yi=float(effects.yi[at]) if there else None,
        vi=float(effects.vi[at]) if there else None,
        note=note,
        size=None if effects.sizes is None else float(effects.sizes[at]),
    )
