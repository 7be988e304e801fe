"""The data of each analysis and all results side by side."""

from evisynth.reporting import numbers
from evisynth.reporting.derivations import side_in_words
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Analysed, Findings
from evisynth.reporting.sentences import effect_with_interval, symbols
from evisynth.reporting.tables.cells import cell


def counts_table(findings: Findings) -> Table:
    """People with the event over people analysed, study by study, for every analysis."""
    rows: list[tuple[Runs, ...]] = []
    for analysed in findings.analyses:
        rows.append((cell(f"{analysed.title} ({analysed.kind})", bold=True),))
        dropped = dict(analysed.result.dropped) if analysed.result else {}
        for row in analysed.rows:
            why = f"row/{analysed.key}/{row.study}"
            note = row.left_out or row.not_available or dropped.get(row.name, "–")
            rows.append(
                (
                    cell(row.name),
                    cell(side_in_words(row.first), why),
                    cell(side_in_words(row.second), why),
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


def _effect(analysed: Analysed) -> str:
    if analysed.result is None or analysed.result.result is None:
        return "not pooled" if analysed.kind == "narrative" else analysed.kind
    return effect_with_interval(analysed.result.result)


def results_table(findings: Findings) -> Table:
    """Every analysis in one line: planned or not, kind, studies, model by which rule, effect, heterogeneity."""
    rows = []
    for analysed in findings.analyses:
        pooled = analysed.result.pooled if analysed.result else None
        steps = (
            symbols("; ".join(analysed.result.steps)) if analysed.result else analysed.why_not_pooled or "–"
        )
        I2 = "–" if pooled is None or pooled.I2 is None else f"{pooled.I2:.0f}%"
        why = f"analysis/{analysed.key}"
        rows.append(
            (
                cell(analysed.title), cell("planned" if analysed.planned else "post hoc"), cell(analysed.kind),
                cell(numbers.whole(sum(bool(row.first or row.second) and not row.left_out for row in analysed.rows)), why),
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
                cell(analysed.title), cell(effect_with_interval(result.common), why),
                cell(effect_with_interval(result.random), why), cell(result.model or "–", why),
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
