"""A database in which several threads write at once: the test's own on PostgreSQL, a file on SQLite.

A database in memory has one connection, so nothing would happen at once there.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from evisynth.settings import LASTING


@contextlib.contextmanager
def in_file(path: Path) -> Iterator[None]:
    """Inside, every thread works on this file of SQLite, as an installation does."""
    there = connections["default"]
    settings = there.settings_dict
    kept = {name: settings[name] for name in ("NAME", "OPTIONS")}
    del connections["default"]
    settings.update(NAME=str(path), OPTIONS=dict(LASTING))
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close()
        settings.update(kept)
        connections["default"] = there
