"""Where every number comes from: one Derivation each, linked down to the page of a report."""

from collections.abc import Iterator, Mapping

from evisynth.extraction.consensus import Cell, Entry
from evisynth.extraction.conversions import FORMULAS
from evisynth.extraction.fields import CONTRAST_FIELDS, LABELS
from evisynth.reporting import numbers
from evisynth.reporting.document import Derivation
from evisynth.reporting.effects import contrast_in_words, effect_of, prediction_in_words
from evisynth.reporting.findings import Analysed, Findings, Side, StudyRow
from evisynth.reporting.flow_derivations import flow_derivations
from evisynth.reporting.references import citation
from evisynth.reporting.sentences import occasions, recipe_in_words, told_of


def all_derivations(findings: Findings) -> dict[str, Derivation]:
    """Every derivation of a review by key. Claims add their own on top."""
    found: dict[str, Derivation] = {}
    for part in (
        _sources(findings),
        _reports(findings),
        _cells(findings),
        _analyses(findings),
        flow_derivations(findings),
    ):
        for derivation in part:
            found[derivation.key] = derivation
    return found


def study_name(findings: Findings, key: str) -> str:
    return findings.studies[key].name if key in findings.studies else key


def person_name(findings: Findings, key: str) -> str:
    return next((person.name for person in findings.plan.people if person.key == key), key)


def _sources(findings: Findings) -> Iterator[Derivation]:
    for search in findings.searches:
        files = "; ".join(
            f"{file.file} ({file.format}, {file.encoding}): {file.found} records in the file, {file.records} read, "
            f"{file.lost} lost; sha256 {file.sha256}"
            for file in search.files
            if file.format
        )
        if search.unread:
            files = "; ".join([*filter(None, [files]), f"not read: {', '.join(search.unread)}"])
        yield Derivation(
            key=f"source/{search.key}",
            title=f"Records from {search.name}",
            value=numbers.whole(search.records),
            how=f"Counted in the export of {search.platform or search.name}, searched {search.date}. "
            f"{files or 'The search found nothing, says its row'}."
            + (f" Read as {search.mapping} says." if search.mapping else ""),
            source=search.source,
        )


def _reports(findings: Findings) -> Iterator[Derivation]:
    for report in findings.reports.values():
        sources = dict.fromkeys(f"source/{key.rpartition(':')[0]}" for key in report.record_keys)
        fate = f"Not retrieved: {report.why_not}. "
        if report.retrieved or report.being_sought:
            fate = "Retrieved. " if report.retrieved else "Being sought."
        fate += {
            "included": "Included in full text.",
            "excluded": f"Excluded in full text: {report.exclusion_reason}.",
            "conflict": "In conflict in full text.",
            "waiting": "Waits for a decision in full text.",
        }.get(report.state, "")
        yield Derivation(
            key=f"report/{report.key}",
            title=f"Report {report.key}",
            value=citation(report.record),
            how=f"{fate} Records: {', '.join(report.record_keys)}. {report.note}".strip(),
            inputs=tuple(sources),
            source=report.source,
        )


# ---------------------------------------------------------------- cells


def cell_title(findings: Findings, cell: Cell) -> str:
    """Longo 2008, MOIT, Tolerates a full serving of milk: people with at least one event."""
    study = findings.studies.get(cell.study)
    arm = next((arm.name for arm in study.arms if arm.key == cell.arm), cell.arm) if study else cell.arm
    arm = ", ".join(cell.contrast) if cell.contrast else arm
    labels = {named.key: named.name for named in findings.plan.characteristics}
    outcomes = {analysed.outcome.key: analysed.outcome.name for analysed in findings.analyses}
    known = CONTRAST_FIELDS if cell.contrast else LABELS
    what = known.get(cell.field, labels.get(cell.field, cell.field))
    outcome = outcomes.get(cell.outcome, cell.outcome)
    where = ", ".join(part for part in (study_name(findings, cell.study), arm, outcome) if part)
    return f"{where}: {what}"


def cell_value(findings: Findings, cell: Cell) -> str:
    """What stands, as printed."""
    if cell.key in findings.derived:
        return numbers.value(findings.derived[cell.key][0])
    if cell.final is None:
        return "open"
    return numbers.value(cell.final.number) if cell.final.number is not None else cell.final.shown


def _cells(findings: Findings) -> Iterator[Derivation]:
    for cell in findings.cells.values():
        entries = [*cell.extractions, *([cell.consensus] if cell.consensus else [])]
        for entry in entries:
            yield _entry(findings, cell, entry)
        how = {
            "agreed": f"{len(cell.extractions)} independent extractions agree.",
            "settled": "The extractions differ; settled by consensus."
            if cell.differs
            else "Settled by consensus.",
            "conflict": "The extractions differ and nobody has settled it: no value stands.",
            "single": f"Only one of {cell.asked} extractions is there: no value stands yet.",
            "empty": "Nobody has extracted it.",
        }[cell.state]
        inputs = [_entry_key(cell, entry) for entry in entries]
        if cell.key in findings.derived:
            formula = FORMULAS[findings.derived[cell.key][1]]
            how += f" Computed: {formula.name} ({formula.source})."
            inputs += _formula_inputs(findings.cells, cell, formula.inputs)
        yield Derivation(
            key=f"cell/{cell.key}",
            title=cell_title(findings, cell),
            value=cell_value(findings, cell),
            how=how,
            inputs=tuple(inputs),
            source=cell.final.source if cell.final else "",
        )


