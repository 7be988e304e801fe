"""Write the simulated parts of the two examples: `python examples/simulate/main.py [DIR]`.

DIR is the folder that holds milk-oit/ and peanut-oit/ (default: the folder above this one). The same bytes on
each run. No count is written anywhere: records, duplicates, votes and reasons are written, and must yield them.
"""

import csv
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import ModuleType

import extraction
import milk
import peanut
import screening
from collection import hard_pairs, publications
from copies import plain
from publications import Publication
from searching import Search, holdings, pair_records, run, to_garble
from sources import MILK, PEANUT, Source
from strategies import strategy

SEARCHED = {"milk": "2012-10-01", "peanut": "2012-01-15"}
FINISHED = {"milk": "2012-10-04T10:00:00Z", "peanut": "2012-01-19T10:00:00Z"}


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str] | Sequence[str]]) -> bytes:
    """A CSV file: a header, line feeds at the ends of lines, quotes only where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(column, "") for column in columns] if isinstance(row, Mapping) else row)
    return out.getvalue().encode()


def lines(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def report_ids(everything: Sequence[Publication]) -> dict[str, str]:
    """A report id for each publication that was sought in full: first author and year, a letter where needed."""
    ids: dict[str, str] = {}
    for one in everything:
        if not one.fate:
            continue
        name = one.report or f"{re.sub('[^a-z]', '', plain(one.authors[0][0]).lower())}-{one.year}"
        taken = sum(
            1 for other in ids.values() if other == name or re.fullmatch(f"{re.escape(name)}-[b-z]", other)
        )
        ids[one.key] = f"{name}-{'abcdefgh'[taken]}" if taken else name
    return ids


def search_files(
    sources: Sequence[Source], search: Search, food: str, primary: AbstractSet[str]
) -> dict[str, bytes]:
    """The exports, the strategies and searches.csv. The sources of `primary` hold real records too."""
    real = "Simulated export, in which the records of the primary reports are real."
    files: dict[str, bytes] = {}
    rows = []
    for source in sources:
        exports = search.exports[source.id]
        files |= {export.name: export.content for export in exports}
        name = f"searches/strategies/{source.id}.txt"
        files[name] = strategy(source, food).encode()
        rows.append({
            "source": source.id, "name": source.name, "kind": source.kind, "platform": source.platform, "searched": SEARCHED[food],
            "coverage": source.coverage, "limits": source.limits or "none", "strategy": name, "peer_reviewed": "no",
            "file": ";".join(export.name for export in exports), "sha256": ";".join(export.sha256 for export in exports),
            "note": real if source.id in primary else "Simulated export.",
        })  # fmt: skip
    columns = (
        "source", "name", "kind", "platform", "searched", "coverage", "limits", "strategy", "peer_reviewed", "file", "format", "encoding",
        "sha256", "note",
    )  # fmt: skip
    files["searches.csv"] = table(columns, rows)
    return files


def report_files(
    everything: Sequence[Publication], record_of: Mapping[str, str], facts: ModuleType
) -> dict[str, bytes]:
    """reports.csv, study_reports.csv, studies.csv, arms.csv and contacts.csv."""
    ids = report_ids(everything)
    sought = [one for one in everything if one.fate]
    reports = [
        {
            "report": ids[one.key], "record": record_of[one.key], "retrieved": "no" if one.fate == "lost" else "yes",
            "reason": "no copy could be found (simulated)" if one.fate == "lost" else "",
            "note": "" if one.report.endswith("-article") else "simulated",
        }
        for one in sought
    ]  # fmt: skip
    links = [
        (one.study, ids[one.key], "primary" if one.report.endswith(("-article", "-report")) else "secondary",
         "" if one.report.endswith("-article") else "simulated report")
        for one in sorted(sought, key=lambda one: one.study)
        if one.study
    ]  # fmt: skip
    return {
        "reports.csv": table(("report", "record", "retrieved", "reason", "note"), reports),
        "study_reports.csv": table(("study", "report", "role", "note"), links),
        "studies.csv": table(
            ("study", "name", "status", "design", "published", "registration", "note"), lines(facts.STUDIES)
        ),
        "arms.csv": table(("study", "arm", "name", "side", "description"), facts.ARMS),
        "contacts.csv": table(
            ("contact", "study", "date", "person", "asked_of", "question", "reply_date", "reply"),
            [[*line, "", ""] for line in lines(facts.CONTACTS)],
        ),
    }


def simulate(food: str) -> tuple[dict[str, bytes], Search]:
    """All generated files of one example, and the search with the true groups of records."""
    facts, sources = {"milk": (milk, MILK), "peanut": (peanut, PEANUT)}[food]
    plan = facts.PLAN
    everything = publications(plan)
    held = holdings(sources, everything, plan.seed, food)
    broken = to_garble(everything, held, 4 if food == "milk" else 2)
    search = run(sources, everything, held, plan.seed, broken)
    record_of = {key: records[0] for key, records in search.records.items()}
    primary = {name for one in plan.primary for name in held[one.key]}
    files = search_files(sources, search, food, primary)
    files |= report_files(everything, record_of, facts)
    files["duplicates.csv"] = table(
        ("record_a", "record_b", "decision", "person", "time", "reason"),
        [
            (
                *pair_records(pair, search.records),
                pair.decision,
                pair.person,
                FINISHED[food],
                f"{pair.reason} (Simulated decision.)",
            )
            for pair in hard_pairs(everything, broken)
        ],
    )
    votes = screening.screening_rows(everything, record_of, facts.DISAGREEMENTS, facts.REASONS, plan.seed)
    files["screening.csv"] = table(screening.COLUMNS, votes)
    extracted = extraction.extraction_rows(facts.items(), facts.EXTRACTION_START, plan.seed)
    files["extraction.csv"] = table(extraction.COLUMNS, extracted)
    judged = extraction.appraisal_rows(facts.judgements(), facts.APPRAISAL_START, plan.seed)
    files["appraisal.csv"] = table(extraction.JUDGEMENTS, judged)
    return files, search


def main(folder: Path) -> None:
    for food in ("milk", "peanut"):
        files, _ = simulate(food)
        for name, content in files.items():
            path = folder / f"{food}-oit" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        print(f"{food}-oit: {len(files)} files written")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
