"""The demonstration: an example review carried out, with its key results."""

import shutil
from pathlib import Path
from typing import Annotated, Literal

import typer

from evisynth.cli.console import errors_shown, messages, print_problems, progress
from evisynth.cli.opening import open_database
from evisynth.errors import DataError


def example_folder(name: str) -> Path:
    """Where an example is: inside the installed package, or in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "examples" / f"{name}-oit", package.parents[1] / "examples" / f"{name}-oit"):
        if (folder / "review.yaml").is_file():
            return folder
    raise DataError(f"The example {name!r} is not part of this installation.")


def demo(
    example: Annotated[Literal["milk", "peanut"], typer.Argument(help="Which example review.")] = "milk",
    to: Annotated[Path, typer.Option(help="Where it is copied to.")] = Path("demo"),
) -> None:
    """Copy an example review, build it, print its key results and where the report is."""
    open_database()
    from evisynth.reporting.key_results import key_results  # noqa: PLC0415 - loads the statistics
    from evisynth.store.review_folder import carry_out, write_report  # noqa: PLC0415 - needs the database open

    folder = to / f"{example}-oit"
    with errors_shown(), progress() as step:
        if folder.exists() and not (folder / "review.yaml").is_file():
            raise DataError(f"{folder} exists and is no review folder; name another place with --to.")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(example_folder(example), folder, ignore=shutil.ignore_patterns("report"))
        checked = carry_out(folder, step)
        write_report(checked, folder / "report", step)
    typer.echo(key_results(checked.findings))
    print_problems(checked.problems)
    messages.print(f"The report: {folder / 'report' / 'report.html'}", markup=False)
    if checked.problems:
        raise typer.Exit(1)
