"""Searches at the detail of PRISMA-S, and what was merged."""

from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Table
from evisynth.reporting.findings import Findings, Searched
from evisynth.reporting.tables.cells import cell


def _limits(search: Searched) -> str:
    limits = search.limits if search.limits not in {"", "none"} else "no limits"
    reviewed = search.peer_reviewed not in {"", "no"}
    parts = (search.coverage, limits, f"strategy peer-reviewed: {search.peer_reviewed}" if reviewed else "")
    return "; ".join(part for part in parts if part)


def search_table(findings: Findings) -> Table:
    """One row a source, with records read and lost."""
    rows = [
        (
            cell(search.name),
            cell(search.platform or "–"),
            cell(search.date or "not given"),
            cell(_limits(search)),
            cell(numbers.whole(search.records), f"source/{search.key}"),
            cell(numbers.whole(sum(file.lost for file in search.files)), f"source/{search.key}"),
        )
        for search in findings.searches
    ]
    rows.append(
        (
            cell("All sources", bold=True), cell(""), cell(""), cell(""),
            cell(numbers.whole(findings.flow.records), "flow/records", bold=True),
            cell(numbers.whole(sum(file.lost for search in findings.searches for file in search.files)), bold=True),
        )
    )  # fmt: skip
    return Table(
        name="searches",
        caption="Sources searched",
        columns=(
            Column("Source", width=2.2), Column("Platform", width=1.8), Column("Searched", width=1.1),
            Column("Coverage and limits", width=2.6), Column("Records", "right", 0.8), Column("Not read", "right", 0.8),
        ),
        rows=tuple(rows),
        notes=(cell("A strategy was peer-reviewed where its row says so."),),
    )  # fmt: skip


def review_band_table(findings: Findings) -> Table:
    """The pairs that the program does not decide: it keeps them apart until a person says otherwise."""
    decided = {frozenset((a, b)) for a, b, *_ in findings.decided_duplicates}
    rows = [
        (cell(a), cell(b), cell(reason))
        for a, b, reason in findings.review_band
        if frozenset((a, b)) not in decided
    ]
    return Table(
        name="review-band",
        caption="Uncertain pairs of records",
        columns=(Column("Record"), Column("Record"), Column("What speaks for one publication", width=3)),
        rows=tuple(rows),
    )


def duplicates_table(findings: Findings) -> Table:
    """Why records were merged, and what people decided."""
    by_reason: dict[str, int] = {}
    for _, _, reason in findings.merges:
        short = "decided by people" if reason.startswith("decided") else reason
        by_reason[short] = by_reason.get(short, 0) + 1
    rows = [
        (cell(reason), cell(numbers.whole(n)))
        for reason, n in sorted(by_reason.items(), key=lambda of: (-of[1], of[0]))
    ]
    apart = sum(decision == "keep apart" for _, _, decision, _, _ in findings.decided_duplicates)
    rows.append((cell("kept apart by people"), cell(numbers.whole(apart))))
    rows.append(
        (
            cell("uncertain pairs, not merged, for people to look at"),
            cell(numbers.whole(len(findings.review_band))),
        )
    )
    return Table(
        name="duplicates",
        caption="Duplicates: merges by reason",
        columns=(Column("Reason", width=4), Column("Merges", "right", 1)),
        rows=tuple(rows),
    )
