"""Agreement of the screeners, reports excluded and reports not retrieved."""

from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Findings, ReportRead
from evisynth.reporting.references import citation
from evisynth.reporting.tables.cells import cell, cells

STAGES = {"title-abstract": "Title and abstract", "full-text": "Full text"}


def agreement_table(findings: Findings) -> Table:
    """The 2x2 table of votes, observed agreement, kappa with its interval, positive and negative agreement.

    Source: Cohen 1960, doi:10.1177/001316446002000104; Handbook 5.1, section 7.2.6.
    """
    rows = []
    for stage in findings.screened:
        agreed = stage.agreement
        if agreed is None:
            rows.append(cells(STAGES[stage.stage], *["–"] * 7, stage.conflicts_settled, stage.changed_votes))
            continue
        kappa = "not defined" if agreed.kappa is None else f"{agreed.kappa:.2f}"
        if agreed.kappa_ci is not None:
            kappa += f" ({agreed.kappa_ci[0]:.2f} to {agreed.kappa_ci[1]:.2f})"
        rows.append(
            cells(
                STAGES[stage.stage], agreed.both_include, agreed.only_first, agreed.only_second, agreed.both_exclude,
                _share(agreed.observed), kappa, f"{_share(agreed.positive)} / {_share(agreed.negative)}",
                stage.conflicts_settled, stage.changed_votes,
            )
        )  # fmt: skip
    right = "right"
    return Table(
        name="agreement",
        caption="Agreement of the two people who screened",
        columns=(
            Column("Stage", width=1.6), Column("Both include", right, 0.8), Column("Only first", right, 0.7),
            Column("Only second", right, 0.8), Column("Both exclude", right, 0.8), Column("Observed", right, 0.9),
            Column("Kappa (95% CI)", right, 1.7), Column("Positive / negative", right, 1.4),
            Column("Settled by consensus", right, 1.0), Column("Votes changed", right, 0.9),
        ),
        rows=tuple(rows),
        notes=(cell("“Maybe” counts as the settings of the review say."),),
    )  # fmt: skip


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def _reports(reports: list[ReportRead]) -> list[ReportRead]:
    return sorted(reports, key=lambda report: (citation(report.record).casefold(), report.key))


def excluded_table(findings: Findings) -> Table:
    """Reports read and excluded, by reason."""
    excluded = [report for report in findings.reports.values() if report.state == "excluded"]
    rows: list[tuple[Runs, ...]] = []
    for reason in (named.name for named in findings.plan.reasons):
        of_reason = _reports([report for report in excluded if report.exclusion_reason == reason])
        if of_reason:
            rows.append((cell(f"{reason} ({numbers.whole(len(of_reason))})", bold=True),))
        rows += [
            (cell(citation(report.record), f"report/{report.key}"), cell(report.exclusion_reason))
            for report in of_reason
        ]
    return Table(
        name="excluded",
        caption="Reports excluded in full text, with reasons",
        columns=(Column("Report", width=4), Column("Reason", width=1.6)),
        rows=tuple(rows),
    )


def not_retrieved_table(findings: Findings) -> Table:
    missing = _reports([report for report in findings.reports.values() if not report.retrieved])
    return Table(
        name="not-retrieved",
        caption="Reports that could not be retrieved",
        columns=(Column("Report", width=4), Column("Why", width=1.6)),
        rows=tuple(
            (cell(citation(report.record), f"report/{report.key}"), cell(report.why_not))
            for report in missing
        ),
    )
