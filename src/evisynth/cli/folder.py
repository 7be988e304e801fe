"""Commands on a review folder. The database is loaded only when a command needs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from evisynth.cli.console import counted, errors_shown, messages, print_problems, progress
from evisynth.cli.opening import open_database, open_existing
from evisynth.cli.starting import write_starting_folder
from evisynth.errors import DataError, Problem

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The review folder.")]


def new(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Write a commented starting folder."""
    with errors_shown():
        write_starting_folder(folder)
    messages.print(f"{folder} is ready: start with review.yaml, then protocol.yaml.", markup=False)


def check(folder: Folder) -> None:
    """List every problem of a review folder in one go, with file, line and field."""
    open_database()
    from evisynth.store.review_folder import carry_out  # noqa: PLC0415 - needs the database open

    with errors_shown(), progress() as step:
        checked = carry_out(folder, step)
    print_problems(checked.problems)
    if checked.problems:
        messages.print(f"{counted(checked.problems)}.")
    else:
        messages.print("No problems; the boxes of the flow diagram add up.")
    _print_notes(checked.notes)
    if checked.problems:
        raise typer.Exit(1)


def _print_notes(notes: Sequence[Problem]) -> None:
    """What people should look at, beside the list of problems: it does not change the exit code."""
    if notes:
        messages.print("To look at, though the folder can be right as it is:")
        for note in notes:
            messages.print(str(note), markup=False)


def build(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="Where the report goes; DIR/report when not given.")
    ] = None,
) -> None:
    """Carry the review out: screening, extraction, analyses, figures and the report in all formats."""
    open_database()
    from evisynth.store.review_folder import carry_out, refuse_target, write_report  # noqa: PLC0415 - database is open

    target = out or folder / "report"
    with errors_shown(), progress() as step:
        refuse_target(target)
        checked = carry_out(folder, step)
        write_report(checked, target, step)
    print_problems(checked.problems)
    _print_notes(checked.notes)
    messages.print(
        f"The report is in {target}: report.html, report.docx, report.pdf, figures, tables.", markup=False
    )
    if checked.problems:
        messages.print(
            f"{counted(checked.problems)}; the report lists them at its top and marks what they concern."
        )
        raise typer.Exit(1)


Database = Annotated[
    str,
    typer.Option(
        envvar="EVISYNTH_DATABASE", help="sqlite:///file.db or postgresql://user:password@host/name."
    ),
]


def load(
    folder: Folder,
    database: Database,
    name: Annotated[str, typer.Option(help="The review's name there; the folder's when not given.")] = "",
) -> None:
    """Load a review folder into a lasting database."""
    with errors_shown(), progress() as step:
        open_database(database)
        from evisynth.store.exchange.load import load_folder  # noqa: PLC0415 - database is open
        from evisynth.store.screening_items import ready  # noqa: PLC0415

        step("loading")
        review, problems = load_folder(folder, name)
        step("finding duplicates")
        ready(review)
    print_problems(problems)
    messages.print(f"Loaded as {review.slug}.", markup=False)
    if problems:
        raise typer.Exit(1)


def export(
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="The review's name in the database.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    database: Database,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the review that is in DIR.")] = False,
) -> None:
    """Write a review of a database as a folder of plain files."""
    with errors_shown():
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is a file; a review is written into a folder.")
        if not replace and folder.is_dir() and any(folder.iterdir()):
            raise DataError(
                f"{folder} is not empty; name a new folder, or say --replace to write over what is in it."
            )
        open_existing(database)
        from evisynth.store.exchange.export import export_review, review_named  # noqa: PLC0415 - database is open

        export_review(review_named(review), folder)
    messages.print(f"{review} is in {folder}.", markup=False)
