"""Looking after a database: proving its history, backing it up and restoring it."""

from pathlib import Path
from typing import Annotated

import typer

from evisynth.cli.console import errors_shown, messages, progress
from evisynth.cli.opening import open_database, open_existing
from evisynth.cli.serve import HERE, Database, settle_environment
from evisynth.errors import DataError


def verify(
    database: Database = HERE,
    review: Annotated[str, typer.Argument(metavar="[REVIEW]", help="One review; all when not given.")] = "",
) -> None:
    """Prove that nobody changed the history of a review, and that its decisions are those of the history."""
    with errors_shown():
        settle_environment(database)
        open_existing(database)
        from evisynth.store.exchange.export import review_named  # noqa: PLC0415 - database is open
        from evisynth.store.history_reading import verify as look  # noqa: PLC0415
        from evisynth.store.models import Review  # noqa: PLC0415

        reviews = [review_named(review)] if review else list(Review.objects.order_by("slug"))
        broken = False
        for of in reviews:
            found = look(of)
            broken = broken or bool(found.problems)
            for problem in found.problems:
                typer.echo(f"{of.slug}: {problem}")
            if not found.problems:
                typer.echo(f"{of.slug}: {found.events} events, each as it was written.")
    if broken:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    database: Database = HERE,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
) -> None:
    """Write the whole database into one file, while others go on working."""
    with errors_shown(), progress() as step:
        if file.exists() and not replace:
            raise DataError(f"{file} is there already; name another file, or say --replace to write over it.")
        settle_environment(database)
        open_existing(database)
        from evisynth.store.keeping import backup as keep  # noqa: PLC0415 - database is open

        rows = keep(file, step)
    messages.print(f"{rows:,} rows are in {file}.", markup=False)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that 'backup' wrote.")],
    database: Database = HERE,
) -> None:
    """Fill an empty database from a backup, also one of another kind or of an earlier version."""
    with errors_shown(), progress() as step:
        if not file.is_file():
            raise DataError(f"There is no file {file}.")
        settle_environment(database)
        open_database(database, migrate=False)
        from evisynth.store.keeping import restore as bring_back  # noqa: PLC0415 - database is open

        rows = bring_back(file, step)
    messages.print(f"{rows:,} rows are restored. Everybody signs in again.", markup=False)
