"""Searches at the detail of PRISMA-S, and what each run of them found."""

from collections.abc import Sequence

from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Findings, Searched
from evisynth.reporting.found import long_date
from evisynth.reporting.tables.cells import cell


def _limits(search: Searched) -> str:
    limits = {"": "limits not given", "none": "no limits"}.get(search.limits, search.limits)
    reviewed = search.peer_reviewed not in {"", "no"}
    parts = (search.coverage, limits, f"strategy peer-reviewed: {search.peer_reviewed}" if reviewed else "")
    return "; ".join(part for part in parts if part)


def _lost(searches: Sequence[Searched]) -> str:
    """Records, and whole files, that were not read."""
    records = sum(file.lost for search in searches for file in search.files)
    files = sum(len(search.unread) for search in searches)
    if not files:
        return numbers.whole(records)
    whole = "1 file" if files == 1 else f"{files} files"
    return f"{numbers.whole(records)} and {whole}" if records else whole


def _source(search: Searched) -> tuple[Runs, ...]:
    return (
        cell(search.name),
        cell(search.platform or "–"),
        cell(search.date or "not given"),
        cell(_limits(search)),
        cell(
            "not read" if search.unread and not search.records else numbers.whole(search.records),
            f"source/{search.key}",
        ),
        cell(_lost([search]), f"source/{search.key}"),
    )


def search_table(findings: Findings) -> Table:
    """One row a source, with records read and lost; below a heading for each run where there are several."""
    rows: list[tuple[Runs, ...]] = []
    if findings.runs:
        for run in findings.runs:
            rows.append((cell(run.title, bold=True),))
            rows += [_source(search) for search in findings.searches if search.update == run.number]
        rows.append((cell("The whole review", bold=True),))
    else:
        rows += [_source(search) for search in findings.searches]
    rows.append(
        (
            cell("All sources", bold=True), cell(""), cell(""), cell(""),
            cell(numbers.whole(findings.flow.records), "flow/records", bold=True),
            cell(_lost(findings.searches), bold=True),
        )
    )  # fmt: skip
    notes = [cell("A strategy was peer-reviewed where its row says so.")]
    if any(search.unread for search in findings.searches):
        notes.append(cell("A file that is not there, was refused or gave no record is not read: what that search "
                          "found is not known."))  # fmt: skip
    return Table(
        name="searches",
        caption="Sources searched",
        columns=(
            Column("Source", width=2.2), Column("Platform", width=1.8), Column("Searched", width=1.1),
            Column("Coverage and limits", width=2.6), Column("Records", "right", 0.8), Column("Not read", "right", 0.8),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )  # fmt: skip


def updates_table(findings: Findings) -> Table:
    """One row a run of the searches: what it found, what was there already, and what is new; none where there is one."""
    rows = []
    for run in findings.runs:
        dates = [search.date for search in findings.searches if search.update == run.number]
        own = f"update/{run.number}"
        found = (
            (run.flow.records, "records"), (run.already_there, "already-there"), (run.duplicates, "duplicates"),
            (run.flow.screened, "screened"), (run.flow.included_reports, "included-reports"),
            (run.flow.included_studies, "included-studies"),
        )  # fmt: skip
        counts = (cell(numbers.whole(n), f"{own}/{box}") for n, box in found)
        rows.append((cell(f"{run.title} ({long_date(max(dates))})"), *counts))
    return Table(
        name="updates",
        caption="Runs of the searches",
        columns=(
            Column("Run, with its latest date", width=2.6), Column("Records", "right"), Column("Found before", "right"),
            Column("Duplicates", "right"), Column("New, screened", "right"), Column("Included reports", "right"),
            Column("New studies", "right"),
        ),
        rows=tuple(rows),
        notes=(cell("Found before: by an earlier run; these records are not screened again. Duplicates: within the run."),),
    )  # fmt: skip
