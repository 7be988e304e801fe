"""The rule, fixed in the protocol before the data, that chooses common effect or random effects."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evisynth.errors import DataError
from evisynth.synthesis.pooling.result import MODELS, Model

STATISTICS = {
    "I2": "percent",
    "tau2": "squared units of the analysis scale",
    "k": "studies",
    "p_Q": "p value of the test of heterogeneity",
}


@dataclass(frozen=True, slots=True)
class ModelRule:
    """If the statistic is below a number take `then`, else `otherwise`; each a model or another rule's id.

    The bound itself is not below: with I2 < 50% in the protocol, an I2 of exactly 50% goes to `otherwise`.
    Statistics are those of the common-effect fit; I2 is in percent.
    """

    id: str
    statistic: str  # I2, tau2, k or p_Q
    below: float
    then: str
    otherwise: str

    def __str__(self) -> str:
        bound = _with_unit(self.statistic, f"{self.below:g}")
        return f"{self.then} if {self.statistic} is below {bound}, otherwise {self.otherwise}"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that the rules chose, and each step on the way in words."""

    model: Model
    steps: tuple[str, ...]


def check_rules(rules: Sequence[ModelRule]) -> list[str]:
    """What is wrong with a set of rules, one message each: names, statistics, bounds, targets, cycles."""
    messages: list[str] = []
    ids = [rule.id for rule in rules]
    for place, rule in enumerate(rules):
        messages += _rule_messages(rule, ids)
        if rule.id in ids[:place]:
            messages.append(f"Rule {rule.id!r} is given twice; each rule needs its own id.")
    return messages + _cycles(rules)


def choose_model(
    rules: Sequence[ModelRule], start: str, statistics: Mapping[str, float | None]
) -> ModelChoice:
    """Follow the rules from `start` to a model.

    Parameters
    ----------
    rules : the protocol's rules; checked first.
    start : the id of the first rule, or a model, which then needs no statistics.
    statistics : of the common-effect fit: I2 (percent), tau2, k, p_Q; None where it is not defined.

    Raises
    ------
    DataError : rules that `check_rules` finds wrong, an unknown start, or a statistic that is not defined.
    """
    messages = check_rules(rules)
    if messages:
        raise DataError("The model rules cannot be followed. " + " ".join(messages))
    by_id = {rule.id: rule for rule in rules}
    model = _model(start)
    if model is not None:
        return ModelChoice(model, (f"fixed in the protocol: {model}",))
    if start not in by_id:
        raise DataError(f"The model {start!r} is neither a model nor a rule.{_nearest(start, list(by_id))}")
    steps: list[str] = []
    target = start
    while model is None:
        rule = by_id[target]
        target, step = _follow(rule, statistics)
        steps.append(step)
        model = _model(target)
    return ModelChoice(model, tuple(steps))


def _follow(rule: ModelRule, statistics: Mapping[str, float | None]) -> tuple[str, str]:
    """Where one rule leads, and the step in words."""
    value = statistics.get(rule.statistic)
    if value is None or math.isnan(value):
        raise DataError(
            f"Rule {rule.id!r} asks for {rule.statistic}, which this analysis does not have. "
            "It needs at least two studies with an effect of their own."
        )
    is_below = value < rule.below
    target = rule.then if is_below else rule.otherwise
    shown = _with_unit(rule.statistic, _digits(rule, value))
    bound = _with_unit(rule.statistic, f"{rule.below:g}")
    return target, f"{rule.statistic} is {shown}, {'below' if is_below else 'not below'} {bound}: {target}"


def _digits(rule: ModelRule, value: float) -> str:
    """The value with as many decimals as it takes to see on which side of the bound it is."""
    if rule.statistic == "k":
        return f"{value:g}"
    first = 2 if rule.statistic == "I2" else 4
    for decimals in range(first, 17):
        text = f"{value:.{decimals}f}"
        if (float(text) < rule.below) == (value < rule.below):
            return text
    return repr(float(value))


def _with_unit(statistic: str, number: str) -> str:
    return f"{number}%" if statistic == "I2" else number


def _model(name: str) -> Model | None:
    return next((model for model in MODELS if model == name), None)


def _rule_messages(rule: ModelRule, ids: list[str]) -> list[str]:
    messages = []
    if not rule.id:
        messages.append("A rule has no id.")
    if rule.id in MODELS:
        messages.append(f"Rule {rule.id!r} has the name of a model; give it another id.")
    if rule.statistic not in STATISTICS:
        known = ", ".join(STATISTICS)
        messages.append(f"Rule {rule.id!r}: statistic {rule.statistic!r} is not known; known are {known}.")
    if not math.isfinite(rule.below):
        messages.append(f"Rule {rule.id!r}: the bound {rule.below:g} is not a number.")
    for field, target in (("then", rule.then), ("otherwise", rule.otherwise)):
        if target not in MODELS and target not in ids:
            messages.append(
                f"Rule {rule.id!r}, {field}: {target!r} is neither a model nor a rule.{_nearest(target, ids)}"
            )
    return messages


def _nearest(name: str, ids: list[str]) -> str:
    known = [*MODELS, *ids]
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(known)}."


def _cycles(rules: Sequence[ModelRule]) -> list[str]:
    """Each cycle of rules once, written from its first rule in the order given."""
    by_id = {rule.id: rule for rule in rules}
    found: dict[frozenset[str], str] = {}
    finished: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            cycle = path[path.index(name) :]
            found.setdefault(frozenset(cycle), " → ".join([*cycle, name]))
        elif name in by_id and name not in finished:
            walk(by_id[name].then, [*path, name])
            walk(by_id[name].otherwise, [*path, name])
            finished.add(name)

    for rule in rules:
        walk(rule.id, [])
    return [f"The rules go round in a circle and never reach a model: {cycle}." for cycle in found.values()]
