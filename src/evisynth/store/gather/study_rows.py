"""What each study gives to an analysis: its arms or its own effect, and the table that synthesis takes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evisynth.errors import Problem
from evisynth.extraction.consensus import Cell
from evisynth.extraction.conversions import FORMULAS
from evisynth.extraction.fields import FIELDS
from evisynth.reporting.findings import Contrast, Side, StudyOf, StudyRow
from evisynth.store import models
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.study_table import (
    GIVEN,
    StudyTable,
    columns_of,
    compares_groups,
)

COUNTS = ("patients_with_event", "n", "event_count")
RESULT_FIELDS = (
    *COUNTS, "mean", "sd", "median", "q1", "q3", "min", "max", "person_time", "change_mean", "change_sd",
)  # fmt: skip
OF_COUNTS = ("RR", "OR", "RD")  # the measures that are pooled from two-by-two tables
SIDES = ("first", "second")
CHANGE = "change_"
EITHER = "arms or contrasts"
CONTRADICTS = "values that contradict each other"
UNSETTLED = "extraction not settled"


@dataclass(frozen=True, slots=True)
class Values:
    """What stands for every value: cells, computed values, and the arms that contradict themselves."""

    cells: Mapping[str, Cell]
    derived: Mapping[str, tuple[float, str]]
    impossible: set[tuple[str, str, str, str]]

    def number(self, key: str) -> float | None:
        if key in self.derived:
            return self.derived[key][0]
        cell = self.cells.get(key)
        return cell.final.number if cell and cell.final else None


def takes_contrasts(row: models.Analysis) -> bool:
    """Whether an analysis pools the effects that reports give; so it is where arms do not give its measure."""
    if row.data_from:
        return row.data_from == "contrasts"
    return row.measure in ("HR", "generic", "generic ratio")


def takes_either(row: models.Analysis) -> bool:
    """Whether an analysis takes a study's arms where they are there, and else the effect that its report gives."""
    return bool(row.data_from == EITHER)


def sides_of(row: models.Analysis) -> tuple[str, ...]:
    """Which sides of the comparison an analysis looks at: both, or the one of a measure of one group."""
    if not row.measure or takes_contrasts(row) or compares_groups(row.measure):
        return SIDES
    return ("second",) if row.one_group == "comparator" else ("first",)


def columns_for(row: models.Analysis) -> dict[str, tuple[str, str]]:
    """What the measure takes of arms: column of the table -> side and field of extraction.csv."""
    sides, found = sides_of(row), {}
    for column in columns_of(row.measure):
        name = column.rstrip("12")
        side = {"1": "first", "2": "second"}.get(column[-1], sides[0])
        found[column] = (side, name)
    timed = any(name == "time" for _, name in found.values())
    fields = {"events": "event_count" if timed else "patients_with_event", "time": "person_time"}
    change = CHANGE if row.which_values == "change" else ""
    fields |= {name: f"{change}{name}" for name in ("mean", "sd")}
    return {column: (side, fields.get(name, name)) for column, (side, name) in found.items()}


# ---------------------------------------------------------------- rows


def study_row(row: models.Analysis, study: StudyOf, values: Values, left_out: str) -> StudyRow:
    """What one study gives to an analysis, as extracted, or in words why there is nothing."""
    keys = {"first": row.comparison.intervention_key, "second": row.comparison.comparator_key}
    looked_at = sides_of(row)
    sides = {which: _side(row, study, keys[which], values) for which in looked_at}
    found = {which: side for which, side in sides.items() if isinstance(side, Side)}
    missing = [side for side in sides.values() if isinstance(side, str)]
    arms = StudyRow(
        study=study.key,
        name=study.name,
        first=found.get("first"),
        second=found.get("second"),
        left_out=left_out,
        not_available="; ".join(dict.fromkeys(missing)),
    )
    if takes_either(row):
        return _either(row, arms, _contrast(row, study, values), values)
    if not takes_contrasts(row):
        return arms
    given = _contrast(row, study, values)
    if isinstance(given, Contrast):
        return replace(arms, not_available="", contrast=given)
    return replace(arms, not_available=given)


def _either(row: models.Analysis, arms: StudyRow, given: Contrast | str, values: Values) -> StudyRow:
    """A study by its arms where they give all that the measure takes, else by the effect that its report gives.

    Arms whose values are not settled, or contradict each other, wait for that: nothing takes their place.
    """
    lacking = [] if arms.not_available else list(_lacking(row, arms, values))
    if not (arms.not_available or lacking) and _has_people(row, arms):
        return replace(arms, compared=given if isinstance(given, Contrast) else None)
    reasons = {*arms.not_available.split("; "), *(why for _, why, _ in lacking)}
    if reasons & {CONTRADICTS, UNSETTLED}:
        return arms
    if isinstance(given, Contrast):
        return replace(arms, contrast=given, not_available="")
    if arms.not_available:
        return replace(arms, not_available=f"{arms.not_available}; the {row.measure} itself: {given}")
    return arms


