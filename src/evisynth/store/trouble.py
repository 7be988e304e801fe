"""What a database or a disk says when nothing can be written or reached, in words for people.

An error of this kind is nobody's mistake in the review: it is told as it is, and nothing of the act was saved.
"""

import errno
import sqlite3
from dataclasses import dataclass

from django.db import Error


@dataclass(frozen=True, slots=True)
class Trouble:
    """`full`: there is no room; otherwise the database cannot be written or reached for another reason."""

    title: str
    message: str
    full: bool = False

    def __str__(self) -> str:
        return f"{self.title} {self.message}"


SAFE = "What was saved before is safe. Do it once more when this is mended; tell who runs this site."
FULL = Trouble("There is no room left on the server's disk.", f"This was not saved. {SAFE}", full=True)
READ_ONLY = Trouble("The server's database can only be read at the moment.", f"This was not saved. {SAFE}")
DISK = Trouble("The server's disk cannot be used.", f"This was not saved. {SAFE}")
AWAY = Trouble("The database cannot be reached.", f"This was not saved. {SAFE}")
BUSY = Trouble(
    "The database was busy for too long.", "This was not saved. Wait a little and do it once more."
)

BY_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: DISK,
}
BY_SQLITE = {  # primary result codes: https://www.sqlite.org/rescode.html
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: DISK,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
}
BY_SQLSTATE = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "53100": FULL,  # disk_full
    "25006": READ_ONLY,  # read_only_sql_transaction
    "58030": DISK,  # io_error
    "55P03": BUSY,  # lock_not_available
    "53300": BUSY,  # too_many_connections
    "57P01": AWAY,  # admin_shutdown
    "57P02": AWAY,  # crash_shutdown
    "57P03": AWAY,  # cannot_connect_now
}
MOST_CAUSES = 10


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What an error, or what it came from, says of the disk or the database; None where it is of another kind."""
    for _ in range(MOST_CAUSES):
        if error is None:
            return None
        if found := _of_one(error):
            return found
        error = error.__cause__ or error.__context__
    return None


def _of_one(error: BaseException) -> Trouble | None:
    if isinstance(error, sqlite3.Error):
        return BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if hasattr(error, "sqlstate"):  # psycopg's errors, without loading psycopg
        state = error.sqlstate
        lost = type(error).__name__ == "OperationalError" and state is None  # no server said anything
        return AWAY if lost or (state or "").startswith("08") else BY_SQLSTATE.get(state or "")
    if isinstance(error, OSError) and not isinstance(error, Error):
        return BY_ERRNO.get(error.errno or 0)
    return None
