"""The plan of an analysis: its recipe, and what in it cannot be followed."""

from collections.abc import Iterator
from dataclasses import dataclass

from evisynth.errors import DataError, Problem
from evisynth.protocol.outcomes import misfit
from evisynth.store import models
from evisynth.store.gather.study_rows import EITHER, columns_for, takes_contrasts, takes_either
from evisynth.synthesis.analysis import Recipe, check_recipe
from evisynth.synthesis.model_rule import ModelRule
from evisynth.synthesis.profiles import PROFILES, profile_named
from evisynth.synthesis.recipe import POOLS
from evisynth.synthesis.study_table import columns_of, compares_groups, may_be_given

# What stands for a part of a plan that is not written; each use of it is reported.
ASSUMED = {"method": "MH", "model": "common effect", "tau2": "DL", "profile": "revman5"}


@dataclass(frozen=True, slots=True)
class PlanFound:
    """What was found in a plan: problems, and in words why nothing can be computed by it ("" where it can)."""

    problems: tuple[Problem, ...]
    why: str = ""

    @property
    def sound(self) -> bool:
        return not self.why


def recipe_of(row: models.Analysis, rules: tuple[ModelRule, ...]) -> Recipe:
    """The recipe of a plan. What it does not say is that of its profile, or as `ASSUMED`, which is reported."""
    profile = row.profile or ASSUMED["profile"]
    known = PROFILES.get(profile)
    return Recipe(
        measure=row.measure,
        method=row.method or _method(row),
        model=row.model or ASSUMED["model"],
        rules=rules,
        tau2_method=row.tau2 or (known.tau2_method if known else ASSUMED["tau2"]),
        profile=profile,
        test=row.test or (known.tests[0] if known else "z"),
        prediction=row.prediction,
    )


def _method(row: models.Analysis) -> str:
    """Mantel-Haenszel where there is a choice; everything else is pooled by inverse variance."""
    return ASSUMED["method"] if _may_be_counted(row) else "IV"


def _may_be_counted(row: models.Analysis) -> bool:
    """Whether the studies give counts alone, which other methods than inverse variance pool too."""
    return row.measure in POOLS["MH"] and not (takes_contrasts(row) or takes_either(row))


def check_plan(row: models.Analysis, rules: tuple[ModelRule, ...], file: str) -> PlanFound:
    """Report what in a plan cannot be followed, also where no data ask for it yet."""
    problems = []
    if row.favours and len(row.favours) != 2:
        problems.append(Problem(file, row.line, f"{row.key}.favours", f"found {len(row.favours)} texts; "
                        "two are right, for the left and the right of the plot."))  # fmt: skip
    if not row.measure:
        return PlanFound(tuple(problems))
    recipe = recipe_of(row, rules)
    assumed = {
        "method": recipe.method,
        "model": recipe.model,
        "tau2": recipe.tau2_method,
        "profile": recipe.profile,
    }
    problems += [
        Problem(
            file,
            row.line,
            f"{row.key}.{part}",
            f"is empty; {assumed[part]} was assumed. Write what is planned.",
        )
        for part in _not_written(row)
    ]
    wrong = [Problem(file, row.line, f"{row.key}.{part}", message) for part, message in _misfits(row)]
    if wrong:
        return PlanFound((*problems, *wrong), wrong[0].message)
    try:
        check_recipe(recipe)
    except DataError as error:
        problems.append(Problem(file, row.line, row.key, str(error)))
        return PlanFound(tuple(problems), str(error))
    return PlanFound(tuple(problems))


def _not_written(row: models.Analysis) -> Iterator[str]:
    """The parts that are not written and that make a difference to the numbers."""
    decides = {
        "method": _may_be_counted(row),
        "model": True,
        "tau2": True,
        "profile": not takes_contrasts(row) and bool(profile_named(ASSUMED["profile"]).describe(row.measure)),
    }
    return (part for part, matters in decides.items() if matters and not getattr(row, part))


def _misfits(row: models.Analysis) -> Iterator[tuple[str, str]]:
    """(key, message) of what does not go with the measure, or with the outcome."""
    contrasts = takes_contrasts(row)
    if (contrasts or takes_either(row)) and not may_be_given(row.measure):
        yield "data", (f"found {row.data_from or 'contrasts'} for {row.measure}; an effect that a report gives is a ratio or a "
                       "difference of two groups, such as HR, OR or MD.")  # fmt: skip
        return
    try:
        fields = [] if contrasts else [field for _, field in columns_for(row).values()]
    except DataError as error:
        yield "measure", f"{error} Write data: contrasts for that."
        return
    if takes_either(row) and row.method not in ("", "IV"):
        yield "method", (f"found {row.method} with data: {EITHER}; {row.method} pools counts, and an effect that a report gives "
                         "has none. Take IV (inverse variance), or data: arms.")  # fmt: skip
        return
    wanted = fields
    if contrasts and row.measure not in ("HR", "generic", "generic ratio"):
        wanted = [{"events": "patients_with_event", "time": "person_time"}.get(name, name)
                  for name in (column.rstrip("12") for column in columns_of(row.measure))]  # fmt: skip
        wanted = [
            "event_count" if "person_time" in wanted and name == "patients_with_event" else name
            for name in wanted
        ]
    if message := misfit(row.outcome.key, row.outcome.type, row.measure, dict.fromkeys(wanted)):
        yield "measure", message
    of_means = any(field.removeprefix("change_") in ("mean", "sd") for field in fields)
    if row.which_values and not of_means:
        yield (
            "values",
            f"found {row.which_values!r}; only measures of means, such as MD, choose between final and change.",
        )
    if row.which_values == "change or final" and row.measure not in ("MD", "MN"):
        yield "values", (f"found {row.which_values!r}; in a {row.measure} changes and final values have different standard "
                         "deviations and do not mix. Take final or change, or MD (Handbook 10.5.2).")  # fmt: skip
    if row.one_group and (contrasts or compares_groups(row.measure)):
        yield "group", f"found {row.one_group!r}; {row.measure} compares two groups. Leave it out."
