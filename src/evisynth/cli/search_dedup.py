"""`evisynth search dedup`: find the records of one publication in any exports, and show why."""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from evisynth.cli.console import errors_shown, messages, print_problems, progress, same_file
from evisynth.cli.search_exports import Export, reason, table_of
from evisynth.cluster import Map, on_cluster, without_garbage_search
from evisynth.errors import DataError
from evisynth.search.formats import read_in_parts
from evisynth.search.formats.formula_cells import guarded
from evisynth.search.record import Reading, Record

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

if TYPE_CHECKING:
    from evisynth.search.duplicates import Grouping, StudyLink


def dedup(
    exports: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN...", help="Exports in any format that is read, or tables (see docs/duplicates.md)."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="OUT.csv", help="The file to write: id,cluster.")
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Show each merge side by side, and the trials: FILE.html and the same as FILE-merges.csv; FILE.csv for "
            "the CSV alone.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print counts, reasons, pairs to check and trials as JSON.")
    ] = False,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Compare on the dask cluster whose scheduler has this address, such as tcp://192.0.2.1:8786.",
        ),
    ] = "",
) -> None:
    """Find the records of one publication: OUT.csv gives each record's cluster, the report says why."""
    from evisynth.reporting.duplicates_report import linked_trials  # noqa: PLC0415 - brings numpy
    from evisynth.search.duplicates import duplicate_groups  # noqa: PLC0415 - brings numpy

    trials: tuple[StudyLink, ...] = ()
    with errors_shown():
        outputs = [out, *report_files(report)]
        refuse_overwriting(exports, outputs)
        with progress() as step, without_garbage_search(), divided(cluster) as run:
            records, read = read_all(exports, step)
            tell(read)
            if not records:
                raise DataError("No record was read; nothing was written.")
            step(f"comparing {len(records):,} records")
            grouping = duplicate_groups(records, run=run)
            if report or as_json:
                step("linking trials")
                trials = linked_trials(records, grouping)
            step("writing")
            write_clusters(out, records, grouping)
            for file in outputs[1:]:
                write_report(file, records, grouping, read, trials)
    summary = as_summary(records, grouping, read, trials)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=1))
    counts = f"{counted('record', len(records))}, {counted('publication', len(grouping.groups))}"
    messages.print(f"{counts}; {counted('pair', len(grouping.review_band))} to check.", markup=False)
    messages.print(f"Written: {', '.join(map(str, outputs))}", markup=False)
    if any(export.summary.lost for export in read):
        raise typer.Exit(1)


def tell(read: Sequence[Export]) -> None:
    """What each file gave, and its problems; on stderr, since stdout may be JSON."""
    messages.print(table_of(read), markup=False)
    print_problems((problem for export in read for problem in export.problems), err=True)


def counted(what: str, number: int) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def divided(cluster: str) -> AbstractContextManager[Map]:
    """What does the parts of the work: the built-in map, or a cluster."""
    return on_cluster(cluster) if cluster else nullcontext(map)


def report_files(report: Path | None) -> list[Path]:
    """The files of the report: the page and the CSV beside it, or the CSV alone."""
    if report is None:
        return []
    if report.suffix.lower() == ".csv":
        return [report]
    if report.suffix.lower() in {".html", ".htm"}:
        return [report, report.with_name(f"{report.stem}-merges.csv")]
    raise DataError(
        f"{report}: a report is a page (.html) or a table (.csv); give its name one of these endings."
    )


def refuse_overwriting(exports: Sequence[Path], outputs: Sequence[Path]) -> None:
    for a, b in combinations(outputs, 2):
        if same_file(a, b):
            raise DataError(f"{a} would be written twice; give the report another name.")
    for path in outputs:
        if any(same_file(path, each) for each in exports):
            raise DataError(f"{path} is one of the inputs; they are never written over. Name another file.")
        if not path.resolve().parent.is_dir():
            raise DataError(f"{path} cannot be written: there is no folder {path.parent}.")


