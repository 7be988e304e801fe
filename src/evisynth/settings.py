"""Django's settings, from the environment.

EVISYNTH_DATABASE: sqlite:///path/to/file.db (":memory:" when unset) or postgresql://user:password@host:port/name.
"""

import os
from urllib.parse import unquote, urlsplit

# Writers wait for each other from the start of a transaction; readers wait for nobody; what was committed stays.
LASTING = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;",
}


def database_from(url: str) -> dict[str, object]:
    """The DATABASES entry for a database address."""
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    if parts.scheme == "sqlite":
        name = unquote(parts.path.removeprefix("/")) or ":memory:"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": LASTING if name != ":memory:" else {},
            "CONN_MAX_AGE": 600,  # opening a connection and reading the tables' definitions takes longer than most queries
        }
    raise ValueError(
        f"The database address {url!r} starts with {parts.scheme!r}; sqlite:///file.db or postgresql://... is right."
    )


DATABASES = {"default": database_from(os.environ.get("EVISYNTH_DATABASE") or "sqlite:///:memory:")}
INSTALLED_APPS = ["evisynth.store"]
AUTH_USER_MODEL = "store.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
SECRET_KEY = os.environ.get("EVISYNTH_SECRET_KEY", "")
