"""Checking and building a review folder: load it, gather what it says, tell it."""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from evisynth.errors import Problem
from evisynth.reporting.findings import Findings
from evisynth.reporting.report import Told, report_files, tell
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather


@dataclass(frozen=True, slots=True)
class Checked:
    """A review carried out as far as its files allow, with every problem there is, in the order of the files."""

    findings: Findings
    told: Told
    problems: tuple[Problem, ...]


def carry_out(path: Path, progress: Callable[[str], None] = lambda _: None) -> Checked:
    """Load a folder into the open database, compute everything that it says, and leave the database as it was.

    Raises ProblemsFound where review.yaml is too broken to start from.
    """
    with transaction.atomic():
        progress("files")
        review, problems = load_folder(path, slug=uuid.uuid4().hex)
        progress("screening, extraction and analyses")
        findings = gather(review)
        manuscript = review.manuscript
        transaction.set_rollback(True)
    found = [*problems, *findings.problems, *_whole_review(findings)]
    if not manuscript:
        found.append(
            Problem("report.md", 0, "", "the manuscript is missing; the report has only what is computed.")
        )
    ordered = tuple(sorted(dict.fromkeys(found)))
    progress("manuscript")
    told = tell(findings, manuscript, ordered)
    return Checked(findings, told, tuple(sorted(dict.fromkeys([*ordered, *told.problems]))))


def _whole_review(findings: Findings) -> list[Problem]:
    """What only the whole review shows: boxes that do not add up, open ends, judgements gone stale."""
    found = [Problem("screening.csv", 0, "flow", message + ".") for message in findings.flow.problems()]
    found += [Problem("screening.csv", 0, "flow", message + ".") for message in findings.flow.open_ends()]
    if not findings.searches:
        found.append(
            Problem(
                "searches.csv", 0, "", "has no source yet: put an export into searches/ and name it in a row."
            )
        )
    for cell in findings.cells.values():
        if cell.state == "conflict":
            values = " and ".join(f"{entry.person}: {entry.shown}" for entry in cell.extractions)
            found.append(_at(cell.extractions[0].source, cell.field, f"{cell.key}: the extractions differ ({values}) and nobody "
                             "has settled it; no value stands."))  # fmt: skip
        elif cell.state == "single":
            only = cell.extractions[0]
            found.append(_at(only.source, cell.field, f"{cell.key}: only {only.person} extracted it; no value stands until a "
                             "second person does."))  # fmt: skip
    found += [
        _at(
            judged.source,
            judged.domain,
            f"{judged.study}: the judgements differ or one is missing, and nobody has settled it.",
        )
        for judged in findings.judged
        if not judged.final
    ]
    for analysed in findings.analyses:
        if analysed.certainty_stale:
            found.append(Problem("certainty.yaml", 0, analysed.key, "the certainty was judged on other data or another recipe. "
                                 f"Judge again, then write analysis_hash: {analysed.hash}"))  # fmt: skip
    return found


def _at(source: str, field: str, message: str) -> Problem:
    """A problem at a place written as file:line."""
    file, _, line = source.rpartition(":")
    return Problem(file, int(line), field, message)


def write_report(checked: Checked, out: Path, progress: Callable[[str], None] = lambda _: None) -> None:
    """Write the report folder. It is made beside `out` and then takes its place, so that it is never half written."""
    new = out.with_name(out.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    for name, content in report_files(checked.findings, checked.told, checked.problems, progress):
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if out.exists():
        shutil.rmtree(out)
    new.rename(out)
