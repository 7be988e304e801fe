"""One analysis from its recipe: pooled, a single study, or no data; with the steps that led to its model."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import Dropped, TwoByTwo
from evisynth.synthesis.model_rule import ModelRule, choose_model
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel, pool_random_effects_mh
from evisynth.synthesis.pooling.result import COMMON, Model, Pooled, critical_value
from evisynth.synthesis.pooling.single import SingleStudy, single_study
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.profiles import profile_named

METHODS = {"MH": "Mantel-Haenszel", "IV": "inverse variance"}

Kind = Literal["meta-analysis", "single study", "no data"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one outcome is to be analysed, as the protocol says it.

    measure     : RR, OR or RD.
    method      : MH (Mantel-Haenszel) or IV (inverse variance).
    model       : "common effect", "random effects", or the id of the rule that decides.
    rules       : the rules that `model` may lead to.
    tau2_method : DL.
    profile     : id of the arithmetic, see profiles.py.
    level       : of the intervals, as a fraction.
    """

    measure: str = "RR"
    method: str = "MH"
    model: str = COMMON
    rules: tuple[ModelRule, ...] = ()
    tau2_method: str = "DL"
    profile: str = "revman5"
    level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisResult:
    """What an analysis found.

    kind    : "meta-analysis"; "single study" when one study is left; "no data" when none is.
    model   : the model that was chosen; None when nothing is pooled.
    steps   : how it was chosen, or why nothing is pooled, in words.
    common, random : both fits of a meta-analysis, whichever was chosen; None otherwise. For sensitivity.
    single  : the single study's result, or None.
    dropped : (study, reason) of each study that is left out of `result`.
    """

    kind: Kind
    recipe: Recipe
    table: TwoByTwo
    model: Model | None
    steps: tuple[str, ...]
    common: Pooled | None
    random: Pooled | None
    single: SingleStudy | None
    dropped: Dropped
    input_hash: str

    @property
    def pooled(self) -> Pooled | None:
        """The fit of the chosen model; None when nothing is pooled."""
        return self.common if self.model == COMMON else self.random

    @property
    def result(self) -> Pooled | SingleStudy | None:
        """What is reported: the chosen fit, the single study, or None without data."""
        return self.pooled or self.single


def analyse(table: TwoByTwo, recipe: Recipe) -> AnalysisResult:
    """Run a recipe on a table.

    Both models are fitted; the rule decides which one is the result. Its statistics (I2, tau2, k, p_Q)
    come from the common-effect fit. With one study left that study is reported, and with none
    there is no data; neither is an error.

    Raises
    ------
    DataError : a recipe that cannot be followed, or data for which its method does not exist.
    """
    check_recipe(recipe)
    profile = profile_named(recipe.profile)
    effects = profile.study_effects(table, recipe.measure)
    own = effects.defined
    if own.sum() < 2:
        return _unpooled(table, recipe, table.take(own), effects.undefined)
    if recipe.method == "MH":
        common = pool_mantel_haenszel(table, recipe.measure, profile, recipe.level)
        random = pool_random_effects_mh(table, recipe.measure, profile, recipe.level, recipe.tau2_method)
    else:
        pool = partial(pool_study_effects, effects, profile=profile.id, level=recipe.level)
        common, random = pool(), pool(tau2_method=recipe.tau2_method)
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
    )


def _unpooled(table: TwoByTwo, recipe: Recipe, left: TwoByTwo, dropped: Dropped) -> AnalysisResult:
    """The result when fewer than two studies have an effect of their own."""
    single, kind = None, "no data"
    steps: tuple[str, ...] = ("no study gives data for this analysis: nothing is pooled",)
    if left.k == 0 and table.k == 1:
        left, dropped = table, ()  # the one study is shown, as not estimable, with its counts
    if left.k == 1:
        profile = profile_named(recipe.profile)
        single, kind = single_study(left, recipe.measure, profile, recipe.level), "single study"
        steps = (f"one study, {left.studies[0]}: its own result is reported and nothing is pooled",)
    elif table.k:
        steps = (
            f"none of {table.k} studies informs the {measure_named(recipe.measure).name}: nothing is pooled",
        )
    return AnalysisResult(
        kind="single study" if kind == "single study" else "no data",
        recipe=recipe,
        table=table,
        model=None,
        steps=steps,
        common=None,
        random=None,
        single=single,
        dropped=dropped,
        input_hash=input_hash(recipe, table),
    )


def check_recipe(recipe: Recipe) -> None:
    """Raise a DataError that says what in a recipe cannot be followed, before any data are looked at."""
    if recipe.measure not in ("RR", "OR", "RD"):
        raise DataError(f"Recipe, measure: {recipe.measure!r}; two-by-two tables give RR, OR or RD.")
    if recipe.method not in METHODS:
        raise DataError(f"Recipe, method: {recipe.method!r} is not known; known are {', '.join(METHODS)}.")
    if recipe.tau2_method not in TAU2_METHODS:
        known = ", ".join(TAU2_METHODS)
        raise DataError(f"Recipe, tau2 method: {recipe.tau2_method!r} is not known; known are {known}.")
    profile_named(recipe.profile)
    critical_value(recipe.level)
    # Following the rules with every statistic at 0 visits no data; it finds unknown names and cycles.
    choose_model(recipe.rules, recipe.model, {"I2": 0.0, "tau2": 0.0, "k": 0.0, "p_Q": 0.0})


def input_hash(recipe: Recipe, table: TwoByTwo) -> str:
    """SHA-256, in hex, of everything that goes into an analysis: its recipe and its data.

    The order of the studies and of the rules does not matter, nor whether 11 was given as 11.0. A judgement
    of certainty is bound to this hash, and is stale when it changes.
    """
    rows = zip(
        table.studies,
        table.events1.tolist(),
        table.n1.tolist(),
        table.events2.tolist(),
        table.n2.tolist(),
        strict=True,
    )
    settings = asdict(recipe)
    settings["level"] = float(recipe.level)
    settings["rules"] = sorted(
        ({**asdict(rule), "below": float(rule.below)} for rule in recipe.rules),
        key=lambda rule: json.dumps(rule, sort_keys=True),
    )
    inputs = {"version": 1, "recipe": settings, "data": sorted(rows)}
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
