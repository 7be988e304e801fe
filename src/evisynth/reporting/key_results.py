"""The key results of a review as a few lines of text."""

from evisynth.reporting import numbers
from evisynth.reporting.effects import I2_of, effect_of, people, prediction_in_words
from evisynth.reporting.findings import Analysed, Findings, StudyRow
from evisynth.synthesis.absolute import number_needed_single_arm


def key_results(findings: Findings) -> str:
    """Flow, studies and every analysis in plain text, as `evisynth demo` prints them."""
    flow = findings.flow
    lines = [
        findings.plan.title,
        "",
        f"{flow.records} records from {len(findings.searches)} sources, {flow.screened} unique records screened,",
        f"{flow.assessed} reports read in full text,",
        f"{_counted(flow.included_reports, 'report')} of {_of(flow.included_studies)} included.",
    ]
    for analysed in findings.analyses:
        lines += ["", *_analysis(analysed)]
    return "\n".join(lines)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _of(studies: int) -> str:
    return "1 study" if studies == 1 else f"{studies} studies"


def _analysis(analysed: Analysed) -> list[str]:
    lines = [f"{analysed.title} [{analysed.kind}]"]
    for named, which in ((analysed.first, "first"), (analysed.second, "second")):
        text = _side([row for row in analysed.rows if not row.left_out], which)
        if text:
            lines.append(f"  {named.name}: {text}")
    result = analysed.result.result if analysed.result else None
    if analysed.result is not None and result is not None:
        count = people(analysed)
        lines.append(
            f"  {effect_of(analysed)}" + ("" if count is None else f"; {numbers.whole(count)} people")
        )
        if analysed.result.prediction is not None:
            lines.append(f"  prediction interval {prediction_in_words(analysed.result)}")
        lines += [f"  {step}" for step in analysed.result.steps]
    elif analysed.why_not_pooled:
        lines.append(f"  not pooled: {analysed.why_not_pooled}")
    if pooled := (analysed.result.pooled if analysed.result else None):
        low, high = pooled.estimate_ci
        I2 = I2_of(pooled)
        spread = "not defined" if I2 is None else f"{I2:.2f}%"
        lines.append(f"  unrounded: {pooled.measure} {pooled.estimate:.7f} ({low:.7f} to {high:.7f}), I2 {spread}, "
                     f"Q {pooled.Q:.7f}, df {pooled.df}")  # fmt: skip
    if analysed.needed is not None:
        lines.append(f"  {analysed.needed}")
    if analysed.certainty is not None:
        lines.append(f"  certainty: {analysed.certainty.level}")
    return lines


def _side(rows: list[StudyRow], which: str) -> str:
    sides = [
        side for side in (getattr(row, which) for row in rows) if side is not None and side.events is not None
    ]
    if not sides:
        return ""
    events, n = sum(side.events for side in sides), sum(side.n or 0 for side in sides)
    text = f"{numbers.whole(events)} of {numbers.whole(n)}" + (
        f" ({numbers.percent(events / n)})" if n else ""
    )
    counts = [side.event_count for side in sides]
    if all(count is not None for count in counts):
        text += f", {numbers.whole(sum(counts))} events in all"
    if n and events and not _compared(rows) and n / events >= 2:
        text += f", one in {number_needed_single_arm(events, n).number}"
    return text


def _compared(rows: list[StudyRow]) -> bool:
    """Whether both sides have counts, so that they are compared and not told alone."""
    return any(row.first and row.second for row in rows)
