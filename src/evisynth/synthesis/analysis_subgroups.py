"""Subgroups of an analysis: its recipe for each, in the model that was chosen for all, and whether they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from evisynth.errors import DataError
from evisynth.synthesis.analysis import AnalysisResult, analyse
from evisynth.synthesis.moderators.subgroups import between_groups
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedSubgroups(Result):
    """The analysis of each subgroup by its name, in the order of the studies, and the test that they do not differ.

    Qb, df, p : chi-square of the subgroups' effects about their mean; None where fewer than two have an effect.
    """

    groups: Mapping[str, AnalysisResult]
    Qb: float | None
    df: int | None
    p: float | None


def analyse_subgroups(whole: AnalysisResult, labels: Sequence[str]) -> AnalysedSubgroups:
    """Each subgroup by the recipe of the whole, in the model chosen for the whole, and with a tau2 of its own.

    Parameters
    ----------
    whole : a meta-analysis of k studies.
    labels : (k,) the subgroup of each study of its table.

    Raises
    ------
    DataError : a study without a label, or no meta-analysis to divide.

    Source: Borenstein, Hedges, Higgins & Rothstein 2009, chapter 19, doi:10.1002/9780470743386.
    """
    if whole.model is None:
        raise DataError("Only a meta-analysis is divided into subgroups.")
    if len(labels) != whole.table.k or not all(labels):
        raise DataError(
            f"{whole.table.k} studies and {sum(map(bool, labels))} labels of subgroups: each needs one."
        )
    recipe = replace(whole.recipe, model=whole.model)
    groups = {
        label: analyse(whole.table.take(np.array([one == label for one in labels])), recipe)
        for label in dict.fromkeys(labels)
    }
    effects = [found for found in (_effect(group) for group in groups.values()) if found is not None]
    if len(effects) < 2:
        return AnalysedSubgroups(groups, None, None, None)
    Qb, df = between_groups([mu for mu, _ in effects], [se for _, se in effects])
    return AnalysedSubgroups(groups, Qb, df, float(chdtrc(df, Qb)))


def _effect(group: AnalysisResult) -> tuple[float, float] | None:
    """A subgroup's effect and standard error on the analysis scale; None where it has none."""
    result = group.result
    if isinstance(result, Pooled):
        return result.mu, result.se
    if result is None or result.yi is None or result.se is None:
        return None
    return result.yi, result.se
