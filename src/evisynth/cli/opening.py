"""The database, opened late: Django loads only when a command needs it."""

import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlsplit

from evisynth.errors import DataError


def open_database(url: str = "", *, migrate: bool = True) -> None:
    """Open the database at `url`, in memory when empty. After this the store's modules can be imported.

    `migrate`: whether its tables are brought up to date.

    Raises DataError where the address is none, the driver is missing or the database cannot be opened.
    """
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - Django loads here
    from django.db import DatabaseError  # noqa: PLC0415

    from evisynth.store.database import open_database as opened  # noqa: PLC0415

    try:
        opened(url, migrate=migrate)
    except (DatabaseError, sqlite3.Error) as error:
        raise DataError(f"The database {shown(url)} cannot be used: {error}") from error
    except ImproperlyConfigured as error:
        missing = "its driver is not installed: pip install 'evisynth[postgres]' brings it."
        raise DataError(
            f"The database {shown(url)} cannot be used: {missing if 'psycopg' in str(error) else error}"
        ) from error
    except ValueError as error:
        raise DataError(str(error)) from error


def open_existing(url: str) -> None:
    """As open_database, but a SQLite file that is not there is an error and is not made."""
    parts = urlsplit(url)
    path = Path(unquote(parts.path.removeprefix("/")))
    if parts.scheme == "sqlite" and not path.is_file():
        raise DataError(f"There is no database file {path}.")
    open_database(url)


def shown(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":...@") if parts.password else url or "in memory"
