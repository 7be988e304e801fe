"""How an analysis is to be done, what of that cannot be followed, and the hash of recipe and data."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.scale import MEASURES
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.model_rule import ModelRule, choose_model
from evisynth.synthesis.pooling.intervals import check_test
from evisynth.synthesis.pooling.result import COMMON, critical_value
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.prediction import prediction_method_named
from evisynth.synthesis.profiles import profile_named
from evisynth.synthesis.study_table import StudyTable

METHODS = {"MH": "Mantel-Haenszel", "IV": "inverse variance", "Peto": "Peto"}
# What each method of pooling takes; inverse variance takes every measure.
POOLS = {"MH": ("RR", "OR", "RD", "IRR", "IRD"), "Peto": ("OR",)}
LATER = {"test": "z", "prediction": ""}  # parts of a recipe that a hash has only where they are not so


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one outcome is to be analysed, as the protocol says it.

    measure     : its letters, see measures.scale.
    method      : MH (Mantel-Haenszel), IV (inverse variance) or Peto.
    model       : "common effect", "random effects", or the id of the rule that decides.
    rules       : the rules that `model` may lead to.
    tau2_method : the estimator of tau2 in random effects: DL, PM, REML ...
    profile     : id of the arithmetic, see profiles.py.
    level       : of the intervals, as a fraction.
    test        : of random effects: z, t, HK, HK-adhoc, KR ...; a common effect has z.
    prediction  : how the prediction interval of random effects is made: HTS, V ...; "" for none.
    """

    measure: str = "RR"
    method: str = "MH"
    model: str = COMMON
    rules: tuple[ModelRule, ...] = ()
    tau2_method: str = "DL"
    profile: str = "revman5"
    level: float = 0.95
    test: str = "z"
    prediction: str = ""


def check_recipe(recipe: Recipe) -> None:
    """Raise a DataError that says what in a recipe cannot be followed, before any data are looked at.

    Source: none; each part names its own.
    """
    if recipe.measure not in MEASURES:
        raise DataError(
            f"Recipe, measure: {recipe.measure!r} is not known; such as RR, OR, RD, MD, SMD, ROM, IRR, HR or PLO is "
            f"right.{near(recipe.measure, MEASURES)}"
        )
    if recipe.method not in METHODS:
        raise DataError(
            f"Recipe, method: {recipe.method!r} is not known; known are {', '.join(METHODS)}."
            f"{near(recipe.method, METHODS)}"
        )
    if recipe.measure not in POOLS.get(recipe.method, (recipe.measure,)):
        raise DataError(
            f"Recipe, measure: {recipe.measure!r} is pooled by IV; method: {recipe.method!r} pools "
            f"{', '.join(POOLS[recipe.method])}."
        )
    if recipe.tau2_method not in TAU2_METHODS:
        raise DataError(f"Recipe, tau2 method: {recipe.tau2_method!r} is not known; known are "
                        f"{', '.join(TAU2_METHODS)}.{near(recipe.tau2_method, TAU2_METHODS)}")  # fmt: skip
    check_test(recipe.test, recipe.tau2_method)
    if recipe.prediction:
        prediction_method_named(recipe.prediction)
    profile_named(recipe.profile)
    critical_value(recipe.level)
    # Following the rules with every statistic at 0 visits no data; it finds unknown names and cycles.
    choose_model(recipe.rules, recipe.model, {"I2": 0.0, "tau2": 0.0, "k": 0.0, "p_Q": 0.0})


def input_hash(recipe: Recipe, table: TwoByTwo | StudyTable) -> str:
    """SHA-256, in hex, of everything that goes into an analysis: its recipe and its data.

    The order of the studies and of the rules does not matter, nor whether 11 was given as 11.0. A judgement
    of certainty is bound to this hash, and is stale when it changes.
    """
    settings = asdict(recipe)
    settings["level"] = float(recipe.level)
    settings["rules"] = sorted(
        ({**asdict(rule), "below": float(rule.below)} for rule in recipe.rules),
        key=lambda rule: json.dumps(rule, sort_keys=True),
    )
    for name, usual in LATER.items():
        if settings[name] == usual:
            del settings[name]
    inputs: dict[str, object] = {"version": 1, "recipe": settings}
    if isinstance(table, TwoByTwo):
        counts = (table.events1, table.n1, table.events2, table.n2)
        inputs["data"] = sorted(zip(table.studies, *(column.tolist() for column in counts), strict=True))
    else:
        names = sorted(table.columns)
        columns = tuple(table.columns[name] for name in names)
        listed = [[None if np.isnan(value) else value for value in column.tolist()] for column in columns]
        inputs["columns"] = names
        inputs["data"] = sorted(zip(table.studies, *listed, strict=True), key=lambda row: row[0])
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def told_hash(plan: Sequence[object], data: Iterable[Sequence[str]]) -> str:
    """SHA-256, in hex, of an outcome that is told study by study: its plan, and what each study gives, as texts.

    The order of the studies does not matter. A judgement of its certainty is bound to this hash.
    """
    inputs = [list(plan), sorted(list(row) for row in data)]
    return hashlib.sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()
