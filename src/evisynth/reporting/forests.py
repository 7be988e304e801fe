"""The forest plots of a review's analyses: what stands beside each study, and what under the total."""

from collections.abc import Sequence

from evisynth.reporting import numbers
from evisynth.reporting.effects import in_words, unit_of
from evisynth.reporting.figures.forest_axis import effect_number
from evisynth.reporting.figures.forest_plot import (
    ForestColumn,
    ForestGroup,
    ForestPlot,
    ForestRow,
    ForestTotal,
)
from evisynth.reporting.findings import Analysed, Side, StudyRow
from evisynth.reporting.sentences import heterogeneity, overall_test, source_told
from evisynth.synthesis.analysis import AnalysisResult
from evisynth.synthesis.arms_or_given import OF_TABLES
from evisynth.synthesis.measures.scale import LOG, measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.result import Pooled
from evisynth.synthesis.pooling.single import SingleStudy
from evisynth.synthesis.profiles import profile_named
from evisynth.synthesis.study_table import columns_of

METHODS = {"MH": "M-H", "IV": "IV", "Peto": "Peto"}
MEANS, RATES = ("Mean", "SD", "Total"), ("Events", "Time")
Effect = tuple[
    float | None, float | None, float | None, float | None
]  # estimate, low, high, weight in percent


def why(key: str) -> str:
    """The link from a figure to a derivation, as the HTML writer names its anchors."""
    return f"#why-{key}"


def forest_plot(analysed: Analysed, result: AnalysisResult) -> ForestPlot:
    """The forest plot of an analysis: every study with data, pooled or not, and the total if there is one."""
    effects = _effects(result)
    shown = [row for row in analysed.rows if _is_shown(analysed, row)]
    groups, shown = _grouped(analysed, shown)
    heads = _heads(result, mixed=analysed.mixed)
    pooled = result.pooled
    lines = (heterogeneity(pooled),) if pooled else ("Heterogeneity: not applicable (one study)",)
    test = overall_test(result.result) if result.result else ""
    measure = measure_named(result.recipe.measure)
    unit = unit_of(measure.id, analysed.unit)
    usual = measure.ratio or measure.null == 0
    compares = measure.null is not None
    return ForestPlot(
        title=analysed.title,
        group1=analysed.first.name,
        group2=analysed.second.name,
        measure=f"{'Peto odds ratio' if result.recipe.method == 'Peto' else in_words(measure.id)}{f' ({unit})' if unit else ''}",
        method=_method(result),
        rows=tuple(_forest_row(analysed, row, effects, heads) for row in shown),
        total=None
        if pooled is None
        else _total(result, pooled, shown, heads, why(f"analysis/{analysed.key}")),
        log_scale=measure.scale is LOG,
        no_effect="usual" if usual else measure.null,
        heterogeneity=tuple(filter(None, (*lines, test, _difference(analysed)))),
        favours_left=f"Favours {analysed.favours[0]}" if compares else "",
        favours_right=f"Favours {analysed.favours[1]}" if compares else "",
        notes=tuple(_notes(analysed, result)),
        level=f"{100 * result.recipe.level:.0f}%",
        groups=groups,
        heads=heads,
        columns=_as_given(result, shown),
    )


def _method(result: AnalysisResult) -> str:
    recipe = result.recipe
    of_model = ""
    if result.model == "random effects" and (recipe.tau2_method, recipe.test) != ("DL", "z"):
        of_model = f" ({recipe.tau2_method}, {recipe.test})"
    return (
        f"{METHODS[recipe.method]}, {result.model or 'single study'}{of_model}, {100 * recipe.level:.0f}% CI"
    )


def _is_shown(analysed: Analysed, row: StudyRow) -> bool:
    """Whether a study has a row of its own: it has what the measure takes, and is not left out."""
    if row.left_out or row.lacks:
        return False
    if row.contrast is not None:
        return True
    if analysed.of_one_group:
        return getattr(row, analysed.of_one_group) is not None
    of_contrasts = any(row.contrast is not None for row in analysed.rows) and not analysed.mixed
    return bool(row.first and row.second) and not of_contrasts