def _prefix(row: models.Analysis, study: str, arm: str) -> tuple[str, str, str, str]:
    return study, row.outcome.key, row.timepoint.key if row.timepoint else "", arm


def _key(prefix: tuple[str, ...], field: str) -> str:
    return "/".join(part for part in (*prefix, field) if part)


def _side(row: models.Analysis, study: StudyOf, side: str, values: Values) -> Side | str:
    """The numbers of one side, or in words why there are none."""
    arms = [arm for arm in study.arms if arm.side == side]
    if not arms:
        return f"no arm for {side}"
    if len(arms) > 1:
        return f"{len(arms)} arms for {side}: arms of one side are not merged by the program; give one arm this side"
    prefix = _prefix(row, study.key, arms[0].key)
    if prefix in values.impossible:
        return CONTRADICTS
    present = {field: key for field in RESULT_FIELDS if (key := _key(prefix, field)) in values.cells}
    numbers = {field: values.number(key) for field, key in present.items()}
    if all(number is None for field, number in numbers.items() if field != "n"):
        return _why_missing([values.cells[key] for key in present.values()])
    return Side(
        arm=arms[0].key,
        events=numbers.get("patients_with_event"),
        n=numbers.get("n"),
        event_count=numbers.get("event_count"),
        cells=tuple(present.values()),
        values=tuple(
            (field, number) for field, number in numbers.items() if number is not None and field not in COUNTS
        ),
    )


def _contrast(row: models.Analysis, study: StudyOf, values: Values) -> Contrast | str:
    """The effect that the report gives, or in words why there is none."""
    prefix = _prefix(row, study.key, f"{row.comparison.key}:{row.measure}")
    if prefix in values.impossible:
        return CONTRADICTS
    fields = ("estimate", "se", "ci_low", "ci_high", "ci_level", "n")
    present = {field: key for field in fields if (key := _key(prefix, field)) in values.cells}
    numbers = {field: values.number(key) for field, key in present.items()}
    estimate, low, high = (numbers.get(field) for field in ("estimate", "ci_low", "ci_high"))
    if estimate is None:
        return _why_missing([values.cells[key] for key in present.values()])
    level = numbers.get("ci_level")
    return Contrast(
        measure=row.measure,
        estimate=estimate,
        se=numbers.get("se"),
        ci=None if low is None or high is None else (low, high),
        level=0.95 if level is None else level / 100,
        n=numbers.get("n"),
        cells=tuple(present.values()),
    )


def _why_missing(cells: list[Cell]) -> str:
    for cell in cells:
        if cell.final and cell.final.missing:
            return cell.final.missing
    return UNSETTLED if cells else "not extracted"


# ---------------------------------------------------------------- the table of an analysis


def with_what_lacks(
    row: models.Analysis, rows: Sequence[StudyRow], values: Values
) -> tuple[tuple[StudyRow, ...], list[Problem]]:
    """The rows, each study that gives a part of what the measure takes with what it lacks; what nobody explained."""
    found, problems = [], []
    for of in rows:
        if of.left_out or of.not_available:
            found.append(of)
            continue
        lacking = list(_lacking(row, of, values))
        words = [f"{what} ({why or 'not extracted'})" for what, why, _ in lacking]
        change = (
            any(field.startswith(CHANGE) for _, field in _needed(row, of)) if of.contrast is None else False
        )
        found.append(replace(of, lacks="; ".join(words), change=change) if words or change else of)
        problems += [problem for _, _, problem in lacking if problem is not None]
    return tuple(found), problems


def _lacking(row: models.Analysis, of: StudyRow, values: Values) -> Iterator[tuple[str, str, Problem | None]]:
    """(what is not there, its missing code, a problem where nobody has said why)."""
    if of.contrast is not None:
        if of.contrast.se is None and of.contrast.ci is None:
            prefix = _prefix(row, of.study, f"{row.comparison.key}:{row.measure}")
            codes = [_missing_code(values, _key(prefix, field)) for field in ("se", "ci_low", "ci_high")]
            code = next(filter(None, codes), "")
            what = f"standard error and interval of the {row.measure}"
            message = (f"{of.study}, {row.outcome.key}: the {row.measure} {of.contrast.estimate:g} is given without its "
                       "standard error and without both limits of its interval; give se, or ci_low and ci_high, or "
                       "their missing code.")  # fmt: skip
            yield what, code, None if code else _problem(of.contrast.cells[0], "estimate", message, values)
        return
    for side, field in _needed(row, of):
        numbers = getattr(of, side)
        if numbers is None or numbers.number(field) is not None:
            continue
        prefix = _prefix(row, of.study, numbers.arm)
        code = _missing_code(values, _key(prefix, field))
        message = _of_arm(row, of.study, numbers, field, values)
        problem = None if code else _problem(numbers.cells[0], field, message, values)
        yield f"{field} of {numbers.arm}", code, problem