def read_all(exports: Sequence[Path], step: Callable[[str], None]) -> tuple[dict[str, Record], list[Export]]:
    """All records by id, and what each of the exports gave.

    A table's records keep their ids. Those of an export are named by its file and their number: medline:12.
    Where two inputs use one id, the file's name is put before all of them.
    """
    from evisynth.search.duplicates.tables import is_table, read_table  # noqa: PLC0415 - brings numpy

    read: list[tuple[Export, dict[str, Record]]] = []
    for path, label in zip(exports, labels(exports), strict=True):
        step(f"reading {path.name}")
        if is_table(path):
            told = Reading()
            records = read_table(path, told)
            read.append((Export(path), records))
            read[-1][0].summary.add(told)
        else:
            read.append(numbered(Export(path, name=label), step))
    names = Counter(name for _, records in read for name in records)
    if len(names) < sum(len(records) for _, records in read):
        for place, label in enumerate(labels(exports)):
            export, records = read[place]
            if not export.name:
                export.name = label
                read[place] = (export, {f"{label}:{name}": record for name, record in records.items()})
    return {name: record for _, records in read for name, record in records.items()}, [
        each for each, _ in read
    ]


def numbered(export: Export, step: Callable[[str], None]) -> tuple[Export, dict[str, Record]]:
    """An export read, its records named by its name and their number."""
    path, own = export.path, dict[str, Record]()
    try:
        for part in read_in_parts(path):
            own |= {
                f"{export.name}:{number}": without_raw(record)
                for number, record in enumerate(part.records, start=len(own) + 1)
            }
            export.summary.add(part)
            step(f"reading {path.name}: {len(own):,} records")
    except DataError as error:
        raise DataError(f"{path}: {reason(path, error)}") from error
    return export, own


def without_raw(record: Record) -> Record:
    """The record without its raw text, which takes half the memory; that counts only where little else is said."""
    return replace(record, raw="") if record.title else record


def labels(exports: Sequence[Path]) -> list[str]:
    """A short name for each input: its file's without endings, numbered among those of that name."""
    stems = [path.name.removesuffix(".gz").rsplit(".", 1)[0] for path in exports]
    often, so_far = Counter(stems), Counter[str]()
    found = []
    for stem in stems:
        so_far[stem] += 1
        found.append(f"{stem} {so_far[stem]}" if often[stem] > 1 else stem)
    return found


def write_clusters(out: Path, records: Iterable[str], grouping: "Grouping") -> None:
    """One row a record, in the order read; clusters are numbered by their first record.

    An id that a spreadsheet would run as a formula, and not a number such as -5, gets an apostrophe before it,
    which reading takes away.
    """
    cluster = {name: place for place, group in enumerate(grouping.groups, start=1) for name in group.members}
    with whole_file(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "cluster"])
        writer.writerows(
            (name if NUMBER.fullmatch(name) else guarded(name), cluster[name]) for name in records
        )


def write_report(
    path: Path,
    records: dict[str, Record],
    grouping: "Grouping",
    read: Sequence[Export],
    trials: "Sequence[StudyLink]",
) -> None:
    from evisynth.reporting.duplicates_report import Source, merge_rows, merges_html  # noqa: PLC0415 - brings numpy

    with whole_file(path) as file:
        if path.suffix.lower() == ".csv":
            csv.writer(file, lineterminator="\n").writerows(merge_rows(records, grouping, trials))
        else:
            sources = [
                Source(str(each.path), each.name, each.summary.read, each.summary.lost, each.problem_count)
                for each in read
            ]
            file.write(merges_html(records, grouping, sources, trials))


def as_summary(
    records: dict[str, Record],
    grouping: "Grouping",
    read: Sequence[Export],
    trials: "Sequence[StudyLink]",
) -> dict[str, object]:
    """What each file gave, counts, merges by reason, pairs to check, trials by the fullest record of a publication."""
    reasons = Counter(merge.reason for group in grouping.groups for merge in group.merges)
    return {
        "files": [
            {
                "file": str(export.path),
                "name": export.name,
                "records": export.summary.read,
                "lost": export.summary.lost,
                "problems": export.problem_count,
            }
            for export in read
        ],
        "records": len(records),
        "publications": len(grouping.groups),
        "duplicates_removed": len(records) - len(grouping.groups),
        "merges_by_reason": dict(reasons.most_common()),
        "to_check": [
            {"a": pair.a, "b": pair.b, "reason": pair.reason, "score": pair.score}
            for pair in grouping.review_band
        ],
        "trials": [
            {"numbers": trial.numbers, "registrations": trial.registrations, "reports": trial.reports}
            for trial in trials
        ],
    }


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Write the file whole or not at all: under another name first, which then takes its place."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
