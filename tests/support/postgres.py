"""A PostgreSQL server of one's own, for tests that stop, restore or fill a whole server.

Tests of rows need none of this: tests/store and tests/web run a second time on PostgreSQL as it is.
"""

import contextlib
from collections.abc import Iterator

import pytest

import with_postgres


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A fresh server; gives the address for EVISYNTH_DATABASE. Skips with the reason where there is none."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(with_postgres.server())
        except with_postgres.UnavailableError as reason:
            pytest.skip(str(reason))
        yield address
