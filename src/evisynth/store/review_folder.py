"""Checking and building a review folder: load it, gather what it says, tell it."""

import shutil
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from evisynth.errors import DataError, Problem
from evisynth.reporting.findings import Findings
from evisynth.reporting.report import Told, report_files, tell
from evisynth.reporting.updates import run_problems
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather

OURS = {"report.html", "results.json", "problems.txt"}  # what marks a folder as a report
THEIRS = {"review.yaml", "protocol.yaml"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A review carried out as far as its files allow, with every problem there is, in the order of the files.

    `notes` are for people to look at; they are no problems of the folder.
    """

    findings: Findings
    told: Told
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def carry_out(path: Path, progress: Callable[[str], None] = lambda _: None) -> Checked:
    """Load a folder into the open database, compute everything that it says, and leave the database as it was.

    Raises ProblemsFound where review.yaml is too broken to start from.
    """
    with transaction.atomic():
        progress("files")
        review, problems = load_folder(path, slug=uuid.uuid4().hex, keep_report_files=False)
        progress("screening, extraction and analyses")
        findings = gather(review)
        manuscript = review.manuscript
        transaction.set_rollback(True)
    found = [*problems, *findings.problems, *_whole_review(findings)]
    found += _stale(findings, mended=not found)
    if not manuscript:
        found.append(
            Problem("report.md", 0, "", "the manuscript is missing; the report has only what is computed.")
        )
    ordered = in_order(found)
    progress("manuscript")
    told = tell(findings, manuscript, ordered)
    return Checked(findings, told, in_order([*ordered, *told.problems]), in_order(findings.notes))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once: what concerns a whole file first, since it is often the cause of the rest; then by place."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda of: (not _whole_file(of), of)))


def _whole_file(problem: Problem) -> bool:
    of_table = "/" not in problem.file and problem.file != "report.md"
    return (of_table and not problem.field) or "column is missing" in problem.message


def _whole_review(findings: Findings) -> list[Problem]:
    """What only the whole review shows: boxes that do not add up, open ends, judgements gone stale."""
    boxes = (
        *findings.flow.problems(),
        *run_problems(findings.flow, findings.runs),
        *findings.flow.open_ends(),
    )
    found = [Problem("screening.csv", 0, "flow", message + ".") for message in boxes]
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
    return found


def _stale(findings: Findings, *, mended: bool) -> list[Problem]:
    """Judgements on other data than there are now. While other problems stand, nobody should judge again."""
    found = []
    for analysed in findings.analyses:
        if analysed.certainty_stale and not mended:
            found.append(Problem("certainty.yaml", 0, analysed.key, "the analysis is not the one that was judged. The other "
                                 "problems may be why: mend them first, then look again."))  # fmt: skip
        elif analysed.certainty_stale:
            found.append(Problem("certainty.yaml", 0, analysed.key, "the certainty was judged on other data or another recipe. "
                                 f"Judge again, then write analysis_hash: {analysed.hash}"))  # fmt: skip
    return found


def _at(source: str, field: str, message: str) -> Problem:
    """A problem at a place written as file:line."""
    file, _, line = source.rpartition(":")
    return Problem(file, int(line), field, message)


def refuse_target(out: Path) -> None:
    """Raise DataError unless `out` is free: not there, an empty folder, or an earlier report of ours."""
    if not out.exists():
        return
    if not out.is_dir():
        raise DataError(f"{out} is a file; a report is written into a folder of its own.")
    names = {path.name for path in out.iterdir()}
    if names and not (OURS <= names and not names & THEIRS):
        raise DataError(
            f"{out} holds other files than an earlier report; nothing was written. Name a new folder with --out."
        )


def write_report(checked: Checked, out: Path, progress: Callable[[str], None] = lambda _: None) -> None:
    """Write the report folder. It is made beside `out` and then takes its place, so that it is never half written."""
    refuse_target(out)
    out = out.resolve()
    new = out.with_name(out.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    for name, content in report_files(checked.findings, checked.told, checked.problems, progress):
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if out.exists():
        shutil.rmtree(out)
    new.rename(out)
