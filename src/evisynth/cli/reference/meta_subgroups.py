"""An analysis of meta by both models, and its subgroups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc

from evisynth.cli.reference.answer import Table
from evisynth.cli.reference.case import Call, NotExpressible
from evisynth.cli.reference.meta_outputs import share
from evisynth.synthesis.design import label
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.subgroups import between_groups, subgroups
from evisynth.synthesis.pooling.result import Pooled

Fit = Callable[[Any], Pooled]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a call of meta analyses: effects, counts or rates, and how either model is fitted to some of the studies."""

    data: Any
    studies: tuple[str, ...]
    common: Fit
    random: Fit
    sizes: Vector | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects and variances of studies, of which some can be taken."""

    studies: tuple[str, ...]
    yi: Vector
    vi: Vector

    def take(self, chosen: Any) -> "Effects":
        names = tuple(
            name for name, there in zip(self.studies, np.asarray(chosen).tolist(), strict=True) if there
        )
        return Effects(names, self.yi[chosen], self.vi[chosen])


def by_groups(call: Call, analysis: Analysis, by: str, method_tau: str) -> tuple[Table, Any]:
    """The groups in the order of the data, each model on its own, and the tests between them."""
    held = call.columns[by]
    plain_labels = held.tolist() if isinstance(held, np.ndarray) else list(held)
    labels = [label(one) for one in plain_labels]
    levels = list(dict.fromkeys(labels))
    data, shared = analysis.data, bool(call.argument("tau.common", False))
    if shared and not isinstance(data, Effects):
        raise NotExpressible("tau.common = TRUE of tables")
    if shared:
        found = subgroups(data.yi, data.vi, labels, method=method_tau, common_tau2=True)
        plain = subgroups(data.yi, data.vi, labels, method="common")
        pairs = [(plain.groups[one], found.groups[one]) for one in levels]
    elif isinstance(data, Effects):
        alone = subgroups(data.yi, data.vi, labels, method="common").groups  # which may be of one study
        pairs = [(alone[one], _random_of(analysis, labels, one, alone[one])) for one in levels]
    else:
        chosen = [np.array([label == one for label in labels]) for one in levels]
        pairs = [(analysis.common(data.take(flags)), analysis.random(data.take(flags))) for flags in chosen]
    values: dict[str, Any] = {
        "bylevs": list(dict.fromkeys(plain_labels)),
        "sg_Q": [common.Q for common, _ in pairs],
        "sg_I2": [share(common.I2) for common, _ in pairs],
        "sg_tau2": [random.tau2 if random.k > 1 or shared else np.nan for _, random in pairs],
    }
    for name, place in (("common", 0), ("random", 1)):
        effects, errors = ([getattr(pair[place], one) for pair in pairs] for one in ("mu", "se"))
        Qb, df = between_groups(effects, errors)
        values |= {f"sg_TE_{name}": effects, f"sg_se_{name}": errors, f"Qb_{name}": Qb, "df_Qb": df}
        values[f"p_Qb_{name}"] = float(chdtrc(df, Qb))
    return {name: _value(name) for name in values}, values


def _random_of(analysis: Analysis, labels: list[str], group: str, common: Pooled) -> Pooled:
    """The random-effects model of one group; of one study there is none but its own effect."""
    if common.k == 1:
        return common
    return analysis.random(analysis.data.take(np.array([label == group for label in labels])))


def _value(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda values: values[name]
