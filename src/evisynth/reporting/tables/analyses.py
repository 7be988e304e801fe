"""The data of each analysis and all results side by side."""

from evisynth.reporting import numbers
from evisynth.reporting.derivations import side_in_words
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.effects import I2_of, contrast_in_words, effect_of
from evisynth.reporting.findings import Analysed, Findings, StudyRow
from evisynth.reporting.sentences import effect_with_interval, source_told, symbols
from evisynth.reporting.tables.cells import cell


def counts_table(findings: Findings) -> Table:
    """What each study gives to each analysis: people with the event over people analysed, means, rates, effects."""
    rows: list[tuple[Runs, ...]] = []
    for analysed in findings.analyses:
        rows.append((cell(f"{analysed.title} ({analysed.kind})", bold=True),))
        dropped = dict(analysed.result.dropped) if analysed.result else {}
        for row in analysed.rows:
            why = f"row/{analysed.key}/{row.study}"
            told = row.left_out or row.not_available or _lacks(row) or dropped.get(row.name, "")
            note = "; ".join(filter(None, (told, source_told(analysed, row), row.note))) or "–"
            rows.append(
                (
                    cell(row.name),
                    cell(_side(analysed, row, "first"), why),
                    cell(_side(analysed, row, "second"), why),
                    cell(note),
                )
            )
    return Table(
        name="counts",
        caption="Data of the analyses",
        columns=(
            Column("Study", width=1.6),
            Column("Intervention", "right", 1.5),
            Column("Comparator", "right", 1.5),
            Column("Note", width=1.6),
        ),
        rows=tuple(rows),
    )


def _lacks(row: StudyRow) -> str:
    return f"lacks {row.lacks}" if row.lacks else ""


def _side(analysed: Analysed, row: StudyRow, which: str) -> str:
    """One side of a study; an effect that the report gives stands in the first column."""
    side = row.first if which == "first" else row.second
    if analysed.of_one_group not in {"", which}:
        return "–"
    if row.contrast is None:
        return side_in_words(side)
    given = contrast_in_words(row.contrast) if which == "first" else ""
    return "; ".join(filter(None, (given, side_in_words(side) if side else ""))) or "–"


def _effect(analysed: Analysed) -> str:
    if effect := effect_of(analysed):
        return effect
    return "not pooled" if analysed.kind == "narrative" else analysed.kind


def results_table(findings: Findings) -> Table:
    """Every analysis in one line: planned or not, kind, studies, model by which rule, effect, heterogeneity."""
    rows = []
    for analysed in findings.analyses:
        pooled = analysed.result.pooled if analysed.result else None
        steps = (
            symbols("; ".join(analysed.result.steps)) if analysed.result else analysed.why_not_pooled or "–"
        )
        found = None if pooled is None else I2_of(pooled)
        I2 = "–" if found is None else f"{found:.0f}%"
        why = f"analysis/{analysed.key}"
        rows.append(
            (
                cell(analysed.title), cell("planned" if analysed.planned else "post hoc"), cell(analysed.kind),
                cell(numbers.whole(sum(row.has_data and not row.left_out for row in analysed.rows)), why),
                cell(_effect(analysed), why), cell(I2, why), cell(steps),
            )
        )  # fmt: skip
    return Table(
        name="results",
        caption="All analyses",
        columns=(
            Column("Analysis", width=1.8), Column("Plan", width=0.8), Column("Kind", width=1.1), Column("Studies", "right", 0.7),
            Column("Effect", width=1.8), Column("I²", "right", 0.5), Column("How the model was chosen, or why none", width=2.6),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def models_table(findings: Findings) -> Table:
    """Each pooled result under both models, and which of them the rule chose: how much hangs on that choice."""
    rows = []
    for analysed in findings.analyses:
        result = analysed.result
        if result is None or result.common is None or result.random is None:
            continue
        why = f"analysis/{analysed.key}"
        rows.append(
            (
                cell(analysed.title), cell(effect_with_interval(result.common, analysed.unit), why),
                cell(effect_with_interval(result.random, analysed.unit), why), cell(result.model or "–", why),
            )
        )  # fmt: skip
    return Table(
        name="models",
        caption="Pooled results under either model",
        columns=(
            Column("Analysis", width=2.2), Column("Common effect", "right", 2), Column("Random effects", "right", 2),
            Column("Chosen", width=1.2),
        ),
        rows=tuple(rows),
    )  # fmt: skip