def _needed(row: models.Analysis, of: StudyRow) -> list[tuple[str, str]]:
    """(side, field) of each number that the analysis takes of a study's arms, each once."""
    return list(dict.fromkeys(_fields(row, of).values()))


def _fields(row: models.Analysis, of: StudyRow) -> dict[str, tuple[str, str]]:
    """Column -> side and field; of change or final values the changes where the study gives all of them."""
    final = columns_for(row)
    if row.which_values != "change or final":
        return final
    change = {
        column: (side, f"{CHANGE}{field}" if field in ("mean", "sd") else field)
        for column, (side, field) in final.items()
    }
    sides = {side: getattr(of, side) for side, _ in change.values()}
    given = all(sides[side] and sides[side].number(field) is not None for side, field in change.values())
    return change if given else final


def _missing_code(values: Values, key: str) -> str:
    """Why a value is not there, as far as people said it; "" where nobody did."""
    cell = values.cells.get(key)
    if cell is None:
        return ""
    if cell.final is None:
        return UNSETTLED
    if cell.final.missing or values.number(key) is not None:
        return cell.final.missing
    return "its formula gives no value"


def _of_arm(row: models.Analysis, study: str, side: Side, field: str, values: Values) -> str:
    """What is there, what is not, and how it could be had."""
    prefix = _prefix(row, study, side.arm)
    given = {name: number for name in FIELDS if (number := values.number(_key(prefix, name))) is not None}
    shown = ", ".join(f"{name} {number:g}" for name, number in given.items()) or "nothing else"
    needed = ", ".join(dict.fromkeys(name for _, name in columns_for(row).values()))
    ways = [
        formula.name
        for formula in FORMULAS.values()
        if formula.gives == field and set(formula.inputs) <= set(given)
    ]
    known = [formula.name for formula in FORMULAS.values() if formula.gives == field]
    hint = ""
    if ways:
        hint = f", or the derivation {ways[0]!r}"
    elif known:
        hint = f", or what a derivation such as {known[0]!r} needs"
    return (
        f"{study}, {side.arm}, {row.outcome.key}: found {shown}, and no {field} ({FIELDS[field]}). Its analysis takes "
        f"{needed}; give {field} or its missing code{hint}."
    )


def _problem(cell: str, field: str, message: str, values: Values) -> Problem:
    final = values.cells[cell].final
    file, _, line = (final.source if final else "").rpartition(":")
    return Problem(file or "extraction.csv", int(line or 0), field, message)


def usable_rows(row: models.Analysis, rows: Sequence[StudyRow]) -> list[StudyRow]:
    """The studies that take part: not left out, and with all numbers that the measure takes."""
    return [of for of in rows if not (of.left_out or of.not_available or of.lacks) and _has_people(row, of)]


def _has_people(row: models.Analysis, of: StudyRow) -> bool:
    if of.contrast is not None:
        return True
    return all(
        getattr(of, side) is not None and (field != "n" or bool(getattr(of, side).n))
        for side, field in _needed(row, of)
    )


def table_of(row: models.Analysis, rows: Sequence[StudyRow]) -> TwoByTwo | StudyTable:
    """The numbers of the studies that take part, as synthesis takes them."""
    names = tuple(of.name for of in rows)
    given = {name: [_given(of)[at] for of in rows] for at, name in enumerate(GIVEN)}
    if takes_contrasts(row):
        return StudyTable.of(names, given)
    taken = [_fields(row, of) for of in rows]
    columns = {
        column: [_of_arms(of, *fields[column]) for of, fields in zip(rows, taken, strict=True)]
        for column in columns_for(row)
    }
    table = StudyTable.of(names, columns | (given if takes_either(row) else {}))
    if takes_either(row):
        return table
    return TwoByTwo(names, **table.columns) if row.measure in OF_COUNTS else table


def _given(of: StudyRow) -> tuple[float, ...]:
    """The columns GIVEN of a study; NaN where its arms are taken."""
    if of.contrast is None:
        return (math.nan,) * len(GIVEN)
    low, high = of.contrast.ci or (None, None)
    numbers = (of.contrast.estimate, of.contrast.se, low, high, of.contrast.level)
    return tuple(_or_nan(number) for number in numbers)


def _of_arms(of: StudyRow, side: str, field: str) -> float:
    """A number of one side; NaN where the effect that the report gives is taken."""
    return math.nan if of.contrast is not None else _or_nan(getattr(of, side).number(field))


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number
