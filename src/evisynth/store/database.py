"""Starting Django on a database: the one in memory for a build, or a lasting one by address."""

import os

import django
from django.apps import apps
from django.core.management import call_command

_opened: list[str] = []


def open_database(url: str = "", *, migrate: bool = True) -> None:
    """Start Django on the database at `url` (in memory when empty) and, unless told not to, bring its tables up to date.

    One process works on one database. Raises RuntimeError for a second address.
    """
    if _opened and url not in _opened:
        raise RuntimeError(
            f"This process already works on {_opened[0] or 'a database in memory'}, not on {url}."
        )
    if _opened:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evisynth.settings")
    os.environ["EVISYNTH_DATABASE"] = url
    if not apps.ready:
        django.setup()
    if migrate:
        call_command("migrate", verbosity=0)
    _opened.append(url)
