"""Files that rows of a table name: read from the review folder and written into it, never outside it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from evisynth.errors import DataError, near
from evisynth.store.exchange.reading import Folder, Row


def bytes_of(folder: Folder, row: Row, column: str, name: str) -> bytes | None:
    """The bytes of a file of the folder that a column of a row names, or None (and reported)."""
    with opened(folder, row, column, name) as file:
        return None if file is None else file.read()


@contextmanager
def opened(folder: Folder, row: Row, column: str, name: str) -> Iterator[IO[bytes] | None]:
    """The file of the folder that a column of a row names, open to be read; None (and reported) where it cannot be."""

    def report(message: str) -> None:
        folder.report(row.table.file, row.line, column, message)

    file = _open(folder.path, name, report)
    try:
        yield file
    finally:
        if file is not None:
            file.close()


def _open(folder: Path, name: str, report: Callable[[str], None]) -> IO[bytes] | None:
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            report(f"found {name!r}, which is outside the review folder.")
            return None
        if path.is_file():
            return path.open("rb")
        if path.is_dir():
            report(f"found {name!r}, which is a folder; the name of a file in it is right.")
            return None
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, RuntimeError) as error:  # a name that is too long, no permission, links in a circle
        report(f"the file {name[:60]!r} cannot be read: {error.__class__.__name__}.")
        return None
    report(f"the file {name!r} is not there.{near(path.name, siblings)}")
    return None


def write_bytes(folder: Path, name: str, content: bytes) -> None:
    """Write a file that a row names. Raises DataError for a name that leads out of the folder."""
    write_pieces(folder, name, [content])


def write_pieces(folder: Path, name: str, content: Iterable[bytes]) -> None:
    """Write a file that a row names, piece by piece. Raises DataError as `write_bytes`."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise DataError(f"The file {name!r} is outside the review folder; name one in it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(content)
