"""Agreement of the screeners, reports excluded and reports not retrieved."""

from evisynth.reporting.document import Column, Table
from evisynth.reporting.findings import Findings, ReportRead, StageScreened
from evisynth.reporting.references import citation
from evisynth.reporting.sentences import kappa_interval
from evisynth.reporting.tables.cells import cell, cells

STAGES = {"title-abstract": "Title and abstract", "full-text": "Full text"}


def agreement_table(findings: Findings) -> Table:
    """The 2x2 table of votes, observed agreement, kappa with its interval, positive and negative agreement; a column a stage.

    Source: Cohen 1960, doi:10.1177/001316446002000104; Handbook 5.1, section 7.2.6.
    """
    columns = [_agreed(stage) for stage in findings.screened]
    rows = tuple(
        cells(label, *(column[label] for column in columns)) for label in (columns[0] if columns else {})
    )
    return Table(
        name="agreement",
        caption="Agreement of the two people who screened",
        columns=(
            Column("", width=2),
            *(Column(STAGES[stage.stage], "right", 1.2) for stage in findings.screened),
        ),
        rows=rows,
        notes=(cell("“Maybe” counts as the settings of the review say. Intervals are cut off at 1."),),
    )


def _agreed(stage: StageScreened) -> dict[str, object]:
    """Label -> what one stage has for it; "–" where two people did not vote."""
    agreed = stage.agreement
    known: dict[str, object] = dict.fromkeys(
        ("Both include", "Only the first includes", "Only the second includes", "Both exclude", "Observed agreement",
         "Kappa (95% CI)", "Agreement about inclusion", "Agreement about exclusion"), "–",
    )  # fmt: skip
    if agreed is not None:
        interval = kappa_interval(agreed)
        kappa = "not defined" if agreed.kappa is None else f"{agreed.kappa:.2f}"
        values = (
            agreed.both_include, agreed.only_first, agreed.only_second, agreed.both_exclude, _share(agreed.observed),
            f"{kappa} ({interval})" if interval else kappa, _share(agreed.positive), _share(agreed.negative),
        )  # fmt: skip
        known = dict(zip(known, values, strict=True))
    return known | {"Settled by consensus": stage.conflicts_settled, "Votes changed": stage.changed_votes}


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def _reports(reports: list[ReportRead]) -> list[ReportRead]:
    return sorted(reports, key=lambda report: (citation(report.record).casefold(), report.key))


def excluded_table(findings: Findings) -> Table:
    """Reports read and excluded, in the order of the reasons of the protocol."""
    excluded = [report for report in findings.reports.values() if report.state == "excluded"]
    order = [named.name for named in findings.plan.reasons]
    rows = [
        (cell(reason), cell(citation(report.record), f"report/{report.key}"), cell(report.note or "–"))
        for reason in order
        for report in _reports([report for report in excluded if report.exclusion_reason == reason])
    ]
    return Table(
        name="excluded",
        caption="Reports excluded in full text, with reasons",
        columns=(Column("Reason", width=1.5), Column("Report", width=4), Column("Note", width=0.8)),
        rows=tuple(rows),
    )


def not_retrieved_table(findings: Findings) -> Table:
    missing = _reports(
        [report for report in findings.reports.values() if not (report.retrieved or report.being_sought)]
    )
    return Table(
        name="not-retrieved",
        caption="Reports that could not be retrieved",
        columns=(Column("Report", width=4), Column("Why", width=1.6)),
        rows=tuple(
            (cell(citation(report.record), f"report/{report.key}"), cell(report.why_not))
            for report in missing
        ),
    )
