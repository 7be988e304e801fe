"""Analyses of studies of which some give the numbers of their arms, and others an effect with its uncertainty."""

from dataclasses import replace

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.analysis import AnalysisResult, analyse
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.scale import Flags, measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import Profile, profile_named
from evisynth.synthesis.recipe import Recipe, check_recipe, input_hash
from evisynth.synthesis.study_table import GIVEN, StudyTable, columns_of, table_effects

OF_TABLES = ("RR", "OR", "RD")  # the measures whose arms are two-by-two tables
CORRECTED = "a correction was made because of a zero cell"


def analyse_arms_or_given(table: StudyTable, recipe: Recipe) -> AnalysisResult:
    """Run a recipe of inverse variance on studies of which each gives its arms, or an effect of the same measure.

    The effects of the arms are computed with the arithmetic of the profile, and all effects are pooled with their
    standard errors (generic inverse variance). Where every study gives its arms it is the analysis of the arms.

    Parameters
    ----------
    table : the columns that the measure takes of arms, and those of given effects (`study_table.GIVEN`). A study has
        numbers in the one or in the other; the others are NaN.
    recipe : by inverse variance.

    Returns
    -------
    AnalysisResult; its table has the effects that were pooled and their standard errors, its hash is that of the
    numbers as they were given.

    Raises
    ------
    DataError : another method than inverse variance; a measure that arms do not give; as `analyse`.

    Source: Cochrane Handbook 6.5, sections 6.3.2 and 10.3.3.
    """
    check_recipe(recipe)
    if recipe.method != "IV":
        raise DataError(
            f"Recipe, method: {recipe.method} pools counts, and some of the studies give the {recipe.measure} itself; "
            "IV is right."
        )
    given = ~np.isnan(table.columns["estimate"])
    columns = columns_of(recipe.measure)
    if given.all():
        return analyse(_columns(table, GIVEN), recipe)
    arms = _columns(table.take(~given), columns)
    if not given.any():
        of_arms = TwoByTwo(arms.studies, **arms.columns) if recipe.measure in OF_TABLES else arms
        return analyse(of_arms, recipe)
    effects = effects_of_arms(arms, recipe.measure, profile_named(recipe.profile))
    found = analyse(_with_effects(table, ~given, effects), recipe)
    reasons = dict(effects.undefined)
    corrected = tuple(np.array(effects.studies, dtype=object)[effects.corrected])
    return replace(
        found,
        single=_told(found.single, corrected),
        dropped=tuple((study, reasons.get(study, why)) for study, why in found.dropped),
        input_hash=input_hash(recipe, table),
        corrected=corrected,
    )


def effects_of_arms(arms: StudyTable, measure: str, profile: Profile) -> StudyEffects:
    """The effects of k studies from their arms, with the arithmetic of a profile.

    Source: each measure's formula names its own.
    """
    if measure in OF_TABLES:
        return profile.study_effects(TwoByTwo(arms.studies, **arms.columns), measure)
    return table_effects(arms, measure, profile)


def _columns(table: StudyTable, names: tuple[str, ...]) -> StudyTable:
    return StudyTable(table.studies, {name: table.columns[name] for name in names})


def _with_effects(table: StudyTable, of_arms: Flags, effects: StudyEffects) -> StudyTable:
    """The given effects, and in the rows of arms their effects (a ratio as a ratio) and standard errors."""
    columns = {name: np.array(table.columns[name]) for name in GIVEN}
    columns["estimate"][of_arms] = measure_named(effects.measure).back_all(effects.yi)
    columns["se"][of_arms] = effects.sei
    return StudyTable(table.studies, columns)


def _told(single: SingleStudy | None, corrected: tuple[str, ...]) -> SingleStudy | None:
    """A single study with the note that its cells were corrected."""
    return single if single is None or single.study not in corrected else replace(single, note=CORRECTED)
