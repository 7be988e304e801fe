"""`evisynth search`: what can be done with search exports without a review folder.

Commands of this group are registered at the end of this file.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from evisynth.cli import search_dedup
from evisynth.cli.console import errors_shown, messages, print_problems, progress, same_file
from evisynth.cli.search_exports import Export, reason, table_of
from evisynth.errors import DataError
from evisynth.search.formats import read_in_parts
from evisynth.search.formats.mapped import load_mapping
from evisynth.search.formats.writing import Losses, Writer, writer_for
from evisynth.search.record import Reading, Record

app = typer.Typer(help="Work with search exports: convert them, find duplicates.", no_args_is_help=True)

Exports = Annotated[
    list[Path], typer.Argument(metavar="IN...", help="The exports, in any format that is read.")
]


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
        if mapping and from_:
            raise DataError("A mapping file says by itself how the exports are read; leave --from out.")
        mapped = load_mapping(mapping) if mapping else None
        if any(same_file(path, out) for path in exports):
            raise DataError(f"{out} is one of the exports; they are never written over. Name another file.")
        if mapping and same_file(mapping, out):
            raise DataError(f"{out} is the mapping file; it is never written over. Name another file.")
    read, losses = [Export(path) for path in exports], Losses()
    with errors_shown(), progress() as step:
        records = _records(
            read, lambda path: read_in_parts(path, format=from_, encoding=encoding, mapping=mapped), step
        )
        first = next(records, None)
        if first is not None:
            _write_whole(out, writer.pieces(chain([first], records), losses))
    messages.print(table_of(read), markup=False)
    print_problems(problem for export in read for problem in export.problems)
    if first is None:
        messages.print("No record was read; nothing was written.")
        raise typer.Exit(1)
    for note in _not_held(losses, writer):
        messages.print(note, markup=False)
    count = sum(export.summary.read for export in read)
    messages.print(
        f"{count:,} {'record is' if count == 1 else 'records are'} in {out} ({writer.called}).", markup=False
    )
    if any(export.failure or export.summary.lost for export in read):
        raise typer.Exit(1)


def _records(
    exports: Sequence[Export], read: Callable[[Path], Iterator[Reading]], step: Callable[[str], None]
) -> Iterator[Record]:
    """The records of all exports, one part of a file after the other, with a word about how far that is.

    Where a file cannot be read, or not to its end, that is noted and the next one follows.
    """
    for export in exports:
        name = escape(export.path.name)
        step(f"converting {name}")
        try:
            for part in read(export.path):
                export.summary.add(part)
                yield from part.records
                step(f"converting {name}: {export.summary.read:,} records")
        except DataError as error:
            export.failure = reason(export.path, error)


def _write_whole(out: Path, pieces: Iterable[bytes]) -> None:
    """Write the file whole or not at all: under another name first, which then takes its place."""
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(out)
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _not_held(losses: Losses, writer: Writer) -> Iterator[str]:
    """What the format that is written has no place for, field by field."""
    for name, count in losses.counts.items():
        first = losses.first[name]
        more = f" and {count - len(first):,} more" if count > len(first) else ""
        named = ", ".join(map(str, first))
        yield f"{writer.called} cannot hold all of {name.replace('_', ' ')}: record {named}{more} of the output."


app.command("convert")(convert)
app.command("dedup")(search_dedup.dedup)