def _entry_key(cell: Cell, entry: Entry) -> str:
    part = "consensus" if entry is cell.consensus else entry.person
    return f"entry/{cell.key}/{part}"


def _formula_inputs(cells: Mapping[str, Cell], cell: Cell, fields: tuple[str, ...]) -> list[str]:
    own = (
        "/".join(filter(None, (cell.study, cell.outcome, cell.timepoint, cell.arm, field)))
        for field in fields
    )
    whole_arm = (f"{cell.study}/{cell.arm}/{field}" for field in fields)
    return [
        f"cell/{a if a in cells else b}"
        for a, b in zip(own, whole_arm, strict=True)
        if a in cells or b in cells
    ]


def _entry(findings: Findings, cell: Cell, entry: Entry) -> Derivation:
    who = person_name(findings, entry.person)
    what = "Consensus given" if entry is cell.consensus else "Extracted"
    where = f" Found at: {entry.locator}." if entry.locator else ""
    quote = f" Quote: “{entry.quote}”." if entry.quote else ""
    note = f" Note: {entry.note}" if entry.note else ""
    known = entry.report in findings.reports
    contact = entry.report.startswith("contact:")
    reply = f" From a reply to letter {entry.report.removeprefix('contact:')}." if contact else ""
    return Derivation(
        key=_entry_key(cell, entry),
        title=f"{cell_title(findings, cell)}, {'consensus' if entry is cell.consensus else 'extraction'} by {who}",
        value=entry.shown,
        how=f"{what} by {who}.{where}{quote}{reply}{note}",
        inputs=(f"report/{entry.report}",) if known else (),
        source=entry.source,
    )


# ---------------------------------------------------------------- analyses


def _analyses(findings: Findings) -> Iterator[Derivation]:
    for analysed in findings.analyses:
        for row in analysed.rows:
            yield _study_row(analysed, row)
        yield Derivation(
            key=f"analysis/{analysed.key}",
            title=f"Analysis: {analysed.title}",
            value=_analysis_value(analysed),
            how=_analysis_how(analysed),
            inputs=tuple(f"row/{analysed.key}/{row.study}" for row in analysed.rows),
            source=analysed.source,
        )


def _analysis_value(analysed: Analysed) -> str:
    if effect := effect_of(analysed):
        return effect
    return {"narrative": "told study by study, nothing pooled"}.get(analysed.kind, "no data")


def _analysis_how(analysed: Analysed) -> str:
    parts = [recipe_in_words(analysed)]
    if analysed.result is not None:
        parts += [f"{step[0].upper()}{step[1:]}." for step in analysed.result.steps]
        if pooled := analysed.result.pooled:
            parts.append(f"Q = {pooled.Q:.7g}, df = {pooled.df}, tau2 = {pooled.tau2:.7g}; {pooled.measure} "
                         f"{pooled.estimate:.9g} ({pooled.estimate_ci[0]:.9g} to {pooled.estimate_ci[1]:.9g}).")  # fmt: skip
        if analysed.result.prediction is not None:
            parts.append(f"Prediction interval {prediction_in_words(analysed.result)}.")
        parts.append(f"Hash of recipe and data: {analysed.hash}.")
    elif analysed.why_not_pooled:
        parts.append(f"Not pooled: {analysed.why_not_pooled}.")
    return " ".join(part for part in parts if part)


def side_in_words(side: Side | None) -> str:
    """11/30; 4/30, 5 events; or median 280 (range 0 to 1900), n = 9."""
    if side is None:
        return "no data"
    n = "" if side.n is None else numbers.value(side.n)
    if side.events is not None:
        people = f"{numbers.value(side.events)}/{n}" if n else numbers.value(side.events)
        return people if side.event_count is None else f"{people}, {occasions(side.event_count)}"
    spread = told_of(side)
    return f"{spread}, n = {n}" if spread and n else spread or "no counts"


def _study_row(analysed: Analysed, row: StudyRow) -> Derivation:
    sides = (("first", analysed.first, row.first), ("second", analysed.second, row.second))
    told = [
        f"{named.name} {side_in_words(side)}"
        for which, named, side in sides
        if analysed.of_one_group in {"", which} and not (side is None and row.contrast)
    ]
    value = "; ".join([*([contrast_in_words(row.contrast)] if row.contrast else []), *told])
    how = "As the report gives it." if row.contrast else "As extracted."
    if analysed.mixed and row.contrast:
        how += f" Its arms do not give all that {analysed.measure} takes."
    if row.left_out:
        how = f"Left out: {row.left_out}."
    elif row.not_available:
        how = f"Not all data are there: {row.not_available}."
    elif row.lacks:
        how = f"Not in the result, for it lacks {row.lacks}."
    if row.note:
        how += f" To look at: {row.note}."
    return Derivation(
        key=f"row/{analysed.key}/{row.study}",
        title=f"{row.name} in {analysed.title}",
        value=value,
        how=how,
        inputs=tuple(f"cell/{cell}" for cell in row.cells),
    )
