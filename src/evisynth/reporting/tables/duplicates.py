"""What was merged and why, and the pairs that the program leaves to people, side by side."""

from evisynth.reporting import numbers
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.duplicates_report import plain
from evisynth.reporting.findings import Findings, PairToCheck
from evisynth.reporting.references import short_name
from evisynth.reporting.tables.cells import cell, cells
from evisynth.search.record import Record

SHOWN_PAIRS = 50  # in the document; the CSV has all
FIELDS = ("Title", "First author", "Year", "Journal", "Volume, issue and pages", "DOI", "PMID")
YOU = "YOUR-ID"  # in a row to paste: the person who decides puts an id there


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


def shown(record: Record) -> tuple[str, ...]:
    """What tells two records apart, in the order of FIELDS."""
    more = f" and {len(record.authors) - 1} more" if len(record.authors) > 1 else ""
    volume = record.volume + (f"({record.issue})" if record.issue else "")
    return (
        record.title,
        short_name(record.authors[0]) + more if record.authors else "",
        str(record.year or ""),
        record.journal or record.journal_abbreviation,
        ":".join(part for part in (volume, record.pages) if part),
        record.doi,
        record.pmid,
    )


def arguments(pair: PairToCheck) -> tuple[str, str]:
    """What speaks for one publication, and what against it.

    A reason is "<for>, but <against>"; to it come the fields that both records have, as they agree or differ.
    """
    speaks_for, _, against = pair.reason.partition(", but ")
    both = [(name, differ(a, b)) for name, a, b in _side_by_side(pair) if a and b]
    same, other = ([name for name, differs in both if differs == wanted] for wanted in (False, True))
    return (
        "; ".join(filter(None, (f"{speaks_for}, {pair.score:.2f} of 1", _listed("the same: ", same)))),
        "; ".join(filter(None, (against, _listed("different: ", other)))),
    )


def differ(a: str, b: str) -> bool:
    """Whether two texts that are both there differ in more than case, blanks and a full stop."""
    return bool(a and b) and plain(a).rstrip(". ") != plain(b).rstrip(". ")


def _side_by_side(pair: PairToCheck) -> list[tuple[str, str, str]]:
    left, right = map(shown, pair.records)
    return list(zip(FIELDS, left, right, strict=True))


def _listed(before: str, names: list[str]) -> str:
    shown = (name if name.isupper() else name[:1].lower() + name[1:] for name in names)
    return before + ", ".join(shown) if names else ""


def row_to_paste(pair: PairToCheck, decision: str) -> str:
    """The row of duplicates.csv that decides about the pair."""
    return f"{pair.a},{pair.b},{decision},{YOU},,"


def review_band_table(findings: Findings) -> Table:
    """The pairs that the program does not decide, side by side: it keeps them apart until a person says otherwise."""
    rows: list[tuple[Runs, ...]] = []
    for pair in findings.review_band[:SHOWN_PAIRS]:
        speaks_for, against = arguments(pair)
        rows.append((cell(f"{pair.a} and {pair.b}", bold=True),))
        for name, a, b in _side_by_side(pair):
            if a or b:
                bold = differ(a, b)
                rows.append((cell(name), cell(a or "–", bold=bold), cell(b or "–", bold=bold)))
        rows.append(cells("For and against one publication", speaks_for, against or "–"))
        rows.append(
            cells("Row for duplicates.csv", *(row_to_paste(pair, of) for of in ("merge", "keep apart")))
        )
    more = len(findings.review_band) - SHOWN_PAIRS
    notes = [cell(f"What differs is bold. To decide a pair, add one of its two rows to duplicates.csv, with your id in "
                  f"place of {YOU}, and with the time and the reason if you like.")]  # fmt: skip
    if more > 0:
        notes.append(cell(f"The CSV has {more} further pairs."))
    return Table(
        name="review-band",
        caption="Pairs of records that people should decide about, likeliest first",
        columns=(
            Column("", width=1.2),
            Column("One record", width=2.4),
            Column("The other record", width=2.4),
        ),
        rows=tuple(rows),
        notes=tuple(notes) if rows else (),
        as_csv=_a_row_each(findings),
    )


def _a_row_each(findings: Findings) -> Table:
    """The same pairs, all of them, a row each. The first columns are those of duplicates.csv, to be filled in."""
    names = [f"{name.lower()} {side}" for name in FIELDS for side in "ab"]
    head = ("record_a", "record_b", "decision", "person", "time", "reason", "score", "for", "against", *names)
    rows = [
        cells(
            pair.a, pair.b, "", "", "", "", f"{pair.score:.4f}", *arguments(pair),
            *(text for _, a, b in _side_by_side(pair) for text in (a, b)),
        )
        for pair in findings.review_band
    ]  # fmt: skip
    return Table("review-band", "Pairs of records to decide about", tuple(map(Column, head)), tuple(rows))
