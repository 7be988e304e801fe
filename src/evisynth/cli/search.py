"""`evisynth search`: what can be done with search exports without a review folder.

Commands of this group are registered at the end of this file.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from evisynth.cli import search_dedup
from evisynth.cli.console import errors_shown, messages, print_problems, progress
from evisynth.errors import DataError, Problem
from evisynth.search.formats import merged, read_in_parts
from evisynth.search.formats.mapped import Mapping, load_mapping
from evisynth.search.formats.writing import Writer, losses, writer_for
from evisynth.search.record import Reading, Record

app = typer.Typer(help="Work with search exports: convert them, find duplicates.", no_args_is_help=True)

Exports = Annotated[
    list[Path], typer.Argument(metavar="IN...", help="The exports, in any format that is read.")
]
MOST_NAMED = 3  # records that a note about the output names


def convert(
    exports: Exports,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The file to write.")],
    to: Annotated[
        str, typer.Option(metavar="FORMAT", help="The format to write; by the ending of OUT when not given.")
    ] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="The format of the exports; found from their content when not given.",
        ),
    ] = "",
    encoding: Annotated[
        str,
        typer.Option(
            metavar="E", help="The encoding of the exports; found from their content when not given."
        ),
    ] = "",
    mapping: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A mapping file for an export that no reader knows; see docs/formats.md."
        ),
    ] = None,
) -> None:
    """Put exports together into one file of another format, and say what of them was read."""
    with errors_shown():
        writer = writer_for(to, out.name)
        mapped = load_mapping(mapping) if mapping else None
        if any(_same_file(path, out) for path in exports):
            raise DataError(f"{out} is one of the exports; they are never written over. Name another file.")
    readings: list[Reading | None] = []
    problems: list[Problem] = []
    with errors_shown(), progress() as step:
        for path in exports:
            reading = _read(path, from_, encoding, mapped, problems, step)
            readings.append(reading)
        records = [record for reading in readings if reading for record in reading.records]
        if records:
            step(f"writing {len(records):,} records")
            _write_whole(out, writer.write(records))
    messages.print(_table(exports, readings))
    print_problems(problems)
    if not records:
        messages.print("No record was read; nothing was written.")
        raise typer.Exit(1)
    for note in _not_held(records, writer):
        messages.print(note, markup=False)
    messages.print(f"{len(records):,} records are in {out} ({writer.called}).", markup=False)
    if any(reading is None or reading.lost for reading in readings):
        raise typer.Exit(1)


def _same_file(path: Path, out: Path) -> bool:
    return path.exists() and out.exists() and path.samefile(out)


def _read(
    path: Path,
    form: str,
    encoding: str,
    mapping: Mapping | None,
    problems: list[Problem],
    step: Callable[[str], None],
) -> Reading | None:
    """Read one export and note its problems; None where nothing in it can be read."""
    try:
        parts = read_in_parts(path, format=form, encoding=encoding, mapping=mapping)
        reading = merged(_told(parts, path, step))
    except DataError as error:
        problems.append(Problem(str(path), 0, "", str(error).removeprefix(f"{path.name}: ")))
        return None
    problems += (Problem(str(path), 0, "", note) for note in reading.notes)
    return reading


def _told(parts: Iterator[Reading], path: Path, step: Callable[[str], None]) -> Iterator[Reading]:
    """The parts of a file, with a word about how far it is before each."""
    step(f"reading {escape(path.name)}")
    read = 0
    for part in parts:
        read += len(part.records)
        step(f"reading {escape(path.name)}: {read:,} records")
        yield part


def _write_whole(out: Path, data: bytes) -> None:
    """Write the file whole or not at all: under another name first, which then takes its place."""
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(out)
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _table(exports: Sequence[Path], readings: Sequence[Reading | None]) -> Table:
    """A row an export: what it is, the records it has, those read and lost, and how many problems."""
    table = Table(box=None, pad_edge=False)
    for name in ("File", "Format", "Encoding"):
        table.add_column(name, overflow="fold")
    for name in ("In the file", "Read", "Not read", "Problems"):
        table.add_column(name, justify="right")
    for path, reading in zip(exports, readings, strict=True):
        if reading is None:
            table.add_row(escape(str(path)), "not read", "", "", "", "", "1")
            continue
        counts = (reading.found, len(reading.records), reading.lost, len(reading.problems))
        table.add_row(
            escape(str(path)), reading.format, reading.encoding, *(f"{count:,}" for count in counts)
        )
    return table


def _not_held(records: list[Record], writer: Writer) -> Iterator[str]:
    """What the format that is written has no place for, field by field."""
    for name, places in losses(records, writer).items():
        named = ", ".join(map(str, places[:MOST_NAMED]))
        more = f" and {len(places) - MOST_NAMED:,} more" if len(places) > MOST_NAMED else ""
        yield f"{writer.called} cannot hold all of {name.replace('_', ' ')}: record {named}{more} of the output."


app.command("convert")(convert)
app.command("dedup")(search_dedup.dedup)