def _heads(result: AnalysisResult, *, mixed: bool = False) -> tuple[str, ...]:
    """The columns of each group; () for those of two-by-two tables. Mixed studies have those of their arms."""
    measure = result.recipe.measure
    if isinstance(result.table, TwoByTwo) or (result.table.is_given and (not mixed or measure in OF_TABLES)):
        return ()
    columns = columns_of(measure) if mixed else tuple(result.table.columns)
    if any(name.startswith("time") for name in columns):
        return RATES
    return MEANS if any(name.startswith(("mean", "sd")) for name in columns) else ("Events", "Total")


def _of_side(side: Side | None, heads: tuple[str, ...], *, change: bool) -> tuple[str, ...]:
    if side is None or not heads:
        return ()
    before = "change_" if change else ""
    fields = {
        MEANS: (f"{before}mean", f"{before}sd", "n"),
        RATES: ("event_count", "person_time"),
    }.get(heads, ("patients_with_event", "n"))
    given = [side.number(field) for field in fields]
    return tuple("" if number is None else numbers.value(number) for number in given)


def _forest_row(
    analysed: Analysed, row: StudyRow, effects: dict[str, Effect], heads: tuple[str, ...]
) -> ForestRow:
    estimate, low, high, weight = effects.get(row.name, (None, None, None, None))
    first, second = row.first, row.second
    plain = not heads
    if row.contrast is not None:
        first = second = None  # the effect is none of theirs
    notes = (source_told(analysed, row), row.note)
    note = "; ".join(
        filter(None, ("change since the start" if row.change and heads == MEANS else "", *notes))
    )
    return ForestRow(
        study=row.name,
        events1=_count(first.events) if plain and first else None,
        n1=_count(first.n) if plain and first else None,
        events2=_count(second.events) if plain and second else None,
        n2=_count(second.n) if plain and second else None,
        weight_percent=weight,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        href=why(f"row/{analysed.key}/{row.study}"),
        group1=_of_side(first, heads, change=row.change),
        group2=_of_side(second, heads, change=row.change),
        note=note[:1].upper() + note[1:],
    )


def _count(number: float | None) -> int | None:
    return None if number is None else int(number)


def _total(
    result: AnalysisResult, pooled: Pooled, rows: Sequence[StudyRow], heads: tuple[str, ...], href: str
) -> ForestTotal:
    table = result.table
    low, high = pooled.estimate_ci
    counts: dict[str, int | None] = dict.fromkeys(("events1", "n1", "events2", "n2"))
    if isinstance(table, TwoByTwo):
        counts = {name: int(getattr(table, name).sum()) for name in counts}
    prediction = result.prediction or (None, None)
    given = not isinstance(table, TwoByTwo) and table.is_given  # a total over part of the studies misleads
    inside = [] if given else [row for row in rows if row.name in table.studies]
    return ForestTotal(
        **counts,
        estimate=pooled.estimate,
        ci_low=low,
        ci_high=high,
        prediction_low=prediction[0],
        prediction_high=prediction[1],
        href=href,
        group1=_sums([row.first for row in inside], heads),
        group2=_sums([row.second for row in inside], heads),
    )


def _sums(sides: Sequence[Side | None], heads: tuple[str, ...]) -> tuple[str, ...]:
    """The totals under a group's columns: people, or events and person-time."""
    present = [side for side in sides if side is not None]
    if not heads or not present:
        return ()
    fields = {MEANS: ("", "", "n"), RATES: ("event_count", "person_time")}.get(
        heads, ("patients_with_event", "n")
    )
    return tuple(
        numbers.value(sum(side.number(field) or 0.0 for side in present)) if field else "" for field in fields
    )


