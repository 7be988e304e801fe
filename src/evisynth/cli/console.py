"""What every command shares: messages on stderr, progress, and the list of problems."""

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from evisynth.errors import EvisynthError, Problem, ProblemsFound

messages = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says what is being done; silent where stderr is no terminal."""
    with messages.status("") as status:
        yield lambda step: status.update(f"{step} ...")


def print_problems(problems: Iterable[Problem], *, err: bool = False) -> None:
    """One line a problem, on stdout, or on stderr where stdout has results."""
    for problem in problems:
        typer.echo(str(problem), err=err)


def same_file(a: Path, b: Path) -> bool:
    """Whether two names, however they are written, are one file or would be."""
    return a.resolve() == b.resolve() or (a.exists() and b.exists() and a.samefile(b))


def counted(problems: Sized) -> str:
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


@contextmanager
def errors_shown() -> Iterator[None]:
    """Evisynth's own errors are shown as they are, without a traceback, and end the command with exit code 1."""
    try:
        yield
    except ProblemsFound as found:
        print_problems(found.problems)
        messages.print(
            f"{counted(found.problems)}; nothing else could be looked at, and nothing was written."
        )
        raise typer.Exit(1) from None
    except EvisynthError as error:
        messages.print(str(error), markup=False)
        raise typer.Exit(1) from None
    except OSError as error:
        messages.print(
            f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", markup=False
        )
        raise typer.Exit(1) from None
