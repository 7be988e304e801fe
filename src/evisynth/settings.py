"""Django's settings, from the environment.

EVISYNTH_DATABASE: sqlite:///path/to/file.db (":memory:" when unset) or postgresql://user:password@host:port/name.
"""

import os
from urllib.parse import unquote, urlsplit


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
        }
    if parts.scheme == "sqlite":
        name = unquote(parts.path.removeprefix("/")) or ":memory:"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"transaction_mode": "IMMEDIATE"} if name != ":memory:" else {},
        }
    raise ValueError(
        f"The database address {url!r} starts with {parts.scheme!r}; sqlite:///file.db or postgresql://... is right."
    )


DATABASES = {"default": database_from(os.environ.get("EVISYNTH_DATABASE") or "sqlite:///:memory:")}
INSTALLED_APPS = ["evisynth.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
SECRET_KEY = os.environ.get("EVISYNTH_SECRET_KEY", "")