def _as_given(result: AnalysisResult, rows: Sequence[StudyRow]) -> tuple[ForestColumn, ...]:
    """Effect and standard error on the analysis scale, as RevMan shows effects that reports give."""
    found = result.result
    if isinstance(result.table, TwoByTwo) or not result.table.is_given or found is None:
        return ()
    if isinstance(found, Pooled):
        on_scale = dict(
            zip(found.studies, zip(found.yi.tolist(), found.sei.tolist(), strict=True), strict=True)
        )
    else:
        on_scale = {} if found.yi is None or found.se is None else {found.study: (found.yi, found.se)}
    measure = measure_named(result.recipe.measure)
    head = (
        f"log({measure.id})"
        if measure.ratio and measure.id != "generic ratio"
        else "log"
        if measure.ratio
        else "Effect"
    )
    cells = [on_scale.get(row.name) for row in rows]
    return (
        ForestColumn(head, tuple("" if one is None else effect_number(one[0]) for one in cells)),
        ForestColumn("SE", tuple("" if one is None else effect_number(one[1]) for one in cells)),
    )


def _effects(result: AnalysisResult) -> dict[str, Effect]:
    """Effect, interval and weight by study name."""
    if result.pooled is not None:
        pooled = result.pooled
        return {
            study: (float(estimate), float(low), float(high), float(weight))
            for study, estimate, (low, high), weight in zip(
                pooled.studies, pooled.study_estimates, pooled.study_estimate_ci, pooled.weights, strict=True
            )
        }
    if result.single is not None:
        low, high = result.single.estimate_ci or (None, None)
        return {result.single.study: (result.single.estimate, low, high, None)}
    return {}


# ---------------------------------------------------------------- subgroups


def _grouped(analysed: Analysed, rows: list[StudyRow]) -> tuple[tuple[ForestGroup, ...], list[StudyRow]]:
    """The subgroups with their own totals, and the rows in their order; rows in none stand in one of their own."""
    if analysed.subgroups is None:
        return (), rows
    by_name = {row.name: row for row in rows}
    groups: list[ForestGroup] = []
    ordered: list[StudyRow] = []
    for name, found in analysed.subgroups.groups.items():
        own = [by_name.pop(study) for study in found.table.studies if study in by_name]
        if not own:
            continue
        total = None
        lines: tuple[str, ...] = ()
        if found.pooled is not None:
            total = _total(found, found.pooled, own, _heads(found), "")
            lines = tuple(filter(None, (heterogeneity(found.pooled), overall_test(found.pooled))))
        groups.append(ForestGroup(name, len(own), total, lines))
        ordered += own
    if by_name:
        groups.append(ForestGroup("in no subgroup", len(by_name)))
    return tuple(groups), [*ordered, *by_name.values()]


def _difference(analysed: Analysed) -> str:
    found = analysed.subgroups
    if found is None or found.Qb is None:
        return ""
    return (
        f"Test for subgroup differences: Chi² = {found.Qb:.2f}, df = {found.df} ({numbers.p_value(found.p)})"
    )


# ---------------------------------------------------------------- notes


def _notes(analysed: Analysed, result: AnalysisResult) -> list[str]:
    found: Pooled | SingleStudy | None = result.result
    notes = [found.note] if isinstance(found, SingleStudy) and found.note else []
    if result.pooled is not None:
        notes += _zero_cells(result)
    notes += [f"{study}: not in the result ({reason})" for study, reason in result.dropped]
    notes += [
        f"{row.name}: no usable data ({row.not_available})" for row in analysed.rows if row.not_available
    ]
    notes += [f"{row.name}: not in the result (lacks {row.lacks})" for row in analysed.rows if row.lacks]
    notes += [f"{row.name}: left out ({row.left_out})" for row in analysed.rows if row.left_out]
    if result.recipe.prediction and result.pooled is not None and result.prediction is None:
        why_not = "the model is common effect" if result.model == "common effect" else "too few studies"
        notes.append(f"No prediction interval: {why_not}.")
    return notes


def _zero_cells(result: AnalysisResult) -> list[str]:
    """The studies whose cells were corrected, with the profile's own words for the rule."""
    if not result.corrected or result.recipe.method == "Peto":
        return []
    rule = profile_named(result.recipe.profile).study_zero_cells
    what = str(rule) if result.recipe.measure in OF_TABLES else "0.5 is added because of a zero cell"
    return [f"{', '.join(result.corrected)}: {what}."]
