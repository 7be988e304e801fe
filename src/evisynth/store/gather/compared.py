"""Studies that give their arms and report the effect too: whether the two say the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import numpy as np

from evisynth.errors import DataError, Problem
from evisynth.extraction.consensus import Cell
from evisynth.reporting import numbers
from evisynth.reporting.effects import contrast_in_words, label
from evisynth.reporting.findings import Analysed, Contrast, StudyRow
from evisynth.store import models
from evisynth.store.gather.study_rows import Values, table_of, usable_rows
from evisynth.synthesis.arms_or_given import effects_of_arms
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.profiles import Profile
from evisynth.synthesis.study_table import StudyTable, columns_of

EXACT = 1e-9  # relative: what two computers may differ by


def with_notes(
    row: models.Analysis, rows: Sequence[StudyRow], values: Values, profile: Profile
) -> tuple[StudyRow, ...]:
    """The rows, with a note where the effect that a report gives is not that of the arms, by more than rounding."""
    taking_part = {of.study for of in usable_rows(row, rows)}
    return tuple(
        replace(of, note=_note(row, of, of.compared, values, profile))
        if of.compared is not None and of.study in taking_part
        else of
        for of in rows
    )


def _note(row: models.Analysis, of: StudyRow, reported: Contrast, values: Values, profile: Profile) -> str:
    """What both say where they differ; "" where they agree, or the arms have no effect of their own."""
    table = table_of(row, [of])
    arms = StudyTable(table.studies, {name: table.columns[name] for name in columns_of(row.measure)})
    try:
        effects = effects_of_arms(arms, row.measure, profile)
    except DataError:
        return ""  # numbers that cannot be: the analysis reports them
    if not effects.defined[0]:
        return ""
    measure = measure_named(row.measure)
    limits = measure.back_all(effects.intervals(reported.level)[0])
    own = dict(zip(("estimate", "ci_low", "ci_high"), (effects.estimates[0], *limits), strict=True))
    given = dict(zip(own, (reported.estimate, *(reported.ci or (None, None))), strict=True))
    texts = {cell.field: cell for cell in (values.cells[key] for key in reported.cells)}
    if all(
        number is None or _agree(float(own[name]), number, texts.get(name)) for name, number in given.items()
    ) and (reported.se is None or _agree(float(effects.sei[0]), reported.se, texts.get("se"))):
        return ""
    level = numbers.value(round(100 * reported.level, 6))
    return (
        f"its report gives {contrast_in_words(reported)}; its arms, which are taken, give {label(row.measure)} "
        f"{numbers.effect(float(own['estimate']))} ({level}% CI {numbers.interval(*map(float, limits))})"
    )


def _agree(computed: float, reported: float, cell: Cell | None) -> bool:
    """Whether a number rounds to one that is reported: within half of the last digit that is printed."""
    half = 0.5 * 10.0 ** _last_digit(cell.final.value if cell and cell.final else "")
    return bool(np.abs(computed - reported) <= half + EXACT * np.abs(reported))


def _last_digit(text: str) -> float:
    """The power of ten of the last digit as typed: -2 of 0.85. Without a text nothing was rounded."""
    try:
        exponent = Decimal(text.strip()).as_tuple().exponent
    except InvalidOperation:
        return -np.inf
    return float(exponent) if isinstance(exponent, int) else -np.inf


def notes_of(analyses: Sequence[Analysed], cells: Mapping[str, Cell]) -> Iterator[Problem]:
    """What a person should look at: each reported effect that differs, at the row of extraction.csv that gives it."""
    for analysed in analyses:
        for of in analysed.rows:
            if of.note and of.compared is not None:
                final = cells[of.compared.cells[0]].final
                file, _, line = (final.source if final else "").rpartition(":")
                message = f"{of.study}, {analysed.key}: {of.note}."
                yield Problem(file or "extraction.csv", int(line or 0), "estimate", message)
